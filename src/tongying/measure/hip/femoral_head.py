"""The femoral head drawn as an ellipse: where its middle lies and how far it reaches."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tongying.measure.cross import SQUARE_WITHIN_DEG
from tongying.measure.geometry import NEAR, acute_deg
from tongying.measure.recipe import MarksRefused

OFF_CENTRE = 0.1
"""So far apart, in parts of the longer axis, may the middles of both axes lie (needs sign-off)."""


def reach_along(ellipse: ArrayLike, along: NDArray[np.float64]) -> tuple[float, float]:
    """Return the middle and the half width of an ellipse along a unit vector.

    Parameters
    ----------
    ellipse : array_like
        Four places: the ends of one axis, then those of the other.
    along : array of float

    Raises
    ------
    MarksRefused
        If the four places are not the ends of two axes that halve each other at right angles.

    Examples
    --------
    >>> import numpy as np
    >>> reach_along([[2, 0], [8, 0], [5, -1], [5, 1]], np.asarray([1.0, 0.0]))
    (5.0, 3.0)
    """
    ends = np.asarray(ellipse, dtype=np.float64)
    first, second = ends[:2], ends[2:]
    axes = (first[1] - first[0]) / 2, (second[1] - second[0]) / 2
    sizes = [float(np.hypot(*axis)) for axis in axes]
    apart = float(np.hypot(*(first.mean(axis=0) - second.mean(axis=0))))
    if (
        min(sizes) <= NEAR * max(1.0, float(np.abs(ends).max()))
        or acute_deg(first, second) < 90.0 - SQUARE_WITHIN_DEG
        or apart > OFF_CENTRE * 2 * max(sizes)
    ):
        raise MarksRefused("The femoral head must be an ellipse with two axes.")
    half = float(np.hypot(axes[0] @ along, axes[1] @ along))
    return float(ends.mean(axis=0) @ along), half
