"""A reference interval from values of healthy children, by the number of them (CLSI EP28-A3c).

References
----------
CLSI EP28-A3c, Defining, establishing, and verifying reference intervals in the clinical
laboratory, 3rd edition, 2010, section 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

import numpy as np
from scipy import stats

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray
from tongying.norms.intervals.box_cox import (
    POWERS,
    BoxCoxFit,
    PowerRefused,
    box_cox_limits,
    fit_box_cox,
)
from tongying.norms.intervals.outliers import suspects
from tongying.norms.intervals.ranks import CONFIDENCE, TAIL, Ranks, ranks_of
from tongying.norms.intervals.robust import robust_interval, robust_limits

ENOUGH: Final = 120
"""Children from whom limits are taken by ranks (EP28-A3c)."""
FEWEST: Final = 40
"""Children below whom only the values are shown (EP28-A3c; Horn 1998)."""
DRAWS: Final = 2000
"""Bootstrap samples for the interval of each limit; a choice of ours."""
FEWEST_DRAWS: Final = 0.9
"""Part of the bootstrap samples that must have limits, else no interval is told; ours."""
Z_TAIL: Final = float(stats.norm.ppf(1.0 - TAIL))


class IntervalRefused(BadInput):
    """The values cannot be used: none, one is no number, or the transform has no limit."""

    code: ClassVar[str] = "norms.interval-refused"


class Tier(StrEnum):
    """What the number of children allows."""

    ESTABLISHED = "established"
    """120 or more."""
    PROVISIONAL = "provisional"
    """40 to 119."""
    RAW_ONLY = "raw-only"
    """Fewer than 40: the values, no limits."""


class IntervalMethod(StrEnum):
    """How limits are computed."""

    RANKS = "nonparametric"
    ROBUST = "robust"
    BOX_COX = "box-cox"


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceInterval:
    """Limits between which 95 % of healthy children lie, and how well they are known.

    Attributes
    ----------
    low, high : float or None
        2.5th and 97.5th centile, in the measure's unit; None below 40 children.
    low_ci, high_ci : tuple of float or None
        90 % interval of each limit; None where none can be told.
    n : int
    method : IntervalMethod or None
        None below 40 children.
    tier : Tier
    values : FloatArray
        (n,), sorted: all that may be shown below 40 children.
    ranks : Ranks or None
        Of the limits, where they were taken by ranks.
    power : BoxCoxFit or None
        The power transform, where one was used.
    caveats : tuple of Caveat
    """

    low: float | None
    high: float | None
    low_ci: tuple[float, float] | None
    high_ci: tuple[float, float] | None
    n: int
    method: IntervalMethod | None
    tier: Tier
    values: FloatArray
    ranks: Ranks | None
    power: BoxCoxFit | None
    caveats: tuple[Caveat, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the interval as a JSON object; the values only where they are all there is."""
        return {
            "low": self.low,
            "high": self.high,
            "low_ci": list(self.low_ci) if self.low_ci else None,
            "high_ci": list(self.high_ci) if self.high_ci else None,
            "n": self.n,
            "method": self.method.value if self.method else None,
            "tier": self.tier.value,
            "values": self.values.tolist() if self.tier is Tier.RAW_ONLY else None,
            "ranks": [self.ranks.limit, self.ranks.low, self.ranks.high] if self.ranks else None,
            "ci_coverage": self.ranks.coverage if self.ranks else None,
            "power": self.power.power if self.power else None,
            "caveats": [caveat.as_json() for caveat in self.caveats],
        }


def reference_interval(
    values: FloatArray, *, seed: int, method: IntervalMethod | None = None
) -> ReferenceInterval:
    """Return the reference interval of one group of healthy children.

    From 120 children on, limits are values at ranks, with the ranks that enclose them. From 40 to
    119 they are provisional: by a power transform where all values are above zero, else robust
    (which is for even distributions), with bootstrap intervals. Below 40 there are no limits,
    whatever `method` says. Values that lie far out are counted in a caveat and kept.

    Parameters
    ----------
    values : FloatArray
        (n,), one per child, in the measure's unit.
    seed : int
        Of the bootstrap.
    method : IntervalMethod, optional
        Instead of the one the rules above choose.

    Raises
    ------
    IntervalRefused
        If there are no values, one is not a number, or the transform asked for has no limit.
    PowerRefused
        If a power transform is asked for and a value is not above zero, or all are the same.
    SpreadRefused
        If robust limits are due and more than half of the values are the same.

    Examples
    --------
    >>> import numpy as np
    >>> found = reference_interval(np.arange(1.0, 121.0), seed=1)
    >>> found.low, found.low_ci, found.high, found.high_ci, found.tier.value
    (3.0, (1.0, 7.0), 118.0, (114.0, 120.0), 'established')
    """
    ranked = _checked(values)
    n = len(ranked)
    if n < FEWEST:
        return ReferenceInterval(
            None, None, None, None, n, None, Tier.RAW_ONLY, ranked, None, None, (_raw_only(n),)
        )
    tier = Tier.ESTABLISHED if n >= ENOUGH else Tier.PROVISIONAL
    power = _power(ranked, method, tier)
    if method is None:
        method = _usual(tier, power)
    caveats = [] if tier is Tier.ESTABLISHED else [_provisional(n)]
    caveats += _far_out(ranked)
    if method is IntervalMethod.RANKS:
        return _by_ranks(ranked, tier, caveats)
    rng = np.random.default_rng(seed)
    if method is IntervalMethod.BOX_COX and power is not None:
        limits = (power.value(-Z_TAIL), power.value(Z_TAIL))
        if not np.isfinite(limits).all():
            raise IntervalRefused("The power transform of these values has no upper limit.")
        caveats += _at_the_end(power)
        # Drawn from the fitted distribution: drawing from the values themselves covered the
        # limits of 40 to 80 children in 79 to 87 % instead of 90 %, this in 84 to 93 %.
        drawn = power.draw(rng, (DRAWS, n))
        low_ci, high_ci = _percentiles(box_cox_limits(drawn, z=Z_TAIL))
    else:
        power = None
        limits = robust_interval(ranked, tail=TAIL)
        drawn = ranked[rng.integers(0, n, size=(DRAWS, n))]
        low_ci, high_ci = _percentiles(robust_limits(drawn, tail=TAIL))
    caveats += _impossible(limits, ranked)
    if low_ci is None or high_ci is None:
        caveats.append(_no_interval())
    return ReferenceInterval(
        *limits, low_ci, high_ci, n, method, tier, ranked, None, power, tuple(caveats)
    )


