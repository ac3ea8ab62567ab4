"""Ratios and indices of the heart, each against values worked out by hand.

Body surfaces were worked out with a desk calculator from Haycock's formula as a sum of logarithms
(0.024265, 0.5378 ln weight, 0.3964 ln height); the rest are whole numbers.
"""

from __future__ import annotations

import math

import pytest
from drawn_marks import UNSCALED, drawn, line, mirrored, shifted, turned, values
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.measure.heart.body_size import BodySizeUnknown, surface_m2
from tongying.measure.heart.flow import (
    Saturations,
    doppler_flow_l_min,
    qp_qs,
    qp_qs_by_doppler,
    qp_qs_by_saturation,
)
from tongying.measure.heart.function import (
    ejection_fraction,
    fractional_shortening,
    stroke_volume,
)
from tongying.measure.heart.pulmonary import mcgoon_ratio, nakata_index
from tongying.measure.numbers import NumbersRefused
from tongying.measure.plane import LengthUncalibrated
from tongying.measure.recipe import ChildKnown, MarksMissing, MarksRefused
from tongying.norms.measure import measure_of
from tongying.norms.score.result import ValueImpossible

SURFACES = (
    # cm, kg, m2 by logarithms: newborn to adolescent
    (50, 3.5, 0.224414957435),
    (75, 9.5, 0.450893874531),
    (100, 16, 0.668892031628),
    (130, 28, 1.002833953684),
    (160, 50, 1.487303243710),
)


@pytest.mark.parametrize("height_cm, weight_kg, by_hand", SURFACES)
def test_the_body_surface_is_haycocks(height_cm, weight_kg, by_hand):
    child = ChildKnown(height_cm=height_cm, weight_kg=weight_kg)
    assert surface_m2(child) == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize(
    "child",
    [ChildKnown(), ChildKnown(height_cm=100), ChildKnown(weight_kg=16)],
    ids=["neither", "no weight", "no height"],
)
def test_no_body_size_is_assumed(child):
    with pytest.raises(BodySizeUnknown, match="Height and weight"):
        surface_m2(child)


MCGOON = (
    # right, left, aorta in mm, ratio
    (6.0, 5.0, 5.5, 2.0),
    (3.0, 3.0, 6.0, 1.0),
    (9.0, 9.0, 7.5, 2.4),
    (2.0, 1.0, 4.0, 0.75),
    (12.0, 15.0, 12.0, 2.25),
    (4.5, 4.5, 6.0, 1.5),
)


@pytest.mark.parametrize("right, left, aorta, by_hand", MCGOON)
def test_the_mcgoon_ratio(right, left, aorta, by_hand):
    assert mcgoon_ratio(right, left, aorta) == pytest.approx(by_hand)
    assert mcgoon_ratio(left, right, aorta) == pytest.approx(by_hand)
    marks = {
        "right": line((0, 0), (2 * right, 0)),
        "left": line((0, 9), (0, 9 + 2 * left)),
        "aorta": line((5, 5), (5 + 2 * aorta, 5)),
    }
    assert values(drawn("mcgoon-nakata", marks))["mcgoon-ratio"] == pytest.approx(by_hand)
    unscaled = drawn("mcgoon-nakata", marks, plane=UNSCALED)
    assert values(unscaled) == {"mcgoon-ratio": pytest.approx(by_hand)}
    assert [one.code for one in unscaled.refusals] == ["measure.uncalibrated"]


NAKATA = (
    # right, left in mm, body surface in m2, pi/4 (d1^2 + d2^2) / surface with pi = 3.14159265
    (10.0, 10.0, 0.5, 314.159265),  # 50 pi * 2
    (6.0, 8.0, 1.0, 78.539816),  # 25 pi
    (4.0, 2.0, 0.2, 78.539816),  # 5 pi / 0.2
    (12.0, 16.0, 1.5, 209.439510),  # 100 pi / 1.5
    (3.0, 3.0, 0.25, 56.548668),  # 4.5 pi * 4
)


@pytest.mark.parametrize("right, left, surface, by_hand", NAKATA)
def test_the_nakata_index(right, left, surface, by_hand):
    assert nakata_index(right, left, surface) == pytest.approx(by_hand, rel=1e-8)


