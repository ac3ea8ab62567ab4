"""Class of the width of the fetal atrium.

References
----------
.. [1] Society for Maternal-Fetal Medicine, consult series on mild fetal ventriculomegaly, 2018:
   mild 10-12 mm, moderate 13-15 mm, severe above 15 mm (read at physicians.dukehealth.org).
.. [2] Gaglioti P et al. Fetal cerebral ventriculomegaly: outcome in 176 cases. Ultrasound Obstet
   Gynecol 2005;25:372-377 (10-12, 12.1-14.9, 15 mm or more).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import number
from tongying.pathway.aids.reason import AnswersMissing
from tongying.pathway.definition import AnswerKind, Words

WIDE_MM = 10.0
MODERATE_ABOVE_MM = 12.0
SEVERE_FROM_MM = 15.0
"""From 15.0 mm as [2]_ has it; [1]_ says above 15."""
SOURCE = (
    "SMFM 2018 (10-12, 13-15, > 15 mm); Gaglioti P et al., Ultrasound Obstet Gynecol "
    "2005;25:372-377 (>= 15 mm severe)"
)
_EDGE = Caveat(
    "pathway.atrium-edge",
    "The sources draw this border differently: 12 or 13 mm, 15 or above 15 mm.",
)
_WORDS = {
    "normal": ("not wide", "未见增宽"),
    "mild": ("mild ventriculomegaly", "轻度侧脑室增宽"),
    "moderate": ("moderate ventriculomegaly", "中度侧脑室增宽"),
    "severe": ("severe ventriculomegaly", "重度侧脑室增宽"),
}


def atrium(width_mm: float | None) -> Grade:
    """Return the class of an atrium: ``normal``, ``mild``, ``moderate`` or ``severe``.

    Raises
    ------
    AnswersMissing
        If it is not measured, or the width is not above zero.

    Examples
    --------
    >>> atrium(11.2).value
    'mild'
    """
    if width_mm is None:
        raise AnswersMissing("Measure the atrium of the lateral ventricle first.")
    if not math.isfinite(width_mm) or width_mm <= 0:
        raise AnswersMissing("An atrium has a width above 0 mm.")
    if width_mm < WIDE_MM:
        value = "normal"
    elif width_mm <= MODERATE_ABOVE_MM:
        value = "mild"
    else:
        value = "moderate" if width_mm < SEVERE_FROM_MM else "severe"
    edge = MODERATE_ABOVE_MM < width_mm < MODERATE_ABOVE_MM + 1 or width_mm == SEVERE_FROM_MM
    english, chinese = _WORDS[value]
    return Grade(
        scheme="fetal-ventriculomegaly",
        value=value,
        side="",
        english=f"Atrium {width_mm:.1f} mm: {english}.",
        chinese=f"侧脑室房部{width_mm:.1f} mm：{chinese}。",
        source=SOURCE,
        caveats=(_EDGE,) if edge else (),
    )


def _atrium(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return atrium(number(values, "atrium"))


AIDS = (
    Aid(
        "fetal-ventriculomegaly",
        Words("Width of the atrium", "侧脑室增宽分度"),
        (Input("atrium", AnswerKind.MEASURE, measure="fetal-atrial-diameter"),),
        _atrium,
        tuple(_WORDS),
    ),
)
