"""Cubic B-splines in transformed age, with difference penalties (P-splines).

Eilers and Marx, Statistical Science 1996; 11: 89-121. Knots are evenly spaced in a power of the
age, so that infancy, where children change fastest, gets the most of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline

from tongying.norms.arrays import FloatArray

DEGREE = 3


@dataclass(frozen=True, slots=True)
class Axis:
    """The transformed axis ``((x + shift)^power - low) / (high - low)``, 0 to 1 over the data.

    Attributes
    ----------
    low_x, high_x : float
        Ends of the data, in the axis' unit.
    power : float
        Above 0; 1 leaves the axis as it is.
    shift : float
        In the axis' unit, so that birth is not a singular point.
    """

    low_x: float
    high_x: float
    power: float
    shift: float

    def place(self, x: FloatArray) -> FloatArray:
        """Return positions on the transformed axis; beyond the data they are held at its ends."""
        low, high = (
            (self.low_x + self.shift) ** self.power,
            (self.high_x + self.shift) ** self.power,
        )
        held = np.clip(x, self.low_x, self.high_x)
        return np.asarray(((held + self.shift) ** self.power - low) / (high - low))

    def grid(self, count: int) -> FloatArray:
        """Return `count` points of the axis' unit, evenly spaced after the transform."""
        low, high = (
            (self.low_x + self.shift) ** self.power,
            (self.high_x + self.shift) ** self.power,
        )
        points = (np.linspace(low, high, count)) ** (1.0 / self.power) - self.shift
        points[0], points[-1] = self.low_x, self.high_x
        return np.asarray(points)


def columns(place: FloatArray, intervals: int) -> FloatArray:
    """Return the basis, (n, intervals + 3), at positions between 0 and 1; 0 intervals: constant."""
    if intervals == 0:
        return np.ones((len(place), 1))
    step = 1.0 / intervals
    knots = np.arange(-DEGREE, intervals + DEGREE + 1) * step
    inside = np.clip(place, 0.0, 1.0)
    dense: FloatArray = BSpline.design_matrix(inside, knots, DEGREE, extrapolate=True).toarray()
    return dense


def penalty(intervals: int, order: int) -> FloatArray:
    """Return the difference penalty of an order for a basis of so many intervals."""
    if intervals == 0:
        return np.zeros((1, 1))
    width = intervals + DEGREE
    difference = np.diff(np.eye(width), n=order, axis=0)
    return np.asarray(difference.T @ difference)
