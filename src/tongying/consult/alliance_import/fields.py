"""Cells as values: days, times, ages, numbers, words and lists of words.

Every reader takes the column, for its refusal names it. Where a value is on record already, an
empty cell leaves it as it is, and a lone ``-`` takes it away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Final, TypeVar

from tongying.consult.alliance import Week
from tongying.consult.alliance_faults import AllianceRefused, FaultCode, fault
from tongying.consult.alliance_import.hours import HoursUnreadable, read_hours_text
from tongying.consult.alliance_import.vocabulary import NO, YES
from tongying.kernel.sheet import Column

NOTHING: Final = "-"
"""What a cell says that takes a value away."""
DAYS_OF: Final = {
    "天": 1.0,
    "日": 1.0,
    "d": 1.0,
    "周": 7.0,
    "w": 7.0,
    "月": 30.4375,
    "m": 30.4375,
    "岁": 365.25,
    "y": 365.25,
}
"""Mean days of each unit of age (Gregorian year of 365.25 days to two decimals)."""
_AGE = re.compile(
    r"(\d{1,5}(?:\.\d{1,2})?)\s*(天|日|周|个?月|岁|d|w|m|y)?(?:ays?|eeks?|onths?|ears?)?"
)
_DAY = re.compile(r"(\d{4})(?:(\d{2})(\d{2})|[-/.年](\d{1,2})[-/.月](\d{1,2})日?)")
_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_SEPARATORS = re.compile(r"[\s,;/、，；|]+")
T = TypeVar("T", bound=StrEnum)


def text_of(column: Column, given: str | None, before: str, *, most: int) -> str:
    """Return a text.

    Raises
    ------
    AllianceRefused
        If it is longer than `most` characters.
    """
    if given is None:
        return before
    if given == NOTHING:
        return ""
    if len(given) > most:
        raise AllianceRefused(fault(FaultCode.LONG, column=column.en, most=str(most)))
    return given


def needed(column: Column, given: str | None) -> str:
    """Return a text that must be there.

    Raises
    ------
    AllianceRefused
        If it is not.
    """
    if given is None or given == NOTHING:
        raise AllianceRefused(fault(FaultCode.MISSING, column=column.en))
    return given


def email_of(column: Column, given: str | None, before: str) -> str:
    """Return an e-mail address.

    Raises
    ------
    AllianceRefused
        If it is none.
    """
    if given is None or given == NOTHING:
        return before if given is None else ""
    if not _EMAIL.fullmatch(given) or len(given) > 254:
        raise _not(FaultCode.EMAIL, column, given)
    return given


def day_of(column: Column, given: str | None, before: date | None) -> date | None:
    """Return a day, written as 2026-03-01, 2026/3/1, 20260301 or 2026年3月1日.

    Raises
    ------
    AllianceRefused
        If it is none.
    """
    if given is None or given == NOTHING:
        return before if given is None else None
    day = read_day(given)
    if day is None:
        raise _not(FaultCode.DATE, column, given)
    return day


def read_day(text: str) -> date | None:
    """Return a day from its text, or None where it is none.

    Examples
    --------
    >>> read_day("2026/3/1"), read_day("20260230")
    (datetime.date(2026, 3, 1), None)
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
    except ValueError:
        return None


def moment_of(column: Column, given: str | None, zone: tzinfo) -> datetime:
    """Return a moment written as ``2026-03-01 08:00``; 24:00 is midnight at the end of the day.

    Raises
    ------
    AllianceRefused
        If nothing is given or it is no time.
    """
    text = needed(column, given)
    written = re.fullmatch(r"(.+?)[ T]+(\d{1,2}):(\d{2})(?::00)?", text)
    day = read_day(written[1]) if written else None
    if written is None or day is None:
        raise _not(FaultCode.TIME, column, text)
    hour, minute = int(written[2]), int(written[3])
    late = (hour, minute) == (24, 0)
    try:
        at = datetime(day.year, day.month, day.day, 0 if late else hour, minute, tzinfo=zone)
        return _next_day(at) if late else at
    except (ValueError, OverflowError):
        raise _not(FaultCode.TIME, column, text) from None


