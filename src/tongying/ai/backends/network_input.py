"""From a volume to the tensor of a network: its axes, its voxels, its scale.

A tensor has shape (first, second, third axis) as the settings name them. Its grid says where each
voxel lies in the child, so that what comes out can be brought back.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongying.ai.backends.network_settings import NetworkSettings, Scaling
from tongying.imaging.grid import Grid
from tongying.imaging.progress import Progress
from tongying.imaging.resample import resample
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume

Tensor = NDArray[np.float32]

_TOWARDS: Final[dict[str, tuple[int, float]]] = {
    "L": (0, 1.0), "R": (0, -1.0), "P": (1, 1.0), "A": (1, -1.0), "S": (2, 1.0), "I": (2, -1.0),
}  # fmt: skip
"""Axis of LPS and sign."""
_HAIR: Final = 1e-3
"""Of a voxel: an extent of 128.0001 voxels is one of 128."""
_FLAT: Final = 1e-6
"""Least deviation that values are divided by."""


def network_volume(volume: Volume, settings: NetworkSettings, progress: Progress) -> Volume:
    """Return the volume on the grid of the network, with its own values."""
    grid = network_grid(volume.grid, settings)
    return resample(volume, grid, MatrixTransform.identity(), progress=progress)


def network_grid(grid: Grid, settings: NetworkSettings) -> Grid:
    """Return the grid whose axes are those of the network.

    With a spacing it lies along the axes of the child. Without one the image's own voxels are only
    put in another order, so that no value is interpolated.

    Parameters
    ----------
    grid : Grid
        Of the image.
    settings : NetworkSettings
    """
    if settings.spacing_mm is None:
        own = _own_axes(grid, settings.axes)
        steps = [grid.affine[:3, axis] * sign for axis, sign in own]
        extent = np.array([grid.shape[2 - axis] for axis, _ in own])
    else:
        steps = [
            _unit(letter) * mm
            for letter, mm in zip(settings.axes, settings.spacing_mm, strict=True)
        ]
        extent = _extent(grid, np.stack(steps, axis=1))
    sides = extent if settings.shape is None else np.array(settings.shape)
    # Whole voxels are added or taken away before the first one: none is split.
    middle = np.floor((sides - extent) / 2) + (extent - 1) / 2
    affine = np.eye(4)
    affine[:3, :3] = np.stack(steps[::-1], axis=1)
    affine[:3, 3] = grid.centre_mm - np.stack(steps, axis=1) @ middle
    return Grid((int(sides[0]), int(sides[1]), int(sides[2])), affine)


def scaled(array: NDArray[np.float32], settings: NetworkSettings) -> Tensor:
    """Return values as the network was trained with them."""
    values = np.asarray(array, dtype=np.float32)
    kind = settings.scaling
    if kind is Scaling.NONE:
        return values
    if kind is Scaling.Z_SCORE:
        return _z_score(values, values)
    if kind is Scaling.Z_SCORE_NONZERO:
        inside = values != 0
        whole: Tensor = np.where(inside, _z_score(values, values[inside]), np.float32(0))
        return whole
    if kind is Scaling.WINDOW:
        return _window(values, *settings.scaling_numbers, clip=True)
    if kind is Scaling.PERCENTILES:
        low, high = np.percentile(values, settings.scaling_numbers)
        return _window(values, float(low), float(high), clip=True)
    return _window(values, float(values.min()), float(values.max()), clip=False)


def _z_score(values: Tensor, of: Tensor) -> Tensor:
    if not of.size:
        return values
    mean, deviation = of.mean(dtype=np.float64), of.std(dtype=np.float64)
    found: Tensor = ((values - mean) / max(deviation, _FLAT)).astype(np.float32)
    return found


def _window(values: Tensor, low: float, high: float, *, clip: bool) -> Tensor:
    found = (values - np.float32(low)) / np.float32(max(high - low, _FLAT))
    clipped: Tensor = np.clip(found, 0, 1) if clip else found
    return clipped


def _unit(letter: str) -> NDArray[np.float64]:
    axis, sign = _TOWARDS[letter]
    vector = np.zeros(3)
    vector[axis] = sign
    return vector


def _own_axes(grid: Grid, axes: str) -> list[tuple[int, float]]:
    """Return for each axis of the network the image's own that lies closest, and its sign.

    The assignment is the one of all six that lies closest as a whole, so that no axis of an
    oblique image is used twice.
    """
    cosines = np.stack([_unit(letter) @ grid.directions for letter in axes])
    orders = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
    best = max(orders, key=lambda order: sum(abs(cosines[i, own]) for i, own in enumerate(order)))
    return [(own, 1.0 if cosines[i, own] >= 0 else -1.0) for i, own in enumerate(best)]


def _extent(grid: Grid, steps: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many voxels of a size it takes to hold a whole image, along each step."""
    corners = np.linalg.solve(steps, (grid.corners() - grid.centre_mm).T)
    lengths = corners.max(axis=1) - corners.min(axis=1)
    counts: NDArray[np.int64] = np.ceil(lengths - _HAIR).astype(np.int64) + 1
    return counts
