"""Ventricular volumes against bodies whose volume is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drawn_marks import UNSCALED, drawn, mirrored, shifted, turned, values
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.measure.heart.ventricle import Ventricle, Volumes, Way, from_volumes, measures_of
from tongying.measure.heart.volume import (
    area_length_ml,
    biplane_ml,
    bullet_ml,
    disc_widths,
    discs_ml,
)
from tongying.measure.numbers import NumbersRefused
from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import ChildKnown, Drawing, MarksMissing, MarksRefused
from tongying.norms.method import MeasuringMethod

ONE = Plane.calibrated(column_mm=1.0, row_mm=1.0, source="test")
FINE = 240


def ellipse(half_long, half_short, centre=(100.0, 100.0)):
    """Outline of an ellipse whose long axis runs down, with that axis."""
    turns = np.arange(FINE) * 2 * math.pi / FINE
    x = centre[0] + half_short * np.sin(turns)
    y = centre[1] - half_long * np.cos(turns)
    outline = tuple(zip(x.tolist(), y.tolist(), strict=True))
    return outline, ((centre[0], centre[1] - half_long), (centre[0], centre[1] + half_long))


ELLIPSOIDS = (
    # half axes in mm, volume in mL: 4/3 pi a b^2 / 1000 with pi = 3.14159265
    (20.0, 10.0, 8.37758041),  # 8000/3 pi
    (15.0, 10.0, 6.28318531),  # 2000 pi
    (30.0, 15.0, 28.2743339),  # 9000 pi
    (45.0, 20.0, 75.3982237),  # 24000 pi
    (10.0, 6.0, 1.50796447),  # 480 pi
)


@pytest.mark.parametrize("long, short, by_hand", ELLIPSOIDS)
def test_area_and_length_give_an_ellipsoids_volume_exactly(long, short, by_hand):
    assert area_length_ml(math.pi * long * short, 2 * long) == pytest.approx(by_hand, rel=1e-8)


@pytest.mark.parametrize("recipe", ["lv-discs", "lv-area-length"])
@pytest.mark.parametrize("long, short, by_hand", ELLIPSOIDS)
def test_an_outlined_ellipsoid_has_its_volume(recipe, long, short, by_hand):
    """20 discs at mid height give an ellipsoid 0.125 % more than it has: 1 + 1/(2 n^2)."""
    outline, axis = ellipse(long, short)
    told = values(drawn(recipe, {"diastole-outline": outline, "diastole-axis": axis}, plane=ONE))
    assert told["lv-edv"] == pytest.approx(by_hand, rel=0.0015)


CYLINDERS = (
    # diameter, length in mm, pi/4 d^2 L / 1000
    (20.0, 40.0, 12.5663706),
    (10.0, 20.0, 1.57079633),
    (30.0, 50.0, 35.3429174),
    (8.0, 25.0, 1.25663706),
    (40.0, 70.0, 87.9645943),
)


@pytest.mark.parametrize("diameter, long, by_hand", CYLINDERS)
def test_discs_of_a_cylinder_are_exact(diameter, long, by_hand):
    assert discs_ml([diameter] * 20, long) == pytest.approx(by_hand, rel=1e-8)
    outline = np.asarray([[0, 0], [diameter, 0], [diameter, long], [0, long]], dtype=float)
    axis = np.asarray([[diameter / 2, 0], [diameter / 2, long]], dtype=float)
    widths = disc_widths(outline, axis)
    assert widths == pytest.approx(np.full(20, diameter))
    assert biplane_ml((outline, axis), (outline, axis)) == pytest.approx(by_hand, rel=1e-8)


def test_two_planes_make_ellipses_of_the_discs():
    """20 by 10 mm across, 40 mm long: pi/4 * 200 * 40 = 6.28318531 mL."""
    assert discs_ml([20.0] * 20, 40.0, other_mm=[10.0] * 20) == pytest.approx(6.28318531)


def test_the_longer_axis_of_two_planes_counts_and_a_foreshortened_one_is_refused():
    def box(wide, long):
        outline = np.asarray([[0, 0], [wide, 0], [wide, long], [0, long]], dtype=float)
        return outline, np.asarray([[wide / 2, 0], [wide / 2, long]], dtype=float)

    assert biplane_ml(box(20, 40), box(10, 36)) == pytest.approx(6.28318531)
    with pytest.raises(MarksRefused, match="foreshortened"):
        biplane_ml(box(20, 40), box(10, 31))


BULLETS = (
    # area mm2, length mm, 5/6 A L / 1000
    (600.0, 50.0, 25.0),
    (120.0, 20.0, 2.0),
    (1000.0, 60.0, 50.0),
    (300.0, 36.0, 9.0),
    (72.0, 15.0, 0.9),
)


@pytest.mark.parametrize("area, long, by_hand", BULLETS)
def test_the_bullet_formula(area, long, by_hand):
    assert bullet_ml(area, long) == pytest.approx(by_hand)


def phases():
    diastole, its_axis = ellipse(30, 15)
    systole, other_axis = ellipse(24, 9)
    return {
        "diastole-outline": diastole,
        "diastole-axis": its_axis,
        "systole-outline": systole,
        "systole-axis": other_axis,
    }


@pytest.mark.parametrize("recipe", ["lv-discs", "lv-area-length"])
def test_both_phases_give_the_fraction_and_the_body_gives_the_index(recipe):
    """4/3 pi 30 15^2 = 28.274 mL, 4/3 pi 24 9^2 = 8.143 mL: 71.2 %; by 0.668892 m2."""
    child = ChildKnown(height_cm=100, weight_kg=16)
    result = drawn(recipe, phases(), plane=ONE, child=child)
    told = values(result)
    assert told["lv-edv"] == pytest.approx(28.2743, rel=0.002)
    assert told["lv-esv"] == pytest.approx(8.14301, rel=0.002)
    assert told["lv-sv"] == pytest.approx(20.1313, rel=0.002)
    assert told["lv-ef"] == pytest.approx(71.2, abs=0.05)
    assert told["lv-edv-index"] == pytest.approx(42.2704, rel=0.002)
    assert told["lv-esv-index"] == pytest.approx(12.1739, rel=0.002)
    assert result.refusals == ()
    assert all("measure.one-plane" in {c.code for c in one.caveats} for one in result.measurements)


@pytest.mark.parametrize("recipe", ["lv-discs", "lv-area-length"])
def test_the_fraction_needs_no_scale_and_the_volumes_are_refused_beside_it(recipe):
    result = drawn(recipe, phases(), plane=UNSCALED)
    assert values(result) == {"lv-ef": pytest.approx(71.2, abs=0.05)}
    assert [one.code for one in result.refusals] == ["measure.uncalibrated"]
    alone = {name: points for name, points in phases().items() if "diastole" in name}
    with pytest.raises(LengthUncalibrated):
        drawn(recipe, alone, plane=UNSCALED)
    unknown = drawn(recipe, phases(), plane=ONE)
    assert [one.code for one in unknown.refusals] == ["measure.body-size-unknown"]
    assert "lv-edv" in values(unknown)
    assert "lv-edv-index" not in values(unknown)


@pytest.mark.parametrize("recipe", ["lv-discs", "lv-area-length"])
def test_outlines_that_cannot_be_are_refused(recipe):
    marks = phases()
    with pytest.raises(NumbersRefused, match="phases"):
        drawn(
            recipe,
            {
                "diastole-outline": marks["systole-outline"],
                "diastole-axis": marks["systole-axis"],
                "systole-outline": marks["diastole-outline"],
                "systole-axis": marks["diastole-axis"],
            },
            plane=ONE,
        )
    with pytest.raises(MarksMissing, match="outline and the long axis"):
        drawn(
            recipe,
            {name: points for name, points in marks.items() if name != "systole-axis"},
            plane=ONE,
        )
    with pytest.raises(MarksRefused, match="leaves the outline"):
        drawn(recipe, {**marks, "diastole-axis": ((0.0, 0.0), (10.0, 60.0))}, plane=ONE)
    bow = ((0.0, 0.0), (40.0, 40.0), (40.0, 0.0), (0.0, 30.0))
    with pytest.raises(MarksRefused, match="crosses itself"):
        drawn(recipe, {**marks, "diastole-outline": bow}, plane=ONE)


@settings(max_examples=25)
@given(
    way=st.floats(0, 2 * math.pi),
    by=st.tuples(st.floats(-90, 90), st.floats(-90, 90)),
    scale=st.floats(0.5, 1.5),
)
@pytest.mark.parametrize("recipe", ["lv-discs", "lv-area-length"])
def test_volumes_stay_when_moved_turned_or_mirrored_and_grow_with_the_cube(recipe, way, by, scale):
    outline = ((0.0, 0.0), (30.0, -4.0), (52.0, 6.0), (60.0, 22.0), (30.0, 34.0), (-3.0, 20.0))
    axis = ((0.0, 10.0), (56.0, 16.0))
    marks = {"diastole-outline": outline, "diastole-axis": axis}
    plain = values(drawn(recipe, marks))["lv-edv"]
    cos, sin = math.cos(way), math.sin(way)
    for change in (
        mirrored,
        lambda points: shifted(points, by),
        lambda points: turned(points, cos=cos, sin=sin),
        lambda points: points[::-1],
    ):
        other = {name: change(points) for name, points in marks.items()}
        assert values(drawn(recipe, other))["lv-edv"] == pytest.approx(plain, rel=1e-6)
    size = 0.5 * scale
    larger = Plane.calibrated(column_mm=size, row_mm=size, source="test")
    grown = values(drawn(recipe, marks, plane=larger))["lv-edv"]
    assert grown == pytest.approx(plain * scale**3, rel=1e-9)


@pytest.mark.parametrize(
    "widths, other",
    [([], None), ([1.0], [1.0, 2.0]), ([-1.0], None), ([1.0], [-1.0]), ([math.nan], None)],
)
def test_discs_that_are_none_are_refused(widths, other):
    with pytest.raises(NumbersRefused):
        discs_ml(widths, 10.0, other_mm=other)


def test_a_hollow_outline_counts_only_what_lies_within_it():
    """A horseshoe: two legs of 10 mm at the height of the gap, 30 mm across at its closed end."""
    outline = np.asarray(
        [[0, 0], [10, 0], [10, 20], [20, 20], [20, 0], [30, 0], [30, 40], [0, 40]], dtype=float
    )
    axis = np.asarray([[5, 0], [5, 40]], dtype=float)
    widths = disc_widths(outline, axis, count=4)
    assert widths == pytest.approx([20.0, 20.0, 30.0, 30.0])


TYPED = (
    # ventricle, volumes mL, height cm, weight kg: stroke volume, fraction, by body surface
    ("lv", 8.0, 3.0, 50, 3.5, 5.0, 62.5, 35.6482, 13.3681),  # newborn, 0.224414957 m2
    ("lv", 60.0, 24.0, 100, 16, 36.0, 60.0, 89.7006, 35.8802),  # 0.668892032 m2
    ("rv", 90.0, 36.0, 130, 28, 54.0, 60.0, 89.7457, 35.8983),  # 1.002833954 m2
    ("rv", 150.0, 75.0, 160, 50, 75.0, 50.0, 100.8537, 50.4269),  # 1.487303244 m2
    ("rv", 20.0, 8.0, 75, 9.5, 12.0, 60.0, 44.3563, 17.7425),  # 0.450893875 m2
)


@pytest.mark.parametrize(
    "name, edv, esv, height, weight, stroke, fraction, edv_index, esv_index", TYPED
)
def test_volumes_of_either_ventricle_by_the_body(
    name, edv, esv, height, weight, stroke, fraction, edv_index, esv_index
):
    child = ChildKnown(height_cm=height, weight_kg=weight)
    way = Way(MeasuringMethod("cine MRI", None, None, "short-axis stack"))
    result = from_volumes(Ventricle(name), Volumes(edv, esv), Drawing({}, ONE, child=child), way)
    told = values(result)
    assert told == {
        f"{name}-edv": edv,
        f"{name}-esv": esv,
        f"{name}-sv": pytest.approx(stroke),
        f"{name}-ef": pytest.approx(fraction),
        f"{name}-edv-index": pytest.approx(edv_index, rel=1e-5),
        f"{name}-esv-index": pytest.approx(esv_index, rel=1e-5),
    }
    assert set(told) == set(measures_of(Ventricle(name)))
    rules = {one.measure: one.method.rule for one in result.measurements}
    assert rules[f"{name}-edv"] == "short-axis stack"
    assert rules[f"{name}-edv-index"] == "short-axis stack; body surface by Haycock"


@pytest.mark.parametrize("volumes", [(0, None), (60, 60), (60, 70), (math.nan, None), (60, -1)])
def test_volumes_that_cannot_be_are_refused(volumes):
    with pytest.raises(NumbersRefused):
        from_volumes(Ventricle.LEFT, Volumes(*volumes), Drawing({}, ONE), Way(MeasuringMethod()))
