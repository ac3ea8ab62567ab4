"""Stills and clips of a live room: taken once, stored in the child's study, read from there."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import numpy as np
from django.db.models import Max
from django.utils import timezone
from PIL import Image
from pydicom.dataset import Dataset

from tongying.consult.people import Viewer
from tongying.consult.room.kind import Kind
from tongying.consult.room.part import Part
from tongying.dicom.baseline_jpeg import END
from tongying.dicom.frame_table import FrameTable
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.dicom.writers.ultrasound_capture import (
    Capture,
    write_clip,
    write_jpeg_still,
    write_still,
)
from tongying.kernel.errors import Conflict, NotFound
from tongying.kernel.ids import SeriesUid, SopUid, uid_of
from tongying.web import now as clock
from tongying.web.cases.documents import context_of
from tongying.web.people.models import Member
from tongying.web.records.images import content_store
from tongying.web.rooms.entering import RoomNotFound, enter, record_of, stand_in
from tongying.web.rooms.live_study import instance_of, storing, study_of_room
from tongying.web.rooms.log import NotYourPart, check_consent, note
from tongying.web.rooms.models import EventRow, PictureRow, RoomMember, RoomRow
from tongying.web.rooms.sent_picture import (
    CLIP,
    STILL,
    PictureRefused,
    SentPicture,
    read_sent_picture,
)
from tongying.web.trail import store as trail

SERIES_NUMBERS: Final = {STILL: 1, CLIP: 2}
SERIES_WORDS: Final = {STILL: "现场静帧 Live stills", CLIP: "现场动态 Live clips"}
CLOCKS_APART: Final = timedelta(minutes=10)
"""A page's clock that is further off than this does not say when a picture was captured."""
LATE: Final = timedelta(hours=24)
"""How long after a room's end a picture that was captured in it still comes in."""
_DOOR: Final = "room"
_ATTEMPTS: Final = 5


class PictureNotFound(NotFound):
    """There is no such still or clip in this room."""

    code: ClassVar[str] = "room.no-picture"


class PictureBusy(Conflict):
    """Several pictures arrived at the same moment; this one is to be sent again."""

    code: ClassVar[str] = "room.picture-busy"


@dataclass(frozen=True, slots=True)
class PictureBytes:
    """One frame as a browser shows it.

    Attributes
    ----------
    data : bytes
    media_type : str
    tag : str
        The same bytes have the same.
    """

    data: bytes
    media_type: str
    tag: str


def take_picture(viewer: Viewer, code: str, meta: object, files: list[bytes]) -> PictureRow:
    """Store a still or clip in the child's study and tell the room; sent twice, it is there once.

    Parameters
    ----------
    viewer : Viewer
        Of the hospital where the child is.
    code : str
    meta : object
        What the page says of it (`sent_picture.read_sent_picture`).
    files : list of bytes
        The frames in order.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code, nor was when the picture was captured.
    NotYourPart
        If they are not of the hospital where the child is.
    NoConsent
        If the guardian's consent does not stand.
    PictureRefused, PictureTooLarge
        If it is no picture that is taken.
    PictureNotStored
        If the archive refuses it.
    PictureBusy
        If others are stored at the same moment all the time.
    """
    room = _room_to_fill(viewer, code)
    sent = read_sent_picture(meta, files)
    again = _known(room, sent)
    if again is not None:
        return again
    if room.ended_at is not None and sent.captured_at > room.ended_at:
        raise RoomNotFound("There is no such room.")
    check_consent(room)
    _check_asked(room, sent)
    for _attempt in range(_ATTEMPTS):
        kept = _kept(room, viewer, sent, _next_number(room, sent.kind))
        if kept is not None:
            return kept
    raise PictureBusy("Several pictures arrived at once; send it again.")


def picture_of_room(
    viewer: Viewer, code: str, kind: str, number: int, frame: int = 1, *, case_id: int | None = None
) -> PictureBytes:
    """Return a frame of a still or clip from the archive's object; the reading is audited.

    Parameters
    ----------
    viewer : Viewer
    code, kind : str
    number, frame : int
        From 1.
    case_id : int, optional
        Read in the record of a case, also after the room's end.

    Raises
    ------
    RoomNotFound
        If the room, or its record, does not exist for the viewer.
    PictureNotFound
        If it has no such picture.
    tongying.archive.content_store.ObjectMissing
        If the archive has lost its bytes.
    """
    room = enter(viewer, code).row if case_id is None else record_of(viewer, code)
    if case_id is not None and room.case_id != case_id:
        raise RoomNotFound("There is no such room.")
    row = PictureRow.objects.filter(room=room, kind=kind, number=number).first()
    instance = None if row is None else instance_of(room, row.sop_uid)
    if row is None or instance is None or not 1 <= frame <= row.frames:
        raise PictureNotFound("There is no such picture in this room.")
    series = instance.series.uid
    hospital = room.case.asking_id
    trail.note_read(viewer.login, "study", room.study_uid, hospital, door=_DOOR, series=series)
    with content_store().open(instance.digest) as file:
        data = FrameTable.from_bytes(bytes(instance.frames)).read(file, frame)
    tag = f"{row.sop_uid}-{frame}"
    if instance.transfer_syntax_uid == _JPEG:
        return PictureBytes(data[: data.rindex(END) + len(END)], "image/jpeg", tag)
    return PictureBytes(_png(data, row), "image/png", tag)


