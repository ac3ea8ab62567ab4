"""Values of the heart set against the size of the child's body."""

from __future__ import annotations

from typing import ClassVar

from tongying.kernel.errors import BadInput
from tongying.measure.recipe import ChildKnown
from tongying.norms.score.body_surface import body_surface_m2

RULE = "body surface by Haycock"


class BodySizeUnknown(BadInput):
    """Height or weight on the day of the image is not known."""

    code: ClassVar[str] = "measure.body-size-unknown"


def surface_m2(child: ChildKnown) -> float:
    """Return the body surface by Haycock's formula.

    Raises
    ------
    BodySizeUnknown
        If height or weight is not known.
    ValueImpossible
        If the height or the weight is not that of a child.

    Examples
    --------
    >>> round(surface_m2(ChildKnown(height_cm=100, weight_kg=16)), 3)
    0.669
    """
    if child.height_cm is None or child.weight_kg is None:
        raise BodySizeUnknown(
            "Height and weight on the day of the image are needed to set a value against the"
            " body's size."
        )
    return body_surface_m2(child.height_cm, child.weight_kg)
