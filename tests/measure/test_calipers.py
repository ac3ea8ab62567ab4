"""A length between two calipers: five hand-worked lines for every such measure, laws, refusals.

The lines are Pythagorean triangles (Euclid, Elements I.47), worked out by hand: pixels times pixel
size are the legs, the length is the hypotenuse. Ages do not enter a length.
"""

from __future__ import annotations

import math

import pytest
from drawn_marks import SQUARE, UNSCALED, drawn, line, mirrored, shifted, turned, values
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.kernel.caveat import Caveat
from tongying.measure.bowel.calipers import CALIPERS as BOWEL
from tongying.measure.chest.thymus import THYMUS
from tongying.measure.heart.calipers import CALIPERS as HEART
from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import Mark, MarksMissing, MarksRefused
from tongying.measure.registry import recipe_of
from tongying.norms.measure import measure_of

FINE = Plane.calibrated(column_mm=0.1, row_mm=0.1, source="test")
OBLONG = Plane.calibrated(column_mm=0.3, row_mm=0.4, source="test")
"""As an ultrasound image whose columns and rows differ."""
ONE = Plane.calibrated(column_mm=1.0, row_mm=1.0, source="test")

LINES = (
    # plane, from, to, millimetres worked out by hand
    (SQUARE, (0, 0), (6, 8), 5.0),  # 3 mm and 4 mm
    (FINE, (100, 40), (75, 100), 6.5),  # 2.5 mm back and 6 mm down
    (OBLONG, (10, 10), (30, 30), 10.0),  # 6 mm and 8 mm
    (ONE, (-5, 12), (0, 0), 13.0),  # 5 mm and 12 mm up
    (OBLONG, (7, 50), (7, 20), 12.0),  # 30 rows straight up
)
SINGLES = (*BOWEL, *HEART, *THYMUS)


def marked(start, end):
    return {"calipers": line(start, end)}


@pytest.mark.parametrize("caliper", SINGLES, ids=lambda one: one.measure)
def test_every_caliper_measures_what_was_worked_out_by_hand(caliper):
    for plane, start, end, millimetres in LINES:
        (told,) = drawn(caliper.measure, marked(start, end), plane=plane).measurements
        by_hand = {"mm": millimetres, "cm": millimetres / 10}[measure_of(caliper.measure).unit]
        assert told.value == pytest.approx(by_hand, abs=1e-9), millimetres
        assert (told.measure, told.unit) == (caliper.measure, measure_of(caliper.measure).unit)
        assert told.method.rule == caliper.rule


PUBLISHED = (
    # measure, mm in the paper, pixels of 0.1 mm along and down, source
    ("intussusception-diameter", 26.3, 263, 0, "Lioubashevsky 2013: mean of 143 ileocolic"),
    ("intussusception-diameter", 14.2, 0, 142, "Lioubashevsky 2013: mean of 57 small-bowel"),
    ("intussusception-diameter", 8.0, 48, 64, "Lioubashevsky 2013: least of small-bowel"),
    ("intussusception-diameter", 40.0, 240, 320, "Lioubashevsky 2013: greatest of ileocolic"),
    ("intussusception-diameter", 55.0, 330, 440, "Wiersma 2006: greatest of ileocolic"),
    ("intussusception-length", 25.0, 150, 200, "Wiersma 2006: mean of ileoileal"),
    ("intussusception-length", 82.0, 820, 0, "Wiersma 2006: mean of ileocolic"),
    ("intussusception-length", 15.0, 90, 120, "Wiersma 2006: least of ileoileal"),
    ("intussusception-length", 60.0, 360, 480, "Wiersma 2006: greatest of ileoileal"),
    ("intussusception-length", 125.0, 750, 1000, "Wiersma 2006: greatest of ileocolic"),
    ("pylorus-muscle", 2.0, 12, 16, "Piotto 2022: least with stenosis"),
    ("pylorus-muscle", 5.0, 30, 40, "Piotto 2022: greatest with stenosis"),
    ("pylorus-canal", 10.0, 60, 80, "Piotto 2022: least with stenosis"),
    ("pylorus-canal", 24.0, 240, 0, "Piotto 2022: greatest with stenosis"),
    ("pylorus-diameter", 16.0, 0, 160, "Piotto 2022: greatest with stenosis"),
    ("polyp-diameter", 13.0, 50, 120, "Wyneski 2009: 1.3 cm on ultrasound"),
    ("polyp-diameter", 30.0, 180, 240, "J Ultrasound 2014 (s40477-014-0091-8): 30 mm"),
    ("bowel-wall-thickness", 1.9, 19, 0, "van Wassenaer 2020: upper limit"),
    ("bowel-wall-thickness", 0.5, 3, 4, "van Wassenaer 2020, told elsewhere: least, jejunum"),
)


