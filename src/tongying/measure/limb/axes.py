"""Angles between the axes of bones: femoral neck and shaft, femur and tibia.

Steps of the recipe ``neck-shaft-angle``: ``axes`` (two lines: axis of the neck, axis of the
shaft). Of ``tibiofemoral-angle``: ``femur`` and ``tibia`` (line each: axis of the shaft),
``fibula`` (point: head of the fibula, which tells lateral from medial however the film lies).
"""

from __future__ import annotations

import math

import numpy as np

from tongying.measure.geometry import angle_deg, crossing, direction, offset
from tongying.measure.plane import Places
from tongying.measure.recipe import Drawing, Mark, MarksRefused, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

NECK_SHAFT, TIBIOFEMORAL = "neck-shaft-angle", "tibiofemoral-angle"
NECK_SHAFT_RULE = "axis of the femoral neck with that of the shaft, frontal film"
TIBIOFEMORAL_RULE = "anatomical axes of femur and tibia, varus positive, frontal standing film"
MODALITIES = frozenset({"CR", "DX", "RG", "CT"})


def neck_shaft(drawing: Drawing) -> Result:
    """Return the angle that opens towards the body between head and shaft.

    Raises
    ------
    MarksMissing
        If the axes are not drawn.
    MarksRefused
        If they are parallel, or the angle is not possible in a child.
    """
    places = drawing.shaped("axes")
    neck, shaft = places[:2], places[2:]
    corner = crossing(neck, shaft)
    head = _far_end(neck, corner)
    distal = _far_end(shaft, corner)
    value = angle_deg([corner, head], [corner, distal])
    method = MeasuringMethod("tongying", "1", None, NECK_SHAFT_RULE)
    return Result((told(NECK_SHAFT, value, "deg", drawing=drawing, method=method),))


def tibiofemoral(drawing: Drawing) -> Result:
    """Return how far the tibia deviates from the femur's axis, varus positive.

    Raises
    ------
    MarksMissing
        If a bone or the head of the fibula is not marked.
    MarksRefused
        If the axes lie across each other, or the fibula lies on the tibia's axis.
    """
    femur, tibia = drawing.shaped("femur"), drawing.shaped("tibia")
    fibula = drawing.shaped("fibula")[0]
    femur = _from_far(femur, tibia.mean(axis=0))
    tibia = np.asarray(_from_far(tibia, femur.mean(axis=0))[::-1])
    lateral = offset(fibula, tibia)
    if lateral == 0:
        raise MarksRefused("The head of the fibula cannot lie on the axis of the tibia.")
    down, shin = direction(femur), direction(tibia)
    turn = math.degrees(
        math.atan2(float(down[0] * shin[1] - down[1] * shin[0]), float(down @ shin))
    )
    varus = -turn * math.copysign(1.0, lateral)
    method = MeasuringMethod("tongying", "1", None, TIBIOFEMORAL_RULE)
    return Result((told(TIBIOFEMORAL, varus, "deg", drawing=drawing, method=method),))


def _far_end(line: Places, place: Places) -> Places:
    away = np.hypot(*(line - place).T)
    return np.asarray(line[int(away.argmax())])


def _from_far(line: Places, place: Places) -> Places:
    """Return a line from the end far of a place to the near one."""
    away = np.hypot(*(line - place).T)
    return line if away[0] >= away[1] else np.asarray(line[::-1])


NECK_SHAFT_RECIPE = Recipe(
    id=NECK_SHAFT,
    version="1",
    english="Femoral neck-shaft angle",
    chinese="股骨颈干角",
    area="limb",
    steps=(
        Step(
            "axes",
            Mark.TWO_LINES,
            "Axis of the femoral neck through the head's centre, then axis of the shaft",
            "先画股骨颈轴线（经股骨头中心），再画股骨干轴线",
        ),
    ),
    sided=Sided.ONE,
    modalities=MODALITIES,
    measures=(NECK_SHAFT,),
    rule=NECK_SHAFT_RULE,
    source="usual practice; needs sign-off",
    compute=neck_shaft,
    single=NECK_SHAFT,
)

TIBIOFEMORAL_RECIPE = Recipe(
    id=TIBIOFEMORAL,
    version="1",
    english="Tibiofemoral angle (varus positive)",
    chinese="胫股角（内翻为正）",
    area="limb",
    steps=(
        Step("femur", Mark.LINE, "Axis of the femoral shaft", "股骨干轴线"),
        Step("tibia", Mark.LINE, "Axis of the tibial shaft", "胫骨干轴线"),
        Step("fibula", Mark.POINT, "Head of the fibula", "腓骨头"),
    ),
    sided=Sided.ONE,
    modalities=MODALITIES,
    measures=(TIBIOFEMORAL,),
    rule=TIBIOFEMORAL_RULE,
    source=(
        "Salenius P, Vankka E. The development of the tibiofemoral angle in children. J Bone Joint"
        " Surg Am 1975; 57: 259-261; needs sign-off"
    ),
    compute=tibiofemoral,
)
