"""Areas, DeLong's variance and comparisons, against pROC, scikit-learn and a second way by hand."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score, roc_curve

from tongying.ai.evaluation import roc
from tongying.ai.evaluation.figure import EvaluationRefused

# What pROC 1.18.0 under R 4.2.2 (Debian's r-cran-proc) answers for the readings made below: area,
# variance, 95 % interval, covariance, and roc.test paired and unpaired, all by method "delong".
AREAS = {
    "a": (0.699399114484503, 0.00235993053494948, 0.604185796247468, 0.794612432721539),
    "b": (0.675679949399114, 0.00249879929735334, 0.577705286337881, 0.773654612460348),
    "c": (0.503795066413662, 0.00304582587981138, 0.395626611250894, 0.611963521576431),
}
COVARIANCE = {
    ("a", "b"): 0.000168307259672831,
    ("a", "c"): 8.91291428807686e-05,
    ("c", "b"): 4.24565865241346e-05,
}
PAIRED = {
    ("a", "b"): (0.352718778253646, 0.724299280052289),
    ("a", "c"): (2.70539632249397, 0.00682229407518465),
    ("c", "b"): (-2.32623087452385, 0.0200062374243322),
}
UNPAIRED = {
    ("a", "b"): (0.340281252213764, 0.733963885675782),
    ("a", "c"): (2.66041631325815, 0.0083780437992335),
    ("c", "b"): (-2.30834961612185, 0.0219006548759979),
}


def markers():
    """113 readings made by a rule: one marker without ties, one with many, one that says little."""
    at = np.arange(113)
    ill = (7 * at * at + 3 * at) % 11 < 4
    return ill, {
        "a": ((37 * at + 11) % 97) / 10 + np.where(ill, 2.5, 0.0),
        "b": ((53 * at + 5) % 29) // 3 + np.where(ill, 2.0, 0.0),
        "c": ((71 * at + 29) % 101) / 7 + np.where(ill & (at % 3 > 0), 1.0, 0.0),
    }


def by_hand(scores: list[np.ndarray], ill: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """DeLong's formula as printed: every pair of an ill and a healthy one, one after the other."""
    m, n = int(ill.sum()), int((~ill).sum())
    of_ill, of_healthy = np.zeros((len(scores), m)), np.zeros((len(scores), n))
    for r, values in enumerate(scores):
        for (i, x), (j, y) in product(enumerate(values[ill]), enumerate(values[~ill])):
            won = 1.0 if x > y else 0.5 if x == y else 0.0
            of_ill[r, i] += won / n
            of_healthy[r, j] += won / m
    theta = of_ill.sum(axis=1) / m
    s10, s01 = np.zeros((len(scores),) * 2), np.zeros((len(scores),) * 2)
    for r, s in product(range(len(scores)), repeat=2):
        s10[r, s] = sum((of_ill[r] - theta[r]) * (of_ill[s] - theta[s])) / (m - 1)
        s01[r, s] = sum((of_healthy[r] - theta[r]) * (of_healthy[s] - theta[s])) / (n - 1)
    return theta, s10 / m + s01 / n


def test_areas_and_covariances_are_those_of_proc():
    ill, found = markers()
    names = list(found)
    areas = roc.areas(np.stack(list(found.values())), ill)
    assert (areas.diseased, areas.healthy) == (62, 51)
    for number, name in enumerate(names):
        figure = roc.area(found[name], ill)
        told = (figure.value, areas.covariance[number, number], figure.low, figure.high)
        assert told == pytest.approx(AREAS[name], rel=1e-12)
    for (one, two), covariance in COVARIANCE.items():
        at = names.index(one), names.index(two)
        assert areas.covariance[at] == pytest.approx(covariance, rel=1e-11)


@pytest.mark.parametrize("pair", PAIRED)
def test_paired_comparison_is_that_of_proc(pair):
    poor, found = markers()
    answer = roc.compare_paired(found[pair[0]], found[pair[1]], poor)
    assert (answer.statistic, answer.p) == pytest.approx(PAIRED[pair], rel=1e-10)


@pytest.mark.parametrize("pair", UNPAIRED)
def test_unpaired_comparison_is_that_of_proc(pair):
    poor, found = markers()
    answer = roc.compare_unpaired((found[pair[0]], poor), (found[pair[1]], poor))
    assert (answer.statistic, answer.p) == pytest.approx(UNPAIRED[pair], rel=1e-10)


