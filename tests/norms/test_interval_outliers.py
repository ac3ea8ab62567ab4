"""What lies too far out is named, and nothing is removed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tongying.norms.intervals.box_cox import PowerRefused
from tongying.norms.intervals.dixon import (
    DixonRefused,
    dixon_ratio,
    dixon_tail,
    ratio_of,
)
from tongying.norms.intervals.outliers import (
    OutliersRefused,
    Rule,
    dixon,
    reed,
    suspects,
    tukey,
    tukey_after_power,
)


def test_fences_by_hand():
    """R: quantile(c(2,4,5,6,7,20), c(.25,.75), type=6) is 3.5 and 10.25."""
    found = tukey(np.array([20.0, 2, 4, 5, 6, 7]))
    assert (found.low, found.high) == (3.5 - 1.5 * 6.75, 10.25 + 1.5 * 6.75)
    assert found.places.tolist() == []
    narrow = tukey(np.array([20.0, 2, 4, 5, 6, 7]), fence=1.0)
    assert (narrow.values.tolist(), narrow.places.tolist()) == ([20.0], [0])
    assert "none was removed" in narrow.sentence


def test_fences_after_a_power_do_not_call_a_skewed_tail_outlying():
    values = np.exp(stats.norm.ppf((np.arange(200) + 0.5) / 200))
    assert len(tukey(values).places) > 8
    found = tukey_after_power(values)
    assert len(found.places) <= 2
    assert found.rule is Rule.TUKEY_BOX_COX
    assert found.low > 0


def test_a_third_of_the_range_by_hand():
    assert reed(np.array([0.0, 3, 4, 5, 9])).numbers == pytest.approx((3 / 9, 4 / 9))
    assert sorted(reed(np.array([0.0, 3, 4, 5, 9])).values) == [0.0, 9.0]
    assert reed(np.array([0.0, 2.9, 4, 5, 7, 9])).values.tolist() == []
    assert reed(np.full(6, 2.0)).values.tolist() == []


@pytest.mark.parametrize(
    ("n", "printed"),
    [
        (3, 0.941), (4, 0.765), (5, 0.642), (7, 0.507), (8, 0.554), (9, 0.512), (10, 0.477),
        (11, 0.575), (12, 0.546), (13, 0.521), (14, 0.546), (20, 0.450), (25, 0.406), (30, 0.376),
    ],
)  # fmt: skip
def test_dixon_limits_as_printed(n, printed):
    """One end, 5 % (Dixon 1951; Rorabacher 1991); the printed ones were interpolated to .001."""
    assert dixon_tail(printed, n) == pytest.approx(0.05, abs=0.0012)


@pytest.mark.parametrize("n", [5, 9, 12, 20])
def test_dixon_tail_against_drawing(n):
    drawn = np.sort(np.random.default_rng(n).normal(size=(20_000, n)), axis=1)
    j, i = ratio_of(n)
    ratios = (drawn[:, -1] - drawn[:, -1 - j]) / (drawn[:, -1] - drawn[:, i - 1])
    assert dixon_ratio(drawn[0]) == pytest.approx(ratios[0])
    for limit in (0.3, 0.5):
        part = (ratios >= limit).mean()
        assert dixon_tail(limit, n) == pytest.approx(part, abs=4 * np.sqrt(0.25 / 20_000))


def test_dixon_at_both_ends():
    values = np.array([0.189, 0.167, 0.187, 0.183, 0.186, 0.182, 0.181])
    found = dixon(values)
    assert found.values.tolist() == [0.167]
    assert found.numbers[0] == pytest.approx(14 / 22)  # (.181 - .167) / (.189 - .167)
    assert dixon(-values).values.tolist() == [-0.167]
    assert found.numbers[:2] == pytest.approx(dixon(-values).numbers[2:])


@given(st.lists(st.floats(1, 100), min_size=4, max_size=80), st.floats(0.5, 30))
@settings(max_examples=50)
def test_nothing_is_removed_and_units_do_not_matter(listed, factor):
    values = np.array(listed)
    kept = values.copy()
    if len(values) <= 30 and len(np.unique(values)) < len(values):
        return  # Dixon's ratios are not for ties
    for found, scaled in ((reed(values), reed(values * factor)),):
        assert found.values.tolist() == values[found.places].tolist()
        assert found.numbers == pytest.approx(scaled.numbers, abs=1e-9)
    tukey(values)
    assert (values == kept).all()


def test_the_rules_that_suit_the_number():
    even = stats.norm.ppf((np.arange(50) + 0.5) / 50)
    assert [one.rule for one in suspects(even)] == [Rule.TUKEY, Rule.REED]
    assert [one.rule for one in suspects(even[:20] + 9)] == [
        Rule.TUKEY_BOX_COX,
        Rule.REED,
        Rule.DIXON,
    ]


@pytest.mark.parametrize("rule", [tukey, reed, dixon, suspects])
def test_too_few_or_missing_values_are_refused(rule):
    with pytest.raises(OutliersRefused):
        rule(np.array([1.0, 2.0, 3.0]))
    with pytest.raises(OutliersRefused):
        rule(np.array([1.0, 2.0, 3.0, np.nan]))


def test_dixon_refuses_many_and_equal_values_and_fences_refuse_powers_of_zero():
    with pytest.raises(OutliersRefused):
        dixon(np.arange(31.0))
    with pytest.raises(DixonRefused):
        ratio_of(2)
    with pytest.raises(DixonRefused):
        dixon_ratio(np.ones(5))
    with pytest.raises(PowerRefused):
        tukey_after_power(np.array([0.0, 1, 2, 3]))
