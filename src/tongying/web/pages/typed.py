"""What people type into a field: numbers and days as they write them, never guessed at."""

from __future__ import annotations

import math
import re
from datetime import date

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
"""As 1,312: thousands to one reader, 1.312 to another."""


def decimal(text: str) -> float | None:
    """Return a number; None where nothing is typed, NaN where it is none or could be two.

    A decimal comma is read as such, but not where it could part thousands: what is 1312 to one
    person and 1.312 to another is asked again.

    Examples
    --------
    >>> decimal("7,5"), decimal(" ７５ "), decimal("")
    (7.5, 75.0, None)
    >>> math.isnan(decimal("1,312")), math.isnan(decimal("inf"))
    (True, True)
    """
    plain = text.strip().replace("，", ",").replace("．", ".").replace("−", "-")
    if not plain:
        return None
    if _GROUPED.fullmatch(plain):
        return math.nan
    try:
        value = float(plain.replace(",", "."))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def day(text: str) -> date | None:
    """Return a day written as 2026-03-01, or None."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def whole(text: str) -> int | None:
    """Return a whole number of at most 18 digits, or None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def gestation_days(weeks: str, days: str) -> int | None:
    """Return days of weeks and days; None where nothing is typed, -1 where they are none.

    Nothing is cut to fit: 39 weeks and 9 days is asked again.

    Examples
    --------
    >>> gestation_days("39", ""), gestation_days("", ""), gestation_days("39", "9")
    (273, None, -1)
    """
    given = weeks.strip(), days.strip()
    if not any(given):
        return None
    found, rest = whole(given[0]), whole(given[1] or "0")
    if found is None or rest is None or rest > 6 or found > 99:
        return -1
    return found * 7 + rest
