"""Limits by the number of children: ranks as EP28 prints them, robust, power transform, or none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tongying.norms.intervals.box_cox import PowerRefused, fit_box_cox
from tongying.norms.intervals.ep28 import (
    IntervalMethod,
    IntervalRefused,
    Tier,
    reference_interval,
)
from tongying.norms.intervals.ranks import RanksRefused, ranks_of
from tongying.norms.intervals.robust import SpreadRefused, robust_interval, robust_limits

TABLE_8 = (
    "119,1,7 133,1,8 161,1,9 188,2,9 190,2,10 219,2,11 249,2,12 250,3,12 280,3,13 308,4,13 "
    "310,4,14 341,4,15 364,5,15 373,5,16 404,5,17 418,6,17 436,6,18 469,6,19 471,7,19 501,7,20 "
    "523,8,20 534,8,21 566,8,22 575,9,22 599,9,23 625,10,23 632,10,24 666,10,25 675,11,25 "
    "699,11,26 725,12,26 733,12,27 766,12,28 774,13,28 800,13,29 823,14,29 834,14,30 868,14,31 "
    "872,15,31 902,15,32 920,16,32 936,16,33 968,17,33 971,17,34"
)
"""EP28-A3c, table 8 (119 to 1,000 values): from this number on, the ranks of the 90 % interval of
the lower limit; as two open R packages carry the table."""

WOMEN = {
    8.8: 1, 8.9: 2, 9.0: 1, 9.1: 3, 9.2: 11, 9.3: 11, 9.4: 8, 9.5: 16, 9.6: 16, 9.7: 26, 9.8: 8,
    9.9: 7, 10.0: 3, 10.1: 2, 10.2: 3, 10.3: 2,
}  # fmt: skip
"""Calcium, mg/dL, of 120 women: EP28-A3c, table 4."""
APPENDIX_B = {8.9: 1, 9.2: 1, 9.4: 2, 9.5: 3, 9.6: 4, 9.7: 5, 9.8: 1, 9.9: 2, 10.2: 1}


def spread_out(counts: dict[float, int]) -> np.ndarray:
    return np.repeat(list(counts), list(counts.values()))


def sixty() -> np.ndarray:
    """Sixty skewed values, the same as the R session below used."""
    rank = np.arange(1, 61)
    return np.round(
        np.exp(2 + 0.35 * stats.norm.ppf((rank - 0.37) / 60.3) + 0.05 * np.sin(rank)), 3
    )


def test_all_ranks_of_table_8():
    rows = [tuple(int(one) for one in row.split(",")) for row in TABLE_8.split()]
    ends = [row[0] for row in rows[1:]] + [1001]
    for (start, low, high), end in zip(rows, ends, strict=True):
        for n in {start, (start + end - 1) // 2, end - 1}:
            assert (ranks_of(n).low, ranks_of(n).high) == (low, high), n


def test_120_values_and_what_their_ranks_cover():
    ranks = ranks_of(120)
    assert (ranks.limit, ranks.low, ranks.high) == (3, 1, 7)
    assert ranks.upper == (118, 114, 120)
    assert ranks.coverage == pytest.approx(0.920466554593, abs=1e-12)  # R: diff(pbinom(c(0, 6)))


def test_ranks_cover_what_they_say_whatever_the_distribution():
    rng = np.random.default_rng(3)
    drawn = np.sort(rng.lognormal(0.0, 1.0, size=(20_000, 120)), axis=1)
    truth = np.exp(stats.norm.ppf(0.025))
    covered = ((drawn[:, 0] < truth) & (truth < drawn[:, 6])).mean()
    assert covered == pytest.approx(0.9205, abs=4 * np.sqrt(0.92 * 0.08 / 20_000))


@given(st.integers(119, 5000))
@settings(max_examples=60)
def test_ranks_enclose_the_limit_with_at_least_the_confidence(n):
    ranks = ranks_of(n)
    assert 1 <= ranks.low < ranks.limit < ranks.high
    assert abs(ranks.limit - ranks.exact) <= 0.5
    assert ranks.coverage >= 0.90
    assert ranks.limit + ranks.upper[0] == n + 1


def test_below_119_no_rank_lies_low_enough_and_below_39_there_is_no_limit():
    assert (ranks_of(118).low, ranks_of(118).coverage) == (None, None)
    assert ranks_of(118).upper == (116, None, None)
    assert ranks_of(39).limit == 1
    with pytest.raises(RanksRefused):
        ranks_of(38)


@pytest.mark.parametrize("n", [119, 159, 199, 239, 279])
def test_whole_ranks_are_those_of_r_type_6(n):
    """R: quantile(1:119, c(.025, .975), type = 6) is 3 and 117; 1:199 gives 5 and 195."""
    ranks = ranks_of(n)
    values = np.arange(1.0, n + 1)
    both = np.quantile(values, [0.025, 0.975], method="weibull")
    assert both.tolist() == pytest.approx([ranks.limit, ranks.upper[0]])


def test_calcium_of_120_women():
    found = reference_interval(spread_out(WOMEN), seed=1)
    assert (found.low, found.high) == (8.9, 10.2)
    assert (found.low_ci, found.high_ci) == ((8.8, 9.1), (10.1, 10.3))
    assert (found.n, found.tier, found.method) == (120, Tier.ESTABLISHED, IntervalMethod.RANKS)
    assert found.as_json()["ranks"] == [3, 1, 7]
    assert found.as_json()["values"] is None


def test_robust_limits_of_the_guideline_and_of_another_program():
    assert robust_interval(spread_out(APPENDIX_B)) == pytest.approx((9.049545, 10.199396), abs=2e-6)
    # R package referenceIntervals 1.3.1, robust(); it settles the middle to 1e-6 in other units.
    assert robust_interval(sixty()) == pytest.approx((1.71977788, 13.04998945), abs=1e-5)


@given(st.floats(-50, 50), st.floats(0.1, 20))
@settings(max_examples=30)
def test_robust_limits_move_and_stretch_with_the_values(shift, factor):
    low, high = robust_interval(sixty())
    moved = robust_interval(sixty() * factor + shift)
    assert moved == pytest.approx((low * factor + shift, high * factor + shift), abs=1e-5 * factor)


def test_one_wild_value_moves_the_limits_and_is_named():
    """The spread of the published method resists little, so the far value must be told."""
    values = stats.norm.ppf((np.arange(80) + 0.5) / 80)
    wild = np.concatenate([values, [40.0]])
    assert robust_interval(wild)[1] > 4 * robust_interval(values)[1]
    low, high = robust_interval(wild)
    assert 0.5 * (low + high) == pytest.approx(0.0, abs=0.05)  # but the middle stays
    found = reference_interval(wild, seed=1)
    assert "norms.interval-far-out" in [one.code for one in found.caveats]


def test_a_robust_spread_needs_different_values():
    with pytest.raises(SpreadRefused):
        robust_interval(np.array([1.0] * 30 + [2.0] * 20))
    low, high = robust_limits(np.array([[1.0] * 5, [1.0, 2, 3, 4, 5]]))
    assert np.isnan(low[0]) and np.isnan(high[0]) and low[1] < 1.0 < 5.0 < high[1]


def test_power_transform_against_r():
    """R: optimize() of the profile likelihood, uniroot() for its 95 % interval, qnorm(.975)."""
    fit = fit_box_cox(sixty())
    assert fit.power == pytest.approx(-0.0477348, abs=2e-4)
    assert fit.power_interval == pytest.approx((-0.708693, 0.608836), abs=0.011)
    assert fit.value(-1.959963985) == pytest.approx(3.794904, abs=1e-3)
    assert fit.value(1.959963985) == pytest.approx(14.644057, abs=1e-2)
    assert fit.scores(np.array([fit.value(1.3)])) == pytest.approx([1.3])


@given(st.floats(0.01, 1000))
@settings(max_examples=30)
def test_a_power_does_not_know_the_unit(factor):
    fit, other = fit_box_cox(sixty()), fit_box_cox(sixty() * factor)
    assert other.power == pytest.approx(fit.power, abs=1e-6)
    assert other.value(-1.9) == pytest.approx(fit.value(-1.9) * factor, rel=1e-6)


@pytest.mark.parametrize("values", [[0.0, 1.0, 2.0], [-1.0, 1.0, 2.0], [3.0, 3.0, 3.0], []])
def test_no_shift_is_made_up_for_a_power(values):
    with pytest.raises(PowerRefused):
        fit_box_cox(np.array(values))


def test_limits_of_40_to_119_children_are_transformed_and_provisional():
    found = reference_interval(sixty(), seed=1)
    assert (found.method, found.tier) == (IntervalMethod.BOX_COX, Tier.PROVISIONAL)
    assert found.low == pytest.approx(3.7949, abs=1e-3)
    assert found.low_ci[0] < found.low < found.low_ci[1]
    assert found.high_ci[0] < found.high < found.high_ci[1]
    assert "norms.interval-provisional" in [one.code for one in found.caveats]


def test_robust_limits_when_asked_for():
    values = 100 + 10 * stats.norm.ppf((np.arange(80) + 0.5) / 80)
    found = reference_interval(values, seed=1, method=IntervalMethod.ROBUST)
    assert (found.low, found.high) == robust_interval(values)
    assert found.low_ci[0] < found.low < found.low_ci[1]
    assert found.power is None
    assert reference_interval(values, seed=1).low == pytest.approx(found.low, abs=1.5)


def test_values_are_drawn_as_they_were_fitted():
    rng = np.random.default_rng(2)
    for values in (sixty(), 1.0 / sixty(), 100.0 - sixty()):
        fit = fit_box_cox(values)
        drawn = fit.draw(rng, (20_000,))
        assert drawn.min() > 0 and np.isfinite(drawn).all()
        scores = fit.scores(drawn)
        assert (scores.mean(), scores.std()) == pytest.approx((0.0, 1.0), abs=0.03)


def test_values_that_may_be_negative_are_robust():
    found = reference_interval(sixty() - 5.0, seed=1)
    assert found.method is IntervalMethod.ROBUST


def test_the_same_seed_gives_the_same_interval():
    first, again, other = (reference_interval(sixty(), seed=seed) for seed in (1, 1, 2))
    assert (first.low_ci, first.high_ci) == (again.low_ci, again.high_ci)
    assert first.low_ci != other.low_ci


def test_ranks_below_120_when_asked_for_have_no_interval():
    found = reference_interval(sixty(), seed=1, method=IntervalMethod.RANKS)
    assert found.low == np.sort(sixty())[1]
    assert (found.low_ci, found.high_ci, found.tier) == (None, None, Tier.PROVISIONAL)
    assert "norms.interval-without-ci" in [one.code for one in found.caveats]


@pytest.mark.parametrize("method", [None, *IntervalMethod])
def test_below_40_children_there_are_values_and_no_limits(method):
    values = np.array([3.0, 1.0, 2.0] * 13)
    found = reference_interval(values, seed=1, method=method)
    assert (found.low, found.high, found.low_ci, found.high_ci, found.method) == (None,) * 5
    assert found.tier is Tier.RAW_ONLY
    assert found.values.tolist() == sorted(values)
    assert found.as_json()["values"] == sorted(values)
    assert [one.code for one in found.caveats] == ["norms.interval-raw-only"]
    assert reference_interval(np.append(values, 2.5), seed=1).tier is Tier.PROVISIONAL


def test_the_tiers_change_at_40_and_120():
    values = 100 + 10 * stats.norm.ppf((np.arange(120) + 0.5) / 120)
    assert reference_interval(values, seed=1).tier is Tier.ESTABLISHED
    assert reference_interval(values[:119], seed=1).tier is Tier.PROVISIONAL


def test_far_out_values_are_counted_and_kept():
    values = np.append(100 + 10 * stats.norm.ppf((np.arange(119) + 0.5) / 119), 400.0)
    found = reference_interval(values, seed=1)
    assert found.values[-1] == 400.0
    assert found.high_ci[1] == 400.0
    sentence = next(one.sentence for one in found.caveats if one.code == "norms.interval-far-out")
    assert "of 120 values lie far from the others" in sentence


def test_a_lower_limit_below_zero_says_that_the_form_is_wrong():
    values = np.exp(1.2 * stats.norm.ppf((np.arange(90) + 0.5) / 90))
    found = reference_interval(values, seed=1, method=IntervalMethod.ROBUST)
    assert found.low < 0
    assert "norms.interval-below-zero" in [one.code for one in found.caveats]
    chosen = reference_interval(values, seed=1)
    assert chosen.method is IntervalMethod.BOX_COX and chosen.low > 0


def test_an_upper_limit_that_does_not_exist_is_never_told():
    part = np.linspace(0.0, 1.0, 20)
    values = np.concatenate([np.repeat(1 + 0.05 * part, 3), 50 + 300 * part])
    assert fit_box_cox(values).value(1.96) == np.inf
    with pytest.raises(IntervalRefused):
        reference_interval(values, seed=1, method=IntervalMethod.BOX_COX)
    assert reference_interval(values, seed=1).method is IntervalMethod.ROBUST


@pytest.mark.parametrize("values", [[], [1.0, np.nan] * 60, [1.0, np.inf] * 60])
def test_missing_values_are_refused(values):
    with pytest.raises(IntervalRefused):
        reference_interval(np.array(values), seed=1)
