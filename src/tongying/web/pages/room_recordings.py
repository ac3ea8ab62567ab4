"""Local recordings of live rooms: brought home in pieces by the county's page, played by the case.

Below ``/rooms/<code>/recordings/`` every answer is JSON, refusals are problem documents.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongying.kernel.errors import TongyingError
from tongying.web.middleware.problem import problem, status_of
from tongying.web.pages.byte_ranges import send_file
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.rooms import recordings as store
from tongying.web.rooms.models import RecordingRow
from tongying.web.rooms.recording_files import recording_path

View = Callable[..., HttpResponse]
READ_BYTES = 256 * 1024
JSON_BYTES = 4096


def _script(view: View) -> View:
    """Answer a script: 401 without a session, a problem document for a refusal."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.viewer is None:  # type: ignore[attr-defined]
            return problem(401, "session.over", _("Sign in first."))
        try:
            return view(request, *args, **kwargs)
        except store.RecordingOffset as error:
            response = problem(409, error.error_code, refusal_sentence(error))
            response["Upload-Offset"] = str(error.arrived)
            return response
        except TongyingError as error:
            return problem(status_of(error), error.error_code, refusal_sentence(error))

    return wrapper


@never_cache
@require_POST
@_script
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a recording's way home, or ask how far it has come."""
    given = _json(request)
    row = store.begin(
        request.viewer,  # type: ignore[attr-defined]
        code,
        _text(given, "code"),
        _text(given, "mime"),
        _moment(_text(given, "started_at")),
    )
    return JsonResponse(_stand(row))


@never_cache
@require_http_methods(["GET", "PATCH"])
@_script
def one(request: HttpRequest, code: str, recording: str) -> HttpResponse:
    """Say how far a recording has come, or take its next piece."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if request.method == "GET":
        return JsonResponse(_stand(store.stand_of(viewer, code, recording)))
    store.stand_of(viewer, code, recording)
    piece = store.Piece(_offset(request), _body(request), _checksum(request))
    here = store.append(viewer, code, recording, piece)
    response = JsonResponse({"arrived": here, "state": "arriving"})
    response["Upload-Offset"] = str(here)
    return response


@never_cache
@require_POST
@_script
def whole(request: HttpRequest, code: str, recording: str) -> HttpResponse:
    """Check that a recording is here whole."""
    viewer = request.viewer  # type: ignore[attr-defined]
    store.stand_of(viewer, code, recording)
    given = _json(request)
    size, seconds = given.get("size"), given.get("seconds")
    if not _is_number(size, int) or not _is_number(seconds, (int, float)):
        raise store.RecordingRefused("The recording's length or checksum cannot be.")
    told = store.Wholeness(size, _text(given, "sha256"), float(seconds))
    return JsonResponse(_stand(store.finish(viewer, code, recording, told)))


@never_cache
@require_safe
@signed_in
def play(request: HttpRequest, case_id: int, code: str, recording: str) -> HttpResponseBase:
    """Send a recording, or the part of it that a player asks for."""
    row = store.playable(request.viewer, case_id, code, recording)  # type: ignore[attr-defined]
    return send_file(request, recording_path(code, recording), "video/webm", tag=row.sha256)


def _stand(row: RecordingRow) -> dict[str, Any]:
    until = row.keep_until
    return {
        "code": row.code,
        "state": row.state,
        "arrived": store.arrived(row),
        "size": row.size,
        "sha256": row.sha256,
        "keep_until": None if until is None else until.isoformat(),
    }


def _json(request: HttpRequest) -> dict[str, Any]:
    if _length(request) > JSON_BYTES:
        raise store.RecordingRefused("What was sent cannot be read.")
    try:
        given = json.loads(request.body)
    except (ValueError, UnreadablePostError):
        given = None
    if not isinstance(given, dict):
        raise store.RecordingRefused("What was sent cannot be read.")
    return given


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise store.RecordingRefused("What was sent cannot be read.")
    return value[:200]


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _is_number(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and value == value


def _length(request: HttpRequest) -> int:
    given = request.headers.get("Content-Length", "")
    if not (given.isascii() and given.isdigit() and len(given) < 12):
        raise store.RecordingRefused("What was sent cannot be read.")
    return int(given)


def _offset(request: HttpRequest) -> int:
    given = request.headers.get("Upload-Offset", "")
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise store.RecordingRefused("What was sent cannot be read.")
    return int(given)


def _checksum(request: HttpRequest) -> bytes:
    kind, _space, encoded = request.headers.get("Upload-Checksum", "").partition(" ")
    if kind != "sha256":
        raise store.RecordingRefused("A piece of a recording carries its SHA-256.")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise store.RecordingRefused("A piece of a recording carries its SHA-256.") from None


def _body(request: HttpRequest) -> bytes:
    """Read one piece whole; of a line that was cut nothing is kept, the page sends it again."""
    announced = _length(request)
    if announced > store.PIECE_BYTES:
        raise store.RecordingTooLarge("The recording is longer than the platform takes.")
    read = bytearray()
    try:
        while len(read) < announced and (chunk := request.read(READ_BYTES)):
            read += chunk
    except UnreadablePostError:
        read.clear()
    return bytes(read)
