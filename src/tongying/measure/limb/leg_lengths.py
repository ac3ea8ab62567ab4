"""Both legs on one long film: their lengths, and the difference right minus left.

Steps of the recipe ``leg-lengths``: ``leg-right`` and ``leg-left`` (line from the top of the
femoral head to the middle of the tibial plafond); one side may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tongying.kernel.caveat import Caveat
from tongying.measure.geometry import length, segments_cross
from tongying.measure.plane import Places
from tongying.measure.recipe import (
    Drawing,
    Mark,
    MarksMissing,
    MarksRefused,
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

MIRRORED = Caveat(
    "limb.film-mirrored",
    "The right leg was marked on the right of the image: the film is mirrored or taken from behind,"
    " or the sides are mixed up.",
)
STRAIGHT = Caveat(
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
        If both ends of a leg are the same place, the legs cross, or a value is not possible in a
        child.
    LengthUncalibrated
        If the pixels have no known size.
    """
    legs = {side: drawing.in_mm(name) for name, side in SIDES if drawing.has(name)}
    if not legs:
        raise MarksMissing("Draw the length of one leg or both.")
    doubts = _doubts(legs)
    values = [_told(LENGTH, length(leg), drawing, side, doubts) for side, leg in legs.items()]
    if len(legs) == len(SIDES):
        apart = length(legs["R"]) - length(legs["L"])
        values.append(_told(DIFFERENCE, apart, drawing, doubts=(*doubts, STRAIGHT)))
    return Result(tuple(values))


def _doubts(legs: Mapping[str, Places]) -> tuple[Caveat, ...]:
    if len(legs) < len(SIDES):
        return ()
    right, left = legs["R"], legs["L"]
    if segments_cross(right, left):
        raise MarksRefused("The right and the left leg cannot cross.")
    return (MIRRORED,) if right[:, 0].mean() > left[:, 0].mean() else ()


def _told(
    measure: str,
    value: float,
    drawing: Drawing,
    side: str = "",
    doubts: tuple[Caveat, ...] = (),
) -> Measurement:
    return told(
        measure,
        value,
        "mm",
        drawing=replace(drawing, side=side),
        method=_METHOD,
        caveats=(*drawing.plane.caveats, *doubts),
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
