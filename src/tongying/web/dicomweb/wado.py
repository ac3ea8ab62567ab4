"""WADO-RS: instances, metadata, frames, bulk data, pictures.

References
----------
DICOM PS3.18 section 10.4; media types of frames from table 8.7.3-5.
"""

from __future__ import annotations

import gzip
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, ClassVar, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from tongying.archive.content_store import CHUNK_BYTES
from tongying.consult.people import Viewer
from tongying.dicom.frame_table import FrameTable
from tongying.dicom.rendering import Rendering, Window, render_frame
from tongying.dicom.stored_image import NoPixelData
from tongying.dicom.transcoding import CannotTranscode, transcode
from tongying.kernel.errors import BadInput, NotFound
from tongying.web.dicomweb.accept import (
    ANY,
    EXPLICIT_LITTLE,
    MediaRange,
    NotAcceptable,
    media_ranges,
    wants_json,
)
from tongying.web.dicomweb.media_types import FRAME_MEDIA_TYPES, NATIVE
from tongying.web.dicomweb.multipart import new_boundary
from tongying.web.dicomweb.native import native_frame
from tongying.web.records import reading
from tongying.web.records.images import content_store, opened_image
from tongying.web.records.reading import Located, Place

DOOR = "dicomweb"
THUMBNAIL = (128, 128)
_GZIP_FROM_BYTES = 16 << 10
_IN_MEMORY_BYTES = 32 << 20
_LOOPBACK = ("127.0.0.1", "::1")
_FRAMES = re.compile(r"\d{1,6}(,\d{1,6})*")


class FramesRefused(BadInput):
    """The frame list is malformed."""

    code: ClassVar[str] = "wado.frames"


class NoBulk(NotFound):
    """The instance has no such bulk value."""

    code: ClassVar[str] = "wado.no-bulk"


class ParameterRefused(BadInput):
    """A rendering parameter is malformed."""

    code: ClassVar[str] = "wado.parameter"


def instances(request: HttpRequest, viewer: Viewer, place: Place) -> HttpResponseBase:
    """Send a study, series or instance as Part 10 files.

    Raises
    ------
    tongying.web.records.reading.ObjectNotFound
        If it does not exist for the viewer.
    NotAcceptable
        If the client accepts no DICOM.
    """
    wanted = _first(request, lambda one: one.type in ("application/dicom", "*/*", "application/*"))
    found = reading.locate(viewer, place, door=DOOR)
    if not wanted.multipart and wanted.type == "application/dicom" and len(found) == 1:
        sent, chunks = _part10(found[0], wanted.transfer_syntax)
        return StreamingHttpResponse(
            chunks, content_type=f"application/dicom; transfer-syntax={sent}"
        )
    boundary = new_boundary()
    response = StreamingHttpResponse(_parts(found, wanted.transfer_syntax, boundary))
    response["Content-Type"] = f'multipart/related; type="application/dicom"; boundary={boundary}'
    return response


def metadata(request: HttpRequest, viewer: Viewer, place: Place) -> HttpResponse:
    """Send the DICOM JSON of a study, series or instance, from the index.

    Raises
    ------
    tongying.web.records.reading.ObjectNotFound
        If it does not exist for the viewer.
    NotAcceptable
        If the client does not accept DICOM JSON.
    """
    if not wants_json(request):
        raise NotAcceptable("Metadata come as application/dicom+json.")
    rows = reading.metadata(viewer, place, door=DOOR)
    base = request.build_absolute_uri("/dicomweb/studies/").encode()
    body = b"[" + b",".join(row.replace(b"@BULK@", _bulk_base(row, base)) for row in rows) + b"]"
    response = HttpResponse(content_type="application/dicom+json")
    # On loopback (or behind a proxy there, which compresses itself) gzip only costs time.
    slow_line = request.META.get("REMOTE_ADDR") not in _LOOPBACK
    accepts = "gzip" in request.headers.get("Accept-Encoding", "")
    if slow_line and accepts and len(body) > _GZIP_FROM_BYTES:
        body = gzip.compress(body, compresslevel=3)
        response["Content-Encoding"] = "gzip"
    response.content = body
    response["Vary"] = "Accept-Encoding"
    return response


