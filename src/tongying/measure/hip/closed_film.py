"""The pelvis film once the triradiate cartilage is closed: Sharp, Toennis, centre-edge.

Steps of the recipe ``pelvis-film-closed``, each ending in ``-right`` or ``-left``: ``teardrop``
(point: lowest point of the teardrop figure; the two give the line), ``roof-edge`` or ``sourcil``
(point: lateral), ``sourcil-medial`` (point: medial end of the sourcil), ``head`` (ellipse),
``foramen`` (line: greatest width of the obturator foramen).

References
----------
Sharp IK. Acetabular dysplasia: the acetabular angle. J Bone Joint Surg Br 1961; 43: 268-272.
Toennis D. Congenital Dysplasia and Dislocation of the Hip. Springer 1987.
"""

from __future__ import annotations

import math
from dataclasses import replace

from tongying.kernel.caveat import Caveat
from tongying.measure.hip.film import (
    CENTRE_EDGE,
    HEAD_INDEX,
    MODALITIES,
    REIMERS,
    both,
    check_side,
    method_of,
    of_head,
)
from tongying.measure.hip.pelvis import SIDES, Frame, doubts, edge_of, frame_of, has_edge, of_side
from tongying.measure.hip.pelvis_position import ROTATION, position_doubts, rotation
from tongying.measure.recipe import Drawing, Mark, MarksRefused, Measurement, Recipe, Result, Sided
from tongying.measure.told import told

SHARP, TOENNIS = "sharp-angle", "toennis-angle"
TEARDROP = "teardrop"
RULE = "line through the lowest points of both teardrops"
DAYS_OF_OPEN = 3653
"""Ten years: before, the triradiate cartilage is usually open; needs sign-off."""

STILL_OPEN = Caveat(
    "hip.triradiate-open",
    "Below ten years the triradiate cartilage is usually open; Sharp's and Toennis' angle are those"
    " of a closed one.",
)


def closed_film(drawing: Drawing) -> Result:
    """Return what the marks of a pelvis film with closed triradiate cartilage give.

    Raises
    ------
    MarksMissing
        If a teardrop is not marked, or no edge of a roof.
    MarksRefused
        If the marks lie as they cannot lie on a pelvis film.
    """
    frame = frame_of(drawing, TEARDROP)
    turned = rotation(of_side(drawing, ""), frame)
    days = drawing.child.age_days
    young = (STILL_OPEN,) if days is None or days < DAYS_OF_OPEN else ()
    caveats = (*doubts(drawing, frame), *position_doubts(turned, None), *young)
    values: list[Measurement] = []
    refusals: list[Caveat] = []
    for name, side in SIDES:
        check_side(drawing, frame, side, (f"sourcil-medial-{name}", f"head-{name}"))
        if not has_edge(drawing, side):
            continue
        sided = of_side(drawing, side)
        values.extend(_angles(sided, frame, f"sourcil-medial-{name}"))
        if drawing.has(f"head-{name}"):
            method = method_of(sided, side, RULE)
            told_of_head, untold = of_head(sided, frame, f"head-{name}", method=method)
            values.extend(told_of_head)
            refusals.extend(untold)
    return Result(
        (
            *(replace(one, caveats=(*one.caveats, *caveats)) for one in values),
            *((turned,) if turned is not None else ()),
        ),
        refusals=tuple(dict.fromkeys(refusals)),
    )


def _angles(drawing: Drawing, frame: Frame, medial: str) -> tuple[Measurement, ...]:
    side, edge = drawing.side, edge_of(drawing, drawing.side)
    method = method_of(drawing, side, RULE)
    sharp = math.degrees(math.atan2(frame.above(edge), frame.along(edge, side)))
    found = [told(SHARP, sharp, "deg", drawing=drawing, method=method)]
    if drawing.has(medial):
        start = drawing.shaped(medial)[0]
        run = frame.along(edge, side) - frame.along(start, side)
        if run <= 0:
            raise MarksRefused("The medial end of the sourcil must lie medial of its lateral end.")
        slope = math.degrees(math.atan2(frame.above(edge) - frame.above(start), run))
        found.append(told(TOENNIS, slope, "deg", drawing=drawing, method=method))
    return tuple(found)


CLOSED_FILM = Recipe(
    id="pelvis-film-closed",
    version="1",
    english="Pelvis film, triradiate cartilage closed",
    chinese="骨盆正位片（Y 形软骨已闭合）",
    area="hip",
    steps=(
        *both(
            TEARDROP,
            Mark.POINT,
            "Lowest point of the teardrop figure",
            "泪滴最低点",
            optional=False,
        ),
        *both("roof-edge", Mark.POINT, "Lateral bony edge of the acetabular roof", "髋臼骨性外缘"),
        *both(
            "sourcil",
            Mark.POINT,
            "Lateral end of the sourcil, instead of the edge",
            "眉弓（负重区）外侧端（代替骨性外缘）",
        ),
        *both("sourcil-medial", Mark.POINT, "Medial end of the sourcil", "眉弓（负重区）内侧端"),
        *both("head", Mark.ELLIPSE, "Femoral head: both axes of its outline", "股骨头：轮廓两条轴"),
        *both("foramen", Mark.LINE, "Greatest width of the obturator foramen", "闭孔最大横径"),
    ),
    sided=Sided.BOTH,
    modalities=MODALITIES,
    measures=(SHARP, TOENNIS, CENTRE_EDGE, REIMERS, HEAD_INDEX, ROTATION),
    rule=RULE,
    source="Sharp IK. J Bone Joint Surg Br 1961; 43: 268-272; Toennis D. Springer 1987",
    compute=closed_film,
)
