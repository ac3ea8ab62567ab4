"""The infant hip in Graf's standard plane: alpha, beta, and how much of the head is covered.

Steps of the recipe ``graf``: ``baseline`` (line along the iliac wing), ``bony-roof`` (line from the
lower limb of the ilium, touching the bony roof), ``cartilage-roof`` (line from the bony rim through
the middle of the labrum; optional), ``head`` (ellipse on the femoral head; optional). Of the
recipe ``femoral-head-coverage``: ``baseline``, ``lower-limb`` (point), ``head`` (ellipse).

Either end of a line may be drawn first, and the image may lie in any way: what is deep and what is
caudal follows from the lines themselves.

References
----------
Graf R. Hip Sonography, 2nd ed. Springer 2006 (the lines and angles). Morin C, Harcke HT, MacEwen
GD. The infant hip: real-time US assessment of acetabular development. Radiology 1985; 157: 673-677
(covered part of the head by its diameter).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tongying.kernel.caveat import Caveat
from tongying.measure.geometry import acute_deg, angle_deg, direction, offset
from tongying.measure.hip.femoral_head import reach_along
from tongying.measure.hip.graf_type import SOURCE, graf_type
from tongying.measure.plane import Places
from tongying.measure.recipe import (
    AgeOutsideRule,
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
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

ALPHA, BETA, COVERAGE = "graf-alpha", "graf-beta", "femoral-head-coverage"
BASELINE, BONY_ROOF, CARTILAGE_ROOF = "baseline", "bony-roof", "cartilage-roof"
HEAD, LOWER_LIMB = "head", "lower-limb"
GRAF_RULE = "Graf, standard plane: baseline, bony roof line, cartilage roof line"
COVERAGE_RULE = "part of the head's diameter square to the baseline that lies below the baseline"
COVERAGE_SOURCE = "Morin C, Harcke HT, MacEwen GD. Radiology 1985; 157: 673-677; needs sign-off"
MODALITIES = frozenset({"US"})
FARTHEST_BEYOND = 0.5
"""A bony roof line may be drawn beyond the baseline by this part of its depth; more is doubtful."""
_GRAF = MeasuringMethod("tongying", "1", None, GRAF_RULE)
_COVERAGE = MeasuringMethod("tongying", "1", None, COVERAGE_RULE)


def graf(drawing: Drawing) -> Result:
    """Return alpha, beta and Graf's type, and the coverage where the head was marked.

    Raises
    ------
    MarksMissing
        If the baseline or the bony roof line is not there.
    MarksRefused
        If the lines lie as they cannot lie in a hip.
    """
    baseline, roof = drawing.shaped(BASELINE), drawing.shaped(BONY_ROOF)
    alpha = acute_deg(baseline, roof)
    deep = _deep_first(baseline, roof)
    caudal = _caudal(baseline, deep)
    values = [told(ALPHA, alpha, "deg", drawing=drawing, method=_GRAF)]
    beta = None
    if drawing.has(CARTILAGE_ROOF):
        beta = _beta_deg(baseline, deep, drawing.shaped(CARTILAGE_ROOF), caudal)
        values.append(told(BETA, beta, "deg", drawing=drawing, method=_GRAF))
    if drawing.has(HEAD):
        values.append(_coverage(drawing, deep[0]))
    grades, refusals = _type(alpha, beta, drawing)
    return Result(tuple(values), grades, refusals)


def coverage(drawing: Drawing) -> Result:
    """Return which part of the femoral head's diameter lies below the baseline, in percent.

    Raises
    ------
    MarksMissing
        If the baseline, the lower limb or the head is not there.
    MarksRefused
        If the lower limb lies on the baseline, or the head is no ellipse.
    """
    return Result((_coverage(drawing, drawing.shaped(LOWER_LIMB)[0]),))


def _type(
    alpha_deg: float, beta_deg: float | None, drawing: Drawing
) -> tuple[tuple[Grade, ...], tuple[Caveat, ...]]:
    try:
        return (graf_type(alpha_deg, beta_deg, drawing.child, side=drawing.side),), ()
    except AgeOutsideRule as error:
        return (), (Caveat(error.code, str(error)),)


def _deep_first(baseline: Places, roof: Places) -> Places:
    """Return the bony roof line from its end in the depth to its end at the rim."""
    first, second = (offset(place, baseline) for place in roof)
    deep, rim = (first, second) if abs(first) > abs(second) else (second, first)
    if -rim * math.copysign(1.0, deep) > FARTHEST_BEYOND * abs(deep):
        raise MarksRefused(
            "The bony roof line runs too far across the baseline to tell the depth from the rim."
        )
    return roof if deep == first else np.asarray(roof[::-1])


def _caudal(baseline: Places, deep: Places) -> NDArray[np.float64]:
    """Return the baseline's direction towards the rim, from which alpha opens.

    Either end of the baseline may be drawn first, so the acute angle tells the direction; a roof
    line for which that lies behind the whole baseline would make alpha obtuse.
    """
    along = direction(baseline)
    caudal = along if float(along @ direction(deep[::-1])) >= 0 else -along
    if min(float((place - deep[1]) @ caudal) for place in baseline) > 0:
        raise MarksRefused(
            "The bony roof line leans over towards the iliac wing: it or the baseline is wrong."
        )
    return caudal


def _beta_deg(
    baseline: Places, deep: Places, cartilage: Places, caudal: NDArray[np.float64]
) -> float:
    """Return beta; `deep` is the bony roof line, its deep end first.

    Alpha and beta open towards caudal, where the bony roof runs from the rim; beta is obtuse where
    the labrum is pushed up.
    """
    inward = math.copysign(1.0, offset(deep[0], baseline))
    depths = [inward * offset(place, baseline) for place in cartilage]
    inner, outer = cartilage[int(np.argmax(depths))], cartilage[int(np.argmin(depths))]
    if min(depths) >= 0:
        raise MarksRefused(
            "The cartilage roof line must run to the labrum, on the other side of the baseline than"
            " the bony roof."
        )
    return angle_deg(np.asarray([np.zeros(2), caudal]), np.asarray([inner, outer]))


def _coverage(drawing: Drawing, deep: NDArray[np.float64]) -> Measurement:
    baseline, head = drawing.shaped(BASELINE), drawing.shaped(HEAD)
    depth = offset(deep, baseline)
    if depth == 0:
        raise MarksRefused("The lower limb of the ilium cannot lie on the baseline.")
    inward = math.copysign(1.0, depth)
    along = direction(baseline)
    across = np.asarray([-along[1], along[0]]) * inward
    radius = reach_along(head, across)[1]
    below = radius + inward * offset(head.mean(axis=0), baseline)
    percent = 100 * float(min(max(below / (2 * radius), 0.0), 1.0))
    return told(COVERAGE, percent, "%", drawing=drawing, method=_COVERAGE)


_BASELINE_STEP = Step(
    BASELINE,
    Mark.LINE,
    "Baseline along the straight outline of the iliac wing",
    "基线：沿平直的髂骨外缘画线",
)
_HEAD_WORDS = ("Femoral head: both axes of its outline", "股骨头：标出轮廓的两条轴")

GRAF = Recipe(
    id="graf",
    version="1",
    english="Hip ultrasound by Graf",
    chinese="髋关节超声 Graf 法",
    area="hip",
    steps=(
        _BASELINE_STEP,
        Step(
            BONY_ROOF,
            Mark.LINE,
            "Bony roof line: from the lower limb of the ilium, touching the bony roof",
            "骨顶线：自髂骨下肢起，与骨性髋臼顶相切",
        ),
        Step(
            CARTILAGE_ROOF,
            Mark.LINE,
            "Cartilage roof line: from the bony rim through the middle of the labrum",
            "软骨顶线：自骨缘（转折点）经盂唇中心",
            optional=True,
        ),
        Step(HEAD, Mark.ELLIPSE, *_HEAD_WORDS, optional=True),
    ),
    sided=Sided.ONE,
    modalities=MODALITIES,
    measures=(ALPHA, BETA, COVERAGE),
    rule=GRAF_RULE,
    source=SOURCE,
    compute=graf,
)

COVERAGE_RECIPE = Recipe(
    id=COVERAGE,
    version="1",
    english="Femoral head coverage",
    chinese="股骨头覆盖率",
    area="hip",
    steps=(
        _BASELINE_STEP,
        Step(LOWER_LIMB, Mark.POINT, "Lower limb of the ilium", "髂骨下肢"),
        Step(HEAD, Mark.ELLIPSE, *_HEAD_WORDS),
    ),
    sided=Sided.ONE,
    modalities=MODALITIES,
    measures=(COVERAGE,),
    rule=COVERAGE_RULE,
    source=COVERAGE_SOURCE,
    compute=coverage,
)
