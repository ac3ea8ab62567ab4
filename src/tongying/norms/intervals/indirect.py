"""A reference interval from routine examinations, most of which were of healthy children.

The idea is that of refineR (Ammer et al. 2021): the healthy values are a power-transformed normal
distribution, which is fitted to the histogram where they are many; what the histogram has above
that curve is taken as pathological, and the curve may nowhere lie above the histogram. A grid is
searched for the power, middle, spread and the part that is healthy, then finer around the best.
The cost, the bins and the grid are our own; on the five simulated sets that come with refineR
1.6 and 2.0 the results are in ``docs/reference-intervals.md``.

References
----------
Ammer et al., refineR, Sci Rep 2021;11:16023, doi 10.1038/s41598-021-95301-2. For laboratory
values; use for measurements in images is our extension and needs sign-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from scipy import special

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray
from tongying.norms.intervals.histogram import Histogram, histogram_of
from tongying.norms.intervals.ranks import CONFIDENCE
from tongying.norms.norm import Route

FEWEST: Final = 1000
"""Examinations (published for windows of 1,000 or more)."""
POWERS: Final[FloatArray] = np.linspace(0.0, 1.0, 11)
"""From the logarithm to no transform, as refineR 1.6.2 searches."""
LEAST_HEALTHY: Final = 0.4
"""Part of the examinations: the method is for mostly healthy ones (refineR's own simulations)."""
SURPLUS: Final = 1.5
"""Standard errors by which a bin lies above the curve when it is taken as pathological; ours."""
MODEL_ERROR: Final = 0.02
"""Of a bin's expected number: no real distribution is exactly of the form; ours."""
UNSURE_BELOW: Final = 0.7
"""Healthy part below which a caveat is given; ours, needs sign-off."""
SMOOTHING: Final = 1.7
"""Bins, of the histogram in which the peak is looked for; ours."""
FEWEST_BINS: Final = 12
"""Below this a form cannot be told from another; ours."""
HALF_HEIGHT: Final = 1.1774
"""Standard deviations from the top of a normal curve to half its height."""
ROUNDS: Final = 6
SHRINK: Final = 0.6
"""Of the grid's steps from one round to the next."""
LIMIT_Z: Final = 1.959963984540054


class IndirectRefused(BadInput):
    """Fewer than 1,000 examinations, a value that is not above zero, or too few different ones."""

    code: ClassVar[str] = "norms.indirect-refused"


@dataclass(frozen=True, slots=True)
class IndirectInterval:
    """Limits of the healthy part of routine examinations.

    Attributes
    ----------
    low, high : float
        2.5th and 97.5th centile of the healthy part, in the measure's unit.
    low_ci, high_ci : tuple of float or None
        90 % bootstrap interval; None where no draws were asked for.
    n : int
    healthy : float
        Estimated part of the examinations that is healthy.
    power, mean, sd : float
        Of the power-transformed normal distribution, ``(y^power - 1) / power``.
    cost : float
        Summed over the bins and divided by their number.
    route : Route
        Always indirect.
    caveats : tuple of Caveat
    """

    low: float
    high: float
    low_ci: tuple[float, float] | None
    high_ci: tuple[float, float] | None
    n: int
    healthy: float
    power: float
    mean: float
    sd: float
    cost: float
    route: Route
    caveats: tuple[Caveat, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the interval as a JSON object."""
        return {
            "low": self.low,
            "high": self.high,
            "low_ci": list(self.low_ci) if self.low_ci else None,
            "high_ci": list(self.high_ci) if self.high_ci else None,
            "n": self.n,
            "healthy": self.healthy,
            "power": self.power,
            "cost": self.cost,
            "route": self.route.value,
            "caveats": [caveat.as_json() for caveat in self.caveats],
        }


@dataclass(frozen=True, slots=True)
class _Best:
    """Where the cost is least: power, middle and spread of the transformed values, part."""

    power: float
    mean: float
    sd: float
    healthy: float
    cost: float


def indirect_interval(values: FloatArray, *, seed: int, draws: int = 100) -> IndirectInterval:
    """Return the reference interval of the healthy part of routine examinations.

    Parameters
    ----------
    values : FloatArray
        (n,), one per child, above zero, in the measure's unit; at least 1,000.
    seed : int
        Of the bootstrap.
    draws : int
        Bootstrap samples for the intervals of the limits; 0 for none.

    Raises
    ------
    IndirectRefused
        If there are too few values, one is not above zero, or there are too few different ones.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(7)
    >>> mixed = np.concatenate([rng.normal(100, 10, 4500), rng.normal(150, 12, 500)])
    >>> found = indirect_interval(mixed, seed=1, draws=0)
    >>> abs(found.low - 80.4) < 2, abs(found.high - 119.6) < 2, found.route.value
    (True, True, 'indirect')
    """
    values = _checked(values)
    found = histogram_of(values)
    if len(found.edges) <= FEWEST_BINS:
        raise IndirectRefused("The values are rounded so coarsely that their form is not seen.")
    best = _search(found)
    low_ci = high_ci = None
    if draws:
        rng = np.random.default_rng(seed)
        ends = np.empty((draws, 2))
        for one in range(draws):
            counts = rng.multinomial(found.total, found.counts / found.total)
            ends[one] = _limits(_search(found.with_counts(counts.astype(np.float64)), around=best))
        half = 0.5 * (1.0 - CONFIDENCE)
        low_ci, high_ci = (
            (float(pair[0]), float(pair[1])) for pair in np.quantile(ends, [half, 1 - half], 0).T
        )
    low, high = _limits(best)
    return IndirectInterval(
        low,
        high,
        low_ci,
        high_ci,
        len(values),
        best.healthy,
        best.power,
        best.mean,
        best.sd,
        best.cost,
        Route.INDIRECT,
        _caveats(best),
    )


def _checked(values: FloatArray) -> FloatArray:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or len(values) < FEWEST:
        raise IndirectRefused(
            f"The indirect route needs at least {FEWEST} examinations, not {len(values)}."
        )
    if not np.isfinite(values).all() or values.min() <= 0.0:
        raise IndirectRefused("A value is missing, or not above zero.")
    return values


def _limits(best: _Best) -> tuple[float, float]:
    low, high = (float(_back(best.mean + z * best.sd, best.power)) for z in (-LIMIT_Z, LIMIT_Z))
    return low, high


def _forward(values: FloatArray, power: float) -> FloatArray:
    result: FloatArray = np.log(values) if power == 0.0 else (values**power - 1.0) / power
    return result


def _back(transformed: float, power: float) -> float:
    if power == 0.0:
        return float(np.exp(transformed))
    return float(max(power * transformed + 1.0, 0.0) ** (1.0 / power))


def _search(found: Histogram, *, around: _Best | None = None) -> _Best:
    """Return where the cost is least: over the whole grid, then six times finer around the best."""
    best = around or _whole_grid(found)
    power_step, mean_step, sd_step, part_step = 0.1, 0.1 * best.sd, 0.06 * best.sd, 0.05
    for _ in range(ROUNDS):
        middle = _back(best.mean, best.power)
        steps = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]) * power_step
        centre, grid = best, np.linspace(-1.0, 1.0, 7)
        tried = []
        for power in np.unique(np.clip(centre.power + steps, POWERS[0], POWERS[-1])):
            # With another power the same curve has another slope at its middle.
            slope = middle ** (power - centre.power)
            mean = _forward(np.array(middle), float(power)) + mean_step * slope * grid
            sd = (centre.sd + sd_step * grid) * slope
            part = np.clip(centre.healthy + part_step * grid, LEAST_HEALTHY, 1.0)
            tried.append(_least(found, float(power), mean, sd, part))
        best = min(tried, key=lambda one: one.cost)
        change = middle ** (best.power - centre.power)
        power_step, part_step = power_step * SHRINK, part_step * SHRINK
        mean_step, sd_step = mean_step * SHRINK * change, sd_step * SHRINK * change
    return best


def _whole_grid(found: Histogram) -> _Best:
    parts = np.linspace(LEAST_HEALTHY, 1.0, 13)
    tried = []
    for power in POWERS:
        top, spread = _peak(found, float(power))
        mean = top + spread * np.linspace(-0.8, 0.8, 17)
        sd = spread * np.linspace(0.5, 1.6, 18)
        tried.append(_least(found, float(power), mean, sd, parts))
    return min(tried, key=lambda one: one.cost)


def _peak(found: Histogram, power: float) -> tuple[float, float]:
    """Return the top of the smoothed histogram and the spread its half height tells."""
    edges = _forward(found.edges, power)
    middle = 0.5 * (edges[1:] + edges[:-1])
    reach = np.arange(-5, 6)
    kernel = np.exp(-0.5 * (reach / SMOOTHING) ** 2)
    height = np.convolve(found.counts[1:-1] / np.diff(edges), kernel / kernel.sum(), "same")
    top = int(height.argmax())
    low = np.flatnonzero(height < 0.5 * height[top])
    left = int(max(low[low < top], default=0))
    right = int(min(low[low > top], default=len(height) - 1))
    spread = 0.5 * (middle[right] - middle[left]) / HALF_HEIGHT
    return float(middle[top]), float(spread)


def _least(
    found: Histogram, power: float, mean: FloatArray, sd: FloatArray, part: FloatArray
) -> _Best:
    """Return the least cost on the grid of middles, spreads and healthy parts for one power."""
    z = (_forward(found.edges, power)[None, None, :] - mean[:, None, None]) / sd[None, :, None]
    share = np.diff(special.ndtr(z), axis=-1, prepend=0.0, append=1.0)
    expected = found.total * share[:, :, None, :] * part[None, None, :, None]
    excess = found.counts - expected
    square = excess**2 / (np.maximum(expected, 1.0) + (MODEL_ERROR * expected) ** 2)
    # A bin far above the curve holds pathological values and costs a constant; one below it costs
    # in full, as the healthy part cannot exceed the whole.
    cap = SURPLUS**2
    cost = np.where(excess > 0.0, -cap * np.expm1(-square / cap), square).mean(axis=-1)
    a, b, c = np.unravel_index(int(cost.argmin()), cost.shape)
    return _Best(power, float(mean[a]), float(sd[b]), float(part[c]), float(cost[a, b, c]))


def _caveats(best: _Best) -> tuple[Caveat, ...]:
    caveats = [
        Caveat(
            "norms.indirect",
            "The limits come from routine examinations, not from healthy volunteers; the method "
            "is published for laboratory values.",
        )
    ]
    if best.healthy < UNSURE_BELOW:
        caveats.append(
            Caveat(
                "norms.indirect-few-healthy",
                f"Only {100 * best.healthy:.0f} % of these examinations look healthy: the limits "
                "may be those of a mixture.",
            )
        )
    return tuple(caveats)
