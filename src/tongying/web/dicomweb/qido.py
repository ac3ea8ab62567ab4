"""QIDO-RS: searching studies, series and instances.

References
----------
DICOM PS3.18 section 10.6.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date, time
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from tongying.archive.query import Level, Query
from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput
from tongying.web.dicomweb.accept import NotAcceptable, wants_json
from tongying.web.records.attributes import BY_TAG, Attribute
from tongying.web.records.search import Found, search

_OPTIONS = frozenset({"limit", "offset", "fuzzymatching", "includefield", "accept", "charset"})
_TAG = re.compile(r"[0-9A-Fa-f]{8}")


class QueryRefused(BadInput):
    """A query parameter is malformed."""

    code: ClassVar[str] = "qido.parameter"


def answer(request: HttpRequest, viewer: Viewer, level: Level, within: dict[str, str]) -> HttpResponse:
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
    return int(text)


def _body(found: Found, base: str, level: Level) -> bytes:
    return json.dumps(
        [_row(found.attributes, row, base, level) for row in found.rows],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def _row(
    attributes: Iterable[Attribute], row: tuple[Any, ...], base: str, level: Level
) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    place = 0
    uids = {}
    for attribute in attributes:
        values = row[place : place + len(attribute.columns)]
        place += len(attribute.columns)
        answer[attribute.tag] = _element(attribute, values)
        if attribute.vr == "UI":
            uids[attribute.keyword] = values[0]
    answer["00080056"] = {"vr": "CS", "Value": ["ONLINE"]}
    answer["00081190"] = {"vr": "UR", "Value": [_address(base, uids, level)]}
    return answer


def _address(base: str, uids: dict[str, str], level: Level) -> str:
    address = f"{base}/studies/{uids['StudyInstanceUID']}"
    if level is not Level.STUDY:
        address += f"/series/{uids['SeriesInstanceUID']}"
    if level is Level.IMAGE:
        address += f"/instances/{uids['SOPInstanceUID']}"
    return address


_NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")


def _element(attribute: Attribute, values: tuple[Any, ...]) -> dict[str, Any]:
    if attribute.vr == "PN":
        groups = values if len(values) > 1 else (values[0] or "").split("=")
        name = {group: text for group, text in zip(_NAME_GROUPS, groups, strict=False) if text}
        return {"vr": "PN", "Value": [name]} if name else {"vr": "PN"}
    value = values[0]
    if value is None or value == "":
        return {"vr": attribute.vr}
    if isinstance(value, date):
        value = value.strftime("%Y%m%d")
    elif isinstance(value, time):
        value = value.strftime("%H%M%S.%f" if value.microsecond else "%H%M%S")
    elif attribute.keyword == "ModalitiesInStudy":
        return {"vr": "CS", "Value": value.split("\\")}
    elif attribute.keyword == "PatientID" and value.startswith("?"):
        return {"vr": "LO"}
    return {"vr": attribute.vr, "Value": [value]}
