"""Circumference of head and abdomen before birth: hand-worked ellipses, laws, refusals."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from drawn_marks import UNSCALED, drawn, mirrored, shifted, turned, values
from hypothesis import given
from hypothesis import strategies as st

from tongying.measure.fetal.circumference import CIRCUMFERENCES, ellipse_length
from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import MarksMissing, MarksRefused

HALF = Plane.calibrated(column_mm=0.5, row_mm=0.5, source="test")
NAMES = [one.measure for one in CIRCUMFERENCES]


def ellipse(longer, shorter, middle=(200.0, 150.0)):
    """Ends of both axes, in pixels."""
    x, y = middle
    return (
        (x - longer / 2, y),
        (x + longer / 2, y),
        (x, y - shorter / 2),
        (x, y + shorter / 2),
    )


CASES = (
    # diameters in px of 0.5 mm, mm by hand: Ramanujan's second formula, pi (a+b) (1 + 3h / ...)
    (200, 200, 314.1593),  # a circle of 100 mm: 100 pi
    (200, 160, 283.6167),  # a 50, b 40: h 1/81 = .012346; 90 pi * 1.0030883
    (240, 180, 331.5524),  # a 60, b 45: h 1/49 = .020408; 105 pi * 1.0051086
    (120, 90, 165.7762),  # half of it
    (40, 30, 55.2587),  # a sixth
    (100, 100, 157.0796),  # 50 pi
)


@pytest.mark.parametrize("longer, shorter, millimetres", CASES)
@pytest.mark.parametrize("name", NAMES)
def test_the_length_of_an_ellipse(name, longer, shorter, millimetres):
    (told,) = drawn(name, {"ellipse": ellipse(longer, shorter)}, plane=HALF).measurements
    assert told.value == pytest.approx(millimetres, abs=2e-3)
    assert (told.measure, told.unit) == (name, "mm")


@given(longer=st.floats(10, 400), share=st.floats(0.2, 1.0))
def test_a_polygon_of_many_corners_is_as_long(longer, share):
    shorter = longer * share
    corners = [
        (longer / 2 * math.cos(t), shorter / 2 * math.sin(t))
        for t in (2 * math.pi * n / 2000 for n in range(2001))
    ]
    steps = pairwise(corners)
    polygon = sum(math.dist(one, other) for one, other in steps)
    assert ellipse_length(longer, shorter) == pytest.approx(polygon, rel=1e-4)


@given(x=st.floats(-99, 99), turn=st.sampled_from([(0.6, 0.8), (-0.8, 0.6), (0.0, 1.0)]))
def test_the_ellipse_may_lie_anywhere(x, turn):
    cos, sin = turn
    points = ellipse(200, 160)
    for moved in (shifted(points, (x, x)), mirrored(points), turned(points, cos=cos, sin=sin)):
        told = values(drawn(NAMES[0], {"ellipse": moved}, plane=HALF))
        assert told[NAMES[0]] == pytest.approx(283.6167, abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_bad_marks_are_refused(name):
    with pytest.raises(MarksMissing, match="Ellipse around"):
        drawn(name, {}, plane=HALF)
    with pytest.raises(MarksRefused, match="4 points are needed"):
        drawn(name, {"ellipse": ellipse(90, 80)[:3]}, plane=HALF)
    with pytest.raises(LengthUncalibrated):
        drawn(name, {"ellipse": ellipse(90, 80)}, plane=UNSCALED)
    aside = (*ellipse(200, 160)[:2], *ellipse(200, 160, (240.0, 150.0))[2:])
    with pytest.raises(MarksRefused, match="halve each other"):
        drawn(name, {"ellipse": aside}, plane=HALF)
    with pytest.raises(MarksRefused, match="not possible"):
        drawn(name, {"ellipse": ellipse(9000, 8000)}, plane=HALF)
