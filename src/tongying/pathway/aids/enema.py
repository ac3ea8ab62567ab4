"""What speaks against an enema for an intussusception. The doctor at the bedside decides.

References
----------
.. [1] Hwang J et al. Current diagnosis and image-guided reduction for intussusception in children.
   Clin Exp Pediatr 2023;66(1):12-21, PMC9815940 (usual age 3-36 months; enema where there is
   neither perforation nor peritonitis; what makes it fail).
.. [2] Ann Pediatr Surg 2021, 10.1186/s43159-021-00072-0 (an enema is contraindicated in
   peritonitis, perforation and profound shock).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import NONE, number, several, yes
from tongying.pathway.aids.reason import (
    DAYS_OF_MONTH,
    AnswersMissing,
    Reason,
    check_told,
    in_chinese,
    in_english,
)
from tongying.pathway.definition import AnswerKind, Words

LONG_SYMPTOMS_H = 48
"""From so many hours on an enema is tried with caution. Needs sign-off."""
YOUNG_DAYS = 3 * DAYS_OF_MONTH
"""Below this age an enema is tried with caution. Needs sign-off."""
ENEMA_SOURCE = (
    "Clin Exp Pediatr 2023;66:12-21 (PMC9815940); Ann Pediatr Surg 2021 "
    "10.1186/s43159-021-00072-0; 48 h and 3 months by expert opinion, need sign-off"
)


@dataclass(frozen=True, slots=True)
class EnemaTold:
    """What is known before an enema; None is not known.

    Attributes
    ----------
    peritonitis, free_gas, shock : bool or None
        Shock that does not answer to fluid.
    symptom_hours : float or None
    age_days : int or None
    signs : frozenset of str
        Of `ENEMA_SIGNS`.
    """

    peritonitis: bool | None = None
    free_gas: bool | None = None
    shock: bool | None = None
    symptom_hours: float | None = None
    age_days: int | None = None
    signs: frozenset[str] = frozenset()


ENEMA_SIGNS: dict[str, Reason] = {
    "lethargy": Reason("lethargy", "精神萎靡"),
    "fever": Reason("fever", "发热"),
    "bloody-stool": Reason("bloody stool", "血便"),
    "obstruction": Reason("small-bowel obstruction", "小肠梗阻"),
    "trapped-fluid": Reason("trapped fluid", "套入部内积液"),
    "ascites": Reason("free fluid", "腹腔积液"),
    "no-flow": Reason("no flow in the wall", "肠壁无血流信号"),
    "left-colon": Reason("head in the left colon", "套头达左半结肠"),
    "lead-point": Reason("lead point", "可见诱发点"),
}
"""What makes an enema fail more often [1]_."""


def enema(told: EnemaTold) -> Grade:
    """Return what speaks against an enema: ``contraindicated``, ``caution`` or ``none-told``.

    Raises
    ------
    AnswersMissing
        If nothing forbids it but peritonitis, free gas or shock are not answered; if a sign is
        not known.

    Examples
    --------
    >>> enema(EnemaTold(peritonitis=False, free_gas=True, shock=False)).value
    'contraindicated'
    """
    unknown = told.signs - ENEMA_SIGNS.keys()
    if unknown:
        raise AnswersMissing(f"No sign is called {min(unknown)[:40]!r}.")
    against = [
        words
        for words, value in (
            (Reason("peritonitis", "腹膜炎体征"), told.peritonitis),
            (Reason("free gas", "气腹/肠穿孔"), told.free_gas),
            (Reason("shock that does not answer to fluid", "补液后仍不能纠正的休克"), told.shock),
        )
        if value
    ]
    if against:
        return _enema_grade(
            "contraindicated",
            f"An enema is contraindicated: {in_english(against)}; call the surgeon.",
            f"灌肠复位禁忌：{in_chinese(against)}；请立即联系外科。",
        )
    check_told(
        [
            words
            for words, value in (
                ("peritonitis", told.peritonitis),
                ("free gas", told.free_gas),
                ("shock", told.shock),
            )
            if value is None
        ]
    )
    careful = _careful(told)
    if careful:
        return _enema_grade(
            "caution",
            f"No contraindication told; an enema fails or perforates more often with "
            f"{in_english(careful)}: surgeon at hand.",
            f"未见禁忌证；但存在复位失败或穿孔风险因素：{in_chinese(careful)}，须外科在场。",
        )
    return _enema_grade(
        "none-told",
        "Neither peritonitis nor free gas nor shock is told; the doctor at the bedside decides.",
        "未提示腹膜炎、气腹及休克；是否灌肠由现场医师决定。",
    )


def _careful(told: EnemaTold) -> list[Reason]:
    careful = [ENEMA_SIGNS[one] for one in ENEMA_SIGNS if one in told.signs]
    if told.symptom_hours is not None and told.symptom_hours >= LONG_SYMPTOMS_H:
        careful.append(Reason("symptoms of 48 h or more", "病程≥48小时"))
    if told.age_days is not None and told.age_days < YOUNG_DAYS:
        careful.append(Reason("age below 3 months", "年龄小于3个月"))
    return careful


def _enema_grade(value: str, english: str, chinese: str) -> Grade:
    return Grade(
        scheme="enema",
        value=value,
        side="",
        english=english,
        chinese=chinese,
        source=ENEMA_SOURCE,
    )


def _enema(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    return enema(
        EnemaTold(
            peritonitis=yes(values, "peritonitis"),
            free_gas=yes(values, "free-gas"),
            shock=yes(values, "shock"),
            symptom_hours=number(values, "symptom-hours"),
            age_days=child.age_days,
            signs=several(values, "enema-signs") or frozenset(),
        )
    )


AIDS = (
    Aid(
        "enema",
        Words("What speaks against an enema", "灌肠复位禁忌与风险"),
        (
            Input("peritonitis", AnswerKind.YES_NO, must=False),
            Input("free-gas", AnswerKind.YES_NO, must=False),
            Input("shock", AnswerKind.YES_NO, must=False),
            Input("symptom-hours", AnswerKind.NUMBER, must=False),
            Input(
                "enema-signs",
                AnswerKind.CHOICES,
                must=False,
                options=frozenset(ENEMA_SIGNS) | {NONE},
            ),
        ),
        _enema,
        ("contraindicated", "caution", "none-told"),
    ),
)
