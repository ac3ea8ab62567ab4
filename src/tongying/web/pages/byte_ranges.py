"""A file from the disk, whole or the part that a player asks for (RFC 9110 section 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

PART_BYTES: Final = 4 << 20
"""Most bytes of one partial answer: a player that pauses then holds no thread of the server."""
CHUNK_BYTES: Final = 256 * 1024
_ONE_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def send_file(
    request: HttpRequest, path: Path, content_type: str, *, tag: str = ""
) -> HttpResponseBase:
    """Send a file, or one range of it.

    Parameters
    ----------
    request : HttpRequest
    path : Path
        It is there.
    content_type : str
    tag : str, optional
        Names the file's bytes; becomes the ETag.
    """
    size = path.stat().st_size
    span = _span(request.headers.get("Range", ""), size)
    if span is not None and request.headers.get("If-Range", f'"{tag}"') != f'"{tag}"':
        span = None
    if span is not None and span[0] >= size:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    first, last = span or (0, size - 1)
    if request.method == "HEAD":
        response = HttpResponse(content_type=content_type)
    else:
        response = StreamingHttpResponse(_bytes(path, first, last), content_type=content_type)
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    if tag:
        response["ETag"] = f'"{tag}"'
    if span is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _span(header: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte asked for; None: all of it (no range, several, or nonsense)."""
    found = _ONE_RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        # The last so many bytes; none of them is a range that cannot be met.
        return (max(0, size - int(found[2])), size - 1) if int(found[2]) else (size, size)
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    return first, min(last, size - 1, first + PART_BYTES - 1)


def _bytes(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk
