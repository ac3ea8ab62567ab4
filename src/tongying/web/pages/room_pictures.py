"""Stills and clips of live rooms: stored by the county's page, seen by everybody in the room.

What a page stores is answered with JSON; refusals are problem documents.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_POST, require_safe

from tongying.kernel.errors import TongyingError
from tongying.web.middleware.problem import problem, status_of
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.rooms.entering import enter, record_of
from tongying.web.rooms.pictures import picture_of_room, take_picture, told
from tongying.web.rooms.reporting import report_room
from tongying.web.rooms.sent_picture import MOST_BYTES, MOST_FRAMES, PictureTooLarge

_META_BYTES = 64 * 1024


@require_POST
@signed_in
def store(request: HttpRequest, code: str) -> HttpResponse:
    """Store a still or clip."""
    viewer = request.viewer  # type: ignore[attr-defined]
    record_of(viewer, code)
    try:
        files = _files(request)
        row = take_picture(viewer, code, _meta(request), files)
    except TongyingError as error:
        return problem(status_of(error), error.error_code, refusal_sentence(error))
    body = told(row)
    kept = {"kind": row.kind, **{name: body[name] for name in ("number", "sop", "series", "study")}}
    return JsonResponse(kept, status=201)


@require_safe
@signed_in
def show(
    request: HttpRequest,
    code: str,
    kind: str,
    number: int,
    frame: int = 1,
    case_id: int | None = None,
) -> HttpResponse:
    """Send a frame of a still or clip; a browser that has it asks whether it still may."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = picture_of_room(viewer, code, kind, number, frame, case_id=case_id)
    tag = quote_etag(found.tag)
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(found.data, content_type=found.media_type)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


@require_POST
@signed_in
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Store what was found and measured as a structured report."""
    viewer = request.viewer  # type: ignore[attr-defined]
    enter(viewer, code)
    try:
        stored = report_room(viewer, code)
    except TongyingError as error:
        return problem(status_of(error), error.error_code, refusal_sentence(error))
    return JsonResponse(stored, status=201)


def _files(request: HttpRequest) -> list[bytes]:
    files = request.FILES.getlist("frame")
    whole = sum(one.size or 0 for one in files)
    if whole > MOST_BYTES or len(files) > MOST_FRAMES:
        raise PictureTooLarge("The picture is larger than the platform takes.")
    return [one.read() for one in files]


def _meta(request: HttpRequest) -> Any:
    """Return what the page says of the picture: a field, or a part with a type of its own."""
    part = request.FILES.get("meta")
    given = request.POST.get("meta", "") if part is None else part.read(_META_BYTES)
    try:
        return json.loads(given) if len(given) < _META_BYTES else None
    except ValueError:
        return None
