"""One level of a deformable registration: two images on one working grid, and how unlike they are.

The working grid has the axes of the fixed image and lies around what is compared. The moving image
is brought there once through the matrix that is known already; what is looked for is the field u
that is added *before* it, in the fixed frame: moving point = matrix · (point + u). Fields have
their components along slices, rows and columns, in mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from tongying.imaging.grid import Grid, Matrix
from tongying.imaging.registration.appearance import (
    ANTIALIAS,
    Appearance,
    blurring,
    local_shares,
    robust_trust,
)
from tongying.imaging.registration.lattice import Bending, Doubles, Floats, Lattice
from tongying.imaging.registration.prepare import Prepared
from tongying.imaging.volume import Mask

FWHM_MM = (0.0, 4.0, 6.0, 8.0, 10.0)
"""Candidates for how much softer the moving image is than the fixed one."""
WINDOW_MM = 10.0
"""Standard deviation of the windows in which uptake may differ from the rest of the body; of 8 to
25 mm, 10 and less invent least motion where it does."""
_REACH_MM = 20.0
"""The moving image is kept so far around the working grid."""
_MEMBRANE = 1e-7
"""Per mm³ and mm²: keeps what no voxel and no bending decides from drifting."""
_FWHM_PER_SIGMA = 2.3548


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """What is compared: the fixed image, where, and the matrix to begin with.

    Attributes
    ----------
    fixed, moving : Prepared
    tissues : ndarray of float32, shape (tissues, slices, rows, columns)
        Maps of the fixed image on `grid`.
    grid : Grid
        The finest working grid.
    sampled : ndarray of bool
        On the grid of the fixed image's base.
    matrix : ndarray, shape (4, 4)
        Fixed to moving point.
    box : Grid
        Of the whole fixed image: the lattice lies around it.
    """

    fixed: Prepared
    moving: Prepared
    tissues: Floats
    grid: Grid
    sampled: Mask
    matrix: Matrix
    box: Grid


def working_grid(
    fixed: Prepared, sampled: Mask, voxel_mm: float, shift: NDArray[np.float64]
) -> Grid:
    """Return cubic voxels around what is sampled, begun at a part of a voxel.

    Parameters
    ----------
    fixed : Prepared
    sampled : ndarray of bool
    voxel_mm : float
    shift : ndarray, shape (3,)
        Parts of a voxel along slices, rows, columns.
    """
    grid = fixed.grid
    spacing = grid.spacing_mm[::-1]
    along = [np.flatnonzero(sampled.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))]
    low = np.array([one[0] for one in along], dtype=np.float64)
    high = np.array([one[-1] for one in along], dtype=np.float64)
    begin = low + shift * voxel_mm / spacing
    counts = np.maximum(np.floor((high - begin) * spacing / voxel_mm), 1).astype(int) + 1
    return Grid.of(
        (int(counts[0]), int(counts[1]), int(counts[2])),
        spacing_mm=[voxel_mm] * 3,
        origin_mm=grid.to_lps(begin[None, ::-1])[0],
        directions=grid.directions,
    )


class Comparison:
    """The cost of a field at one level.

    Parameters
    ----------
    region : Region
    grid : Grid
        The working grid.
    lattice : Lattice
        Around the region's box.
    stiffness : float
        Weight of the bending energy against the unexplained part of the moving image.
    """

    def __init__(self, region: Region, grid: Grid, lattice: Lattice, stiffness: float) -> None:
        self._region, self.grid, self.lattice = region, grid, lattice
        self._stiffness = stiffness
        self._voxel = float(grid.spacing_mm[0])
        self._pad = int(np.ceil(_REACH_MM / self._voxel))
        first = (region.box.to_index(grid.origin_mm[None])[0] * region.box.spacing_mm)[::-1]
        slices, rows, columns = (
            begin + self._voxel * np.arange(count)
            for begin, count in zip(first, grid.shape, strict=True)
        )
        self._weights = lattice.weights((slices, rows, columns))
        self._bending = Bending(lattice)
        self._moving, seen = _brought(region, _padded(grid, self._pad))
        inner = tuple(slice(self._pad, -self._pad) for _ in range(3))
        self._sampled = _at_nearest(region.sampled, region.fixed.grid, grid) & seen[inner]
        self._chosen = np.flatnonzero(self._sampled)
        at = np.unravel_index(self._chosen, grid.shape)
        self._at = (np.stack(at) + self._pad).astype(np.float32)
        self._litres = len(self._chosen) * self._voxel**3 / 1e3
        self._appearance: Appearance | None = None
        self._maps = np.empty((0, len(self._chosen)), np.float32)

    @property
    def voxels(self) -> int:
        """How many voxels are compared."""
        return len(self._chosen)

    def look(self, coefficients: Doubles, candidates_mm: tuple[float, ...] = FWHM_MM) -> float:
        """Choose how soft the moving image is, given a field; return the width, mm.

        Parameters
        ----------
        coefficients : ndarray, shape (3, slices, rows, columns)
        candidates_mm : tuple of float
            Full widths at half maximum.
        """
        moving = self._values(coefficients)
        everywhere = np.ones(self.voxels, np.float32)
        best, chosen = np.inf, candidates_mm[0]
        source = self._region.grid
        already = ANTIALIAS * float(source.spacing_mm[0])
        for fwhm in candidates_mm:
            at = blurring(source, self.grid, fwhm / _FWHM_PER_SIGMA, already_mm=already)
            maps = np.stack([at.field(one).ravel()[self._chosen] for one in self._region.tissues])
            rest = moving - Appearance(maps, everywhere).explain(moving)
            unexplained = float(rest @ rest)
            if unexplained < best:
                best, chosen, self._maps = unexplained, fwhm, maps
        return chosen

    def weigh(self, coefficients: Doubles) -> None:
        """Find where uptake differs and what has no counterpart, given a field.

        Parameters
        ----------
        coefficients : ndarray, shape (3, slices, rows, columns)
        """
        trust = np.ones(self.voxels, np.float32)
        moving = self._values(coefficients)
        explained = Appearance(self._maps, trust).explain(moving)
        gain, offset = local_shares(
            self._spread(moving),
            self._spread(explained),
            self._spread(trust),
            WINDOW_MM / self._voxel,
        )
        here, more = gain.ravel()[self._chosen], offset.ravel()[self._chosen]
        trust = robust_trust(moving - here * explained - more, trust)
        self._appearance = Appearance(self._maps * here, trust, more)

    def cost(self, flat: Doubles) -> tuple[float, Doubles]:
        """Return the cost of a field and its slope; `weigh` comes first.

        Parameters
        ----------
        flat : ndarray, shape (n,)
            The coefficients in one row.
        """
        appearance = self._appearance
        assert appearance is not None  # noqa: S101 - the order of calls, not of data
        coefficients = flat.reshape(3, *self.lattice.counts)
        moving, slopes = read_with_slopes(self._moving, self._places(coefficients))
        rest = moving - appearance.explain(moving)
        weighted = appearance.trust * rest
        unexplained = max(float(weighted @ rest), 1e-12)
        pull = np.zeros((3, self._sampled.size), np.float32)
        weighted *= np.float32(self._litres / unexplained / self._voxel)
        for axis, slope in enumerate(slopes):
            pull[axis, self._chosen] = weighted * slope
        slope_now = self._weights.gathered(pull.reshape(3, *self.grid.shape)).astype(np.float64)
        bent, bent_slope = self._bending(coefficients)
        held = _MEMBRANE * self.lattice.knots_mm**3
        total = 0.5 * self._litres * np.log(unexplained / float(appearance.trust.sum()))
        total += self._stiffness * bent + held * float((coefficients**2).sum())
        slope_now += self._stiffness * bent_slope + 2 * held * coefficients
        return float(total), slope_now.ravel()

    def nats(self, coefficients: Doubles, bins: int = 32) -> float:
        """Return the mutual information of the two images under a field.

        Parameters
        ----------
        coefficients : ndarray, shape (3, slices, rows, columns)
        bins : int
        """
        at = blurring(self._region.fixed.grid, self.grid, 0.0)
        fixed = at.field(self._region.fixed.base).ravel()[self._chosen]
        joint, _, _ = np.histogram2d(
            fixed, self._values(coefficients), bins=bins, range=((0, 1), (0, 1))
        )
        joint /= max(joint.sum(), 1.0)
        apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
        filled = joint > 0
        return float((joint[filled] * np.log(joint[filled] / apart[filled])).sum())

    def explained_share(self, coefficients: Doubles) -> float:
        """Return which part of the moving image's variance the fixed image explains, 0 to 1.

        Parameters
        ----------
        coefficients : ndarray, shape (3, slices, rows, columns)
        """
        moving = self._values(coefficients)
        rest = moving - Appearance(self._maps, np.ones(self.voxels, np.float32)).explain(moving)
        return float(1 - rest.var() / max(float(moving.var()), 1e-12))

    def farthest_mm(self, coefficients: Doubles) -> float:
        """Return the largest displacement of what is compared.

        Parameters
        ----------
        coefficients : ndarray, shape (3, slices, rows, columns)
        """
        field = self._weights.field(coefficients).reshape(3, -1)[:, self._chosen]
        return float(np.sqrt((field**2).sum(axis=0)).max())

    def _places(self, coefficients: Doubles) -> Floats:
        field = self._weights.field(coefficients.astype(np.float32)).reshape(3, -1)
        return self._at + field[:, self._chosen] * np.float32(1 / self._voxel)

    def _values(self, coefficients: Doubles) -> Floats:
        at = self._places(coefficients)
        return np.asarray(map_coordinates(self._moving, at, order=1, mode="nearest"), np.float32)

    def _spread(self, values: Floats) -> Floats:
        full = np.zeros(self.grid.shape, np.float32)
        full.ravel()[self._chosen] = values
        return full


def _padded(grid: Grid, voxels: int) -> Grid:
    slices, rows, columns = (length + 2 * voxels for length in grid.shape)
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_lps([[-voxels] * 3])[0]
    return Grid((slices, rows, columns), affine)


def _points_of(grid: Grid, level: int) -> NDArray[np.float64]:
    _, rows, columns = grid.shape
    j, i = np.mgrid[0:rows, 0:columns]
    return grid.to_lps(np.stack([i.ravel(), j.ravel(), np.full(i.size, level)], axis=1))


def _brought(region: Region, grid: Grid) -> tuple[Floats, Mask]:
    """Return the moving image on a grid, through the matrix, and where it was measured."""
    source = region.moving
    voxel, have = float(grid.spacing_mm[0]), source.grid.spacing_mm[::-1]
    # Voxels finer than the grid are smoothed to it, or their noise would be sampled.
    sigma = np.sqrt(np.maximum((ANTIALIAS * voxel) ** 2 - (0.3 * have) ** 2, 0)) / have
    soft = gaussian_filter(source.base, np.where(sigma > 0.2, sigma, 0.0), truncate=3.0)
    ends = np.array(source.grid.shape)[:, None] - 0.5
    values, seen = np.empty(grid.shape, np.float32), np.empty(grid.shape, np.bool_)
    for level in range(grid.shape[0]):
        there = _points_of(grid, level) @ region.matrix[:3, :3].T + region.matrix[:3, 3]
        at = source.grid.to_index(there)[:, ::-1].T
        values[level] = map_coordinates(soft, at, order=1, mode="nearest").reshape(grid.shape[1:])
        within = ((at >= -0.5) & (at <= ends)).all(axis=0)
        if source.usable is not None:
            within &= map_coordinates(
                source.usable.astype(np.uint8), at, order=0, mode="constant", cval=0
            ).astype(np.bool_)
        seen[level] = within.reshape(grid.shape[1:])
    return values, seen


def _at_nearest(mask: Mask, source: Grid, grid: Grid) -> Mask:
    found = np.empty(grid.shape, np.bool_)
    for level in range(grid.shape[0]):
        at = source.to_index(_points_of(grid, level))[:, ::-1].T
        near = map_coordinates(mask.astype(np.uint8), at, order=0, mode="constant", cval=0)
        found[level] = near.reshape(grid.shape[1:]) > 0
    return found


def read_with_slopes(values: Floats, at: Floats) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
    """Return an image between its voxels, linearly, and its exact slopes along the three axes.

    Parameters
    ----------
    values : ndarray of float32, shape (slices, rows, columns)
        At least two along each axis.
    at : ndarray of float32, shape (3, n)
        Fractional indices; outside, the nearest point of the rim is read.
    """
    flat = values.ravel()
    steps = (values.shape[1] * values.shape[2], values.shape[2], 1)
    first = np.zeros(at.shape[1], np.intp)
    parts = []
    for axis in range(3):
        last = values.shape[axis] - 1
        place = np.clip(at[axis], 0, np.float32(last * (1 - 1e-6)))
        whole = np.minimum(place.astype(np.intp), last - 1)
        parts.append(place - whole.astype(np.float32))
        first += whole * steps[axis]
    z, y, x = parts
    slice_, row = steps[0], steps[1]

    def along(begin: NDArray[np.intp]) -> tuple[Floats, Floats]:
        left = flat.take(begin)
        step = flat.take(begin + 1) - left
        return left + x * step, step

    def plane(begin: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        low, low_x = along(begin)
        high, high_x = along(begin + row)
        step = high - low
        return low + y * step, step, low_x + y * (high_x - low_x)

    near, near_y, near_x = plane(first)
    far, far_y, far_x = plane(first + slice_)
    by_z = far - near
    return near + z * by_z, (by_z, near_y + z * (far_y - near_y), near_x + z * (far_x - near_x))
