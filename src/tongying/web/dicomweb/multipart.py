"""Reading a multipart body as it streams in, and writing one as it streams out.

References
----------
RFC 2046 section 5.1 and RFC 2387; DICOM PS3.18 section 8.6.1.2.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from tongying.kernel.errors import BadInput

CHUNK_BYTES = 1 << 20
_HEADERS_LIMIT = 16 << 10
_BOUNDARY = re.compile(r'boundary\s*=\s*("[^"]+"|[^;,\s]+)', re.IGNORECASE)

Read = Callable[[int], bytes]


class MultipartBroken(BadInput):
    """The multipart body is not well formed or stops short."""

    code: ClassVar[str] = "dicomweb.multipart"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a body: its headers (names in lower case) and its bytes, chunk by chunk.

    The chunks must be used up before the next part is asked for.
    """

    headers: dict[str, str]
    chunks: Iterator[bytes | memoryview]


def boundary_of(content_type: str) -> bytes:
    """Return the boundary that a Content-Type header names.

    Raises
    ------
    MultipartBroken
        If it names none.
    """
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise MultipartBroken("The multipart request names no boundary.")
    return match[1].strip('"').encode("latin-1")


def new_boundary() -> str:
    """Return a boundary long and random enough not to stand in any image."""
    return f"tongying-{secrets.token_hex(24)}"


class MultipartReader:
    """Parts of a body, one after another, holding no more than about two chunks in memory.

    Parameters
    ----------
    read : callable
        Returns up to the given number of bytes, empty at the end.
    boundary : bytes
    """

    def __init__(self, read: Read, boundary: bytes) -> None:
        self._read = read
        self._delimiter = b"\r\n--" + boundary
        # The first delimiter stands without a line break before it.
        self._buffer = b"\r\n"
        self._ended = False

    def parts(self) -> Iterator[Part]:
        """Yield the parts.

        Raises
        ------
        MultipartBroken
            If the body stops short or a part's headers cannot be read.
        """
        for _ in self._until_delimiter():
            pass
        while not self._is_last():
            chunks = self._until_delimiter()
            yield Part(self._headers(), chunks)
            for _ in chunks:
                pass

    def _more(self) -> None:
        chunk = b"" if self._ended else self._read(CHUNK_BYTES)
        if not chunk:
            self._ended = True
            raise MultipartBroken("The multipart body stops before its closing boundary.")
        self._buffer = self._buffer + chunk if self._buffer else chunk

    def _until_delimiter(self) -> Iterator[bytes | memoryview]:
        keep = len(self._delimiter) - 1
        while True:
            found = self._buffer.find(self._delimiter)
            if found >= 0:
                data, rest = memoryview(self._buffer)[:found], found + len(self._delimiter)
                self._buffer = self._buffer[rest:]
                if found:
                    yield data
                return
            if len(self._buffer) > keep:
                data = memoryview(self._buffer)[:-keep]
                self._buffer = self._buffer[-keep:]
                yield data
            self._more()

    def _is_last(self) -> bool:
        while len(self._buffer) < 2:
            self._more()
        return self._buffer.startswith(b"--")

    def _headers(self) -> dict[str, str]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _HEADERS_LIMIT:
                raise MultipartBroken("The headers of a part are too long or not closed.")
            self._more()
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        # The blank line's own line break may begin the next delimiter (a part without bytes).
        self._buffer = self._buffer[end + 2 :] if self._empty_part(end) else self._buffer[end + 4 :]
        pairs = (line.partition(":") for line in lines if ":" in line)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}

    def _empty_part(self, end: int) -> bool:
        while len(self._buffer) < end + 2 + len(self._delimiter):
            self._more()
        return self._buffer.startswith(self._delimiter, end + 2)
