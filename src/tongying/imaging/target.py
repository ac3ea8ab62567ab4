"""A target found on the nuclear image, carried to the anatomy.

Tissue above a threshold falls into connected parts; each is carried to the grid of the MR or CT
through the registration and keeps its volume there. The reader chooses which part is the target;
a threshold cannot tell tumour from bladder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from scipy.ndimage import find_objects, generate_binary_structure, label

from tongying.imaging.coverage import cover, smooth_shares
from tongying.imaging.grid import Grid, Points
from tongying.imaging.joint_regions import SUV_QUANTITIES
from tongying.imaging.progress import Progress, silent
from tongying.imaging.quality.verdict import may_quantify
from tongying.imaging.region import Region
from tongying.imaging.transform import Transform
from tongying.imaging.uptake import Threshold, ThresholdKind
from tongying.imaging.volume import Mask, Quantity, Volume
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

VOLUME_TOLERANCE: Final = 0.05
"""A carried target keeps its volume within 5 %, or within one voxel (needs sign-off)."""
LEAST_VOLUME_ML: Final = 0.1
"""Smaller parts are noise at the resolution of PET: 0.1 ml is a sphere of 6 mm."""
MOST_TARGETS: Final = 200
"""More parts mean that the threshold lies in the noise."""
EXPECTED_LEVEL: Final = (0.3, 0.7)
"""Half of a voxel is the edge; a level outside these means that the target is thin on this grid."""


class TargetRefused(BadInput):
    """No target can be found or carried."""

    code: ClassVar[str] = "imaging.target"


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A connected part above the threshold.

    Attributes
    ----------
    number : int
        From 1, the hottest part first.
    region : Region
        On the nuclear image's grid.
    maximum : float
        In the image's unit.
    at_mm : ndarray, shape (3,)
        Where the maximum lies, LPS in the nuclear image.
    threshold : Threshold
    level : float
        The threshold in the image's unit.
    """

    number: int
    region: Region
    maximum: float
    at_mm: Points
    threshold: Threshold
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class CarriedTarget:
    """A target on the anatomy's grid.

    Attributes
    ----------
    target : Target
    mask : ndarray of bool
        On the whole grid of the anatomy.
    grid : Grid
    volume_ml : float
    expected_ml : float
        Of the target itself, as the transform scales it, and only what lies on the grid.
    inside : float
        Share of the target on the grid, 0 to 1.
    caveats : tuple of Caveat
    """

    target: Target
    mask: Mask
    grid: Grid
    volume_ml: float
    expected_ml: float
    inside: float
    caveats: tuple[Caveat, ...]


def find_targets(
    image: Volume,
    threshold: Threshold,
    *,
    within: Mask | None = None,
    least_ml: float = LEAST_VOLUME_ML,
) -> tuple[Target, ...]:
    """Return the connected parts of a nuclear image above a threshold, hottest first.

    Parameters
    ----------
    image : Volume
        SUV, Bq/ml or counts.
    threshold : Threshold
        A share of the maximum means that of the image, or of `within`.
    within : ndarray of bool or None
        Where to look, such as a box drawn around the lesion, so that bladder and brain stay out.
    least_ml : float
        Smaller parts are left out.

    Raises
    ------
    TargetRefused
        If the image is none of nuclear medicine, a fixed threshold meets an image that is not in
        SUVbw, the threshold is not above 0, nothing lies above it, or too many parts do.
    """
    _check(image, threshold)
    looked = np.isfinite(image.array)
    if image.valid is not None:
        looked &= image.valid
    if within is not None:
        if within.shape != image.grid.shape:
            raise TargetRefused("The region to look in and the image do not have the same size.")
        looked &= within
    if not looked.any():
        raise TargetRefused("There is nothing to look at.")
    level = threshold.level(float(image.array[looked].max()))
    if not level > 0:
        raise TargetRefused("The threshold must lie above zero.")
    # Voxels that touch by a corner belong together, as regions are grown by hand.
    labels, count = label(looked & (image.array >= level), generate_binary_structure(3, 3))
    least = least_ml * 1000.0 / image.grid.voxel_mm3
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    kept = [number for number in range(1, count + 1) if sizes[number] >= least]
    if not kept:
        raise TargetRefused("No part above the threshold is large enough to be a target.")
    if len(kept) > MOST_TARGETS:
        raise TargetRefused("More than 200 parts lie above the threshold; it is too low.")
    boxes = find_objects(labels)
    parts = []
    for number in kept:
        box = boxes[number - 1]
        own = labels[box] == number
        inner = np.where(own, image.array[box], -np.inf)
        hottest = np.unravel_index(int(np.argmax(inner)), inner.shape)
        place = [int(at) + part.start for at, part in zip(hottest, box, strict=True)]
        parts.append((float(inner[hottest]), number, place))
    parts.sort(key=lambda part: (-part[0], part[1]))
    return tuple(
        Target(
            order,
            Region(f"{order}", labels == number, image.grid),
            maximum,
            image.grid.to_lps([place[::-1]])[0],
            threshold,
            level,
        )
        for order, (maximum, number, place) in enumerate(parts, start=1)
    )


