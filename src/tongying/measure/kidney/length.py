"""Kidney length, also under the name of its side, by which some norms along height are made."""

from __future__ import annotations

from tongying.measure.caliper import CALIPERS
from tongying.measure.geometry import length
from tongying.measure.recipe import Drawing, Mark, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

OF_SIDE = {"R": "kidney-length-right", "L": "kidney-length-left"}
RULE = "longest pole to pole distance"
VERSION = "1"
_METHOD = MeasuringMethod("tongying", VERSION, None, RULE)


def compute(drawing: Drawing) -> Result:
    """Return the length, and once more by its side where the child's height is known.

    Raises
    ------
    MarksMissing
        If the line was not drawn.
    MarksRefused
        If its ends coincide, or the length is not that of a child's kidney.
    LengthUncalibrated
        If the image has no scale.
    """
    value = length(drawing.in_mm(CALIPERS))
    names = ["kidney-length"]
    if drawing.child.height_cm is not None and drawing.side in OF_SIDE:
        names.append(OF_SIDE[drawing.side])
    return Result(
        tuple(
            told(
                name,
                value,
                "mm",
                drawing=drawing,
                method=_METHOD,
                caveats=drawing.plane.caveats,
            )
            for name in names
        )
    )


LENGTH = Recipe(
    id="kidney-length",
    version=VERSION,
    english="Kidney length",
    chinese="肾脏长径",
    area="kidney",
    steps=(Step(CALIPERS, Mark.LINE, "Upper and lower pole of the kidney", "肾上极与肾下极"),),
    sided=Sided.ONE,
    modalities=frozenset({"US", "CT", "MR"}),
    measures=("kidney-length", *OF_SIDE.values()),
    rule=RULE,
    source="Rosenbaum DM et al. AJR 1984; 142: 467-469 (10.2214/ajr.142.3.467)",
    compute=compute,
    single="kidney-length",
)
