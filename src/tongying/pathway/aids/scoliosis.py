"""Class of a lateral curve of the spine by its Cobb angle.

References
----------
.. [1] Choudhry MN et al. Adolescent idiopathic scoliosis. Open Orthop J 2016,
   10.2174/1874325001610010143 (scoliosis is a curve above 10 degrees).
.. [2] Negrini S et al. 2016 SOSORT guidelines. Scoliosis Spinal Disord 2018;13:3 (abstract).
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

CURVE_FROM_DEG = 10.0
"""[1]_."""
MODERATE_FROM_DEG = 25.0
SEVERE_FROM_DEG = 45.0
"""Where a growing child is usually sent for a brace, and to a surgeon. Needs sign-off."""
ERROR_DEG = 5.0
"""Two readers differ by so much. Needs sign-off."""
SOURCE = (
    "Open Orthop J 2016 10.2174/1874325001610010143 (> 10 degrees); 25 and 45 degrees need sign-off"
)
_NEAR = Caveat(
    "pathway.cobb-near",
    "The angle lies within 5 degrees of a border, which is what two readers differ by.",
)
_WORDS = {
    "below-10": ("below what is called scoliosis", "未达脊柱侧凸诊断标准"),
    "10-24": ("scoliosis, slight curve", "轻度脊柱侧凸"),
    "25-44": ("scoliosis, moderate curve", "中度脊柱侧凸"),
    "45-up": ("scoliosis, severe curve", "重度脊柱侧凸"),
}


def curve(cobb_deg: float | None) -> Grade:
    """Return the class of a curve: ``below-10``, ``10-24``, ``25-44`` or ``45-up``.

    Raises
    ------
    AnswersMissing
        If the angle is not measured or no angle of a curve.

    Examples
    --------
    >>> curve(31.0).value
    '25-44'
    """
    if cobb_deg is None:
        raise AnswersMissing("Measure the Cobb angle first.")
    if not math.isfinite(cobb_deg) or not 0 <= cobb_deg <= 180:
        raise AnswersMissing("A Cobb angle lies between 0 and 180 degrees.")
    if cobb_deg < CURVE_FROM_DEG:
        value = "below-10"
    elif cobb_deg < MODERATE_FROM_DEG:
        value = "10-24"
    else:
        value = "25-44" if cobb_deg < SEVERE_FROM_DEG else "45-up"
    english, chinese = _WORDS[value]
    borders = (CURVE_FROM_DEG, MODERATE_FROM_DEG, SEVERE_FROM_DEG)
    near = any(abs(cobb_deg - one) < ERROR_DEG for one in borders)
    return Grade(
        scheme="scoliosis",
        value=value,
        side="",
        english=f"Cobb angle {cobb_deg:.0f} degrees: {english}.",
        chinese=f"Cobb角{cobb_deg:.0f}°：{chinese}。",
        source=SOURCE,
        caveats=(_NEAR,) if near else (),
    )


def _curve(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return curve(number(values, "cobb"))


AIDS = (
    Aid(
        "scoliosis",
        Words("Class of the curve", "侧凸程度"),
        (Input("cobb", AnswerKind.MEASURE, measure="cobb-angle"),),
        _curve,
        tuple(_WORDS),
    ),
)