_JPEG: Final = "1.2.840.10008.1.2.4.50"


def _png(data: bytes, row: PictureRow) -> bytes:
    pixels = np.frombuffer(data, np.uint8).reshape(row.rows, row.columns, -1)
    target = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(target, "PNG", compress_level=1)
    return target.getvalue()


def _room_to_fill(viewer: Viewer, code: str) -> RoomRow:
    """Return the room into which a viewer brings pictures, a little longer than it lives."""
    try:
        entered = enter(viewer, code)
    except RoomNotFound:
        row = record_of(viewer, code)
        stands = stand_in(viewer, row)
        invited = RoomMember.objects.filter(room=row, member_id=viewer.user, removed_at=None)
        over = row.ended_at
        late = over is None or clock.now() > over + LATE
        if late or stands is None or stands.part is not Part.PROBE or not invited.exists():
            raise
        return row
    if entered.part is not Part.PROBE:
        raise NotYourPart("The hospital where the child is stores stills and clips.")
    return entered.row


def _known(room: RoomRow, sent: SentPicture) -> PictureRow | None:
    row = PictureRow.objects.filter(room=room, client_id=sent.client_id).first()
    if row is not None and row.kind != sent.kind:
        raise PictureRefused("Another picture was sent under this name.")
    return row


def _check_asked(room: RoomRow, sent: SentPicture) -> None:
    if sent.asked is None:
        return
    if not EventRow.objects.filter(room=room, kind=Kind.FREEZE.value, pk=sent.asked).exists():
        raise PictureRefused("Nobody asked to freeze under this number.")


def _next_number(room: RoomRow, kind: str) -> int:
    last = PictureRow.objects.filter(room=room, kind=kind).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _kept(room: RoomRow, viewer: Viewer, sent: SentPicture, number: int) -> PictureRow | None:
    """Store the picture under a number; None where another one took it meanwhile."""
    now = clock.now()
    captured = sent.captured_at
    if not room.opened_at - CLOCKS_APART <= captured <= now + CLOCKS_APART:
        captured = now
    dataset = _dataset(room, viewer, sent, number, captured)
    with storing(room, dataset, viewer.login) as store:
        again = _known(room, sent)
        if again is not None:
            return again
        if _next_number(room, sent.kind) != number:
            return None
        check_consent(room)
        store()
        row = PictureRow.objects.create(
            room=room,
            kind=sent.kind,
            number=number,
            client_id=sent.client_id,
            asked_id=sent.asked,
            by_id=viewer.user,
            captured_at=captured,
            arrived_at=now,
            columns=sent.columns,
            rows=sent.rows,
            frames=sent.frames,
            seconds=sent.seconds,
            sop_uid=str(dataset.SOPInstanceUID),
            series_uid=str(dataset.SeriesInstanceUID),
        )
        note(room, Kind(sent.kind), told(row), now, viewer)
    return row


def told(row: PictureRow) -> dict[str, Any]:
    """Return the body of the event that tells of a picture."""
    return {
        "number": row.number,
        "columns": row.columns,
        "rows": row.rows,
        "frames": row.frames,
        "seconds": row.seconds,
        "captured_at": row.captured_at.isoformat(),
        "asked": row.asked_id,
        "sop": row.sop_uid,
        "series": row.series_uid,
        "study": row.room.study_uid,
    }


def _dataset(
    room: RoomRow, viewer: Viewer, sent: SentPicture, number: int, captured: datetime
) -> Dataset:
    seed = f"tongying/room/{room.code}/{sent.kind}"
    capture = Capture(
        context=context_of(study_of_room(room)),
        identity=ObjectIdentity(
            SeriesUid(uid_of(f"{seed}/series")),
            SopUid(uid_of(f"{seed}/{number}")),
            SERIES_NUMBERS[sent.kind],
            number,
        ),
        captured_at=timezone.localtime(captured),
        institution=room.case.asking.name,
        operator=Member.objects.get(pk=viewer.user).name,
        series=SERIES_WORDS[sent.kind],
    )
    if sent.kind == CLIP:
        return write_clip(sent.jpegs, sent.times_ms, capture)
    if sent.pixels is not None:
        return write_still(sent.pixels, capture)
    return write_jpeg_still(sent.jpegs[0], capture)
