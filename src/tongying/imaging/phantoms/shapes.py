"""Shapes in millimetres on a grid: ellipsoids, tubes, smooth random fields."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tongying.imaging.grid import Grid
from tongying.imaging.volume import Mask

Field = NDArray[np.float32]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """LPS coordinates of a grid along the axes of LPS, each broadcastable to its volume.

    Attributes
    ----------
    grid : Grid
    x, y, z : ndarray of float32
        In mm; z is warped by nothing, so that anatomy may be drawn in it directly.
    """

    grid: Grid
    x: Field
    y: Field
    z: Field

    @classmethod
    def on(cls, grid: Grid, scale: Point = (1.0, 1.0, 1.0)) -> Canvas:
        """Lay a canvas over a grid.

        Parameters
        ----------
        grid : Grid
            Its axes must be those of LPS.
        scale : tuple of float
            How much larger than drawn the child is, along x, y and z.
        """
        slices, rows, columns = grid.shape
        origin, step = grid.origin_mm, grid.spacing_mm
        along = [
            (origin[axis] + step[axis] * np.arange(count)) / scale[axis]
            for axis, count in enumerate((columns, rows, slices))
        ]
        return cls(
            grid,
            along[0].astype(np.float32)[None, None, :],
            along[1].astype(np.float32)[None, :, None],
            along[2].astype(np.float32)[:, None, None],
        )

    def ellipsoid(self, centre: Point, radii: Point) -> Mask:
        """Return the inside of an axis-parallel ellipsoid."""
        return self.radius(centre, radii) < 1

    def radius(self, centre: Point, radii: Point) -> Field:
        """Return the normalised distance from an ellipsoid's centre, 1 on its surface."""
        squares: Any = (
            ((self.x - centre[0]) / radii[0]) ** 2
            + ((self.y - centre[1]) / radii[1]) ** 2
            + ((self.z - centre[2]) / radii[2]) ** 2
        )
        return np.asarray(np.sqrt(squares), dtype=np.float32)

    def tube(self, points: list[Point], radius: float) -> Mask:
        """Return what lies within `radius` mm of a line through points."""
        found = np.zeros(self.grid.shape, dtype=np.bool_)
        for start, end in itertools.pairwise(points):
            run = [last - first for first, last in zip(start, end, strict=True)]
            length = sum(part * part for part in run)
            away = (self.x - start[0], self.y - start[1], self.z - start[2])
            along = np.clip(sum(a * r for a, r in zip(away, run, strict=True)) / length, 0, 1)
            squared = sum((a - along * r) ** 2 for a, r in zip(away, run, strict=True))
            found |= squared < radius**2
        return found


def smooth_field(random: np.random.Generator, grid: Grid, scale_mm: float) -> Field:
    """Return a random field of mean 0 and deviation 1 whose bumps are about `scale_mm` wide."""
    noise = random.standard_normal(grid.shape, dtype=np.float32)
    sigma = [scale_mm / 2 / step for step in grid.spacing_mm[::-1]]
    field = gaussian_filter(noise, sigma, mode="wrap")
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)