def age_of(column: Column, given: str | None, before: int | None) -> int | None:
    """Return an age in completed days; a number without a unit counts days.

    Raises
    ------
    AllianceRefused
        If it is none.
    """
    if given is None or given == NOTHING:
        return before if given is None else None
    match = _AGE.fullmatch(given.casefold())
    if match is None:
        raise _not(FaultCode.AGE, column, given)
    unit = (match[2] or "天").removeprefix("个")
    return int(float(match[1]) * DAYS_OF[unit])


def number_of(
    column: Column, given: str | None, before: int | None, *, least: int, most: int
) -> int | None:
    """Return a whole number.

    Parameters
    ----------
    column : Column
    given : str or None
        The cell; None where nothing is given.
    before : int or None
        What is on record.
    least, most : int
        Both included.

    Raises
    ------
    AllianceRefused
        If it is none, or lies outside.
    """
    if given is None or given == NOTHING:
        return before if given is None else None
    fine = given.isascii() and given.isdigit() and len(given) < 6
    if not fine or not least <= int(given) <= most:
        raise AllianceRefused(
            fault(
                FaultCode.NUMBER,
                column=column.en,
                value=_short(given),
                least=str(least),
                most=str(most),
            )
        )
    return int(given)


def flag_of(column: Column, given: str | None, *, before: bool) -> bool:
    """Return a yes (是) or no (否).

    Raises
    ------
    AllianceRefused
        If it is neither.
    """
    if given is None:
        return before
    word = given.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise _not(FaultCode.WORD, column, given)


def hours_of(column: Column, given: str | None, before: Week) -> Week:
    """Return opening hours.

    Raises
    ------
    AllianceRefused
        If they cannot be read.
    """
    if given is None or given == NOTHING:
        return before if given is None else ()
    try:
        return read_hours_text(given)
    except HoursUnreadable:
        raise _not(FaultCode.HOURS, column, given) from None


def word_of(column: Column, given: str, words: Mapping[T, tuple[str, ...]]) -> T:
    """Return the term a word stands for.

    Raises
    ------
    AllianceRefused
        If it is not known.
    """
    name = " ".join(given.casefold().split())
    for term, others in words.items():
        if name == term.value or name in others:
            return term
    raise _not(FaultCode.WORD, column, given)


def words_of(
    column: Column,
    given: str | None,
    before: frozenset[T],
    words: Mapping[T, tuple[str, ...]],
) -> frozenset[T]:
    """Return the terms of a list of words, separated by spaces, commas, 、 or /.

    Raises
    ------
    AllianceRefused
        If one of them is not known.
    """
    if given is None or given == NOTHING:
        return before if given is None else frozenset()
    return frozenset(word_of(column, one, words) for one in _split(given))


def modalities_of(
    column: Column,
    given: str | None,
    before: frozenset[str],
    words: Mapping[str, tuple[str, ...]],
) -> frozenset[str]:
    """Return the DICOM codes of a list of modalities.

    Raises
    ------
    AllianceRefused
        If one of them is not known.
    """
    if given is None or given == NOTHING:
        return before if given is None else frozenset()
    found = set()
    for one in _split(given):
        code = one.upper()
        if code not in words:
            code = next((code for code, names in words.items() if one.casefold() in names), "")
        if not code:
            raise _not(FaultCode.WORD, column, one)
        found.add(code)
    return frozenset(found)


def _split(text: str) -> list[str]:
    return [one for one in _SEPARATORS.split(text) if one]


def _next_day(at: datetime) -> datetime:
    return datetime.fromordinal(at.toordinal() + 1).replace(tzinfo=at.tzinfo)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _not(code: FaultCode, column: Column, value: str) -> AllianceRefused:
    return AllianceRefused(fault(code, column=column.en, value=_short(value)))
