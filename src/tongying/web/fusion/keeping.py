"""Files of a computation kept in the content store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tongying.archive.content_store import CHUNK_BYTES, FileIncoming
from tongying.web.records.images import content_store

MEDIA_TYPES: Final = {
    ".png": "image/png",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".csv": "text/csv",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes are durable and await the row that owns them."""

    name: str
    digest: str
    size: int
    media_type: str
    incoming: FileIncoming


def keep_file(path: Path, name: str) -> Kept:
    """Copy a file into the content store; call `settle` once a row owns it."""
    incoming = content_store().incoming()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            incoming.write(chunk)
    media_type = MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
    return Kept(name, incoming.keep(), incoming.size, media_type, incoming)


def settle(kept: Iterable[Kept]) -> None:
    """Say that rows own these files."""
    for one in kept:
        one.incoming.settle()
