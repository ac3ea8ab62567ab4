"""A hip in ultrasound in the county's archive, and what a person marks on it."""

from __future__ import annotations

import io
from datetime import date, datetime
from functools import cache
from typing import Any

import archive_world as world
import pydicom
from pydicom.dataset import Dataset

from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy
from tongying.dicom.phantoms.hip_geometry import HipGeometry
from tongying.dicom.phantoms.infant_hip_us import HipTruth, hip_image, hip_truth
from tongying.measure.plane import Point
from tongying.web.measurements.drawing import Draft
from tongying.web.measurements.drawn_image import ImagePlace

BORN = date(2026, 1, 4)
ON = date(2026, 3, 1)
"""Eight weeks old."""
HIPS = {"R": HipGeometry(alpha_deg=63, beta_deg=52), "L": HipGeometry(alpha_deg=47, beta_deg=72)}


@cache
def _images() -> dict[str, bytes]:
    child = PhantomChild("P-hip", "Zhao^Ming=赵^明", BORN, "F", weight_kg=4.9, size_m=0.56)
    study = PhantomStudy(
        child=child,
        seed="drawing-world",
        at=datetime(2026, 3, 1, 9, 30),  # noqa: DTZ001 - DICOM's local time
        description="髋关节超声",
        institution="COUNTY 医院",
    )
    made = {
        side: hip_image(study, hip, side=side, number=number)
        for number, (side, hip) in enumerate(HIPS.items(), 1)
    }
    return {side: _file(image) for side, image in made.items()}


def _file(image: Dataset) -> bytes:
    target = io.BytesIO()
    image.save_as(target, enforce_file_format=True)
    return target.getvalue()


def put_hips() -> dict[str, ImagePlace]:
    """Upload both hips for the county and return where they are, by side."""
    places = {}
    for side, data in _images().items():
        (arrival,) = world.send("technologist", data)
        assert arrival.accepted, arrival.reason
        header = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
        places[side] = ImagePlace(
            str(header.StudyInstanceUID),
            str(header.SeriesInstanceUID),
            str(header.SOPInstanceUID),
        )
    return places


def graf_marks(truth: HipTruth) -> dict[str, tuple[Point, ...]]:
    """Return the three lines where they truly lie."""
    return {
        "baseline": truth.ilium,
        "bony-roof": truth.bony_roof,
        "cartilage-roof": truth.cartilage_roof,
    }


def hip_draft(place: ImagePlace, side: str, **changes: Any) -> Draft:
    """Return Graf's lines of one hip."""
    given = {"marks": graf_marks(hip_truth(HIPS[side])), "side": side} | changes
    return Draft(place=place, recipe="graf", **given)
