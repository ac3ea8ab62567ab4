"""Where the plane of one image lies in the child.

References
----------
DICOM PS3.3 C.7.6.2.1.1 (image position and orientation), C.7.6.16.2.1 to .4 (functional groups).
"""

from __future__ import annotations

import math

from tongying.dicom.volumes.frame_header import Vector
from tongying.dicom.volumes.functional_groups import FrameAttributes

PIXEL_MEASURES, PLANE_POSITION, PLANE_ORIENTATION = "00289110", "00209113", "00209116"


def position_of(at: FrameAttributes) -> Vector | None:
    """Return the centre of the first pixel, LPS in mm, None if unknown."""
    found = at.numbers("00200032", 3, PLANE_POSITION)
    if found is None or not all(map(math.isfinite, found)):
        return None
    return found[0], found[1], found[2]


def orientation_of(at: FrameAttributes) -> tuple[float, ...] | None:
    """Return the directions of rows and of columns, LPS, None if unknown."""
    found = at.numbers("00200037", 6, PLANE_ORIENTATION)
    return found if found and all(map(math.isfinite, found)) else None


def spacing_of(at: FrameAttributes) -> tuple[float, float] | None:
    """Return the distance between rows and between columns in mm, None if unknown.

    The spacing at a detector, (0018,1164), is not one in the child and is not used.
    """
    found = at.numbers("00280030", 2, PIXEL_MEASURES)
    if found is None or min(found) <= 0 or not all(map(math.isfinite, found)):
        return None
    return found[0], found[1]


def positive(number: float | None) -> float | None:
    """Return a number above zero, None otherwise."""
    return number if number is not None and number > 0 and math.isfinite(number) else None
