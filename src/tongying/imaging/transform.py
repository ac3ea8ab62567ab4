"""Transforms: where in the moving image the child's point of the fixed image lies.

Every transform maps *fixed points to moving points*, LPS in mm: the direction in which a moving
image is resampled onto the fixed grid, and of the DICOM registration whose registered frame of
reference is the fixed one turned round (see the DICOM writers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates

from tongying.imaging.grid import Grid, Matrix, Points
from tongying.kernel.errors import BadInput

_RIGID_TOLERANCE = 1e-6


class TransformRefused(BadInput):
    """The numbers are not a transform."""

    code: ClassVar[str] = "imaging.transform"


class Transform(Protocol):
    """Maps fixed points to moving points."""

    @property
    def matrix(self) -> Matrix:
        """Its affine part, shape (4, 4)."""

    def points(self, fixed: ArrayLike) -> Points:
        """Return the moving points, shape (n, 3), LPS mm, of fixed points of the same shape."""


@dataclass(frozen=True, slots=True, eq=False)
class MatrixTransform:
    """A rigid or affine transform.

    Attributes
    ----------
    matrix : ndarray, shape (4, 4)
        Fixed point to moving point, LPS mm; read-only.

    Raises
    ------
    TransformRefused
        If the matrix is not finite, singular, or its last row is not 0 0 0 1.

    Examples
    --------
    >>> shift = MatrixTransform.translation((5.0, 0.0, 0.0))
    >>> shift.points([[1.0, 2.0, 3.0]]).tolist()
    [[6.0, 2.0, 3.0]]
    """

    matrix: Matrix

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, dtype=np.float64)
        if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
            raise TransformRefused("A transform needs a 4 by 4 matrix of numbers.")
        if not np.allclose(matrix[3], (0, 0, 0, 1), atol=1e-9):
            raise TransformRefused("The last row of a transform's matrix must be 0 0 0 1.")
        if abs(np.linalg.det(matrix[:3, :3])) < 1e-6:
            raise TransformRefused("The transform flattens space and cannot be turned round.")
        matrix.setflags(write=False)
        object.__setattr__(self, "matrix", matrix)

    @classmethod
    def identity(cls) -> MatrixTransform:
        """Return the transform that changes nothing."""
        return cls(np.eye(4))

    @classmethod
    def translation(cls, by_mm: ArrayLike) -> MatrixTransform:
        """Return a shift."""
        matrix = np.eye(4)
        matrix[:3, 3] = np.asarray(by_mm, dtype=np.float64)
        return cls(matrix)

    @classmethod
    def rigid(
        cls, rotation: ArrayLike, translation_mm: ArrayLike, centre_mm: ArrayLike = (0, 0, 0)
    ) -> MatrixTransform:
        """Return ``R (p - c) + c + t``.

        Parameters
        ----------
        rotation : array_like, shape (3, 3)
        translation_mm, centre_mm : array_like, shape (3,)
        """
        turn = np.asarray(rotation, dtype=np.float64)
        centre = np.asarray(centre_mm, dtype=np.float64)
        matrix = np.eye(4)
        matrix[:3, :3] = turn
        matrix[:3, 3] = centre + np.asarray(translation_mm, dtype=np.float64) - turn @ centre
        return cls(matrix)

    @property
    def is_rigid(self) -> bool:
        """Whether it keeps all distances and does not mirror."""
        turn = self.matrix[:3, :3]
        keeps = np.abs(turn @ turn.T - np.eye(3)).max() < _RIGID_TOLERANCE
        return bool(keeps and np.linalg.det(turn) > 0)

    def points(self, fixed: ArrayLike) -> Points:
        """Return the moving points of fixed points."""
        at = np.asarray(fixed, dtype=np.float64)
        moved: Points = at @ self.matrix[:3, :3].T + self.matrix[:3, 3]
        return moved

    def inverse(self) -> MatrixTransform:
        """Return the transform from moving points to fixed points."""
        inverted: Matrix = np.linalg.inv(self.matrix).astype(np.float64)
        return MatrixTransform(inverted)

    def after(self, first: MatrixTransform) -> MatrixTransform:
        """Return the transform that applies `first`, then this one."""
        return MatrixTransform(self.matrix @ first.matrix)


@dataclass(frozen=True, slots=True, eq=False)
class DisplacementTransform:
    """A dense deformation: moving point = fixed point + displacement at the fixed point.

    The displacement is *total*: it holds the affine part too. Outside its grid, where nothing was
    computed, the affine part alone is used.

    Attributes
    ----------
    matrix : ndarray, shape (4, 4)
        The affine part, fixed to moving point, LPS mm.
    displacement_mm : ndarray of float32, shape (slices, rows, columns, 3)
        LPS components in mm at the voxels of `grid`.
    grid : Grid
        In the fixed frame; usually coarser than the image.

    Raises
    ------
    TransformRefused
        If the field does not fit its grid or is not finite.
    """

    matrix: Matrix
    displacement_mm: NDArray[np.float32]
    grid: Grid

    def __post_init__(self) -> None:
        if self.displacement_mm.shape != (*self.grid.shape, 3):
            raise TransformRefused("The displacements and their grid do not have the same size.")
        if not np.isfinite(self.displacement_mm).all():
            raise TransformRefused("The displacements are not all numbers.")
        object.__setattr__(self, "matrix", MatrixTransform(self.matrix).matrix)

    def points(self, fixed: ArrayLike) -> Points:
        """Return the moving points of fixed points; linear between the grid's voxels."""
        at = np.asarray(fixed, dtype=np.float64)
        index = self.grid.to_index(at)[:, ::-1].T
        ends = np.array(self.grid.shape)[:, None] - 1
        inside = ((index >= -0.5) & (index <= ends + 0.5)).all(axis=0)
        moved = MatrixTransform(self.matrix).points(at)
        within = index[:, inside]
        for axis in range(3):
            part = map_coordinates(self.displacement_mm[..., axis], within, order=1, mode="nearest")
            moved[inside, axis] = at[inside, axis] + part
        return moved
