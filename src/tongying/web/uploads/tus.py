"""Resumable upload: a server of the tus protocol 1.0.0, one resource a file.

Extensions: creation, creation-with-upload, termination, checksum. The bytes are on the disk before
an offset is answered, so a resumed upload never begins beyond what is kept.

References
----------
tus resumable upload protocol 1.0.0, https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from typing import Any, BinaryIO, ClassVar, Final

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, TongyingError
from tongying.web.middleware.problem import problem
from tongying.web.uploads import parts, store
from tongying.web.uploads.intake import take_in

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,checksum"
CHECKSUMS: Final = ("sha1", "sha256")
BODY: Final = "application/offset+octet-stream"
READ_BYTES: Final = 256 * 1024
SYNC_BYTES: Final = 16 * 1024 * 1024
"""Bytes between two syncs within one request: what a crash may cost at most."""
MODIFIED_RANGE: Final = 1 << 62


class TusRefused(BadInput):
    """The request does not keep to the protocol."""

    code: ClassVar[str] = "upload.protocol"

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def collection(request: HttpRequest) -> HttpResponse:
    """Answer OPTIONS and POST on the collection: what is offered, and a new file."""
    return _answer(request, None)


def resource(request: HttpRequest, code: str) -> HttpResponse:
    """Answer OPTIONS, HEAD, PATCH and DELETE on one file."""
    return _answer(request, code)


def _answer(request: HttpRequest, code: str | None) -> HttpResponse:
    method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
    try:
        response = _dispatch(request, method, code)
    except TusRefused as error:
        response = _refusal(error, error.status)
    except parts.PartBusy as error:
        response = _refusal(error, 423)
    except store.FileTooLarge as error:
        response = _refusal(error, 413)
    except NotFound as error:
        response = _refusal(error, 404)
    except NotAllowed as error:
        response = _refusal(error, 403)
    except Conflict as error:
        response = _refusal(error, 409)
    except BadInput as error:
        response = _refusal(error, 400)
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    return response


def _dispatch(request: HttpRequest, method: str, code: str | None) -> HttpResponse:
    if method == "OPTIONS":
        return _offer()
    viewer: Viewer | None = request.viewer  # type: ignore[attr-defined]
    if viewer is None:
        raise TusRefused("Sign in first.", 401)
    if request.headers.get("Tus-Resumable") != VERSION:
        response = _refusal(TusRefused("This server speaks tus 1.0.0 only."), 412)
        response["Tus-Version"] = VERSION
        return response
    match method, code:
        case "POST", None:
            return _create(request, viewer)
        case "HEAD", str():
            return _head(viewer, code)
        case "PATCH", str():
            return _patch(request, viewer, code)
        case "DELETE", str():
            store.drop_file(viewer, code)
            return HttpResponse(status=204)
    response = _refusal(TusRefused("This address does not take this method."), 405)
    response["Allow"] = "OPTIONS, POST" if code is None else "OPTIONS, HEAD, PATCH, DELETE"
    return response


def _offer() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = str(store.LARGEST_FILE_BYTES)
    response["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    return response


def _create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    length = _number(request, "Upload-Length")
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    modified = told.get("modified", "")
    new = store.NewFile(
        name=told.get("filename") or told.get("name", ""),
        length=length,
        modified=int(modified) % MODIFIED_RANGE if modified.isdecimal() else None,
    )
    upload = told.get("upload") or store.begin(viewer)
    file = store.create_file(viewer, upload, new)
    offset = _receive(request, viewer, file.code, 0) if request.content_type == BODY else 0
    _finish(viewer, file.code)
    response = HttpResponse(status=201)
    response["Location"] = f"{request.path.rstrip('/')}/{file.code}"
    response["Upload-Offset"] = str(offset)
    return response


def _head(viewer: Viewer, code: str) -> HttpResponse:
    _finish(viewer, code)
    state = store.file_of(viewer, code)
    response = HttpResponse(status=200)
    response["Upload-Offset"] = str(state.offset)
    response["Upload-Length"] = str(state.length)
    return response


def _patch(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    if request.content_type != BODY:
        raise TusRefused(f"The bytes of a file come as {BODY}.", 415)
    offset = _receive(request, viewer, code, _number(request, "Upload-Offset"))
    _finish(viewer, code)
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(offset)
    return response


def _finish(viewer: Viewer, code: str) -> None:
    """Take a complete file in, unless another request is doing so."""
    if not store.file_of(viewer, code).complete:
        return
    try:
        take_in(code)
    except parts.PartBusy:
        return


def _receive(request: HttpRequest, viewer: Viewer, code: str, offset: int) -> int:
    """Append the request's bytes and return the new offset; a cut line keeps what came."""
    announced = _number(request, "Content-Length", status=411)
    checksum = _checksum(request)
    store.file_of(viewer, code)
    with parts.writing(code) as part:
        state = store.file_of(viewer, code)
        if offset != state.offset:
            raise store.OffsetWrong(
                f"{state.offset} bytes are here, the sender would go on at {offset}."
            )
        if offset + announced > state.length:
            raise store.FileTooLarge("More bytes come than were announced.")
        if state.finished:
            return offset
        part.truncate(offset)
        part.seek(offset)
        if checksum is not None:
            return _receive_checked(request, part, code, offset, checksum)
        return _receive_plain(request, part, code, offset)


def _receive_plain(request: HttpRequest, part: BinaryIO, code: str, offset: int) -> int:
    synced = offset
    while chunk := _chunk(request):
        _write(part, chunk)
        offset += len(chunk)
        if offset - synced >= SYNC_BYTES:
            os.fsync(part.fileno())
            store.advance(code, offset)
            synced = offset
    os.fsync(part.fileno())
    store.advance(code, offset)
    return offset


def _receive_checked(
    request: HttpRequest, part: BinaryIO, code: str, offset: int, checksum: tuple[Any, bytes]
) -> int:
    running, wanted = checksum
    start = offset
    while chunk := _chunk(request):
        running.update(chunk)
        _write(part, chunk)
        offset += len(chunk)
    if not hmac.compare_digest(running.digest(), wanted):
        part.truncate(start)
        raise TusRefused("The bytes arrived changed; send them again.", 460)
    os.fsync(part.fileno())
    store.advance(code, offset)
    return offset


def _chunk(request: HttpRequest) -> bytes:
    try:
        return request.read(READ_BYTES)
    except UnreadablePostError:
        # The line was cut: what came before is kept.
        return b""


def _write(part: BinaryIO, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[part.write(view) :]


def _number(request: HttpRequest, header: str, *, status: int = 400) -> int:
    given = request.headers.get(header, "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise TusRefused(f"The header {header} must be a whole number.", status)
    return int(given)


def _checksum(request: HttpRequest) -> tuple[Any, bytes] | None:
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _, encoded = given.partition(" ")
    if algorithm not in CHECKSUMS:
        raise TusRefused("Checksums are sha1 or sha256.")
    try:
        return hashlib.new(algorithm, usedforsecurity=False), base64.b64decode(
            encoded, validate=True
        )
    except binascii.Error:
        raise TusRefused("The checksum is not base64.") from None


def _metadata(header: str) -> dict[str, str]:
    """Read ``Upload-Metadata``: comma-separated pairs of key and base64."""
    told = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, encoded = pair.partition(" ")
        try:
            told[key] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise TusRefused("The header Upload-Metadata is not base64 of UTF-8.") from None
    return told


def _refusal(error: TongyingError, status: int) -> HttpResponse:
    return problem(status, error.error_code, error.sentence)
