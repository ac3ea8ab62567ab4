"""How well a norm knows its own centile at a place, and how many children stand there."""

from __future__ import annotations

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SexUncertainty, Uncertainty


def of_sex(uncertainty: Uncertainty, sex: Sex | None) -> SexUncertainty | None:
    """Return the grid of a sex, or of both together, or None where there is none."""
    return uncertainty.by_sex.get(sex) or uncertainty.by_sex.get(None)


def z_error_at(grid: SexUncertainty, x: float, z: float) -> float:
    """Return the standard error of a z, straight between the grid's points.

    Beyond the outermost z the error goes on along the last straight line, and never falls: far out
    a norm knows less, not as much as at its edge.
    """
    here = np.array(
        [np.interp(x, grid.x, grid.z_error[:, column]) for column in range(len(grid.z))]
    )
    inside = float(np.interp(z, grid.z, here))
    if len(grid.z) < 2:
        return inside
    if z > grid.z[-1]:
        return inside + max(0.0, _slope(grid.z, here, -1, -2)) * float(z - grid.z[-1])
    if z < grid.z[0]:
        return inside + max(0.0, _slope(grid.z, here, 0, 1)) * float(grid.z[0] - z)
    return inside


def near_at(grid: SexUncertainty, x: float) -> int:
    """Return how many children are near, straight between the grid's points and rounded down."""
    return int(np.floor(np.interp(x, grid.x, grid.n_near) + 1e-9))


def _slope(z: FloatArray, error: FloatArray, outer: int, inner: int) -> float:
    """Return the rise of the error away from the middle, at one end."""
    return float((error[outer] - error[inner]) / abs(z[outer] - z[inner]))
