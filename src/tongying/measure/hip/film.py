"""The infant pelvis film: acetabular index, centre-edge, Reimers and IHDI on both sides.

Steps of the recipe ``pelvis-film``, all but the first two optional, each ending in ``-right`` or
``-left``: ``triradiate`` (point: lowest lateral point of the ilium at the triradiate cartilage; the
two give Hilgenreiner's line), ``roof-edge`` (point: lateral bony edge of the roof) or ``sourcil``
(point: lateral end of the sourcil), ``h-point`` (point: middle of the upper border of the
metaphysis), ``head`` (ellipse: femoral head or its ossified part), ``foramen`` (line: greatest
width of the obturator foramen), ``foramen-height`` (line: its greatest height), ``pubis`` (point:
upper border of the pubis beside the symphysis).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tongying.kernel.caveat import Caveat
from tongying.measure.hip.head_position import (
    centre_edge_deg,
    head_index_percent,
    ihdi_grade,
    migration_percent,
)
from tongying.measure.hip.pelvis import (
    LANDMARKS,
    SIDES,
    Frame,
    doubts,
    edge_of,
    frame_of,
    has_edge,
    landmark_of,
    of_side,
)
from tongying.measure.hip.pelvis_position import ROTATION, TILT, position_doubts, rotation, tilt
from tongying.measure.recipe import (
    Drawing,
    Grade,
    Mark,
    MarksRefused,
    Measurement,
    Recipe,
    Result,
    Sided,
    Step,
)
from tongying.measure.told import as_refusal, told
from tongying.norms.measure import measure_of
from tongying.norms.method import MeasuringMethod

INDEX, CENTRE_EDGE = "acetabular-index", "lateral-centre-edge-angle"
REIMERS, HEAD_INDEX = "reimers-index", "acetabular-head-index"
TRIRADIATE = "triradiate"
MODALITIES = frozenset({"CR", "DX", "RG"})
RULE = "Hilgenreiner's line through the triradiate cartilages"
DAYS_OF_CENTRE_EDGE = 1826
"""Five years: before, the ossified centre need not be that of the head; needs sign-off."""

YOUNG_CENTRE = Caveat(
    "hip.centre-young",
    "Below five years, or at an age not known, the ossified part need not show the centre of the"
    " femoral head: centre-edge angle, migration percentage and head index are uncertain.",
)
UNTOLD = {
    CENTRE_EDGE: Caveat(
        "hip.centre-edge-untold",
        "The femoral head stands so far out of the socket that no centre-edge angle is told; the"
        " migration percentage and the IHDI grade describe it.",
    ),
    HEAD_INDEX: Caveat(
        "hip.head-index-untold",
        "The marked part of the femoral head is too small for a head index; none is told.",
    ),
}
"""Values of a head that are left out where they mean nothing, each with its reason."""


def pelvis_film(drawing: Drawing) -> Result:
    """Return what the marks of an infant pelvis film give, the right side first.

    Raises
    ------
    MarksMissing
        If a triradiate cartilage is not marked, or no edge of a roof.
    MarksRefused
        If the marks lie as they cannot lie on a pelvis film.
    """
    frame = frame_of(drawing, TRIRADIATE)
    for name, side in SIDES:
        check_side(drawing, frame, side, (f"h-point-{name}", f"head-{name}"))
    unsided = of_side(drawing, "")
    turned, tilted = rotation(unsided, frame), tilt(unsided, frame)
    caveats = (*doubts(drawing, frame), *position_doubts(turned, tilted))
    values: list[Measurement] = []
    grades: list[Grade] = []
    refusals: list[Caveat] = []
    for name, side in SIDES:
        if not has_edge(drawing, side):
            continue
        sided, edge = of_side(drawing, side), edge_of(drawing, side)
        values.append(_index(sided, frame, edge, side))
        if drawing.has(f"h-point-{name}"):
            try:
                grades.append(ihdi_grade(drawing.shaped(f"h-point-{name}")[0], edge, frame, side))
            except MarksRefused as error:
                refusals.append(as_refusal(error))
        if drawing.has(f"head-{name}"):
            told_of_head, untold = of_head(
                sided,
                frame,
                f"head-{name}",
                method=method_of(sided, side),
                caveats=young_centre(drawing),
            )
            values.extend(told_of_head)
            refusals.extend(untold)
    return Result(
        (
            *(replace(one, caveats=(*one.caveats, *caveats)) for one in values),
            *(one for one in (turned, tilted) if one is not None),
        ),
        tuple(replace(one, caveats=(*one.caveats, *caveats)) for one in grades),
        tuple(dict.fromkeys(refusals)),
    )


def check_side(drawing: Drawing, frame: Frame, side: str, names: tuple[str, ...]) -> None:
    """Raise if marks of the femur lie on the other side of the body, or have no roof's edge.

    Raises
    ------
    MarksRefused
        If they do.
    """
    middle = (frame.right + frame.left) / 2
    for name in names:
        if not drawing.has(name):
            continue
        if not has_edge(drawing, side):
            raise MarksRefused("Mark the edge of the roof on the side of the femoral head too.")
        place = drawing.shaped(name).mean(axis=0)
        if float((place - middle) @ frame.lateral(side)) <= 0:
            raise MarksRefused("A mark of one hip lies on the other side of the body.")


def of_head(
    drawing: Drawing,
    frame: Frame,
    name: str,
    *,
    method: MeasuringMethod,
    caveats: tuple[Caveat, ...] = (),
) -> tuple[tuple[Measurement, ...], tuple[Caveat, ...]]:
    """Return the values of a femoral head, and what is not told of it.

    A head far out of the socket has no centre-edge angle that means anything, a small ossified part
    no head index; the other values of the film stay.

    Parameters
    ----------
    drawing : Drawing
        As that of one side.
    frame : Frame
    name : str
        The step in which the head was drawn.
    method : MeasuringMethod
    caveats : tuple of Caveat
        What is doubtful about the outline of the head.

    Raises
    ------
    MarksRefused
        If the head is no ellipse, or its centre lies on the edge of the roof.
    """
    head, side = drawing.shaped(name), drawing.side
    edge = edge_of(drawing, side)
    found = (
        (CENTRE_EDGE, centre_edge_deg(head.mean(axis=0), edge, frame, side), "deg"),
        (REIMERS, migration_percent(head, edge, frame, side), "%"),
        (HEAD_INDEX, head_index_percent(head, edge, frame, side), "%"),
    )
    values = tuple(
        told(measure, value, unit, drawing=drawing, method=method, caveats=caveats)
        for measure, value, unit in found
        if _may_be_told(measure, value)
    )
    untold = tuple(UNTOLD[one] for one, value, _ in found if not _may_be_told(one, value))
    return values, untold


def _may_be_told(measure: str, value: float) -> bool:
    known = measure_of(measure)
    return measure not in UNTOLD or known.low <= value <= known.high


def young_centre(drawing: Drawing) -> tuple[Caveat, ...]:
    """Return what the child's age does to values that start at the centre of the head."""
    days = drawing.child.age_days
    return (YOUNG_CENTRE,) if days is None or days < DAYS_OF_CENTRE_EDGE else ()


