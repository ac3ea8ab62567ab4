"""One vertebral body on the lateral film: heights of its walls and their ratio.

Steps of the recipe ``vertebral-body``: ``anterior`` and ``posterior`` (line each along the wall,
from end plate to end plate), ``middle`` (line in the middle of the body; optional).
"""

from __future__ import annotations

from tongying.kernel.caveat import Caveat
from tongying.measure.geometry import length, segments_cross
from tongying.measure.plane import LengthUncalibrated
from tongying.measure.recipe import (
    Drawing,
    Mark,
    MarksRefused,
    Measurement,
    Recipe,
    Result,
    Sided,
    Step,
)
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

RATIO, HEIGHT = "vertebral-height-ratio", "vertebral-body-height"
RATIO_RULE = "anterior by posterior wall, end plate to end plate"
HEIGHT_RULE = "middle of the body, end plate to end plate"


def vertebral_body(drawing: Drawing) -> Result:
    """Return the ratio of anterior to posterior height, and the height of the middle in mm.

    Raises
    ------
    MarksMissing
        If a wall is not drawn.
    MarksRefused
        If walls or middle cross each other, or a value is not possible in a child.
    """
    anterior, posterior = drawing.shaped("anterior"), drawing.shaped("posterior")
    if segments_cross(anterior, posterior):
        raise MarksRefused("The walls of a vertebral body do not cross.")
    if drawing.has("middle"):
        middle = drawing.shaped("middle")
        if segments_cross(middle, anterior) or segments_cross(middle, posterior):
            raise MarksRefused("The middle of a vertebral body does not cross its walls.")
    ratio = length(anterior) / length(posterior)
    method = MeasuringMethod("tongying", "1", None, RATIO_RULE)
    values = [told(RATIO, ratio, "1", drawing=drawing, method=method)]
    refusals = []
    if drawing.has("middle"):
        try:
            values.append(_height(drawing))
        except LengthUncalibrated as error:
            refusals.append(Caveat(error.code, str(error)))
    return Result(tuple(values), refusals=tuple(refusals))


def _height(drawing: Drawing) -> Measurement:
    method = MeasuringMethod("tongying", "1", None, HEIGHT_RULE)
    value = length(drawing.in_mm("middle"))
    caveats = drawing.plane.caveats
    return told(HEIGHT, value, "mm", drawing=drawing, method=method, caveats=caveats)


VERTEBRAL_BODY = Recipe(
    id="vertebral-body",
    version="1",
    english="Vertebral body: heights and their ratio",
    chinese="椎体高度与前后缘高度比",
    area="spine",
    steps=(
        Step(
            "anterior", Mark.LINE, "Anterior wall, end plate to end plate", "椎体前缘：上下终板间"
        ),
        Step(
            "posterior", Mark.LINE, "Posterior wall, end plate to end plate", "椎体后缘：上下终板间"
        ),
        Step(
            "middle",
            Mark.LINE,
            "Middle of the body, end plate to end plate",
            "椎体中部：上下终板间",
            optional=True,
        ),
    ),
    sided=Sided.NO,
    modalities=frozenset({"CR", "DX", "RG", "CT", "MR"}),
    measures=(RATIO, HEIGHT),
    rule=RATIO_RULE,
    source="usual practice; needs sign-off",
    compute=vertebral_body,
)
