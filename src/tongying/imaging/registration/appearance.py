"""What one modality shows of what the other shows: a regression that follows the registration.

Mutual information asks whether one image's values say anything about the other's. Here the saying
is written down: the moving image is explained as a sum of maps, one for each range of the fixed
image's values ("how much of this voxel is fluid, grey matter, ..."), blurred to the resolution
of the moving image. For any alignment, the best weights follow from linear least squares, so
the unexplained rest is a function of the alignment alone (variable projection), whose logarithm is
minimised. Without blur this is the correlation ratio (Roche et al., MICCAI 1998), and half the
voxels times the logarithm is the Gaussian estimate of mutual information; the blur makes a sharp CT
or MR comparable with a PET whose voxels hold several tissues.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tongying.imaging.grid import Grid
from tongying.imaging.registration.lattice import Weights
from tongying.imaging.volume import Mask

Floats = NDArray[np.float32]

TISSUES = 12
"""Ranges of values."""
_RIDGE = 1e-5
"""Of the mean square of the maps: keeps weights of maps that are almost alike finite."""
ANTIALIAS = 0.42
"""Standard deviation, in voxels of a grid, of the blur with which an image is sampled on it."""
_LEAST_BLUR = 0.3
"""In voxels; below it a Gaussian is sampled too coarsely, and the image is interpolated."""


@dataclass(frozen=True, slots=True, eq=False)
class Tissues:
    """The fixed image in ranges of its values.

    Attributes
    ----------
    values : ndarray of float32
    grid : Grid
    knots : ndarray
        Ascending values; the map of each is 1 there and falls to 0 at its neighbours.
    """

    values: Floats
    grid: Grid
    knots: NDArray[np.float64]

    @classmethod
    def of(cls, values: Floats, grid: Grid, body: Mask, count: int = TISSUES) -> Tissues:
        """Choose ranges that hold about the same number of the body's voxels each.

        Parameters
        ----------
        values : ndarray of float32
        grid : Grid
        body : ndarray of bool
        count : int
        """
        inside = values[body]
        middle = np.percentile(inside, np.linspace(2, 98, count - 2))
        ends = [float(values.min()), *middle, float(np.percentile(inside, 99.8))]
        knots: NDArray[np.float64] = np.unique(np.array(ends, dtype=np.float64).round(4))
        return cls(values, grid, knots)

    def maps(self, grid: Grid) -> Floats:
        """Return how much of each range is around the points of a grid, shape (tissues, ...).

        Parameters
        ----------
        grid : Grid
            With the same axes; coarser than the image's.
        """
        at = blurring(self.grid, grid, 0.0)
        last = len(self.knots) - 1
        position = np.interp(self.values, self.knots, np.arange(last + 1)).astype(np.float32)
        maps = np.empty((last + 1, *grid.shape), np.float32)
        for which in range(last + 1):
            maps[which] = at.field(np.maximum(1 - np.abs(position - np.float32(which)), 0))
        return maps


def blurring(source: Grid, to: Grid, sigma_mm: float, *, already_mm: float = 0.0) -> Weights:
    """Return weights of an image's voxels at the points of a grid with the same axes.

    Parameters
    ----------
    source, to : Grid
    sigma_mm : float
        Standard deviation of the Gaussian; more is used where a coarser grid would alias.
    already_mm : float
        That of the blur the image has already.
    """
    first = source.to_index(to.origin_mm[None])[0]
    matrices = []
    for axis in range(3):
        have, want = float(source.spacing_mm[axis]), float(to.spacing_mm[axis])
        wanted = max(sigma_mm, ANTIALIAS * want)
        more = np.sqrt(max(wanted**2 - already_mm**2, 0.0)) / have
        points = first[axis] + want / have * np.arange(to.shape[2 - axis])
        away = points[:, None] - np.arange(source.shape[2 - axis])
        if more > _LEAST_BLUR:
            weight = np.exp(-0.5 * (away / more) ** 2) + 1e-30
        else:
            weight = np.maximum(1 - np.abs(away), 1e-30)
        matrices.append((weight / weight.sum(axis=1, keepdims=True)).astype(np.float32))
    return Weights(matrices[2], matrices[1], matrices[0])


class Appearance:
    """The best explanation of the moving image by maps of the fixed one.

    Parameters
    ----------
    maps : ndarray of float32, shape (tissues, n)
    trust : ndarray of float32, shape (n,)
        Weight of each voxel.
    offset : ndarray of float32, shape (n,), optional
        What is known beforehand to be added to every explanation.
    """

    def __init__(self, maps: Floats, trust: Floats, offset: Floats | None = None) -> None:
        self._maps = maps
        self.trust = trust
        self._offset = offset
        weighted = maps * trust
        square = (weighted @ maps.T).astype(np.float64)
        square[np.diag_indices(len(maps))] += _RIDGE * np.trace(square) / len(maps) + 1e-9
        self._solve = np.linalg.inv(square) @ weighted

    def explain(self, moving: Floats) -> Floats:
        """Return the explained part of the moving values at the same n voxels.

        Parameters
        ----------
        moving : ndarray of float32, shape (n,)
        """
        target = moving if self._offset is None else moving - self._offset
        explained = (self._solve @ target).astype(np.float32) @ self._maps
        if self._offset is not None:
            explained += self._offset
        return np.asarray(explained, np.float32)


def robust_trust(rest: Floats, trust: Floats) -> Floats:
    """Return lower weights for what stays unexplained, such as a lesion only one image shows.

    The weights are those of Student's distribution with 4 degrees of freedom.

    Parameters
    ----------
    rest, trust : ndarray of float32, shape (n,)
        Differences, and the weights of measured voxels.
    """
    scale = float((trust * rest**2).sum() / max(float(trust.sum()), 1e-9))
    return np.asarray(trust * (5.0 / (4.0 + rest**2 / max(scale, 1e-12))), np.float32)


def local_shares(
    moving: Floats, explained: Floats, trust: Floats, window_sigma: float
) -> tuple[Floats, Floats]:
    """Return gain and offset by which an explanation should differ from place to place.

    Uptake of the same tissue differs over a body, and coils make MR brighter at one side. In
    Gaussian windows, gain and offset of the explanation are fitted, drawn towards 1 and 0 where the
    window holds little contrast.

    Parameters
    ----------
    moving, explained, trust : ndarray of float32, shape (slices, rows, columns)
        `trust` is 0 outside the region.
    window_sigma : float
        In voxels.
    """

    def mean(values: Floats) -> Floats:
        return np.asarray(gaussian_filter(values, window_sigma, truncate=2.5), np.float32)

    mass = mean(trust) + 1e-3
    here, there = mean(trust * explained) / mass, mean(trust * moving) / mass
    variance = mean(trust * explained**2) / mass - here**2
    together = mean(trust * explained * moving) / mass - here * there
    total = float((trust * (moving - explained) ** 2).sum() / max(float(trust.sum()), 1e-9))
    gain = np.clip((together + total) / (np.maximum(variance, 0) + total), 0.2, 4.0)
    return np.asarray(gain, np.float32), np.asarray(there - gain * here, np.float32)