def method_of(drawing: Drawing, side: str, rule: str = RULE) -> MeasuringMethod:
    """Return the method, with the landmark that was taken for the edge of the roof.

    Raises
    ------
    MarksRefused
        If two landmarks were.
    """
    landmark = LANDMARKS[landmark_of(drawing, side)]
    return MeasuringMethod("tongying", "1", None, f"{rule}; {landmark}")


def _index(drawing: Drawing, frame: Frame, edge: NDArray[np.float64], side: str) -> Measurement:
    value = math.degrees(math.atan2(frame.above(edge), frame.along(edge, side)))
    return told(INDEX, value, "deg", drawing=drawing, method=method_of(drawing, side))


_SIDE_WORDS = {"right": ("right", "右侧"), "left": ("left", "左侧")}


def both(
    name: str, mark: Mark, english: str, chinese: str, *, optional: bool = True
) -> tuple[Step, Step]:
    """Return a step for the right and the same for the left.

    Parameters
    ----------
    name : str
        Without the side.
    mark : Mark
    english, chinese : str
        What to mark, without the side.
    optional : bool
    """
    right, left = (
        Step(f"{name}-{end}", mark, f"{english}, {words[0]}", f"{words[1]}{chinese}", optional)
        for end, words in _SIDE_WORDS.items()
    )
    return right, left


FILM = Recipe(
    id="pelvis-film",
    version="1",
    english="Pelvis film of an infant or child",
    chinese="婴幼儿骨盆正位片",
    area="hip",
    steps=(
        *both(
            TRIRADIATE,
            Mark.POINT,
            "Lowest lateral point of the ilium at the triradiate cartilage",
            "髂骨下缘近 Y 形软骨处",
            optional=False,
        ),
        *both(
            "roof-edge", Mark.POINT, "Lateral bony edge of the acetabular roof", "髋臼顶骨性外缘"
        ),
        *both(
            "sourcil",
            Mark.POINT,
            "Lateral end of the sourcil, instead of the edge",
            "眉弓（负重区）外侧端（代替骨性外缘）",
        ),
        *both(
            "h-point",
            Mark.POINT,
            "H-point: middle of the upper border of the metaphysis",
            "H 点：股骨近端干骺端上缘中点",
        ),
        *both("head", Mark.ELLIPSE, "Femoral head: both axes of its outline", "股骨头：轮廓两条轴"),
        *both("foramen", Mark.LINE, "Greatest width of the obturator foramen", "闭孔最大横径"),
        *both(
            "foramen-height", Mark.LINE, "Greatest height of the obturator foramen", "闭孔最大纵径"
        ),
        *both(
            "pubis",
            Mark.POINT,
            "Upper border of the pubis beside the symphysis",
            "耻骨上缘近联合处",
        ),
    ),
    sided=Sided.BOTH,
    modalities=MODALITIES,
    measures=(INDEX, CENTRE_EDGE, REIMERS, HEAD_INDEX, ROTATION, TILT),
    rule=RULE,
    source=(
        "Toennis D. Clin Orthop 1976; 119: 39-47; Reimers J. Acta Orthop Scand 1980 suppl 184;"
        " Narayanan U et al. J Pediatr Orthop 2015; 35: 478-484"
    ),
    compute=pelvis_film,
)