def frames(request: HttpRequest, viewer: Viewer, place: Place, numbers: str) -> HttpResponse:
    """Send frames, as stored or as plain bytes.

    Raises
    ------
    FramesRefused
        If the list of frames is malformed.
    tongying.web.records.reading.ObjectNotFound
        If the instance does not exist for the viewer.
    NoPixelData
        If it has no frames.
    tongying.dicom.frame_table.FrameOutside
        If it has no such frame.
    NotAcceptable
        If the client accepts neither the stored form nor plain bytes.
    """
    if not _FRAMES.fullmatch(numbers):
        raise FramesRefused(f"“{numbers[:40]}” is not a list of frame numbers from 1.")
    wanted = [int(number) for number in numbers.split(",")]
    located = reading.locate_one(viewer, place, door=DOOR)
    if located.frames is None:
        raise NoPixelData("The object has no image to show.")
    syntax, media_type, as_stored, multipart = _frame_form(request, located)
    if as_stored:
        table = FrameTable.from_bytes(located.frames)
        with content_store().open(located.digest) as file:
            data = [table.read(file, number) for number in wanted]
    else:
        with opened_image(located) as image:
            data = [native_frame(image, number) for number in wanted]
    part_type = f"{media_type}; transfer-syntax={syntax}"
    if not multipart and len(data) == 1:
        return HttpResponse(data[0], content_type=part_type)
    boundary = new_boundary()
    head = f"--{boundary}\r\nContent-Type: {part_type}\r\n\r\n".encode()
    pieces: list[bytes] = []
    for one in data:
        pieces += (head, one, b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())
    return HttpResponse(
        b"".join(pieces),
        content_type=f'multipart/related; type="{media_type}"; boundary={boundary}',
    )


def bulk(request: HttpRequest, viewer: Viewer, place: Place, path: str) -> HttpResponseBase:
    """Send one bulk value of an instance.

    Raises
    ------
    tongying.web.records.reading.ObjectNotFound
        If the instance does not exist for the viewer.
    NoBulk
        If it has no such value.
    """
    located = reading.locate_one(viewer, place, door=DOOR)
    span = located.bulk.get(path)
    if span is None:
        if path == "7FE00010" and located.frames is not None:
            count = FrameTable.from_bytes(located.frames).count
            every = ",".join(str(number) for number in range(1, count + 1))
            return frames(request, viewer, place, every)
        raise NoBulk("The instance has no such bulk value.")
    chunks = _span(located, span[0], span[1])
    wanted = media_ranges(request)[0]
    if wanted.type == "application/octet-stream" and not wanted.multipart:
        return StreamingHttpResponse(chunks, content_type="application/octet-stream")
    boundary = new_boundary()

    def body() -> Iterator[bytes]:
        yield f"--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
        yield from chunks
        yield f"\r\n--{boundary}--\r\n".encode()

    return StreamingHttpResponse(
        body(),
        content_type=(f'multipart/related; type="application/octet-stream"; boundary={boundary}'),
    )


