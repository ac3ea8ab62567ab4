"""What follows from a ventricle's volumes: stroke volume, ejection fraction, volumes by body size.

The volumes may come from outlines of a long axis, from a stack of short-axis slices
(`tongying.measure.slices`), or be typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tongying.kernel.caveat import Caveat
from tongying.measure.heart.body_size import RULE as SURFACE_RULE
from tongying.measure.heart.body_size import BodySizeUnknown, surface_m2
from tongying.measure.heart.function import ejection_fraction, stroke_volume
from tongying.measure.numbers import check_above_zero
from tongying.measure.plane import LengthUncalibrated
from tongying.measure.recipe import Drawing, Measurement, Result
from tongying.measure.told import as_refusal, told
from tongying.norms.method import MeasuringMethod
from tongying.norms.score.result import ValueImpossible


class Ventricle(StrEnum):
    """Which ventricle; the measures' names begin with it."""

    LEFT = "lv"
    RIGHT = "rv"


@dataclass(frozen=True, slots=True)
class Volumes:
    """A ventricle's volumes in mL, or in any one unit where the image has no scale.

    Attributes
    ----------
    diastole : float
    systole : float or None
        None where only diastole was measured.
    """

    diastole: float
    systole: float | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """How the volumes were measured.

    Attributes
    ----------
    method : MeasuringMethod
    caveats : tuple of Caveat
        What is doubtful about every value.
    """

    method: MeasuringMethod
    caveats: tuple[Caveat, ...] = ()


def measures_of(ventricle: Ventricle) -> tuple[str, ...]:
    """Return the measures that a ventricle's volumes give."""
    return tuple(
        f"{ventricle}-{name}" for name in ("edv", "esv", "sv", "ef", "edv-index", "esv-index")
    )


def from_volumes(ventricle: Ventricle, volumes: Volumes, drawing: Drawing, way: Way) -> Result:
    """Return all that follows from volumes; what needs a scale or a body size is refused beside.

    Raises
    ------
    NumbersRefused
        If a volume is not above zero, or the systolic one is not the smaller.
    MarksRefused
        If a value is not possible in a child.
    LengthUncalibrated
        If the image has no scale and only one phase is known.
    """
    check_above_zero(volumes.diastole)
    values: list[Measurement] = []
    if volumes.systole is not None:
        fraction = ejection_fraction(volumes.diastole, volumes.systole)
        values.append(_told(f"{ventricle}-ef", fraction, "%", drawing, way))
    try:
        drawing.plane.check_size()
    except LengthUncalibrated as refused:
        if not values:
            raise
        return Result(tuple(values), refusals=(as_refusal(refused),))
    way = Way(way.method, (*drawing.plane.caveats, *way.caveats))
    named = [("edv", volumes.diastole)]
    if volumes.systole is not None:
        named.append(("esv", volumes.systole))
        stroke = stroke_volume(volumes.diastole, volumes.systole)
        values.append(_told(f"{ventricle}-sv", stroke, "mL", drawing, way))
    values += [_told(f"{ventricle}-{name}", value, "mL", drawing, way) for name, value in named]
    try:
        surface = surface_m2(drawing.child)
    except (BodySizeUnknown, ValueImpossible) as refused:
        return Result(tuple(values), refusals=(as_refusal(refused),))
    return Result(
        (
            *values,
            *(
                _told(f"{ventricle}-{name}-index", value / surface, "mL/m2", drawing, way)
                for name, value in named
            ),
        )
    )


def _told(measure: str, value: float, unit: str, drawing: Drawing, way: Way) -> Measurement:
    method = way.method
    if unit == "mL/m2":
        rule = f"{method.rule}; {SURFACE_RULE}" if method.rule else SURFACE_RULE
        method = MeasuringMethod(method.tool, method.version, method.protocol, rule)
    return told(measure, value, unit, drawing=drawing, method=method, caveats=way.caveats)