def _checked(values: FloatArray) -> FloatArray:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not len(values):
        raise IntervalRefused("There are no values to take limits from.")
    if not np.isfinite(values).all():
        raise IntervalRefused("A value is missing or not a number.")
    return np.sort(values)


def _power(ranked: FloatArray, method: IntervalMethod | None, tier: Tier) -> BoxCoxFit | None:
    """Return the power transform where it is asked for, or may be chosen and exists."""
    if method is IntervalMethod.BOX_COX:
        return fit_box_cox(ranked)
    if method is not None or tier is Tier.ESTABLISHED:
        return None
    try:
        return fit_box_cox(ranked)
    except PowerRefused:
        return None


def _usual(tier: Tier, power: BoxCoxFit | None) -> IntervalMethod:
    if tier is Tier.ESTABLISHED:
        return IntervalMethod.RANKS
    if power is None or not np.isfinite(power.value(Z_TAIL)):
        return IntervalMethod.ROBUST
    return IntervalMethod.BOX_COX


def _by_ranks(ranked: FloatArray, tier: Tier, caveats: list[Caveat]) -> ReferenceInterval:
    ranks = ranks_of(len(ranked))
    upper, upper_low, upper_high = ranks.upper
    low_ci = high_ci = None
    if ranks.low is not None and ranks.high is not None:
        low_ci = (_at(ranked, ranks.low), _at(ranked, ranks.high))
    if upper_low is not None and upper_high is not None:
        high_ci = (_at(ranked, upper_low), _at(ranked, upper_high))
    if low_ci is None:
        caveats = [*caveats, _no_interval()]
    return ReferenceInterval(
        _at(ranked, ranks.limit),
        _at(ranked, upper),
        low_ci,
        high_ci,
        len(ranked),
        IntervalMethod.RANKS,
        tier,
        ranked,
        ranks,
        None,
        tuple(caveats),
    )


def _at(ranked: FloatArray, rank: int) -> float:
    return float(ranked[rank - 1])


def _percentiles(
    limits: tuple[FloatArray, FloatArray],
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return bootstrap intervals of both limits; None where too many samples had no limits."""
    ends: list[tuple[float, float] | None] = []
    half = 0.5 * (1.0 - CONFIDENCE)
    for each in limits:
        kept = each[np.isfinite(each)]
        if len(kept) < FEWEST_DRAWS * DRAWS:
            ends.append(None)
            continue
        low, high = np.quantile(kept, [half, 1.0 - half])
        ends.append((float(low), float(high)))
    return ends[0], ends[1]


def _raw_only(n: int) -> Caveat:
    return Caveat(
        "norms.interval-raw-only",
        f"{n} children are fewer than {FEWEST}: their values are shown, and no limits are drawn.",
    )


def _provisional(n: int) -> Caveat:
    return Caveat(
        "norms.interval-provisional",
        f"The limits rest on {n} children, fewer than {ENOUGH}: they are provisional.",
    )


def _no_interval() -> Caveat:
    return Caveat(
        "norms.interval-without-ci",
        "How well the limits are known cannot be told from so few or so equal values.",
    )


def _far_out(ranked: FloatArray) -> list[Caveat]:
    most = max(len(one.places) for one in suspects(ranked))
    if not most:
        return []
    return [
        Caveat(
            "norms.interval-far-out",
            f"Up to {most} of {len(ranked)} values lie far from the others by the usual rules; "
            "they were kept, and somebody should look at them.",
        )
    ]


def _at_the_end(power: BoxCoxFit) -> list[Caveat]:
    if POWERS[0] < power.power_interval[0] and power.power_interval[1] < POWERS[-1]:
        return []
    return [
        Caveat(
            "norms.interval-power-unsure",
            "The values hardly tell which power transform suits them.",
        )
    ]


def _impossible(limits: tuple[float, float], ranked: FloatArray) -> list[Caveat]:
    if ranked[0] > 0.0 and limits[0] <= 0.0:
        return [
            Caveat(
                "norms.interval-below-zero",
                "The lower limit lies at or below zero though every value is above it: the form "
                "of the distribution was not met.",
            )
        ]
    return []
