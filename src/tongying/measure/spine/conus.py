"""The level of the conus medullaris as a reader tells it.

References
----------
Wilson DA, Prince JR. MR imaging determination of the location of the normal conus medullaris
throughout childhood. AJR 1989; 152: 1029-1032; needs sign-off.
"""

from __future__ import annotations

from typing import ClassVar

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.recipe import Grade

SCHEME = "conus-level"
SOURCE = "Wilson DA, Prince JR. AJR 1989; 152: 1029-1032; needs sign-off"
_NAMES = (*(f"T{one}" for one in range(9, 13)), *(f"L{one}" for one in range(1, 6)), "S1", "S2")
LEVELS: tuple[str, ...] = tuple(
    name
    for number, upper in enumerate(_NAMES)
    for name in (upper, f"{upper}-{_NAMES[number + 1]}" if upper != _NAMES[-1] else "")
    if name
)
"""Vertebrae and the discs between them, cranial first."""
LOWEST_USUAL = "L2-L3"
"""Down to this disc the conus of a child ends; needs sign-off."""

LOW = Caveat(
    "spine.conus-low",
    "The conus ends below the disc of L2 and L3, lower than is usual; look for tethering.",
)
COUNTED = Caveat(
    "spine.level-counted",
    "The level holds only if the vertebrae were counted; say how, and whether one is transitional.",
)


class LevelUnknown(BadInput):
    """The level is no vertebra or disc where a conus ends."""

    code: ClassVar[str] = "measure.level-unknown"


def conus_level(level: str) -> Grade:
    """Return the level of the conus that a reader told; it never decides.

    Raises
    ------
    LevelUnknown
        If the level is none of `LEVELS`.

    Examples
    --------
    >>> conus_level("L3").caveats[0].code
    'spine.conus-low'
    """
    if level not in LEVELS:
        raise LevelUnknown("Tell the level as a vertebra or a disc from T9 to S2, such as L1-L2.")
    low = LEVELS.index(level) > LEVELS.index(LOWEST_USUAL)
    return Grade(
        scheme=SCHEME,
        value=level,
        side="",
        english=f"The conus medullaris ends at {level}.",
        chinese=f"脊髓圆锥末端位于 {level} 水平。",
        source=SOURCE,
        caveats=(LOW, COUNTED) if low else (COUNTED,),
    )
