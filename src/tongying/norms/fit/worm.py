"""The worm plot: detrended quantile plots of the residuals, age band by age band.

van Buuren and Fredriks, Statistics in Medicine 2001; 20: 1259-1277. A worm that is no flat line
says which moment is wrong there: its level the median, its slope the spread, its bend the
skewness, its S the tails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from tongying.norms.arrays import FloatArray

MOST_BANDS: Final = 16
"""As in the paper."""
FEWEST_IN_BAND: Final = 100
"""Children of a band, where there are enough; a choice of ours: below, the bounds of a worm are
wider than the misfits looked for."""
Z_95: Final = 1.959963984540054
THRESHOLDS: Final = (0.10, 0.10, 0.05, 0.03)
"""Of the cubic's coefficients, in the paper; larger ones are misfits."""
SPREAD_OF_COEFFICIENTS: Final = (1.080, 0.935, 0.408, 0.204)
"""Standard deviation of each coefficient, times root n, where nothing is wrong: of the first four
Hermite coefficients (1, 1/sqrt 2, 1/sqrt 6, 1/sqrt 24) put together as b0 = a0 - a2, b1 = a1 - 3
a3, b2 = a2, b3 = a3."""
SURELY: Final = 3.29
"""A coefficient is called a misfit only if it lies so many standard deviations from 0 besides:
p = 0.001, so that 16 bands of four coefficients rarely raise one by chance. A choice of ours."""


@dataclass(frozen=True, slots=True, eq=False)
class Worm:
    """The worm of one band of the axis.

    Attributes
    ----------
    low_x, high_x : float
        Ends of the band, the axis' unit: the outermost of its children.
    expected, deviation : FloatArray
        (n,), expected normal scores, rising, and how far the residuals lie above them.
    bound : FloatArray
        (n,), half the width of the pointwise 95 % bounds of `deviation`.
    cubic : tuple of float
        Coefficients of 1, x, x^2, x^3 fitted to the deviations.
    outside : float
        Share of points outside the bounds; 0.05 is expected.
    """

    low_x: float
    high_x: float
    expected: FloatArray
    deviation: FloatArray
    bound: FloatArray
    cubic: tuple[float, float, float, float]
    outside: float

    def misfits(self) -> tuple[int, ...]:
        """Return which coefficients are too large, 0 (median) to 3 (tails)."""
        root = float(np.sqrt(len(self.expected)))
        return tuple(
            k
            for k in range(4)
            if abs(self.cubic[k]) > THRESHOLDS[k]
            and abs(self.cubic[k]) > SURELY * SPREAD_OF_COEFFICIENTS[k] / root
        )


def worms(
    z: FloatArray, x: FloatArray, *, bands: int | None = None, fewest: int = FEWEST_IN_BAND
) -> tuple[Worm, ...]:
    """Return the worms of bands of about equally many children, along `x`.

    Parameters
    ----------
    z : FloatArray
        (n,), residuals.
    x : FloatArray
        (n,), the axis.
    bands : int, optional
        At most 16 with 100 children each unless told.
    fewest : int
        Children each band has at least, where `bands` is not told.
    """
    count = bands or int(np.clip(len(z) // fewest, 1, MOST_BANDS))
    return tuple(_worm(z[group], x[group]) for group in groups_along(x, count))


def groups_along(x: FloatArray, count: int) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Return row numbers of `count` groups of about equally many rows, along `x`.

    Rows of the same `x` stay together, so there may be fewer groups.
    """
    order = np.argsort(x, kind="stable")
    rising = x[order]
    cuts = [int(np.searchsorted(rising, rising[k * len(x) // count])) for k in range(1, count)]
    return [group for group in np.split(order, sorted(set(cuts))) if len(group)]


def _worm(z: FloatArray, x: FloatArray) -> Worm:
    count = len(z)
    place = (np.arange(count) + 0.5) / count
    expected = ndtri(place)
    deviation = np.sort(z) - expected
    density = np.exp(-0.5 * expected**2) / np.sqrt(2.0 * np.pi)
    p = ndtr(expected)
    bound = Z_95 * np.sqrt(p * (1.0 - p) / count) / density
    terms = np.vander(expected, min(4, count), increasing=True)
    found, *_ = np.linalg.lstsq(terms, deviation, rcond=None)
    cubic = [*(float(one) for one in found), 0.0, 0.0, 0.0][:4]
    return Worm(
        low_x=float(x.min()),
        high_x=float(x.max()),
        expected=expected,
        deviation=deviation,
        bound=bound,
        cubic=(cubic[0], cubic[1], cubic[2], cubic[3]),
        outside=float(np.mean(np.abs(deviation) > bound)),
    )
