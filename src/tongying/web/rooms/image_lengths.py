"""Distances on an image of the case: its own calibration, or why it has none in millimetres.

A length in a radiograph is one at the detector unless somebody calibrated it in the child: the
room tells none then. Ultrasound has a scale only where one region holds both points.
"""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np

from tongying.consult.room.body import Body
from tongying.consult.room.target import Target
from tongying.dicom.pixel_size import PixelSizes, pixel_sizes
from tongying.measure import calibration
from tongying.measure.calibration import NotAPicture, plane_of
from tongying.measure.plane import Plane, Point
from tongying.web.cases.models import CaseStudy
from tongying.web.records.models import Instance, InstanceMetadata
from tongying.web.rooms.models import RoomRow

TRACE: Final = "trace"
MAGNIFIED: Final = "magnified"
UNPROVED: Final = "unproved"
NO_SIZE: Final = "no-size"

_REASONS: Final[dict[str, str]] = {
    calibration.NO_REGION: "no-region",
    calibration.BETWEEN_REGIONS: "between-regions",
    calibration.REGION_WITHOUT_LENGTH: "region-without-length",
    calibration.PLACEHOLDER: "placeholder",
    calibration.NO_SIZE: NO_SIZE,
}
"""Why an image gives no length, as the calibration says it -> as the room keeps it."""
_DOUBTS: Final[dict[str, str]] = {
    calibration.AT_DETECTOR.code: MAGNIFIED,
    calibration.MAGNIFICATION_ESTIMATED.code: MAGNIFIED,
    calibration.NOT_SAID_HOW.code: UNPROVED,
    calibration.COPY.code: UNPROVED,
}
"""Doubts about a scale with which the room tells no millimetres: they belong to a measurement with
its caveats beside it."""
REASONS: Final = frozenset({TRACE, *_REASONS.values(), *_DOUBTS.values()})


def length_on_image(room: RoomRow, body: Body, target: Target) -> Body:
    """Return the body of a measurement on an image with its millimetres, or why it has none.

    Parameters
    ----------
    room : RoomRow
    body : dict
        Its points are fractions of the image's width and height.
    target : Target
        An image of one of the case's studies.
    """
    header = _header(room, target.sop)
    if header is None:
        return {**body, "mm": None, "why": NO_SIZE}
    return {**body, **told_length(pixel_sizes(header, target.frame), body["points"])}


def told_length(sizes: PixelSizes, points: list[list[float]]) -> Body:
    """Return ``mm`` and the ``source`` of its scale, or ``mm`` None and ``why``.

    Parameters
    ----------
    sizes : PixelSizes
        What the image's header says.
    points : list of list of float
        Two, as fractions of the image's width and height from its top left corner.
    """
    if not sizes.columns or not sizes.rows:
        return {"mm": None, "why": NO_SIZE}
    # A plane counts from the centre of the first pixel, a fraction from its corner.
    ends: list[Point] = [(x * sizes.columns - 0.5, y * sizes.rows - 0.5) for x, y in points]
    try:
        plane = plane_of(sizes, ends)
    except NotAPicture:
        return {"mm": None, "why": TRACE}
    why = _why_none(plane)
    if why:
        return {"mm": None, "why": why}
    first, second = plane.in_mm(ends)
    return {"mm": round(float(np.linalg.norm(second - first)), 2), "source": plane.source}


def _why_none(plane: Plane) -> str:
    if not plane.has_size:
        return _REASONS.get(plane.reason, NO_SIZE)
    return next((_DOUBTS[one.code] for one in plane.caveats if one.code in _DOUBTS), "")


def _header(room: RoomRow, sop_uid: str) -> dict[str, Any] | None:
    studies = CaseStudy.objects.filter(case_id=room.case_id).values("study_id")
    image = Instance.objects.filter(uid=sop_uid, series__study__in=studies).first()
    kept = None if image is None else InstanceMetadata.objects.filter(pk=image.pk).first()
    if kept is None:
        return None
    header: dict[str, Any] = json.loads(bytes(kept.json))
    return header
