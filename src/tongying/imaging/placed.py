"""The grid on which a registered image is kept: along the fixed axes, at its own resolution."""

from __future__ import annotations

import numpy as np

from tongying.imaging.grid import Grid, Points
from tongying.imaging.transform import Transform

MOST_VOXELS = 160_000_000
"""About 512 x 512 x 600: what a viewer and two gigabytes of memory bear (operator's choice)."""
_INVERSE_STEPS = 8


def placed_grid(fixed: Grid, moving: Grid, transform: Transform) -> Grid:
    """Return a grid along the fixed axes that holds the whole moving image as finely as it was.

    Along each fixed axis the step is the finest that the moving image resolves in that direction;
    a grid of more than `MOST_VOXELS` is made coarser along all three.

    Parameters
    ----------
    fixed, moving : Grid
    transform : Transform
        Fixed to moving points, LPS mm.

    Returns
    -------
    Grid
        In the fixed frame of reference.

    Examples
    --------
    >>> from tongying.imaging.transform import MatrixTransform
    >>> ct = Grid.of((40, 64, 64), spacing_mm=(1.0, 1.0, 3.0), origin_mm=(0.0, 0.0, 0.0))
    >>> pet = Grid.of((20, 16, 16), spacing_mm=(4.0, 4.0, 5.0), origin_mm=(0.0, 0.0, 0.0))
    >>> placed = placed_grid(ct, pet, MatrixTransform.translation((0.0, 0.0, 10.0)))
    >>> placed.shape, placed.spacing_mm.tolist(), placed.origin_mm.tolist()
    ((20, 16, 16), [4.0, 4.0, 5.0], [0.0, 0.0, -10.0])
    """
    axes = fixed.directions
    turn = np.linalg.inv(transform.matrix[:3, :3]) @ moving.directions
    turn /= np.linalg.norm(turn, axis=0)
    cosines = np.abs(axes.T @ turn)
    spacing = 1.0 / (cosines / moving.spacing_mm).max(axis=1)
    corners = _fixed_points(moving.corners(), transform) @ axes
    low, high = corners.min(axis=0), corners.max(axis=0)
    counts = np.ceil((high - low) / spacing - 1e-6).astype(int) + 1
    excess = float(np.prod(counts, dtype=np.float64)) / MOST_VOXELS
    if excess > 1:
        spacing = spacing * excess ** (1 / 3)
        counts = np.ceil((high - low) / spacing - 1e-6).astype(int) + 1
    columns, rows, slices = (int(count) for count in counts)
    return Grid.of(
        (slices, rows, columns), spacing_mm=spacing, origin_mm=axes @ low, directions=axes
    )


def _fixed_points(moving: Points, transform: Transform) -> Points:
    """Return the fixed points of moving points, by a few steps towards them."""
    back = np.linalg.inv(transform.matrix)
    points = moving @ back[:3, :3].T + back[:3, 3]
    for _ in range(_INVERSE_STEPS):
        points = points + (moving - transform.points(points)) @ back[:3, :3].T
    return np.asarray(points)
