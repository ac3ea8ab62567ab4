"""How two masks of one image agree: overlap, volume, distance of surfaces.

The surface runs half-way between voxels inside and voxels outside; its elements sit at the corners
of voxels, each with the area that marching cubes gives the eight voxels round it, so that distances
and shares are weighted by area and spacing. Corners on both sides of the surface count, so that
distances come out up to half a voxel's diagonal too small, as in [2]_.

References
----------
.. [1] Dice LR. Measures of the amount of ecologic association between species. Ecology 1945; 26:
   297-302.
.. [2] Nikolov S, Blackwell S, Zverovitch A, et al. Clinically applicable segmentation of head and
   neck anatomy for radiotherapy. J Med Internet Res 2021; 23: e26151. (surface Dice at a tolerance)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import distance_transform_edt

from tongying.ai.evaluation.figure import EvaluationRefused
from tongying.ai.evaluation.surfel import areas_of_cells
from tongying.imaging.grid import Grid
from tongying.imaging.volume import Mask
from tongying.norms.arrays import FloatArray, IntArray

HAUSDORFF_SHARE: Final = 0.95
SAME_PLACE_MM: Final = 1e-3
"""Affines that differ by less describe the same grid."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Counts of voxels and what follows from them.

    Attributes
    ----------
    dice, jaccard : float or None
        None where both masks are empty.
    truth_ml, found_ml : float
    volume_error : float or None
        Found less truth, as a share of the truth; None where the truth is empty.
    """

    dice: float | None
    jaccard: float | None
    truth_ml: float
    found_ml: float
    volume_error: float | None

    def as_json(self) -> dict[str, float | None]:
        """Return the figures as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class Surfaces:
    """Distances between two surfaces, in mm, each with the area it stands for.

    Attributes
    ----------
    truth_to_found, found_to_truth : FloatArray
        Rising.
    truth_mm2, found_mm2 : FloatArray
        Areas in the same order.
    """

    truth_to_found: FloatArray
    found_to_truth: FloatArray
    truth_mm2: FloatArray
    found_mm2: FloatArray

    @property
    def mean_mm(self) -> tuple[float, float]:
        """Mean distance from the true surface to the found one, and back."""
        return (
            float(np.average(self.truth_to_found, weights=self.truth_mm2)),
            float(np.average(self.found_to_truth, weights=self.found_mm2)),
        )

    @property
    def symmetric_mean_mm(self) -> float:
        """Mean distance over both surfaces together."""
        both = np.concatenate([self.truth_to_found, self.found_to_truth])
        return float(np.average(both, weights=np.concatenate([self.truth_mm2, self.found_mm2])))

    def hausdorff_mm(self, share: float = HAUSDORFF_SHARE) -> float:
        """Return the distance within which this share of either surface lies.

        Parameters
        ----------
        share : float
            1.0 gives the greatest distance.
        """
        return max(
            _centile(self.truth_to_found, self.truth_mm2, share),
            _centile(self.found_to_truth, self.found_mm2, share),
        )

    def within(self, tolerance_mm: float) -> tuple[float, float]:
        """Return which share of the true surface lies so near to the found one, and back."""
        return (
            float(self.truth_mm2[self.truth_to_found <= tolerance_mm].sum() / self.truth_mm2.sum()),
            float(self.found_mm2[self.found_to_truth <= tolerance_mm].sum() / self.found_mm2.sum()),
        )

    def surface_dice(self, tolerance_mm: float) -> float:
        """Return the normalised surface distance of [2]_: share of both surfaces that agree."""
        near = float(self.truth_mm2[self.truth_to_found <= tolerance_mm].sum())
        near += float(self.found_mm2[self.found_to_truth <= tolerance_mm].sum())
        return near / float(self.truth_mm2.sum() + self.found_mm2.sum())


def overlap(truth: Mask, found: Mask, grid: Grid) -> Overlap:
    """Return how far two masks cover one another.

    Parameters
    ----------
    truth, found : ndarray of bool, shape (slices, rows, columns)
    grid : Grid
        Of both.
    """
    _check(truth, found, grid)
    both = int(np.count_nonzero(truth & found))
    of_truth, of_found = int(np.count_nonzero(truth)), int(np.count_nonzero(found))
    either = of_truth + of_found - both
    return Overlap(
        dice=2.0 * both / (of_truth + of_found) if either else None,
        jaccard=both / either if either else None,
        truth_ml=of_truth * grid.voxel_mm3 / 1000.0,
        found_ml=of_found * grid.voxel_mm3 / 1000.0,
        volume_error=(of_found - of_truth) / of_truth if of_truth else None,
    )


def surfaces(truth: Mask, found: Mask, grid: Grid) -> Surfaces:
    """Return the distances between two surfaces.

    Parameters
    ----------
    truth, found : ndarray of bool, shape (slices, rows, columns)
        Neither empty.
    grid : Grid
        Of both; its axes at right angles.

    Raises
    ------
    EvaluationRefused
        If a mask is empty: then there is no surface and no distance.
    """
    _check(truth, found, grid)
    if not truth.any() or not found.any():
        raise EvaluationRefused("An empty mask has no surface to measure a distance from.")
    at = np.argwhere(truth | found)
    box = tuple(
        slice(int(low), int(high) + 1) for low, high in zip(at.min(0), at.max(0), strict=True)
    )
    spacing = tuple(float(step) for step in grid.spacing_mm[::-1])
    areas = np.asarray(areas_of_cells((spacing[0], spacing[1], spacing[2])))
    codes = [_codes(np.pad(mask[box], 1)) for mask in (truth, found)]
    borders = [(code != 0) & (code != 255) for code in codes]
    to_other = [distance_transform_edt(~border, sampling=spacing) for border in borders]
    first, first_mm2 = _sorted(to_other[1][borders[0]], areas[codes[0][borders[0]]])
    second, second_mm2 = _sorted(to_other[0][borders[1]], areas[codes[1][borders[1]]])
    return Surfaces(first, second, first_mm2, second_mm2)


def _codes(padded: Mask) -> IntArray:
    """Return the code of the eight voxels round each corner between voxels."""
    code = np.zeros(tuple(side - 1 for side in padded.shape), dtype=np.int64)
    for bit in range(8):
        k, j, i = bit >> 2 & 1, bit >> 1 & 1, bit & 1
        part = padded[
            k : padded.shape[0] - 1 + k, j : padded.shape[1] - 1 + j, i : padded.shape[2] - 1 + i
        ]
        code += part.astype(np.int64) << bit
    return code


def _sorted(distances: FloatArray, areas: FloatArray) -> tuple[FloatArray, FloatArray]:
    order = np.argsort(distances, kind="stable")
    return distances[order], areas[order]


def _centile(distances: FloatArray, areas: FloatArray, share: float) -> float:
    upto = np.cumsum(areas) / areas.sum()
    at = int(np.searchsorted(upto, share))
    return float(distances[min(at, len(distances) - 1)])


def _check(truth: Mask, found: Mask, grid: Grid) -> None:
    if truth.dtype != np.bool_ or found.dtype != np.bool_:
        raise EvaluationRefused("Masks must say yes or no at every voxel.")
    if truth.shape != grid.shape or found.shape != grid.shape:
        raise EvaluationRefused("Both masks must be drawn on the same grid.")
    step = grid.affine[:3, :3]
    gram = step.T @ step
    if np.abs(gram - np.diag(np.diag(gram))).max() > SAME_PLACE_MM:
        raise EvaluationRefused("The axes of the grid are not at right angles.")
