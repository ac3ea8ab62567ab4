"""The indirect route on mixtures whose healthy part is known."""

from __future__ import annotations

import numpy as np
import pytest

from tongying.norms.intervals.histogram import histogram_of, rounding_step
from tongying.norms.intervals.indirect import IndirectRefused, indirect_interval
from tongying.norms.norm import Route

MIDDLE = 100.0
SHAPES = ((1.0, 0.15), (0.5, 0.15), (0.0, 0.30))
"""Power and relative spread: normal, between, log-normal."""


def forward(value: float, power: float) -> float:
    return float(np.log(value)) if power == 0.0 else (value**power - 1.0) / power


def children(rng, count: int, power: float, spread: float, at: tuple[float, float]) -> np.ndarray:
    """Values at normal scores of mean and standard deviation `at` of the healthy children."""
    mean, slope = forward(MIDDLE, power), spread * MIDDLE**power
    t = mean + slope * rng.normal(*at, count)
    return np.exp(t) if power == 0.0 else np.maximum(power * t + 1.0, 1e-3) ** (1.0 / power)


def mixture(seed: int, n: int, shape: tuple[float, float], ill: float, side: str) -> np.ndarray:
    rng = np.random.default_rng(seed)
    count = round(n * ill)
    at = {"above": [3.5], "below": [-3.5], "both": [-3.5, 3.5]}[side]
    parts = [children(rng, n - count, *shape, (0.0, 1.0))]
    parts += [children(rng, count // len(at), *shape, (one, 1.3)) for one in at]
    return np.concatenate(parts)


def misses(low: float, high: float, shape: tuple[float, float]) -> list[float]:
    """How far the limits lie from -1.96 and 1.96 on the scale of the healthy children."""
    power, spread = shape
    return [
        (forward(max(value, 1e-3), power) - forward(MIDDLE, power)) / (spread * MIDDLE**power) - z
        for value, z in ((low, -1.96), (high, 1.96))
    ]


def test_healthy_limits_are_found_under_5_to_20_percent_of_ill_children():
    ours, plain, parts = [], [], []
    for place, shape in enumerate(SHAPES):
        for other, ill in enumerate((0.05, 0.10, 0.20)):
            side = ("above", "below", "both")[(place + other) % 3]
            values = mixture(10 * place + other, 5000, shape, ill, side)
            found = indirect_interval(values, seed=1, draws=0)
            assert found.route is Route.INDIRECT
            ours += misses(found.low, found.high, shape)
            plain += misses(*np.quantile(values, [0.025, 0.975]), shape)
            parts.append(found.healthy - (1 - ill))
    # In standard deviations of healthy children.
    assert np.mean(np.abs(ours)) < 0.2
    assert np.quantile(np.abs(ours), 0.9) < 0.35
    assert np.mean(np.abs(plain)) > 5 * np.mean(np.abs(ours))
    assert abs(np.mean(parts)) < 0.03


def test_where_all_are_healthy_the_limits_are_those_of_all():
    values = mixture(4, 4000, (0.5, 0.15), 0.0, "above")
    found = indirect_interval(values, seed=1, draws=0)
    assert np.abs(misses(found.low, found.high, (0.5, 0.15))).max() < 0.2
    assert found.healthy > 0.95
    assert [one.code for one in found.caveats] == ["norms.indirect"]


def test_intervals_of_the_limits_enclose_them_and_depend_on_the_seed_alone():
    values = mixture(5, 3000, (1.0, 0.15), 0.1, "above")
    first, again = (indirect_interval(values, seed=3, draws=20) for _ in range(2))
    assert first.low_ci == again.low_ci
    assert first.low_ci[0] <= first.low <= first.low_ci[1]
    assert first.high_ci[0] <= first.high <= first.high_ci[1]
    assert indirect_interval(values, seed=3, draws=0).low_ci is None
    assert first.as_json()["route"] == "indirect"


def test_units_do_not_matter():
    values = mixture(6, 3000, (0.0, 0.3), 0.1, "above")
    mm, cm = (indirect_interval(values * factor, seed=1, draws=0) for factor in (1.0, 0.1))
    assert (cm.low * 10, cm.high * 10) == pytest.approx((mm.low, mm.high), rel=0.02)


def test_rounded_values_give_the_same_limits():
    values = mixture(7, 6000, (1.0, 0.15), 0.1, "above")
    exact, rounded = (indirect_interval(one, seed=1, draws=0) for one in (values, np.round(values)))
    assert (rounded.low, rounded.high) == pytest.approx((exact.low, exact.high), abs=3.0)


def test_bins_of_rounded_values_hold_whole_steps():
    values = np.round(np.random.default_rng(1).normal(30, 4, 3000))
    assert rounding_step(values) == 1.0
    found = histogram_of(values)
    assert found.edges % 1 == pytest.approx(0.5)
    assert found.counts.sum() == 3000
    assert rounding_step(np.random.default_rng(1).normal(size=100)) == 0.0


def test_mostly_ill_children_are_doubted():
    rng = np.random.default_rng(8)
    values = np.concatenate([rng.normal(100, 10, 2500), rng.uniform(120, 400, 2500)])
    found = indirect_interval(values, seed=1, draws=0)
    assert found.healthy < 0.7
    assert "norms.indirect-few-healthy" in [one.code for one in found.caveats]


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(1, 2, 999),
        np.append(np.linspace(1, 2, 1000), np.nan),
        np.append(np.linspace(1, 2, 1000), 0.0),
        np.tile([1.0, 2.0, 3.0], 500),
        np.full(1200, 4.0),
    ],
)
def test_few_missing_and_coarse_values_are_refused(values):
    with pytest.raises(IndirectRefused):
        indirect_interval(values, seed=1)
