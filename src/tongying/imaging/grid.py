"""Where the voxels of a volume lie.

Arrays have shape (slices, rows, columns), index ``[k, j, i]``; an affine maps the homogeneous
index (i, j, k, 1), that is column, row, slice, to LPS millimetres (x to the child's left, y to the
back, z to the head). This is ITK's order of the index and numpy's order of the array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tongying.kernel.errors import BadInput

Matrix = NDArray[np.float64]
Points = NDArray[np.float64]
"""Shape (n, 3): LPS in mm."""

_SINGULAR_MM3 = 1e-9


class GridRefused(BadInput):
    """The numbers do not say where voxels lie."""

    code: ClassVar[str] = "imaging.grid"


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A regular lattice of voxel centres.

    Attributes
    ----------
    shape : tuple of int
        (slices, rows, columns).
    affine : ndarray, shape (4, 4)
        Maps (i, j, k, 1) to LPS mm; read-only.

    Raises
    ------
    GridRefused
        If the shape has an empty side, or the affine is singular or not finite.

    Examples
    --------
    >>> grid = Grid.of((2, 3, 4), spacing_mm=(1.0, 1.0, 5.0), origin_mm=(10.0, 0.0, 0.0))
    >>> grid.to_lps([[1, 0, 1]]).tolist()
    [[11.0, 0.0, 5.0]]
    """

    shape: tuple[int, int, int]
    affine: Matrix

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        if len(self.shape) != 3 or min(self.shape) < 1 or affine.shape != (4, 4):
            raise GridRefused("A volume needs slices, rows and columns, and where they lie.")
        if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < _SINGULAR_MM3:
            raise GridRefused("The image's geometry is not a volume in space.")
        affine.setflags(write=False)
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", tuple(int(length) for length in self.shape))

    @classmethod
    def of(
        cls,
        shape: tuple[int, int, int],
        *,
        spacing_mm: ArrayLike,
        origin_mm: ArrayLike,
        directions: ArrayLike | None = None,
    ) -> Self:
        """Make a grid from ITK's three parts.

        Parameters
        ----------
        shape : tuple of int
            (slices, rows, columns).
        spacing_mm : array_like, shape (3,)
            Between columns, between rows, between slices.
        origin_mm : array_like, shape (3,)
            Centre of the voxel ``[0, 0, 0]``, LPS.
        directions : array_like, shape (3, 3), optional
            Unit vectors in its columns, along i, j and k; the axes of LPS by default.

        Raises
        ------
        GridRefused
            If they make no volume.
        """
        affine = np.eye(4)
        axes = np.eye(3) if directions is None else np.asarray(directions, dtype=np.float64)
        affine[:3, :3] = axes * np.asarray(spacing_mm, dtype=np.float64)
        affine[:3, 3] = np.asarray(origin_mm, dtype=np.float64)
        return cls(shape, affine)

    @property
    def spacing_mm(self) -> NDArray[np.float64]:
        """Distance between neighbours along i, j, k (column, row, slice)."""
        lengths: NDArray[np.float64] = np.linalg.norm(self.affine[:3, :3], axis=0)
        return lengths

    @property
    def directions(self) -> NDArray[np.float64]:
        """Unit vectors along i, j, k in the columns, shape (3, 3)."""
        axes: NDArray[np.float64] = self.affine[:3, :3] / self.spacing_mm
        return axes

    @property
    def origin_mm(self) -> NDArray[np.float64]:
        """Centre of the voxel ``[0, 0, 0]``, LPS."""
        return self.affine[:3, 3].copy()

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    @property
    def centre_mm(self) -> NDArray[np.float64]:
        """The middle of the volume, LPS."""
        slices, rows, columns = self.shape
        middle = [[(columns - 1) / 2, (rows - 1) / 2, (slices - 1) / 2]]
        point: NDArray[np.float64] = self.to_lps(middle)[0]
        return point

    def is_orthogonal(self, tolerance: float = 1e-4) -> bool:
        """Say whether the three axes are at right angles (a tilted gantry's are not)."""
        axes = self.directions
        return bool(np.abs(axes.T @ axes - np.eye(3)).max() <= tolerance)

    def to_lps(self, index: ArrayLike) -> Points:
        """Return where fractional indices (i, j, k), shape (n, 3), lie."""
        at = np.asarray(index, dtype=np.float64)
        points: Points = at @ self.affine[:3, :3].T + self.affine[:3, 3]
        return points

    def to_index(self, points: ArrayLike) -> NDArray[np.float64]:
        """Return the fractional indices (i, j, k), shape (n, 3), of LPS points."""
        inverse = np.linalg.inv(self.affine)
        at = np.asarray(points, dtype=np.float64)
        index: NDArray[np.float64] = at @ inverse[:3, :3].T + inverse[:3, 3]
        return index

    def corners(self) -> Points:
        """Return the centres of the eight corner voxels, LPS."""
        slices, rows, columns = self.shape
        ends = np.array(
            [(i, j, k) for i in (0, columns - 1) for j in (0, rows - 1) for k in (0, slices - 1)],
            dtype=np.float64,
        )
        return self.to_lps(ends)

    def same_as(self, other: Grid, tolerance_mm: float = 1e-3) -> bool:
        """Say whether two grids have the same voxels, to a tolerance at the corners."""
        if self.shape != other.shape:
            return False
        return bool(np.abs(self.corners() - other.corners()).max() <= tolerance_mm)

    def as_json(self) -> dict[str, Any]:
        """Return shape and affine as JSON."""
        return {"shape": list(self.shape), "affine": self.affine.tolist()}
