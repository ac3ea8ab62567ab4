"""Simulated children with known centiles, for bench/norm_fit.py.

Ages are uniform from a week to 18 years. Each truth gives median, coefficient of variation (.10 to
.16) and skewness (1 to -1.16) along age; the tails are normal, or t with 6 degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

DAYS_PER_YEAR = 365.25
YOUNGEST, OLDEST = 7.0, 18.0 * DAYS_PER_YEAR
TAILS = 6.0
GRID = 101
CENTILES = (0.03, 0.50, 0.97)
POWER, SHIFT = 0.5, 30.0
"""Every program is given the same axis: (days + 30)^0.5, brought to 0 to 1."""

Curves = tuple[np.ndarray, np.ndarray, np.ndarray]


def growth(years):
    """An organ that grows steadily, and once more in puberty."""
    middle = 40.0 + 60.0 * (1.0 - np.exp(-years / 3.0)) + 25.0 / (1.0 + np.exp(-(years - 12) / 1.2))
    return middle, 0.10 + 0.06 * np.sin(np.pi * years / 18.0) ** 2, 1.0 - 0.12 * years


def infancy(years):
    """A brain: most of its growth in the first year."""
    middle = 350.0 + 1000.0 * (1.0 - np.exp(-years / 0.6)) + 50.0 * np.sqrt(years)
    return middle, 0.10 + 0.06 * np.exp(-years), 1.0 - 0.12 * years


def puberty(years):
    """An organ with a steep spurt, whose spread and skewness change in it."""
    spurt = 0.35 / (1.0 + np.exp(-(years - 11.0) / 0.6))
    middle = np.exp(1.0 + 0.12 * years - 0.002 * years**2 + spurt)
    spread = 0.10 + 0.06 / (1.0 + np.exp(-(years - 11.0) / 1.5))
    return middle, spread, 1.0 - 2.16 / (1.0 + np.exp(-(years - 9.0) / 2.0))


def falling(years):
    """An angle of the hip: steep at birth, less with every year, its spread growing with age."""
    middle = 9.0 + 19.0 * np.exp(-years / 3.5)
    return middle, 0.10 + 0.06 * years / 18.0, 0.6 - 0.05 * years


TRUTHS: dict[str, Callable[[np.ndarray], Curves]] = {
    "growth": growth,
    "infancy": infancy,
    "puberty": puberty,
    "falling": falling,
}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One sample with its truth along a grid of ages.

    `place` and `grid_place` are the ages on the axis that all programs get; `centiles` (3, 101) and
    `spread` (101,), half the distance of the centiles at -1 and 1 SD, are the truth.
    """

    age_days: np.ndarray
    value: np.ndarray
    place: np.ndarray
    grid_days: np.ndarray
    grid_place: np.ndarray
    centiles: np.ndarray
    spread: np.ndarray


def make(truth: str, count: int, seed: int, *, heavy: bool) -> Case:
    """Return the sample of a seed; with heavy tails t, otherwise normal."""
    random = np.random.default_rng(seed)
    age = random.uniform(YOUNGEST, OLDEST, count)
    value = centile(truth, age, random.uniform(size=count), heavy=heavy)
    grid = np.linspace(age.min(), age.max(), GRID)
    low, high = ((end + SHIFT) ** POWER for end in (age.min(), age.max()))
    return Case(
        age_days=age,
        value=value,
        place=((age + SHIFT) ** POWER - low) / (high - low),
        grid_days=grid,
        grid_place=((grid + SHIFT) ** POWER - low) / (high - low),
        centiles=np.stack([centile(truth, grid, p, heavy=heavy) for p in CENTILES]),
        spread=(
            centile(truth, grid, ndtr(1.0), heavy=heavy)
            - centile(truth, grid, ndtr(-1.0), heavy=heavy)
        )
        / 2.0,
    )


def centile(truth: str, age_days: np.ndarray, p, *, heavy: bool) -> np.ndarray:
    """Return the true centiles, `p` between 0 and 1, at ages."""
    middle, spread, skewness = TRUTHS[truth](age_days / DAYS_PER_YEAR)
    score = stdtrit(TAILS, p) if heavy else ndtri(p)
    flat = np.abs(skewness) < 1e-6
    power = np.where(flat, 1.0, skewness)
    inside = np.maximum(1.0 + power * spread * score, 1e-3)
    return middle * np.where(flat, np.exp(spread * score), inside ** (1.0 / power))
