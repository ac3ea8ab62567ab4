"""Activities of both cards and contrast media: hand-worked cases, edges, refusals."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.measure.body.activity_cards import EANM, MULTIPLES, NORTH_AMERICA, Card, Tracer
from tongying.measure.body.contrast import Agent, contrast
from tongying.measure.body.doses import activities, multiple
from tongying.measure.body.weighed import Weighed, WeightUnknown
from tongying.measure.recipe import AgeOutsideRule

ON = date(2026, 3, 1)


def weighed(weight_kg, *, days_ago=0, age_days=2000):
    return Weighed(weight_kg, ON - timedelta(days=days_ago), age_days)


def given_by(tracer, weight_kg):
    told = activities(tracer, weighed(weight_kg), ON)
    return {one.card: (one.low_mbq, one.high_mbq) for one in told.cards}, told


CASES = (
    # tracer, kg, North America low and high, Europe, difference in %; by hand
    (Tracer.FDG, 3, 37.0, 37.0, 26.0, -29.730),  # 11.1 and 15.6 below 37; 25.9 below 26
    (Tracer.FDG, 10, 37.0, 52.0, 70.189, 34.979),  # 25.9 * 2.71
    (Tracer.FDG, 20, 74.0, 104.0, 125.874, 21.033),  # 25.9 * 4.86
    (Tracer.FDG, 50, 185.0, 260.0, 277.389, 6.688),  # 25.9 * 10.71
    (Tracer.FDG, 68, 251.6, 353.6, 362.6, 2.545),  # 25.9 * 14
    (Tracer.FDG_BRAIN, 20, 74.0, 74.0, 68.04, -8.054),  # 14 * 4.86
    (Tracer.MIBG, 3, 37.0, 37.0, 37.0, 0.0),  # 15.6 below 37; 28 below 37
    (Tracer.MIBG, 20, 104.0, 104.0, 136.08, 30.846),  # 28 * 4.86
    (Tracer.MIBG, 80, 370.0, 370.0, 392.0, 5.946),  # 416 above 370; 28 * 14
    (Tracer.MDP, 3, 37.0, 37.0, 40.0, 8.108),  # 27.9 below 37; 35 below 40
    (Tracer.MDP, 10, 93.0, 93.0, 94.85, 1.989),  # 35 * 2.71; printed in France as 95
    (Tracer.MDP, 20, 186.0, 186.0, 170.1, -8.548),  # 35 * 4.86; printed as 170
    (Tracer.MDP, 30, 279.0, 279.0, 240.1, -13.943),  # 35 * 6.86; printed as 240
    (Tracer.MDP, 40, 372.0, 372.0, 310.1, -16.640),  # 35 * 8.86; printed as 310
    (Tracer.MAG3, 4, 37.0, 37.0, 15.0, -59.459),  # 14.8 below 37; 11.9 * 1.12 below 15
    (Tracer.MAG3, 20, 74.0, 74.0, 34.272, -53.686),  # 11.9 * 2.88
    (Tracer.MAG3, 60, 148.0, 148.0, 65.093, -56.018),  # 222 above 148; 11.9 * 5.47
    (Tracer.MAG3_FLOW, 20, 111.0, 111.0, 34.272, -69.124),
)


@pytest.mark.parametrize("tracer, weight, low, high, europe, apart", CASES)
def test_both_cards_and_their_difference(tracer, weight, low, high, europe, apart):
    cards, told = given_by(tracer, weight)
    assert cards[Card.NORTH_AMERICA] == pytest.approx((low, high))
    assert cards[Card.EANM] == pytest.approx((europe, europe))
    assert told.difference_percent == pytest.approx(apart, abs=2e-3)


DMSA = ((5, 18.5), (9, 18.5), (10, 18.5), (20, 37.0), (40, 74.0))


@pytest.mark.parametrize("weight, north_america", DMSA)
def test_dmsa_has_no_european_number_because_its_class_is_told_differently(weight, north_america):
    cards, told = given_by(Tracer.DMSA, weight)
    assert cards == {Card.NORTH_AMERICA: pytest.approx((north_america, north_america))}
    assert told.difference_percent is None
    assert "measure.dose-dmsa-class" in {one.code for one in told.caveats}


PET_MR = ((3, 10.7), (10, 28.997), (20, 52.002), (40, 94.802), (68, 149.8))


@pytest.mark.parametrize("weight, mbq", PET_MR)
def test_the_proposal_for_pet_mr(weight, mbq):
    cards, _ = given_by(Tracer.FDG, weight)
    assert cards[Card.EANM_PET_MR] == pytest.approx((mbq, mbq))


SECOND_TABLE = """3 1 1 4 1.12 1.14 6 1.47 1.71 8 1.71 2.14 10 1.94 2.71 12 2.18 3.14 14 2.35 3.57
16 2.53 4 18 2.71 4.43 20 2.88 4.86 22 3.06 5.29 24 3.18 5.71 26 3.35 6.14 28 3.47 6.43 30 3.65 6.86
32 3.77 7.29 34 3.88 7.72 36 4 8 38 4.18 8.43 40 4.29 8.86 42 4.41 9.14 44 4.53 9.57 46 4.65 10
48 4.77 10.29 50 4.88 10.71 52 5 11.29 54 5 11.29 56 5.24 12 58 5.24 12 60 5.47 12.71 62 5.47 12.71
64 5.65 13.43 66 5.65 13.43 68 5.77 14"""


def test_the_whole_table_of_multiples_a_second_time():
    numbers = [float(word) for word in SECOND_TABLE.split()]
    assert tuple(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)) == MULTIPLES


@pytest.mark.parametrize(
    "weight, class_a, class_b",
    [
        (0.5, 1.0, 1.0),
        (5.0, 1.295, 1.425),
        (53.0, 5.0, 11.29),
        (67.0, 5.71, 13.715),
        (90.0, 5.77, 14.0),
    ],
)
def test_multiples_beyond_and_between_the_printed_weights(weight, class_a, class_b):
    assert (multiple(weight, 1), multiple(weight, 2)) == pytest.approx((class_a, class_b))


@pytest.mark.parametrize(
    "weight, codes",
    [
        (2.9, {"measure.dose-below-card"}),
        (3.0, set()),
        (5.0, {"measure.dose-between"}),
        (68.0, set()),
        (68.1, {"measure.dose-above-card"}),
    ],
)
def test_the_card_says_where_it_was_stretched(weight, codes):
    told = activities(Tracer.MDP, weighed(weight), ON)
    assert {one.code for one in told.caveats} - {"measure.dose-unsigned"} == codes


@given(st.sampled_from(Tracer), st.floats(0.5, 120), st.floats(1.0, 1.5))
def test_a_heavier_child_is_never_given_less(tracer, weight, more):
    lighter, _ = given_by(tracer, weight)
    heavier, _ = given_by(tracer, min(weight * more, 200.0))
    for card, (low, high) in lighter.items():
        assert heavier[card][0] >= low - 1e-9
        assert heavier[card][1] >= high - 1e-9
    least = NORTH_AMERICA[tracer].least
    assert least is not None
    assert lighter[Card.NORTH_AMERICA][0] >= least
    if tracer in EANM:
        assert lighter[Card.EANM][0] >= EANM[tracer].least


CONTRAST = (
    # agent, kg, mL low and high, amount low and high, unit; by hand
    (Agent.GADOBUTROL, 3.5, 0.35, 0.35, 0.35, 0.35, "mmol"),
    (Agent.GADOBUTROL, 20, 2.0, 2.0, 2.0, 2.0, "mmol"),
    (Agent.GADOTERIDOL, 12, 2.4, 2.4, 1.2, 1.2, "mmol"),
    (Agent.GADOTERATE, 12, 2.4, 2.4, 1.2, 1.2, "mmol"),
    (Agent.GADOTERATE, 50, 10.0, 10.0, 5.0, 5.0, "mmol"),
    (Agent.IODINE_300, 3, 4.5, 6.0, 1350, 1800, "mg"),
    (Agent.IODINE_300, 10, 15.0, 20.0, 4500, 6000, "mg"),
    (Agent.IODINE_300, 30, 45.0, 60.0, 13500, 18000, "mg"),
)


@pytest.mark.parametrize("agent, weight, low_ml, high_ml, low, high, unit", CONTRAST)
def test_contrast_media(agent, weight, low_ml, high_ml, low, high, unit):
    told = contrast(agent, weighed(weight), ON)
    assert (told.low_ml, told.high_ml, told.low, told.high) == pytest.approx(
        (low_ml, high_ml, low, high)
    )
    assert told.unit == unit
    assert "measure.dose-kidneys" in {one.code for one in told.caveats}
    assert "needs sign-off" in told.source


@pytest.mark.parametrize("age_days, warned", [(0, True), (27, True), (28, False), (400, False)])
def test_a_newborn_is_asked_about(age_days, warned):
    told = contrast(Agent.GADOTERATE, weighed(4.0, age_days=age_days), ON)
    assert ("measure.dose-newborn" in {one.code for one in told.caveats}) is warned


@pytest.mark.parametrize(
    "age_days, days_ago, stale",
    [
        (2000, 30, False),
        (2000, 31, True),
        (365, 7, False),
        (365, 8, True),
        (366, 8, False),
        (None, 8, True),
        (2000, -31, True),
    ],
)
def test_an_old_weight_is_told(age_days, days_ago, stale):
    told = activities(Tracer.FDG, weighed(20.0, days_ago=days_ago, age_days=age_days), ON)
    assert ("measure.weight-stale" in {one.code for one in told.caveats}) is stale


def test_a_weight_without_a_day_is_told_and_nothing_is_ever_signed():
    told = activities(Tracer.FDG, Weighed(20.0), ON)
    assert {"measure.weight-undated", "measure.dose-unsigned"} <= {one.code for one in told.caveats}
    assert told.as_json()["cards"][0]["card"] == "north-america-2010"
    assert contrast(Agent.IODINE_300, weighed(10.0), ON).as_json()["unit"] == "mg"


@pytest.mark.parametrize("weight", [None, 0.0, -3.0, 3300.0, float("nan")])
def test_without_a_possible_weight_there_is_no_dose(weight):
    with pytest.raises(WeightUnknown):
        activities(Tracer.FDG, weighed(weight), ON)
    with pytest.raises(WeightUnknown):
        contrast(Agent.GADOBUTROL, weighed(weight), ON)


def test_the_tables_end_at_eighteen_years():
    assert activities(Tracer.FDG, weighed(60.0, age_days=6574), ON).cards
    with pytest.raises(AgeOutsideRule, match="below 18 years"):
        activities(Tracer.FDG, weighed(60.0, age_days=6575), ON)
    with pytest.raises(AgeOutsideRule, match="below 18 years"):
        contrast(Agent.IODINE_300, weighed(60.0, age_days=9000), ON)
