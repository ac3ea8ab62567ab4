"""Deformations as values: turned round, joined, smoothed, compared.

Everything here is in LPS mm and speaks of the *total* displacement: where a point goes minus where
it was. What a deformation does beyond its affine part is asked for by name.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tongying.imaging.grid import Grid, Points
from tongying.imaging.inversion import fixed_points
from tongying.imaging.transform import DisplacementTransform, MatrixTransform, Transform
from tongying.imaging.volume import Mask
from tongying.kernel.errors import BadInput


class DeformationRefused(BadInput):
    """There is no deformation to be made of it."""

    code: ClassVar[str] = "imaging.deformation"


def sampled(transform: Transform, grid: Grid) -> DisplacementTransform:
    """Return any transform as displacements on a grid.

    Parameters
    ----------
    transform : Transform
    grid : Grid
        In the frame of the points that the transform takes.

    Examples
    --------
    >>> grid = Grid.of((2, 2, 2), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0))
    >>> sampled(MatrixTransform.translation((5.0, 0, 0)), grid).displacement_mm[0, 0, 0].tolist()
    [5.0, 0.0, 0.0]
    """
    field = np.empty((*grid.shape, 3), np.float32)
    for level in range(grid.shape[0]):
        points = _slice_points(grid, level)
        field[level] = (transform.points(points) - points).reshape(field.shape[1:])
    return DisplacementTransform(transform.matrix, field, grid)


def composed(first: Transform, then: Transform, grid: Grid) -> DisplacementTransform:
    """Return the transform that applies `first`, then `then`, on a grid of `first`'s points.

    Parameters
    ----------
    first, then : Transform
    grid : Grid
    """
    field = np.empty((*grid.shape, 3), np.float32)
    for level in range(grid.shape[0]):
        points = _slice_points(grid, level)
        there = then.points(first.points(points))
        field[level] = (there - points).reshape(field.shape[1:])
    return DisplacementTransform(then.matrix @ first.matrix, field, grid)


def inverse(transform: Transform, grid: Grid, *, within_mm: float = 0.001) -> DisplacementTransform:
    """Return the transform from moving to fixed points, found by fixed-point iteration.

    Parameters
    ----------
    transform : Transform
    grid : Grid
        In the moving frame.
    within_mm : float
        Where the iteration ends.

    Raises
    ------
    NotInvertible
        If space folds.
    """
    field = np.empty((*grid.shape, 3), np.float32)
    for level in range(grid.shape[0]):
        points = _slice_points(grid, level)
        back = fixed_points(transform, points, within_mm=within_mm)
        field[level] = (back - points).reshape(field.shape[1:])
    return DisplacementTransform(MatrixTransform(transform.matrix).inverse().matrix, field, grid)


def smoothed(transform: DisplacementTransform, sigma_mm: float) -> DisplacementTransform:
    """Return a deformation whose part beyond the affine one is blurred.

    Parameters
    ----------
    transform : DisplacementTransform
    sigma_mm : float
        Standard deviation of the Gaussian.

    Raises
    ------
    DeformationRefused
        If it is negative.
    """
    if sigma_mm < 0:
        raise DeformationRefused("A field can only be smoothed by a length above zero.")
    affine = sampled(MatrixTransform(transform.matrix), transform.grid).displacement_mm
    beyond = transform.displacement_mm - affine
    sigma = sigma_mm / transform.grid.spacing_mm[::-1]
    soft = gaussian_filter(beyond, (*sigma, 0.0), mode="nearest")
    return DisplacementTransform(transform.matrix, affine + soft, transform.grid)


def from_sitk(
    transform: sitk.Transform, grid: Grid, affine: MatrixTransform | None = None
) -> DisplacementTransform:
    """Return a SimpleITK transform as displacements on a grid.

    Parameters
    ----------
    transform : SimpleITK.Transform
        Fixed to moving points, as SimpleITK's registrations give it.
    grid : Grid
        In the fixed frame; its axes at right angles.
    affine : MatrixTransform, optional
        Its affine part, used outside the grid; by default the affine closest to it on the grid.

    Raises
    ------
    DeformationRefused
        If it is not three-dimensional, or the grid is skewed.
    """
    if transform.GetDimension() != 3 or not grid.is_orthogonal():
        raise DeformationRefused("The deformation is not one of a volume with straight axes.")
    image = sitk.TransformToDisplacementField(
        transform,
        sitk.sitkVectorFloat32,
        [int(length) for length in grid.shape[::-1]],
        [float(mm) for mm in grid.origin_mm],
        [float(mm) for mm in grid.spacing_mm],
        [float(part) for part in grid.directions.ravel()],
    )
    field = sitk.GetArrayFromImage(image).astype(np.float32)
    matrix = closest_affine(field, grid) if affine is None else affine
    return DisplacementTransform(matrix.matrix, field, grid)


def closest_affine(field: NDArray[np.floating], grid: Grid) -> MatrixTransform:
    """Return the affine transform closest to displacements, by least squares.

    Parameters
    ----------
    field : ndarray, shape (slices, rows, columns, 3)
        LPS components in mm.
    grid : Grid
        At least two voxels along each axis.

    Raises
    ------
    DeformationRefused
        If the grid has an axis of one voxel.
    """
    if min(grid.shape) < 2:
        raise DeformationRefused("A field of one slice does not say how space is moved.")
    square, product = np.zeros((4, 4)), np.zeros((4, 3))
    centre = grid.centre_mm
    for level in range(grid.shape[0]):
        points = _slice_points(grid, level) - centre
        known = np.column_stack([points, np.ones(len(points))])
        square += known.T @ known
        product += known.T @ (points + field[level].reshape(-1, 3))
    found = np.linalg.solve(square, product).T
    matrix = np.eye(4)
    matrix[:3, :3] = found[:, :3]
    matrix[:3, 3] = found[:, 3] + centre - found[:, :3] @ centre
    return MatrixTransform(matrix)


def beyond_affine_mm(transform: Transform, mask: Mask, grid: Grid) -> float:
    """Return the largest displacement over a mask beyond the affine part, in mm.

    Parameters
    ----------
    transform : Transform
    mask : ndarray of bool, shape (slices, rows, columns)
    grid : Grid
        Of the mask, in the fixed frame.

    Raises
    ------
    DeformationRefused
        If the mask is empty or does not fit its grid.
    """
    _check_mask(mask, grid)
    if isinstance(transform, MatrixTransform):
        return 0.0
    affine = MatrixTransform(transform.matrix)
    largest = 0.0
    for level in np.flatnonzero(mask.any(axis=(1, 2))):
        points = _slice_points(grid, int(level))[mask[level].ravel()]
        away = transform.points(points) - affine.points(points)
        largest = max(largest, float(np.linalg.norm(away, axis=1).max()))
    return largest


def inverse_consistency_mm(there: Transform, back: Transform, points: Points) -> float:
    """Return the mean distance of points from where they come back to, in mm.

    Parameters
    ----------
    there : Transform
        Fixed to moving points.
    back : Transform
        Moving to fixed points, registered in the other direction.
    points : ndarray, shape (n, 3)
        Of the body, in the fixed frame.

    Raises
    ------
    DeformationRefused
        If there are no points.

    Examples
    --------
    >>> there, back = (MatrixTransform.translation((x, 0, 0)) for x in (5.0, -3.0))
    >>> inverse_consistency_mm(there, back, np.zeros((1, 3)))
    2.0
    """
    if len(points) == 0:
        raise DeformationRefused("There are no points at which to compare both directions.")
    returned = back.points(there.points(points))
    return float(np.linalg.norm(returned - points, axis=1).mean())


def _check_mask(mask: Mask, grid: Grid) -> None:
    if mask.shape != grid.shape or not mask.any():
        raise DeformationRefused("There is no body in which the deformation could be looked at.")


def _slice_points(grid: Grid, level: int) -> Points:
    _, rows, columns = grid.shape
    j, i = np.mgrid[0:rows, 0:columns]
    return grid.to_lps(np.stack([i.ravel(), j.ravel(), np.full(i.size, level)], axis=1))
