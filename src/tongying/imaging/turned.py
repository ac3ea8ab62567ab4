"""A volume turned so that its axes run as the closest axes of the child do, and back.

Only turning and mirroring: no value is interpolated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from nibabel.orientations import apply_orientation, inv_ornt_aff, io_orientation, ornt_transform
from numpy.typing import NDArray

from tongying.imaging.grid import Grid
from tongying.imaging.nifti import LPS_OF_RAS
from tongying.imaging.volume import Array

_RIGHT_FRONT_UP = np.array([[0, 1], [1, 1], [2, 1]])


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """How an array of shape (slices, rows, columns) is turned to right, front, up (RAS) and back.

    Attributes
    ----------
    grid : Grid
        Of the volume.
    """

    grid: Grid

    def to_ras(self, array: Array) -> Array:
        """Return the array with axes to the right, to the front and up."""
        turned: Array = apply_orientation(array.transpose(2, 1, 0), self._orientation())
        return turned

    def back(self, array: Array) -> Array:
        """Return an array of the turned axes in the order (slices, rows, columns)."""
        back = ornt_transform(_RIGHT_FRONT_UP, self._orientation())
        turned: Array = apply_orientation(array, back).transpose(2, 1, 0)
        return turned

    def affine(self) -> NDArray[np.float64]:
        """Return where the turned array's voxels lie: (i, j, k, 1) to RAS in mm."""
        slices, rows, columns = self.grid.shape
        ras: NDArray[np.float64] = LPS_OF_RAS @ self.grid.affine
        inverse: NDArray[np.float64] = inv_ornt_aff(self._orientation(), (columns, rows, slices))
        turned: NDArray[np.float64] = ras @ inverse
        return turned

    def _orientation(self) -> NDArray[np.float64]:
        found: NDArray[np.float64] = io_orientation(LPS_OF_RAS @ self.grid.affine)
        return found
