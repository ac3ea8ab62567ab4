"""Expected lateness against integrals, and its one approximation against drawn sums."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from tongying.consult.lateness import (
    exceeds,
    expected_excess,
    log_law,
    moments,
    residual_exceeds,
    residual_excess,
    residual_moments,
)


def density(centre, spread):
    scale = spread * math.sqrt(2 * math.pi)
    return lambda x: math.exp(-(((math.log(x) - centre) / spread) ** 2) / 2) / (x * scale)


@settings(max_examples=40, deadline=None)
@given(st.floats(2, 80), st.floats(0.1, 1.0), st.floats(-60, 200), st.floats(0.5, 100))
def test_lateness_is_the_integral_it_stands_for(median, spread, limit, elapsed):
    centre, law = math.log(median), density(math.log(median), spread)
    far = median * math.exp(9 * spread) + 400
    points = sorted({median, max(limit, 0.0), elapsed})

    def integral(function, start):
        return integrate.quad(function, start, far, points=points, limit=400)[0]

    mean, variance = moments(np.array([centre]), np.array([spread]))
    got_law = log_law(mean, variance)
    low = max(limit, 1e-12)
    wanted = integral(lambda x: (x - limit) * law(x), low)
    assert expected_excess(mean, got_law, np.array([limit]))[0] == pytest.approx(wanted, abs=1e-5)
    wanted = integral(law, low)
    assert exceeds(got_law, np.array([limit]))[0] == pytest.approx(wanted, abs=1e-6)
    alive = integral(law, elapsed)
    if alive < 1e-6:
        return  # the quadrature is not precise enough that far out
    arrays = np.array([centre]), np.array([spread]), np.array([elapsed])
    rest, rest_variance = residual_moments(*arrays)
    wanted = integral(lambda x: (x - elapsed) * law(x), elapsed) / alive
    assert rest[0] == pytest.approx(wanted, rel=1e-3, abs=1e-4)
    square = integral(lambda x: (x - elapsed) ** 2 * law(x), elapsed) / alive
    assert rest_variance[0] == pytest.approx(square - wanted**2, rel=1e-2, abs=1e-2)
    mark = elapsed + max(limit, 0.0)
    wanted = integral(law, mark) / alive
    assert residual_exceeds(*arrays, np.array([limit]))[0] == pytest.approx(wanted, abs=1e-4)
    wanted = integral(lambda x: (x - elapsed - limit) * law(x), mark) / alive
    assert residual_excess(*arrays, np.array([limit]))[0] == pytest.approx(
        wanted, rel=1e-3, abs=1e-3
    )


@pytest.mark.parametrize("count", [2, 4, 8])
def test_a_sum_of_reads_is_about_log_normal(count):
    # 200,000 draws: the sampling error is below 0.1 minutes. Fenton and Wilkinson's law is an
    # approximation; at our spreads it is within half a minute and one per cent.
    rng = np.random.default_rng(3)
    draws = rng.lognormal(math.log(18), 0.6, (200_000, count)).sum(axis=1)
    mean, variance = moments(np.array([math.log(18)]), np.array([0.6]))
    law = log_law(count * mean, count * variance)
    for share in (0.7, 1.0, 1.4):
        limit = float(share * count * mean[0])
        wanted = np.maximum(draws - limit, 0).mean()
        got = expected_excess(count * mean, law, np.array([limit]))[0]
        assert got == pytest.approx(wanted, abs=0.5)
        late = exceeds(law, np.array([limit]))[0]
        assert late == pytest.approx((draws > limit).mean(), abs=0.012)


def test_a_case_forgotten_for_days_has_finite_figures():
    arrays = np.log([18.0]), np.array([0.6]), np.array([5 * 1440.0])
    mean, variance = residual_moments(*arrays)
    assert 0 < mean[0] < 1440 and math.isfinite(variance[0])
    assert 0 < residual_exceeds(*arrays, np.array([30.0]))[0] < 1
