"""Scales and distances on a room's pictures: a scale is one person's act on one picture."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from tongying.consult.people import Viewer
from tongying.consult.room.body import Body, BodyRefused
from tongying.consult.room.scale import millimetres_between, spacing_from_scale
from tongying.consult.room.target import Target, read_target
from tongying.web.rooms.calibrating import promise_calibrated
from tongying.web.rooms.image_lengths import length_on_image
from tongying.web.rooms.models import PictureRow, RoomRow

UNCALIBRATED = "uncalibrated"
"""Why a distance has no millimetres: no region and no scale on the picture."""
LIVE = "live"
"""Why a distance has no millimetres: the picture moves."""


class NoScale(BodyRefused):
    """The other picture has no scale that could be taken over."""

    code: ClassVar[str] = "room.no-scale"


def calibrate(room: RoomRow, body: Body, viewer: Viewer, now: datetime) -> Body:
    """Put a scale on a still or a clip and return the event's body with ``mm_per_pixel``.

    Raises
    ------
    BodyRefused
        If it is neither a still nor a clip.
    ScaleRefused
        If the scale is drawn too short.
    NoScale
        If the scale of another picture is meant and that has none of the same size.
    """
    target = read_target(body["target"])
    picture = picture_of(room, target)
    if picture is None:
        raise BodyRefused("A scale is drawn on a still or a clip of this room.")
    if "same_as" in body:
        other = picture_of(room, read_target(body["same_as"]))
        size = (picture.columns, picture.rows)
        if other is None or other.mm_per_pixel is None or size != (other.columns, other.rows):
            raise NoScale("That picture has no scale, or is not of the same size.")
        spacing = other.mm_per_pixel
    else:
        spacing = spacing_from_scale(body["points"], body["mm"], picture.columns, picture.rows)
    picture.mm_per_pixel, picture.calibrated_by_id, picture.calibrated_at = (
        spacing,
        viewer.user,
        now,
    )
    picture.save(update_fields=["mm_per_pixel", "calibrated_by", "calibrated_at"])
    promise_calibrated(picture)
    return {**body, "mm_per_pixel": spacing}


def measured(room: RoomRow, body: Body) -> Body:
    """Return the body of a measurement with its millimetres, or why it has none."""
    target = read_target(body["target"])
    picture = picture_of(room, target)
    if target.sop:
        return length_on_image(room, body, target)
    if picture is None:
        return {**body, "mm": None, "why": LIVE}
    if picture.mm_per_pixel is None:
        return {**body, "mm": None, "why": UNCALIBRATED}
    length = millimetres_between(
        body["points"], picture.columns, picture.rows, picture.mm_per_pixel
    )
    return {**body, "mm": round(length, 2)}


def picture_of(room: RoomRow, target: Target) -> PictureRow | None:
    """Return the still or clip that a target means, or None for anything else."""
    if target.still is not None:
        return PictureRow.objects.filter(room=room, kind="still", number=target.still).first()
    if target.clip is not None:
        return PictureRow.objects.filter(room=room, kind="clip", number=target.clip).first()
    return None
