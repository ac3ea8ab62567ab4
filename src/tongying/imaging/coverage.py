"""How much of each voxel of an image a region fills.

The region is carried to the image, never the image to the region: intensities are not
interpolated. Where the axes of both grids are parallel, shares are exact products of overlaps; else
they are counted at points within the voxels near the region's surface. The volume is kept, and a
region thinner than a voxel is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from tongying.imaging.grid import Grid, Matrix
from tongying.imaging.region import Region
from tongying.imaging.transform import MatrixTransform, Transform
from tongying.imaging.volume import Mask

POINTS_PER_AXIS: Final = 5
"""Shares in steps of 1/125 at the surface."""
LARGE_SURFACE: Final = 100_000
POINTS_PER_AXIS_IF_LARGE: Final = 3
"""Over so many voxels at the surface the steps of 1/27 average out."""
BLOCK_VOXELS: Final = 100_000
_PARALLEL: Final = 1e-6
_AFFINE_MM: Final = 1e-6
_LATTICE: Final = 17
"""Points along each side of the region's box where a deformation is looked at."""
_STRAY_SPARE: Final = 1.5
"""Between those points a smooth deformation goes little further."""
_LOOKS: Final = 4
_DEFORMED_STRETCH: Final = 2.0
"""Deformations that stretch more are refused by their Jacobian."""

Box = tuple[slice, slice, slice]
Ends = tuple[NDArray[np.int64], NDArray[np.int64]]
"""First index and one past the last, (k, j, i), possibly beyond the image."""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """How much of each voxel of an image a region fills.

    Attributes
    ----------
    weights : ndarray of float32
        0 to 1, of the voxels in `box`.
    box : tuple of slice
        Where they lie in the image's array.
    inside : float
        Share of the region that lies inside the image, 0 to 1.
    """

    weights: NDArray[np.float32]
    box: Box
    inside: float


def cover(region: Region, grid: Grid, to_region: Transform) -> Coverage:
    """Return how much of each voxel of a grid a region fills.

    Parameters
    ----------
    region : Region
    grid : Grid
        Of the image.
    to_region : Transform
        From points of the image to points of the image the region was drawn on.
    """
    ends, is_affine = _reach(region, grid, to_region)
    index: Matrix = np.linalg.inv(region.grid.affine) @ to_region.matrix @ grid.affine
    if is_affine and _is_parallel(index):
        wide = _overlaps(region, index, ends)
    elif is_affine:
        wide = _counted(region, ends, _Affine(index, _stretch(to_region)), grid)
    else:
        wide = _counted(region, ends, _Bent.of(region, grid, to_region, ends), grid)
    low, high = ends
    start = np.clip(low, 0, grid.shape)
    stop = np.clip(high, start, grid.shape)
    inner = tuple(slice(int(a), int(b)) for a, b in zip(start - low, stop - low, strict=True))
    weights = wide[inner]
    k, j, i = (slice(int(a), int(b)) for a, b in zip(start, stop, strict=True))
    whole = float(wide.sum(dtype=np.float64))
    share = float(weights.sum(dtype=np.float64)) / whole if whole > 0 else 0.0
    return Coverage(np.ascontiguousarray(weights), (k, j, i), share)


def smooth_shares(
    region: Region, grid: Grid, to_region: Transform
) -> tuple[Box, NDArray[np.float32]]:
    """Return the region on a finer grid without the steps of its own voxels, 0 to 1.

    The mask is interpolated linearly, so its half is a surface through the voxels' faces.

    Parameters
    ----------
    region : Region
    grid : Grid
    to_region : Transform
        From points of `grid` to points of the image the region was drawn on.

    Returns
    -------
    tuple
        The part of the grid where the region is (empty if nowhere), and the shares in it.
    """
    drawn = region.mask.astype(np.float32)
    (low, high), _ = _reach(region, grid, to_region)
    # Linear interpolation reaches up to half a voxel of the mask beyond it.
    wide = np.ceil(0.5 * region.grid.spacing_mm.max() / grid.spacing_mm[::-1]).astype(np.int64)
    low, high = np.clip(low - wide, 0, grid.shape), np.clip(high + wide, 0, grid.shape)
    k, j, i = (slice(int(a), int(max(a, b))) for a, b in zip(low, high, strict=True))
    found = np.zeros((k.stop - k.start, j.stop - j.start, i.stop - i.start), dtype=np.float32)
    rows, columns = np.mgrid[j, i]
    for at in range(k.start, k.stop):
        index = np.stack([columns.ravel(), rows.ravel(), np.full(rows.size, at)], axis=1)
        place = region.grid.to_index(to_region.points(grid.to_lps(index)))[:, ::-1].T
        shares = map_coordinates(drawn, place, order=1, mode="constant", cval=0.0)
        found[at - k.start] = shares.reshape(rows.shape)
    return (k, j, i), found


