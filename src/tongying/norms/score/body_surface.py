"""Body surface by Haycock's formula, which was made from infants, children and adults."""

from __future__ import annotations

import math

from tongying.norms.score.result import SizeUnknown, ValueImpossible

FACTOR = 0.024265
WEIGHT_POWER = 0.5378
HEIGHT_POWER = 0.3964
"""Haycock GB, Schwartz GJ, Wisotsky DH. J Pediatr 1978; 93: 62-66 (DICOM CID 3663, 122243)."""
HEIGHT_CM = (20.0, 230.0)
WEIGHT_KG = (0.2, 250.0)
"""What is possible from the smallest living newborn on; needs sign-off."""


def body_surface_m2(height_cm: float, weight_kg: float) -> float:
    """Return the body surface in square metres.

    Raises
    ------
    ValueImpossible
        If the height or the weight is not that of a child.

    Examples
    --------
    >>> round(body_surface_m2(100.0, 16.0), 3)
    0.669
    """
    return (
        FACTOR
        * math.pow(_weight(weight_kg), WEIGHT_POWER)
        * math.pow(height(height_cm), HEIGHT_POWER)
    )


def surface_of(height_cm: float | None, weight_kg: float | None) -> float:
    """Return the body surface in square metres of what is known.

    Raises
    ------
    SizeUnknown
        If the height or the weight is not known.
    ValueImpossible
        If the height or the weight is not that of a child.
    """
    if height_cm is None or weight_kg is None:
        raise SizeUnknown("This norm runs along body surface: height and weight are needed.")
    return body_surface_m2(height_cm, weight_kg)


def height(height_cm: float) -> float:
    """Return a height in cm that is possible.

    Raises
    ------
    ValueImpossible
        If it is not that of a child.
    """
    if not HEIGHT_CM[0] <= height_cm <= HEIGHT_CM[1]:
        raise ValueImpossible("The height is not possible in a child: it, or its unit, is wrong.")
    return height_cm


def _weight(weight_kg: float) -> float:
    if not WEIGHT_KG[0] <= weight_kg <= WEIGHT_KG[1]:
        raise ValueImpossible("The weight is not possible in a child: it, or its unit, is wrong.")
    return weight_kg