def carry_target(
    target: Target,
    grid: Grid,
    *,
    to_target: Transform,
    error_mm: float | None,
    progress: Progress = silent,
) -> CarriedTarget:
    """Return a target on the grid of the anatomy, with its volume kept.

    Parameters
    ----------
    target : Target
    grid : Grid
        Of the MR or CT.
    to_target : Transform
        From points of the anatomy to points of the nuclear image.
    error_mm : float or None
        Estimated error of that transform; None only if both share a grid.
    progress : Progress

    Raises
    ------
    TargetRefused
        If the target lies outside the grid, or the error is larger than half its short axis.
    """
    if not may_quantify(error_mm, target.region.short_axis_mm()):
        raise TargetRefused(
            "The error of the fusion is larger than half the target's short axis; it may be looked"
            " at, not carried over."
        )
    coverage = cover(target.region, grid, to_target)
    filled = float(coverage.weights.sum(dtype=np.float64)) if coverage.weights.size else 0.0
    if filled <= 0:
        raise TargetRefused("The target lies outside the other image.")
    progress(0.5, "target")
    box, shares = coverage.box, coverage.weights
    if (grid.spacing_mm <= target.region.grid.spacing_mm).all():
        box, shares = smooth_shares(target.region, grid, to_target)
    kept, level = _keep(shares, max(1, round(filled)))
    mask = np.zeros(grid.shape, dtype=bool)
    mask[box] = kept
    progress(1.0, "target")
    voxel_ml = grid.voxel_mm3 / 1000.0
    volume_ml, expected_ml = float(np.count_nonzero(mask)) * voxel_ml, filled * voxel_ml
    return CarriedTarget(
        target,
        mask,
        grid,
        volume_ml,
        expected_ml,
        coverage.inside,
        _caveats(volume_ml, expected_ml, voxel_ml, level, coverage.inside),
    )


def _check(image: Volume, threshold: Threshold) -> None:
    nuclear = SUV_QUANTITIES | {Quantity.BQML, Quantity.COUNTS}
    if image.quantity not in nuclear:
        raise TargetRefused("A target by uptake needs a PET or SPECT image.")
    fixed = threshold.kind is ThresholdKind.FIXED
    if fixed and image.quantity is not Quantity.SUV_BW:
        raise TargetRefused(
            "A fixed threshold is meant for SUVbw; this image has none, use a share of the maximum."
        )
    if not threshold.value > 0 or (not fixed and threshold.value >= 1):
        raise TargetRefused("The threshold must lie above zero and below the maximum.")


def _keep(
    shares: np.ndarray[tuple[int, ...], np.dtype[np.float32]], wanted: int
) -> tuple[Mask, float]:
    """Return the fullest voxels, so many as make the volume, and the least share among them."""
    candidates = np.sort(shares[shares > 0])[::-1]
    level = float(candidates[min(wanted, len(candidates)) - 1])
    at_level = shares >= level
    above = shares > level
    # Voxels with the same share come or go together; the nearer count wins.
    more, fewer = int(np.count_nonzero(at_level)), int(np.count_nonzero(above))
    if fewer and wanted - fewer < more - wanted:
        return above, level
    return at_level, level


def _caveats(
    volume_ml: float, expected_ml: float, voxel_ml: float, level: float, inside: float
) -> tuple[Caveat, ...]:
    found = [_PERSON_DECIDES]
    if abs(volume_ml - expected_ml) > max(VOLUME_TOLERANCE * expected_ml, voxel_ml):
        found.append(_VOLUME_CHANGED)
    if not EXPECTED_LEVEL[0] <= level <= EXPECTED_LEVEL[1]:
        found.append(_THIN)
    if inside < 1.0 - 1e-3:
        found.append(_CUT)
    return tuple(found)


_PERSON_DECIDES: Final = Caveat(
    "target.check",
    "A threshold does not tell tumour from normal uptake; a reader must confirm the target.",
)
_VOLUME_CHANGED: Final = Caveat(
    "target.volume-changed", "The target's volume changed by more than 5 % on this grid."
)
_THIN: Final = Caveat(
    "target.thin", "The target is thin for the voxels of this grid; its shape is coarse."
)
_CUT: Final = Caveat("target.partly-outside", "A part of the target lies outside this image.")
