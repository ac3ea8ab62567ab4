"""How large a nodule is: its volume, and the diameter of the sphere of that volume.

Voxels count by how much of their brightness between lung and nodule they have, so that a voxel
half filled counts half. Vessels are cut off where they are thinner than the nodule. Error against
nodules made by code stands in docs/nodules.md; no scanner's phantom was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.ai.lung.lung_field import LEFT, RIGHT, LungField
from tongying.imaging.grid import Grid
from tongying.imaging.resample import resample
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Mask, Volume

FINEST_MM: Final = 0.5
VOXELS_ACROSS_RADIUS: Final = 7.0
SOLID_HU: Final = 30.0
"""What a solid nodule is thought to hold where it is too small to show it (needs sign-off)."""
SOLID_FROM_HU: Final = -350.0
CALCIFIED_FROM_HU: Final = 200.0
SMALL_MM: Final = 3.0
"""Radius below which blur hides the nodule's own brightness."""
LUNG_BELOW_HU: Final = -600.0
NO_LUNG_HU: Final = -850.0
"""Lung around a nodule, where none is seen around it."""
LEAST_CONTRAST_HU: Final = 80.0
CUT_SHARE: Final = 0.45
"""Of the radius: what is thinner is a vessel."""
THICK_SHARE: Final = 0.5
"""Slices thicker than this part of a diameter do not tell it well (needs sign-off)."""
_REACH: Final = 2.0
Floats = NDArray[np.float32]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One nodule.

    Attributes
    ----------
    centre_mm : tuple of float
        LPS, of its mass.
    volume_mm3, diameter_mm : float
        The diameter is that of the sphere of equal volume.
    mean_hu : float
        Within its half-bright border.
    texture : str
        ``solid``, ``part-solid-or-ground-glass``, ``calcified``, by brightness alone.
    side : str
        R, L, or empty.
    thick : bool
        Whether slices are thick for its size.
    at : tuple of slice
        Where `mask` lies in the volume's array.
    mask : ndarray of bool
        On the volume's grid.
    """

    centre_mm: Point
    volume_mm3: float
    diameter_mm: float
    mean_hu: float
    texture: str
    side: str
    thick: bool
    at: tuple[slice, ...]
    mask: Mask


def measure(
    volume: Volume, field: LungField, centre_mm: Point, radius_mm: float
) -> Measured | None:
    """Measure what lies at a place; None if nothing there is brighter than lung.

    Parameters
    ----------
    volume : Volume
        In Hounsfield units.
    field : LungField
        Of the volume.
    centre_mm : tuple of float
        LPS.
    radius_mm : float
        About how large it is.
    """
    box = _box(centre_mm, radius_mm)
    still = MatrixTransform.identity()
    values = resample(volume, box, still).array.astype(np.float32)
    lungs = Volume(field.mask.astype(np.float32), volume.grid)
    within = resample(lungs, box, still, outside=0.0).array > 0.5
    step = float(box.spacing_mm[0])
    away = _away(box)
    seed = _seed(values, within, away, radius_mm)
    if seed is None:
        return None
    lung = _lung_hu(values, within, away, radius_mm)
    core = float(np.percentile(values[away <= max(0.5 * radius_mm, step)], 80))
    if core - lung < LEAST_CONTRAST_HU:
        return None
    near = within & (away <= _REACH * radius_mm + 1.0)
    bright = near & (values > (core + lung) / 2.0)
    body = _cut(bright, seed, step)
    if not body.any():
        return None
    around = ndimage.distance_transform_edt(~body, sampling=step) <= max(1.0, 0.3 * radius_mm)
    rim = around & near & (~bright | body)
    equal_mm = (3.0 * float(np.count_nonzero(body)) * step**3 / (4.0 * pi)) ** (1.0 / 3.0)
    full = max(core, SOLID_HU) if core > SOLID_FROM_HU and equal_mm < SMALL_MM else core
    share = np.clip((values[rim] - lung) / (full - lung), 0.0, 1.0)
    mm3 = float(share.sum()) * step**3
    mean = float(values[body].mean())
    middle = box.to_lps(np.argwhere(body)[:, ::-1]).mean(axis=0)
    diameter = (6.0 * mm3 / pi) ** (1.0 / 3.0)
    at, mask = _on_grid(body, box, volume.grid)
    return Measured(
        (float(middle[0]), float(middle[1]), float(middle[2])),
        mm3,
        diameter,
        mean,
        _texture(core),
        _side(field.sides[at][mask]),
        float(volume.grid.spacing_mm[2]) > THICK_SHARE * diameter,
        at,
        mask,
    )


def doubling_days(before_mm3: float, now_mm3: float, days: float) -> float | None:
    """Return in how many days a volume doubles; None if it does not grow.

    Parameters
    ----------
    before_mm3, now_mm3 : float
        Above 0.
    days : float
        Between both, above 0.

    Examples
    --------
    >>> doubling_days(100.0, 200.0, 90.0)
    90.0
    >>> round(doubling_days(100.0, 400.0, 90.0), 6)
    45.0
    >>> doubling_days(100.0, 100.0, 90.0) is None
    True
    """
    if not (before_mm3 > 0.0 and days > 0.0 and now_mm3 > before_mm3):
        return None
    return days * log(2.0) / log(now_mm3 / before_mm3)


def _box(centre_mm: Point, radius_mm: float) -> Grid:
    step = max(FINEST_MM, radius_mm / VOXELS_ACROSS_RADIUS)
    half = int(np.ceil((2.2 * radius_mm + 4.0) / step))
    side = 2 * half + 1
    origin = np.array(centre_mm) - half * step
    return Grid.of((side, side, side), spacing_mm=(step,) * 3, origin_mm=origin)


def _away(box: Grid) -> NDArray[np.float64]:
    half = (box.shape[0] - 1) // 2
    ticks = (np.arange(box.shape[0]) - half) * float(box.spacing_mm[0])
    away: NDArray[np.float64] = np.sqrt(
        ticks[:, None, None] ** 2 + ticks[None, :, None] ** 2 + ticks[None, None, :] ** 2
    )
    return away


def _seed(
    values: Floats, within: Mask, away: NDArray[np.float64], radius_mm: float
) -> tuple[int, ...] | None:
    open_at = within & (away <= max(0.6 * radius_mm, 1.0))
    if not open_at.any():
        return None
    smooth = ndimage.gaussian_filter(values, 1.0)
    best = int(np.argmax(np.where(open_at, smooth, -np.inf)))
    return tuple(int(one) for one in np.unravel_index(best, values.shape))


def _lung_hu(values: Floats, within: Mask, away: NDArray[np.float64], radius_mm: float) -> float:
    shell = within & (away > 1.4 * radius_mm) & (away < 2.2 * radius_mm + 3.0)
    air = values[shell & (values < LUNG_BELOW_HU)]
    return float(np.median(air)) if air.size >= 8 else NO_LUNG_HU


def _cut(bright: Mask, seed: tuple[int, ...], step: float) -> Mask:
    """Return the piece at the seed without what hangs on it by something thin."""
    labels, _ = ndimage.label(bright)
    if not labels[seed]:
        return np.zeros_like(bright)
    piece: Mask = labels == labels[seed]
    depth = ndimage.distance_transform_edt(np.pad(piece, 1), sampling=step)[1:-1, 1:-1, 1:-1]
    deepest = float(depth[tuple(slice(max(at - 3, 0), at + 4) for at in seed)].max())
    erosion = CUT_SHARE * deepest
    if erosion < step:
        return piece
    cores, count = ndimage.label(depth > erosion)
    if not count:
        return piece
    inner = np.argwhere(cores > 0)
    nearest = inner[np.argmin(np.linalg.norm(inner - np.array(seed), axis=1))]
    core = cores == cores[tuple(nearest)]
    back = ndimage.distance_transform_edt(~core, sampling=step) <= erosion + 0.5 * step
    opened: Mask = piece & back
    return opened


def _texture(core: float) -> str:
    if core >= CALCIFIED_FROM_HU:
        return "calcified"
    return "solid" if core >= SOLID_FROM_HU else "part-solid-or-ground-glass"


def _side(sides: NDArray[np.uint8]) -> str:
    right, left = np.count_nonzero(sides == RIGHT), np.count_nonzero(sides == LEFT)
    return "" if right == left else "R" if right > left else "L"


def _on_grid(body: Mask, box: Grid, grid: Grid) -> tuple[tuple[slice, ...], Mask]:
    """Return where the body lies on the volume's own grid: at least one voxel, if any of it."""
    at = grid.to_index(box.to_lps(np.argwhere(body)[:, ::-1]))[:, ::-1]
    low = np.maximum(np.floor(at.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(at.max(axis=0)).astype(int) + 1, grid.shape)
    high = np.maximum(high, low)
    block = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    if (high == low).any():
        return block, np.zeros(tuple(high - low), dtype=np.bool_)
    axes = [np.arange(low[axis], high[axis]) for axis in range(3)]
    index = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = box.to_index(grid.to_lps(index[:, ::-1]))[:, ::-1]
    share = ndimage.map_coordinates(body.astype(np.float32), inside.T, order=1)
    mask = share >= 0.5
    if not mask.any():
        mask[int(np.argmax(share))] = True
    return block, mask.reshape([len(one) for one in axes])
