"""What may be done with a fused pair: good, look or refuse, and why.

References
----------
AAPM Task Group 132 as applied in clinics: rigid registration to half a voxel; deformable
landmarks 2 mm in the mean and 5 mm at most; a Jacobian above 0; consistent both ways to a voxel.
"""

from __future__ import annotations

from tongying.imaging.grid import Grid
from tongying.imaging.quality.estimate import ErrorEstimate, Judgement, Reason, Verdict
from tongying.imaging.registration.result import Method

RIGID_SHARE_OF_VOXEL = 0.5
"""TG-132: of the longest edge of a voxel in the coarser of the two images."""
DEFORMABLE_MEAN_MM = 2.0
"""TG-132: mean distance of landmarks after a deformable registration."""
DEFORMABLE_MOST_MM = 5.0
"""TG-132: largest distance; here applied to the estimated 95th percentile."""
CONSISTENCY_SHARE_OF_VOXEL = 1.0
"""TG-132: forth and back within a voxel of the coarser image."""
JACOBIAN_ABOVE = 0.0
"""TG-132: where the determinant is not above 0, space is folded."""
REFUSE_MM = 10.0
"""An estimated mean error at which even looking misleads; needs sign-off."""
OVERLAP_LOOK = 0.5
"""Needs sign-off."""
OVERLAP_REFUSE = 0.15
"""Needs sign-off."""
LEAST_BLOCKS = 8
"""Blocks with structure, fewer of which prove nothing; needs sign-off."""
LEAST_AGREEING = 0.55
"""Share of blocks that lie as the checks say: fewer in two children, and where one image tells
little of the other; needs sign-off."""
LEAST_TARGETS = 20
"""Fewer points in the overlap give no error worth the name; needs sign-off."""
SHARE_OF_SHORT_AXIS = 0.5
"""Of a lesion: an error above it may put the lesion's values beside the lesion (domain requirement
K24)."""
SESSION_NOISE_MM = 8.0
"""Re-registering real PET/CT of one session moved it by 2 to 8 mm (measured on two limbs)."""


def may_quantify(error_mm: float | None, short_axis_mm: float) -> bool:
    """Say whether a lesion may be measured with this error of registration.

    Parameters
    ----------
    error_mm : float or None
        None: it was drawn on the image itself, nothing was registered.
    short_axis_mm : float
        Of the lesion, above 0.
    """
    return error_mm is None or error_mm <= SHARE_OF_SHORT_AXIS * short_axis_mm


def voxel_mm(fixed_grid: Grid, moving_grid: Grid) -> float:
    """Return the longest edge of a voxel in the coarser of two images, in mm."""
    return float(max(fixed_grid.spacing_mm.max(), moving_grid.spacing_mm.max()))


def judge(
    estimate: ErrorEstimate,
    *,
    fixed_grid: Grid,
    moving_grid: Grid,
    method: Method,
    lesion_short_axis_mm: float | None = None,
) -> Judgement:
    """Give the verdict on a registration.

    Parameters
    ----------
    estimate : ErrorEstimate
    fixed_grid, moving_grid : Grid
    method : Method
        As the registration answered.
    lesion_short_axis_mm : float, optional
        Of the smallest lesion that shall be measured.
    """
    voxel = voxel_mm(fixed_grid, moving_grid)
    refusals = _refusals(estimate, method)
    doubts = _doubts(estimate, method, voxel)
    if lesion_short_axis_mm is not None and not may_quantify(
        estimate.estimated_mm, lesion_short_axis_mm
    ):
        doubts.append(
            Reason(
                "fusion.error-above-half-lesion",
                "The estimated error is more than half the lesion's short axis: look, do not "
                "measure.",
            )
        )
    if refusals:
        return Judgement(Verdict.REFUSE, (*refusals, *doubts))
    return Judgement(Verdict.LOOK if doubts else Verdict.GOOD, tuple(doubts))


