"""An expert's pace: as computed by hand, its laws, and its refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tongying.consult.expert import Pace
from tongying.consult.lateness import residual_exceeds, residual_moments
from tongying.consult.pace import (
    PRIOR_COUNT,
    PaceRefused,
    mean_minutes,
    measured_pace,
    prior_pace,
)

PACES = st.builds(Pace, st.floats(3, 90), st.floats(0.1, 1.2))


def test_without_own_cases_the_prior_speaks():
    prior = prior_pace(["CT"])
    assert measured_pace([], prior) == prior == Pace(18.0, 0.6, 0)


def test_a_hand_computed_pace():
    # Five cases of 30 minutes against ten of 15: ln = (5 ln 30 + 10 ln 15) / 15 = ln 15 + ln 2 / 3.
    # Squares: 10 * 0.6^2 + 0 + (10 * 5 / 15) * (ln 2)^2 = 3.6 + 1.60151; over 15: 0.346767.
    pace = measured_pace([30.0] * 5, Pace(15.0, 0.6))
    assert PRIOR_COUNT == 10
    assert pace.median_minutes == pytest.approx(15 * 2 ** (1 / 3))
    assert pace.sigma == pytest.approx(math.sqrt(0.346767), rel=1e-5)
    assert pace.count == 5


def test_many_cases_drown_the_prior():
    minutes = np.random.default_rng(5).lognormal(math.log(33), 0.4, 20_000)
    pace = measured_pace(list(minutes), prior_pace([]))
    assert pace.median_minutes == pytest.approx(33, rel=0.01)  # three standard errors
    assert pace.sigma == pytest.approx(0.4, rel=0.02)


@given(st.lists(st.floats(1, 500), min_size=1, max_size=30), PACES)
def test_the_median_lies_between_own_and_prior(minutes, prior):
    own = math.exp(sum(map(math.log, minutes)) / len(minutes))
    low, high = sorted((own, prior.median_minutes))
    pace = measured_pace(minutes, prior)
    assert low * (1 - 1e-9) <= pace.median_minutes <= high * (1 + 1e-9)
    assert measured_pace(minutes[::-1], prior).sigma == pytest.approx(pace.sigma)


@pytest.mark.parametrize("bad", [0.0, -3.0, math.nan, math.inf])
def test_impossible_minutes_are_refused(bad):
    with pytest.raises(PaceRefused) as refused:
        measured_pace([12.0, bad], prior_pace([]))
    assert refused.value.error_code == "pace.minutes"


def test_the_slowest_modality_counts_and_an_unknown_one_is_general():
    assert prior_pace(["CT", "MR"]) == prior_pace(["MR"])
    assert prior_pace(["MR"]).median_minutes > prior_pace(["CT"]).median_minutes
    assert prior_pace(["XX"]) == prior_pace([])


def test_the_mean_is_scipys():
    assert mean_minutes(Pace(18.0, 0.6)) == pytest.approx(stats.lognorm(0.6, scale=18).mean())


def finish_probability(pace, *, elapsed, within):
    late = residual_exceeds(*_arrays(math.log(pace.median_minutes), pace.sigma, elapsed, within))
    return 1.0 - float(late[0])


def remaining_minutes(pace, elapsed):
    mean, _ = residual_moments(*_arrays(math.log(pace.median_minutes), pace.sigma, elapsed))
    return float(mean[0])


def _arrays(*values):
    return tuple(np.array([one], dtype=np.float64) for one in values)


@given(PACES, st.floats(0, 200), st.floats(0.1, 120))
def test_what_is_left_agrees_with_scipy(pace, elapsed, within):
    law = stats.lognorm(pace.sigma, scale=pace.median_minutes)
    alive = law.sf(elapsed)
    if alive > 1e-9:
        wanted = 1 - law.sf(elapsed + within) / alive
        got = finish_probability(pace, elapsed=elapsed, within=within)
        assert got == pytest.approx(wanted, abs=1e-7)
    longer = finish_probability(pace, elapsed=elapsed, within=within + 10)
    assert longer >= finish_probability(pace, elapsed=elapsed, within=within)
    assert remaining_minutes(pace, elapsed) > 0


def test_at_the_beginning_all_is_left():
    pace = Pace(18.0, 0.6)
    assert remaining_minutes(pace, 0.0) == pytest.approx(mean_minutes(pace))
    assert finish_probability(pace, elapsed=0.0, within=18.0) == pytest.approx(0.5)
    assert finish_probability(pace, elapsed=5.0, within=0.0) == 0.0
