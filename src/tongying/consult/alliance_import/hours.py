"""Opening hours as people write them: ``周一-周五 08:00-12:00 13:00-17:00；周六 08:00-12:00``."""

from __future__ import annotations

import re
from datetime import UTC, time
from typing import ClassVar, Final

from tongying.consult.alliance import Week
from tongying.consult.service_hours import DAYS, ServiceHours, ServiceHoursRefused
from tongying.kernel.errors import BadInput

_DAYS: Final = (
    ("周一", "星期一", "mon"),
    ("周二", "星期二", "tue"),
    ("周三", "星期三", "wed"),
    ("周四", "星期四", "thu"),
    ("周五", "星期五", "fri"),
    ("周六", "星期六", "sat"),
    ("周日", "星期日", "周天", "sun"),
)
_PLACE: Final = {name: place for place, names in enumerate(_DAYS) for name in names}
_DAILY: Final = ("每天", "每日", "daily")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–~至]\s*(\d{1,2}):(\d{2})")
_DAY = re.compile(r"([^\W\d_]+)(?:\s*[-–~至]\s*([^\W\d_]+))?")
ALWAYS: Final = ("全天", "24小时", "always")


class HoursUnreadable(BadInput):
    """The text does not say opening hours."""

    code: ClassVar[str] = "service-hours.unreadable"


def read_hours_text(text: str) -> Week:
    """Return opening hours from their text; "always" and 全天 are hours that never close.

    Raises
    ------
    HoursUnreadable
        If a part cannot be read, a day is named twice, or spans overlap.

    Examples
    --------
    >>> len(read_hours_text("周一-周五 08:00-17:00; 周六 08:00-12:00"))
    7
    >>> read_hours_text("always")
    ()
    """
    plain = text.strip().casefold().replace("：", ":").replace("；", ";").replace("，", ";")
    if plain in ALWAYS:
        return ()
    week: list[tuple[tuple[time, time], ...]] = [()] * DAYS
    for part in filter(None, (one.strip() for one in plain.split(";"))):
        spans = tuple(_span(match) for match in _SPAN.finditer(part))
        rest = _SPAN.sub(" ", part)
        days = _days(rest)
        if not spans or any(week[day] for day in days):
            raise HoursUnreadable("The opening hours cannot be read.")
        for day in days:
            week[day] = spans
    hours = tuple(week)
    try:
        ServiceHours(hours, UTC)
    except ServiceHoursRefused:
        raise HoursUnreadable("The opening hours cannot be read.") from None
    return hours


def hours_text(week: Week, *, english: bool = False) -> str:
    """Write opening hours, days of the same hours together; they read back the same.

    Examples
    --------
    >>> hours_text(read_hours_text("Mon-Fri 8:00-17:00"))
    '周一-周五 08:00-17:00'
    >>> hours_text(read_hours_text("周一-周五 8:00-17:00"), english=True)
    'Mon-Fri 08:00-17:00'
    >>> hours_text(())
    '全天'
    """
    if not week:
        return ALWAYS[-1 if english else 0]
    parts: list[str] = []
    first = 0
    while first < DAYS:
        last = first
        while last + 1 < DAYS and week[last + 1] == week[first]:
            last += 1
        if week[first]:
            spans = " ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in week[first])
            parts.append(f"{_named(first, last, english=english)} {spans}")
        first = last + 1
    return ("; " if english else "；").join(parts)


def _named(first: int, last: int, *, english: bool) -> str:
    place = -1 if english else 0
    if (first, last) == (0, DAYS - 1):
        return _DAILY[place]
    name, until = _DAYS[first][place].capitalize(), _DAYS[last][place].capitalize()
    return name if first == last else f"{name}-{until}"


def _span(match: re.Match[str]) -> tuple[time, time]:
    numbers = [int(one) for one in match.groups()]
    try:
        return time(numbers[0], numbers[1]), time(numbers[2] % 24, numbers[3])
    except ValueError:
        raise HoursUnreadable("The opening hours cannot be read.") from None


def _days(text: str) -> list[int]:
    names = text.replace("、", " ").replace(",", " ").strip()
    if not names or names in _DAILY:
        return list(range(DAYS))
    days: list[int] = []
    if _DAY.sub("", names).strip():
        raise HoursUnreadable("The opening hours cannot be read.")
    for match in _DAY.finditer(names):
        first, last = _PLACE.get(match[1]), _PLACE.get(match[2] or match[1])
        if first is None or last is None or last < first:
            raise HoursUnreadable("The opening hours cannot be read.")
        days += range(first, last + 1)
    return days