def _refusals(estimate: ErrorEstimate, method: Method) -> list[Reason]:
    reasons = []
    if estimate.estimated_mm >= REFUSE_MM and not _cannot_be_checked(estimate, method):
        reasons.append(
            Reason(
                "fusion.error-too-large",
                f"The estimated error is {REFUSE_MM:g} mm or more (limit needs sign-off): the "
                "images do not lie as claimed, or are not of the same child.",
            )
        )
    if estimate.overlap < OVERLAP_REFUSE:
        reasons.append(
            Reason(
                "fusion.overlap-too-small",
                f"Less than {OVERLAP_REFUSE:.0%} of the body is in both images (limit needs "
                "sign-off).",
            )
        )
    if estimate.jacobian is not None and (
        estimate.jacobian.minimum <= JACOBIAN_ABOVE or estimate.jacobian.folded_fraction > 0
    ):
        reasons.append(
            Reason(
                "fusion.folded",
                "The deformation folds tissue over itself (TG-132: the Jacobian must be above 0).",
            )
        )
    return reasons


def _cannot_be_checked(estimate: ErrorEstimate, method: Method) -> bool:
    """Say whether the scanner's own alignment is doubted only by checks that contradict themselves.

    Such checks say more about the images (a limb with one hot spot) than about the alignment.
    """
    if method is not Method.FRAME_OF_REFERENCE:
        return False
    if estimate.check_mm is None or estimate.check_spread_mm is None:
        return False
    return estimate.check_mm - estimate.check_spread_mm < SESSION_NOISE_MM


def _doubts(estimate: ErrorEstimate, method: Method, voxel: float) -> list[Reason]:
    reasons = _too_far(estimate, method, voxel)
    limit = CONSISTENCY_SHARE_OF_VOXEL * voxel
    if estimate.inverse_consistency_mm is None or estimate.inverse_consistency_mm > limit:
        reasons.append(
            Reason(
                "fusion.inconsistent",
                "Registered in the other direction the images do not come back to within a voxel "
                "of the coarser image (TG-132).",
            )
        )
    if estimate.overlap < OVERLAP_LOOK:
        reasons.append(
            Reason(
                "fusion.overlap-small",
                f"Less than {OVERLAP_LOOK:.0%} of the body is in both images (limit needs "
                "sign-off).",
            )
        )
    if estimate.local_blocks < LEAST_BLOCKS:
        reasons.append(
            Reason(
                "fusion.little-structure",
                f"Fewer than {LEAST_BLOCKS} places have enough structure to compare (limit needs "
                "sign-off).",
            )
        )
    if estimate.agreeing is None or estimate.agreeing < LEAST_AGREEING:
        reasons.append(
            Reason(
                "fusion.places-disagree",
                f"Less than {LEAST_AGREEING:.0%} of the compared places agree with the alignment "
                "of the whole (limit needs sign-off): the images may differ in breath or position, "
                "tell little of each other, or not be of the same child.",
            )
        )
    if estimate.targets < LEAST_TARGETS:
        reasons.append(
            Reason(
                "fusion.few-targets",
                f"Fewer than {LEAST_TARGETS} points of the body are in both images.",
            )
        )
    return reasons


def _too_far(estimate: ErrorEstimate, method: Method, voxel: float) -> list[Reason]:
    if method is Method.DEFORMABLE:
        reasons = []
        if estimate.estimated_mm > DEFORMABLE_MEAN_MM:
            reasons.append(
                Reason(
                    "fusion.error-above-2-mm",
                    "The estimated mean error is more than 2 mm (TG-132 for deformable "
                    "registration).",
                )
            )
        if estimate.p95_mm > DEFORMABLE_MOST_MM:
            reasons.append(
                Reason(
                    "fusion.error-above-5-mm",
                    "At one point in twenty the estimated error is more than 5 mm (TG-132 for "
                    "deformable registration).",
                )
            )
        return reasons
    if estimate.estimated_mm <= RIGID_SHARE_OF_VOXEL * voxel:
        return []
    small = estimate.estimated_mm < SESSION_NOISE_MM
    if method is Method.FRAME_OF_REFERENCE and (small or _cannot_be_checked(estimate, method)):
        return [
            Reason(
                "fusion.check-disagrees",
                "A check disagrees with the scanner's own alignment by more than half a voxel of "
                f"the coarser image (TG-132), but not surely by more than {SESSION_NOISE_MM:g} mm, "
                "as checks of rightly aligned pairs do: the alignment is kept; look for movement.",
            )
        ]
    return [
        Reason(
            "fusion.error-above-half-voxel",
            "The estimated error is more than half a voxel of the coarser image (TG-132 for rigid "
            "registration).",
        )
    ]
