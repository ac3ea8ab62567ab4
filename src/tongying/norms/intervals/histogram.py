"""A histogram that respects how the values were rounded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tongying.norms.arrays import FloatArray

BINS: Final = 40
"""Across the middle of the values; the number refineR uses at most."""
REACH: Final = 3.0
"""Distances from the median to each quartile that are binned; beyond, one open bin each; ours."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts between edges, and the counts beyond the outermost ones.

    Attributes
    ----------
    edges : FloatArray
        (k + 1,), rising, above zero, in the measure's unit.
    counts : FloatArray
        (k + 2,), first those below the first edge, last those from the last edge on.
    """

    edges: FloatArray
    counts: FloatArray

    @property
    def total(self) -> int:
        """Number of values."""
        return int(self.counts.sum())

    def with_counts(self, counts: FloatArray) -> Histogram:
        """Return the same bins with other counts."""
        return replace(self, counts=counts)


def rounding_step(values: FloatArray) -> float:
    """Return the step to which values were rounded, or 0 where most values are different.

    Examples
    --------
    >>> import numpy as np
    >>> round(rounding_step(np.round(np.random.default_rng(1).normal(10, 1, 2000), 1)), 6)
    0.1
    """
    different = np.unique(values)
    if len(different) > 0.5 * len(values):
        return 0.0
    gaps = np.diff(different)
    gaps = gaps[gaps > 1e-9 * abs(different[-1])]
    return float(np.quantile(gaps, 0.1)) if len(gaps) else 0.0


def histogram_of(values: FloatArray) -> Histogram:
    """Return the histogram of values above zero.

    Bins are equally wide on the square root, between a logarithm and the values themselves.
    Edges of rounded values lie half-way between two values that occur.

    Examples
    --------
    >>> import numpy as np
    >>> found = histogram_of(np.round(np.random.default_rng(1).normal(50, 5, 3000)))
    >>> found.total, float(found.edges[0] % 1)
    (3000, 0.5)
    """
    first, middle, third = (float(one) for one in np.quantile(values, [0.25, 0.5, 0.75]))
    low = max(float(values.min()), middle - REACH * (middle - first))
    high = min(float(values.max()), middle + REACH * (third - middle))
    edges = np.linspace(np.sqrt(low), np.sqrt(high), BINS + 1) ** 2
    step = rounding_step(values)
    if step > 0.0:
        edges = np.unique(np.round(edges / step - 0.5) + 0.5) * step
    edges = edges[edges > 0.0] if high > low else edges[:1]
    place = np.searchsorted(edges, values, side="right")
    return Histogram(edges, np.bincount(place, minlength=len(edges) + 1).astype(np.float64))
