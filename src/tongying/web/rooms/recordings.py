"""Local recordings on their way home: begun, added to at the right offset, checked as a whole.

What was acknowledged is on the disk (synced) and in the row, so an upload that was cut, a browser
that was closed and a server that was killed all go on at the row's offset.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

from django.conf import settings
from django.db import transaction

from tongying.consult.people import Viewer
from tongying.consult.room.kind import Kind
from tongying.consult.room.part import Part
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotFound
from tongying.web import now as clock
from tongying.web.rooms import recording_files as files
from tongying.web.rooms.announcing import ARRIVING, LOST, REMOVED, WHOLE
from tongying.web.rooms.entering import RoomNotFound, record_of, stand_in
from tongying.web.rooms.log import NotYourPart, note
from tongying.web.rooms.models import RecordingRow, RoomMember, RoomRow
from tongying.web.trail import store as trail

LARGEST_BYTES: Final = 8 * 10**9
"""Of one recording: two hours and more at full quality; the page begins another one then."""
PIECE_BYTES: Final = 8 << 20
"""Of one piece; the page sends smaller ones."""
SPARE_BYTES: Final = 2 * 10**9
"""What a recording must leave free on the archive's disk."""
CLOCKS_APART: Final = timedelta(minutes=10)
"""A page's clock that is further off than this does not say when its recording began."""
LONGEST_SECONDS: Final = 24 * 3600.0
MIMES: Final = re.compile(r"video/webm(?:; ?codecs=\"?[a-z0-9.]+(?:, ?[a-z0-9.]+)?\"?)?")
EBML: Final = b"\x1a\x45\xdf\xa3"
"""First bytes of every WebM file (RFC 8794 section 11.2.1)."""


class RecordingNotFound(NotFound):
    """There is no such recording in this room."""

    code: ClassVar[str] = "recording.not-found"


class RecordingRefused(BadInput):
    """What was sent is no recording, or no piece of one."""

    code: ClassVar[str] = "recording.refused"


class RecordingTooLarge(BadInput):
    """A recording or a piece of one is longer than the platform takes."""

    code: ClassVar[str] = "recording.too-large"


class PieceChanged(BadInput):
    """A piece arrived with other bytes than were sent."""

    code: ClassVar[str] = "recording.piece-changed"


class RecordingOffset(Conflict):
    """The page and the platform disagree about how much has arrived.

    Parameters
    ----------
    arrived : int
        Bytes that are here.
    """

    code: ClassVar[str] = "recording.offset"

    def __init__(self, arrived: int) -> None:
        super().__init__("Another part of the recording is due.")
        self.arrived = arrived


class RecordingChanged(Conflict):
    """All bytes are here, but they are not those that were recorded."""

    code: ClassVar[str] = "recording.changed"


class RecordingClosed(Conflict):
    """The recording takes no more bytes: it is whole, removed or given up."""

    code: ClassVar[str] = "recording.closed"


