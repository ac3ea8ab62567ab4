"""Children drawn from a known truth: Box-Cox t by age, four sites of which one is shifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.registry import family_of
from tongying.norms.fit.sample import Sample

YEAR = 365.25
SITES = ("A", "B", "C", "D")
SHIFTS = {"A": 0.0, "B": 0.0, "C": float(np.log(1.05)), "D": 0.0}
"""C has the 1.5 T scanner that measures 5 % too much."""
OLDEST = 18 * YEAR
SPARSE_BELOW = YEAR / 2
SPARSE = 12
"""Children below six months, of 2,000."""
FAMILY = family_of("bct")


@dataclass(frozen=True)
class Drawn:
    """Children of one sex."""

    value: FloatArray
    x: FloatArray
    site: list[str]

    def sample(self) -> Sample:
        return Sample.of(self.value, self.x, site=self.site)


def truth(x: FloatArray, *, male: bool = False) -> FloatArray:
    """Median in mm, coefficient of variation, skewness and tail of a kidney's length, (4, n)."""
    years = np.asarray(x) / YEAR
    middle = 50.0 + 2.4 * years + 14.0 * (1.0 - np.exp(-years / 1.5))
    return np.stack(
        [
            middle * (1.03 if male else 1.0),
            0.10 - 0.02 * years / 18.0,
            1.0 - 1.2 * years / 18.0,
            np.full_like(years, 8.0),
        ]
    )


def ages(count: int, random: np.random.Generator) -> FloatArray:
    """Ages that are even in their square root from six months on, and few below."""
    older = random.uniform(SPARSE_BELOW**0.5, OLDEST**0.5, count - SPARSE) ** 2
    return np.concatenate([random.uniform(0.0, SPARSE_BELOW, SPARSE), older])


def draw(count: int, seed: int, *, male: bool = False) -> Drawn:
    """Draw children of one sex at four sites."""
    random = np.random.default_rng(seed)
    x = ages(count, random)
    site = [SITES[number] for number in random.integers(0, len(SITES), count)]
    natural = truth(x, male=male)
    natural[0] *= np.exp([SHIFTS[name] for name in site])
    return Drawn(FAMILY.value(random.standard_normal(count), natural), x, site)
