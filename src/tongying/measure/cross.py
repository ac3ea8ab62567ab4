"""Two diameters of one thing in one plane: the longer, and the one square to it."""

from __future__ import annotations

from tongying.measure.geometry import acute_deg, length, segments_cross
from tongying.measure.plane import Places
from tongying.measure.recipe import MarksRefused

SQUARE_WITHIN_DEG = 15.0
"""How far from a right angle a hand-drawn second diameter may lie (needs sign-off): what lies
square to the first is then up to 3.4 % shorter than the line (cosine of 15 degrees)."""


def diameters(cross: Places) -> tuple[float, float]:
    """Return the longer and the shorter of two diameters, given as four places.

    Raises
    ------
    MarksRefused
        If they do not cross, are not square to each other, or the ends of one are the same.

    Examples
    --------
    >>> import numpy as np
    >>> diameters(np.asarray([[0.0, 0.0], [8.0, 0.0], [4.0, -3.0], [4.0, 3.0]]))
    (8.0, 6.0)
    """
    one, other = cross[:2], cross[2:]
    lengths = length(one), length(other)
    if not segments_cross(one, other):
        raise MarksRefused("The two diameters must cross within what they measure.")
    if acute_deg(one, other) < 90.0 - SQUARE_WITHIN_DEG:
        raise MarksRefused("The second diameter must be square to the first.")
    return max(lengths), min(lengths)
