"""Whether the lateral ventricles of a very preterm child exceed their reference range.

References
----------
.. [1] Davies MW et al. Reference ranges for the linear dimensions of the intracranial ventricles in
   preterm neonates. Arch Dis Child Fetal Neonatal Ed 2000;82:F218-F223 (n = 120, 23+1 to 32+6
   weeks, first 3 days: anterior horn 0-2.9 mm, thalamo-occipital distance 8.7-24.7 mm, third
   ventricle 0-2.6 mm).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import AgeOutsideRule, ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import number
from tongying.pathway.aids.reason import AnswersMissing, Reason, in_chinese, in_english
from tongying.pathway.definition import AnswerKind, Words

TERM_DAYS = 280
BORN_FROM_DAYS = 23 * 7 + 1
BORN_BEFORE_DAYS = 33 * 7
"""Gestation at birth of the children measured [1]_."""
EARLY_TO_DAYS = 3
HORN_TO_MM, OCCIPITAL_TO_MM, THIRD_TO_MM = 2.9, 24.7, 2.6
"""Upper ends of the reference ranges [1]_."""
SOURCE = "Davies MW et al. Arch Dis Child Fetal Neonatal Ed 2000;82:F218-F223 (n = 120)"
_LATER = Caveat(
    "pathway.ventricles-later",
    "The ranges are of the first 3 days of life; this child is older, and ventricles grow.",
)


@dataclass(frozen=True, slots=True)
class VentriclesTold:
    """Widths in mm; None was not measured."""

    horn_mm: float | None = None
    occipital_mm: float | None = None
    third_mm: float | None = None


def ventricles(told: VentriclesTold, child: ChildKnown) -> Grade:
    """Return ``above`` if a width exceeds the range of very preterm newborns, else ``within``.

    Raises
    ------
    AgeOutsideRule
        If the child was not born between 23+1 and 32+6 weeks, has reached term, or nothing tells.
    AnswersMissing
        If no width is there, or one is no width.

    Examples
    --------
    >>> child = ChildKnown(age_days=2, corrected_age_days=-68)
    >>> ventricles(VentriclesTold(horn_mm=5.1), child).value
    'above'
    """
    if child.age_days is None or child.corrected_age_days is None:
        raise AgeOutsideRule("The ranges are of children born before 33 weeks; gestation is asked.")
    born = TERM_DAYS - (child.age_days - child.corrected_age_days)
    if not BORN_FROM_DAYS <= born < BORN_BEFORE_DAYS or child.corrected_age_days > 0:
        raise AgeOutsideRule(
            "The ranges are of children born between 23+1 and 32+6 weeks, before they reach term."
        )
    measured = [
        (Reason("anterior horn", "前角宽度"), told.horn_mm, HORN_TO_MM),
        (Reason("thalamo-occipital distance", "丘脑枕角距"), told.occipital_mm, OCCIPITAL_TO_MM),
        (Reason("third ventricle", "第三脑室宽度"), told.third_mm, THIRD_TO_MM),
    ]
    there = [(name, width, limit) for name, width, limit in measured if width is not None]
    if not there:
        raise AnswersMissing("Measure the ventricles first.")
    if not all(math.isfinite(width) and width >= 0 for _, width, _ in there):
        raise AnswersMissing("A width of a ventricle is a number of mm, 0 or above.")
    over = [
        Reason(
            f"{name.english} {width:.1f} mm (to {limit} mm)",
            f"{name.chinese}{width:.1f} mm（上限{limit} mm）",
        )
        for name, width, limit in there
        if width > limit
    ]
    return Grade(
        scheme="preterm-ventricles",
        value="above" if over else "within",
        side="",
        english=f"Above the range of very preterm newborns: {in_english(over)}."
        if over
        else "Within the range of very preterm newborns.",
        chinese=f"高于极早产儿参考范围：{in_chinese(over)}。" if over else "在极早产儿参考范围内。",
        source=SOURCE,
        caveats=(_LATER,) if child.age_days > EARLY_TO_DAYS else (),
    )


def _ventricles(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    return ventricles(
        VentriclesTold(
            horn_mm=number(values, "frontal-horn"),
            occipital_mm=number(values, "thalamo-occipital"),
            third_mm=number(values, "third-ventricle"),
        ),
        child,
    )


AIDS = (
    Aid(
        "preterm-ventricles",
        Words("Ventricles of the very preterm", "极早产儿脑室宽度"),
        (
            Input("frontal-horn", AnswerKind.MEASURE, must=False, measure="frontal-horn-width"),
            Input(
                "thalamo-occipital",
                AnswerKind.MEASURE,
                must=False,
                measure="thalamo-occipital-distance",
            ),
            Input(
                "third-ventricle", AnswerKind.MEASURE, must=False, measure="third-ventricle-width"
            ),
        ),
        _ventricles,
        ("within", "above"),
    ),
)
