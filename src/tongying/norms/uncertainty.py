"""How well a norm knows its own centiles, and how its sites differ."""

from __future__ import annotations

from dataclasses import dataclass

from tongying.norms.arrays import FloatArray, IntArray
from tongying.norms.sex import Sex

Z_90 = 1.6448536269514722
"""95th centile of the standard normal distribution: half of a 90 % interval."""


@dataclass(frozen=True, slots=True, eq=False)
class SexUncertainty:
    """Of one sex.

    Attributes
    ----------
    x : FloatArray
        (g,), rising, the axis' unit.
    z : FloatArray
        (m,), rising.
    z_error : FloatArray
        (g, m), standard error of the z of a value that lies at `z` at `x`.
    n_near : IntArray
        (g,), children within `near` of `x`; within less in infancy
        (`tongying.norms.fit.error_grid`).
    """

    x: FloatArray
    z: FloatArray
    z_error: FloatArray
    n_near: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """Standard errors on a grid, by sex; the key is None where the sexes are together.

    Attributes
    ----------
    near : float
        Half width, in the axis' unit, within which children are counted (half a year for ages).
    fewest_near : int
        Below this count nearby a score is refused.
    """

    by_sex: dict[Sex | None, SexUncertainty]
    near: float
    fewest_near: int


@dataclass(frozen=True, slots=True)
class SiteEffect:
    """How much a site's middle differs from that of all sites.

    Attributes
    ----------
    effect : float
        Added to the first predictor: to log mu of the positive families, to mu of the others.
    error : float
        Its standard error, against the fitted sites' mean: independent of a `z_error`, so their
        squares add.
    n : int
        Children of the site it rests on.
    """

    effect: float
    error: float
    n: int


@dataclass(frozen=True, slots=True)
class SiteEffects:
    """The sites a norm may speak at; at any other it refuses.

    Attributes
    ----------
    by_sex : dict
        Sex (None where together) to the site's code to its effect.
    between : dict
        Sex to the standard deviation between sites, the prior of a new site.
    """

    by_sex: dict[Sex | None, dict[str, SiteEffect]]
    between: dict[Sex | None, float]
