"""The value to be scored: its measure, its unit, whether it is possible, how it was measured."""

from __future__ import annotations

import math

from tongying.kernel.caveat import Caveat
from tongying.norms.measure import in_unit, measure_of
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm
from tongying.norms.score.result import (
    Measured,
    MeasureMismatch,
    MethodMismatch,
    ValueImpossible,
)

METHOD_ASSUMED = Caveat(
    "norms.method-assumed",
    "How the value was measured is not stated; it was taken to be the norm's own method.",
)
_PARTS = {
    "tool": "tool",
    "version": "version of the tool",
    "protocol": "protocol",
    "rule": "measuring rule",
}


def value_in(measured: Measured, norm: Norm | None = None) -> float:
    """Return the value in the norm's unit, or the measure's where no norm is given.

    Raises
    ------
    MeasureUnknown
        If there is no such measure.
    MeasureMismatch
        If the norm is about another measure.
    UnitMismatch
        If the unit cannot be turned into it.
    ValueImpossible
        If the value is not a number, or not possible in a child.
    """
    if norm is not None and measured.measure != norm.measure:
        raise MeasureMismatch("The norm is about another measure than the value.")
    measure = measure_of(measured.measure)
    value = in_unit(measured.value, measured.unit, measure.unit)
    if not math.isfinite(value) or not measure.low <= value <= measure.high:
        raise ValueImpossible(
            f"The value is not possible in a child ({measure.low:g} to {measure.high:g}"
            f" {measure.unit}): it, or its unit, is wrong."
        )
    return value if norm is None else in_unit(value, measure.unit, norm.unit)


def check_method(measured: Measured, norm: Norm) -> tuple[Caveat, ...]:
    """Check that a value was measured as the norm's were; return what is assumed.

    Raises
    ------
    MethodMismatch
        If it was measured in another way.
    """
    if measured.method is None:
        # A norm that names no method cannot be missed.
        return () if norm.method == MeasuringMethod() else (METHOD_ASSUMED,)
    part = norm.method.difference(measured.method)
    if part is not None:
        raise MethodMismatch(
            f"The value was measured with another {_PARTS[part]} than this norm's values;"
            " they cannot be compared."
        )
    return ()
