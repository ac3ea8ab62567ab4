"""Matching keys of a search: how they are written, and whether a data set matches them.

References
----------
DICOM PS3.18 section 8.3.4.1 (match parameters); PS3.4 section C.2.2.2 (attribute matching);
PS3.5 table 6.2-1 (DT, DA).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, ClassVar

from pydicom.datadict import dictionary_VR, tag_for_keyword

from tongying.kernel.errors import BadInput
from tongying.web.workitems.dataset import Json

_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_DT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)?(?P<day>\d\d)?(?P<hour>\d\d)?(?P<minute>\d\d)?"
    r"(?P<second>\d\d)?(?:\.(?P<fraction>\d{1,6}))?(?P<zone>[+-](?:0\d|1[0-4])[0-5]\d)?"
)
_RANGED = frozenset(["DA", "DT", "TM"])
_IGNORE_CASE = frozenset(["PN"])


class KeyRefused(BadInput):
    """A matching key names no attribute, or its value is malformed."""

    code: ClassVar[str] = "ups.key"


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time: `low` is included, `high` is not; None is open."""

    low: datetime | None
    high: datetime | None


@dataclass(frozen=True, slots=True)
class Key:
    """A matching key: the tags that lead to the attribute, its VR, and what to match.

    Attributes
    ----------
    path : tuple of str
        Tags of eight hexadecimal digits, the sequences first.
    vr : str
    value : str
        As it was written; empty or ``*`` matches everything.
    span : Span or None
        Of a DT.
    """

    path: tuple[str, ...]
    vr: str
    value: str
    span: Span | None = None


def path_of(name: str) -> tuple[tuple[str, ...], str]:
    """Return the tags that an attribute's name leads through, and the last one's VR.

    Raises
    ------
    KeyRefused
        If a part of it is neither a tag nor a keyword, or not a sequence where one is needed.
    """
    tags, vr = [], "SQ"
    for part in name.split("."):
        number = int(part, 16) if _TAG.fullmatch(part) else tag_for_keyword(part)
        if number is None or vr != "SQ":
            raise KeyRefused(f"“{name[:60]}” is not the name of an attribute.")
        try:
            vr = dictionary_VR(number)
        except KeyError:
            vr = "UN"
        tags.append(f"{number:08X}")
    return tuple(tags), vr


def read_key(name: str, value: str, zone: tzinfo) -> Key:
    """Read a matching key.

    Parameters
    ----------
    name, value : str
        As written in the query.
    zone : tzinfo
        In which times without an offset are meant.

    Raises
    ------
    KeyRefused
        If the name is no attribute's, a sequence is to match as a whole, or a time is malformed.
    """
    path, vr = path_of(name)
    if value in ("", "*"):
        return Key(path, vr, "")
    if vr == "SQ":
        raise KeyRefused(f"“{name[:60]}” is a sequence; name an attribute in it.")
    if vr == "DT":
        return Key(path, vr, value, _range(value.replace(" ", "+"), zone))
    if vr in _RANGED and re.fullmatch(r"[\d.\-]*\d[\d.\-]*", value) is None:
        raise KeyRefused(f"“{value[:20]}” is not a date or time, nor a range of them.")
    return Key(path, vr, value)


def matches(elements: Json, key: Key, zone: tzinfo) -> bool:
    """Say whether a data set matches a key: in a sequence, whether one of its items does."""
    if not key.value:
        return True
    return any(_value_matches(value, key, zone) for value in _values(elements, key.path))


def span_of(text: str, zone: tzinfo) -> Span | None:
    """Return the span of time that a DT stands for, or None if it is none."""
    found = _DT.fullmatch(text)
    if found is None:
        return None
    given = {name: int(part) for name, part in found.groupdict().items() if _is_part(name, part)}
    micro = int((found["fraction"] or "").ljust(6, "0")) if found["fraction"] else 0
    try:
        low = datetime(
            given["year"],
            given.get("month", 1),
            given.get("day", 1),
            given.get("hour", 0),
            given.get("minute", 0),
            min(given.get("second", 0), 59),
            micro,
            tzinfo=_zone(found["zone"]) or zone,
        )
        return Span(low, _end(low, given, found["fraction"]))
    except (ValueError, OverflowError):
        return None


def _is_part(name: str, part: str | None) -> bool:
    return part is not None and name not in ("fraction", "zone")


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    return timezone(-ahead if text[0] == "-" else ahead)


def _end(low: datetime, given: dict[str, int], fraction: str | None) -> datetime:
    if "month" not in given:
        return low.replace(year=low.year + 1)
    if "day" not in given:
        return (low + timedelta(days=32)).replace(day=1)
    if fraction:
        return low + timedelta(microseconds=10 ** (6 - len(fraction)))
    for unit in ("second", "minute", "hour"):
        if unit in given:
            return low + timedelta(**{f"{unit}s": 1})
    return low + timedelta(days=1)


def _range(text: str, zone: tzinfo) -> Span:
    """Read a DT, or a range of two with a hyphen, of which one may be missing."""
    single = span_of(text, zone)
    if single is not None:
        return single
    for place in (place for place, sign in enumerate(text) if sign == "-"):
        first, last = text[:place], text[place + 1 :]
        low = span_of(first, zone) if first else Span(None, None)
        high = span_of(last, zone) if last else Span(None, None)
        if low is not None and high is not None and (first or last):
            return Span(low.low, high.high)
    raise KeyRefused(f"“{text[:40]}” is not a time (YYYYMMDDHHMMSS), nor a range of them.")


def _values(elements: Json, path: tuple[str, ...]) -> list[Any]:
    found = elements.get(path[0], {}).get("Value", [])
    if len(path) == 1:
        return list(found)
    return [value for item in found for value in _values(item, path[1:])]


def _value_matches(value: Any, key: Key, zone: tzinfo) -> bool:
    if value is None:
        return False
    if key.span is not None:
        kept = span_of(str(value), zone)
        return kept is not None and _meet(kept, key.span)
    if key.vr == "PN":
        groups = [str(group) for group in value.values()]
        whole = "=".join(groups)
        return any(_text_matches(group, key) for group in (*groups, whole))
    if key.vr in _RANGED and "-" in key.value:
        low, _, high = key.value.partition("-")
        text = str(value)
        return (not low or text >= low) and (not high or text <= high)
    return _text_matches(str(value), key)


def _meet(kept: Span, asked: Span) -> bool:
    """Say whether a kept moment begins within what is asked for."""
    begins = kept.low
    if begins is None:
        return False
    after = asked.low is None or begins >= asked.low
    return after and (asked.high is None or begins < asked.high)


def _text_matches(text: str, key: Key) -> bool:
    if key.vr == "UI":
        return text in re.split(r"[\\,]", key.value)
    if key.vr in _IGNORE_CASE:
        return _wildcard(text.casefold(), key.value.casefold())
    return _wildcard(text, key.value)


def _wildcard(text: str, pattern: str) -> bool:
    """Match ``*`` and ``?``, in time that grows with both lengths only."""
    at = place = 0
    star, back = -1, 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, back = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", text[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            back += 1
            at, place = back, star + 1
        else:
            return False
    return not pattern[place:].strip("*")
