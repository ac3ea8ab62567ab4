"""How much of the child is in both images."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates

from tongying.imaging.grid import Points
from tongying.imaging.inversion import fixed_points
from tongying.imaging.transform import Transform
from tongying.imaging.volume import Volume

_POINTS = 4000


def overlap(
    fixed: Volume, moving: Volume, transform: Transform, bodies: tuple[Volume, Volume]
) -> float:
    """Return the share of the smaller body that lies within the other image, 0 to 1.

    Parameters
    ----------
    fixed, moving : Volume
    transform : Transform
        Fixed to moving points.
    bodies : tuple of Volume
        Of both images, by `coarse_body`.

    Raises
    ------
    NotInvertible
        If the smaller body is the moving one and the deformation folds space.
    """
    here, there = bodies
    sizes = [float(body.array.sum()) * body.grid.voxel_mm3 for body in bodies]
    if sizes[0] <= sizes[1]:
        return _share(moving, transform.points(_some(here)))
    return _share(fixed, fixed_points(transform, _some(there)))


def _some(body: Volume) -> Points:
    where = np.flatnonzero(body.array)
    chosen = where[:: max(1, len(where) // _POINTS)]
    k, j, i = np.unravel_index(chosen, body.grid.shape)
    return body.grid.to_lps(np.stack([i, j, k], axis=1))


def _share(volume: Volume, points: Points) -> float:
    at = volume.grid.to_index(points)[:, ::-1].T
    ends = np.array(volume.grid.shape)[:, None] - 1
    inside = ((at >= -0.5) & (at <= ends + 0.5)).all(axis=0)
    if volume.valid is not None:
        near = map_coordinates(volume.valid.astype(np.uint8), at, order=0, mode="nearest")
        inside &= near > 0
    return float(inside.mean())
