"""Whether two groups need limits of their own; the check of an interval and how weak it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tongying.norms.intervals.partition import (
    Advice,
    PartitionRefused,
    harris_boyd_z,
    lahti_advice,
    partition,
)
from tongying.norms.intervals.verification import (
    Verdict,
    VerificationRefused,
    acceptance,
    allowed_outside,
    verify,
)

WOMEN = {
    8.8: 1, 8.9: 2, 9.0: 1, 9.1: 3, 9.2: 11, 9.3: 11, 9.4: 8, 9.5: 16, 9.6: 16, 9.7: 26, 9.8: 8,
    9.9: 7, 10.0: 3, 10.1: 2, 10.2: 3, 10.3: 2,
}  # fmt: skip
MEN = {
    9.1: 2, 9.2: 1, 9.3: 8, 9.4: 6, 9.5: 11, 9.6: 12, 9.7: 13, 9.8: 16, 9.9: 14, 10.0: 7, 10.1: 10,
    10.2: 11, 10.3: 7, 10.4: 1, 10.6: 1,
}  # fmt: skip
"""Calcium, mg/dL, EP28-A3c, table 4."""


def spread_out(counts: dict[float, int]) -> np.ndarray:
    return np.repeat(list(counts), list(counts.values()))


def normal(n: int, mean: float = 0.0, sd: float = 1.0) -> np.ndarray:
    return mean + sd * stats.norm.ppf((np.arange(n) + 0.5) / n)


def test_calcium_of_women_and_men():
    """By hand: 0.22667 / sqrt(0.29145^2/120 + 0.31395^2/120) = 5.797; 3 sqrt(240/240) = 3."""
    found = partition(spread_out(WOMEN), spread_out(MEN))
    assert (found.first.mean, found.second.mean) == pytest.approx((9.570833, 9.7975))
    assert found.z == pytest.approx(5.797, abs=1e-3)
    assert found.z_critical == 3.0
    assert found.sd_ratio == pytest.approx(0.313951 / 0.291445, abs=1e-5)
    assert found.harris_boyd is Advice.SEPARATE
    assert "z 5.80 against 3.00" in found.sentence
    assert "reason in the body" in found.sentence
    assert found.lahti is Advice.SEPARATE


def test_the_standard_error_adds_variances():
    """A source prints a minus sign: equal groups would then have no error at all."""
    z, _ = harris_boyd_z(np.array([0.0, 1.0]), np.array([2.0, 2.0]), np.array([8.0, 8.0]))
    assert z == pytest.approx(1.0)


def test_the_multiplier_is_three():
    """Another source prints 5: with 60 + 60 children z* is 3 sqrt(1/2), not 3.54."""
    _, critical = harris_boyd_z(np.zeros(2), np.ones(2), np.array([60.0, 60.0]))
    assert critical == pytest.approx(2.1213, abs=1e-4)


@given(st.integers(20, 400), st.floats(0.0, 1.0))
@settings(max_examples=40)
def test_the_rule_looks_at_distance_not_at_the_number_of_children(n, distance):
    z, critical = harris_boyd_z(
        np.array([0.0, distance]), np.ones(2), np.array([float(n), float(n)])
    )
    assert z / critical == pytest.approx(distance * np.sqrt(60) / 3)


def test_a_wider_group_is_separated_by_its_spread():
    found = partition(normal(100), normal(100, sd=1.6))
    assert found.z < found.z_critical
    assert found.harris_boyd is Advice.SEPARATE
    assert partition(normal(100), normal(100, sd=1.4)).harris_boyd is Advice.COMMON


def test_order_does_not_matter():
    one, other = partition(normal(130), normal(150, 0.4)), partition(normal(150, 0.4), normal(130))
    assert (one.z, one.sd_ratio, one.lahti) == pytest.approx((other.z, other.sd_ratio, other.lahti))
    assert (one.low, one.high) == pytest.approx((other.low, other.high))


@pytest.mark.parametrize(
    ("parts", "advice"),
    [
        ([0.025, 0.025, 0.025, 0.025], Advice.COMMON),
        ([0.018, 0.032, 0.018, 0.032], Advice.COMMON),
        ([0.015, 0.035, 0.025, 0.025], Advice.MARGINAL),
        ([0.025, 0.041, 0.025, 0.025], Advice.SEPARATE),
        ([0.009, 0.025, 0.025, 0.025], Advice.SEPARATE),
        ([0.010, 0.040, 0.025, 0.025], Advice.MARGINAL),
    ],
)
def test_parts_beyond_common_limits(parts, advice):
    assert lahti_advice(parts) is advice


def test_lahti_on_groups_by_the_normal_distribution():
    near = partition(normal(4000), normal(4000, 0.1))
    apart = partition(normal(4000), normal(4000, 0.8))
    assert (near.lahti, apart.lahti) == (Advice.COMMON, Advice.SEPARATE)
    middle = partition(normal(4000), normal(4000, 0.4))
    assert middle.lahti is Advice.MARGINAL
    assert middle.first.below + middle.second.below == pytest.approx(0.05, abs=0.001)
    assert middle.first.below == pytest.approx(stats.norm.cdf(middle.low), abs=0.001)


def test_larger_group_does_not_set_the_common_limits():
    found = partition(normal(1000), normal(150, 1.0))
    assert found.first.above + found.second.above == pytest.approx(0.05, abs=0.005)


def test_few_children_have_no_parts_to_count():
    found = partition(normal(119), normal(300))
    assert found.lahti is None
    assert found.as_json()["lahti"] is None
    assert "Too few children to count" in found.sentence


@pytest.mark.parametrize(
    ("first", "second"),
    [(normal(19), normal(50)), (normal(50), np.full(50, np.nan)), (np.ones(50), normal(50))],
)
def test_groups_that_cannot_be_compared_are_refused(first, second):
    with pytest.raises(PartitionRefused):
        partition(first, second)


def test_two_groups_without_spread_are_refused():
    with pytest.raises(PartitionRefused):
        harris_boyd_z(np.zeros(2), np.zeros(2), np.array([30.0, 30.0]))


def test_twenty_children_and_how_weak_the_check_is():
    """R: pbinom(2, 20, c(.05, .1, .2))."""
    chances = [acceptance(20, part) for part in (0.05, 0.10, 0.20)]
    assert chances == pytest.approx([0.924516326212, 0.676926805189, 0.206084718948], abs=1e-12)
    values = np.array([50.0] * 17 + [10.0] + [99.0] * 2)
    found = verify(values, 20.0, 80.0)
    assert (found.n, found.below, found.above, found.allowed) == (20, 1, 2, 2)
    assert found.verdict is Verdict.REPEAT
    # R: binom.test(3, 20, conf.level = .9)
    assert found.part_outside_ci == pytest.approx((0.0421694079, 0.3436638043), abs=1e-9)
    for printed in ("3 of 20", "0.925", "0.68", "0.21", "weak", "as many other"):
        assert printed in found.sentence
    assert verify(values, 20.0, 80.0, second_round=True).verdict is Verdict.REJECTED
    assert verify(values, 5.0, 80.0).verdict is Verdict.ACCEPTED
    assert verify(np.full(20, 80.0), 20.0, 80.0).part_outside_ci[0] == 0.0
    assert verify(np.full(20, 90.0), 20.0, 80.0).part_outside_ci[1] == 1.0


@given(st.integers(20, 400))
@settings(max_examples=60)
def test_a_right_interval_passes_nine_times_of_ten_and_one_fewer_would_not(n):
    allowed = allowed_outside(n)
    assert acceptance(n, 0.05) >= 0.90
    assert stats.binom.cdf(allowed - 1, n, 0.05) < 0.90
    assert acceptance(n, 0.05) > acceptance(n, 0.10) > acceptance(n, 0.20)


def test_a_larger_check_is_less_weak():
    assert acceptance(60, 0.10) < 0.5 < acceptance(20, 0.10)


def test_checks_that_cannot_be_made_are_refused():
    for values, low, high in (
        (np.ones(19), 0.0, 2.0),
        (np.full(20, np.nan), 0.0, 2.0),
        (np.ones(20), 2.0, 2.0),
    ):
        with pytest.raises(VerificationRefused):
            verify(values, low, high)