def test_the_nakata_index_of_a_drawing_takes_the_childs_own_surface():
    """Both 6 mm: 18 pi = 56.548668 mm2, by 0.450893874531 m2 = 125.414586."""
    marks = {"right": line((0, 0), (12, 0)), "left": line((0, 5), (12, 5))}
    child = ChildKnown(height_cm=75, weight_kg=9.5)
    (told,) = drawn("mcgoon-nakata", marks, child=child).measurements
    assert told.measure == "nakata-index"
    assert told.unit == measure_of("nakata-index").unit
    assert told.value == pytest.approx(125.414586, rel=1e-7)
    assert "Haycock" in told.method.rule
    with pytest.raises(BodySizeUnknown):
        drawn("mcgoon-nakata", marks)
    with pytest.raises(LengthUncalibrated):
        drawn("mcgoon-nakata", marks, plane=UNSCALED, child=child)
    with pytest.raises(ValueImpossible):
        drawn("mcgoon-nakata", marks, child=ChildKnown(height_cm=75, weight_kg=9500))


def test_a_ratio_stands_alone_where_the_body_is_not_known():
    marks = {name: line((0, 0), (12, 0)) for name in ("right", "left", "aorta")}
    result = drawn("mcgoon-nakata", marks)
    assert values(result) == {"mcgoon-ratio": 2.0}
    assert [one.code for one in result.refusals] == ["measure.body-size-unknown"]


def test_marks_of_the_pulmonary_arteries_must_be_there_and_possible():
    marks = {"right": line((0, 0), (12, 0)), "aorta": line((0, 0), (10, 0))}
    with pytest.raises(MarksMissing):
        drawn("mcgoon-nakata", marks)
    wide = {"right": line((0, 0), (900, 0)), "left": line((0, 0), (900, 0))}
    with pytest.raises(MarksRefused, match="not possible"):
        drawn("mcgoon-nakata", {**wide, "aorta": line((0, 0), (10, 0))})


@settings(max_examples=40)
@given(
    way=st.floats(0, 2 * math.pi),
    by=st.tuples(st.floats(-90, 90), st.floats(-90, 90)),
    sizes=st.tuples(*[st.floats(8, 20)] * 3),
)
def test_the_ratio_and_index_stay_when_moved_turned_or_mirrored(way, by, sizes):
    marks = {
        name: line((0.0, 3.0), (size, 3.0))
        for name, size in zip(("right", "left", "aorta"), sizes, strict=True)
    }
    child = ChildKnown(height_cm=100, weight_kg=16)
    plain = values(drawn("mcgoon-nakata", marks, child=child))
    cos, sin = math.cos(way), math.sin(way)
    for change in (
        mirrored,
        lambda points: shifted(points, by),
        lambda points: turned(points, cos=cos, sin=sin),
    ):
        other = {name: change(points) for name, points in marks.items()}
        assert values(drawn("mcgoon-nakata", other, child=child)) == pytest.approx(plain)


SHORTENING = (
    # diastole, systole in mm, percent
    (40.0, 26.0, 35.0),
    (20.0, 13.0, 35.0),
    (50.0, 45.0, 10.0),
    (16.0, 8.0, 50.0),
    (32.0, 20.0, 37.5),
)


@pytest.mark.parametrize("diastole, systole, by_hand", SHORTENING)
def test_fractional_shortening(diastole, systole, by_hand):
    assert fractional_shortening(diastole, systole) == pytest.approx(by_hand)
    marks = {
        "diastole": line((0, 0), (2 * diastole, 0)),
        "systole": line((0, 9), (2 * systole, 9)),
    }
    told = values(drawn("lv-shortening", marks))
    assert told["fractional-shortening"] == pytest.approx(by_hand)


EJECTION = (
    # end-diastolic, end-systolic, stroke volume in mL, percent
    (60.0, 24.0, 36.0, 60.0),
    (4.0, 1.5, 2.5, 62.5),
    (120.0, 90.0, 30.0, 25.0),
    (80.0, 28.0, 52.0, 65.0),
    (10.0, 1.0, 9.0, 90.0),
)


@pytest.mark.parametrize("diastole, systole, stroke, by_hand", EJECTION)
def test_stroke_volume_and_ejection_fraction(diastole, systole, stroke, by_hand):
    assert stroke_volume(diastole, systole) == pytest.approx(stroke)
    assert ejection_fraction(diastole, systole) == pytest.approx(by_hand)


