"""How far the cerebellar tonsils reach below the foramen magnum."""

from __future__ import annotations

from tongying.measure.geometry import direction, offset
from tongying.measure.recipe import Drawing, Mark, MarksRefused, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

FORAMEN, TIP = "foramen-magnum", "tonsil-tip"
STEEPEST = 0.5
"""Least share of the foramen's line that runs across the image (60 degrees); needs sign-off."""
RULE = (
    "tip of the lower tonsil square to the line from basion to opisthion, sagittal section, head up"
)


def compute(drawing: Drawing) -> Result:
    """Return the position, positive below the line.

    Raises
    ------
    MarksMissing
        If the line or the tip was not drawn.
    MarksRefused
        If the line runs up and down, so that nothing lies below it.
    LengthUncalibrated
        If the image has no scale.
    """
    line, (tip,) = drawing.in_mm(FORAMEN), drawing.in_mm(TIP)
    if abs(float(direction(line)[0])) < STEEPEST:
        raise MarksRefused(
            "The line of the foramen magnum runs up and down: turn the image until the head is up."
        )
    if line[0, 0] > line[1, 0]:
        line = line[::-1]
    below = told(
        "tonsil-position",
        offset(tip, line),
        "mm",
        drawing=drawing,
        method=MeasuringMethod("tongying", "1", None, RULE),
        caveats=drawing.plane.caveats,
    )
    return Result((below,))


TONSILS = Recipe(
    id="tonsil-position",
    version="1",
    english="Cerebellar tonsil below the foramen magnum",
    chinese="小脑扁桃体低于枕骨大孔距离",
    area="brain",
    steps=(
        Step(
            FORAMEN,
            Mark.LINE,
            "Foramen magnum: basion and opisthion, midline sagittal section",
            "正中矢状面枕骨大孔：颅底点与枕后点",
        ),
        Step(TIP, Mark.POINT, "Lowest point of the lower tonsil", "较低一侧小脑扁桃体下端"),
    ),
    sided=Sided.NO,
    modalities=frozenset({"MR", "CT"}),
    measures=("tonsil-position",),
    rule=RULE,
    source="usual practice; needs sign-off",
    compute=compute,
)
