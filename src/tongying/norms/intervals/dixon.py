"""Dixon's ratios and their probability in a normal sample, computed, not read from a table.

References
----------
Dixon, Ann Math Stat 1951;22:68-78 (which ratio for which number, and the density);
Rorabacher, Anal Chem 1991;63:139-146 (tables that the numbers here reproduce).
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
from scipy import special

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray

DIXON_FEWEST: Final = 3
DIXON_MOST: Final = 30
"""Values; Dixon's tables end there."""
NODES: Final = 48
HALF_WIDTH: Final = 8.0
"""Standard deviations over which the middle value is integrated."""


class DixonRefused(BadInput):
    """Dixon's ratios are for 3 to 30 values that are not all the same."""

    code: ClassVar[str] = "norms.dixon-refused"


def ratio_of(n: int) -> tuple[int, int]:
    """Return which values make the ratio: ``(x_n - x_(n-j)) / (x_n - x_i)`` as ``j, i``.

    r10 for 3 to 7 values, r11 to 10, r21 to 13, r22 to 30 (Dixon 1951).

    Raises
    ------
    DixonRefused
        If there are fewer than 3 or more than 30 values.
    """
    if not DIXON_FEWEST <= n <= DIXON_MOST:
        raise DixonRefused(f"Dixon's ratios are for 3 to 30 values, not for {n}.")
    if n <= 7:
        return 1, 1
    if n <= 10:
        return 1, 2
    return (2, 2) if n <= 13 else (2, 3)


def dixon_ratio(ranked: FloatArray) -> float:
    """Return the ratio of the largest of sorted values.

    Raises
    ------
    DixonRefused
        If there are fewer than 3 or more than 30 values, or those the ratio is made of are equal.

    Examples
    --------
    >>> import numpy as np
    >>> round(dixon_ratio(np.array([1.0, 2.0, 3.0, 7.0])), 3)
    0.667
    """
    j, i = ratio_of(len(ranked))
    spread = ranked[-1] - ranked[i - 1]
    if spread <= 0.0:
        raise DixonRefused("The values are all the same: a ratio of gaps does not exist.")
    return float((ranked[-1] - ranked[-1 - j]) / spread)


def dixon_tail(ratio: float, n: int) -> float:
    """Return the probability of this ratio or a larger one at one given end of a normal sample.

    The joint density of the three values of the ratio is integrated over the largest one, their
    distance and the ratio, by Gauss-Legendre.

    Raises
    ------
    DixonRefused
        If there are fewer than 3 or more than 30 values.

    Examples
    --------
    >>> [round(dixon_tail(limit, n), 3) for limit, n in ((.941, 3), (.765, 4), (.477, 10))]
    [0.05, 0.05, 0.05]
    """
    j, i = ratio_of(n)
    if ratio >= 1.0:
        return 0.0
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    top, top_weight = _stretched(nodes, weights, -HALF_WIDTH, HALF_WIDTH)
    gap, gap_weight = _stretched(nodes, weights, 0.0, 2.0 * HALF_WIDTH)
    r, r_weight = _stretched(nodes, weights, max(ratio, 0.0), 1.0)
    largest = top[:, None, None]
    lowest = largest - gap[None, :, None]
    second = largest - gap[None, :, None] * r[None, None, :]
    below, between, above = i - 1, n - i - j - 1, j - 1
    log_count = (
        special.gammaln(n + 1)
        - special.gammaln(below + 1)
        - special.gammaln(between + 1)
        - special.gammaln(above + 1)
    )
    at_lowest, at_second, at_top = (special.ndtr(one) for one in (lowest, second, largest))
    density = (
        at_lowest**below
        * np.maximum(at_second - at_lowest, 0.0) ** between
        * np.maximum(at_top - at_second, 0.0) ** above
        * np.exp(log_count - 0.5 * (largest**2 + lowest**2 + second**2) - 1.5 * np.log(2 * np.pi))
        * gap[None, :, None]
    )
    total = np.einsum("abc,a,b,c->", density, top_weight, gap_weight, r_weight)
    return float(np.clip(total, 0.0, 1.0))


def _stretched(
    nodes: FloatArray, weights: FloatArray, low: float, high: float
) -> tuple[FloatArray, FloatArray]:
    half = 0.5 * (high - low)
    return low + half * (nodes + 1.0), half * weights
