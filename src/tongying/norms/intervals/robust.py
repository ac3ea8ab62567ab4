"""Robust limits: a weighted middle that distant values hardly move, and a wide spread about it.

The spread resists little: its tuning of 205.6 lets one value far out widen the limits nearly as a
plain standard deviation would. So what lies far out is looked at first (`outliers`).

References
----------
Horn, Pesce & Copeland, Clin Chem 1998;44:622-631; EP28-A3c (2010), section 9.6 and appendix B.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
from scipy import stats

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray

MIDDLE_TUNING: Final = 3.7
"""Of the biweight middle (EP28-A3c, appendix B)."""
SPREAD_TUNING: Final = 205.6
"""Of the biweight spread (EP28-A3c, appendix B)."""
MAD_TO_SD: Final = 0.6745
"""Median absolute deviation of the standard normal distribution."""
SETTLED: Final = 1e-6
"""Change of the middle, in spreads, at which it is taken as settled."""
ROUNDS: Final = 200


class SpreadRefused(BadInput):
    """More than half of the values are the same: a robust spread does not exist."""

    code: ClassVar[str] = "norms.spread-refused"


def robust_interval(values: FloatArray, *, tail: float = 0.025) -> tuple[float, float]:
    """Return the lower and upper limit of one sample.

    Raises
    ------
    SpreadRefused
        If more than half of the values are the same.

    Examples
    --------
    The 20 values of EP28-A3c, appendix B:

    >>> import numpy as np
    >>> counts = {8.9: 1, 9.2: 1, 9.4: 2, 9.5: 3, 9.6: 4, 9.7: 5, 9.8: 1, 9.9: 2, 10.2: 1}
    >>> values = np.repeat(list(counts), list(counts.values()))
    >>> low, high = robust_interval(values)
    >>> round(low, 2), round(high, 2)
    (9.05, 10.2)
    """
    low, high = robust_limits(np.asarray(values, dtype=np.float64)[None, :], tail=tail)
    if not np.isfinite(low[0]):
        raise SpreadRefused("More than half of the values are the same: no robust spread exists.")
    return float(low[0]), float(high[0])


def robust_limits(samples: FloatArray, *, tail: float = 0.025) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper limits of many samples at once.

    Parameters
    ----------
    samples : FloatArray
        (b, n).
    tail : float
        Outside on each side.

    Returns
    -------
    tuple of FloatArray
        (b,), (b,); not a number where more than half of a sample's values are the same.
    """
    n = samples.shape[1]
    median = np.median(samples, axis=1, keepdims=True)
    spread = np.median(np.abs(samples - median), axis=1, keepdims=True) / MAD_TO_SD
    flat = spread == 0.0
    spread = np.where(flat, 1.0, spread)
    middle = _middle(samples, median, spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        wide = _biweight(samples - median, SPREAD_TUNING * spread)
        narrow = np.sqrt(_biweight(samples - median, MIDDLE_TUNING * spread))
        around = _biweight(samples - middle, MIDDLE_TUNING * narrow) / n
        reach = stats.t.ppf(1.0 - tail, n - 1) * np.sqrt(wide + around)
    reach = np.where(flat, np.nan, reach)
    return (middle - reach)[:, 0], (middle + reach)[:, 0]


def _middle(samples: FloatArray, start: FloatArray, spread: FloatArray) -> FloatArray:
    middle = start
    for _ in range(ROUNDS):
        u = (samples - middle) / (MIDDLE_TUNING * spread)
        weight = np.where(np.abs(u) < 1.0, (1.0 - u * u) ** 2, 0.0)
        moved = (samples * weight).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
        change = np.abs(moved - middle) / spread
        middle = moved
        if not (change > SETTLED).any():
            break
    return middle


def _biweight(deviation: FloatArray, reach: FloatArray) -> FloatArray:
    """Biweight variance of deviations, those beyond `reach` left out; (b, 1)."""
    u = deviation / reach
    inside = np.abs(u) < 1.0
    square = np.where(inside, u * u, 0.0)
    top = (np.where(inside, square * (1.0 - square) ** 4, 0.0)).sum(axis=1, keepdims=True)
    bottom = np.where(inside, (1.0 - square) * (1.0 - 5.0 * square), 0.0).sum(axis=1, keepdims=True)
    n = deviation.shape[1]
    result: FloatArray = reach**2 * n * top / (bottom * np.maximum(1.0, bottom - 1.0))
    return result
