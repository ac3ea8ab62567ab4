"""Volume of a tumour taken as an ellipsoid."""

from __future__ import annotations

import math

from tongying.measure.numbers import check_above_zero

MM3_PER_CM3 = 1000.0


def ellipsoid_cm3(first_mm: float, second_mm: float, third_mm: float) -> float:
    """Return the volume of an ellipsoid with these three diameters.

    Raises
    ------
    NumbersRefused
        If a diameter is not above zero.

    Examples
    --------
    >>> round(ellipsoid_cm3(30.0, 20.0, 10.0), 3)
    3.142
    """
    check_above_zero(first_mm, second_mm, third_mm)
    return math.pi / 6 * first_mm * second_mm * third_mm / MM3_PER_CM3
