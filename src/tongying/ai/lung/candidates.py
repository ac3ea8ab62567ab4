"""Places in the lungs that may be nodules: blobs at several scales that are no tubes and no sheets.

References
----------
Lindeberg T. Feature detection with automatic scale selection. Int J Comput Vis 1998;30:79-116
(blobs as extrema of the normalised Laplacian; here differences of Gaussians; [K]).
Sato Y et al. Med Image Anal 1998;2:143-168 and Frangi AF et al. MICCAI 1998:130-137 (eigenvalues of
the Hessian tell blobs, tubes and sheets apart; [K]).
[K]: from memory, not opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.ai.lung.lung_field import LungField
from tongying.imaging.grid import Grid
from tongying.imaging.progress import Progress
from tongying.imaging.resample import resample
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Mask, Volume

VOXEL_MM: Final = 1.0
"""Cubic voxels that are searched."""
STEP: Final = 1.4
"""Ratio of the two Gaussians of a difference, and of one scale to the next."""
SIGMAS_MM: Final = (0.9, 1.26, 1.76, 2.47, 3.46, 4.84, 6.78)
"""A sphere of diameter 3.46 sigma answers most: 3 mm to 24 mm."""
PARENCHYMA_HU: Final = -850.0
CLIP_HU: Final = (-1000.0, 100.0)
LEAST_RESPONSE_HU: Final = 30.0
LEAST_BLOBNESS: Final = 0.12
"""Smallest to largest curvature; a tube or a sheet has near 0."""
MOST: Final = 250
"""Candidates kept of each scale, those that answer most: else vessels crowd out ground glass."""
MARGIN_MM: Final = 12.0
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Working:
    """The lungs in cubic voxels.

    Attributes
    ----------
    array : ndarray of float32, shape (slices, rows, columns)
        Hounsfield units.
    inside : ndarray of bool
    depth_mm : ndarray of float32
        Distance to the rim of the lungs at every second voxel of each axis; 0 outside.
    grid : Grid
    """

    array: Floats
    inside: Mask
    depth_mm: Floats
    grid: Grid

    @property
    def filled(self) -> Floats:
        """Return it clipped, and parenchyma outside the lungs, so that the wall answers nothing."""
        clipped = np.clip(self.array, *CLIP_HU)
        return np.where(self.inside, clipped, np.float32(PARENCHYMA_HU)).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidates of one scan, those that answer most first.

    Attributes
    ----------
    index : ndarray of float64, shape (n, 3)
        (slice, row, column) in the working voxels.
    sigma_mm : ndarray of float64, shape (n,)
    response : ndarray of float64, shape (n, scales)
        Of every scale at that place, in Hounsfield units.
    curvature : ndarray of float64, shape (n, 3)
        Eigenvalues of the Hessian at its scale, most negative first.
    centres_mm : ndarray of float64, shape (n, 3)
        LPS.
    """

    index: Doubles
    sigma_mm: Doubles
    response: Doubles
    curvature: Doubles
    centres_mm: Doubles

    @property
    def own_response(self) -> Doubles:
        """Return the response of each one's own scale."""
        return own_response(self.sigma_mm, self.response)


