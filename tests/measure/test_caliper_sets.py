"""Lines drawn together: each is measured as alone, and what contradicts itself is refused."""

from __future__ import annotations

import pytest
from drawn_marks import UNSCALED, drawn, line, values

from tongying.measure.plane import LengthUncalibrated
from tongying.measure.recipe import MarksMissing, MarksRefused
from tongying.measure.registry import recipe_of


def across(pixels, row=0):
    return line((0, row), (pixels, row))


SETS = (
    # Two pixels are a millimetre. Worked out by hand: pixels / 2 in mm, / 20 in cm.
    (
        "pylorus",
        {"muscle": across(8), "canal": across(36, 5), "diameter": across(28, 9)},
        {"pylorus-muscle": 4.0, "pylorus-canal": 18.0, "pylorus-diameter": 14.0},
    ),
    (
        "pylorus",
        {"muscle": across(3), "canal": across(20, 5)},
        {"pylorus-muscle": 1.5, "pylorus-canal": 10.0},
    ),
    (
        "appendix",
        {"ap": across(12), "transverse": across(14, 3), "wall": across(3, 6)},
        {
            "appendix-diameter-ap": 6.0,
            "appendix-diameter-transverse": 7.0,
            "appendix-wall": 1.5,
        },
    ),
    (
        "aortic-root",
        {"annulus": across(24), "sinuses": across(36, 4), "junction": across(30, 8)},
        {"aortic-annulus": 1.2, "aortic-sinuses": 1.8, "sinotubular-junction": 1.5},
    ),
    (
        "aortic-arch",
        {"transverse": across(30), "isthmus": across(14, 4), "diaphragm": across(22, 8)},
        {"transverse-arch": 1.5, "aortic-isthmus": 0.7, "aorta-at-diaphragm": 1.1},
    ),
    (
        "pulmonary-artery-branches",
        {"right": across(16), "left": across(18, 4), "trunk": across(30, 8)},
        {
            "right-pulmonary-artery": 0.8,
            "left-pulmonary-artery": 0.9,
            "main-pulmonary-artery": 1.5,
        },
    ),
    (
        "lv-shortening",
        {
            "diastole": across(80),
            "systole": across(52, 4),
            "septum-diastole": across(12, 8),
            "wall-diastole": across(10, 9),
        },
        {
            "lv-diameter-diastole": 4.0,
            "lv-diameter-systole": 2.6,
            "septum-diastole": 0.6,
            "lv-wall-diastole": 0.5,
            "fractional-shortening": 35.0,  # (40 - 26) / 40
        },
    ),
)


@pytest.mark.parametrize("recipe, marks, by_hand", SETS)
def test_lines_together_give_what_was_worked_out_by_hand(recipe, marks, by_hand):
    assert values(drawn(recipe, marks)) == {
        measure: pytest.approx(value, abs=1e-9) for measure, value in by_hand.items()
    }


@pytest.mark.parametrize("recipe, marks, by_hand", SETS)
def test_each_line_is_measured_as_it_is_alone(recipe, marks, by_hand):
    for told in drawn(recipe, marks).measurements:
        if told.measure != "fractional-shortening":
            assert told.method == recipe_of(told.measure).method()
        assert told.measure in recipe_of(recipe).measures


@pytest.mark.parametrize("recipe, marks, by_hand", SETS)
def test_a_set_without_scale_or_with_a_line_missing_tells_nothing(recipe, marks, by_hand):
    if recipe != "lv-shortening":
        with pytest.raises(LengthUncalibrated):
            drawn(recipe, marks, plane=UNSCALED)
    first = next(iter(marks))
    with pytest.raises(MarksMissing):
        drawn(recipe, {name: points for name, points in marks.items() if name != first})


CONTRADICTIONS = (
    ("pylorus", {"muscle": across(15), "canal": across(36), "diameter": across(28)}, "layers"),
    ("appendix", {"ap": across(12), "transverse": across(14), "wall": across(7)}, "walls"),
    ("appendix", {"ap": across(14), "transverse": across(12), "wall": across(7)}, "walls"),
    ("lv-shortening", {"diastole": across(52), "systole": across(80)}, "phases"),
    ("lv-shortening", {"diastole": across(52), "systole": across(52)}, "phases"),
)


@pytest.mark.parametrize("recipe, marks, word", CONTRADICTIONS)
def test_lines_that_contradict_each_other_are_refused(recipe, marks, word):
    with pytest.raises(MarksRefused, match=word):
        drawn(recipe, marks)


def test_two_layers_may_fill_the_whole_pylorus():
    marks = {"muscle": across(14), "canal": across(36), "diameter": across(28)}
    assert values(drawn("pylorus", marks))["pylorus-muscle"] == 7.0


def test_the_shortening_needs_no_scale_and_the_lengths_are_refused_beside_it():
    result = drawn("lv-shortening", {"diastole": across(80), "systole": across(52)}, plane=UNSCALED)
    assert values(result) == {"fractional-shortening": pytest.approx(35.0)}
    assert [one.code for one in result.refusals] == ["measure.uncalibrated"]
