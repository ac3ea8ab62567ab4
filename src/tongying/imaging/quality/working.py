"""The two images side by side on one coarse grid, as a registration claims that they lie.

All parts of the error are estimated here: in a box around the child in the fixed image, on cubic
voxels along LPS, with the moving image brought there through the transform under test. If the
claim is right, nothing more needs to move; whatever a check then moves is its disagreement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter, map_coordinates

from tongying.imaging.grid import Grid, Points
from tongying.imaging.quality.body import body_of
from tongying.imaging.transform import Transform
from tongying.imaging.volume import Mask, Quantity, Volume

VOXELS = 200_000
"""Of the working grid at most, about; coarser images give fewer."""
SMALLEST_MM = 1.5
BODY_MM = 4.0
MARGIN_MM = 24.0
RIM_MM = 8.0
"""Air around the body that takes part in comparisons: the skin is information."""
_BLOCK = 200_000
_NO_BLUR = 0.2
_CT_HU = (-1000.0, 500.0)

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scale:
    """What becomes 0 and what 1; uptake by its square root, so that hot spots do not rule."""

    quantity: Quantity
    uptake: bool
    low: float
    high: float

    @classmethod
    def of(cls, value: Field, volume: Volume) -> Scale:
        """Take percentiles of an image's values."""
        uptake = volume.modality in ("PT", "NM")
        raw = cls(volume.quantity, uptake, 0.0, 1.0)
        low, high = np.percentile(raw.evened(value), (0.5, 99.5))
        return cls(volume.quantity, uptake, float(low), float(max(high, low + 1e-6)))

    def evened(self, value: Field) -> Field:
        """Return values before they are scaled."""
        if self.quantity is Quantity.HU:
            return np.asarray(np.clip(value, *_CT_HU), dtype=np.float32)
        if self.uptake:
            return np.asarray(np.sqrt(np.clip(value, 0, None)), dtype=np.float32)
        return value

    def levels(self, value: Field) -> Field:
        """Return values from 0 to 1."""
        share = (self.evened(value) - self.low) / (self.high - self.low)
        return np.asarray(np.clip(share, 0, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Working:
    """Both images on the working grid.

    Attributes
    ----------
    grid : Grid
    fixed, moving : ndarray of float32
        Values from 0 to 1, clipped at percentiles of the region.
    region : ndarray of bool
        Body of the fixed image with its rim, measured in both images.
    body : ndarray of bool
        Body of the fixed image, measured in both.
    inside : ndarray of bool
        Where both images were measured.
    scales : tuple of Scale
        By which the values of the fixed and the moving image were brought to 0..1.
    """

    grid: Grid
    fixed: Field
    moving: Field
    region: Mask
    body: Mask
    inside: Mask
    scales: tuple[Scale, Scale]

    @property
    def voxel_mm(self) -> float:
        """Edge of a voxel."""
        return float(self.grid.spacing_mm[0])


def reduced(volume: Volume, voxel_mm: float) -> Volume:
    """Return the means over boxes of whole voxels, none longer than `voxel_mm` unless it was.

    Parameters
    ----------
    volume : Volume
    voxel_mm : float
    """
    factors = np.maximum((voxel_mm / volume.grid.spacing_mm + 1e-6).astype(int), 1)
    factors = np.minimum(factors, volume.grid.shape[::-1])
    if (factors == 1).all():
        return volume
    fi, fj, fk = (int(factor) for factor in factors)
    shape = (
        volume.grid.shape[0] // fk,
        volume.grid.shape[1] // fj,
        volume.grid.shape[2] // fi,
    )
    array = np.empty(shape, dtype=np.float32)
    valid = None if volume.valid is None else np.empty(shape, dtype=np.bool_)
    for level in range(shape[0]):
        box = (
            slice(level * fk, (level + 1) * fk),
            slice(0, shape[1] * fj),
            slice(0, shape[2] * fi),
        )
        array[level] = _means(volume.array[box].astype(np.float32), shape, (fk, fj, fi))
        if valid is not None and volume.valid is not None:
            valid[level] = _means(volume.valid[box].astype(np.float32), shape, (fk, fj, fi)) > 0.5
    affine = volume.grid.affine.copy()
    affine[:3, :3] = volume.grid.affine[:3, :3] * factors
    affine[:3, 3] = volume.grid.to_lps([(factors - 1) / 2])[0]
    return Volume(
        array,
        Grid(shape, affine),
        volume.quantity,
        volume.modality,
        volume.frame_of_reference_uid,
        valid,
    )


def coarse_body(volume: Volume) -> Volume:
    """Return where the child is, as a volume of bool of about 4 mm.

    Parameters
    ----------
    volume : Volume

    Raises
    ------
    NoBody
        If nothing stands out from the background.
    """
    small = reduced(volume, BODY_MM)
    return Volume(body_of(small), small.grid, Quantity.LABEL)


def working_pair(
    fixed: Volume, moving: Volume, transform: Transform, body: Volume
) -> Working | None:
    """Bring both images to the working grid; None if they share no part of the body.

    Parameters
    ----------
    fixed, moving : Volume
        Reduced or not; what is coarser than the working grid stays as coarse as it is.
    transform : Transform
        The alignment under test.
    body : Volume
        Of the fixed image, by `coarse_body`.
    """
    grid = _grid_for(body, fixed, moving)
    step = float(grid.spacing_mm[0])
    here, measured = _filled(softened(fixed, step), grid, None)
    there, inside = _filled(softened(moving, step), grid, transform)
    inside &= measured
    soft = _at_nearest(body, grid)
    shared = soft & inside
    rim = binary_dilation(soft, iterations=max(1, round(RIM_MM / step)))
    region = rim & inside
    if not shared.any():
        return None
    scales = Scale.of(here[region], fixed), Scale.of(there[region], moving)
    return Working(
        grid,
        scales[0].levels(here),
        scales[1].levels(there),
        np.asarray(region),
        np.asarray(shared),
        inside,
        scales,
    )


def softened(volume: Volume, step_mm: float) -> Volume:
    """Return an image fit to be sampled every `step_mm`: reduced, and smoothed to that distance.

    Parameters
    ----------
    volume : Volume
    step_mm : float
    """
    small = reduced(volume, step_mm)
    # What is finer than the grid is smoothed to it, or its noise would be sampled.
    sigma = np.clip(step_mm / small.grid.spacing_mm[::-1] - 1, 0, 1) * 0.5
    sigma[sigma < _NO_BLUR] = 0.0
    soft = gaussian_filter(small.array.astype(np.float32), sigma, mode="nearest")
    return Volume(
        soft,
        small.grid,
        small.quantity,
        small.modality,
        small.frame_of_reference_uid,
        small.valid,
    )


def sampled(volume: Volume, points: Points) -> tuple[Field, Mask]:
    """Return an image's values at points (LPS), and whether it was measured there.

    Parameters
    ----------
    volume : Volume
    points : ndarray, shape (n, 3)
    """
    at = volume.grid.to_index(points)[:, ::-1].T
    ends = np.array(volume.grid.shape)[:, None] - 1
    value = map_coordinates(volume.array, at, output=np.float32, order=1, mode="nearest")
    within = ((at >= -0.5) & (at <= ends + 0.5)).all(axis=0)
    if volume.valid is not None:
        near = map_coordinates(volume.valid.astype(np.uint8), at, order=0, mode="nearest")
        within &= near > 0
    return np.asarray(value, dtype=np.float32), np.asarray(within)


def targets_of(working: Working, count: int, random: np.random.Generator) -> Points:
    """Return points of the body in the overlap, LPS mm.

    Parameters
    ----------
    working : Working
    count : int
        At most; fewer if the body has fewer voxels.
    random : numpy.random.Generator
    """
    where = np.flatnonzero(working.body)
    chosen = random.choice(where, size=min(count, len(where)), replace=False)
    k, j, i = np.unravel_index(chosen, working.grid.shape)
    return working.grid.to_lps(np.stack([i, j, k], axis=1))


def _means(part: Field, shape: tuple[int, int, int], factors: tuple[int, int, int]) -> Field:
    fk, fj, fi = factors
    means: Any = part.reshape(fk, shape[1], fj, shape[2], fi).mean(axis=(0, 2, 4))
    return np.asarray(means, dtype=np.float32)


def _grid_for(body: Volume, fixed: Volume, moving: Volume) -> Grid:
    """Lay the grid around the body, no finer than the coarser image needs."""
    k, j, i = np.nonzero(body.array)
    ends = [
        (a, b, c)
        for a in (i.min(), i.max())
        for b in (j.min(), j.max())
        for c in (k.min(), k.max())
    ]
    corners = body.grid.to_lps(ends)
    low, high = corners.min(axis=0) - MARGIN_MM, corners.max(axis=0) + MARGIN_MM
    coarser = float(max(fixed.grid.voxel_mm3, moving.grid.voxel_mm3)) ** (1 / 3)
    step = max((float(np.prod(high - low)) / VOXELS) ** (1 / 3), 0.8 * coarser, SMALLEST_MM)
    count = np.ceil((high - low) / step).astype(int) + 1
    return Grid.of(
        (int(count[2]), int(count[1]), int(count[0])), spacing_mm=(step,) * 3, origin_mm=low
    )


def _indices(grid: Grid, levels: NDArray[np.int64]) -> NDArray[np.int64]:
    _, rows, columns = grid.shape
    k, j, i = np.meshgrid(levels, np.arange(rows), np.arange(columns), indexing="ij")
    return np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1)


def _filled(volume: Volume, grid: Grid, transform: Transform | None) -> tuple[Field, Mask]:
    """Return an image on the grid, and where it was measured."""
    slices, rows, columns = grid.shape
    value = np.empty(grid.shape, dtype=np.float32)
    inside = np.empty(grid.shape, dtype=np.bool_)
    step = max(1, _BLOCK // (rows * columns))
    for first in range(0, slices, step):
        levels = np.arange(first, min(first + step, slices))
        points = grid.to_lps(_indices(grid, levels))
        there = points if transform is None else transform.points(points)
        found, within = sampled(volume, there)
        value[levels] = found.reshape(len(levels), rows, columns)
        inside[levels] = within.reshape(len(levels), rows, columns)
    return value, inside


def _at_nearest(mask: Volume, grid: Grid) -> Mask:
    at = mask.grid.to_index(grid.to_lps(_indices(grid, np.arange(grid.shape[0]))))[:, ::-1].T
    value = map_coordinates(mask.array.astype(np.uint8), at, order=0, mode="constant", cval=0)
    return np.asarray(value.reshape(grid.shape) > 0)
