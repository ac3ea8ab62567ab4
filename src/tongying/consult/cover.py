"""Where a day's service hours have nobody on duty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from tongying.consult.alliance import Week

Span = tuple[datetime, datetime]


def opening(week: Week, day: date, zone: tzinfo) -> list[Span]:
    """Return the spans in which a hospital is open on a day; no hours mean the whole day."""
    midnight = datetime.combine(day, time(), zone)
    if not week:
        return [(midnight, midnight + timedelta(days=1))]
    return [
        (datetime.combine(day, begin, zone), _end(day, end, zone))
        for begin, end in week[day.weekday()]
    ]


def uncovered(open_spans: Iterable[Span], duty: Iterable[Span]) -> list[Span]:
    """Return the parts of some spans in which nobody of those on duty is there, in order.

    Examples
    --------
    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> desk = [(at(8), at(12)), (at(13), at(23))]
    >>> [(begin.hour, end.hour) for begin, end in uncovered([(at(8), at(22))], desk)]
    [(12, 13)]
    """
    served = sorted(duty)
    gaps: list[Span] = []
    for begin, end in open_spans:
        at = begin
        for first, last in served:
            if last <= at:
                continue
            if first >= end:
                break
            if first > at:
                gaps.append((at, first))
            at = max(at, last)
        if at < end:
            gaps.append((at, end))
    return gaps


def _end(day: date, end: time, zone: tzinfo) -> datetime:
    closes = datetime.combine(day, end, zone)
    return closes if end != time() else closes + timedelta(days=1)
