"""From a scale that was drawn to a stored object with millimetres: the same pixels, once more.

Drawing a scale promises it; the worker does it, or whoever needs the object first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pydicom
from django.utils import timezone

from tongying.dicom.writers.calibrated_capture import DrawnScale, write_calibrated
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.kernel.ids import SeriesUid, SopUid, uid_of
from tongying.web.jobs.outbox import promise
from tongying.web.records.images import content_store
from tongying.web.rooms.live_study import PictureNotStored, instance_of, storing
from tongying.web.rooms.models import PictureRow

CALIBRATED: Final = "room-calibrated"
"""Promised work: a picture's object with the region of its scale."""
SERIES_NUMBERS: Final = {"still": 11, "clip": 12}
SERIES_WORDS: Final = {
    "still": "现场静帧 已定标 Live stills, scaled",
    "clip": "现场动态 已定标 Live clips, scaled",
}
_SYSTEM: Final = "system"


def promise_calibrated(picture: PictureRow) -> None:
    """Promise the object, in the transaction in which the scale was drawn."""
    promise(CALIBRATED, {"picture": picture.pk})


def make_promised(payload: Mapping[str, Any]) -> None:
    """Do what was promised; done again it finds everything there.

    Parameters
    ----------
    payload : mapping
        ``picture``: its key.

    Raises
    ------
    PictureNotStored
        If the archive refuses the object.
    """
    make_calibrated(payload["picture"])


def make_calibrated(picture_id: int) -> PictureRow:
    """Return a picture whose calibrated object is in the archive, if it has a scale.

    A scale drawn anew makes another object; the one before stays, as every stored object does.

    Raises
    ------
    PictureNotStored
        If the archive refuses the object, or does not have the picture's own.
    """
    row = _row(picture_id)
    if row.mm_per_pixel is None or row.calibrated_by is None or row.calibrated_at is None:
        return row
    identity = _identity(row)
    if row.calibrated_sop_uid == identity.sop_uid:
        return row
    source = instance_of(row.room, row.sop_uid)
    if source is None:
        raise PictureNotStored("The archive does not have the picture that the scale is for.")
    with content_store().open(source.digest) as file:
        stored = pydicom.dcmread(file)
        member = row.calibrated_by
        scale = DrawnScale(
            mm_per_pixel=row.mm_per_pixel,
            by=f"{member.name}, {member.hospital.name}",
            at=timezone.localtime(row.calibrated_at),
            series=SERIES_WORDS[row.kind],
        )
        dataset = write_calibrated(stored, scale, identity)
    with storing(row.room, dataset, _SYSTEM) as store:
        same = PictureRow.objects.filter(pk=row.pk, calibrated_at=row.calibrated_at)
        if same.exclude(calibrated_sop_uid=identity.sop_uid).exists():
            store()
            same.update(calibrated_sop_uid=identity.sop_uid)
    return _row(picture_id)


def _row(picture_id: int) -> PictureRow:
    rows = PictureRow.objects.select_related(
        "room__case__asking", "room__case__author", "room__case__child", "calibrated_by__hospital"
    )
    return rows.get(pk=picture_id)


def _identity(row: PictureRow) -> ObjectIdentity:
    scale = f"{row.mm_per_pixel!r}/{row.calibrated_at}/{row.calibrated_by_id}"
    seed = f"tongying/room/{row.room.code}/{row.kind}"
    return ObjectIdentity(
        SeriesUid(uid_of(f"{seed}/scaled")),
        SopUid(uid_of(f"{seed}/{row.number}/scale/{scale}")),
        SERIES_NUMBERS[row.kind],
        row.number,
    )
