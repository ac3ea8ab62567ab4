"""A region of the child, drawn on the grid of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from scipy.ndimage import distance_transform_edt

from tongying.imaging.grid import Grid
from tongying.imaging.volume import Mask
from tongying.kernel.errors import BadInput

REFINED_VOXELS: Final = 1_000_000
"""A region's box is refined for its depth up to this size."""


class RegionRefused(BadInput):
    """The region cannot be used."""

    code: ClassVar[str] = "imaging.region"


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """What somebody drew, or a threshold found.

    Attributes
    ----------
    name : str
        As the reader wrote it.
    mask : ndarray of bool, shape (slices, rows, columns)
    grid : Grid

    Raises
    ------
    RegionRefused
        If it is empty, or mask and grid differ in size.
    """

    name: str
    mask: Mask
    grid: Grid

    def __post_init__(self) -> None:
        if self.mask.shape != self.grid.shape or self.mask.dtype != np.bool_:
            raise RegionRefused("The region and its image do not have the same size.")
        if not self.mask.any():
            raise RegionRefused("The region is empty.")

    @property
    def volume_ml(self) -> float:
        """Volume of the voxels drawn."""
        return float(np.count_nonzero(self.mask)) * self.grid.voxel_mm3 / 1000.0

    def box(self) -> tuple[slice, slice, slice]:
        """Return the part of the array that the region fills."""
        found = []
        for axis in range(3):
            others = tuple(other for other in range(3) if other != axis)
            at = np.flatnonzero(self.mask.any(axis=others))
            found.append(slice(int(at[0]), int(at[-1]) + 1))
        return found[0], found[1], found[2]

    def short_axis_mm(self) -> float:
        """Return the region's smallest diameter in three dimensions.

        The smaller of the short axis of the ellipsoid with the same moments (exact for ellipsoids,
        too large for shells and crescents) and the diameter of the largest sphere inside.
        """
        return min(self._moment_axis_mm(), 2.0 * self._depth_mm())

    def _moment_axis_mm(self) -> float:
        index = np.argwhere(self.mask)[:, ::-1].astype(np.float64)
        step = self.grid.affine[:3, :3]
        spread = np.cov(index.T, bias=True) if len(index) > 1 else np.zeros((3, 3))
        # A voxel is a box, not a point: its own moment is 1/12.
        covariance = step @ (spread + np.eye(3) / 12.0) @ step.T
        return float(2.0 * np.sqrt(5.0 * np.linalg.eigvalsh(covariance)[0]))

    def _depth_mm(self) -> float:
        inner = np.pad(self.mask[self.box()], 1)
        refine = [3 if inner.size * 27 <= REFINED_VOXELS else 1] * 3
        spacing = self.grid.spacing_mm[::-1] / np.array(refine)
        fine = np.kron(inner, np.ones(refine, dtype=bool)) if refine[0] > 1 else inner
        depth, nearest = distance_transform_edt(fine, sampling=spacing, return_indices=True)
        deepest = np.unravel_index(int(np.argmax(depth)), depth.shape)
        steps = np.abs(np.array([axis[deepest] for axis in nearest]) - np.array(deepest))
        most = int(steps.max())
        # The edge lies on the face of the nearest voxel outside, half a step before its centre.
        to_face = depth[deepest] * (most - 0.5) / most
        return float(to_face + 0.5 * spacing.min())
