"""Small pairs with known truth: a body of ellipsoids that another modality sees otherwise."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial.transform import Rotation

from tongying.imaging.grid import Grid
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume

_ORGANS = (
    ((0, 0, 0), (62, 48, 70), 0.35),
    ((-22, -8, 20), (20, 16, 26), 0.6),
    ((25, 5, 15), (17, 22, 20), 0.8),
    ((5, 22, -25), (24, 10, 22), 0.95),
    ((-28, 12, -30), (12, 14, 12), 0.5),
    ((20, -20, -35), (9, 12, 16), 0.7),
    ((-5, -25, -5), (10, 8, 30), 0.15),
)


def tissue(points: np.ndarray) -> np.ndarray:
    """Return the kind of tissue, 0 to 1, at LPS points, with borders 2 mm wide."""
    value = np.zeros(len(points))
    for centre, radii, kind in _ORGANS:
        away = np.linalg.norm((points - centre) / radii, axis=1)
        inside = 1 / (1 + np.exp((away - 1) * min(radii) / 1.0))
        value += inside * (kind - value)
    return value


def seen(
    grid: Grid,
    to_body: MatrixTransform,
    remap: list[float],
    *,
    noise: float = 0.03,
    seed: int = 0,
) -> Volume:
    """Return what a modality sees of the body on a grid.

    `remap` has the brightness of tissues 0, 0.2, ... 1; `to_body` maps the grid's LPS to the body.
    """
    k, j, i = np.indices(grid.shape).reshape(3, -1)
    kind = tissue(to_body.points(grid.to_lps(np.column_stack((i, j, k)))))
    value = np.interp(kind, np.linspace(0, 1, len(remap)), remap).reshape(grid.shape)
    grain = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=grid.shape), 0.6)
    return Volume((value + noise * grain / grain.std()).astype(np.float32), grid)


ANATOMY = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
FUNCTION = [0.0, 0.1, 0.3, 1.0, 0.2, 0.5]


def grid_of(
    shape: tuple[int, int, int],
    spacing_mm: tuple[float, float, float],
    *,
    axes: np.ndarray | None = None,
    centre_mm: tuple[float, float, float] = (0, 0, 0),
) -> Grid:
    """Return a grid around a centre."""
    directions = np.eye(3) if axes is None else axes
    half = directions @ (np.array(spacing_mm) * (np.array(shape[::-1]) - 1) / 2)
    return Grid.of(
        shape, spacing_mm=spacing_mm, origin_mm=np.array(centre_mm) - half, directions=directions
    )


FIXED_GRID = grid_of((44, 44, 54), (3.0, 3.0, 4.0))
MOVING_GRID = grid_of((46, 42, 48), (3.6, 3.6, 3.8), centre_mm=(6, -4, 5))


def turn(axis: tuple[float, float, float], degrees: float) -> np.ndarray:
    """Return the matrix of a turn."""
    unit = np.array(axis) / np.linalg.norm(axis)
    return Rotation.from_rotvec(unit * np.radians(degrees)).as_matrix()


def targets(count: int = 200) -> np.ndarray:
    """Return points of the body, where a doctor would look."""
    points = np.random.default_rng(9).uniform(-60, 60, (20 * count, 3))
    return points[tissue(points) > 0.3][:count]


def errors(found: MatrixTransform, truth: MatrixTransform) -> np.ndarray:
    """Return the target registration errors in mm."""
    at = targets()
    return np.linalg.norm(found.points(at) - truth.points(at), axis=1)
