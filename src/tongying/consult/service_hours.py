"""The hours in which a hospital answers consults: the frame of the service clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import ClassVar

from tongying.kernel.errors import BadInput

DAYS = 7


class ServiceHoursRefused(BadInput):
    """Opening hours do not make sense."""

    code: ClassVar[str] = "service-hours.refused"


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """Weekly opening hours in one time zone.

    Attributes
    ----------
    week : tuple of 7 tuples of (time, time)
        For Monday to Sunday the spans in which it is open, in order and apart; an end of 00:00
        means midnight at the end of the day. All seven days empty is refused: a service clock that
        never runs says nothing.
    zone : tzinfo
    """

    week: tuple[tuple[tuple[time, time], ...], ...]
    zone: tzinfo

    def __post_init__(self) -> None:
        """Refuse hours that overlap, end before they begin or never come."""
        if len(self.week) != DAYS:
            raise ServiceHoursRefused("Service hours need an entry for each of the seven days.")
        if not any(self.week):
            raise ServiceHoursRefused("Service hours must be open at some time of the week.")
        for spans in self.week:
            last = timedelta()
            for begin, end in spans:
                first, until = _since_midnight(begin), _since_midnight(end) or timedelta(days=1)
                if first < last or until <= first:
                    raise ServiceHoursRefused(
                        "Service hours of a day must be in order and must not overlap."
                    )
                last = until

    def open_between(self, begin: datetime, end: datetime) -> timedelta:
        """Return how much of a span of time lies within the hours."""
        total = timedelta()
        if end <= begin:
            return total
        day: date = begin.astimezone(self.zone).date()
        last: date = end.astimezone(self.zone).date()
        # In UTC: within one zone Python subtracts what the clocks on the wall say, and in the
        # night in which they are changed an hour would be counted twice or not at all.
        counted, end = begin.astimezone(UTC), end.astimezone(UTC)
        while day <= last:
            for first, until in self._spans(day):
                shared = min(end, until) - max(counted, first)
                if shared > timedelta():
                    total += shared
                    counted = min(end, until)
            day += timedelta(days=1)
        return total

    def is_open(self, at: datetime) -> bool:
        """Say whether it is open at a moment."""
        day = at.astimezone(self.zone).date()
        return any(first <= at < until for first, until in self._spans(day))

    def _spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        midnight = datetime.combine(day, time(), self.zone)
        return tuple(
            (
                (midnight + _since_midnight(begin)).astimezone(UTC),
                (midnight + (_since_midnight(end) or timedelta(days=1))).astimezone(UTC),
            )
            for begin, end in self.week[day.weekday()]
        )


def always_open(zone: tzinfo) -> ServiceHours:
    """Return hours that never close."""
    return ServiceHours((((time(), time()),),) * DAYS, zone)


def daily(begin: time, end: time, zone: tzinfo) -> ServiceHours:
    """Return the same hours on every day."""
    return ServiceHours((((begin, end),),) * DAYS, zone)


def _since_midnight(at: time) -> timedelta:
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )


def read_hours(written: object, zone: tzinfo) -> ServiceHours:
    """Return service hours from their written form.

    Parameters
    ----------
    written : list of 7 lists of [str, str]
        For Monday to Sunday the spans as ``["08:00", "20:00"]``.
    zone : tzinfo

    Raises
    ------
    ServiceHoursRefused
        If the form is another, or the hours make no sense.
    """
    if not isinstance(written, list):
        raise ServiceHoursRefused("Service hours must be a list of seven days.")
    week = []
    for spans in written:
        if not isinstance(spans, list):
            raise ServiceHoursRefused("Each day of the service hours must be a list of spans.")
        week.append(tuple(_read_span(span) for span in spans))
    return ServiceHours(tuple(week), zone)


def _read_span(span: object) -> tuple[time, time]:
    if not isinstance(span, list) or len(span) != 2:
        raise ServiceHoursRefused("A span of service hours has a beginning and an end.")
    try:
        begin, end = (time.fromisoformat(str(text)) for text in span)
    except ValueError:
        raise ServiceHoursRefused("Service hours are written as 08:00.") from None
    if [f"{begin:%H:%M}", f"{end:%H:%M}"] != span:
        raise ServiceHoursRefused("Service hours are written as 08:00.")
    return begin, end
