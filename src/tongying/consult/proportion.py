"""A proportion with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054
"""97.5th centile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """`k` of `n`, with the limits of its 95 % interval; all between 0 and 1."""

    k: int
    n: int
    share: float
    low: float
    high: float


def wilson(k: int, n: int) -> Proportion | None:
    """Return a proportion with its 95 % Wilson score interval, or None where `n` is 0.

    Parameters
    ----------
    k, n : int
        How many of how many.

    Raises
    ------
    ValueError
        If `k` does not lie between 0 and `n`.

    References
    ----------
    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat
    Assoc 1927; 22: 209-212. Without continuity correction.

    Examples
    --------
    >>> one = wilson(81, 263)
    >>> f"{one.share:.4f} {one.low:.4f} {one.high:.4f}"
    '0.3080 0.2553 0.3662'
    """
    if not 0 <= k <= n:
        raise ValueError("k must lie between 0 and n")
    if n == 0:
        return None
    share, z2 = k / n, Z_95 * Z_95
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if k == 0 else middle - half
    high = 1.0 if k == n else middle + half
    return Proportion(k, n, share, low, high)
