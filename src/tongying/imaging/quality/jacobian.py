"""By how much a deformation swells or shrinks the child, voxel by voxel.

The determinant of the derivative of the *total* transform, moving point by fixed point, by central
differences between the voxels of its field: 1 keeps volumes, 0.5 halves them, 0 or less folds space
over itself, which no tissue does.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tongying.imaging.grid import Grid
from tongying.imaging.quality.estimate import Jacobian
from tongying.imaging.transform import DisplacementTransform, Transform
from tongying.imaging.volume import Mask
from tongying.kernel.errors import BadInput

_SLAB = 16


class JacobianRefused(BadInput):
    """There is no place to look at the deformation."""

    code: ClassVar[str] = "fusion.jacobian"


def jacobian(transform: Transform, mask: Mask, grid: Grid) -> Jacobian:
    """Return the determinants' range over a mask.

    Parameters
    ----------
    transform : Transform
    mask : ndarray of bool, shape (slices, rows, columns)
        Where the child is.
    grid : Grid
        Of the mask, in the fixed frame.

    Raises
    ------
    JacobianRefused
        If the mask is empty or does not fit its grid.
    """
    if mask.shape != grid.shape or not mask.any():
        raise JacobianRefused("There is no body in which the deformation could be looked at.")
    if isinstance(transform, DisplacementTransform):
        found = _of_field(transform, mask, grid)
    else:
        found = np.array([np.linalg.det(transform.matrix[:3, :3])])
    low, high = np.percentile(found, (1, 99))
    return Jacobian(
        float(found.min()),
        float(low),
        float(high),
        float(found.max()),
        float((found <= 0).mean()),
    )


def determinants(transform: DisplacementTransform) -> NDArray[np.float32]:
    """Return the determinant at each voxel of a field, shape (slices, rows, columns).

    Parameters
    ----------
    transform : DisplacementTransform
        Along an axis with one voxel it is taken to be constant.
    """
    shape = transform.grid.shape
    to_index = np.linalg.inv(transform.grid.affine[:3, :3])
    found = np.empty(shape, np.float32)
    for begin in range(0, shape[0], _SLAB):
        end = min(begin + _SLAB, shape[0])
        low, high = max(begin - 1, 0), min(end + 1, shape[0])
        part = transform.displacement_mm[low:high].astype(np.float64)
        by_index = np.zeros((*part.shape, 3))
        for column, axis in enumerate((2, 1, 0)):
            if part.shape[axis] > 1:
                by_index[..., column] = np.gradient(part, axis=axis)
        slope = by_index @ to_index + np.eye(3)
        found[begin:end] = np.linalg.det(slope)[begin - low : end - low]
    return found


def _of_field(transform: DisplacementTransform, mask: Mask, grid: Grid) -> NDArray[np.floating]:
    """Return the determinants at the field's voxels in the mask, or nearest to a small mask."""
    at_field = determinants(transform)
    inside = np.zeros(transform.grid.shape, np.bool_)
    _, rows, columns = inside.shape
    j, i = np.mgrid[0:rows, 0:columns]
    for level in range(inside.shape[0]):
        index = np.stack([i.ravel(), j.ravel(), np.full(i.size, level)], axis=1)
        inside[level] = _within(mask, grid.to_index(transform.grid.to_lps(index))).reshape(i.shape)
    if inside.any():
        return at_field[inside]
    near = transform.grid.to_index(grid.to_lps(np.argwhere(mask)[:, ::-1]))
    covered = _within(np.ones(inside.shape, np.bool_), near)
    outside = np.full(int((~covered).sum()), np.linalg.det(transform.matrix[:3, :3]))
    k, j, i = np.round(near[covered])[:, ::-1].astype(int).T
    return np.concatenate([at_field[k, j, i], outside])


def _within(mask: Mask, index: NDArray[np.float64]) -> Mask:
    """Return the mask at the voxels nearest to indices (i, j, k), False outside."""
    near = np.round(index)[:, ::-1].astype(int)
    inside = ((near >= 0) & (near < mask.shape)).all(axis=1)
    found = np.zeros(len(near), np.bool_)
    found[inside] = mask[tuple(near[inside].T)]
    return found
