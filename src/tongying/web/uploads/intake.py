"""Taking a complete upload file in: an image at once, a zip by the worker."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import ClassVar, Protocol

from tongying.archive.arrival import Arrival, Fate, Sender
from tongying.archive.content_store import CHUNK_BYTES
from tongying.archive.ingest import Intake
from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex
from tongying.web.uploads import parts, store
from tongying.web.uploads.names import why_passed_over

_HEAD_BYTES = 132
_ZIP_SIGNS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHER_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")


class Readable(Protocol):
    """Bytes that can be read once, from the start."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, empty at the end."""


class NamedBytes(Protocol):
    """A file of a form: its name, its length in bytes, and its bytes in pieces."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]:
        """Yield the bytes."""


class EmptyFile(BadInput):
    """A file without a byte."""

    code: ClassVar[str] = "upload.empty"


class ArchiveKindRefused(BadInput):
    """A packed file of a kind that is not opened here."""

    code: ClassVar[str] = "upload.archive-kind"


def is_zip(head: bytes) -> bool:
    """Say whether a file that begins so is a zip."""
    return head.startswith(_ZIP_SIGNS)


def is_dicom(head: bytes) -> bool:
    """Say whether a file that begins so carries the DICOM prefix (PS3.10 section 7.1)."""
    return head[128:132] == b"DICM"


def open_intake(sender: Sender) -> Intake:
    """Return the way into the archive for a sender."""
    return Intake(content_store(), DjangoIndex(), sender)


def offer(intake: Intake, name: str, source: Readable) -> None:
    """Read a file to its end and hand it to the archive, or note why it is passed over or refused.

    Parameters
    ----------
    intake : Intake
    name : str
        The label under which the outcome is noted.
    source : Readable
        Whatever reading it raises comes through, with nothing kept.
    """
    head = source.read(_HEAD_BYTES)
    if not is_dicom(head):
        reason = why_passed_over(name)
        if reason is not None:
            intake.refuse(name, reason, fate=Fate.PASSED_OVER)
            return
        if not head:
            intake.refuse(name, EmptyFile("The file is empty."))
            return
        if is_zip(head) or head.startswith(_OTHER_ARCHIVES):
            intake.refuse(
                name,
                ArchiveKindRefused(
                    "A packed file inside: unpack it first, or send it as a zip by itself."
                ),
            )
            return
    incoming = intake.incoming()
    try:
        incoming.write(head)
        while chunk := source.read(CHUNK_BYTES):
            incoming.write(chunk)
    except BaseException:
        incoming.drop()
        raise
    intake.offer(name, incoming)


def take_in(code: str) -> None:
    """Take a complete file in; done again after a crash it comes to the same.

    A zip is left to the worker.

    Raises
    ------
    PartBusy
        If another request is taking it in right now.
    """
    state = store.state_of(code)
    if state is None or state.finished or not state.complete:
        return
    with parts.writing(code) as part:
        # Somebody else may have finished while this one waited for the lock.
        state = store.state_of(code)
        if state is None or state.finished:
            parts.drop(code)
            return
        part.seek(0)
        packed = is_zip(part.read(4))
        if not packed:
            part.seek(0)
            intake = open_intake(store.sender_of_file(code))
            offer(intake, state.name, part)
            arrivals: list[Arrival] = intake.flush()
            store.finish(code, [(0, arrival) for arrival in arrivals])
    if packed:
        # Outside the lock, or the worker could find it taken.
        store.promise_unpacking(code)


def take_in_form(viewer: Viewer, upload: str, given: NamedBytes) -> None:
    """Take a file in that came whole, in a form.

    Raises
    ------
    UploadNotYours, UploadNotFound, FileTooLarge, FileRefused
        As `tongying.web.uploads.store.create_file`.
    """
    state = store.create_file(viewer, upload, store.NewFile(given.name or "", given.size or 0))
    with parts.writing(state.code) as part:
        for chunk in given.chunks():
            part.write(chunk)
        os.fsync(part.fileno())
    store.advance(state.code, state.length)
    take_in(state.code)


def take_in_waiting(codes: Iterable[str]) -> None:
    """Take in complete files that a crash left between their last byte and the archive."""
    for code in codes:
        try:
            take_in(code)
        except parts.PartBusy:
            continue
