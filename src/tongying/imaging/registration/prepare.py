"""What of an image is registered: reduced, clipped, smoothed and masked, in millimetres.

A large image is reduced block by block before any number of it becomes a float, so a CT of 500
slices costs a few dozen megabytes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.imaging.grid import Grid
from tongying.imaging.progress import Progress, silent
from tongying.imaging.registration.result import RegistrationRefused
from tongying.imaging.resample import straighten
from tongying.imaging.volume import Mask, Quantity, Volume

Floats = NDArray[np.float32]

BASE_MM = 1.6
"""No voxel is merged with another beyond this length: rigid registration gains nothing below it."""
CT_CLIP_HU = (-200.0, 300.0)
"""Air and dense bone would spend the histogram's bins, and soft tissue is what other images show.

Measured (`bench.registration`): chest 0.23 mm with these limits, 0.36 mm with -1000 to 500.
"""
CLIP_PERCENTILES = (0.1, 99.9)
_COUNTED = frozenset({"PT", "NM"})
"""Their brightest voxels are what they are made for, and are not clipped: 1.9 and 2.6 mm on real
PET where clipping at 99.5 % gave 3.3 and 3.9 mm.
"""
BODY_MARGIN_MM = 30.0
"""Samples reach so far outside the body: its outline, and the emptiness beyond, are a feature.

With 12 mm the error on real PET was a third larger.
"""
_BODY_LEVEL_MM = 4.0
_BODY_SHARE = (0.01, 0.98)
"""A body outside these shares of the volume is no body found; then everything is sampled."""
_CT_BODY = 0.1
"""Of the clipped range: -150 HU, so fat is inside and lungs are holes to be filled."""
_SLAB = 16


class OneSlice(RegistrationRefused):
    """The image has no depth."""

    code: ClassVar[str] = "fusion.one-slice"


class ConstantImage(RegistrationRefused):
    """The image shows nothing."""

    code: ClassVar[str] = "fusion.constant-image"


class NotFinite(RegistrationRefused):
    """The image has values that are not numbers."""

    code: ClassVar[str] = "fusion.not-finite"


class SkewedGrid(RegistrationRefused):
    """The image's axes are not at right angles, and its mask cannot be straightened with it."""

    code: ClassVar[str] = "fusion.skewed-grid"


