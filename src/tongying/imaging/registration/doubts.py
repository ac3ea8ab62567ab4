"""What makes a registration doubtful before anybody has measured its error."""

from __future__ import annotations

from tongying.imaging.volume import Volume
from tongying.kernel.caveat import Caveat

THIN_MM = 40.0
"""Turns out of the plane of a thinner stack are hardly held by anything. Needs sign-off."""

THIN_STACK = Caveat(
    "fusion.thin-stack",
    "One of the images covers only a thin part of the child; turns out of its plane are uncertain.",
)
ULTRASOUND = Caveat(
    "fusion.ultrasound",
    "Ultrasound was registered by mutual information, which often fails on it; check the picture.",
)
DISAGREE = Caveat(
    "fusion.restarts-disagree",
    "Repeated registration ended in different places; the one with the most in common was kept.",
)


def doubts(fixed: Volume, moving: Volume, *, agreed: bool) -> tuple[Caveat, ...]:
    """Return the caveats of a registration of two images.

    Parameters
    ----------
    fixed, moving : Volume
    agreed : bool
        Whether all restarts ended close together.
    """
    both = (fixed, moving)
    thin = any(min(one.grid.spacing_mm * one.grid.shape[::-1]) < THIN_MM for one in both)
    found = (
        (thin, THIN_STACK),
        (any(one.modality == "US" for one in both), ULTRASOUND),
        (not agreed, DISAGREE),
    )
    return tuple(caveat for is_so, caveat in found if is_so)
