"""Values of a region whose voxels count by their share in it.

References
----------
SUVpeak: Wahl RL et al. PERCIST 1.0. J Nucl Med 2009;50 Suppl 1:122S (a sphere of 1 cm³, the highest
mean). 41 % of the maximum: Boellaard R et al. EANM guideline 2.0. EJNMMI 2015;42:328-54. 2.5: Ilyas
H et al. EJNMMI 2018;45:1142-54. 4.0: Burggraaff CN et al. Mol Imaging Biol 2020;22:1102-10. Both
fixed thresholds were published for SUVbw of adults with lymphoma.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from tongying.imaging.coverage import Coverage, sub_points
from tongying.imaging.grid import Grid
from tongying.imaging.volume import Volume

HALF: Final = 0.5
"""A voxel belongs to a region, where it must or must not, if half of it does."""
PEAK_ML: Final = 1.0
PEAK_RADIUS_MM: Final = float((3.0 * PEAK_ML * 1000.0 / (4.0 * np.pi)) ** (1.0 / 3.0))
"""6.2 mm: PERCIST's sphere of about 1.2 cm diameter."""
_PEAK_POINTS: Final = 9

Values = NDArray[np.float64]


class ThresholdKind(StrEnum):
    """What a threshold is a share of."""

    FIXED = "fixed"
    OF_MAXIMUM = "of-maximum"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which value on tissue counts as metabolically active.

    Attributes
    ----------
    kind : ThresholdKind
    value : float
        In the image's unit, or a share of the region's maximum, 0 to 1.
    source : str
        Who published it.
    """

    kind: ThresholdKind
    value: float
    source: str

    @property
    def name(self) -> str:
        """Such as ``"41%"`` or ``"2.5"``."""
        if self.kind is ThresholdKind.OF_MAXIMUM:
            return f"{100.0 * self.value:g}%"
        return f"{self.value:g}"

    def level(self, maximum: float) -> float:
        """Return the threshold in the image's unit."""
        return self.value * maximum if self.kind is ThresholdKind.OF_MAXIMUM else self.value


OF_MAXIMUM_41: Final = Threshold(ThresholdKind.OF_MAXIMUM, 0.41, "EANM 2.0 (Boellaard 2015)")
FIXED_2_5: Final = Threshold(ThresholdKind.FIXED, 2.5, "Ilyas 2018")
FIXED_4_0: Final = Threshold(ThresholdKind.FIXED, 4.0, "Burggraaff 2020")


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """The measured voxels of a region and how much of each belongs to it.

    Attributes
    ----------
    values, weights : ndarray, shape (n,)
        Only voxels with a share above 0 that were measured (no padding, finite).
    """

    values: Values
    weights: Values

    @classmethod
    def of(cls, volume: Volume, coverage: Coverage) -> Sampled:
        """Return the voxels of an image that a region touches."""
        values = volume.array[coverage.box].astype(np.float64)
        weights = coverage.weights.astype(np.float64)
        usable = (weights > 0) & np.isfinite(values)
        if volume.valid is not None:
            usable &= volume.valid[coverage.box]
        return cls(values[usable], weights[usable])

    @property
    def voxels(self) -> float:
        """Number of voxels, parts counted as parts."""
        return float(self.weights.sum())

    def core(self) -> Values:
        """Return the values of voxels that are at least half inside; of all if none is."""
        within = self.weights >= HALF
        return self.values[within] if within.any() else self.values

    def maximum(self) -> float:
        """Return the largest value of voxels at least half inside."""
        return float(self.core().max())

    def mean(self) -> float:
        """Return the mean weighted by share."""
        return float(np.average(self.values, weights=self.weights))

    def deviation(self) -> float:
        """Return the standard deviation weighted by share."""
        around = np.average((self.values - self.mean()) ** 2, weights=self.weights)
        return float(np.sqrt(around))

    def quantile(self, share: float) -> float:
        """Return the weighted quantile: each voxel stands at the middle of its own share.

        Examples
        --------
        >>> three = Sampled(np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 1.0]))
        >>> three.quantile(0.5)
        2.0
        """
        order = np.argsort(self.values)
        values, weights = self.values[order], self.weights[order]
        middles = (np.cumsum(weights) - 0.5 * weights) / weights.sum()
        return float(np.interp(share, middles, values))

    def active(self, threshold: Threshold) -> tuple[float, float]:
        """Return how many voxels reach a threshold, parts as parts, and their weighted mean.

        The mean is 0 where none does.
        """
        reached = self.values >= threshold.level(self.maximum())
        weight = float(self.weights[reached].sum())
        if weight <= 0:
            return 0.0, 0.0
        return weight, float(np.average(self.values[reached], weights=self.weights[reached]))


def peak(volume: Volume, coverage: Coverage) -> float | None:
    """Return the highest mean over a sphere of 1 cm³ centred on a voxel of the region.

    The sphere may reach beyond the region, not beyond what was measured; parts of voxels count as
    parts. None if no sphere fits into the image.
    """
    kernel = sphere_weights(volume.grid)
    reach = np.array(kernel.shape) // 2
    low = np.array([part.start for part in coverage.box]) - reach
    high = np.array([part.stop for part in coverage.box]) + reach
    inner = tuple(
        slice(max(0, int(low[axis])), min(volume.grid.shape[axis], int(high[axis])))
        for axis in range(3)
    )
    values = volume.array[inner].astype(np.float64)
    usable = np.isfinite(values)
    if volume.valid is not None:
        usable &= volume.valid[inner]
    kernel = kernel / kernel.sum()
    # The kernel is symmetric, so that its convolution is the mean over the sphere.
    means = fftconvolve(np.where(usable, values, 0.0), kernel, mode="full")
    measured = fftconvolve(usable.astype(np.float64), kernel, mode="full")
    begin = [coverage.box[axis].start - inner[axis].start + int(reach[axis]) for axis in range(3)]
    own = tuple(slice(begin[axis], begin[axis] + coverage.weights.shape[axis]) for axis in range(3))
    centres = (coverage.weights >= HALF) & (measured[own] > 1.0 - 1e-6)
    if not centres.any():
        return None
    return float(means[own][centres].max())


def sphere_weights(grid: Grid, radius_mm: float = PEAK_RADIUS_MM) -> Values:
    """Return how much of each voxel around a voxel a sphere centred on it fills.

    Parameters
    ----------
    grid : Grid
    radius_mm : float
        Of the sphere.

    Returns
    -------
    ndarray
        Odd side lengths, (slices, rows, columns).
    """
    # The sphere's extent along each index axis, also where the axes are not at right angles.
    inverse = np.linalg.inv(grid.affine[:3, :3])
    extent = radius_mm * np.linalg.norm(inverse, axis=1)[::-1]
    half = np.ceil(extent + 0.5).astype(int)
    ranges = [np.arange(-length, length + 1) for length in half]
    k, j, i = np.meshgrid(*ranges, indexing="ij")
    centres = np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1)
    step = grid.affine[:3, :3]
    apart_mm = np.linalg.norm(centres @ step.T, axis=1)
    half_mm = 0.5 * float(np.linalg.norm(grid.spacing_mm))
    filled: Values = (apart_mm <= radius_mm).astype(np.float64)
    within = sub_points(_PEAK_POINTS) @ step.T
    for at in np.flatnonzero(np.abs(apart_mm - radius_mm) <= half_mm):
        inner = centres[at] @ step.T + within
        filled[at] = (np.einsum("ij,ij->i", inner, inner) <= radius_mm**2).mean()
    return filled.reshape(k.shape)
