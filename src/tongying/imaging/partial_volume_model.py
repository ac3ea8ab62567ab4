"""The model behind partial-volume correction by anatomy.

The scanner's blur mixes a region's activity with its surroundings'. Where anatomy says where the
regions are and somebody measured the blur, the mixing can be computed and undone. Regions are
fractions of voxels, so a region's edge may run through a voxel; what no region covers is one more
region, the background. Every method assumes that each region's uptake is even.

The image is modelled as f = Σ T_j (h ⊛ r_j): uptake T_j, fraction r_j, blur h.

- Geometric transfer matrix: m_i = Σ_j ω_ij T_j, ω_ij = Σ_x r_i (h ⊛ r_j) / Σ_x r_i, solved for T.
- Region-based voxel-wise: f × s / (h ⊛ s) with s = Σ T_j r_j from the transfer matrix.
- Iterative Yang: the same with T from the corrected image itself, repeated.

For regions of whole voxels these are the published equations; for fractions the mean of a region
is unmixed from the regions that share its voxels.

References
----------
Rousset OG, Ma Y, Evans AC. J Nucl Med 1998;39:904-11. Erlandsson K et al. Phys Med Biol
2012;57:R119-59. Thomas BA et al. EJNMMI 2011;38:1104-19; PETPVC: Phys Med Biol 2016;61:7975-93.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tongying.imaging.coverage import cover
from tongying.imaging.grid import Grid
from tongying.imaging.progress import Progress
from tongying.imaging.region import Region
from tongying.imaging.transform import Transform
from tongying.kernel.errors import BadInput

FWHM_PER_SIGMA: Final = float(2.0 * np.sqrt(2.0 * np.log(2.0)))
MARGIN_FWHM: Final = 2.0
"""The background is what lies this near to the regions: further away nothing spills over."""
_TRUNCATE_SIGMAS: Final = 5.0

Fractions = NDArray[np.float32]
"""Shape (regions, slices, rows, columns), 0 to 1, adding up to 1: the last is the background."""
Values = NDArray[np.float64]


class PartialVolumeRefused(BadInput):
    """The correction cannot be computed, or would only amplify noise."""

    code: ClassVar[str] = "imaging.partial-volume"


class RegionsAlike(PartialVolumeRefused):
    """The transfer matrix is singular or ill-conditioned.

    Parameters
    ----------
    condition : float
        Its condition number; infinite if singular.
    """

    code: ClassVar[str] = "imaging.partial-volume-ill-conditioned"

    def __init__(self, condition: float) -> None:
        super().__init__(
            "The regions cannot be told apart at this resolution; join small neighbouring regions."
        )
        self.condition = condition


def fractions_of(
    grid: Grid,
    regions: Sequence[Region],
    *,
    to_region: Transform,
    fwhm_mm: tuple[float, float, float],
) -> tuple[tuple[slice, slice, slice], Fractions]:
    """Return the regions and their background as fractions of the image's voxels.

    Parameters
    ----------
    grid : Grid
        Of the image.
    regions : sequence of Region
    to_region : Transform
        From points of the image to points of the anatomy.
    fwhm_mm : tuple of float
        Along i, j, k: how far around the regions the background reaches.

    Returns
    -------
    tuple
        The part of the image that is looked at, and the fractions in it.

    Raises
    ------
    PartialVolumeRefused
        If there is no region, one lies outside the image, or regions overlap.
    """
    covers = [cover(region, grid, to_region) for region in regions]
    if not covers:
        raise PartialVolumeRefused("Partial-volume correction needs at least one region.")
    if not all(one.weights.size and one.weights.any() for one in covers):
        raise PartialVolumeRefused("One of the regions has no voxel in the image.")
    margin = np.ceil(MARGIN_FWHM * np.array(fwhm_mm)[::-1] / grid.spacing_mm[::-1]).astype(int)
    low = np.min([[part.start for part in one.box] for one in covers], axis=0) - margin
    high = np.max([[part.stop for part in one.box] for one in covers], axis=0) + margin
    low, high = np.maximum(low, 0), np.minimum(high, np.array(grid.shape))
    fractions = np.zeros((len(covers) + 1, *(high - low)), dtype=np.float32)
    for at, one in enumerate(covers):
        k, j, i = (
            slice(int(part.start - low[axis]), int(part.stop - low[axis]))
            for axis, part in enumerate(one.box)
        )
        fractions[at, k, j, i] = one.weights
    total = fractions.sum(axis=0)
    if total.max() > 1.0 + 1e-3:
        raise PartialVolumeRefused("The regions overlap; each point may belong to one only.")
    fractions[-1] = np.clip(1.0 - total, 0.0, 1.0)
    box = tuple(slice(int(low[axis]), int(high[axis])) for axis in range(3))
    return (box[0], box[1], box[2]), fractions


def sigmas_of(grid: Grid, fwhm_mm: tuple[float, float, float]) -> Values:
    """Return the blur's standard deviations in voxels along the array's axes (k, j, i)."""
    sigmas: Values = np.array(fwhm_mm)[::-1] / FWHM_PER_SIGMA / grid.spacing_mm[::-1]
    return sigmas


def blurred(values: NDArray[Any], sigmas: Values) -> Values:
    """Return values through a Gaussian; beyond the edge they go on as at the edge."""
    result: Values = gaussian_filter(
        np.asarray(values, dtype=np.float64), sigmas, mode="nearest", truncate=_TRUNCATE_SIGMAS
    )
    return result


def region_means(values: Values, fractions: Fractions) -> Values:
    """Return each region's mean, voxels weighted by fraction."""
    flat = fractions.reshape(len(fractions), -1).astype(np.float64)
    means: Values = flat @ values.ravel() / flat.sum(axis=1)
    return means


