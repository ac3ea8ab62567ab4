"""Where a length may be told from, where it is refused, and what is doubtful about it."""

from __future__ import annotations

import pytest

from tongying.dicom.pixel_size import PixelSizes, UltrasoundRegion
from tongying.measure.calibration import (
    AT_DETECTOR,
    BETWEEN_REGIONS,
    COPY,
    MAGNIFICATION_ESTIMATED,
    NO_REGION,
    NO_SIZE,
    NOT_SAID_HOW,
    PLACEHOLDER,
    REGION_WITHOUT_LENGTH,
    NotAPicture,
    OutsideImage,
    plane_json,
    plane_of,
)
from tongying.measure.plane import LengthUncalibrated, Plane

PICTURE = UltrasoundRegion(0, 0, 399, 299, 1, 0.1, 0.1)
ZOOMED = UltrasoundRegion(500, 0, 799, 299, 1, 0.05, 0.05)
MMODE = UltrasoundRegion(0, 310, 799, 599, 2, None, 0.1)
SCREEN = PixelSizes("US", columns=800, rows=600, regions=(PICTURE, ZOOMED, MMODE))


def xray(modality: str = "DX", **told: object) -> PixelSizes:
    return PixelSizes(modality, columns=1000, rows=1000, **told)


@pytest.mark.parametrize(
    ("sizes", "column_mm", "caveats"),
    [
        (xray("CT", spacing_mm=(0.5, 0.4)), 0.4, ()),
        (xray("MR", spacing_mm=(1.0, 1.0)), 1.0, ()),
        (xray(spacing_mm=(0.14, 0.14), calibration="FIDUCIAL"), 0.14, ()),
        (
            xray(spacing_mm=(0.14, 0.14), calibration="GEOMETRY", detector_mm=(0.16, 0.16)),
            0.14,
            (),
        ),
        (xray(spacing_mm=(0.14, 0.14), detector_mm=(0.16, 0.16)), 0.14, (NOT_SAID_HOW,)),
        (xray(spacing_mm=(0.16, 0.16), detector_mm=(0.16, 0.16)), 0.16, (AT_DETECTOR,)),
        (xray("CR", spacing_mm=(0.16, 0.16)), 0.16, (AT_DETECTOR,)),
        (xray(detector_mm=(0.16, 0.16)), 0.16, (AT_DETECTOR,)),
        (
            xray(detector_mm=(0.12, 0.12), magnification=1.2),
            0.1,
            (MAGNIFICATION_ESTIMATED,),
        ),
        (xray(detector_mm=(0.12, 0.12), magnification=0.5), 0.12, (AT_DETECTOR,)),
        (xray("CR", scanned_mm=(0.2, 0.2)), 0.2, (AT_DETECTOR,)),
        (xray("OT", spacing_mm=(0.3, 0.3), calibration="FIDUCIAL"), 0.3, (COPY,)),
    ],
)
def test_a_length_is_told_with_its_doubt(
    sizes: PixelSizes, column_mm: float, caveats: tuple[object, ...]
) -> None:
    plane = plane_of(sizes, [(10.0, 10.0)])
    assert plane.column_mm == pytest.approx(column_mm)
    assert plane.caveats == caveats
    assert plane.source
    assert plane_json(plane)["caveats"] == [one.as_json() for one in caveats]


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        (PixelSizes("US", columns=800, rows=600), NO_REGION),
        (PixelSizes("US", columns=800, rows=600, spacing_mm=(0.1, 0.1)), NO_REGION),
        (xray(spacing_mm=(1.0, 1.0)), PLACEHOLDER),
        (xray(spacing_mm=(1.0, 1.0), detector_mm=(1.0, 1.0)), PLACEHOLDER),
        (xray("CR"), NO_SIZE),
        (xray("CT"), NO_SIZE),
        (xray("OT", spacing_mm=(1.0, 1.0)), PLACEHOLDER),
        (xray("OT", spacing_mm=(0.3, 0.3)), NO_SIZE),
        (xray("XC", spacing_mm=(0.3, 0.3)), NO_SIZE),
    ],
)
def test_no_length_is_guessed(sizes: PixelSizes, reason: str) -> None:
    plane = plane_of(sizes, [(10.0, 10.0)])
    assert (plane.has_size, plane.reason) == (False, reason)
    with pytest.raises(LengthUncalibrated, match=reason.split(":")[0]):
        plane.in_mm([(0, 0), (1, 1)])


def test_the_region_that_holds_every_mark_gives_the_scale() -> None:
    assert plane_of(SCREEN, [(10, 10), (390, 290)]).column_mm == 0.1
    assert plane_of(SCREEN, [(510, 10), (700, 200)]).column_mm == 0.05
    across = plane_of(SCREEN, [(10, 10), (700, 200)])
    assert (across.has_size, across.reason) == (False, BETWEEN_REGIONS)
    assert plane_of(SCREEN).column_mm == 0.1, "before anything is marked the largest picture's"


def test_a_box_within_the_picture_wins_where_it_holds_the_marks() -> None:
    box = UltrasoundRegion(100, 100, 200, 200, 1, 0.2, 0.2)
    sizes = PixelSizes("US", columns=800, rows=600, regions=(PICTURE, box))
    assert plane_of(sizes, [(120, 120), (180, 180)]).column_mm == 0.2
    assert plane_of(sizes, [(120, 120), (300, 180)]).column_mm == 0.1


def test_a_picture_region_without_length_refuses() -> None:
    sizes = PixelSizes("US", regions=(UltrasoundRegion(0, 0, 99, 99, 1, None, None),))
    assert plane_of(sizes, [(1, 1)]).reason == REGION_WITHOUT_LENGTH


def test_nothing_is_measured_in_a_trace_or_beside_the_image() -> None:
    with pytest.raises(NotAPicture):
        plane_of(SCREEN, [(10, 10), (100, 400)])
    for point in ((-0.6, 10.0), (10.0, 599.6), (800.0, 1.0)):
        with pytest.raises(OutsideImage):
            plane_of(SCREEN, [point])
    assert plane_of(SCREEN, [(-0.5, -0.5)]).has_size


def test_the_shape_of_a_pixel_holds_where_its_size_does_not() -> None:
    assert plane_of(xray("CR", aspect=(2.0, 1.0))).aspect == 2.0
    assert plane_of(xray("CR", spacing_mm=None, detector_mm=(1.0, 1.0))) == Plane(
        aspect=1.0, reason=PLACEHOLDER
    )
