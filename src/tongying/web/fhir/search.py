"""Reading a FHIR search: parameters, prefixes, tokens and paging; no rows.

References
----------
HL7 FHIR R4, "Search", http://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import ClassVar

from tongying.kernel.errors import BadInput
from tongying.web.fhir.kinds import Kind, Param, ParamType

COUNT = 50
"""Resources on a page unless `_count` says otherwise."""
MOST = 200
PREFIXES = ("eq", "ge", "le", "gt", "lt")
CONTROLS = frozenset({"_count", "_offset", "_sort", "_format", "_pretty"})
"""Parameters that say how the answer looks. `_offset` is this server's own, for its page links."""

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)


class SearchRefused(BadInput):
    """The search cannot be made as it is written."""

    code: ClassVar[str] = "fhir.search"


@dataclass(frozen=True, slots=True)
class Token:
    """A code or identifier; `system` is None where any will do."""

    system: str | None
    code: str


@dataclass(frozen=True, slots=True)
class Span:
    """A comparison with a span of time: from `low` (included) to `high` (excluded), with zone."""

    prefix: str
    low: datetime
    high: datetime


Term = Token | Span | str
"""One alternative of a parameter; a reference is the id it names, a string its words."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A parameter with its alternatives; clauses are all to hold."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """A search as understood.

    Attributes
    ----------
    clauses : tuple of Clause
    sort : tuple of (str, bool)
        Parameter names, each with whether it is descending.
    count, offset : int
    used : tuple of (str, str)
        The parameters that were understood, as they were written (for the `self` link).
    """

    clauses: tuple[Clause, ...]
    sort: tuple[tuple[str, bool], ...]
    count: int
    offset: int
    used: tuple[tuple[str, str], ...]


def parse(
    kind: Kind, pairs: Iterable[tuple[str, str]], *, base: str, zone: tzinfo, strict: bool
) -> Search:
    """Read the parameters of a search.

    Parameters
    ----------
    kind : Kind
    pairs : iterable of (str, str)
        Names and values as sent, in order.
    base : str
        Absolute address of this service, ending in ``/``; references may be written with it.
    zone : tzinfo
        The zone in which days and times without one are meant.
    strict : bool
        Refuse unknown parameters (``Prefer: handling=strict``) instead of leaving them out.

    Raises
    ------
    SearchRefused
        If a value is malformed, a modifier is asked for, or, when strict, a name is unknown.
    """
    clauses: list[Clause] = []
    used: list[tuple[str, str]] = []
    controls: dict[str, str] = {}
    for key, value in pairs:
        name, _, modifier = key.partition(":")
        param = kind.param(name)
        if param is None and name not in CONTROLS:
            if strict:
                raise SearchRefused(f"{kind.name} has no search parameter “{name[:40]}”.")
            continue
        typed = param is not None and modifier in param.targets
        if modifier and not typed:
            raise SearchRefused(f"The modifier of “{key[:40]}” is not supported.")
        if not value:
            continue
        if "\0" in value:
            raise SearchRefused(f"The value of “{name}” holds a character that no text has.")
        used.append((key, value))
        if param is None:
            controls[name] = value
            continue
        terms = tuple(
            _term(param, text, base=base, zone=zone) for text in _split(value, ",") if text
        )
        clauses.append(Clause(name, terms))
    count = _whole(controls.get("_count", str(COUNT)), "_count")
    return Search(
        clauses=tuple(clauses),
        sort=_sort(kind, controls.get("_sort", "")),
        count=min(count, MOST),
        offset=_whole(controls.get("_offset", "0"), "_offset"),
        used=tuple(entry for entry in used if entry[0] != "_offset"),
    )


def days(span: Span) -> tuple[date | None, date | None]:
    """Return the first and last day that a span admits for a value kept as a whole day.

    A day is itself a span; it matches as FHIR's prefixes say for spans. Either end may be open
    (None); a first day after the last admits nothing.
    """
    up = span.low.date() if _midnight(span.low) else span.low.date() + timedelta(days=1)
    match span.prefix:
        case "gt":
            return span.high.date(), None
        case "lt":
            return None, up - timedelta(days=1)
        case "ge":
            return span.low.date(), None
        case "le":
            last = span.high.date() if not _midnight(span.high) else span.high.date() - _DAY
            return None, last
        case _:
            return up, span.high.date() - timedelta(days=1)


_DAY = timedelta(days=1)


def _midnight(at: datetime) -> bool:
    return (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)


def _term(param: Param, text: str, *, base: str, zone: tzinfo) -> Term:
    match param.type:
        case ParamType.TOKEN:
            return _token(text)
        case ParamType.DATE:
            return span(text, param.name, zone=zone)
        case ParamType.REFERENCE:
            return _reference(param, text, base)
        case _:
            return _unescape(text)


def _token(text: str) -> Token:
    parts = _split(text, "|")
    if len(parts) == 1:
        return Token(None, _unescape(text))
    return Token(_unescape(parts[0]), _unescape("|".join(parts[1:])))


def _reference(param: Param, text: str, base: str) -> str:
    path = _unescape(text).removeprefix(base)
    kind, slash, id_ = path.partition("/")
    if not slash:
        return path
    if kind not in param.targets:
        raise SearchRefused(f"“{param.name}” does not refer to that kind of resource.")
    return id_


def span(text: str, name: str, *, zone: tzinfo) -> Span:
    """Read a date with its prefix as a span of time.

    Raises
    ------
    SearchRefused
        If it is not a date, or the prefix is not supported.
    """
    prefix, rest = ("eq", text) if text[:1].isdigit() else (text[:2], text[2:])
    found = _MOMENT.fullmatch(rest.replace(" ", "+"))
    if prefix not in PREFIXES or found is None:
        raise SearchRefused(f"“{name}” needs a date, after one of {', '.join(PREFIXES)} or none.")
    part = {key: int(value) for key, value in found.groupdict().items() if value and key != "zone"}
    try:
        low = datetime(
            _year(part["year"]),
            part.get("month", 1),
            part.get("day", 1),
            part.get("hour", 0),
            part.get("minute", 0),
            part.get("second", 0),
            tzinfo=_zone(found["zone"]) or zone,
        )
        high = _end(low, part)
    except ValueError:
        raise SearchRefused(f"“{name}” holds a date that does not exist.") from None
    return Span(prefix, low.astimezone(zone), high.astimezone(zone))


def _year(year: int) -> int:
    if not 1000 <= year <= 9000:
        raise ValueError("no clinical date")
    return year


def _end(low: datetime, part: dict[str, int]) -> datetime:
    if "month" not in part:
        return low.replace(year=low.year + 1)
    if "day" not in part:
        return (low + timedelta(days=32)).replace(day=1)
    if "hour" not in part:
        return low + timedelta(days=1)
    return low + (timedelta(seconds=1) if "second" in part else timedelta(minutes=1))


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    return datetime.fromisoformat(f"2000-01-01T00:00:00{text.replace('Z', '+00:00')}").tzinfo


def _sort(kind: Kind, text: str) -> tuple[tuple[str, bool], ...]:
    keys = []
    for one in filter(None, text.split(",")):
        name = one.removeprefix("-")
        param = kind.param(name)
        if param is None or not param.sorts:
            raise SearchRefused(f"{kind.name} cannot be sorted by “{name[:40]}”.")
        keys.append((name, one.startswith("-")))
    return tuple(keys)


def _whole(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise SearchRefused(f"“{name}” needs a whole number.")
    return int(text)


def _split(text: str, separator: str) -> Sequence[str]:
    r"""Split at a separator that is not escaped by ``\``."""
    return re.split(rf"(?<!\\){re.escape(separator)}", text)


def _unescape(text: str) -> str:
    return re.sub(r"\\([\\,|$])", r"\1", text)
