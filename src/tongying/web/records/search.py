"""Searching the index for a viewer: the one search behind QIDO-RS, C-FIND and the pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet

from tongying.archive.query import Level, Query
from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput
from tongying.web.records.attributes import ATTRIBUTES, BY_KEYWORD, PREFIX, Attribute
from tongying.web.records.models import Instance, Series, Study
from tongying.web.records.visible import studies_for

MOST_ROWS = 5000
"""Rows returned at most in one answer; a further page is asked for with an offset."""

_ORDER: dict[Level, tuple[str, ...]] = {
    Level.STUDY: ("-date", "-id"),
    Level.SERIES: ("study_id", "number", "id"),
    Level.IMAGE: ("series_id", "number", "id"),
}


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


def search(viewer: Viewer, query: Query) -> Found:
    """Search the studies, series or instances that exist for a viewer.

    Raises
    ------
    MatchRefused
        If a date, time or number to match is malformed.
    """
    prefixes = PREFIX[query.level]
    table = _visible(viewer, query.level)
    ignored = []
    for keyword, value in query.matches.items():
        attribute = BY_KEYWORD.get(keyword)
        if attribute is None or attribute.level not in prefixes:
            ignored.append(keyword)
        elif value not in ("", "*"):
            table = table.filter(_condition(attribute, value, prefixes, fuzzy=query.fuzzy))
    attributes = tuple(
        attribute
        for attribute in ATTRIBUTES
        if attribute.level in prefixes
        and (attribute.always or attribute.keyword in query.fields or "*" in query.fields)
    )
    columns = [
        prefixes[attribute.level] + column
        for attribute in attributes
        for column in attribute.columns
    ]
    limit = min(MOST_ROWS if query.limit is None else query.limit, MOST_ROWS)
    window = table.order_by(*_ORDER[query.level])[query.offset : query.offset + limit + 1]
    owner = prefixes[Level.STUDY] + "hospital_id"
    rows = list(window.values_list(owner, *columns))
    more = len(rows) > limit
    rows = _own_copy_first(viewer, rows[:limit], attributes)
    return Found(
        attributes, [row[1:] for row in rows], more, tuple(ignored), [row[0] for row in rows]
    )


def _visible(viewer: Viewer, level: Level) -> QuerySet[Any]:
    studies = studies_for(viewer)
    if level is Level.STUDY:
        return studies
    if level is Level.SERIES:
        return Series.objects.filter(study__in=studies)
    return Instance.objects.filter(series__study__in=studies)


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


def _condition(
    attribute: Attribute, value: str, prefixes: dict[Level, str], *, fuzzy: bool
) -> Q:
    prefix = prefixes[attribute.level]
    if attribute.keyword == "PatientName":
        return _name_condition(attribute, value, prefix, fuzzy=fuzzy)
    column = prefix + attribute.columns[0]
    if attribute.keyword == "ModalitiesInStudy":
        wanted = Q()
        for one in value.split("\\"):
            wanted |= Q(**{f"{column}__regex": rf"(^|\\){re.escape(one)}(\\|$)"})
        return wanted
    match attribute.vr:
        case "DA":
            return _range(column, value, _date)
        case "TM":
            return _range(column, value, _time)
        case "IS" | "US":
            return Q(**{column: _number(value)})
        case "DS":
            return Q(**{column: _decimal(value)})
        case "UI":
            return Q(**{f"{column}__in": re.split(r"[\\,]", value)})
        case _:
            return _text(column, value)


def _name_condition(attribute: Attribute, value: str, prefix: str, *, fuzzy: bool) -> Q:
    if fuzzy:
        return fuzzy_name(value.replace("*", " ").replace("^", " "), prefix)
    groups = value.split("=")
    if len(groups) > 1:
        condition = Q()
        for group, column in zip(groups, attribute.columns, strict=False):
            if group not in ("", "*"):
                condition &= _text(prefix + column, group, ignore_case=True)
        return condition
    condition = Q()
    for column in attribute.columns:
        condition |= _text(prefix + column, value, ignore_case=True)
    return condition


def fuzzy_name(words: str, prefix: str = "") -> Q:
    """Return the condition under which every word is found in a child's name, pinyin or initials."""
    condition = Q()
    for word in words.lower().split():
        condition &= Q(**{f"{prefix}child__name_search__contains": word})
    return condition


def _text(column: str, value: str, *, ignore_case: bool = False) -> Q:
    if "*" in value or "?" in value:
        if not ignore_case and value.endswith("*") and not re.search(r"[*?]", value[:-1]):
            return Q(**{f"{column}__startswith": value[:-1]})
        pattern = "".join(
            ".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in value
        )
        return Q(**{f"{column}__{'iregex' if ignore_case else 'regex'}": f"^{pattern}$"})
    if "\\" in value:
        return Q(**{f"{column}__in": value.split("\\")})
    return Q(**{f"{column}__iexact" if ignore_case else column: value})


def _range(column: str, value: str, parse: Any) -> Q:
    low, dash, high = value.partition("-")
    if not dash:
        return Q(**{column: parse(value, last=False)}) if len(low) >= len("YYYYMMDD") else (
            Q(**{f"{column}__gte": parse(low, last=False)})
            & Q(**{f"{column}__lte": parse(low, last=True)})
        )
    condition = Q()
    if low:
        condition &= Q(**{f"{column}__gte": parse(low, last=False)})
    if high:
        condition &= Q(**{f"{column}__lte": parse(high, last=True)})
    return condition


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
        return int(text)
    except ValueError:
        raise MatchRefused(f"“{text[:20]}” is not a whole number.") from None


def _decimal(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise MatchRefused(f"“{text[:20]}” is not a number.") from None
