"""The bytes of local recordings on their way home and afterwards: ``rooms/<room>/<code>.webm``.

The row says how many bytes were acknowledged; the file may hold more (what a crash left between
the disk and the row), never less.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from tongying.archive.content_store import CHUNK_BYTES, FileContentStore
from tongying.web.uploads.parts import alone

FOLDER: Final = "rooms"
_ENDING: Final = ".webm"


def recording_path(room: str, code: str) -> Path:
    """Return where the bytes of a recording lie."""
    return Path(settings.DATA_DIR) / FOLDER / room / f"{code}{_ENDING}"


@contextmanager
def writing(room: str, code: str) -> Iterator[BinaryIO]:
    """Open a recording for reading and writing, alone.

    Raises
    ------
    PartBusy
        If another request holds it.
    """
    folder = recording_path(room, code).parent
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        FileContentStore.sync_directory(folder.parent)
    with alone(recording_path(room, code)) as part:
        yield part


def append(part: BinaryIO, offset: int, data: bytes) -> None:
    """Put bytes at an offset, cut off what lies beyond, and return once they are on the disk."""
    part.truncate(offset)
    part.seek(offset)
    view = memoryview(data)
    while view:
        view = view[part.write(view) :]
    os.fsync(part.fileno())


def sha256_of(part: BinaryIO) -> str:
    """Return the SHA-256 (hex) of an open file from its start."""
    digest = hashlib.sha256()
    part.seek(0)
    while chunk := part.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def held(room: str, code: str) -> int:
    """Return the length of the file, 0 where there is none."""
    try:
        return recording_path(room, code).stat().st_size
    except FileNotFoundError:
        return 0


def drop(room: str, code: str) -> None:
    """Remove the bytes; removing missing ones is no error."""
    recording_path(room, code).unlink(missing_ok=True)


def all_held() -> Iterator[tuple[str, str]]:
    """Yield room and code of every recording that lies here."""
    folder = Path(settings.DATA_DIR) / FOLDER
    if folder.is_dir():
        for path in sorted(folder.glob(f"*/*{_ENDING}")):
            yield path.parent.name, path.name.removesuffix(_ENDING)