def sub_points(per_axis: int) -> NDArray[np.float64]:
    """Return points evenly in a voxel around its centre, shape (per_axis³, 3), in voxels."""
    steps = (np.arange(per_axis) + 0.5) / per_axis - 0.5
    around = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack([axis.ravel() for axis in around], axis=1)


def _reach(region: Region, grid: Grid, to_region: Transform) -> tuple[Ends, bool]:
    """Return the box of the image's index where the region is, and whether all is affine there.

    The box goes beyond the image's edges where the region does.
    """
    box = region.box()
    corners = np.array(
        [
            (i, j, k)
            for i in (box[2].start - 0.5, box[2].stop - 0.5)
            for j in (box[1].start - 0.5, box[1].stop - 0.5)
            for k in (box[0].start - 0.5, box[0].stop - 0.5)
        ]
    )
    back: Matrix = np.linalg.inv(to_region.matrix).astype(np.float64)
    points = region.grid.to_lps(corners) @ back[:3, :3].T + back[:3, 3]
    index = grid.to_index(points)[:, ::-1]
    least, most = index.min(axis=0), index.max(axis=0)
    stray_mm = 0.0
    for _ in range(_LOOKS):
        margin = _STRAY_SPARE * stray_mm / grid.spacing_mm[::-1] + 1.0
        low = np.floor(least - margin).astype(np.int64)
        high = np.ceil(most + margin).astype(np.int64) + 1
        further = _stray_mm(to_region, back, grid, (low, high))
        if further <= max(_STRAY_SPARE * stray_mm, _AFFINE_MM):
            break
        stray_mm = further
    return (low, high), max(stray_mm, further) <= _AFFINE_MM


def _stray_mm(transform: Transform, back: Matrix, grid: Grid, ends: Ends) -> float:
    """Return how far, in the image, a transform strays from its affine part within a box."""
    if isinstance(transform, MatrixTransform):
        return 0.0
    low, high = ends
    k, j, i = np.meshgrid(
        *(np.linspace(a, b, _LATTICE) for a, b in zip(low, high, strict=True)), indexing="ij"
    )
    points = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    affine = points @ transform.matrix[:3, :3].T + transform.matrix[:3, 3]
    stray = (transform.points(points) - affine) @ back[:3, :3].T
    return float(np.linalg.norm(stray, axis=1).max())


def _stretch(transform: Transform) -> float:
    return float(np.linalg.norm(transform.matrix[:3, :3], ord=2))


def _is_parallel(index: Matrix) -> bool:
    turn = np.abs(index[:3, :3])
    order = turn.argmax(axis=1)
    rest = turn.copy()
    rest[np.arange(3), order] = 0.0
    return len(set(order.tolist())) == 3 and bool(rest.max() <= _PARALLEL * turn.max())


def _overlaps(region: Region, index: Matrix, ends: Ends) -> NDArray[np.float32]:
    """Return exact shares where each axis of the image runs along one of the region."""
    low, high = ends
    box = region.box()
    part: NDArray[Any] = region.mask[box].astype(np.float64)
    order = np.abs(index[:3, :3]).argmax(axis=1)
    for axis in range(3):  # i, j, k of the region; its array has them the other way round
        along = int(order[axis])
        slope, shift = float(index[axis, along]), float(index[axis, 3])
        first, last = int(low[2 - along]), int(high[2 - along])
        centres = shift + slope * np.arange(first, last)
        half = 0.5 * abs(slope)
        faces = np.arange(box[2 - axis].start, box[2 - axis].stop)[None, :]
        shared = np.minimum(centres[:, None] + half, faces + 0.5) - np.maximum(
            centres[:, None] - half, faces - 0.5
        )
        fraction = np.clip(shared, 0.0, None) / (2.0 * half)
        part = np.moveaxis(np.tensordot(fraction, part, axes=(1, 2 - axis)), 0, 2 - axis)
    # The array's axes are now (k, j, i) of the region; bring them to those of the image.
    image_order = [2 - int(np.flatnonzero(order == 2 - axis)[0]) for axis in range(3)]
    shares: NDArray[np.float32] = np.transpose(part, image_order).astype(np.float32)
    return np.clip(shares, 0.0, 1.0)


