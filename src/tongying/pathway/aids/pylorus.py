"""Prompt for pyloric stenosis from the muscle and the canal on ultrasound.

References
----------
.. [1] van den Bunder FAIM et al. Diagnostic accuracy of palpation and ultrasonography for
   diagnosing infantile hypertrophic pyloric stenosis. Br J Radiol 2022;95:20211251 (43
   studies, 6085 infants: muscle of 3 mm or more, sensitivity 97.6 %, specificity 98.8 %).
.. [2] Piotto L et al. Ultrasound diagnosis of hypertrophic pyloric stenosis - time to change the
   criteria. Australas J Ultrasound Med 2022;25:116-126 (n = 607: muscle below 2.0 mm in every
   normal infant, 2.0-5.0 mm in stenosis).
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

THICK_MM = 3.0
"""Muscle [1]_."""
NORMAL_BELOW_MM = 2.0
"""Muscle [2]_."""
LONG_MM = 15.0
"""Canal. Needs sign-off: 14 to 17 mm are in use."""
USUAL_TO_DAYS = 183
"""Six months. Needs sign-off."""
SOURCE = (
    "Br J Radiol 2022;95:20211251 (muscle >= 3 mm); Australas J Ultrasound Med 2022;25:116-126 "
    "(normal < 2 mm); canal >= 15 mm needs sign-off"
)
_OPENS = Caveat(
    "pathway.pylorus-opens",
    "A pylorus that is seen to open and let fluid pass speaks against stenosis.",
)
_OLD = Caveat("pathway.pylorus-old", "Pyloric stenosis is unusual at this age.")
_AGE_UNKNOWN = Caveat(
    "pathway.pylorus-age", "The age is not known; it is a disease of weeks 2 to 12."
)
_SMALL = Caveat(
    "pathway.pylorus-preterm",
    "The criteria come from term infants; a preterm child may have a thinner muscle.",
)


def stenosis(*, muscle_mm: float | None, canal_mm: float | None, child: ChildKnown) -> Grade:
    """Return what the measurements suggest: ``suggests``, ``borderline`` or ``below``.

    Parameters
    ----------
    muscle_mm : float or None
        One wall of muscle, without the mucosa.
    canal_mm : float or None
        Length of the canal; None where it was not measured.
    child : ChildKnown

    Raises
    ------
    AnswersMissing
        If the muscle was not measured or a value is no length.

    Examples
    --------
    >>> stenosis(muscle_mm=4.2, canal_mm=18.0, child=ChildKnown(age_days=35)).value
    'suggests'
    """
    if muscle_mm is None:
        raise AnswersMissing("Measure the muscle of the pylorus first.")
    if not all(one is None or (math.isfinite(one) and one > 0) for one in (muscle_mm, canal_mm)):
        raise AnswersMissing("A muscle and a canal have a length above 0 mm.")
    is_long = canal_mm is not None and canal_mm >= LONG_MM
    if muscle_mm >= THICK_MM:
        value, english, chinese = "suggests", "reaches 3 mm", "达到3 mm"
    elif muscle_mm >= NORMAL_BELOW_MM:
        value, english, chinese = "borderline", "lies between 2 and 3 mm", "介于2–3 mm"
    elif is_long:
        value, english, chinese = (
            "borderline",
            "is below 2 mm, but the canal is long",
            "小于2 mm但管长增加",
        )
    else:
        value, english, chinese = "below", "is below 2 mm", "小于2 mm"
    canal = "" if canal_mm is None else f", canal {canal_mm:.1f} mm"
    canal_zh = "" if canal_mm is None else f"，幽门管长{canal_mm:.1f} mm"
    return Grade(
        scheme="pyloric-stenosis",
        value=value,
        side="",
        english=f"Muscle {muscle_mm:.1f} mm{canal}: {_ENGLISH[value]} (the muscle {english}).",
        chinese=f"幽门肌厚{muscle_mm:.1f} mm{canal_zh}：{_CHINESE[value]}（肌厚{chinese}）。",
        source=SOURCE,
        caveats=_doubts(value, child),
    )


_ENGLISH = {
    "suggests": "suggests pyloric stenosis",
    "borderline": "borderline, look again after a feed or in 1 to 2 days",
    "below": "does not suggest pyloric stenosis",
}
_CHINESE = {
    "suggests": "提示幽门肥厚",
    "borderline": "临界，建议喂水后动态观察或1–2天后复查",
    "below": "不支持幽门肥厚",
}


def _doubts(value: str, child: ChildKnown) -> tuple[Caveat, ...]:
    doubts = [_OPENS] if value != "below" else []
    if child.age_days is None:
        doubts.append(_AGE_UNKNOWN)
    elif child.age_days > USUAL_TO_DAYS and value != "below":
        doubts.append(_OLD)
    if child.corrected_age_days is not None:
        doubts.append(_SMALL)
    return tuple(doubts)


def _stenosis(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    return stenosis(
        muscle_mm=number(values, "pylorus-muscle"),
        canal_mm=number(values, "pylorus-canal"),
        child=child,
    )


AIDS = (
    Aid(
        "pyloric-stenosis",
        Words("Pyloric stenosis prompt", "幽门肥厚提示"),
        (
            Input("pylorus-muscle", AnswerKind.MEASURE, measure="pylorus-muscle"),
            Input("pylorus-canal", AnswerKind.MEASURE, must=False, measure="pylorus-canal"),
        ),
        _stenosis,
        ("suggests", "borderline", "below"),
    ),
)
