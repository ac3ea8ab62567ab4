"""QIDO-RS: searching studies, series and instances.

References
----------
DICOM PS3.18 section 10.6.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from tongying.archive.query import Level, Query
from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput
from tongying.web.dicomweb.accept import NotAcceptable, wants_json
from tongying.web.records.attributes import BY_TAG, Attribute
from tongying.web.records.children import NO_ID
from tongying.web.records.search import Found, search

_OPTIONS = frozenset({"limit", "offset", "fuzzymatching", "includefield", "accept", "charset"})
_LARGEST = 2**31
"""Nobody pages this far; larger numbers do not fit the database's."""
_TAG = re.compile(r"[0-9A-Fa-f]{8}")


class QueryRefused(BadInput):
    """A query parameter is malformed."""

    code: ClassVar[str] = "qido.parameter"


def answer(
    request: HttpRequest, viewer: Viewer, level: Level, within: dict[str, str]
) -> HttpResponse:
    """Answer a search; `within` holds the UIDs that the address names, by keyword.

    Raises
    ------
    QueryRefused, tongying.web.records.search.MatchRefused
        If a parameter is malformed.
    NotAcceptable
        If the client does not accept DICOM JSON.
    """
    if not wants_json(request):
        raise NotAcceptable("Search results come as application/dicom+json.")
    query = _query(request, level, within)
    found = search(viewer, query)
    body = _body(found, request.build_absolute_uri("/dicomweb"), level)
    response = HttpResponse(body, content_type="application/dicom+json")
    if found.more:
        response.headers["Warning"] = (
            '299 tongying "There are more results; ask on with offset and limit."'
        )
    elif found.ignored:
        ignored = ", ".join(found.ignored)
        response.headers["Warning"] = f'299 tongying "Not matched, not indexed: {ignored}"'
    return response


def _query(request: HttpRequest, level: Level, within: dict[str, str]) -> Query:
    matches = dict(within)
    for name in request.GET:
        if name.lower() not in _OPTIONS:
            keyword = _keyword(name)
            matches.setdefault(keyword, ",".join(request.GET.getlist(name)))
    fields = {
        _keyword(one) if one != "all" else "*"
        for given in request.GET.getlist("includefield")
        for one in given.split(",")
        if one
    }
    return Query(
        level=level,
        matches=matches,
        fields=frozenset(fields),
        fuzzy=request.GET.get("fuzzymatching", "false").lower() == "true",
        limit=_whole(request, "limit"),
        offset=_whole(request, "offset") or 0,
    )


def _keyword(name: str) -> str:
    if _TAG.fullmatch(name):
        attribute = BY_TAG.get(name.upper())
        return attribute.keyword if attribute else name.upper()
    return name


def _whole(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise QueryRefused(f"“{name}” must be a whole number, not “{text[:20]}”.")
    return min(int(text[:20]), _LARGEST)


def _body(found: Found, base: str, level: Level) -> bytes:
    """Return the rows as an array of DICOM JSON objects.

    Written element by element: a dict for every element and `json.dumps` take three times as long.
    """
    elements, places = _layout(found.attributes, level)
    rows = []
    for row in found.rows:
        address = base
        for part, place in places:
            address += f"/{part}/{row[place]}"
        parts = [write(row) for write in elements]
        parts.append(f'"00081190":{{"vr":"UR","Value":[{_quoted(address)}]}}')
        # PS3.18 F.2.2: in ascending order of tag. The tag leads each text.
        parts.sort()
        rows.append("{" + ",".join(parts) + "}")
    return ("[" + ",".join(rows) + "]").encode()


Row = tuple[Any, ...]
_PARTS = {
    "studies": "StudyInstanceUID",
    "series": "SeriesInstanceUID",
    "instances": "SOPInstanceUID",
}
_quoted = encode_basestring


@lru_cache(maxsize=1000)
def _layout(
    attributes: tuple[Attribute, ...], level: Level
) -> tuple[list[Callable[[Row], str]], list[tuple[str, int]]]:
    """Return a writer for each element, and where the UIDs of a row's address are."""
    elements: list[Callable[[Row], str]] = [lambda row: _ONLINE]
    at: dict[str, int] = {}
    place = 0
    for attribute in attributes:
        at[attribute.keyword] = place
        elements.append(_writer(attribute, place))
        place += len(attribute.columns)
    depth = {Level.STUDY: 1, Level.SERIES: 2, Level.IMAGE: 3}[level]
    places = [(part, at[keyword]) for part, keyword in list(_PARTS.items())[:depth]]
    return elements, places


_ONLINE = '"00080056":{"vr":"CS","Value":["ONLINE"]}'


def _writer(attribute: Attribute, place: int) -> Callable[[Row], str]:
    """Return what writes an attribute of a row as a member of a JSON object."""
    head = f'"{attribute.tag}":{{"vr":"{attribute.vr}"'
    empty = head + "}"
    values = _VALUES.get(attribute.keyword) or _VALUES.get(attribute.vr, _text)
    columns = slice(place, place + len(attribute.columns))

    def write(row: Row) -> str:
        value = row[place]
        text = values(row[columns]) if values is _name else values(value) if value else ""
        if value == 0 and values is _number:
            text = "0"
        return f'{head},"Value":[{text}]}}' if text else empty

    return write


def _text(value: str) -> str:
    return _quoted(value)


def _number(value: float) -> str:
    return str(value)


def _date(value: date) -> str:
    return f'"{value:%Y%m%d}"'


def _time(value: time) -> str:
    return f'"{value:%H%M%S.%f}"' if value.microsecond else f'"{value:%H%M%S}"'


def _modalities(value: str) -> str:
    return ",".join(_quoted(one) for one in value.split("\\"))


def _patient_id(value: str) -> str:
    """Leave out the id that stands for none."""
    return "" if value.startswith(NO_ID) else _quoted(value)


def _name(values: tuple[str, ...]) -> str:
    groups = values if len(values) > 1 else (values[0] or "").split("=")
    named = [
        f'"{group}":{_quoted(text)}'
        for group, text in zip(_NAME_GROUPS, groups, strict=False)
        if text
    ]
    return "{" + ",".join(named) + "}" if named else ""


_NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_VALUES: dict[str, Callable[[Any], str]] = {
    "ModalitiesInStudy": _modalities,
    "PatientID": _patient_id,
    "PN": _name,
    "DA": _date,
    "TM": _time,
    "IS": _number,
    "DS": _number,
    "US": _number,
}
"""How a value is written, by keyword or by VR; other VRs are text."""
