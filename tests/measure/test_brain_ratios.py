"""Ratios of the brain and the place of the tonsils: hand-worked cases, laws, refusals."""

from __future__ import annotations

import pytest
from drawn_marks import SQUARE, UNSCALED, drawn, line, mirrored, shifted, turned, values
from hypothesis import given
from hypothesis import strategies as st

from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import MarksMissing, MarksRefused

OBLONG = Plane.calibrated(column_mm=0.3, row_mm=0.4, source="test")
SHAPE_ONLY = Plane(aspect=2.0, reason="No size.")

EVANS = (
    # pixels between the horns, within the skull, index by hand, what it is
    (30, 100, 0.30, "the limit usually taken in adults"),
    (36, 120, 0.30, "the same at another size"),
    (25, 100, 0.25, "slender horns, as in Evans 1942"),
    (45, 100, 0.45, "wide horns"),
    (33, 110, 0.30, "newborn's skull of 11 cm at 1 mm"),
    (80, 100, 0.80, "very wide horns"),
)


@pytest.mark.parametrize("horns, skull, index, what", EVANS)
@pytest.mark.parametrize("plane", [SQUARE, UNSCALED, OBLONG], ids=["mm", "no scale", "oblong"])
def test_evans_index(horns, skull, index, what, plane):
    marks = {
        "frontal-horns": line((50, 20), (50 + horns, 20)),
        "inner-skull": line((10, 60), (10 + skull, 60)),
    }
    (told,) = drawn("evans-index", marks, plane=plane).measurements
    assert told.value == pytest.approx(index)
    assert (told.unit, told.caveats) == ("1", ())


def test_the_shape_of_a_pixel_counts_where_a_line_runs_obliquely():
    marks = {
        "frontal-horns": line((0, 0), (30, 20)),  # 30 and 40 column widths: 50
        "inner-skull": line((0, 40), (120, 80)),  # 120 and 80: 144.222
    }
    told = drawn("evans-index", marks, plane=SHAPE_ONLY).measurements[0]
    assert told.value == pytest.approx(50 / 144.2220510)
    assert [one.code for one in told.caveats] == ["measure.widths-askew"]  # 53 against 34 degrees


HORNS = (
    # frontal, occipital, skull, ratio by hand, what it is
    (32, 42, 100, 0.37, "O'Hayon 1998: normal mean 0.37"),
    (30, 38, 100, 0.34, "below the mean"),
    (48, 56, 130, 0.40, "wide"),
    (49, 61, 100, 0.55, "mild hydrocephalus by the Philadelphia pathway"),
    (66, 74, 100, 0.70, "severe by it"),
    (26, 48, 100, 0.37, "colpocephaly: the same ratio by the occipital horns"),
)


@pytest.mark.parametrize("front, back, skull, ratio, what", HORNS)
def test_frontal_and_occipital_horn_ratio(front, back, skull, ratio, what):
    marks = {
        "frontal-horns": line((0, 10), (front, 10)),
        "occipital-horns": line((0, 90), (back, 90)),
        "inner-skull": line((0, 50), (skull, 50)),
    }
    told = values(drawn("fronto-occipital-horn-ratio", marks, plane=UNSCALED))
    assert told == {"fronto-occipital-horn-ratio": pytest.approx(ratio)}


CEPHALIC = (
    # width, length, index by hand
    (80, 100, 80.0),
    (126, 140, 90.0),
    (96, 150, 64.0),
    (105, 100, 105.0),
    (117, 130, 90.0),
)


@pytest.mark.parametrize("width, long, index", CEPHALIC)
def test_cephalic_index(width, long, index):
    marks = {
        "inner-skull": line((0, 70), (width, 70)),
        "skull-length": line((60, 0), (60, long)),
    }
    told = values(drawn("cephalic-index", marks, plane=UNSCALED))
    assert told == {"cephalic-index": pytest.approx(index)}


TONSILS = (
    # basion, opisthion, tip, millimetres below at 0.5 mm, what
    ((0, 50), (60, 50), (40, 62), 6.0, "level line, 12 rows below"),
    ((60, 50), (0, 50), (40, 62), 6.0, "the same from the other side"),
    ((0, 50), (60, 50), (40, 44), -3.0, "above the line"),
    ((0, 50), (60, 50), (20, 50), 0.0, "on the line"),
    ((0, 0), (40, 30), (20, 40), 10.0, "tilted 3:4: (40*40 - 30*20) / 50 = 20 px"),
    ((0, 30), (40, 0), (40, 50), 20.0, "tilted the other way: (40*20 + 30*40) / 50 = 40 px"),
)


@pytest.mark.parametrize("front, back, tip, below, what", TONSILS)
def test_tonsils_below_the_foramen_magnum(front, back, tip, below, what):
    marks = {"foramen-magnum": line(front, back), "tonsil-tip": (tip,)}
    assert values(drawn("tonsil-position", marks))["tonsil-position"] == pytest.approx(below)


@given(
    x=st.floats(-200, 200),
    y=st.floats(-200, 200),
    size=st.floats(0.2, 3.0),
    turn=st.sampled_from([(1.0, 0.0), (0.6, 0.8), (-0.8, 0.6)]),
)
def test_a_ratio_does_not_change_by_moving_turning_mirroring_or_scaling(x, y, size, turn):
    cos, sin = turn
    marks = {"frontal-horns": line((0, 10), (35, 10)), "inner-skull": line((0, 50), (100, 50))}
    plane = Plane.calibrated(column_mm=size, row_mm=size, source="test")
    for change in (
        lambda points: shifted(points, (x, y)),
        mirrored,
        lambda points: turned(points, cos=cos, sin=sin),
    ):
        told = drawn("evans-index", {n: change(p) for n, p in marks.items()}, plane=plane)
        assert values(told)["evans-index"] == pytest.approx(0.35, abs=1e-9)


@given(x=st.floats(-200, 200), y=st.floats(-200, 200))
def test_the_tonsil_does_not_move_with_the_image(x, y):
    marks = {"foramen-magnum": line((0, 0), (40, 30)), "tonsil-tip": ((20.0, 40.0),)}
    for change in (lambda points: shifted(points, (x, y)), mirrored):
        told = drawn("tonsil-position", {n: change(p) for n, p in marks.items()})
        assert values(told)["tonsil-position"] == pytest.approx(10.0, abs=1e-9)


def test_bad_marks_are_refused():
    skull = line((0, 0), (50, 0))
    with pytest.raises(MarksRefused, match="interchanged"):
        drawn("evans-index", {"frontal-horns": line((0, 9), (60, 9)), "inner-skull": skull})
    with pytest.raises(MarksRefused, match="interchanged"):
        drawn(
            "fronto-occipital-horn-ratio",
            {
                "frontal-horns": line((0, 9), (20, 9)),
                "occipital-horns": line((0, 9), (55, 9)),
                "inner-skull": skull,
            },
        )
    with pytest.raises(MarksMissing, match="inner width of the skull"):
        drawn("evans-index", {"frontal-horns": line((0, 9), (30, 9))})
    with pytest.raises(MarksRefused, match="square to each other"):
        drawn("cephalic-index", {"inner-skull": skull, "skull-length": line((0, 0), (50, 9))})
    upright = {"foramen-magnum": line((0, 0), (3, 60)), "tonsil-tip": ((9.0, 9.0),)}
    with pytest.raises(MarksRefused, match="head is up"):
        drawn("tonsil-position", upright)
    with pytest.raises(LengthUncalibrated):
        drawn("tonsil-position", upright, plane=UNSCALED)
