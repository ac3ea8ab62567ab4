"""A study as a zip, made while it is sent: nothing is gathered in memory or on the disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from tongying.archive.content_store import CHUNK_BYTES, FileContentStore
from tongying.consult.people import Viewer
from tongying.web.records.images import content_store
from tongying.web.records.reading import Located, Place, locate

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can tell; the members' own times would say when they arrived here."""


class _Sink:
    """What `zipfile` writes to: holds the bytes until they are taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def take(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


def study_zip(viewer: Viewer, uid: str) -> Iterator[bytes]:
    """Return a zip of every instance of a study, as stored; the reading is recorded.

    Names inside are by series and instance number and tell nothing about the child.

    Parameters
    ----------
    viewer : Viewer
    uid : str
        Study Instance UID.

    Returns
    -------
    iterator of bytes

    Raises
    ------
    ObjectNotFound
        If the study does not exist for the viewer.
    """
    located = locate(viewer, Place(uid), door="zip")
    return _packed(located, content_store())


def _packed(located: list[Located], store: FileContentStore) -> Iterator[bytes]:
    sink = _Sink()
    folders: dict[str, int] = {}
    counts: dict[str, int] = {}
    # Pixel data hardly shrink, and most are compressed already: stored, not deflated.
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:  # type: ignore[call-overload]
        for one in located:
            folder = folders.setdefault(one.series_uid, len(folders) + 1)
            counts[one.series_uid] = number = counts.get(one.series_uid, 0) + 1
            info = zipfile.ZipInfo(f"{folder:03d}/{number:05d}.dcm", _EPOCH)
            info.file_size = one.size
            with store.open(one.digest) as source, archive.open(info, "w") as member:
                for chunk in _chunks(source):
                    member.write(chunk)
                    yield sink.take()
    yield sink.take()


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk
