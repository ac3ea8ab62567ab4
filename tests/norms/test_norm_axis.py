"""Where a child stands: which age, corrected when, and which size."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tongying.kernel.age import AgeRefused
from tongying.norms.axis import AxisKind
from tongying.norms.score.body_surface import body_surface_m2
from tongying.norms.score.result import AgeUnknown, ChildFacts, ValueImpossible
from tongying.norms.score.standing import Standing, standing

BORN = date(2024, 3, 1)
DAY_100 = BORN + timedelta(days=100)


def codes(place: Standing) -> list[str]:
    return [caveat.code for caveat in place.caveats]


def test_chronological_age_is_days():
    assert standing(AxisKind.AGE, ChildFacts(born=BORN), DAY_100) == Standing(100.0)
    assert standing(AxisKind.AGE, ChildFacts(age_days=12.5), None) == Standing(12.5)


def test_date_of_birth_wins_over_the_age():
    child = ChildFacts(born=BORN, age_days=5.0)
    assert standing(AxisKind.AGE, child, DAY_100).x == 100.0
    assert standing(AxisKind.AGE, child, None).x == 5.0


@pytest.mark.parametrize("dated", [True, False])
def test_corrected_age_of_a_preterm_child(dated: bool):
    """Born at 30 weeks: ten weeks are taken off."""
    child = (
        ChildFacts(born=BORN, gestation_days=210)
        if dated
        else ChildFacts(age_days=100.0, gestation_days=210)
    )
    place = standing(AxisKind.CORRECTED_AGE, child, DAY_100 if dated else None)
    assert place.x == 30.0
    assert codes(place) == ["norms.corrected-age"]


@pytest.mark.parametrize(("days", "corrected"), [(729, True), (730, False)])
def test_corrected_until_the_second_birthday(days: int, corrected: bool):
    """1 March 2024 to 1 March 2026 are 730 days."""
    child = ChildFacts(born=BORN, gestation_days=210)
    place = standing(AxisKind.CORRECTED_AGE, child, BORN + timedelta(days=days))
    assert place.x == (days - 70 if corrected else days)
    assert bool(place.caveats) is corrected


@pytest.mark.parametrize(("gestation", "off"), [(258, 22), (259, 0)])
def test_preterm_is_below_37_weeks(gestation: int, off: int):
    child = ChildFacts(age_days=100.0, gestation_days=gestation)
    assert standing(AxisKind.CORRECTED_AGE, child, None).x == 100 - off


def test_unknown_gestation_is_said_below_two_years_only():
    young, old = ChildFacts(age_days=700.0), ChildFacts(age_days=731.0)
    assert codes(standing(AxisKind.CORRECTED_AGE, young, None)) == ["norms.gestation-unknown"]
    assert codes(standing(AxisKind.CORRECTED_AGE, old, None)) == []


def test_chronological_norm_says_that_a_preterm_age_was_not_corrected():
    child = ChildFacts(age_days=100.0, gestation_days=210)
    place = standing(AxisKind.AGE, child, None)
    assert (place.x, codes(place)) == (100.0, ["norms.preterm-uncorrected"])
    assert codes(standing(AxisKind.AGE, ChildFacts(age_days=800.0, gestation_days=210), None)) == []


def test_gestational_age_of_a_fetus_and_of_the_day_of_birth():
    fetus = ChildFacts(gestational_age_days=168.0)
    assert standing(AxisKind.GESTATIONAL_AGE, fetus, None).x == 24.0
    newborn = ChildFacts(born=BORN, gestation_days=210)
    assert standing(AxisKind.GESTATIONAL_AGE, newborn, BORN).x == 30.0
    with pytest.raises(AgeUnknown):
        standing(AxisKind.GESTATIONAL_AGE, newborn, DAY_100)


def test_postmenstrual_age_counts_on():
    child = ChildFacts(born=BORN, gestation_days=210)
    assert standing(AxisKind.POSTMENSTRUAL_AGE, child, BORN + timedelta(days=14)).x == 32.0
    assert standing(AxisKind.POSTMENSTRUAL_AGE, ChildFacts(gestational_age_days=70.0), None).x == 10


@pytest.mark.parametrize("axis", [AxisKind.AGE, AxisKind.CORRECTED_AGE])
@pytest.mark.parametrize("gestation", [150, 315])
def test_impossible_gestation_is_refused(axis: AxisKind, gestation: int):
    with pytest.raises(AgeRefused):
        standing(axis, ChildFacts(age_days=10.0, gestation_days=gestation), None)


def test_body_surface_by_haycock():
    """0.024265 x 70^0.5378 x 170^0.3964 = 0.024265 x 9.824122 x 7.658610 by logarithms."""
    assert body_surface_m2(170.0, 70.0) == pytest.approx(0.024265 * 9.824122 * 7.658610, rel=1e-6)
    place = standing(AxisKind.BODY_SURFACE, ChildFacts(height_cm=170.0, weight_kg=70.0), None)
    assert place.x == body_surface_m2(170.0, 70.0)
    assert codes(place) == ["norms.body-surface-haycock"]


@pytest.mark.parametrize(("height", "weight"), [(1.7, 70.0), (170.0, 7000.0)])
def test_metres_and_grams_are_refused(height: float, weight: float):
    with pytest.raises(ValueImpossible):
        body_surface_m2(height, weight)


def test_height_and_no_axis():
    assert standing(AxisKind.HEIGHT, ChildFacts(height_cm=110.0), None).x == 110.0
    assert standing(AxisKind.NONE, ChildFacts(), None).x == 0.0