def working_of(volume: Volume, field: LungField, progress: Progress) -> Working:
    """Return the lungs and a margin in cubic voxels along the axes of LPS.

    Parameters
    ----------
    volume : Volume
    field : LungField
        Of the volume.
    progress : Progress
    """
    at = np.argwhere(field.mask)[:, ::-1]
    ends = np.stack([at.min(axis=0), at.max(axis=0)]).astype(np.float64)
    corners = np.array(
        [[ends[i, 0], ends[j, 1], ends[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    )
    points = volume.grid.to_lps(corners)
    low, high = points.min(axis=0) - MARGIN_MM, points.max(axis=0) + MARGIN_MM
    counts = np.ceil((high - low) / VOXEL_MM).astype(int) + 1
    grid = Grid.of(
        (int(counts[2]), int(counts[1]), int(counts[0])),
        spacing_mm=(VOXEL_MM,) * 3,
        origin_mm=low,
    )
    still = MatrixTransform.identity()
    array = resample(volume, grid, still, progress=progress).array.astype(np.float32)
    lungs = resample(
        Volume(field.mask.astype(np.float32), volume.grid), grid, still, outside=0.0
    ).array
    inside = lungs > 0.5
    depth = ndimage.distance_transform_edt(inside[::2, ::2, ::2], sampling=2.0 * VOXEL_MM)
    return Working(array, inside, depth.astype(np.float32), grid)


def own_response(sigma_mm: Doubles, response: Doubles) -> Doubles:
    """Return of the responses of every scale, shape (n, scales), that of each one's own."""
    scale = np.argmin(np.abs(sigma_mm[:, None] - np.array(SIGMAS_MM)[None]), axis=1)
    return np.asarray(response[np.arange(len(scale)), scale])


def candidates_of(working: Working, progress: Progress) -> Candidates:
    """Return the candidates in the lungs.

    Parameters
    ----------
    working : Working
    progress : Progress
    """
    levels = _levels(working.filled, progress)
    found: list[tuple[NDArray[np.intp], Doubles, int]] = []
    responses = [levels[i] - levels[i + 1] for i in range(len(SIGMAS_MM))]
    for number, response in enumerate(responses):
        width = 3 if SIGMAS_MM[number] < 2.0 else 5
        peak = ndimage.maximum_filter(response, size=width)
        at = np.argwhere((response == peak) & (response > LEAST_RESPONSE_HU) & working.inside)
        found.append((at, response[tuple(at.T)].astype(np.float64), number))
    at = np.concatenate([one[0] for one in found])
    strength = np.concatenate([one[1] for one in found])
    scale = np.concatenate([np.full(len(one[0]), one[2]) for one in found])
    curvature = np.empty((len(at), 3))
    for number in range(len(SIGMAS_MM)):
        mine = scale == number
        curvature[mine] = _curvature(levels[number], at[mine], SIGMAS_MM[number])
    blob = (curvature[:, 2] < 0) & (
        curvature[:, 2] <= LEAST_BLOBNESS * np.minimum(curvature[:, 0], -1e-6)
    )
    at, strength, scale, curvature = at[blob], strength[blob], scale[blob], curvature[blob]
    kept = _surest(at, strength, scale)
    at, scale, curvature = at[kept], scale[kept], curvature[kept]
    every = np.stack([one[tuple(at.T)] for one in responses], axis=1).astype(np.float64)
    return Candidates(
        at.astype(np.float64),
        np.array(SIGMAS_MM)[scale],
        every,
        curvature,
        working.grid.to_lps(at[:, ::-1]),
    )


def _levels(filled: Floats, progress: Progress) -> list[Floats]:
    """Return the image blurred by every scale and by one more, each made from the one before."""
    levels: list[Floats] = []
    before, reached = filled, 0.0
    wanted = (*SIGMAS_MM, STEP * SIGMAS_MM[-1])
    for number, sigma in enumerate(wanted):
        more = float(np.sqrt(sigma**2 - reached**2)) / VOXEL_MM
        before = ndimage.gaussian_filter(before, more, truncate=3.0, mode="nearest")
        levels.append(before)
        reached = sigma
        progress((number + 1) / len(wanted), "blobs")
    return levels


def _curvature(blurred: Floats, at: NDArray[np.intp], sigma_mm: float) -> Doubles:
    """Return the eigenvalues of the Hessian, times the scale squared, most negative first."""
    step = max(1, round(0.7 * sigma_mm / VOXEL_MM))
    last = np.array(blurred.shape) - 1

    def value(*moves: tuple[int, int]) -> Doubles:
        moved = at.copy()
        for axis, by in moves:
            moved[:, axis] = np.clip(moved[:, axis] + by * step, 0, last[axis])
        values: Doubles = blurred[tuple(moved.T)].astype(np.float64)
        return values

    hessian = np.empty((len(at), 3, 3))
    centre = value()
    for one in range(3):
        hessian[:, one, one] = value((one, 1)) + value((one, -1)) - 2.0 * centre
        for other in range(one):
            mixed = (
                value((one, 1), (other, 1))
                + value((one, -1), (other, -1))
                - value((one, 1), (other, -1))
                - value((one, -1), (other, 1))
            ) / 4.0
            hessian[:, one, other] = hessian[:, other, one] = mixed
    scaled = (sigma_mm / (step * VOXEL_MM)) ** 2
    return np.asarray(np.linalg.eigvalsh(hessian) * scaled, dtype=np.float64)


def _surest(at: NDArray[np.intp], strength: Doubles, scale: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which to keep: of those within one another's radius, the one that answers most."""
    order = np.argsort(-strength, kind="stable")
    sigmas = np.array(SIGMAS_MM)
    kept: list[int] = []
    places = np.empty((0, 3))
    reach = np.empty(0)
    taken = np.zeros(len(sigmas), dtype=np.int64)
    for number in order:
        if taken[scale[number]] >= MOST:
            continue
        away = np.linalg.norm(places - at[number], axis=1) * VOXEL_MM
        if (away < np.maximum(1.2 * reach, 2.0)).any():
            continue
        kept.append(int(number))
        taken[scale[number]] += 1
        places = np.vstack([places, at[number]])
        reach = np.append(reach, sigmas[scale[number]])
    return np.array(kept, dtype=np.int64)
