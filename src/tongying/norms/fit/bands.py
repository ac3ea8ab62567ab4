"""How many children stand behind a norm in each band of its axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR, AxisKind
from tongying.norms.fit.sample import Sample

AGE_EDGES_DAYS = (
    0.0,
    28.0,
    *(months * DAYS_PER_MONTH for months in (3, 6, 12)),
    *(years * DAYS_PER_YEAR for years in (2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 21)),
)
"""Newborn, infant, then by years; only for the table of numbers, never for the curve."""
OTHER_STEPS = {
    AxisKind.GESTATIONAL_AGE: 2.0,
    AxisKind.POSTMENSTRUAL_AGE: 2.0,
    AxisKind.HEIGHT: 10.0,
    AxisKind.BODY_SURFACE: 0.2,
}


@dataclass(frozen=True, slots=True)
class Band:
    """Children between two points of the axis, the first in it, the second not.

    Attributes
    ----------
    low, high : float
        In the axis' unit.
    children : int
        Each once.
    """

    low: float
    high: float
    children: int

    def as_json(self) -> dict[str, Any]:
        """Return the band as a JSON object."""
        return {"low": self.low, "high": self.high, "children": self.children}


def bands_of(sample: Sample, axis: AxisKind) -> tuple[Band, ...]:
    """Return the bands from the first to the last that holds a child; one where there is no axis.

    Examples
    --------
    >>> sample = Sample.of(np.array([5.0, 6.0, 7.0]), np.array([10.0, 40.0, 200.0]))
    >>> [band.children for band in bands_of(sample, AxisKind.AGE)]
    [1, 1, 0, 1]
    """
    edges = _edges(sample.x, axis)
    place = np.searchsorted(edges, sample.x, side="right") - 1
    counted = [len(np.unique(sample.subject[place == k])) for k in range(len(edges) - 1)]
    held = np.flatnonzero(counted)
    return tuple(
        Band(float(edges[k]), float(edges[k + 1]), counted[k])
        for k in range(int(held[0]), int(held[-1]) + 1)
    )


def _edges(x: FloatArray, axis: AxisKind) -> FloatArray:
    if axis.unit == "d":
        last = max(AGE_EDGES_DAYS[-1], float(x.max()) + 1.0)
        return np.array([*AGE_EDGES_DAYS[:-1], last])
    step = OTHER_STEPS.get(axis, 1.0)
    low = np.floor(x.min() / step)
    high = np.floor(x.max() / step) + 1
    return np.asarray(np.arange(low, high + 1) * step)
