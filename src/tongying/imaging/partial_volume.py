"""Partial-volume correction of PET and SPECT by anatomy: the table and the corrected image.

The equations stand in `partial_volume_model`. There is no default resolution: it belongs to the
scanner and the reconstruction, and somebody must have measured it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tongying.imaging.grid import Grid
from tongying.imaging.partial_volume_model import (
    FWHM_PER_SIGMA,
    Fractions,
    PartialVolumeRefused,
    RegionsAlike,
    Values,
    fractions_of,
    iterate_yang,
    region_means,
    sigmas_of,
    transfer_matrix,
    unmixed_means,
    voxel_wise,
)
from tongying.imaging.partial_volume_words import (
    BACKGROUND,
    CONDITION_HIGH,
    COUNTS_STAY,
    EVEN_UPTAKE,
    FEW,
    NEGATIVE,
    NOT_SETTLED,
    TOUCHES_EDGE,
    UNSAMPLED_BLUR,
    meaning_of,
)
from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.region import Region
from tongying.imaging.transform import Transform
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.caveat import Caveat

ITERATIONS: Final = 10
"""As in PETPVC."""
LARGEST_CONDITION: Final = 30.0
"""An error of 1 % in a measured mean may become 30 %: refused (needs sign-off)."""
HIGH_CONDITION: Final = 10.0
FEW_VOXELS: Final = 8.0
"""A region of two voxels along each axis (needs sign-off)."""
SETTLED: Final = 0.01
LARGEST_FWHM_MM: Final = 30.0
"""No scanner is worse; such a number is a mistake of units."""
FWHM_DOUBT: Final = 0.10
"""By how much the blur is varied to show what a wrong one does (decision of this project)."""
_EMISSION: Final = frozenset(
    {
        Quantity.BQML,
        Quantity.COUNTS,
        Quantity.SUV_BW,
        Quantity.SUV_LBM_JANMAHASATIAN,
        Quantity.SUV_LBM_JAMES,
        Quantity.SUV_BSA,
    }
)


@dataclass(frozen=True, slots=True)
class RegionCorrection:
    """A region before and after.

    Attributes
    ----------
    name : str
    voxels : float
        Of the image, parts counted as parts.
    before : float
        Mean in the image's unit.
    gtm, rbv, yang : float
        Uptake by transfer matrix, region-based voxel-wise and iterative Yang.
    gtm_if_sharper, gtm_if_blurrier : float
        By transfer matrix, if the true FWHM were 10 % smaller or larger than stated.
    recovery : float
        Share of the region's own uptake that the image shows within it.
    meaning : Caveat
        Whether it lost or gained activity, in words.
    caveats : tuple of Caveat
    """

    name: str
    voxels: float
    before: float
    gtm: float
    rbv: float
    yang: float
    gtm_if_sharper: float
    gtm_if_blurrier: float
    recovery: float
    meaning: Caveat
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """The table and the corrected image.

    Attributes
    ----------
    rows : tuple of RegionCorrection
        In the order of the regions; the background is the last.
    image : Volume
        By iterative Yang, cut to the surroundings of the regions.
    fwhm_mm : tuple of float
        Along columns' i, rows' j and slices' k axis, as stated by the user.
    condition : float
        Condition number of the transfer matrix.
    iterations : int
    last_change : float
        Largest relative change of a region's uptake in the last iteration.
    caveats : tuple of Caveat
    """

    rows: tuple[RegionCorrection, ...]
    image: Volume
    fwhm_mm: tuple[float, float, float]
    condition: float
    iterations: int
    last_change: float
    caveats: tuple[Caveat, ...]


def correct_partial_volume(
    image: Volume,
    regions: Sequence[Region],
    *,
    to_region: Transform,
    fwhm_mm: tuple[float, float, float],
    iterations: int = ITERATIONS,
    progress: Progress = silent,
) -> Correction:
    """Return every region's uptake without the blur.

    Parameters
    ----------
    image : Volume
        PET or SPECT.
    regions : sequence of Region
        Of the anatomy, not overlapping; the rest becomes the background.
    to_region : Transform
        From points of the PET to points of the anatomy.
    fwhm_mm : tuple of float
        Resolution along i, j and k; there is no default, it belongs to scanner and reconstruction.
    iterations : int
        Of Yang's method, at least 1.
    progress : Progress

    Raises
    ------
    PartialVolumeRefused
        If the image is no emission image, the resolution is not stated, regions overlap, or one has
        no voxel in the image.
    RegionsAlike
        If the transfer matrix is singular or ill-conditioned.
    """
    _check(image, fwhm_mm, iterations)
    box, fractions = fractions_of(image.grid, regions, to_region=to_region, fwhm_mm=fwhm_mm)
    values = _values(image, box)
    progress(0.3, "partial-volume")
    weights = fractions.reshape(len(fractions), -1).sum(axis=1, dtype=np.float64)
    names = [*(region.name for region in regions), BACKGROUND]
    if weights[-1] <= 0:
        raise PartialVolumeRefused("The regions leave no background around them.")
    before = region_means(values, fractions)
    sigmas = sigmas_of(image.grid, fwhm_mm)
    matrix = transfer_matrix(fractions, sigmas)
    condition = float(np.linalg.cond(matrix))
    if not np.isfinite(condition) or condition > LARGEST_CONDITION:
        raise RegionsAlike(condition)
    gtm: Values = np.linalg.solve(matrix, before).astype(np.float64)
    progress(0.5, "partial-volume")
    sharper, blurrier = (
        np.linalg.lstsq(transfer_matrix(fractions, sigmas * factor), before, rcond=None)[0]
        for factor in (1.0 - FWHM_DOUBT, 1.0 + FWHM_DOUBT)
    )
    progress(0.7, "partial-volume")
    rbv = unmixed_means(voxel_wise(values, fractions, gtm, sigmas), fractions)
    corrected, yang, change = iterate_yang(
        values, fractions, sigmas, iterations, Share(progress, 0.7, 1.0)
    )
    edges = _touches_edge(fractions, box, image.grid)
    rows = tuple(
        RegionCorrection(
            name,
            float(weights[at]),
            float(before[at]),
            float(gtm[at]),
            float(rbv[at]),
            float(yang[at]),
            float(sharper[at]),
            float(blurrier[at]),
            float(matrix[at, at]),
            meaning_of(float(before[at]), float(gtm[at])),
            _row_caveats(float(weights[at]), min(gtm[at], yang[at]), edges[at]),
        )
        for at, name in enumerate(names)
    )
    return Correction(
        rows,
        _cut(image, box, corrected),
        fwhm_mm,
        condition,
        iterations,
        change,
        _caveats(image, sigmas, condition, change),
    )


def _check(image: Volume, fwhm_mm: tuple[float, float, float], iterations: int) -> None:
    if image.quantity not in _EMISSION:
        raise PartialVolumeRefused("Partial-volume correction is for PET and SPECT images.")
    if not image.grid.is_orthogonal():
        raise PartialVolumeRefused("Partial-volume correction needs an image without tilt.")
    if len(fwhm_mm) != 3 or not all(0 < width <= LARGEST_FWHM_MM for width in fwhm_mm):
        raise PartialVolumeRefused(
            "State the resolution (FWHM) of the scanner in millimetres along the three axes."
        )
    if iterations < 1:
        raise PartialVolumeRefused("At least one iteration is needed.")


def _values(image: Volume, box: tuple[slice, slice, slice]) -> Values:
    values = image.array[box].astype(np.float64)
    measured = image.valid is None or bool(image.valid[box].all())
    if not measured or not np.isfinite(values).all():
        raise PartialVolumeRefused("A part of the image around the regions was not measured.")
    return values


def _touches_edge(fractions: Fractions, box: tuple[slice, slice, slice], grid: Grid) -> list[bool]:
    touched = [False] * len(fractions)
    for axis in range(3):
        for end, at_edge in (
            (0, box[axis].start == 0),
            (-1, box[axis].stop == grid.shape[axis]),
        ):
            if at_edge:
                faces = np.take(fractions[:-1], end, axis=axis + 1)
                for number, face in enumerate(faces):
                    touched[number] = touched[number] or bool(face.any())
    return touched


def _row_caveats(voxels: float, least: float, edge: bool) -> tuple[Caveat, ...]:
    found = []
    if voxels < FEW_VOXELS:
        found.append(FEW)
    if least < 0:
        found.append(NEGATIVE)
    if edge:
        found.append(TOUCHES_EDGE)
    return tuple(found)


def _caveats(image: Volume, sigmas: Values, condition: float, change: float) -> tuple[Caveat, ...]:
    found = [EVEN_UPTAKE]
    if condition > HIGH_CONDITION:
        found.append(CONDITION_HIGH)
    if change > SETTLED:
        found.append(NOT_SETTLED)
    if (sigmas * FWHM_PER_SIGMA < 1.0).any():
        found.append(UNSAMPLED_BLUR)
    if image.quantity is Quantity.COUNTS:
        found.append(COUNTS_STAY)
    return (*found, *image.caveats)


def _cut(image: Volume, box: tuple[slice, slice, slice], values: Values) -> Volume:
    start = [part.start for part in box][::-1]
    affine = np.array(image.grid.affine)
    affine[:3, 3] = image.grid.to_lps([start])[0]
    shape = (values.shape[0], values.shape[1], values.shape[2])
    return replace(image, array=values.astype(np.float32), grid=Grid(shape, affine), valid=None)
