"""Cardiothoracic ratio on a frontal film.

References
----------
Danzer CS. Am J Med Sci 1919;157:513-521 (named as it is usually cited, not read).
Chon SB et al. J Korean Med Sci 2011;26:1446 (PMC3207047; an anteroposterior film enlarges the
heart).
"""

from __future__ import annotations

import numpy as np

from tongying.kernel.caveat import Caveat
from tongying.measure.geometry import angle_deg, direction, offset
from tongying.measure.recipe import Drawing, Mark, MarksRefused, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

RULE = (
    "greatest distances of both heart borders from the midline, by the greatest inner width of"
    " the thorax square to the midline"
)
SOURCE = "Danzer CS. Am J Med Sci 1919;157:513-521; paper not read, needs sign-off"
METHOD = MeasuringMethod("tongying", "1", None, RULE)
SQUARE_WITHIN_DEG = 15.0
"""How far the line across the thorax may lie from square to the midline; needs sign-off."""
PROJECTION = Caveat(
    "measure.heart-shadow",
    "A supine or anteroposterior film, breathing out, a turned chest and the thymus make the heart"
    " look larger than it is.",
)


def _compute(drawing: Drawing) -> Result:
    midline, thorax = drawing.shaped("midline"), drawing.shaped("thorax")
    right, left = (drawing.shaped(name)[0] for name in ("heart-right", "heart-left"))
    borders = [offset(place, midline) for place in (right, left)]
    walls = [offset(place, midline) for place in thorax]
    if walls[0] * walls[1] >= 0:
        raise MarksRefused("The line across the thorax must cross the midline.")
    if abs(angle_deg(midline, thorax) - 90.0) > SQUARE_WITHIN_DEG:
        raise MarksRefused("The line across the thorax must be square to the midline.")
    if borders[0] * borders[1] >= 0:
        raise MarksRefused("The two heart borders must lie on different sides of the midline.")
    if borders[0] * walls[0] < 0:
        raise MarksRefused(
            "Heart and thorax are marked from different sides: begin both with the child's right."
        )
    along = direction(midline)
    across = np.asarray([-along[1], along[0]])
    width = abs(float((thorax[1] - thorax[0]) @ across))
    ratio = (abs(borders[0]) + abs(borders[1])) / width
    if ratio >= 1:
        raise MarksRefused("The heart cannot be wider than the thorax.")
    value = told(
        "cardiothoracic-ratio", ratio, "1", drawing=drawing, method=METHOD, caveats=(PROJECTION,)
    )
    return Result((value,))


CARDIOTHORACIC = Recipe(
    id="cardiothoracic-ratio",
    version="1",
    english="Cardiothoracic ratio",
    chinese="心胸比",
    area="chest",
    steps=(
        Step("midline", Mark.LINE, "Midline along the spine, two points", "沿脊柱中线标两点"),
        Step(
            "heart-right",
            Mark.POINT,
            "Heart border farthest to the child's right",
            "心影右缘最远点（患儿右侧）",
        ),
        Step(
            "heart-left",
            Mark.POINT,
            "Heart border farthest to the child's left",
            "心影左缘最远点（患儿左侧）",
        ),
        Step(
            "thorax",
            Mark.LINE,
            "Greatest inner width of the thorax, from the child's right to the left",
            "胸廓最大内径（由患儿右侧到左侧，肋骨内缘）",
        ),
    ),
    sided=Sided.NO,
    modalities=frozenset({"CR", "DX", "RF"}),
    measures=("cardiothoracic-ratio",),
    rule=RULE,
    source=SOURCE,
    compute=_compute,
)