def test_delong_by_hand():
    poor, found = markers()
    areas, covariance = by_hand(list(found.values()), poor)
    quick = roc.areas(np.stack(list(found.values())), poor)
    np.testing.assert_allclose(quick.areas, areas, atol=1e-13)
    np.testing.assert_allclose(quick.covariance, covariance, atol=1e-15)


SCORES = arrays(np.float64, 24, elements=st.integers(0, 6).map(float))
TRUTH = arrays(np.bool_, 24).filter(lambda ill: 2 <= ill.sum() <= 22)


@settings(max_examples=20)
@given(SCORES, SCORES, TRUTH)
def test_any_scores_by_hand_and_by_others(one, two, ill):
    areas, covariance = by_hand([one, two], ill)
    quick = roc.areas(np.stack([one, two]), ill)
    np.testing.assert_allclose(quick.areas, areas, atol=1e-12)
    np.testing.assert_allclose(quick.covariance, covariance, atol=1e-12)
    assert quick.areas[0] == pytest.approx(roc_auc_score(ill, one), abs=1e-12)
    u = mannwhitneyu(one[ill], one[~ill]).statistic
    assert quick.areas[0] == pytest.approx(u / (ill.sum() * (~ill).sum()), abs=1e-12)
    assert roc.curve(one, ill).area == pytest.approx(quick.areas[0], abs=1e-12)
    # Turned round, the area is its complement, the variance the same.
    turned = roc.areas(-one, ill)
    assert turned.areas[0] == pytest.approx(1.0 - quick.areas[0], abs=1e-12)
    assert turned.covariance[0, 0] == pytest.approx(quick.covariance[0, 0], abs=1e-12)
    # Only order counts.
    np.testing.assert_allclose(
        roc.areas(np.exp(one), ill).covariance, turned.covariance, atol=1e-12
    )


@settings(max_examples=20)
@given(SCORES, TRUTH)
def test_the_curve_is_scikit_learns(scores, ill):
    ours = roc.curve(scores, ill)
    false, true, thresholds = roc_curve(ill, scores, drop_intermediate=False)
    np.testing.assert_allclose(ours.false_positive_rate, false, atol=1e-12)
    np.testing.assert_allclose(ours.true_positive_rate, true, atol=1e-12)
    np.testing.assert_array_equal(ours.thresholds, thresholds)


def test_the_interval_covers():
    """Of 400 samples of 40 and 60 children from normal distributions (true area 0.8)."""
    random, true = np.random.default_rng(7), 0.8
    shift = sqrt(2.0) * 0.8416212335729143
    ill = np.arange(100) < 40
    held = 0
    for _ in range(400):
        figure = roc.area(random.standard_normal(100) + shift * ill, ill)
        held += figure.low <= true <= figure.high
    assert 0.92 <= held / 400 <= 0.98


def test_nothing_differs_from_itself():
    poor, found = markers()
    same = roc.compare_paired(found["b"], found["b"], poor)
    assert (same.difference, same.p) == (0.0, 1.0)


def test_a_perfect_area_has_no_interval():
    figure = roc.area([1.0, 2.0, 3.0, 4.0], [False, False, True, True])
    assert (figure.value, figure.low, figure.high) == (1.0, None, None)


@pytest.mark.parametrize(
    ("scores", "truth"),
    [
        ([1.0, 2.0], [True]),
        ([1.0, 2.0], [True, True]),
        ([1.0, 2.0], [False, False]),
        ([1.0, np.nan, 2.0, 3.0], [True, False, True, False]),
        ([1.0, 2.0, 3.0], [True, False, False]),
    ],
)
def test_what_cannot_be_an_area_is_refused(scores, truth):
    with pytest.raises(EvaluationRefused):
        roc.areas(scores, truth)


def test_areas_without_variance_are_not_compared():
    ill = [False, False, True, True]
    with pytest.raises(EvaluationRefused):
        roc.compare_paired([1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], ill)
    with pytest.raises(EvaluationRefused):
        roc.compare_unpaired(([1.0, 2.0, 3.0, 4.0], ill), ([4.0, 3.0, 2.0, 1.0], ill))
