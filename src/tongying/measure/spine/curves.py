"""Curves of the spine between two end plates: Cobb on the frontal, kyphosis on the lateral film.

Steps of the recipe ``cobb-angle``: ``end-plates`` (two lines: upper end plate of the upper end
vertebra, lower end plate of the lower one). Of ``kyphosis-angle``: ``end-plates`` and ``front``
(point: anywhere in front of the spine, which tells kyphosis from lordosis however the film lies).

References
----------
Cobb JR. Outline for the study of scoliosis. Instr Course Lect 1948; 5: 261-275.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tongying.measure.geometry import direction, length, offset, segments_cross
from tongying.measure.plane import Places
from tongying.measure.recipe import Drawing, Mark, MarksRefused, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

COBB, KYPHOSIS = "cobb-angle", "kyphosis-angle"
COBB_RULE = "Cobb: upper end plate of the upper end vertebra, lower end plate of the lower one"
KYPHOSIS_RULE = "Cobb's way on the lateral film, kyphosis positive, lordosis negative"
SOURCE = "Cobb JR. Instr Course Lect 1948; 5: 261-275; needs sign-off"
MODALITIES = frozenset({"CR", "DX", "RG", "CT", "MR"})


def cobb(drawing: Drawing) -> Result:
    """Return the Cobb angle.

    Raises
    ------
    MarksMissing
        If the end plates are not drawn.
    MarksRefused
        If an end plate runs along the spine, the end plates cross, or the angle is not possible in
        a child.
    """
    places = drawing.shaped("end-plates")
    value = abs(_turn_deg(*_same_way(places)))
    method = MeasuringMethod("tongying", "1", None, COBB_RULE)
    return Result((told(COBB, value, "deg", drawing=drawing, method=method),))


def kyphosis(drawing: Drawing) -> Result:
    """Return the angle of a curve on the lateral film, kyphosis positive.

    Raises
    ------
    MarksMissing
        If the end plates or the front are not marked.
    MarksRefused
        If an end plate runs along the spine, the end plates cross, the point in front lies on the
        spine's line, or the angle is not possible in a child.
    """
    places = drawing.shaped("end-plates")
    upper, lower = _same_way(places)
    spine = _middles(places)
    side = offset(drawing.shaped("front")[0], spine)
    if abs(side) < LEAST_ASIDE * length(spine):
        raise MarksRefused("The point in front cannot lie on the line of the spine.")
    # Both end plates run to the right of the way down the spine; in front is right or left of it.
    # They come together in front, as in kyphosis, where the lower one turns up against the upper.
    value = math.copysign(1.0, side) * _turn_deg(upper, lower)
    method = MeasuringMethod("tongying", "1", None, KYPHOSIS_RULE)
    return Result((told(KYPHOSIS, value, "deg", drawing=drawing, method=method),))


def _middles(places: Places) -> Places:
    return np.asarray([places[:2].mean(axis=0), places[2:].mean(axis=0)])


def _same_way(places: Places) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both end plates as unit vectors to the same side of the line between them."""
    if segments_cross(places[:2], places[2:]):
        raise MarksRefused("The end plates of a curve cannot cross.")
    middles = _middles(places)
    along = direction(middles)
    found = []
    for line in (places[:2], places[2:]):
        one = direction(line)
        across = float(along[0] * one[1] - along[1] * one[0])
        if abs(across) < math.sin(math.radians(LEAST_ACROSS_DEG)):
            raise MarksRefused("An end plate cannot run along the spine.")
        found.append(one if across > 0 else -one)
    return found[0], found[1]


def _turn_deg(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    cross = float(one[0] * other[1] - one[1] * other[0])
    return math.degrees(math.atan2(cross, float(one @ other)))


LEAST_ACROSS_DEG = 5.0
"""The least angle between an end plate and the line between both: even of two end plates 170
degrees apart, equally oblique, each lies so far from it (needs sign-off)."""
LEAST_ASIDE = 0.01
"""How far the point in front lies from the spine's line at least, as a share of the line between
the end plates (needs sign-off)."""

_PLATES = Step(
    "end-plates",
    Mark.TWO_LINES,
    "Upper end plate of the upper end vertebra, then lower end plate of the lower one",
    "先画上端椎上终板，再画下端椎下终板",
)

COBB_RECIPE = Recipe(
    id=COBB,
    version="1",
    english="Cobb angle",
    chinese="Cobb 角",
    area="spine",
    steps=(_PLATES,),
    sided=Sided.NO,
    modalities=MODALITIES,
    measures=(COBB,),
    rule=COBB_RULE,
    source=SOURCE,
    compute=cobb,
    single=COBB,
)

KYPHOSIS_RECIPE = Recipe(
    id=KYPHOSIS,
    version="1",
    english="Kyphosis angle",
    chinese="后凸角",
    area="spine",
    steps=(
        _PLATES,
        Step("front", Mark.POINT, "Any point in front of the spine", "脊柱前方任意一点"),
    ),
    sided=Sided.NO,
    modalities=MODALITIES,
    measures=(KYPHOSIS,),
    rule=KYPHOSIS_RULE,
    source=SOURCE,
    compute=kyphosis,
)