def rendered(
    request: HttpRequest,
    viewer: Viewer,
    place: Place,
    *,
    frame: int | None = None,
    thumbnail: bool = False,
) -> HttpResponse:
    """Send a picture of an instance, or of the middle of a series or study.

    Raises
    ------
    tongying.web.records.reading.ObjectNotFound
        If it does not exist for the viewer.
    NoPixelData
        If there is nothing to show.
    NotAcceptable
        If the client accepts neither JPEG nor PNG.
    ParameterRefused, tongying.dicom.rendering.RenderingRefused
        If a parameter is malformed.
    """
    media_type = _picture_type(request)
    located = _to_show(viewer, place)
    rendering = Rendering(
        media_type=media_type,
        quality=_quality(request),
        window=_window(request),
        viewport=_viewport(request) or (THUMBNAIL if thumbnail else None),
    )
    number = frame or (1 + (located.frame_count or 1) // 2 if thumbnail else 1)
    with opened_image(located) as image:
        data = render_frame(image, min(number, located.frame_count or 1), rendering=rendering)
    return HttpResponse(data, content_type=media_type)


def _to_show(viewer: Viewer, place: Place) -> Located:
    if place.instance:
        return reading.locate_one(viewer, place, door=DOOR)
    shown = [one for one in reading.locate(viewer, place, door=DOOR) if one.frames is not None]
    if not shown:
        raise NoPixelData("There is no image to show.")
    return shown[len(shown) // 2]


def _first(request: HttpRequest, fits: Callable[[MediaRange], bool]) -> MediaRange:
    for one in media_ranges(request):
        if fits(one):
            return one
    raise NotAcceptable("None of the accepted media types can be sent.")


def _parts(found: Iterable[Located], syntax: str, boundary: str) -> Iterator[bytes]:
    for located in found:
        sent, chunks = _part10(located, syntax)
        yield (
            f"--{boundary}\r\nContent-Type: application/dicom; transfer-syntax={sent}\r\n\r\n"
        ).encode()
        yield from chunks
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _part10(located: Located, syntax: str) -> tuple[str, Iterator[bytes]]:
    """Return a file as stored, or in the transfer syntax asked for (Explicit VR LE by default).

    What cannot be transcoded (a video, say) goes out as stored, and the part says so.
    """
    target = syntax or EXPLICIT_LITTLE
    stored = located.transfer_syntax_uid
    if target in (ANY, stored):
        return stored, _span(located, 0, located.size)
    out = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed below
    try:
        with content_store().open(located.digest) as source:
            transcode(source, out, size=located.size, target=target)
    except CannotTranscode:
        out.close()
        return stored, _span(located, 0, located.size)
    return target, _drained(out)


def _drained(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        out.seek(0)
        while chunk := out.read(CHUNK_BYTES):
            yield chunk


def _span(located: Located, offset: int, length: int) -> Iterator[bytes]:
    with content_store().open(located.digest) as file:
        file.seek(offset)
        while length > 0 and (chunk := file.read(min(CHUNK_BYTES, length))):
            length -= len(chunk)
            yield chunk


def _bulk_base(row: bytes, base: bytes) -> bytes:
    """Return the address below which an instance's bulk values are."""
    if b"@BULK@" not in row:
        return b""
    study, series, instance = (_uid(row, tag) for tag in (b"0020000D", b"0020000E", b"00080018"))
    return base + study + b"/series/" + series + b"/instances/" + instance + b"/bulk"


def _uid(row: bytes, tag: bytes) -> bytes:
    start = row.index(b'"' + tag + b'"')
    start = row.index(b"[", start) + 2
    return row[start : row.index(b'"', start)]


def _frame_form(request: HttpRequest, located: Located) -> tuple[str, str, bool, bool]:
    """Choose transfer syntax, media type, whether as stored, whether in parts."""
    stored = located.transfer_syntax_uid
    native = stored in NATIVE
    stored_type = FRAME_MEDIA_TYPES.get(stored, "application/octet-stream")
    for one in media_ranges(request):
        wanted = one.transfer_syntax
        anything = one.type in ("*/*", "application/*", "image/*")
        octets = one.type == "application/octet-stream"
        multipart = one.multipart or anything
        if native and (anything or octets) and wanted in ("", ANY, stored, EXPLICIT_LITTLE):
            return EXPLICIT_LITTLE, "application/octet-stream", True, multipart
        if (
            not native
            and wanted in (ANY, stored)
            and (anything or octets or one.type == stored_type)
        ):
            return stored, stored_type, True, multipart
        if not native and one.type == stored_type and wanted == "":
            return stored, stored_type, True, multipart
        if (anything or octets) and wanted in ("", EXPLICIT_LITTLE):
            return EXPLICIT_LITTLE, "application/octet-stream", False, multipart
    raise NotAcceptable(
        "The frames can be sent as stored or as application/octet-stream in Explicit VR Little"
        " Endian, and neither is accepted."
    )


def _picture_type(request: HttpRequest) -> Literal["image/jpeg", "image/png"]:
    for one in media_ranges(request):
        if one.type in ("image/jpeg", "image/*", "*/*"):
            return "image/jpeg"
        if one.type == "image/png":
            return "image/png"
    raise NotAcceptable("Pictures come as image/jpeg or image/png.")


def _quality(request: HttpRequest) -> int:
    text = request.GET.get("quality", "90")
    if not text.isdecimal():
        raise ParameterRefused("“quality” must be a whole number from 1 to 100.")
    return int(text)


def _window(request: HttpRequest) -> Window | None:
    text = request.GET.get("window")
    if text is None:
        return None
    centre, _, rest = text.partition(",")
    width, _, function = rest.partition(",")
    functions: dict[str, Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]] = {
        "": "LINEAR",
        "linear": "LINEAR",
        "linear-exact": "LINEAR_EXACT",
        "sigmoid": "SIGMOID",
    }
    try:
        return Window(float(centre), float(width), functions[function.lower()])
    except (ValueError, KeyError):
        raise ParameterRefused("“window” must be centre,width,function.") from None


def _viewport(request: HttpRequest) -> tuple[int, int] | None:
    text = request.GET.get("viewport")
    if text is None:
        return None
    sides = text.split(",")[:2]
    if len(sides) != 2 or not all(side.isdecimal() for side in sides):
        raise ParameterRefused("“viewport” must be width,height in pixels.")
    return int(sides[0]), int(sides[1])
