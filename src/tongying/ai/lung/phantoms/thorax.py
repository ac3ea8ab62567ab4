"""A chest made by code: lungs with branching vessels and airways, heart, wall, ribs and noise.

It is there so that a detector can be trained without any child's images. Lengths are those of a
grown body times a scale; none of them describes children (needs sign-off before anybody says so).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.ai.lung.phantoms.branches import Tube, grow_trees
from tongying.imaging.grid import Grid
from tongying.imaging.volume import Quantity, Volume

SOFT_HU: Final = 40.0
FAT_HU: Final = -90.0
BONE_HU: Final = 450.0
LUNG_HU: Final = -860.0
LUMEN_HU: Final = -960.0
AIR_HU: Final = -1000.0
_HALF_MM: Final = (150.0, 105.0, 130.0)
"""Half width, depth and height of a grown chest."""


@dataclass(frozen=True, slots=True)
class Chest:
    """What chest to make.

    Attributes
    ----------
    scale : float
        Of all lengths but vessels' least; 1 is grown, 0.55 about a small child's.
    pixel_mm : float
    slice_mm : float
        Distance and thickness of slices; a multiple of the pixel is kept exactly.
    noise_hu : float
        Standard deviation.
    """

    scale: float = 0.7
    pixel_mm: float = 1.0
    slice_mm: float = 1.0
    noise_hu: float = 20.0


def make_chest(chest: Chest, seed: int) -> Volume:
    """Return the chest; the same seed gives the same one.

    Parameters
    ----------
    chest : Chest
    seed : int
    """
    random = np.random.default_rng(seed)
    merged = max(1, round(chest.slice_mm / chest.pixel_mm))
    grid = _grid(chest, merged)
    array, inside = _organs(grid, chest.scale, random)
    for tube in grow_trees(random, chest.scale):
        _draw(array, grid, tube, inside)
    _ribs(array, grid, chest.scale)
    array = ndimage.gaussian_filter(array, [0.0, 0.5, 0.5])
    array = array.reshape(-1, merged, *array.shape[1:]).mean(axis=1, dtype=np.float32)
    noise = ndimage.gaussian_filter(
        random.normal(size=array.shape).astype(np.float32), [0.0, 0.7, 0.7]
    )
    array += noise * (chest.noise_hu / float(noise.std()))
    spacing = (chest.pixel_mm, chest.pixel_mm, chest.pixel_mm * merged)
    origin = grid.origin_mm + np.array([0.0, 0.0, chest.pixel_mm * (merged - 1) / 2.0])
    whole = Grid.of(array.shape, spacing_mm=spacing, origin_mm=origin)
    clipped = np.clip(np.round(array), -1024, 3071).astype(np.int16)
    return Volume(clipped, whole, Quantity.HU, "CT")


def _grid(chest: Chest, merged: int) -> Grid:
    half = np.array(_HALF_MM) * chest.scale + np.array([15.0, 15.0, 2.0])
    columns, rows, slices = (int(np.ceil(2 * length / chest.pixel_mm)) for length in half)
    slices = int(np.ceil(slices / merged)) * merged
    return Grid.of((slices, rows, columns), spacing_mm=(chest.pixel_mm,) * 3, origin_mm=-half)


def _organs(
    grid: Grid, scale: float, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    z, y, x = (
        ((np.arange(length) * grid.spacing_mm[0] + start) / scale).astype(np.float32)
        for length, start in zip(grid.shape, grid.origin_mm[::-1], strict=True)
    )
    z, y, x = z[:, None, None], y[None, :, None], x[None, None, :]
    rough = _waves(grid.shape, grid.spacing_mm[0], 18.0 * scale, random)
    fine = _waves(grid.shape, grid.spacing_mm[0], 4.0 * scale, random)
    body = (x / 150.0) ** 2 + (y / 105.0) ** 2 < 1.0
    array = np.where(body, FAT_HU, AIR_HU).astype(np.float32) + np.zeros(grid.shape, np.float32)
    array[np.broadcast_to((x / 138.0) ** 2 + (y / 94.0) ** 2 < 1.0, grid.shape)] = SOFT_HU
    bumps = 0.02 * rough + 0.008 * fine
    inside = np.zeros(grid.shape, dtype=bool)
    for side in (-1.0, 1.0):
        far = ((x - side * 66.0) / 60.0) ** 2 + (y / 84.0) ** 2 + ((z + 20.0) / 138.0) ** 2
        inside |= far < 1.0 + bumps
    heart = ((x - 25.0) / 62.0) ** 2 + ((y + 25.0) / 52.0) ** 2 + ((z + 40.0) / 62.0) ** 2
    inside &= heart > 1.0 + bumps
    inside &= np.abs(x) > 16.0 + 2.0 * rough
    dome = -75.0 - 0.006 * ((np.abs(x) - 66.0) ** 2 + y**2) + 3.0 * rough
    inside &= z > dome
    texture = _waves(grid.shape, grid.spacing_mm[0], 1.6, random)
    depth = 25.0 * y / 84.0
    level = LUNG_HU + random.uniform(-40.0, 60.0)
    lung = level + depth + 25.0 * texture + 15.0 * rough
    array = np.where(inside, lung, array).astype(np.float32)
    for side, shift, slope in ((-1.0, 0.0, 0.8), (1.0, 10.0, 0.9)):
        sheet = np.abs(y - slope * z - shift - 4.0 * rough) / np.hypot(1.0, slope) * scale
        here = inside & (x * side > 0)
        array += np.where(here, random.uniform(80.0, 260.0) * np.clip(1.0 - sheet, 0.0, 1.0), 0.0)
    return array.astype(np.float32), inside


def _waves(
    shape: tuple[int, int, int], voxel_mm: float, length_mm: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return smooth random numbers of standard deviation 1."""
    step = max(1.0, length_mm / voxel_mm)
    small = [int(np.ceil(length / step)) + 3 for length in shape]
    cut = random.normal(size=small).astype(np.float32)
    for axis, length in enumerate(shape):
        at = np.arange(length) / step
        low = at.astype(int)
        share = (at - low).astype(np.float32)
        if step >= 3:
            share = share * share * (3.0 - 2.0 * share)  # no edges between the random numbers
        share = share.reshape([-1 if one == axis else 1 for one in range(3)])
        cut = np.take(cut, low, axis) * (1.0 - share) + np.take(cut, low + 1, axis) * share
    return np.asarray((cut - cut.mean()) / cut.std(), dtype=np.float32)