@pytest.mark.parametrize("formula", [fractional_shortening, stroke_volume, ejection_fraction])
@pytest.mark.parametrize("phases", [(0, 1), (5, 0), (5, 5), (4, 5), (math.nan, 1), (-5, -6)])
def test_phases_that_cannot_be_are_refused(formula, phases):
    with pytest.raises(NumbersRefused):
        formula(*phases)


FLOWS = (
    # pulmonary, systemic L/min
    (7.5, 3.0, 2.5),
    (3.0, 3.0, 1.0),
    (2.0, 2.5, 0.8),
    (1.2, 0.4, 3.0),
    (5.4, 3.6, 1.5),
)


@pytest.mark.parametrize("pulmonary, systemic, by_hand", FLOWS)
def test_the_ratio_of_two_flows(pulmonary, systemic, by_hand):
    assert qp_qs(pulmonary, systemic).value == pytest.approx(by_hand)


SATURATIONS = (
    # aorta, mixed venous, pulmonary vein, pulmonary artery: (ao - mv) / (pv - pa)
    (98, 68, 98, 83, 2.0),
    (98, 73, 98, 73, 1.0),
    (80, 50, 96, 76, 1.5),
    (75, 45, 97, 47, 0.6),
    (99, 69, 99, 89, 3.0),
)


@pytest.mark.parametrize("aorta, venous, vein, artery, by_hand", SATURATIONS)
def test_the_ratio_from_saturations(aorta, venous, vein, artery, by_hand):
    told = qp_qs_by_saturation(Saturations(aorta, venous, vein, artery))
    assert told.value == pytest.approx(by_hand)
    assert told.caveats == ()


def test_a_small_step_is_doubtful_and_a_wrong_one_refused():
    doubtful = qp_qs_by_saturation(Saturations(98, 78, 98, 94))
    assert [one.code for one in doubtful.caveats] == ["measure.saturation-step"]
    for wrong in (
        Saturations(68, 98, 98, 83),
        Saturations(98, 68, 83, 98),
        Saturations(98, 68, 98, 98),
        Saturations(101, 68, 98, 83),
        Saturations(0.98, 0, 0.98, 0.83),
        Saturations(98, math.nan, 98, 83),
    ):
        with pytest.raises(NumbersRefused):
            qp_qs_by_saturation(wrong)


DOPPLER = (
    # diameter cm, velocity-time integral cm, beats: pi/4 d^2 vti hr / 1000
    (2.0, 20.0, 70.0, 4.39822972),  # 1.4 pi
    (1.0, 10.0, 140.0, 1.09955743),  # 0.35 pi
    (0.8, 12.5, 150.0, 0.94247780),  # 0.3 pi
    (1.2, 25.0, 100.0, 2.82743339),  # 0.9 pi
    (0.6, 10.0, 160.0, 0.45238934),  # 0.144 pi
)


@pytest.mark.parametrize("diameter, vti, beats, by_hand", DOPPLER)
def test_flow_by_doppler(diameter, vti, beats, by_hand):
    flow = doppler_flow_l_min(diameter_cm=diameter, vti_cm=vti, beats_per_min=beats)
    assert flow == pytest.approx(by_hand, rel=1e-8)


def test_the_ratio_by_doppler_says_how_the_diameter_counts():
    told = qp_qs_by_doppler((2.0, 18.0), (1.5, 16.0))  # 72 / 36
    assert told.value == 2.0
    assert [one.code for one in told.caveats] == ["measure.doppler-area"]
    with pytest.raises(NumbersRefused):
        qp_qs_by_doppler((0.0, 18.0), (1.5, 16.0))


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.inf, math.nan])
def test_numbers_that_are_no_sizes_are_refused(wrong):
    for formula in (
        lambda: mcgoon_ratio(wrong, 5, 5),
        lambda: nakata_index(5, 5, wrong),
        lambda: qp_qs(wrong, 1),
        lambda: doppler_flow_l_min(diameter_cm=wrong, vti_cm=1, beats_per_min=1),
    ):
        with pytest.raises(NumbersRefused, match="above zero"):
            formula()
