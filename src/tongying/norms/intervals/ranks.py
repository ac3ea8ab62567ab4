"""Ranks: which sorted value is a limit, and which two enclose it with a stated confidence.

References
----------
CLSI EP28-A3c (2010), section 9.4 and table 8; Reed, Henry & Mason, Clin Chem 1971;17:275-284.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from scipy import stats

from tongying.kernel.errors import BadInput

TAIL: Final = 0.025
"""Of healthy children below the lower limit, and above the upper (EP28-A3c)."""
CONFIDENCE: Final = 0.90
"""Of the interval of each limit (EP28-A3c)."""


class RanksRefused(BadInput):
    """So few values have no rank at the limit that was asked for."""

    code: ClassVar[str] = "norms.ranks-refused"


@dataclass(frozen=True, slots=True)
class Ranks:
    """Ranks of the lower limit; those of the upper are the same, counted from the largest value.

    Attributes
    ----------
    n : int
        Values.
    exact : float
        ``p (n + 1)``.
    limit : int
        `exact` to the nearest whole rank, 1 for the smallest value; a half goes outwards.
    low, high : int or None
        Ranks that enclose the true limit; None where no rank lies low enough (below 119 values).
    coverage : float or None
        Probability that `low` and `high` enclose the true limit, whatever the distribution.
    """

    n: int
    exact: float
    limit: int
    low: int | None
    high: int | None
    coverage: float | None

    @property
    def upper(self) -> tuple[int, int | None, int | None]:
        """Ranks of the upper limit: itself, and the two that enclose it."""
        low = None if self.high is None else self.n + 1 - self.high
        high = None if self.low is None else self.n + 1 - self.low
        return self.n + 1 - self.limit, low, high


def ranks_of(n: int, *, tail: float = TAIL, confidence: float = CONFIDENCE) -> Ranks:
    """Return the ranks of a limit of `n` values.

    The number of values below the true limit is binomial with `n` and `tail`: `low` is the
    largest and `high` the smallest rank that leaves at most half of ``1 - confidence`` outside on
    its side. This gives every row of table 8 of EP28-A3c (119 to 1,000 values).

    Raises
    ------
    RanksRefused
        If there are too few values: below 39 for 2.5 %.

    Examples
    --------
    >>> ranks = ranks_of(120)
    >>> ranks.limit, ranks.low, ranks.high, round(ranks.coverage, 3)
    (3, 1, 7, 0.92)
    >>> ranks.upper
    (118, 114, 120)
    """
    exact = tail * (n + 1)
    if exact < 1.0 - 1e-9:
        raise RanksRefused(f"{n} values are too few for a limit at {100 * tail:g} % by ranks.")
    each = (1.0 - confidence) / 2.0
    below = np.arange(n + 1)
    low = int(np.searchsorted(stats.binom.cdf(below, n, tail), each, side="right"))
    high = int(np.argmax(stats.binom.sf(below - 1, n, tail) <= each))
    limit = math.ceil(exact - 0.5 - 1e-9)
    if low == 0:
        return Ranks(n, exact, limit, None, None, None)
    inside = stats.binom.cdf(high - 1, n, tail) - stats.binom.cdf(low - 1, n, tail)
    return Ranks(n, exact, limit, low, high, float(inside))
