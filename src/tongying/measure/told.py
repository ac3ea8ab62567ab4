"""A measured value with its unit, its method and what is doubtful about it."""

from __future__ import annotations

import math

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import TongyingError
from tongying.measure.recipe import Drawing, MarksRefused, Measurement
from tongying.norms.measure import in_unit, measure_of
from tongying.norms.method import MeasuringMethod


def told(
    measure: str,
    value: float,
    unit: str,
    *,
    drawing: Drawing,
    method: MeasuringMethod,
    caveats: tuple[Caveat, ...] = (),
) -> Measurement:
    """Return a measurement in its measure's own unit.

    Parameters
    ----------
    measure : str
        Of `tongying.norms.measure.measures`.
    value : float
    unit : str
        Of `value`.
    drawing : Drawing
        Whose side the value is of.
    method : MeasuringMethod
    caveats : tuple of Caveat
        For a length those of the plane too; a ratio does not need the scale.

    Raises
    ------
    MarksRefused
        If the value is not possible in a child.
    """
    known = measure_of(measure)
    own = in_unit(value, unit, known.unit)
    if not (math.isfinite(own) and known.low <= own <= known.high):
        raise MarksRefused(
            "The marks give a value that is not possible in a child: they, or the scale of the"
            " image, are wrong."
        )
    return Measurement(measure, own, known.unit, drawing.side, method, caveats)


def as_refusal(refused: TongyingError) -> Caveat:
    """Return why a value is not told, where others are."""
    return Caveat(refused.error_code, refused.sentence)
