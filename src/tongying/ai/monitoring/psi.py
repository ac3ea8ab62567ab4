"""Population stability index: whether what comes in still looks like what came in before.

The index grows with few studies even when nothing changed, so no fixed limit such as 0.2 is used:
the limit is the quantile of the index between two samples of these sizes from one population, drawn
by simulation.

References
----------
Yurdakul B. Statistical properties of population stability index. Dissertation 3208, Western
Michigan University 2018.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray

BINS: Final = 5
"""Of a number, with equal shares in the baseline: twenty studies a bin in a window of 100."""
ADDED: Final = 0.5
"""To every count, so that an empty bin has a logarithm."""
DRAWS: Final = 20_000
MISSING: Final = "missing"
OTHER: Final = "other"


class MonitorRefused(BadInput):
    """There is too little to set up or run a monitor."""

    code: ClassVar[str] = "ai.monitor-refused"


@dataclass(frozen=True, slots=True)
class Reference:
    """How a variable fell in the baseline.

    Attributes
    ----------
    edges : tuple of float
        Between bins of a number; empty for words.
    names : tuple of str
        Bins; the last two are ``other`` (words never seen) and ``missing``. For numbers, `other`
        does not occur.
    counts : tuple of int
    """

    edges: tuple[float, ...]
    names: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        """Count the studies of the baseline."""
        return sum(self.counts)

    def count(self, values: Sequence[float | str | None]) -> tuple[int, ...]:
        """Return how many of these values fall into each bin.

        Raises
        ------
        MonitorRefused
            If a word stands where the baseline had numbers.
        """
        found = Counter(self._name(value) for value in values)
        return tuple(found[name] for name in self.names)

    def _name(self, value: float | str | None) -> str:
        if value is None:
            return MISSING
        if not self.edges:
            return _word(value) if _word(value) in self.names[:-2] else OTHER
        if isinstance(value, str):
            raise MonitorRefused("A word stands where the baseline had numbers.")
        return self.names[int(np.searchsorted(self.edges, value, side="right"))]


def reference(values: Sequence[float | str | None]) -> Reference:
    """Return the reference of a baseline, of words or of numbers.

    Parameters
    ----------
    values : sequence
        Of each study; None where the headers do not say.

    Raises
    ------
    MonitorRefused
        If words and numbers are mixed or nothing is given.
    """
    known = [value for value in values if value is not None]
    if not values:
        raise MonitorRefused("A baseline needs studies.")
    words = [value for value in known if isinstance(value, str)]
    numbers = [float(value) for value in known if not isinstance(value, str)]
    if words and numbers:
        raise MonitorRefused("A variable is either words or numbers.")
    if numbers and len(set(numbers)) > BINS:
        edges = tuple(
            float(edge) for edge in np.unique(np.quantile(numbers, np.arange(1, BINS) / BINS))
        )
        names = (*(f"bin {number}" for number in range(len(edges) + 1)), MISSING)
        empty = Reference(edges, names, (0,) * len(names))
    else:
        # Few different numbers, such as field strengths, are held apart like words.
        kinds = sorted({_word(value) for value in known})
        names = (*kinds, OTHER, MISSING)
        empty = Reference((), names, (0,) * len(names))
    return Reference(empty.edges, names, empty.count(values))


def index(first: Sequence[int], second: Sequence[int]) -> float:
    """Return the index of two counts over the same bins, half a study added to each.

    Examples
    --------
    >>> index([50, 50], [50, 50])
    0.0
    >>> round(index([50, 50], [80, 20]), 3)
    0.406
    """
    one = np.asarray(first, np.float64)[None, :]
    return float(_index(one, np.asarray(second, np.float64)[None, :])[0])


def limit(known: Reference, window: int, *, chance: float) -> float:
    """Return what the index exceeds with this chance although nothing changed.

    Parameters
    ----------
    known : Reference
    window : int
        Studies compared with the baseline.
    chance : float
        Of a false alarm in one comparison.

    Raises
    ------
    MonitorRefused
        If the chance is too small to be simulated or no chance, or the window is empty.
    """
    if not 10.0 / DRAWS <= chance < 1.0 or window < 1:
        raise MonitorRefused("That chance of a false alarm cannot be held with these numbers.")
    return _limit(known.counts, window, chance)


@lru_cache(maxsize=512)
def _limit(counts: tuple[int, ...], window: int, chance: float) -> float:
    random = np.random.default_rng((20_161, window, *counts))
    weights = np.asarray(counts, np.float64)
    shares = weights / weights.sum()
    before = random.multinomial(int(weights.sum()), shares, size=DRAWS).astype(np.float64)
    after = random.multinomial(window, shares, size=DRAWS).astype(np.float64)
    return float(np.quantile(_index(before, after), 1.0 - chance, method="higher"))


def _word(value: float | str) -> str:
    return value if isinstance(value, str) else str(float(value))


def _index(before: FloatArray, after: FloatArray) -> FloatArray:
    one, two = before + ADDED, after + ADDED
    one = one / one.sum(axis=1, keepdims=True)
    two = two / two.sum(axis=1, keepdims=True)
    return np.asarray(((two - one) * np.log(two / one)).sum(axis=1))
