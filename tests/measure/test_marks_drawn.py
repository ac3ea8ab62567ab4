"""Which mark a group of the viewer's report is."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

import viewer_reports as viewer
from tongying.dicom.measurement_reading import DrawnGroup, read_measurements
from tongying.measure.drawn_marks import NothingDrawn, NotOnImage, ShapeUnknown, mark_of
from tongying.measure.recipe import Mark


def read(group: Dataset) -> DrawnGroup:
    (found,) = read_measurements(viewer.report(group))
    return found


# The second column as the viewer writes it, the last one as the recipes count: half a pixel less.
TABLE = [
    ("Length", "POLYLINE", (1, 2, 3, 4), Mark.LINE, [(0.5, 1.5), (2.5, 3.5)]),
    (
        "Angle",
        "POLYLINE",
        (1, 1, 5, 5, 5, 5, 9, 1),
        Mark.ANGLE,
        [(0.5, 0.5), (4.5, 4.5), (8.5, 0.5)],
    ),
    (
        "CobbAngle",
        "POLYLINE",
        (1, 1, 5, 2, 1, 9, 5, 8),
        Mark.TWO_LINES,
        [(0.5, 0.5), (4.5, 1.5), (0.5, 8.5), (4.5, 7.5)],
    ),
    (
        "EllipticalROI",
        "ELLIPSE",
        (1, 5, 9, 5, 5, 3, 5, 7),
        Mark.ELLIPSE,
        [(0.5, 4.5), (8.5, 4.5), (4.5, 2.5), (4.5, 6.5)],
    ),
    (
        "PlanarFreehandROI",
        "POLYLINE",
        (1, 1, 5, 1, 5, 5, 1, 1),
        Mark.CONTOUR,
        [(0.5, 0.5), (4.5, 0.5), (4.5, 4.5)],
    ),
    ("ArrowAnnotate", "POINT", (4, 6), Mark.POINT, [(3.5, 5.5)]),
    ("ArrowAnnotate", "POLYLINE", (4, 6, 8, 8), Mark.LINE, None),
]


@pytest.mark.parametrize(("tool", "graphic", "data", "mark", "points"), TABLE[:-1])
def test_marks(
    tool: str,
    graphic: str,
    data: tuple[float, ...],
    mark: Mark,
    points: list[tuple[float, float]],
) -> None:
    found = mark_of(read(viewer.shape(tool, "x", graphic, data)))
    assert (found.mark, list(found.points)) == (mark, points)
    assert (found.image, found.frame) == (viewer.IMAGE, 1)


def test_an_arrow_is_its_tip() -> None:
    found = mark_of(read(viewer.shape("ArrowAnnotate", "x", "POLYLINE", (4, 6, 8, 8))))
    assert (found.mark, found.points) == (Mark.POINT, ((3.5, 5.5),))


def test_two_diameters_are_one_cross() -> None:
    found = mark_of(read(viewer.cross("x", (0.5, 5.5, 10.5, 5.5), (5.5, 2.5, 5.5, 8.5))))
    assert found.mark is Mark.CROSS
    assert found.points == ((0.0, 5.0), (10.0, 5.0), (5.0, 2.0), (5.0, 8.0))


def test_what_is_no_mark_says_why() -> None:
    with pytest.raises(NothingDrawn):
        mark_of(read(viewer.group("Length", "x", [])))
    with pytest.raises(NotOnImage):
        mark_of(read(viewer.line_in_space("x", (1, 2, 3, 4, 5, 6))))
    with pytest.raises(ShapeUnknown):
        mark_of(read(viewer.shape("PlanarFreehandROI", "x", "POLYLINE", (1, 1, 5, 1, 5, 5))))
    with pytest.raises(ShapeUnknown):
        mark_of(read(viewer.shape("CircleROI", "x", "CIRCLE", (1, 1, 5, 1))))