def _draw(array: NDArray[np.float32], grid: Grid, tube: Tube, inside: NDArray[np.bool_]) -> None:
    voxel = float(grid.spacing_mm[0])
    ends = np.stack([tube.begin, tube.end])
    reach = tube.radius_mm + 2.0 * voxel
    low = np.maximum(np.floor((ends.min(0) - reach - grid.origin_mm) / voxel).astype(int), 0)
    high = np.ceil((ends.max(0) + reach - grid.origin_mm) / voxel).astype(int) + 1
    high = np.minimum(high, np.array(grid.shape[::-1]))
    if (high <= low).any():
        return
    x, y, z = (
        (np.arange(low[axis], high[axis]) * voxel + grid.origin_mm[axis] - tube.begin[axis])
        for axis in range(3)
    )
    way = tube.end - tube.begin
    length2 = max(float(way @ way), 1e-9)
    z, y, x = z[:, None, None], y[None, :, None], x[None, None, :]
    along = np.clip((x * way[0] + y * way[1] + z * way[2]) / length2, 0.0, 1.0)
    across = (x - along * way[0], y - along * way[1], z - along * way[2])
    away = np.sqrt(across[0] ** 2 + across[1] ** 2 + across[2] ** 2)
    block = tuple(slice(int(low[axis]), int(high[axis])) for axis in (2, 1, 0))
    within = inside[block]
    # A tube thinner than a voxel fills only a part of it.
    thin = min(1.0, (2.0 * tube.radius_mm / voxel) ** 2)
    share = thin * np.clip(0.5 + (tube.radius_mm - away) / voxel, 0.0, 1.0) * within
    part = array[block]
    part += (share * np.maximum(tube.hu - part, 0.0)).astype(np.float32)
    if tube.lumen_mm > 0.0:
        hole = np.clip(0.5 + (tube.lumen_mm - away) / voxel, 0.0, 1.0) * within
        part += (hole * (LUMEN_HU - part)).astype(np.float32)


def _ribs(array: NDArray[np.float32], grid: Grid, scale: float) -> None:
    z, y, x = (
        ((np.arange(length) * grid.spacing_mm[0] + start) / scale)
        for length, start in zip(grid.shape, grid.origin_mm[::-1], strict=True)
    )
    z, y, x = z[:, None, None], y[None, :, None], x[None, None, :]
    ring = (np.sqrt((x / 132.0) ** 2 + (y / 90.0) ** 2) - 1.0) * 105.0
    for number in range(-5, 6):
        height = z - 26.0 * number + 0.25 * y
        array[(ring**2 + (height / 1.4) ** 2) < 5.0**2] = BONE_HU
    array[np.broadcast_to((x / 16.0) ** 2 + ((y - 72.0) / 16.0) ** 2 < 1.0, grid.shape)] = 220.0