@pytest.mark.parametrize("measure, millimetres, along, down, source", PUBLISHED)
def test_sizes_that_papers_print_come_back(measure, millimetres, along, down, source):
    result = drawn(measure, marked((3.5, 200), (3.5 + along, 200 - down)), plane=FINE)
    assert values(result) == {measure: pytest.approx(millimetres, abs=1e-9)}, source


sizes = st.floats(min_value=12, max_value=20)
directions = st.floats(min_value=0, max_value=2 * math.pi)
places = st.tuples(st.floats(-500, 500), st.floats(-500, 500))


@settings(max_examples=40)
@given(
    caliper=st.sampled_from(SINGLES), size=sizes, way=directions, by=places, scale=st.floats(0.5, 2)
)
def test_a_length_stays_when_moved_turned_or_mirrored_and_grows_with_the_scale(
    caliper, size, way, by, scale
):
    points = line((10.0, 20.0), (10.0 + size * math.cos(way), 20.0 + size * math.sin(way)))
    plain = drawn(caliper.measure, {"calipers": points}).measurements[0].value
    for other in (
        shifted(points, by),
        turned(points, cos=math.cos(1.1), sin=math.sin(1.1)),
        mirrored(points),
        points[::-1],
    ):
        same = drawn(caliper.measure, {"calipers": other}).measurements[0].value
        assert same == pytest.approx(plain, rel=1e-9)
    larger = Plane.calibrated(column_mm=0.5 * scale, row_mm=0.5 * scale, source="test")
    scaled = drawn(caliper.measure, {"calipers": points}, plane=larger).measurements[0].value
    assert scaled == pytest.approx(plain * scale, rel=1e-9)


@pytest.mark.parametrize("caliper", SINGLES, ids=lambda one: one.measure)
def test_bad_marks_get_one_sentence_and_no_number(caliper):
    good = marked((0, 0), (6, 8))
    with pytest.raises(LengthUncalibrated, match="no scale"):
        drawn(caliper.measure, good, plane=UNSCALED)
    with pytest.raises(MarksMissing):
        drawn(caliper.measure, {})
    with pytest.raises(MarksRefused, match="2 points"):
        drawn(caliper.measure, {"calipers": ((0, 0),)})
    with pytest.raises(MarksRefused, match="same"):
        drawn(caliper.measure, marked((4, 4), (4, 4)))
    with pytest.raises(MarksRefused, match="no place"):
        drawn(caliper.measure, marked((0, 0), (math.nan, 4)))
    with pytest.raises(MarksRefused, match="not possible"):
        drawn(caliper.measure, marked((0, 0), (40_000, 0)))
    with pytest.raises(MarksRefused, match="no mark"):
        drawn(caliper.measure, {**good, "other": ((0, 0),)})


def test_one_labelled_line_in_a_viewer_is_enough():
    for caliper in SINGLES:
        recipe = recipe_of(caliper.measure)
        assert recipe.single == caliper.measure == recipe.id
        assert [step.mark for step in recipe.steps] == [Mark.LINE]


def test_what_is_doubtful_about_the_scale_stays_with_the_length():
    doubt = Caveat("test.detector", "Measured at the detector.")
    plane = Plane.calibrated(column_mm=0.5, row_mm=0.5, source="test", caveats=(doubt,))
    (told,) = drawn("polyp-diameter", marked((0, 0), (6, 8)), plane=plane).measurements
    assert told.caveats == (doubt,)


TOOLS = (
    ("polyp-diameter", "US", "ultrasound"),
    ("polyp-diameter", "CT", "CT"),
    ("bowel-wall-thickness", "MR", "MRI"),
    ("aortic-sinuses", "US", "echocardiography"),
    ("aortic-sinuses", "CT", "CT"),
    ("main-pulmonary-artery", "MR", "cine MRI"),
    ("thymus-ap", "CT", "CT"),
    ("aortic-sinuses", "XA", "tongying"),
    ("polyp-diameter", "", "tongying"),
)


@pytest.mark.parametrize("measure, modality, tool", TOOLS)
def test_the_tool_is_what_norms_call_the_examination(measure, modality, tool):
    (told,) = drawn(measure, marked((0, 0), (6, 8)), modality=modality).measurements
    assert told.method.tool == tool
