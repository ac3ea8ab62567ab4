"""Rates, kappa, intraclass correlation and limits of agreement against printed examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from tongying.ai.evaluation.agreement import (
    Form,
    Weights,
    intraclass,
    kappa,
    kappa_of,
    limits_of_agreement,
)
from tongying.ai.evaluation.figure import EvaluationRefused, Figure, Silence, Untold
from tongying.ai.evaluation.rates import Counts, exact, exact_rates, mcnemar, rates


@settings(max_examples=30)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_of_proportions_are_scipys(pair):
    k, n = pair
    wanted = binomtest(k, n).proportion_ci(method="exact")
    assert exact(k, n) == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    told = rates(Counts(k, 0, 0, n - k), smallest=1)["sensitivity"]
    wanted = binomtest(k, n).proportion_ci(method="wilson")
    assert (told.low, told.high) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_newcombe_s_examples():
    """Newcombe RG. Stat Med 1998; 17: 857-872, table I: 81/263 and 15/148 and 0/20."""
    told = {
        (81, 263): ((0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148): ((0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20): ((0.0, 0.1611), (0.0, 0.1684)),
    }
    for (k, n), (wilson, clopper) in told.items():
        figure = rates(Counts(k, 0, 0, n - k), smallest=1)["sensitivity"]
        assert (figure.low, figure.high) == pytest.approx(wilson, abs=5e-5)
        assert exact(k, n) == pytest.approx(clopper, abs=5e-5)


def test_each_rate_has_its_own_line_below():
    counts = Counts(true_positive=30, false_positive=12, true_negative=88, false_negative=10)
    found = rates(counts)
    assert {name: (one.value, one.n) for name, one in found.items()} == {
        "sensitivity": (30 / 40, 40),
        "specificity": (88 / 100, 100),
        "ppv": (30 / 42, 42),
        "npv": (88 / 98, 98),
    }
    assert all(
        one.low <= found[name].low < found[name].high <= one.high
        for name, one in exact_rates(counts).items()
    )


def test_too_few_are_not_told():
    found = rates(Counts(true_positive=9, false_positive=1, true_negative=50, false_negative=0))
    assert found["sensitivity"] == Untold(Silence.TOO_FEW, 9, 10)
    assert isinstance(found["ppv"], Figure)
    assert exact_rates(Counts(0, 0, 0, 0))["npv"] == Untold(Silence.TOO_FEW, 0, 10)


def test_mcnemar_by_hand():
    """Of ten studies that differ nine speak for one: twice the tail of 1 or none in 10."""
    assert mcnemar(9, 1) == pytest.approx(2 * 11 / 1024)
    assert mcnemar(0, 0) == 1.0
    with pytest.raises(EvaluationRefused):
        mcnemar(-1, 3)


def test_proportions_that_are_none_are_refused():
    for k, n in ((3, 2), (0, 0), (-1, 4)):
        with pytest.raises(EvaluationRefused):
            exact(k, n)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=60),
    st.sampled_from(list(Weights)),
)
def test_kappa_is_scikit_learns(pairs, weights):
    one, two = [list(side) for side in zip(*pairs, strict=True)]
    told = kappa(one, two, grades=4, weights=weights)
    if isinstance(told, Untold):
        assert len({*one, *two}) == 1
        return
    name = None if weights is Weights.NONE else weights.value
    wanted = cohen_kappa_score(one, two, labels=[0, 1, 2, 3], weights=name)
    assert told.value == pytest.approx(wanted, abs=1e-9)
    assert told.low <= told.value <= told.high


def test_error_of_kappa_by_finite_differences():
    """Fleiss, Levin and Paik's example of two raters and 100 subjects: kappa 0.68.

    The error is the delta method's, here once more from finite differences over the shares.
    """
    table = np.array([[75.0, 1.0, 4.0], [5.0, 4.0, 1.0], [0.0, 0.0, 10.0]])
    assert kappa_of(table).value == pytest.approx(0.23 / 0.34)
    for weights in Weights:
        told = kappa_of(table, weights=weights)
        shares, step = table / 100.0, 1e-6
        slope = np.zeros(9)
        for cell in range(9):
            away = np.zeros(9)
            away[cell] = step
            up = kappa_of((shares + away.reshape(3, 3)), weights=weights).value
            slope[cell] = (up - kappa_of(shares, weights=weights).value) / step
        flat = shares.ravel()
        variance = (slope**2 @ flat - (slope @ flat) ** 2) / 100.0
        half = 1.959963984540054 * np.sqrt(variance)
        assert told.high - told.value == pytest.approx(half, rel=1e-3)


# Shrout and Fleiss 1979, table 2: six targets, four judges; table 4 prints the coefficients.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@pytest.mark.parametrize(
    ("form", "printed", "limits"),
    [
        # Limits as psych::ICC and irr::icc print them for this table.
        (Form.ONE_WAY, 0.17, (-0.133, 0.723)),
        (Form.AGREEMENT, 0.29, (0.019, 0.761)),
        (Form.CONSISTENCY, 0.71, (0.342, 0.946)),
    ],
)
def test_intraclass_correlations_of_shrout_and_fleiss(form, printed, limits):
    told = intraclass(JUDGES, form=form)
    assert round(told.value, 2) == printed
    assert (told.low, told.high) == pytest.approx(limits, abs=1e-3)


def test_intraclass_refuses_what_it_cannot_use():
    for table in ([[1.0, 2.0]] * 2, [[1.0]] * 5, [[1.0, np.nan], [1.0, 2.0], [3.0, 3.0]]):
        with pytest.raises(EvaluationRefused):
            intraclass(table, form=Form.AGREEMENT)
    assert isinstance(intraclass([[1.0, 1.0]] * 4, form=Form.AGREEMENT), Untold)


def test_limits_of_agreement_of_bland_and_altman():
    """Lancet 1986: large and mini peak flow meters, 17 subjects; limits -79.7 to 75.5 l/min.

    The paper rounds bias and deviation (-2.1 and 38.8) and takes two deviations: the limits follow
    from the same numbers with 1.96. Intervals of the paper: bias -22.0 to 17.8.
    """
    large = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    told = limits_of_agreement(large, mini)
    assert round(told.bias.value, 1) == -2.1
    deviation = (told.high.value - told.bias.value) / 1.959963984540054
    assert round(deviation, 1) == 38.8
    assert (told.bias.low, told.bias.high) == pytest.approx((-22.0, 17.8), abs=0.06)
    # Paper: standard error of a limit sqrt(3 s^2 / n) = 16.3, t = 2.12.
    assert told.high.high - told.high.value == pytest.approx(2.12 * 16.3, abs=0.1)


def test_limits_refuse_what_they_cannot_use():
    for one, two in (([1.0, 2.0], [1.0, 2.0]), ([1.0, 2.0, np.nan], [1.0, 2.0, 3.0])):
        with pytest.raises(EvaluationRefused):
            limits_of_agreement(one, two)


def test_kappa_refuses_what_it_cannot_use():
    for table in ([[1, 2, 3], [1, 2, 3]], [[0, 0], [0, 0]], [[1, -1], [0, 2]], [[3]]):
        with pytest.raises(EvaluationRefused):
            kappa_of(table)
    with pytest.raises(EvaluationRefused):
        kappa([0, 4], [0, 1], grades=4)
    with pytest.raises(EvaluationRefused):
        kappa([0, 1], [0], grades=4)
