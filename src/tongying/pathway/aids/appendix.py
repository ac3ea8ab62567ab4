"""Appendicitis: the clinical score for children and what ultrasound prompts.

References
----------
.. [1] Samuel M. Pediatric appendicitis score. J Pediatr Surg 2002;37:877-881 (n = 1170, 4-15 years;
   eight variables of 1 point, the two signs of 2).
.. [2] Bands 0-3, 4-6 and 7-10 as in use (mdapp.co/375, aihaoyisheng.com pas_appendicitis).
.. [3] Partain KN et al. Secondary signs may improve the diagnostic accuracy of equivocal
   ultrasounds for suspected appendicitis in children. J Pediatr Surg 2016;51:1655-1660
   (fluid collection, hyperaemia, appendicolith: specificity 96 %).
.. [4] Ultrasonography 205, e-ultrasonography.org (maximal outer diameter above 6 mm); Tong L et al.
   Pediatr Surg Int 2023 (above 7 mm, AUC 0.92).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import AgeOutsideRule, ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import NONE, number, several, yes
from tongying.pathway.aids.reason import (
    DAYS_OF_YEAR,
    AnswersMissing,
    Reason,
    check_told,
    in_chinese,
    in_english,
)
from tongying.pathway.definition import AnswerKind, Words

FROM_YEARS = 4
BEFORE_YEARS = 16
"""The score was made with children of 4 to 15 years [1]_."""
LOW_TO = 3
HIGH_FROM = 7
"""Bands [2]_."""
WIDE_MM = 6.0
"""Outer diameter above which an appendix is called wide [4]_."""
SCORE_SOURCE = "Samuel M, J Pediatr Surg 2002;37:877-881; bands <=3, 4-6, >=7 need sign-off"
ULTRASOUND_SOURCE = (
    "J Pediatr Surg 2016;51:1655-1660 (secondary signs); e-ultrasonography.org 205 (> 6 mm)"
)


@dataclass(frozen=True, slots=True)
class ScoreTold:
    """The eight variables of the score; None is not known."""

    cough_pain: bool | None = None
    right_lower_tenderness: bool | None = None
    anorexia: bool | None = None
    fever: bool | None = None
    vomiting: bool | None = None
    leucocytosis: bool | None = None
    neutrophilia: bool | None = None
    migration: bool | None = None


POINTS = {"cough_pain": 2, "right_lower_tenderness": 2}
"""Everything else is 1 point."""
_ASKED = {
    "cough_pain": "pain on coughing, percussion or hopping",
    "right_lower_tenderness": "tenderness of the right lower abdomen",
    "anorexia": "loss of appetite",
    "fever": "fever",
    "vomiting": "nausea or vomiting",
    "leucocytosis": "leucocytes",
    "neutrophilia": "neutrophils",
    "migration": "migration of the pain",
}
_BANDS = {
    "low": ("appendicitis is less likely", "阑尾炎可能性较小"),
    "middle": ("neither likely nor unlikely: ultrasound", "不能判定，建议超声检查"),
    "high": ("appendicitis is likely: surgeon", "阑尾炎可能性大，建议外科会诊"),
}


def score(told: ScoreTold, child: ChildKnown) -> Grade:
    """Return the band of the paediatric appendicitis score: ``low``, ``middle`` or ``high``.

    Raises
    ------
    AgeOutsideRule
        If the child is not 4 to 15 years old, or the age is not known.
    AnswersMissing
        If one of the eight is not answered.

    Examples
    --------
    >>> every = ScoreTold(*(True,) * 8)
    >>> score(every, ChildKnown(age_days=3000)).english
    'Paediatric appendicitis score 10 of 10: appendicitis is likely: surgeon.'
    """
    if child.age_days is None:
        raise AgeOutsideRule("The appendicitis score asks for the age.")
    if not FROM_YEARS * DAYS_OF_YEAR <= child.age_days < BEFORE_YEARS * DAYS_OF_YEAR:
        raise AgeOutsideRule("The appendicitis score was made for children of 4 to 15 years.")
    answers = {one.name: getattr(told, one.name) for one in fields(told)}
    check_told([_ASKED[name] for name, answer in answers.items() if answer is None])
    points = sum(POINTS.get(name, 1) for name, answer in answers.items() if answer)
    band = "low" if points <= LOW_TO else "high" if points >= HIGH_FROM else "middle"
    english, chinese = _BANDS[band]
    return Grade(
        scheme="appendicitis-score",
        value=band,
        side="",
        english=f"Paediatric appendicitis score {points} of 10: {english}.",
        chinese=f"儿童阑尾炎评分（PAS）{points}/10分：{chinese}。",
        source=SCORE_SOURCE,
    )


@dataclass(frozen=True, slots=True)
class AppendixSeen:
    """What ultrasound shows; None is not known.

    Attributes
    ----------
    seen : bool or None
        Whether the appendix is seen.
    diameter_mm : float or None
        Largest outer diameter.
    incompressible : bool or None
    signs : frozenset of str
        Of `SIGNS`.
    """

    seen: bool | None = None
    diameter_mm: float | None = None
    incompressible: bool | None = None
    signs: frozenset[str] = frozenset()


SIGNS: dict[str, Reason] = {
    "collection": Reason("fluid collection", "局限性积液/脓肿"),
    "hyperaemia": Reason("hyperaemia", "管壁血流增多"),
    "appendicolith": Reason("appendicolith", "粪石"),
    "fat": Reason("echogenic fat", "周围脂肪回声增强"),
    "free-fluid": Reason("free fluid", "腹腔游离积液"),
}
"""Secondary signs [3]_."""
_FAT = Caveat(
    "pathway.appendix-fat",
    "Echogenic fat and free fluid also go with inflammation of a neighbour of the appendix.",
)
_WIDE_ALONE = Caveat(
    "pathway.appendix-wide",
    "A healthy child's appendix may be wider than 6 mm: the norm by age stands beside the value.",
)


def ultrasound(told: AppendixSeen) -> Grade:
    """Return what the findings prompt.

    Returns
    -------
    Grade
        ``complicated`` (a collection), ``suggests`` (wide, and incompressible or with a secondary
        sign), ``equivocal`` (one without the other), ``not-suggested``, ``not-seen``.

    Raises
    ------
    AnswersMissing
        If it is not told whether the appendix is seen; if one that is seen was not measured or
        pressed on; if a sign is not known.

    Examples
    --------
    >>> ultrasound(AppendixSeen(seen=True, diameter_mm=8.5, incompressible=True)).value
    'suggests'
    """
    unknown = told.signs - SIGNS.keys()
    if unknown:
        raise AnswersMissing(f"No sign is called {min(unknown)[:40]!r}.")
    if told.seen is None:
        raise AnswersMissing("Say first whether the appendix is seen.")
    reasons = [SIGNS[one] for one in SIGNS if one in told.signs]
    if "collection" in told.signs:
        return _seen("complicated", reasons)
    if not told.seen:
        return _seen("equivocal" if reasons else "not-seen", reasons)
    if told.diameter_mm is None or told.incompressible is None:
        raise AnswersMissing("Measure the appendix and say whether it can be compressed.")
    if not math.isfinite(told.diameter_mm) or told.diameter_mm <= 0:
        raise AnswersMissing("An appendix has a diameter above 0 mm.")
    is_wide = told.diameter_mm > WIDE_MM
    if told.incompressible:
        reasons.insert(0, Reason("not compressible", "不可压缩"))
    if is_wide:
        wide = Reason(f"{told.diameter_mm:.1f} mm wide", f"外径{told.diameter_mm:.1f} mm")
        return _seen("suggests" if reasons else "equivocal", [wide, *reasons])
    return _seen("equivocal" if reasons else "not-suggested", reasons)


_SEEN = {
    "complicated": ("suggests a complicated appendicitis", "提示复杂性阑尾炎（穿孔/脓肿）"),
    "suggests": ("suggests appendicitis", "提示阑尾炎"),
    "equivocal": ("equivocal: look again, compare with the score", "不能确定，建议复查并结合评分"),
    "not-suggested": ("does not suggest appendicitis", "不支持阑尾炎"),
    "not-seen": (
        "the appendix is not seen and there is no secondary sign: not excluded",
        "阑尾未显示，且无间接征象，不能除外阑尾炎",
    ),
}


def _seen(value: str, reasons: list[Reason]) -> Grade:
    english, chinese = _SEEN[value]
    because = f" ({in_english(reasons)})" if reasons else ""
    because_zh = f"（{in_chinese(reasons)}）" if reasons else ""
    doubts = []
    if SIGNS["fat"] in reasons or SIGNS["free-fluid"] in reasons:
        doubts.append(_FAT)
    if value == "equivocal" and len(reasons) == 1 and reasons[0] not in SIGNS.values():
        doubts.append(_WIDE_ALONE)
    return Grade(
        scheme="appendix-ultrasound",
        value=value,
        side="",
        english=f"Ultrasound {english}{because}."
        if value != "not-seen"
        else f"{english[0].upper()}{english[1:]}.",
        chinese=f"超声{chinese}{because_zh}。" if value != "not-seen" else f"{chinese}。",
        source=ULTRASOUND_SOURCE,
        caveats=tuple(doubts),
    )


_NAMES = {one: one.replace("_", "-") for one in _ASKED}


def _score(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    return score(ScoreTold(**{name: yes(values, one) for name, one in _NAMES.items()}), child)


def _ultrasound(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return ultrasound(
        AppendixSeen(
            seen=yes(values, "appendix-seen"),
            diameter_mm=number(values, "appendix-diameter"),
            incompressible=yes(values, "incompressible"),
            signs=several(values, "secondary-signs") or frozenset(),
        )
    )


AIDS = (
    Aid(
        "appendicitis-score",
        Words("Paediatric appendicitis score", "儿童阑尾炎评分"),
        tuple(Input(one, AnswerKind.YES_NO) for one in _NAMES.values()),
        _score,
        tuple(_BANDS),
    ),
    Aid(
        "appendix-ultrasound",
        Words("What ultrasound prompts", "超声提示"),
        (
            Input("appendix-seen", AnswerKind.YES_NO),
            Input(
                "appendix-diameter",
                AnswerKind.MEASURE,
                must=False,
                measure="appendix-diameter-ap",
            ),
            Input("incompressible", AnswerKind.YES_NO, must=False),
            Input(
                "secondary-signs",
                AnswerKind.CHOICES,
                must=False,
                options=frozenset(SIGNS) | {NONE},
            ),
        ),
        _ultrasound,
        tuple(_SEEN),
    ),
)
