"""Both legs on one long film: their lengths, and the difference right minus left.

Steps of the recipe ``leg-lengths``: ``leg-right`` and ``leg-left`` (line from the top of the
femoral head to the middle of the tibial plafond); one side may be left out.
"""

from __future__ import annotations

from dataclasses import replace

from tongying.kernel.caveat import Caveat
from tongying.measure.geometry import length
from tongying.measure.recipe import (
    Drawing,
    Mark,
    MarksMissing,
    Measurement,
    Recipe,
    Result,
    Sided,
    Step,
)
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

LENGTH, DIFFERENCE = "leg-length", "leg-length-difference"
RULE = "top of the femoral head to the middle of the tibial plafond, straight"
SIDES = (("leg-right", "R"), ("leg-left", "L"))
_METHOD = MeasuringMethod("tongying", "1", None, RULE)

KNEE_BENT = Caveat(
    "limb.straight-knees",
    "The difference holds only with both knees straight and the pelvis level.",
)


def leg_lengths(drawing: Drawing) -> Result:
    """Return the lengths that were drawn, and their difference where both were.

    Raises
    ------
    MarksMissing
        If neither leg was drawn.
    MarksRefused
        If both ends of a leg are the same place, or a length is not possible in a child.
    LengthUncalibrated
        If the pixels have no known size.
    """
    drawn = {side: length(drawing.in_mm(name)) for name, side in SIDES if drawing.has(name)}
    if not drawn:
        raise MarksMissing("Draw the length of one leg or both.")
    values = [_told(LENGTH, value, side, drawing) for side, value in drawn.items()]
    if len(drawn) == len(SIDES):
        difference = _told(DIFFERENCE, drawn["R"] - drawn["L"], "", drawing)
        values.append(replace(difference, caveats=(*difference.caveats, KNEE_BENT)))
    return Result(tuple(values))


def _told(measure: str, value: float, side: str, drawing: Drawing) -> Measurement:
    return told(
        measure,
        value,
        "mm",
        drawing=replace(drawing, side=side),
        method=_METHOD,
        caveats=drawing.plane.caveats,
    )


LEG_LENGTHS = Recipe(
    id="leg-lengths",
    version="1",
    english="Leg lengths and their difference",
    chinese="双下肢长度与长度差",
    area="limb",
    steps=(
        Step(
            "leg-right",
            Mark.LINE,
            "Right: top of the femoral head to the middle of the tibial plafond",
            "右侧：股骨头顶点到胫骨远端关节面中点",
            optional=True,
        ),
        Step(
            "leg-left",
            Mark.LINE,
            "Left: top of the femoral head to the middle of the tibial plafond",
            "左侧：股骨头顶点到胫骨远端关节面中点",
            optional=True,
        ),
    ),
    sided=Sided.BOTH,
    modalities=frozenset({"CR", "DX", "RG", "CT"}),
    measures=(LENGTH, DIFFERENCE),
    rule=RULE,
    source="Sabharwal S, Kumar A. Clin Orthop Relat Res 2008; 466: 2910-2922; needs sign-off",
    compute=leg_lengths,
)