class DiskFull(Conflict):
    """The archive's disk has no room for it now."""

    code: ClassVar[str] = "recording.disk-full"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a recording: where they belong, and their SHA-256."""

    offset: int
    data: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Wholeness:
    """What the page says a recording is: bytes in all, SHA-256 (hex), length in seconds."""

    size: int
    sha256: str
    seconds: float


def begin(
    viewer: Viewer, room: str, code: str, mime: str, started_at: datetime | None
) -> RecordingRow:
    """Begin to bring a recording home, or go on; one given up before comes to life again.

    Parameters
    ----------
    viewer : Viewer
    room, code : str
    mime : str
        Of the bytes to come: WebM.
    started_at : datetime or None
        By the page's clock.

    Raises
    ------
    RoomNotFound
        If the viewer does not see the case, or is not (any more) among those invited.
    NotYourPart
        If they are not of the hospital where the child is.
    RecordingNotFound
        If no recording of this code was announced in the room.
    RecordingRefused
        If it is no WebM.
    """
    now = clock.now()
    if not MIMES.fullmatch(mime):
        raise RecordingRefused("A recording comes as WebM.")
    with transaction.atomic():
        row = _row(viewer, room, code)
        if row.state == LOST and now - row.started_at < timedelta(
            days=settings.TONGYING_RECORDING_DAYS
        ):
            row.state = ARRIVING
            row.last_at = now
        if row.state == ARRIVING and not row.mime:
            row.mime = mime
            if started_at is not None and abs(started_at - row.started_at) < CLOCKS_APART:
                row.started_at = started_at
            trail.append([_event(row, viewer.login, Action.CREATE, now)])
        row.save(update_fields=["mime", "state", "started_at", "last_at"])
    return row


def stand_of(viewer: Viewer, room: str, code: str) -> RecordingRow:
    """Return a recording on its way, for those who may bring it.

    Raises
    ------
    RoomNotFound, NotYourPart, RecordingNotFound
        As `begin`.
    """
    return _row(viewer, room, code)


def arrived(row: RecordingRow) -> int:
    """Return how many bytes of a recording are here: what was acknowledged, if the disk has it."""
    if row.state != ARRIVING:
        return row.arrived
    return min(row.arrived, files.held(row.room.code, row.code))


def append(viewer: Viewer, room: str, code: str, piece: Piece) -> int:
    """Add a piece and return how many bytes are here then; they are on the disk.

    Raises
    ------
    RoomNotFound, NotYourPart, RecordingNotFound
        As `begin`.
    RecordingClosed
        If it takes no more bytes.
    RecordingOffset
        If the piece belongs elsewhere than at its end.
    RecordingTooLarge
        If the piece or the recording gets too long.
    PieceChanged
        If the bytes are not those of the checksum.
    RecordingRefused
        If the first bytes are not those of a WebM file, or there are none.
    DiskFull
        If the disk has no room.
    PartBusy
        If another request sends it at this moment.
    """
    _row(viewer, room, code)
    if not piece.data:
        raise RecordingRefused("The piece is empty.")
    if len(piece.data) > PIECE_BYTES or piece.offset + len(piece.data) > LARGEST_BYTES:
        raise RecordingTooLarge("The recording is longer than the platform takes.")
    if not hmac.compare_digest(hashlib.sha256(piece.data).digest(), piece.sha256):
        raise PieceChanged("The bytes arrived changed; send them again.")
    if shutil.disk_usage(Path(settings.DATA_DIR)).free < SPARE_BYTES + len(piece.data):
        raise DiskFull("The archive's disk is full; the recording stays on its computer meanwhile.")
    with files.writing(room, code) as part:
        row = _row(viewer, room, code)
        if row.state != ARRIVING:
            raise RecordingClosed("This recording takes no more bytes.")
        here = arrived(row)
        if piece.offset != here:
            raise RecordingOffset(here)
        if here == 0 and not piece.data.startswith(EBML[: len(piece.data)]):
            raise RecordingRefused("A recording comes as WebM.")
        files.append(part, here, piece.data)
        here += len(piece.data)
        living = RecordingRow.objects.filter(pk=row.pk, state=ARRIVING)
        if not living.update(arrived=here, last_at=clock.now()):
            raise RecordingClosed("This recording takes no more bytes.")
    return here


def finish(viewer: Viewer, room: str, code: str, given: Wholeness) -> RecordingRow:
    """Check that a recording is here whole, byte for byte, and keep it; twice is once.

    Raises
    ------
    RoomNotFound, NotYourPart, RecordingNotFound
        As `begin`.
    RecordingRefused
        If what is said of it cannot be.
    RecordingClosed
        If it was removed or given up.
    RecordingOffset
        If bytes are missing.
    RecordingChanged
        If they are not those that were recorded; they come again from the start.
    PartBusy
        If another request sends it at this moment.
    """
    _row(viewer, room, code)
    _check_wholeness(given)
    with files.writing(room, code) as part:
        row = _row(viewer, room, code)
        if row.state == WHOLE and (row.size, row.sha256) == (given.size, given.sha256):
            return row
        if row.state != ARRIVING:
            raise RecordingClosed("This recording takes no more bytes.")
        here = arrived(row)
        if here < given.size:
            raise RecordingOffset(here)
        _check_bytes(part, row, here, given)
        return _keep(viewer, row, given)


def playable(viewer: Viewer, case_id: int, room: str, code: str) -> RecordingRow:
    """Return a recording that is whole, for everybody on the case; the reading is audited.

    Raises
    ------
    RoomNotFound
        If the viewer does not see the case.
    RecordingNotFound
        If there is none of this code to be seen (any more).
    """
    found = record_of(viewer, room)
    row = RecordingRow.objects.filter(room=found, code=code, state=WHOLE).first()
    if row is None or found.case_id != case_id or not files.held(room, code):
        raise RecordingNotFound("There is no such recording.")
    target = f"{room}/{code}"
    trail.note_read(viewer.login, "recording", target, found.case.asking_id, door="page")
    return row


def mark_removed(row: RecordingRow, now: datetime, viewer: Viewer | None, why: str) -> None:
    """Remove a recording, in the caller's transaction; its bytes go once that stands.

    Parameters
    ----------
    row : RecordingRow
        With its room and case.
    now : datetime
    viewer : Viewer or None
        Whose act it follows from; None for the policy.
    why : str
        ``policy`` or ``consent``.
    """
    row.state, row.removed_at = REMOVED, now
    row.save(update_fields=["state", "removed_at"])
    actor = "system" if viewer is None else viewer.login
    trail.append([_event(row, actor, Action.DELETE, now, why=why)])
    note(row.room, Kind.RECORDING, _told(row), now, viewer)
    room, code = row.room.code, row.code
    transaction.on_commit(lambda: files.drop(room, code))


def mark_lost(row: RecordingRow, now: datetime) -> None:
    """Say that a recording never came, in the caller's transaction."""
    row.state, row.arrived = LOST, 0
    row.save(update_fields=["state", "arrived"])
    note(row.room, Kind.RECORDING, _told(row), now)
    room, code = row.room.code, row.code
    transaction.on_commit(lambda: files.drop(room, code))


