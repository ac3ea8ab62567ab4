"""Searching the index for a viewer: the one search behind QIDO-RS, C-FIND and the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache, reduce
from operator import or_
from typing import Any, ClassVar, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from tongying.archive.query import Level, Query
from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput
from tongying.web import prepared
from tongying.web.records.attributes import ATTRIBUTES, BY_KEYWORD, PREFIX, Attribute
from tongying.web.records.models import Instance, Series, Study
from tongying.web.records.visible import (
    rule_values,
    rule_viewer,
    series_condition,
    studies_condition,
)

MOST_ROWS = 5000
"""Rows returned at most in one answer; a further page is asked for with an offset."""

_ORDER: dict[Level, tuple[str, ...]] = {
    Level.STUDY: ("-date", "-id"),
    Level.SERIES: ("study_id", "number", "id"),
    Level.IMAGE: ("series_id", "number", "id"),
}
_LARGEST = 2**31 - 1
"""DICOM PS3.5 table 6.2-1, IS."""
_TABLE: dict[Level, Any] = {Level.STUDY: Study, Level.SERIES: Series, Level.IMAGE: Instance}


class MatchRefused(BadInput):
    """A value to match is malformed."""

    code: ClassVar[str] = "query.match"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes
    ----------
    attributes : tuple of Attribute
        What each row holds, in order.
    rows : list of tuple
        One value per column of each attribute (a person name that is kept in three columns takes
        three).
    more : bool
        Whether there are further rows beyond these.
    ignored : tuple of str
        Keywords that were to be matched but are not indexed.
    hospitals : list of str
        The hospital whose study each row belongs to.
    """

    attributes: tuple[Attribute, ...]
    rows: list[tuple[Any, ...]]
    more: bool
    ignored: tuple[str, ...]
    hospitals: list[str]


class Term(NamedTuple):
    """One comparison: a column, Django's lookup, and the values of the right-hand side."""

    column: str
    lookup: str
    values: tuple[prepared.Value, ...]

    @property
    def shape(self) -> tuple[str, str, int]:
        """What the query's SQL depends on."""
        return self.column, self.lookup, len(self.values)

    def condition(self, given: Iterator[Any]) -> Q:
        """Return the comparison with values taken from `given`."""
        taken = [next(given) for _ in self.values]
        return Q(**{f"{self.column}__{self.lookup}": taken if self.lookup == "in" else taken[0]})


Clause = tuple[Term, ...]
"""Terms of which one must hold."""


def search(viewer: Viewer, query: Query) -> Found:
    """Search the studies, series or instances that exist for a viewer.

    Raises
    ------
    MatchRefused
        If a date, time or number to match is malformed.
    """
    prefixes = PREFIX[query.level]
    clauses: list[Clause] = []
    ignored = []
    for keyword, value in query.matches.items():
        attribute = BY_KEYWORD.get(keyword)
        if attribute is None or attribute.level not in prefixes:
            ignored.append(keyword)
        elif value not in ("", "*"):
            prefix = prefixes[attribute.level]
            clauses += clauses_of(attribute, value, prefix, fuzzy=query.fuzzy)
    fields = query.fields & _KNOWN
    attributes = _wanted(query.level, fields)
    limit = min(MOST_ROWS if query.limit is None else query.limit, MOST_ROWS)
    rows = _rows(viewer, (query.level, fields), clauses, (limit + 1, query.offset))
    more = len(rows) > limit
    rows = _own_copy_first(viewer, rows[:limit], attributes)
    return Found(
        attributes, [row[1:] for row in rows], more, tuple(ignored), [row[0] for row in rows]
    )


_KNOWN = BY_KEYWORD.keys() | {"*"}


@lru_cache(maxsize=1000)
def _wanted(level: Level, fields: frozenset[str]) -> tuple[Attribute, ...]:
    return tuple(
        attribute
        for attribute in ATTRIBUTES
        if attribute.level in PREFIX[level]
        and (attribute.always or attribute.keyword in fields or "*" in fields)
    )


def _rows(
    viewer: Viewer,
    wanted: tuple[Level, frozenset[str]],
    clauses: Sequence[Clause],
    window: tuple[int, int],
) -> list[tuple[Any, ...]]:
    """Return owner and columns of the rows in a window of (limit, offset)."""
    level = wanted[0]
    below = level is not Level.STUDY
    terms = [term for clause in clauses for term in clause]
    values: list[prepared.Value] = [*rule_values(viewer, series=below)]
    for term in terms:
        values += term.values

    def build(stand_ins: Sequence[Any]) -> QuerySet[Any, Any]:
        given = iter(stand_ins)
        prefix = PREFIX[level][Level.STUDY]
        like = rule_viewer(viewer, given, series=below)
        condition = studies_condition(like, prefix)
        if below:
            condition &= series_condition(like, PREFIX[level][Level.SERIES])
        for clause in clauses:
            condition &= reduce(or_, [term.condition(given) for term in clause])
        columns = [
            PREFIX[level][attribute.level] + column
            for attribute in _wanted(*wanted)
            for column in attribute.columns
        ]
        table = _TABLE[level].objects.filter(condition).order_by(*_ORDER[level])
        return table.values_list(prefix + "hospital_id", *columns)

    matches = tuple([tuple([term.shape for term in clause]) for clause in clauses])
    shape = ("search", wanted, viewer.role, matches)
    return prepared.rows(shape, values, build, tail=" LIMIT %s OFFSET %s", tail_values=window)


