"""Limits after a power transform that makes the values normal.

References
----------
Box & Cox, J R Stat Soc B 1964;26:211-252; EP28-A3c (2010), section 9.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from scipy import optimize, special, stats

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray

POWERS: Final[FloatArray] = np.linspace(-4.0, 4.0, 33)
"""Where the likelihood is looked at; between them a parabola."""
FREE_OF_ONE: Final = float(stats.chi2.ppf(0.95, 1)) / 2.0
"""Fall of the log likelihood at the ends of a 95 % interval of the power."""


NEAR_ZERO: Final = 1e-8
"""A power that is taken as the logarithm."""
EDGE: Final = 1e-12
"""Probability kept from the ends of a distribution when values are drawn."""


class PowerRefused(BadInput):
    """A power cannot be taken: a value is zero or negative, or all are the same."""

    code: ClassVar[str] = "norms.power-refused"


@dataclass(frozen=True, slots=True)
class BoxCoxFit:
    """Values whose transform is normal.

    Attributes
    ----------
    power : float
        Of largest profile likelihood; 1 leaves the values as they are, 0 is the logarithm.
    power_interval : tuple of float
        95 % by the likelihood; ends at -4 or 4 are the ends of the search.
    mean, sd : float
        Of ``(y^power - 1) / power``, where ``y = value / scale``.
    scale : float
        Geometric mean of the values, in their unit.
    """

    power: float
    power_interval: tuple[float, float]
    mean: float
    sd: float
    scale: float

    def value(self, z: float) -> float:
        """Return the value at a standard normal score; 0 or infinite beyond the transform's end."""
        return float(_back(np.array(self.mean + z * self.sd), np.array(self.power))) * self.scale

    def scores(self, values: FloatArray) -> FloatArray:
        """Return standard normal scores of values above zero."""
        logs = np.log(np.asarray(values, dtype=np.float64) / self.scale)
        return (_transform(logs, np.array(self.power)) - self.mean) / self.sd

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        """Return values of the fitted distribution, all above zero and finite."""
        # Scores at which the transform ends, on the side where it does.
        end = (-1.0 / self.power - self.mean) / self.sd if abs(self.power) > NEAR_ZERO else 0.0
        low = special.ndtr(end) if self.power > NEAR_ZERO else 0.0
        high = special.ndtr(end) if self.power < -NEAR_ZERO else 1.0
        part = np.clip(low + (high - low) * rng.random(shape), low + EDGE, high - EDGE)
        drawn = _back(self.mean + self.sd * special.ndtri(part), np.array(self.power))
        return drawn * self.scale


def fit_box_cox(values: FloatArray) -> BoxCoxFit:
    """Return the power of largest profile likelihood and the moments of the transformed values.

    No shift is added to make values positive: an invented shift decides the lower limit.

    Raises
    ------
    PowerRefused
        If a value is not positive, or all are the same.

    Examples
    --------
    >>> import numpy as np
    >>> z = stats.norm.ppf((np.arange(400) + 0.5) / 400)
    >>> round(abs(fit_box_cox(np.exp(1.0 + 0.4 * z)).power), 3)
    0.0
    """
    values = np.asarray(values, dtype=np.float64)
    if not len(values) or not values.min() > 0.0:
        raise PowerRefused("A power transform needs values above zero.")
    if values.min() == values.max():
        raise PowerRefused("All values are the same: there is no spread to describe.")
    logs = np.log(values)
    scale = float(np.exp(logs.mean()))
    centred = logs - logs.mean()
    heights = _likelihood(centred[None, :], POWERS[:, None])
    start = float(POWERS[heights.argmax()])
    step = POWERS[1] - POWERS[0]
    found = optimize.minimize_scalar(
        lambda one: -float(_likelihood(centred[None, :], np.array([[one]]))[0]),
        bounds=(max(start - step, POWERS[0]), min(start + step, POWERS[-1])),
        method="bounded",
        options={"xatol": 1e-7},
    )
    power, top = float(found.x), -float(found.fun)
    inside = np.linspace(POWERS[0], POWERS[-1], 801)
    kept = inside[_likelihood(centred[None, :], inside[:, None]) >= top - FREE_OF_ONE]
    ends = (float(kept.min()), float(kept.max())) if len(kept) else (power, power)
    transformed = _transform(centred, np.array(power))
    return BoxCoxFit(power, ends, float(transformed.mean()), float(transformed.std(ddof=1)), scale)


def box_cox_limits(samples: FloatArray, *, z: float) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper limits of many samples at once, each with a power of its own.

    Parameters
    ----------
    samples : FloatArray
        (b, n), all above zero.
    z : float
        Standard normal score of the upper limit.

    Returns
    -------
    tuple of FloatArray
        (b,), (b,); not a number where a sample has no spread.
    """
    logs = np.log(samples)
    scale = logs.mean(axis=1, keepdims=True)
    centred = logs - scale
    heights = np.stack([_likelihood(centred, np.array([[power]])) for power in POWERS])
    power = _summit(heights)
    transformed = _transform(centred, power[:, None])
    mean, sd = transformed.mean(axis=1), transformed.std(axis=1, ddof=1)
    low = _back(mean - z * sd, power) * np.exp(scale[:, 0])
    high = _back(mean + z * sd, power) * np.exp(scale[:, 0])
    flat = sd == 0.0
    return np.where(flat, np.nan, low), np.where(flat, np.nan, high)


def _transform(centred: FloatArray, power: FloatArray) -> FloatArray:
    """``(y^power - 1) / power`` of the logarithm of y."""
    near = np.abs(power) < NEAR_ZERO
    safe = np.where(near, 1.0, power)
    result: FloatArray = np.where(near, centred, np.expm1(power * centred) / safe)
    return result


def _back(transformed: FloatArray, power: FloatArray) -> FloatArray:
    near = np.abs(power) < NEAR_ZERO
    safe = np.where(near, 1.0, power)
    inner = np.maximum(power * transformed + 1.0, 0.0)
    with np.errstate(divide="ignore"):
        result: FloatArray = np.where(near, np.exp(transformed), np.exp(np.log(inner) / safe))
    return result


def _likelihood(centred: FloatArray, power: FloatArray) -> FloatArray:
    """Profile log likelihood of each row; the logarithms are centred, so no Jacobian is left."""
    transformed = _transform(centred, power)
    with np.errstate(divide="ignore"):
        result: FloatArray = -0.5 * centred.shape[-1] * np.log(transformed.var(axis=-1))
    return result


def _summit(heights: FloatArray) -> FloatArray:
    """Where each column of (p, b) heights over `POWERS` is highest, by a parabola through three."""
    best = np.clip(heights.argmax(axis=0), 1, len(POWERS) - 2)
    column = np.arange(heights.shape[1])
    left, middle, right = (heights[best + step, column] for step in (-1, 0, 1))
    bend = left - 2.0 * middle + right
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend < 0.0, 0.5 * (left - right) / bend, 0.0)
    result: FloatArray = POWERS[best] + np.clip(shift, -1.0, 1.0) * (POWERS[1] - POWERS[0])
    return result