def _row(viewer: Viewer, room: str, code: str) -> RecordingRow:
    """Return a recording of a room into which the viewer was invited, at the child's hospital."""
    found = record_of(viewer, room)
    if not RoomMember.objects.filter(room=found, member=viewer.user, removed_at=None).exists():
        raise RoomNotFound("There is no such room.")
    stands = stand_in(viewer, found)
    if stands is None or stands.part is not Part.PROBE:
        raise NotYourPart("The hospital where the child is brings the recording.")
    row = RecordingRow.objects.filter(room=found, code=code).first()
    if row is None:
        raise RecordingNotFound("There is no such recording.")
    row.room = found
    return row


def _check_wholeness(given: Wholeness) -> None:
    if not re.fullmatch(r"[0-9a-f]{64}", given.sha256) or not 0 < given.size <= LARGEST_BYTES:
        raise RecordingRefused("The recording's length or checksum cannot be.")
    if not 0 <= given.seconds <= LONGEST_SECONDS:
        raise RecordingRefused("The recording's length or checksum cannot be.")


def _check_bytes(part: BinaryIO, row: RecordingRow, here: int, given: Wholeness) -> None:
    part.truncate(here)
    if here == given.size and hmac.compare_digest(files.sha256_of(part), given.sha256):
        return
    files.append(part, 0, b"")
    RecordingRow.objects.filter(pk=row.pk, state=ARRIVING).update(arrived=0)
    raise RecordingChanged("The recording arrived changed; it comes again from the start.")


def _keep(viewer: Viewer, row: RecordingRow, given: Wholeness) -> RecordingRow:
    now = clock.now()
    row.state, row.size, row.sha256, row.seconds = WHOLE, given.size, given.sha256, given.seconds
    row.whole_at, row.keep_until = now, now + timedelta(days=settings.TONGYING_RECORDING_DAYS)
    kept = ("state", "size", "sha256", "seconds", "whole_at", "keep_until")
    with transaction.atomic():
        living = RecordingRow.objects.filter(pk=row.pk, state=ARRIVING)
        if not living.update(**{name: getattr(row, name) for name in kept}):
            raise RecordingClosed("This recording takes no more bytes.")
        note(row.room, Kind.RECORDING, _told(row), now, viewer)
    return row


def _told(row: RecordingRow) -> dict[str, object]:
    return {"code": row.code, "state": row.state, "seconds": round(row.seconds, 1)}


def _event(
    row: RecordingRow, actor: str, action: Action, now: datetime, why: str = ""
) -> AuditEvent:
    room: RoomRow = row.room
    detail = {"case": str(room.case_id), **({"why": why} if why else {})}
    target = f"{room.code}/{row.code}"
    return AuditEvent(now, actor, action, "recording", target, room.case.asking_id, detail)
