"""The bytes of a file on its way in: appended, synced, and found again after a crash.

The row's `offset` says how many bytes are known to be on the disk; the file may hold more (what
came in after the last sync before a crash), never less. A resumed upload goes on at the row's
offset and cuts off what lies beyond.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, ClassVar

from django.conf import settings

from tongying.kernel.errors import Conflict


class PartBusy(Conflict):
    """Another request is writing to the same file."""

    code: ClassVar[str] = "upload.busy"


def part_path(code: str) -> Path:
    """Return where the bytes of an upload file lie."""
    return Path(settings.DATA_DIR) / "uploads" / f"{code}.part"


def durable_size(code: str) -> int:
    """Return the length of the file, 0 where there is none."""
    try:
        return part_path(code).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def writing(code: str, *, wait: bool = False) -> Iterator[BinaryIO]:
    """Open a part for reading and writing, alone.

    Parameters
    ----------
    code : str
    wait : bool, optional
        Wait for whoever holds it; otherwise raise.

    Raises
    ------
    PartBusy
        If another request holds it and `wait` is false.
    """
    with alone(part_path(code), wait=wait) as part:
        yield part


@contextmanager
def alone(path: Path, *, wait: bool = False) -> Iterator[BinaryIO]:
    """Open a file for reading and writing that only one may write at a time; made if missing.

    Parameters
    ----------
    path : Path
    wait : bool, optional
        Wait for whoever holds it; otherwise raise.

    Raises
    ------
    PartBusy
        If another request holds it and `wait` is false.
    """
    fresh = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise PartBusy("Another request is sending this file; try again in a moment.") from None
        if fresh:
            _sync_directory(path.parent)
        yield part


def drop(code: str) -> None:
    """Remove the bytes; removing missing ones is no error."""
    part_path(code).unlink(missing_ok=True)


def codes() -> Iterator[str]:
    """Yield the code of every part that lies here."""
    directory = part_path("x").parent
    if directory.is_dir():
        yield from (path.stem for path in sorted(directory.glob("*.part")))


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