class _Way(Protocol):
    """From voxels of the image to places in the region's grid."""

    stretch: float

    def places(self, voxels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (i, j, k) in the region of the centres of voxels (k, j, i)."""

    def steps(self, voxels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what one step along i, j, k of the image is there: shape (n or 1, 3, 3)."""


@dataclass(slots=True, eq=False)
class _Affine:
    index: Matrix
    stretch: float

    def places(self, voxels: NDArray[np.int64]) -> NDArray[np.float64]:
        place: NDArray[np.float64] = voxels[:, ::-1] @ self.index[:3, :3].T + self.index[:3, 3]
        return place

    def steps(self, voxels: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.index[None, :3, :3]


@dataclass(slots=True, eq=False)
class _Bent:
    """A deformation, computed once at the centre of each voxel and linear within it."""

    low: NDArray[np.int64]
    field: NDArray[np.float64]
    stretch: float

    @classmethod
    def of(cls, region: Region, grid: Grid, to_region: Transform, ends: Ends) -> _Bent:
        low, high = ends
        shape = tuple(int(length) for length in high - low)
        field = np.empty((*shape, 3))
        rows, columns = np.mgrid[0 : shape[1], 0 : shape[2]]
        for k in range(shape[0]):
            at = np.stack([columns.ravel(), rows.ravel(), np.full(rows.size, k)], axis=1)
            points = to_region.points(grid.to_lps(at + low[::-1]))
            field[k] = region.grid.to_index(points).reshape(*rows.shape, 3)
        return cls(low, field, _DEFORMED_STRETCH * _stretch(to_region))

    def places(self, voxels: NDArray[np.int64]) -> NDArray[np.float64]:
        place: NDArray[np.float64] = self.field[tuple((voxels - self.low).T)]
        return place

    def steps(self, voxels: NDArray[np.int64]) -> NDArray[np.float64]:
        at, last = voxels - self.low, np.array(self.field.shape[:3]) - 1
        columns = []
        for axis in (2, 1, 0):  # i, j, k
            step = np.zeros(3, dtype=np.int64)
            step[axis] = 1
            after, before = np.minimum(at + step, last), np.maximum(at - step, 0)
            apart = (after - before)[:, axis, None]
            columns.append((self.field[tuple(after.T)] - self.field[tuple(before.T)]) / apart)
        return np.stack(columns, axis=2)


def _counted(region: Region, ends: Ends, way: _Way, grid: Grid) -> NDArray[np.float32]:
    low, high = ends
    shape = tuple(int(length) for length in high - low)
    lookup = _Lookup.of(region, way.stretch * float(np.linalg.norm(grid.spacing_mm)))
    shares = np.zeros(shape, dtype=np.float32)
    near: list[NDArray[np.int64]] = []
    rows, columns = np.mgrid[0 : shape[1], 0 : shape[2]]
    for k in range(shape[0]):
        at = np.stack([np.full(rows.size, k), rows.ravel(), columns.ravel()], axis=1)
        full, surface = lookup.look(way.places(at + low))
        shares[k] = full.reshape(rows.shape)
        near.append(at[surface])
    surface_at = np.concatenate(near)
    is_large = len(surface_at) > LARGE_SURFACE
    within = sub_points(POINTS_PER_AXIS_IF_LARGE if is_large else POINTS_PER_AXIS)
    for begin in range(0, len(surface_at), BLOCK_VOXELS):
        some = surface_at[begin : begin + BLOCK_VOXELS]
        base, steps = way.places(some + low), way.steps(some + low)
        counted = np.zeros(len(some))
        for point in within:
            counted += lookup.look(base + steps @ point)[0]
        shares[tuple(some.T)] = counted / len(within)
    return shares


@dataclass(frozen=True, slots=True, eq=False)
class _Lookup:
    """The region's box with a rim, and which of its voxels lie near the surface."""

    mask: Mask
    near: Mask
    start: NDArray[np.int64]

    @classmethod
    def of(cls, region: Region, voxel_mm: float) -> _Lookup:
        # A voxel of the image whose centre is further from the surface is wholly in or out.
        reach_mm = 0.5 * voxel_mm + float(np.linalg.norm(region.grid.spacing_mm))
        spacing = region.grid.spacing_mm[::-1]
        rim = np.ceil(reach_mm / spacing).astype(np.int64) + 1
        box = region.box()
        mask = np.pad(region.mask[box], [(int(wide), int(wide)) for wide in rim])
        depth = distance_transform_edt(mask, sampling=spacing)
        depth += distance_transform_edt(~mask, sampling=spacing)
        start = np.array([part.start for part in box]) - rim
        return cls(mask, depth <= reach_mm, start)

    def look(self, place: NDArray[np.float64]) -> tuple[NDArray[np.float32], Mask]:
        """Return whether voxels (i, j, k) are inside, and whether they lie near the surface."""
        flat, valid = self._flat(place)
        inside = np.where(valid, self.mask.ravel()[flat], False)
        return inside.astype(np.float32), np.where(valid, self.near.ravel()[flat], False)

    def _flat(self, place: NDArray[np.float64]) -> tuple[NDArray[np.int64], Mask]:
        # The small shift keeps points on a face between two voxels on one side of it.
        index = np.floor(place[:, ::-1] + (0.5 + 1e-6)).astype(np.int64) - self.start
        within: Mask = (index >= 0) & (index < np.array(self.mask.shape))
        valid = within[:, 0] & within[:, 1] & within[:, 2]
        index[~valid] = 0
        flat: NDArray[np.int64] = np.ravel_multi_index(tuple(index.T), self.mask.shape)
        return flat, valid
