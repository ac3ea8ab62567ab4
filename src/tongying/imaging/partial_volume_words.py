"""What a partial-volume correction means and what is doubtful about it, in sentences."""

from __future__ import annotations

from typing import Final

from tongying.kernel.caveat import Caveat

BACKGROUND: Final = "background"
UNCHANGED: Final = 0.05
"""A change below 5 % is within the noise of a region's mean (needs sign-off)."""

LOST: Final = Caveat(
    "pvc.spill-out",
    "The region's activity spilled into its surroundings; its true uptake is higher.",
)
GAINED: Final = Caveat(
    "pvc.spill-in",
    "Activity of the surroundings spilled into the region; its true uptake is lower.",
)
SAME: Final = Caveat("pvc.unchanged", "Partial volume hardly changes this region.")
EVEN_UPTAKE: Final = Caveat(
    "pvc.even-uptake-assumed",
    "The correction takes the uptake within each region as even, and the anatomy as its border.",
)
CONDITION_HIGH: Final = Caveat(
    "pvc.condition-high",
    "The regions are hard to tell apart at this resolution; noise is strongly amplified.",
)
NOT_SETTLED: Final = Caveat(
    "pvc.not-settled", "The iterations had not settled: the last one changed more than 1 %."
)
UNSAMPLED_BLUR: Final = Caveat(
    "pvc.blur-below-voxel",
    "The resolution stated is finer than the voxels; the correction does almost nothing there.",
)
COUNTS_STAY: Final = Caveat(
    "pvc.counts", "The corrected numbers are still counts without an absolute unit."
)
FEW: Final = Caveat(
    "pvc.few-voxels", "The region has fewer than 8 voxels; the corrected value is not reliable."
)
NEGATIVE: Final = Caveat(
    "pvc.negative",
    "The corrected uptake is negative: resolution, contour or registration do not fit.",
)
TOUCHES_EDGE: Final = Caveat(
    "pvc.touches-edge", "The region touches the edge of the image; what lies beyond is unknown."
)


def meaning_of(before: float, after: float) -> Caveat:
    """Return what a correction says about a region.

    Examples
    --------
    >>> meaning_of(2.0, 3.0).code
    'pvc.spill-out'
    """
    change = after - before
    if abs(change) <= UNCHANGED * max(abs(before), abs(after)):
        return SAME
    return LOST if change > 0 else GAINED