def transfer_matrix(fractions: Fractions, sigmas: Values) -> Values:
    """Return ω, shape (regions, regions): how much of region j's uptake is seen in region i."""
    flat = fractions.reshape(len(fractions), -1).astype(np.float64)
    seen = np.stack([blurred(one, sigmas).ravel() for one in fractions], axis=1)
    matrix: Values = flat @ seen / flat.sum(axis=1)[:, None]
    return matrix


def unmixed_means(values: Values, fractions: Fractions) -> Values:
    """Return the uptake of each region from an unblurred image whose edge voxels are mixed."""
    flat = fractions.reshape(len(fractions), -1).astype(np.float64)
    shared = flat @ flat.T / flat.sum(axis=1)[:, None]
    means: Values = np.linalg.lstsq(shared, region_means(values, fractions), rcond=None)[0]
    return means


def voxel_wise(values: Values, fractions: Fractions, uptake: Values, sigmas: Values) -> Values:
    """Return the image corrected voxel by voxel by an uptake of its regions."""
    synthetic: Values = np.tensordot(np.maximum(uptake, 0.0), fractions, axes=1)
    seen = blurred(synthetic, sigmas)
    factor = np.divide(synthetic, seen, out=np.ones_like(seen), where=seen > 1e-12 * seen.max())
    corrected: Values = values * factor
    return corrected


def iterate_yang(
    values: Values, fractions: Fractions, sigmas: Values, iterations: int, progress: Progress
) -> tuple[Values, Values, float]:
    """Return the corrected image, the regions' uptake, and the last relative change.

    Parameters
    ----------
    values : ndarray
        As measured.
    fractions : ndarray
    sigmas : ndarray
        Of the blur, in voxels, (k, j, i).
    iterations : int
    progress : Progress
    """
    corrected, uptake, change = values, region_means(values, fractions), float("inf")
    for turn in range(iterations):
        corrected = voxel_wise(values, fractions, uptake, sigmas)
        newer = unmixed_means(corrected, fractions)
        scale = max(float(np.abs(newer).max()), 1e-300)
        change = float(np.abs(newer - uptake).max()) / scale
        uptake = newer
        progress((turn + 1) / iterations, "partial-volume")
    return corrected, uptake, change
