"""Calibration against scikit-learn, a logistic regression by search, and made probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.metrics import brier_score_loss

from tongying.ai.evaluation.calibration import (
    bins,
    calibration,
    expected_error,
    hosmer_lemeshow,
    slope_and_intercept,
    spiegelhalter,
)
from tongying.ai.evaluation.figure import EvaluationRefused, Silence, Untold
from tongying.ai.evaluation.resampling import bootstrap, swap_test


def made(n: int, seed: int, *, slope: float = 1.0, shift: float = 0.0):
    """Probabilities that are said; what is so follows logit(p) * slope + shift."""
    random = np.random.default_rng(seed)
    said = expit(1.5 * random.standard_normal(n) - 0.5)
    return said, random.random(n) < expit(slope * logit(said) + shift)


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.5, 0.0), (1.0, 0.8)])
def test_what_was_made_is_found(slope, shift):
    said, ill = made(6000, 1, slope=slope, shift=shift)
    found, _ = slope_and_intercept(said, ill)
    assert found.low <= slope <= found.high
    # The intercept is with the slope held at 1: right only where the slope is.
    if slope == 1.0:
        intercept = slope_and_intercept(said, ill)[1]
        assert intercept.low <= shift <= intercept.high


def test_slope_and_intercept_by_search():
    said, ill = made(300, 2, slope=0.7, shift=0.4)
    at, y = logit(said), ill.astype(float)

    def loss(x, slope_held):
        eta = x[0] + (at if slope_held else x[1] * at)
        return float(np.sum(np.logaddexp(0.0, eta) - y * eta))

    line = minimize(loss, [0.0, 1.0], args=(False,), tol=1e-12).x
    gap = minimize(loss, [0.0], args=(True,), tol=1e-12).x
    slope, intercept = slope_and_intercept(said, ill)
    assert slope.value == pytest.approx(line[1], abs=1e-5)
    assert intercept.value == pytest.approx(gap[0], abs=1e-5)


def test_brier_and_expected_error():
    said, ill = made(500, 3)
    found = calibration(said, ill, [str(at) for at in range(500)], replicates=200, seed=1)
    assert found.brier.value == pytest.approx(brier_score_loss(ill, said))
    by_hand = 0.0
    for low in range(10):
        here = (np.floor(said * 10) == low) | ((low == 9) & (said == 1.0))
        if here.any():
            by_hand += here.mean() * abs(said[here].mean() - ill[here].mean())
    assert found.expected_error.value == pytest.approx(by_hand)
    for figure in (found.brier, found.expected_error):
        assert figure.low < figure.value < figure.high or figure is found.expected_error
    assert sum(one.n for one in found.bins) == 500
    assert found.as_json()["clipped"] == 0


def test_the_error_sees_what_is_wrong():
    right, truth = made(4000, 4)
    wrong, false = made(4000, 4, slope=0.4)
    assert expected_error(right, truth) < 0.03 < 0.08 < expected_error(wrong, false)
    assert hosmer_lemeshow(right, truth)[2] > 0.01 > 1e-6 > hosmer_lemeshow(wrong, false)[2]
    assert spiegelhalter(right, truth)[1] > 0.01 > 1e-6 > spiegelhalter(wrong, false)[1]


def test_tests_of_calibration_are_seldom_wrong():
    """Of 300 samples of 200 well calibrated studies about 5 % are called badly calibrated."""
    called = [0, 0]
    for seed in range(300):
        said, ill = made(200, 1000 + seed)
        called[0] += hosmer_lemeshow(said, ill)[2] < 0.05
        called[1] += spiegelhalter(said, ill)[1] < 0.05
    assert all(0.01 <= one / 300 <= 0.09 for one in called)


def test_hosmer_lemeshow_by_hand():
    """Ten groups of ten, said 0.05 to 0.95; in each as many ill as expected but for one."""
    said = np.repeat(np.arange(10) / 10 + 0.05, 10)
    ill = np.zeros(100, bool)
    wanted = 0.0
    for group in range(10):
        hits = group + (group == 4)
        ill[10 * group : 10 * group + hits] = True
        expected = 10 * (group / 10 + 0.05)
        wanted += (hits - expected) ** 2 / (expected * (1 - expected / 10))
    assert hosmer_lemeshow(said, ill)[0] == pytest.approx(wanted)
    assert hosmer_lemeshow(said[:99], ill[:99]) is None


def test_certainties_are_moved_and_told():
    said = np.array([0.0, 1.0] * 15 + [0.3] * 20)
    ill = np.array([False, True] * 14 + [True, False] + [True] * 6 + [False] * 14)
    found = calibration(said, ill, [str(at) for at in range(50)], replicates=50, seed=1)
    assert found.clipped == 30


def test_classes_that_do_not_overlap_have_no_slope():
    said = np.concatenate([np.full(12, 0.2), np.full(12, 0.8)])
    slope, _ = slope_and_intercept(said, said > 0.5)
    assert slope == Untold(Silence.NO_SPREAD, 24)
    few, also = slope_and_intercept(said[:14], said[:14] > 0.5)
    assert few == also == Untold(Silence.TOO_FEW, 2, 10)


def test_edges_of_bins():
    told = bins(np.array([0.0, 0.1, 1.0]), np.array([True, False, True]))
    assert [(one.low, one.n) for one in told] == [(0.0, 1), (0.1, 1), (0.9, 1)]
    assert spiegelhalter(np.array([0.5, 1.0]), np.array([True, False])) is None


def test_what_is_no_probability_is_refused():
    for said, ill, children in (
        ([0.2, 1.2], [True, False], ["a", "b"]),
        ([0.2, np.nan], [True, False], ["a", "b"]),
        ([0.2], [True, False], ["a", "b"]),
        ([0.2, 0.3], [True, False], ["a"]),
        ([], [], []),
    ):
        with pytest.raises(EvaluationRefused):
            calibration(said, ill, children, replicates=10, seed=1)


def test_children_are_drawn_whole():
    """Every child's ten studies say the same: the interval is that of 20 children, not of 200."""
    random = np.random.default_rng(8)
    of_child = random.standard_normal(20)
    values, children = np.repeat(of_child, 10), [str(at // 10) for at in range(200)]
    low, high = bootstrap(children, lambda at: float(values[at].mean()), replicates=2000, seed=1)
    assert high - low == pytest.approx(2 * 1.96 * of_child.std() / np.sqrt(20), rel=0.1)
    with pytest.raises(EvaluationRefused):
        bootstrap([], lambda at: 0.0, replicates=10, seed=1)
    with pytest.raises(EvaluationRefused):
        bootstrap(["a"], lambda at: None, replicates=10, seed=1)


def test_the_swap_test_by_all_swaps():
    """Eight children: every one of 256 ways to swap, counted."""
    random = np.random.default_rng(9)
    one, two = random.standard_normal((2, 8))
    two = two + 0.9
    gaps = one - two
    seen = abs(gaps.mean())
    ways = [
        abs(np.where([way >> bit & 1 for bit in range(8)], -gaps, gaps).mean())
        for way in range(256)
    ]
    wanted = np.mean([way >= seen - 1e-12 for way in ways])
    names = [str(at) for at in range(8)]
    p = swap_test(one, two, names, lambda x: float(x.mean()), replicates=4000, seed=1)
    assert p == pytest.approx(wanted, abs=0.03)
    with pytest.raises(EvaluationRefused):
        swap_test(one, two, names[:3], lambda x: float(x.mean()), replicates=10, seed=1)
