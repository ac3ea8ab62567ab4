"""Prompts for an intussusception: is a lead point to be looked for, and which kind is it.

References
----------
.. [1] Esmaeili-Dooki MR et al. Pediatric intussusception in northern Iran: comparison of recurrent
   with non-recurrent cases. Iran J Pediatr 2016;26(2):e3898 (n = 237: lead points in 1.4 % from 3
   months to 5 years and in 13.3 % of older children; recurrence alone was no sign of one).
.. [2] Zhao L et al. Clinical characteristics and surgical outcome in children with intussusceptions
   secondary to pathologic lead points. Pediatr Surg Int 2019, 10.1007/s00383-019-04471-8 (n = 83:
   ultrasound showed the lead point in 12 %).
.. [3] Lioubashevsky N et al. Ileocolic versus small-bowel intussusception in children: can US
   enable reliable differentiation? Radiology (200 cases of 2007-2011: fat core by outer wall above
   1 in every ileocolic and below 1 in every small-bowel intussusception).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import chosen, number, yes
from tongying.pathway.aids.reason import (
    DAYS_OF_MONTH,
    AnswersMissing,
    Reason,
    check_told,
    in_chinese,
    in_english,
)
from tongying.pathway.definition import AnswerKind, Words

MANY_RECURRENCES = 2
"""From so many recurrences on a lead point is looked for. Needs sign-off; [1]_ saw no such sign."""
USUAL_FROM_MONTHS = 3
USUAL_TO_MONTHS = 36
"""The usual age (Clin Exp Pediatr 2023;66:12-21); outside it a lead point is looked for. Older
limits are in use too (5 years [1]_, 6 years): needs sign-off."""
LEAD_SOURCE = (
    "Iran J Pediatr 2016;26(2):e3898 (age); Pediatr Surg Int 2019 10.1007/s00383-019-04471-8 "
    "(ultrasound misses most); number of recurrences by expert opinion, needs sign-off"
)
KIND_SOURCE = "Lioubashevsky N et al., Radiology (200 intussusceptions, 2007-2011)"


@dataclass(frozen=True, slots=True)
class LeadPointTold:
    """What is known of a child with an intussusception; None is not known.

    Attributes
    ----------
    recurrences : int or None
        Intussusceptions before this one that were reduced.
    age_days : int or None
    seen : bool or None
        A polyp, cyst, diverticulum or mass is seen at the head.
    bleeding_between : bool or None
        Blood in the stool between the attacks, without pain.
    known_disease : bool or None
        Polyposis, pigmented lips, IgA vasculitis, lymphoma or cystic fibrosis.
    unusual_site : bool or None
        Small bowel that does not reduce by itself, or colo-colic.
    present : bool or None
        Whether there is one now, or was until it resolved.
    """

    recurrences: int | None = None
    age_days: int | None = None
    seen: bool | None = None
    bleeding_between: bool | None = None
    known_disease: bool | None = None
    unusual_site: bool | None = None
    present: bool | None = None


def lead_point(told: LeadPointTold) -> Grade:
    """Return whether a lead point should be looked for: ``look`` or ``no-prompt``.

    Raises
    ------
    AnswersMissing
        If nothing speaks for one but the age, the recurrences or what was seen are not told.

    Examples
    --------
    >>> lead_point(LeadPointTold(recurrences=3, age_days=1500)).value
    'look'
    """
    if told.present is False and told.recurrences == 0 and not told.seen:
        return _no_prompt(
            "No intussusception now or before is told: nothing to prompt.",
            "未提示现症或既往肠套叠，不作诱发点提示。",
        )
    reasons = _lead_reasons(told)
    if reasons:
        return Grade(
            scheme="lead-point",
            value="look",
            side="",
            english=f"Look for a lead point (polyp, Meckel diverticulum, duplication, IgA "
            f"vasculitis, lymphoma): {in_english(reasons)}.",
            chinese=f"提示寻找诱发点（息肉、梅克尔憩室、肠重复畸形、IgA血管炎、淋巴瘤）："
            f"{in_chinese(reasons)}。",
            source=LEAD_SOURCE,
            caveats=(_MISSED, *_recurrence_doubt(told)),
        )
    check_told(
        [
            words
            for words, value in (
                ("number of recurrences", told.recurrences),
                ("age", told.age_days),
                ("whether a lead point is seen", told.seen),
            )
            if value is None
        ]
    )
    return _no_prompt(
        "Nothing told here prompts a search for a lead point.",
        "现有资料未提示需专门寻找诱发点。",
        (_MISSED,),
    )


def kind(*, fat_core_mm: float | None, wall_mm: float | None) -> Grade:
    """Return which kind of intussusception the cross-section looks like.

    Parameters
    ----------
    fat_core_mm : float or None
        Diameter of the fat within, in mm; 0 where there is none.
    wall_mm : float or None
        Thickness of the outer wall, in mm.

    Returns
    -------
    Grade
        ``ileocolic``, ``small-bowel`` or ``undecided``.

    Raises
    ------
    AnswersMissing
        If one of them is not told or is no thickness.

    Examples
    --------
    >>> kind(fat_core_mm=13.2, wall_mm=5.3).value, kind(fat_core_mm=1, wall_mm=2.6).value
    ('ileocolic', 'small-bowel')
    """
    if fat_core_mm is None or wall_mm is None:
        raise AnswersMissing("Measure the fat core and the outer wall first.")
    if (
        not (math.isfinite(fat_core_mm) and math.isfinite(wall_mm))
        or fat_core_mm < 0
        or wall_mm <= 0
    ):
        raise AnswersMissing("A fat core and an outer wall have a thickness in mm.")
    ratio = fat_core_mm / wall_mm
    value, english, chinese = (
        ("ileocolic", "as an ileocolic one has", "符合回结型")
        if ratio > 1
        else ("small-bowel", "as a small-bowel one has", "符合小肠型（可为一过性）")
        if ratio < 1
        else ("undecided", "which tells neither kind", "不能区分类型")
    )
    return Grade(
        scheme="intussusception-kind",
        value=value,
        side="",
        english=f"The fat core is {ratio:.1f} times the outer wall, {english}.",
        chinese=f"套入脂肪核径/外壁厚比值为{ratio:.1f}，{chinese}。",
        source=KIND_SOURCE,
    )


_MISSED = Caveat(
    "pathway.lead-point-missed",
    "Ultrasound showed the lead point in only 12 % of 83 children who had one.",
)
_RECURRENCE = Caveat(
    "pathway.recurrence-doubtful",
    "In a series of 237 children recurrence alone was no sign of a lead point.",
)


def _no_prompt(english: str, chinese: str, caveats: tuple[Caveat, ...] = ()) -> Grade:
    return Grade(
        scheme="lead-point",
        value="no-prompt",
        side="",
        english=english,
        chinese=chinese,
        source=LEAD_SOURCE,
        caveats=caveats,
    )


def _recurrence_doubt(told: LeadPointTold) -> tuple[Caveat, ...]:
    return (_RECURRENCE,) if (told.recurrences or 0) >= MANY_RECURRENCES else ()


def _lead_reasons(told: LeadPointTold) -> list[Reason]:
    reasons = []
    if told.seen:
        reasons.append(Reason("something is seen at the head", "套头处可见占位/异常结构"))
    if told.recurrences is not None and told.recurrences >= MANY_RECURRENCES:
        reasons.append(Reason(f"{told.recurrences} recurrences", f"复发{told.recurrences}次"))
    if told.age_days is not None:
        months = told.age_days / DAYS_OF_MONTH
        if months < USUAL_FROM_MONTHS:
            reasons.append(Reason("younger than 3 months", "年龄小于3个月"))
        elif months >= USUAL_TO_MONTHS:
            reasons.append(Reason("3 years or older", "年龄3岁及以上"))
    if told.bleeding_between:
        reasons.append(Reason("painless bleeding between the attacks", "发作间期无痛性便血"))
    if told.known_disease:
        reasons.append(Reason("a disease that makes lead points", "存在易致诱发点的基础疾病"))
    if told.unusual_site:
        reasons.append(Reason("an unusual site", "套叠部位不典型（小肠型不自行复位或结结型）"))
    return reasons


ABSENT = "absent"
PRESENCE = frozenset({ABSENT, "present", "resolved"})
UNUSUAL_SITES = frozenset({"small-bowel-stays", "colocolic"})
SITES = frozenset({"ileocolic", "ileoileocolic", "small-bowel-passing", "not-seen"}) | UNUSUAL_SITES


def _lead_point(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    recurrences = number(values, "recurrences")
    site = chosen(values, "site")
    present = chosen(values, "present")
    return lead_point(
        LeadPointTold(
            recurrences=None if recurrences is None else int(recurrences),
            age_days=child.age_days,
            seen=yes(values, "lead-point-seen"),
            bleeding_between=yes(values, "bleeding-between"),
            known_disease=yes(values, "known-disease"),
            unusual_site=None if site is None else site in UNUSUAL_SITES,
            present=None if present is None else present != ABSENT,
        )
    )


def _kind(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return kind(fat_core_mm=number(values, "fat-core"), wall_mm=number(values, "outer-wall"))


AIDS = (
    Aid(
        "lead-point",
        Words("Lead point prompt", "诱发点提示"),
        (
            Input("recurrences", AnswerKind.NUMBER, must=False),
            Input("lead-point-seen", AnswerKind.YES_NO, must=False),
            Input("bleeding-between", AnswerKind.YES_NO, must=False),
            Input("known-disease", AnswerKind.YES_NO, must=False),
            Input("site", AnswerKind.CHOICE, must=False, options=SITES),
            Input("present", AnswerKind.CHOICE, must=False, options=PRESENCE),
        ),
        _lead_point,
        ("look", "no-prompt"),
    ),
    Aid(
        "intussusception-kind",
        Words("Kind of intussusception", "肠套叠类型提示"),
        (Input("fat-core", AnswerKind.NUMBER), Input("outer-wall", AnswerKind.NUMBER)),
        _kind,
        ("ileocolic", "small-bowel", "undecided"),
    ),
)
