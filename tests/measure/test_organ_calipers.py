"""Lengths of kidney, liver, spleen, thyroid, brain and fetus: hand-worked lines, norms, refusals.

The lines are Pythagorean triangles: pixels times pixel size are the legs, worked out by hand.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from drawn_marks import NOBODY, SQUARE, UNSCALED, drawn, line, mirrored, shifted, turned, values
from hypothesis import given
from hypothesis import strategies as st

from tongying.measure.abdomen.calipers import CALIPERS as ABDOMEN
from tongying.measure.brain.calipers import CALIPERS as BRAIN
from tongying.measure.fetal.calipers import CALIPERS as FETAL
from tongying.measure.kidney.calipers import CALIPERS as KIDNEY
from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import ChildKnown, MarksMissing, MarksRefused, Sided, SideUnknown
from tongying.measure.registry import recipe_of, recipes
from tongying.measure.thyroid.calipers import CALIPERS as THYROID
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.measure import measure_of, measures
from tongying.norms.score.result import ChildFacts, Measured, MethodMismatch
from tongying.norms.score.score import score
from tongying.norms.sex import Sex

ONE = Plane.calibrated(column_mm=1.0, row_mm=1.0, source="test")
TENTH = Plane.calibrated(column_mm=0.1, row_mm=0.1, source="test")
OBLONG = Plane.calibrated(column_mm=0.3, row_mm=0.4, source="test")
SINGLES = (*KIDNEY, *ABDOMEN, *THYROID, *BRAIN, *FETAL)
LINES = (
    # plane, from, to, millimetres worked out by hand
    (SQUARE, (10, 10), (28, 34), 15.0),  # 9 mm and 12 mm
    (TENTH, (0, 0), (119, 120), 16.9),  # 11.9 mm and 12 mm
    (OBLONG, (40, 40), (20, 20), 10.0),  # 6 mm back and 8 mm up
    (ONE, (3, 4), (3, 21), 17.0),  # straight down
    (OBLONG, (100, 9), (60, 9), 12.0),  # 40 columns straight back
)


def side_of(recipe):
    return "L" if recipe_of(recipe).sided is Sided.ONE else ""


@pytest.mark.parametrize("case", LINES, ids=lambda case: f"{case[3]} mm")
@pytest.mark.parametrize("caliper", SINGLES, ids=lambda one: one.measure)
def test_every_caliper_measures_what_was_worked_out_by_hand(caliper, case):
    plane, start, end, millimetres = case
    ten = 10 if caliper.measure == "liver-length" else 1  # no liver is 10 mm long
    start, end = ((ten * x, ten * y) for x, y in (start, end))
    result = drawn(
        caliper.measure,
        {"calipers": line(start, end)},
        plane=plane,
        side=side_of(caliper.measure),
    )
    (told,) = result.measurements
    own = ten * {"mm": millimetres, "cm": millimetres / 10}[measure_of(caliper.measure).unit]
    assert told.value == pytest.approx(own, abs=1e-9)
    assert told.method.rule == caliper.rule
    assert told.side == side_of(caliper.measure)


PUBLISHED = (
    # recipe, value printed, its unit, source; drawn as so many tenths of a millimetre
    ("kidney-length", 49.8, "mm", "Rosenbaum 1984: newborn, 4.98 cm"),
    ("kidney-length", 47.0, "mm", "Kim 2010: 1 month, 45.953 + 1.064"),
    ("kidney-length", 71.5, "mm", "Kim 2010: 24 months, 45.953 + 25.536"),
    ("kidney-length", 67.2, "mm", "Kim 2010: 25 months, 62.173 + 5.075"),
    ("kidney-length", 98.7, "mm", "Kim 2010: 15 years, 62.173 + 36.54"),
    ("kidney-length", 114.2, "mm", "Obrycki 2023: 18 years, boys"),
    ("spleen-length", 6.0, "cm", "Rosenberg 1991: upper limit at 3 months"),
    ("spleen-length", 7.0, "cm", "Rosenberg 1991: 12 months"),
    ("spleen-length", 9.5, "cm", "Rosenberg 1991: 6 years"),
    ("spleen-length", 12.0, "cm", "Rosenberg 1991: 15 years, girls"),
    ("spleen-length", 13.0, "cm", "Rosenberg 1991: 15 years, boys"),
    ("pituitary-height", 3.91, "mm", "Sari 2014: least, girls"),
    ("pituitary-height", 3.81, "mm", "Sari 2014: least, boys"),
    ("pituitary-height", 8.48, "mm", "Sari 2014: greatest, girls"),
    ("pituitary-height", 6.19, "mm", "Sari 2014: greatest, boys"),
    ("pituitary-height", 6.66, "mm", "healthy 1 to 18 years, n 180: mean"),
    ("renal-pelvis-ap", 4.0, "mm", "UTD: A1 begins at 16 weeks"),
    ("renal-pelvis-ap", 7.0, "mm", "UTD: A1 begins at 28 weeks"),
    ("renal-pelvis-ap", 10.0, "mm", "UTD: P1 begins"),
    ("renal-pelvis-ap", 15.0, "mm", "UTD: P2 begins"),
    ("renal-pelvis-ap", 25.3, "mm", "Zia 2025: mean of persistent dilatation"),
    ("frontal-horn-width", 2.9, "mm", "Davies 2000: upper limit below 33 weeks"),
    ("thalamo-occipital-distance", 8.7, "mm", "Davies 2000: lower limit"),
    ("thalamo-occipital-distance", 24.7, "mm", "Davies 2000: upper limit"),
    ("third-ventricle-width", 2.6, "mm", "Zhang 1993: mean of newborns, 0.26 cm"),
    ("ventricular-index", 10.8, "mm", "Zhang 1993: mean of newborns, 1.08 cm"),
    ("lateral-ventricle-body-width", 2.4, "mm", "Zhang 1993: mean of newborns, 0.24 cm"),
    ("cerebral-hemisphere-width", 42.0, "mm", "Zhang 1993: mean of newborns, 4.20 cm"),
    ("fetal-atrial-diameter", 10.0, "mm", "ventriculomegaly begins"),
    ("fetal-atrial-diameter", 15.0, "mm", "severe ventriculomegaly begins"),
    ("fetal-skull-bpd", 47.7, "mm", "Luis 2025: 20 weeks, -21.08 + 115.21 - 46.436"),
    ("fetal-skull-bpd", 79.0, "mm", "Luis 2025: 30 weeks, -47.43 + 172.815 - 46.436"),
    ("fetal-transcerebellar-diameter", 35.5, "mm", "Luis 2025: 30 weeks, 4.59 + 45.495 - 14.584"),
)


@pytest.mark.parametrize(
    "recipe, value, unit, source", PUBLISHED, ids=[f"{row[0]} {row[3]}" for row in PUBLISHED]
)
def test_a_printed_value_drawn_is_that_value(recipe, value, unit, source):
    hundredths = round(value * (1000 if unit == "cm" else 100))
    plane = Plane.calibrated(column_mm=0.01, row_mm=0.01, source="test")
    result = drawn(
        recipe, {"calipers": line((7, 9), (7 + hundredths, 9))}, plane=plane, side=side_of(recipe)
    )
    assert result.measurements[0].value == pytest.approx(value, abs=1e-9)
    assert result.measurements[0].unit == unit


def test_every_length_of_these_areas_has_a_recipe_with_the_measures_id():
    wanted = {
        one.id
        for one in measures().values()
        if one.unit in {"mm", "cm"}
        and (one.area in {"kidney", "spleen", "liver", "thyroid", "fetal brain", "brain"})
    } - {"kidney-length-right", "kidney-length-left"}
    assert wanted - set(recipes()) == set()


def test_kidney_length_is_told_by_its_side_too_where_the_height_is_known():
    marks = {"calipers": line((0, 0), (60, 80))}
    tall = ChildKnown(height_cm=98.0)
    assert values(drawn("kidney-length", marks, plane=ONE, side="R", child=tall)) == {
        "kidney-length": 100.0,
        "kidney-length-right": 100.0,
    }
    assert values(drawn("kidney-length", marks, plane=ONE, side="L", child=tall)) == {
        "kidney-length": 100.0,
        "kidney-length-left": 100.0,
    }
    assert set(values(drawn("kidney-length", marks, plane=ONE, side="L", child=NOBODY))) == {
        "kidney-length"
    }


@pytest.mark.parametrize("caliper", SINGLES, ids=lambda one: one.measure)
def test_bad_marks_are_refused_with_one_sentence(caliper):
    side = side_of(caliper.measure)
    with pytest.raises(MarksMissing, match="Mark this first"):
        drawn(caliper.measure, {}, side=side)
    with pytest.raises(MarksRefused, match="2 points are needed, 1 given"):
        drawn(caliper.measure, {"calipers": ((1, 1),)}, side=side)
    with pytest.raises(MarksRefused, match="the same"):
        drawn(caliper.measure, {"calipers": line((4, 4), (4, 4))}, side=side)
    with pytest.raises(LengthUncalibrated, match="no scale"):
        drawn(caliper.measure, {"calipers": line((0, 0), (9, 9))}, plane=UNSCALED, side=side)
    with pytest.raises(MarksRefused, match="not possible in a child"):
        drawn(caliper.measure, {"calipers": line((0, 0), (9000, 0))}, side=side)
    if side:
        with pytest.raises(SideUnknown, match="right or the left"):
            drawn(caliper.measure, {"calipers": line((0, 0), (9, 9))})


near = st.floats(-300, 300, allow_nan=False)


@given(x=near, y=near, turn=st.sampled_from([(1.0, 0.0), (0.6, 0.8), (-0.8, 0.6), (0.0, -1.0)]))
def test_a_length_does_not_change_by_moving_turning_or_mirroring(x, y, turn):
    cos, sin = turn
    points = ((12.0, 30.0), (72.0, 110.0))
    for moved in (shifted(points, (x, y)), mirrored(points), turned(points, cos=cos, sin=sin)):
        told = values(drawn("spleen-length", {"calipers": moved}))
        assert told["spleen-length"] == pytest.approx(5.0, abs=1e-9)


@given(st.floats(0.2, 3.0))
def test_a_length_grows_with_the_pixel(size):
    plane = Plane.calibrated(column_mm=size, row_mm=size, source="test")
    told = values(drawn("spleen-length", {"calipers": line((0, 0), (60, 80))}, plane=plane))
    assert told["spleen-length"] == pytest.approx(10.0 * size, rel=1e-9)


FETAL_MEANS = (
    # weeks, measure, mean of Luis 2025 worked out by hand from a, b, c
    (20, "fetal-skull-bpd", 47.694),  # -0.0527*400 + 5.7605*20 - 46.436
    (25, "fetal-skull-ofd", 78.21),  # -0.0984*625 + 8.8526*25 - 81.605
    (30, "fetal-brain-width", 66.3303),  # 0.016*900 + 1.763*30 - 0.9597
    (35, "fetal-brain-ofd", 99.3465),  # -0.0781*1225 + 7.7234*35 - 75.3
    (40, "fetal-transcerebellar-diameter", 54.236),  # 0.0051*1600 + 1.5165*40 - 14.584
    (30, "fetal-vermis-height", 15.923),  # -0.0138*900 + 1.6136*30 - 20.065
    (30, "fetal-vermis-width", 10.71),  # -0.0089*900 + 1.1119*30 - 14.637
    (30, "fetal-pons-width", 10.0173),  # 0.002*900 + 0.3144*30 - 1.2147
    (30, "fetal-corpus-callosum-length", 34.853),  # -0.0687*900 + 5.1529*30 - 57.904
    (30, "fetal-cavum-width", 7.6807),  # -0.0156*900 + 0.9472*30 - 6.6953
    (25, "fetal-atrial-diameter", 7.209),  # 0.0078*625 - 0.5216*25 + 15.374
)


@pytest.mark.parametrize("weeks, measure, mean", FETAL_MEANS, ids=[row[1] for row in FETAL_MEANS])
def test_a_fetal_mean_drawn_on_a_reconstruction_stands_at_the_norms_middle(weeks, measure, mean):
    plane = Plane.calibrated(column_mm=mean / 100, row_mm=mean / 100, source="test")
    marks = {"calipers": line((0, 0), (60, 80))}
    facts = ChildFacts(gestational_age_days=weeks * 7)

    def place(recipe):
        told = drawn(recipe, marks, plane=plane, side=side_of(recipe), modality="MR")
        (one,) = told.measurements
        asked = Measured(one.measure, one.value, one.unit, one.method)
        return score(asked, facts, None, catalogue())

    assert place(f"{measure}-3d").z == pytest.approx(0.0, abs=1e-3)
    with pytest.raises(MethodMismatch):
        place(measure)


def test_a_drawn_kidney_finds_its_norms():
    born = date(2024, 1, 1)
    on = born + timedelta(days=366)
    child = ChildFacts(born=born, sex=Sex.MALE, height_cm=76.0)
    kidney = drawn(
        "kidney-length",
        {"calipers": line((0, 0), (116, 0))},
        side="R",
        modality="US",
        child=ChildKnown(height_cm=76.0),
    )
    either_side, right_side = (
        score(Measured(one.measure, one.value, one.unit, one.method), child, on, catalogue())
        for one in kidney.measurements
    )
    assert either_side.expected == pytest.approx(59.226)  # Kim 2010: 24.494 + 0.457 * 76
    assert right_side.expected == pytest.approx(58.03)  # 23.83 + 0.45 * 76
    assert (right_side.low, right_side.high) == pytest.approx((46.68, 69.38))  # 11.35 about it


OF_TOOL = {"ultrasound": "US", "MRI": "MR", "CT": "CT"}
AREAS = {"kidney", "spleen", "liver", "thyroid", "brain", "fetal brain"}
MEETING = sorted(
    {
        (norm.id, recipe.id)
        for norm in catalogue().values()
        for recipe in recipes().values()
        if recipe.single == norm.measure and recipe.area in AREAS and norm.method.tool in OF_TOOL
        and norm.method.protocol is None
    }
)  # fmt: skip


def test_the_norms_of_these_areas_are_among_them():
    assert len(MEETING) >= 9
    assert {norm.split(".")[0] for norm, _ in MEETING} >= {
        "kim-2010",
        "radiopaedia-2022",
        "rosenberg-1991",
        "pituitary-180",
        "zhang-1993",
    }


@pytest.mark.parametrize("norm, recipe", MEETING)
def test_a_value_drawn_on_the_norms_kind_of_image_meets_the_norm(norm, recipe):
    known = catalogue()[norm]
    plane = Plane.calibrated(column_mm=1.0, row_mm=1.0, source="test")
    size = 25 if recipe == "liver-length" else 20
    for tool, modality in OF_TOOL.items():
        (told,) = drawn(
            recipe,
            {"calipers": line((0, 0), (size, 0))},
            plane=plane,
            side=side_of(recipe),
            modality=modality,
        ).measurements
        assert (known.method.difference(told.method) is None) is (tool == known.method.tool)