class EmptyMask(RegistrationRefused):
    """A mask leaves nothing to register, or does not fit its image."""

    code: ClassVar[str] = "fusion.empty-mask"


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """An image at one resolution.

    Attributes
    ----------
    values : ndarray of float32, shape (slices, rows, columns)
        0 to 1 between the clipping limits; NaN where nothing was measured or the mask forbids it.
    grid : Grid
    sampled : ndarray of bool
        Where samples are taken: the body with a margin.
    """

    values: Floats
    grid: Grid
    sampled: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An image made ready for registration.

    Attributes
    ----------
    base : ndarray of float32
        The reduced image, 0 to 1 between the clipping limits, holes filled with 0.
    usable : ndarray of bool or None
        False where nothing was measured or the mask forbids it.
    grid : Grid
        Of `base`.
    body : ndarray of bool
        On the grid of `base`, without margin.
    spacing_mm : float
        The largest voxel side of the image as it was taken.
    centre_mm, mass_mm : ndarray, shape (3,)
        The middle of the volume and the centre of its body, LPS.
    radius_mm : float
        Root mean square distance of the body from its centre.
    """

    base: Floats
    usable: Mask | None
    grid: Grid
    body: Mask
    spacing_mm: float
    centre_mm: NDArray[np.float64]
    mass_mm: NDArray[np.float64]
    radius_mm: float

    def level(self, spacing_mm: float, smoothing_mm: float) -> Level:
        """Return the image at a coarser resolution.

        Parameters
        ----------
        spacing_mm : float
            Voxels are merged up to this length.
        smoothing_mm : float
            Standard deviation of all smoothing together, that of merging included.
        """
        factors = _factors(self.grid, spacing_mm)
        holes = self.usable
        values, grid = _reduced(self.base, self.grid, factors)
        merged_mm = grid.spacing_mm
        left = np.sqrt(np.maximum(smoothing_mm**2 - merged_mm**2 / 12.0, 0.0))
        sigma = (left / merged_mm)[::-1]
        values = ndimage.gaussian_filter(values, np.where(sigma > 0.2, sigma, 0.0), truncate=3.0)
        sampled = _reduced(self.body, self.grid, factors)[0] > 0.5
        sampled = _dilated(sampled, merged_mm, BODY_MARGIN_MM)
        if holes is not None:
            measured = _reduced(holes, self.grid, factors)[0] > 0.5
            values[~measured] = np.nan
            sampled &= measured
        return Level(values, grid, sampled)


def prepare(volume: Volume, mask: Mask | None = None, *, progress: Progress = silent) -> Prepared:
    """Make an image ready for registration.

    Parameters
    ----------
    volume : Volume
    mask : ndarray of bool, optional
        Where the image may be looked at, on its own grid.
    progress : Progress

    Raises
    ------
    OneSlice
        If it has less than two slices, rows or columns.
    SkewedGrid
        If its axes are not at right angles and a mask is given; without one it is straightened.
    EmptyMask
        If the mask has another size or holds nothing that was measured.
    NotFinite
        If a measured value is not a number.
    ConstantImage
        If all measured values are the same.
    """
    if min(volume.grid.shape) < 2:
        raise OneSlice("The image has only one slice; a volume is needed for registration.")
    if mask is not None and mask.shape != volume.grid.shape:
        raise EmptyMask("The mask and the image do not have the same size.")
    if not volume.grid.is_orthogonal():
        if mask is not None:
            raise SkewedGrid(
                "The image was taken with a tilted gantry; straighten it and its mask first."
            )
        volume = straighten(volume)
    factors = _factors(volume.grid, BASE_MM)
    values, share, grid = _base(volume, mask, factors, progress)
    usable = None if share is None else share > 0.5
    if usable is not None and not usable.any():
        raise EmptyMask("Nothing measured is left of the image inside its mask.")
    seen = values if usable is None else values[usable]
    low, high = _limits(volume, seen)
    values -= low
    values /= high - low
    np.clip(values, 0.0, 1.0, out=values)
    if usable is not None:
        values[~usable] = 0.0
    threshold = _CT_BODY if volume.quantity is Quantity.HU else None
    body = _body(values, grid, usable, threshold)
    progress(1.0, "prepare")
    points = np.argwhere(body[::2, ::2, ::2])[:, ::-1] * 2.0
    if len(points) == 0:
        points = np.argwhere(body)[:, ::-1].astype(np.float64)
    at = grid.to_lps(points)
    mass = at.mean(axis=0)
    radius = float(np.sqrt(((at - mass) ** 2).sum(axis=1).mean()))
    return Prepared(
        values,
        usable,
        grid,
        body,
        float(volume.grid.spacing_mm.max()),
        volume.grid.centre_mm,
        mass,
        max(radius, 1.0),
    )


def _factors(grid: Grid, spacing_mm: float) -> tuple[int, int, int]:
    """Return how many voxels are merged along slices, rows and columns."""
    counts = np.maximum(np.floor(spacing_mm / grid.spacing_mm * 1.001), 1).astype(int)[::-1]
    limits = np.maximum(np.array(grid.shape) // 2, 1)
    slices, rows, columns = (int(one) for one in np.minimum(counts, limits))
    return slices, rows, columns


def _merged_grid(grid: Grid, factors: tuple[int, int, int]) -> Grid:
    shape = tuple(length // factor for length, factor in zip(grid.shape, factors, strict=True))
    along = np.array(factors[::-1], dtype=np.float64)
    affine = np.eye(4)
    affine[:3, :3] = grid.affine[:3, :3] * along
    affine[:3, 3] = grid.to_lps([(along - 1) / 2])[0]
    return Grid((shape[0], shape[1], shape[2]), affine)


def _reduced(
    array: Floats | Mask, grid: Grid, factors: tuple[int, int, int]
) -> tuple[Floats, Grid]:
    """Return block means; the rest at the far ends is left out."""
    merged = _merged_grid(grid, factors)
    if factors == (1, 1, 1):
        return array.astype(np.float32), merged
    return _block_means(array, merged.shape, factors), merged


def _block_means(
    array: NDArray[Any], shape: tuple[int, ...], factors: tuple[int, int, int]
) -> Floats:
    slices, rows, columns = shape
    a, b, c = factors
    part = array[: slices * a, : rows * b, : columns * c]
    total = np.zeros(shape, dtype=np.float32)
    for one in range(a):
        for two in range(b):
            for three in range(c):
                total += part[one::a, two::b, three::c]
    total /= a * b * c
    return total


def _base(
    volume: Volume, mask: Mask | None, factors: tuple[int, int, int], progress: Progress
) -> tuple[Floats, Floats | None, Grid]:
    """Return block means over what is usable, its share in each block, and their grid."""
    grid = _merged_grid(volume.grid, factors)
    values = np.empty(grid.shape, dtype=np.float32)
    masked = mask is not None or volume.valid is not None
    share = np.ones(grid.shape, dtype=np.float32) if masked else None
    real = volume.array.dtype.kind == "f"
    for begin in range(0, grid.shape[0], _SLAB):
        end = min(begin + _SLAB, grid.shape[0])
        here = slice(begin * factors[0], end * factors[0])
        shape = (end - begin, grid.shape[1], grid.shape[2])
        slab = volume.array[here]
        measured = None if volume.valid is None else volume.valid[here]
        if real:
            finite = np.isfinite(slab)
            if not (finite if measured is None else finite | ~measured).all():
                raise NotFinite("The image has values that are not numbers.")
        if share is None:
            values[begin:end] = _block_means(slab, shape, factors)
        else:
            use = np.ones(slab.shape, np.bool_) if measured is None else measured
            if mask is not None:
                use = use & mask[here]
            part = _block_means(use, shape, factors)
            sums = _block_means(np.where(use, slab, 0), shape, factors)
            values[begin:end] = sums / np.maximum(part, 1e-6)
            share[begin:end] = part
        progress(end / grid.shape[0] * 0.8, "prepare")
    return values, share, grid


def _limits(volume: Volume, seen: Floats) -> tuple[float, float]:
    """Return the values that become 0 and 1."""
    some = seen.ravel()[:: max(1, seen.size // 500_000)]
    lowest, highest = float(some.min()), float(some.max())
    if highest <= lowest:
        lowest, highest = float(seen.min()), float(seen.max())
    if highest <= lowest:
        raise ConstantImage("The image has the same value everywhere; there is nothing to align.")
    if volume.modality in _COUNTED:
        return lowest, highest
    if volume.quantity is Quantity.HU:
        low, high = max(lowest, CT_CLIP_HU[0]), min(highest, CT_CLIP_HU[1])
    else:
        low, high = (float(one) for one in np.percentile(some, CLIP_PERCENTILES))
    return (low, high) if high > low else (lowest, highest)


def _body(values: Floats, grid: Grid, usable: Mask | None, threshold: float | None) -> Mask:
    """Return where the child is, on the grid of `values`."""
    factors = _factors(grid, _BODY_LEVEL_MM)
    small, _ = _reduced(values, grid, factors)
    small = ndimage.gaussian_filter(small, 0.7)
    limit = _otsu(small) if threshold is None else threshold
    inside = small > limit
    opened = ndimage.binary_opening(inside)
    inside = opened if opened.any() else inside
    labels, count = ndimage.label(inside)
    if count > 1:
        sizes = np.bincount(labels.ravel())[1:]
        inside = np.isin(labels, 1 + np.flatnonzero(sizes >= 0.1 * sizes.max()))
    for k in range(inside.shape[0]):
        inside[k] = ndimage.binary_fill_holes(inside[k])
    share = inside.mean()
    if not _BODY_SHARE[0] <= share <= _BODY_SHARE[1]:
        inside = np.ones_like(inside)
    body = _enlarged(inside, factors, grid.shape)
    if usable is not None:
        within = body & usable
        body = within if within.any() else usable
    return body


def _enlarged(mask: Mask, factors: tuple[int, int, int], shape: tuple[int, int, int]) -> Mask:
    big = mask
    for axis, factor in enumerate(factors):
        big = np.repeat(big, factor, axis=axis)
    missing = [(0, max(0, long - have)) for long, have in zip(shape, big.shape, strict=True)]
    return np.pad(big, missing, mode="edge")


def _otsu(values: Floats) -> float:
    """Return a low threshold between background and body: half of Otsu's."""
    counts, edges = np.histogram(values, bins=128)
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (sums / below - (sums[-1] - sums) / above) ** 2 * below * above
    threshold = float(middle[int(np.nanargmax(apart[:-1]))])
    background = float(np.median(values[values <= threshold]))
    return background + 0.4 * (threshold - background)


def _dilated(mask: Mask, spacing_mm: NDArray[np.float64], margin_mm: float) -> Mask:
    """Grow a mask along each axis by a margin."""
    grown = mask
    for axis, mm in enumerate(spacing_mm[::-1]):
        reach = round(margin_mm / mm)
        if reach:
            grown = ndimage.maximum_filter1d(grown, 2 * reach + 1, axis=axis)
    return np.asarray(grown, dtype=np.bool_)
