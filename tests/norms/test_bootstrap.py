"""The bootstrap: children within sites, the pull of smoothing, and what one child's rows weigh."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from simulated_truth import draw

from tongying.norms.fit import bootstrap
from tongying.norms.fit.bootstrap import (
    BootstrapFailed,
    draw_children,
    penalty_of,
    replicates_of,
    smoothing_covariance,
    smoothing_pull,
)
from tongying.norms.fit.engine import Fit, FitFailed, fit
from tongying.norms.fit.plan import Bend, Plan, usual_plan
from tongying.norms.fit.sample import Sample


@cache
def fitted() -> tuple[Sample, Fit]:
    sample = draw(600, 3).sample()
    return sample, fit(sample, usual_plan("bccg", by_site=True))


def test_children_are_drawn_within_their_site_with_all_their_rows() -> None:
    random = np.random.default_rng(2)
    subject = np.repeat(np.arange(30), 3)
    site = [f"S{number % 3}" for number in subject]
    sample = Sample.of(
        random.normal(10, 1, 90), random.uniform(0, 9, 90), subject=subject, site=site
    )
    drawn = [draw_children(sample, random) for _ in range(200)]
    for times in drawn:
        by_child = times.reshape(30, 3)
        assert (by_child == by_child[:, :1]).all()
        for number in range(3):
            assert times[sample.site == number].sum() == 30
    # A child is left out with probability (1 - 1/10)^10.
    assert np.mean([times == 0 for times in drawn]) == pytest.approx(0.9**10, abs=0.02)


def test_the_penalty_makes_the_covariance_what_it_is() -> None:
    _, curve = fitted()
    information = np.linalg.inv(curve.covariance) - penalty_of(curve)
    free = np.trace(curve.covariance @ information)
    assert free == pytest.approx(curve.effective, rel=1e-6)


def test_bootstrap_and_pull_of_smoothing_make_the_posterior_covariance() -> None:
    _, curve = fitted()
    penalty = penalty_of(curve)
    information = np.linalg.inv(curve.covariance) - penalty
    sampling = curve.covariance @ information @ curve.covariance
    both = sampling + smoothing_pull(curve, information)
    assert np.allclose(both, curve.covariance, rtol=1e-6, atol=1e-12)


def test_replicates_scatter_at_least_as_the_posterior_where_the_model_is_right() -> None:
    sample, curve = fitted()
    drawn = replicates_of(sample, curve, count=100, seed=1)
    assert drawn.failed == 0
    middle = curve.rows(np.array([2.0, 6.0, 12.0]) * 365.25)[0]
    block = slice(0, curve.offsets[1])
    share = np.full(len(curve.sites), 1 / len(curve.sites))
    middle[:, curve.site_slice()] = share
    spread = (drawn.coefficients[:, block] @ middle.T).std(axis=0)
    posterior = np.sqrt(np.diag(middle @ curve.covariance[block, block] @ middle.T))
    assert (spread > 0.85 * posterior).all()
    assert (spread < 1.5 * posterior).all()


def test_the_same_seed_draws_the_same() -> None:
    sample, curve = fitted()
    first = replicates_of(sample, curve, count=4, seed=9).coefficients
    assert (first == replicates_of(sample, curve, count=4, seed=9).coefficients).all()
    assert (first != replicates_of(sample, curve, count=4, seed=8).coefficients).any()


def test_rows_of_one_child_that_hang_together_widen_the_interval() -> None:
    random = np.random.default_rng(4)
    children, visits = 120, 4
    own = np.repeat(random.standard_normal(children), visits)
    value = 100 + 10 * (0.9 * own + 0.44 * random.standard_normal(children * visits))
    x = random.uniform(0.0, 3000.0, children * visits)
    line = Plan("normal", 1.0, 30.0, (Bend(4), Bend(0)))
    rows = Sample.of(value, x)
    families = replace(rows, subject=np.repeat(np.arange(children), visits))
    curve = fit(rows, line)
    at = curve.rows(np.array([1500.0]))[0]

    def error(sample: Sample) -> float:
        drawn = replicates_of(sample, curve, count=100, seed=5).coefficients
        return float((drawn[:, : curve.offsets[1]] @ at[0]).std())

    # Four rows that correlate by 0.81 weigh as 4 / (1 + 3 x 0.81) = 1.17: 1.85 times the error.
    assert 1.4 < error(families) / error(rows) < 2.4


def test_smoothing_is_less_sure_where_a_curve_came_out_straight() -> None:
    random = np.random.default_rng(6)
    x = random.uniform(0.0, 6000.0, 1500)
    bent = 50 + 10 * np.sin(x / 900) + random.standard_normal(1500)
    straight = 50 + x / 600 + random.standard_normal(1500)
    plan = Plan("normal", 1.0, 30.0, (Bend(14), Bend(0)))
    wide = [
        float(smoothing_covariance(fit(Sample.of(value, x), plan))[0, 0])
        for value in (bent, straight)
    ]
    assert wide[0] < 1.0 < wide[1] <= 10.0 + 1e-9


def test_an_interval_is_refused_where_refits_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    sample, curve = fitted()

    def fail(*_given: object) -> None:
        raise FitFailed("It did not converge.")

    monkeypatch.setattr(bootstrap, "refit", fail)
    with pytest.raises(BootstrapFailed):
        replicates_of(sample, curve, count=20, seed=1)


def test_progress_is_told_to_the_end() -> None:
    sample, curve = fitted()
    told: list[float] = []
    replicates_of(sample, curve, count=3, seed=1, progress=lambda done, _what: told.append(done))
    assert told == pytest.approx([1 / 3, 2 / 3, 1.0])
