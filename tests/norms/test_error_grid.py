"""The grid of errors of a norm: against a closed formula, and how children nearby are counted."""

from __future__ import annotations

import numpy as np
import pytest

from tongying.norms.axis import AxisKind
from tongying.norms.fit.bootstrap import replicates_of
from tongying.norms.fit.engine import fit
from tongying.norms.fit.error_grid import (
    FEWEST_NEAR,
    NEAR,
    count_near,
    half_width,
    sex_uncertainty,
)
from tongying.norms.fit.plan import Bend, Plan
from tongying.norms.fit.sample import Sample


def test_errors_are_those_of_a_mean_and_a_standard_deviation_where_nothing_changes_with_age() -> (
    None
):
    random = np.random.default_rng(1)
    n = 400
    sample = Sample.of(random.normal(50, 4, n), random.uniform(0, 5000, n))
    curve = fit(sample, Plan("normal", 1.0, 30.0, (Bend(0), Bend(0))))
    drawn = replicates_of(sample, curve, count=200, seed=2)
    grid = sex_uncertainty(curve, sample, drawn, AxisKind.AGE)
    # Variance of (v - m) / s: 1/n from the mean, z^2 / 2n from the standard deviation.
    expected = np.sqrt((1 + grid.z**2 / 2) / n)
    assert grid.z_error.mean(axis=0) == pytest.approx(expected, rel=0.15)
    assert grid.z_error.shape == (len(grid.x), len(grid.z))
    assert (np.diff(grid.x) > 0).all()


def test_children_nearby_are_counted_once_and_within_less_in_infancy() -> None:
    x = np.array([0.0, 29.0, 31.0, 100.0, 100.0, 1000.0, 1180.0, 1183.0])
    subject = np.array([0, 1, 2, 3, 3, 4, 5, 6])
    sample = Sample.of(np.ones(8), x, subject=subject)
    assert count_near(sample, np.array([0.0, 100.0, 1000.0]), AxisKind.AGE).tolist() == [2, 3, 2]
    assert half_width(np.array([0.0, 400.0]), AxisKind.AGE).tolist() == [30.0, 365.25 / 2]
    assert half_width(np.array([90.0]), AxisKind.HEIGHT).tolist() == [5.0]


def test_every_axis_but_none_has_a_width_and_the_least_number_is_that_of_the_guideline() -> None:
    assert set(NEAR) == set(AxisKind) - {AxisKind.NONE}
    assert FEWEST_NEAR == 40


def test_scores_that_no_value_has_borrow_the_error_of_the_nearest() -> None:
    random = np.random.default_rng(3)
    # A coefficient of variation of 0.3 with skewness 1 ends at z = -3.3: mu (1 - 0.3 x 3.33) = 0.
    value = 10 * np.maximum(1 + 0.3 * random.standard_normal(800), 0.05)
    sample = Sample.of(value, random.uniform(0, 5000, 800))
    curve = fit(sample, Plan("bccg", 1.0, 30.0, (Bend(4), Bend(0), Bend(0))))
    grid = sex_uncertainty(
        curve, sample, replicates_of(sample, curve, count=30, seed=1), AxisKind.AGE
    )
    assert np.isfinite(grid.z_error).all()
    assert (grid.z_error > 0).all()
