"""The level of the conus medullaris as a reader tells it.

References
----------
Wilson DA, Prince JR. MR imaging determination of the location of the normal conus medullaris
throughout childhood. AJR 1989; 152: 1029-1032: of 184 children the conus ended at T12 to L3; L2-L3
or above is normal at any age, L3 is indeterminate (abstract). Others draw the line at the middle of
L2, so that it needs sign-off.
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
"""Down to this disc it is normal at any age; needs sign-off."""
INDETERMINATE = "L3"
"""A normal or a tethered conus may end here."""

AT_L3 = Caveat(
    "spine.conus-indeterminate",
    "The conus ends at L3, where a normal or a tethered one may end; look for other signs of"
    " tethering.",
)
LOW = Caveat(
    "spine.conus-low",
    "The conus ends below L3, lower than is usual; look for tethering.",
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
    >>> conus_level("L4").caveats[0].code
    'spine.conus-low'
    """
    if level not in LEVELS:
        raise LevelUnknown("Tell the level as a vertebra or a disc from T9 to S2, such as L1-L2.")
    low: tuple[Caveat, ...] = ()
    if LEVELS.index(level) > LEVELS.index(LOWEST_USUAL):
        low = (AT_L3,) if level == INDETERMINATE else (LOW,)
    return Grade(
        scheme=SCHEME,
        value=level,
        side="",
        english=f"The conus medullaris ends at {level}.",
        chinese=f"脊髓圆锥末端位于 {level} 水平。",
        source=SOURCE,
        caveats=(*low, COUNTED),
    )
