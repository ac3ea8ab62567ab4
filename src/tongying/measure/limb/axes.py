"""Angles between the axes of bones: femoral neck and shaft, femur and tibia.

Steps of the recipe ``neck-shaft-angle``: ``axes`` (two lines: axis of the neck, axis of the
shaft). Of ``tibiofemoral-angle``: ``femur`` and ``tibia`` (line each: axis of the shaft),
``fibula`` (point: head of the fibula, which tells lateral from medial however the film lies).
"""

from __future__ import annotations

import math

import numpy as np

from tongying.measure.geometry import (
    angle_deg,
    crossing,
    direction,
    length,
    offset,
    segments_cross,
)
from tongying.measure.plane import Places
from tongying.measure.recipe import Drawing, Mark, MarksRefused, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

NECK_SHAFT, TIBIOFEMORAL = "neck-shaft-angle", "tibiofemoral-angle"
NECK_SHAFT_RULE = "axis of the femoral neck with that of the shaft, frontal film"
TIBIOFEMORAL_RULE = "anatomical axes of femur and tibia, varus positive, frontal standing film"
MODALITIES = frozenset({"CR", "DX", "RG", "CT"})
MOST_BEYOND = 0.75
"""An axis drawn on past the corner by more than this share of its longer part does not tell which
of its ends is the head, or the knee (needs sign-off)."""
LEAST_ASIDE = 0.01
"""How far the head of the fibula lies from the tibia's axis at least, as a share of the axis drawn
(needs sign-off)."""


def neck_shaft(drawing: Drawing) -> Result:
    """Return the angle that opens towards the body between head and shaft.

    Raises
    ------
    MarksMissing
        If the axes are not drawn.
    MarksRefused
        If they are parallel, cross near the middle of one, or the angle is not possible in a child.
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
        If the axes cross within the bones, the fibula lies on the tibia's axis, or the angle is not
        possible in a child.
    """
    femur, tibia = drawing.shaped("femur"), drawing.shaped("tibia")
    if segments_cross(femur, tibia):
        raise MarksRefused("The axes of femur and tibia cannot cross within the bones.")
    fibula = drawing.shaped("fibula")[0]
    femur = _from_far(femur, tibia.mean(axis=0))
    tibia = np.asarray(_from_far(tibia, femur.mean(axis=0))[::-1])
    lateral = offset(fibula, tibia)
    if abs(lateral) < LEAST_ASIDE * length(tibia):
        raise MarksRefused("The head of the fibula cannot lie on the axis of the tibia.")
    down, shin = direction(femur), direction(tibia)
    turn = math.degrees(
        math.atan2(float(down[0] * shin[1] - down[1] * shin[0]), float(down @ shin))
    )
    varus = -turn * math.copysign(1.0, lateral)
    method = MeasuringMethod("tongying", "1", None, TIBIOFEMORAL_RULE)
    return Result((told(TIBIOFEMORAL, varus, "deg", drawing=drawing, method=method),))


def _far_end(line: Places, corner: Places) -> Places:
    away = (line - corner) @ direction(line)
    near, far = sorted(np.abs(away))
    if away[0] * away[1] < 0 and near > MOST_BEYOND * far:
        raise MarksRefused("The axes of neck and shaft cannot cross in the middle of one of them.")
    return np.asarray(line[int(np.abs(away).argmax())])


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
    source=(
        "Toogood PA, Skalak A, Cooperman DR. Clin Orthop Relat Res 2009; 467: 876-885 (angle of"
        " inclination); needs sign-off"
    ),
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
