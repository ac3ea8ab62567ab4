"""Volumes of kidney, spleen and thyroid from three diameters: hand-worked cases, laws, refusals."""

from __future__ import annotations

import math

import pytest
from drawn_marks import UNSCALED, drawn, line, shifted, values
from hypothesis import given
from hypothesis import strategies as st

from tongying.measure.abdomen.volume import SPLEEN
from tongying.measure.kidney.volume import KIDNEY
from tongying.measure.numbers import NumbersRefused
from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import MarksMissing, MarksRefused, SideUnknown
from tongying.measure.thyroid.volume import LOBE
from tongying.measure.tumour.volume import ellipsoid_cm3

ONE = Plane.calibrated(column_mm=1.0, row_mm=1.0, source="test")


def marks(length, wide, deep):
    """A length, and a cross whose diameters halve each other."""
    middle = 200 + wide / 2
    cross = ((200, 0), (200 + wide, 0), (middle, -deep / 2), (middle, deep / 2))
    return {"length": line((0, 0), (length, 0)), "transverse": cross}


CASES = (
    # recipe, side, measure, diameters in mm, cm3 by hand
    ("kidney-volume", "R", "kidney-volume-right", (50, 24, 20), 12.5664),  # pi/6 * 24.0
    ("kidney-volume", "L", "kidney-volume-left", (60, 30, 30), 28.2743),  # pi/6 * 54.0
    ("kidney-volume", "L", "kidney-volume-left", (80, 40, 30), 50.2655),  # pi/6 * 96.0
    ("kidney-volume", "R", "kidney-volume-right", (110, 50, 40), 115.1917),  # pi/6 * 220.0
    ("kidney-volume", "R", "kidney-volume-right", (45, 20, 20), 9.4248),  # pi/6 * 18.0
    ("spleen-volume", "", "spleen-volume", (60, 40, 25), 31.4159),  # pi/6 * 60
    ("spleen-volume", "", "spleen-volume", (45, 30, 20), 14.1372),  # pi/6 * 27
    ("spleen-volume", "", "spleen-volume", (80, 50, 30), 62.8319),  # pi/6 * 120
    ("spleen-volume", "", "spleen-volume", (100, 60, 40), 125.6637),  # pi/6 * 240
    ("spleen-volume", "", "spleen-volume", (120, 80, 50), 251.3274),  # pi/6 * 480
    ("thyroid-lobe-volume", "R", "thyroid-lobe-volume", (20, 10, 8), 0.7664),  # 0.479 * 1.6
    ("thyroid-lobe-volume", "L", "thyroid-lobe-volume", (15, 8, 6), 0.34488),  # 0.479 * 0.72
    ("thyroid-lobe-volume", "R", "thyroid-lobe-volume", (30, 12, 10), 1.7244),  # 0.479 * 3.6
    ("thyroid-lobe-volume", "L", "thyroid-lobe-volume", (40, 15, 12), 3.4488),  # 0.479 * 7.2
    ("thyroid-lobe-volume", "R", "thyroid-lobe-volume", (50, 20, 20), 9.58),  # 0.479 * 20
)


@pytest.mark.parametrize("recipe, side, measure, size, cm3", CASES)
def test_volume_of_three_diameters(recipe, side, measure, size, cm3):
    (told,) = drawn(recipe, marks(*size), plane=ONE, side=side).measurements
    assert (told.measure, told.unit, told.side) == (measure, "cm3", side)
    assert told.value == pytest.approx(cm3, abs=1e-4)


def test_the_thyroids_factor_is_brunns_and_the_others_that_of_an_ellipsoid():
    # 0.523 / 0.479 = 1.09: the two thyroid formulas differ by 9 %
    assert math.pi / 6 / LOBE.factor == pytest.approx(1.0931, abs=1e-4)
    for organ in (KIDNEY, SPLEEN):
        assert organ.cm3(70, 30, 25) == pytest.approx(ellipsoid_cm3(70, 30, 25))


@given(
    size=st.tuples(st.floats(20, 90), st.floats(21, 40), st.floats(10, 20)),
    by=st.floats(0.8, 1.2),
    x=st.floats(-99, 99),
)
def test_a_volume_grows_with_the_cube_and_does_not_move(size, by, x):
    plain = values(drawn("spleen-volume", marks(*size), plane=ONE))["spleen-volume"]
    larger = Plane.calibrated(column_mm=by, row_mm=by, source="test")
    scaled = values(drawn("spleen-volume", marks(*size), plane=larger))["spleen-volume"]
    moved = {name: shifted(points, (x, x)) for name, points in marks(*size).items()}
    assert scaled == pytest.approx(plain * by**3, rel=1e-9)
    assert values(drawn("spleen-volume", moved, plane=ONE))["spleen-volume"] == pytest.approx(plain)


def test_bad_marks_are_refused():
    good = marks(80, 40, 30)
    with pytest.raises(SideUnknown):
        drawn("kidney-volume", good, plane=ONE)
    with pytest.raises(MarksMissing, match="hilum"):
        drawn("kidney-volume", {"length": good["length"]}, plane=ONE, side="R")
    with pytest.raises(LengthUncalibrated):
        drawn("kidney-volume", good, plane=UNSCALED, side="R")
    apart = good | {"transverse": ((200, 0), (240, 0), (300, -15), (300, 15))}
    with pytest.raises(MarksRefused, match="cross within"):
        drawn("kidney-volume", apart, plane=ONE, side="R")
    oblique = good | {"transverse": ((200, 0), (240, 0), (205, -15), (235, 15))}
    with pytest.raises(MarksRefused, match="square"):
        drawn("kidney-volume", oblique, plane=ONE, side="R")
    with pytest.raises(NumbersRefused):
        KIDNEY.cm3(80, 0, 30)
