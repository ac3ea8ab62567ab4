"""Scene: an obese child of 12 years, liver fat fraction 6.8 %, and a norm of 102 children."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from tongying.norms.catalogue.loading import catalogue
from tongying.norms.forms.form import Position
from tongying.norms.intervals.ep28 import ENOUGH
from tongying.norms.measure import UnitMismatch
from tongying.norms.method import MeasuringMethod
from tongying.norms.score.result import AgeOutside, ChildFacts, Measured, MethodMismatch, Score
from tongying.norms.score.score import score
from tongying.norms.sex import Sex

NORM = "shumbayawonda-2024.liver-pdff@1"
CHILD = ChildFacts(born=date(2012, 3, 9), sex=Sex.MALE, height_cm=152.0, weight_kg=72.0)
DAY = date(2024, 5, 20)
MR = MeasuringMethod(tool="MRI")
A_SINGLE_CUT = re.compile(
    r"steatosis|fatty liver|NAFLD|MASLD|cut-?off|abnormal|normal limit of 5|\b5 ?%", re.IGNORECASE
)


def liver_fat(percent: float) -> Score:
    return score(Measured("liver-pdff", percent, "%", MR), CHILD, DAY, catalogue())


def codes(found: Score) -> set[str]:
    return {caveat.code for caveat in found.caveats}


def test_the_value_is_placed_and_no_more_is_claimed_than_is_printed():
    found = liver_fat(6.8)
    assert found.norm == NORM
    assert found.position is Position.ABOVE
    assert (found.expected, found.low, found.high) == (1.7, 1.0, 4.4)
    assert found.between == (97.5, 100.0)
    assert (found.z, found.centile, found.centile_interval) == (None, None, None)


def test_the_norm_says_how_many_children_stand_behind_it():
    norm = catalogue()[NORM]
    assert norm.population.n == 102 < ENOUGH
    assert "norms.few-children" in codes(liver_fat(6.8))
    provisional = next(
        one.sentence for one in liver_fat(6.8).caveats if one.code == "norms.few-children"
    )
    assert "provisional" in provisional


def test_the_norm_is_foreign_unsigned_and_names_its_source():
    found = liver_fat(6.8)
    assert found.foreign and not found.signed_off
    assert {"norms.foreign", "norms.unsigned"} <= codes(found)
    assert "Children 2024; 11: 1230" in found.source
    assert catalogue()[NORM].citation.doi == "10.3390/children11101230"


def test_no_single_cut_is_claimed():
    found = liver_fat(6.8)
    assert "norms.pdff-no-threshold" in codes(found)
    assert A_SINGLE_CUT.search("MASLD above 5%")
    assert not A_SINGLE_CUT.search(json.dumps(found.as_json()))


@pytest.mark.parametrize("percent", [1.7, 4.4, 4.5, 5.0, 5.1, 6.8, 25.0])
def test_the_doubts_are_the_same_on_both_sides_of_any_cut(percent):
    """A threshold, hidden or not, would change what is said: only the place may change."""
    found, other = liver_fat(percent), liver_fat(6.8)
    assert [one.sentence for one in found.caveats] == [one.sentence for one in other.caveats]
    assert (found.position is Position.ABOVE) == (percent > 4.4)


def test_what_the_norm_does_not_cover_is_refused():
    measured = Measured("liver-pdff", 6.8, "%", MR)
    with pytest.raises(AgeOutside):
        score(measured, ChildFacts(age_days=4 * 365.25), None, catalogue(), norm=NORM)
    with pytest.raises(UnitMismatch):
        score(Measured("liver-pdff", 0.068, "1", MR), CHILD, DAY, catalogue(), norm=NORM)
    with pytest.raises(MethodMismatch):  # nobody said how it was measured, and no norm is named
        score(Measured("liver-pdff", 6.8, "%"), CHILD, DAY, catalogue())
    ultrasound = MeasuringMethod(tool="ultrasound attenuation")
    with pytest.raises(MethodMismatch):
        score(Measured("liver-pdff", 6.8, "%", ultrasound), CHILD, DAY, catalogue(), norm=NORM)