def _own_copy_first(
    viewer: Viewer, rows: list[tuple[Any, ...]], attributes: Sequence[Attribute]
) -> list[tuple[Any, ...]]:
    """Where two hospitals hold the same object, show the viewer's own copy only."""
    if all(row[0] == viewer.hospital for row in rows):
        return rows
    place = 1
    for attribute in attributes:
        if attribute.vr == "UI" and attribute.keyword in (
            "StudyInstanceUID",
            "SeriesInstanceUID",
            "SOPInstanceUID",
        ):
            key = place
        place += len(attribute.columns)
    own = {row[key] for row in rows if row[0] == viewer.hospital}
    return [row for row in rows if row[0] == viewer.hospital or row[key] not in own]


def clauses_of(attribute: Attribute, value: str, prefix: str, *, fuzzy: bool) -> list[Clause]:
    """Return what must hold for an attribute to match a value: every clause.

    Raises
    ------
    MatchRefused
        If a date, time or number to match is malformed.
    """
    if attribute.keyword == "PatientName":
        return _name_clauses(attribute, value, prefix, fuzzy=fuzzy)
    column = prefix + attribute.columns[0]
    if attribute.keyword == "ModalitiesInStudy":
        wanted = value.split("\\")
        return [tuple(Term(column, "regex", (rf"(^|\\){re.escape(one)}(\\|$)",)) for one in wanted)]
    match attribute.vr:
        case "DA":
            return _range(column, value, _date)
        case "TM":
            return _range(column, value, _time)
        case "IS" | "US":
            return [(Term(column, "exact", (_number(value),)),)]
        case "DS":
            return [(Term(column, "exact", (_decimal(value),)),)]
        case "UI":
            return [(_any_of(column, re.split(r"[\\,]", value)),)]
        case _:
            return [(_text(column, value),)]


def _name_clauses(attribute: Attribute, value: str, prefix: str, *, fuzzy: bool) -> list[Clause]:
    if fuzzy:
        words = value.replace("*", " ").replace("^", " ").lower().split()
        return [(Term(f"{prefix}child__name_search", "contains", (word,)),) for word in words]
    groups = value.split("=")
    if len(groups) > 1:
        return [
            (_text(prefix + column, group, ignore_case=True),)
            for group, column in zip(groups, attribute.columns, strict=False)
            if group not in ("", "*")
        ]
    columns = [prefix + column for column in attribute.columns]
    return [tuple(_text(column, value, ignore_case=True) for column in columns)]


def fuzzy_name(words: str, prefix: str = "") -> Q:
    """Return the condition that every word is in a child's name, pinyin or initials."""
    condition = Q()
    for word in words.lower().split():
        condition &= Q(**{f"{prefix}child__name_search__contains": word})
    return condition


def _text(column: str, value: str, *, ignore_case: bool = False) -> Term:
    if "*" in value or "?" in value:
        if value.endswith("*") and not re.search(r"[*?]", value[:-1]):
            return Term(column, "istartswith" if ignore_case else "startswith", (value[:-1],))
        pattern = "".join(
            ".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in value
        )
        return Term(column, "iregex" if ignore_case else "regex", (f"^{pattern}$",))
    if "\\" in value:
        return _any_of(column, value.split("\\"))
    if ignore_case:
        return Term(column, "iexact", (connection.ops.prep_for_iexact_query(value),))
    return Term(column, "exact", (value,))


def _any_of(column: str, values: Sequence[str]) -> Term:
    one = len(values) == 1
    return Term(column, "exact" if one else "in", tuple(values))


def _range(column: str, value: str, parse: Any) -> list[Clause]:
    low, dash, high = value.partition("-")
    if not dash:
        if len(low) >= len("YYYYMMDD"):
            return [(Term(column, "exact", (parse(low, last=False),)),)]
        # A time to the second means all of that second.
        high = low
    clauses: list[Clause] = []
    if low:
        clauses.append((Term(column, "gte", (parse(low, last=False),)),))
    if high:
        clauses.append((Term(column, "lte", (parse(high, last=True),)),))
    return clauses


def _date(text: str, *, last: bool) -> date:
    digits = text.strip().replace(".", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise MatchRefused(f"“{text[:20]}” is not a date; write YYYYMMDD.") from None


def _time(text: str, *, last: bool) -> time:
    digits = text.strip().replace(":", "")
    whole, _, fraction = digits.partition(".")
    rest = "595959"[len(whole) :] if last else "000000"[len(whole) :]
    whole += rest
    try:
        micro = int((fraction + "000000")[:6]) if fraction else (999999 if last else 0)
        return time(int(whole[:2]), int(whole[2:4]), int(whole[4:6]), micro)
    except ValueError:
        raise MatchRefused(f"“{text[:20]}” is not a time; write HHMMSS.") from None


def _number(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise MatchRefused(f"“{text[:20]}” is not a whole number.") from None
    if abs(number) > _LARGEST:
        raise MatchRefused(f"“{text[:20]}” is larger than an integer string can be.")
    return number


def _decimal(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise MatchRefused(f"“{text[:20]}” is not a number.") from None
