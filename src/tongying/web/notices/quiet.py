"""Quiet hours: when they hold a notice back, and until when."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_end(
    start: time | None, end: time | None, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """Return when the quiet hours that hold now end, or None outside them.

    Parameters
    ----------
    start, end : time or None
        From (included) until (excluded), in the zone's wall time; over midnight where the end lies
        before the start. Two equal times, or a missing one, are no quiet hours.
    now : datetime
        With time zone.
    zone : ZoneInfo

    Examples
    --------
    >>> zone = ZoneInfo("Asia/Shanghai")
    >>> late = datetime(2026, 3, 1, 23, 30, tzinfo=zone)
    >>> quiet_end(time(22), time(6, 30), late, zone).isoformat()
    '2026-03-02T06:30:00+08:00'
    >>> quiet_end(time(22), time(6, 30), late.replace(hour=12), zone)
    """
    if start is None or end is None or start == end:
        return None
    here = now.astimezone(zone)
    at = here.time().replace(tzinfo=None)
    if start < end:
        if not start <= at < end:
            return None
        day = here.date()
    elif at >= start:
        day = here.date() + timedelta(days=1)
    elif at < end:
        day = here.date()
    else:
        return None
    return datetime.combine(day, end, zone)
