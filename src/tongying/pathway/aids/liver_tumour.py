"""Draft of the PRETEXT group of a liver tumour of childhood, and alpha-fetoprotein for the age.

References
----------
.. [1] Roebuck DJ et al. 2005 PRETEXT: a revised staging system for primary malignant liver tumours
   of childhood. Pediatr Radiol 2007, 10.1007/s00247-006-0361-5 (sections, groups, caudate at least
   II).
.. [2] 2017 PRETEXT. Pediatr Radiol 2018;48:536-554, 10.1007/s00247-018-4078-z (abstract; groups as
   drawn in PDQ NBK65790, table 1).
.. [3] SIOPEL, pretext page: V is growth into the vena cava or all three hepatic veins, P into the
   main or both branches of the portal vein.
.. [4] Serum alpha-fetoprotein levels in normal infants: a reappraisal of regression analysis and
   sex difference. J Pediatr Gastroenterol Nutr 1989;8:19-25 (n = 284; abstract:
   log Y = 7.397 - 2.622 log (X + 10), X days, Y ng/mL).
.. [5] Alpha1-fetoprotein reference values in infants up to 2 years of age (n = 524; abstract: up to
   87 ng/mL within 95.5 % between day 180 and 720).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import AgeOutsideRule, ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import NONE, number, several
from tongying.pathway.aids.reason import DAYS_OF_YEAR, AnswersMissing
from tongying.pathway.definition import AnswerKind, Words

SECTIONS: dict[str, tuple[str, str]] = {
    "right-posterior": ("right posterior (6, 7)", "右后区（6、7段）"),
    "right-anterior": ("right anterior (5, 8)", "右前区（5、8段）"),
    "left-medial": ("left medial (4a, 4b)", "左内区（4a、4b段）"),
    "left-lateral": ("left lateral (2, 3)", "左外区（2、3段）"),
}
"""The four sections from right to left, each beside the next [1]_."""
CAUDATE = "caudate"
ANNOTATIONS: dict[str, tuple[str, str]] = {
    "V": ("hepatic veins or vena cava", "肝静脉/下腔静脉"),
    "P": ("portal vein", "门静脉"),
    "E": ("extrahepatic in the abdomen", "肝外蔓延"),
    "F": ("multifocal", "多灶"),
    "R": ("rupture", "破裂"),
    "C": ("caudate lobe", "尾状叶"),
    "N": ("lymph nodes", "淋巴结"),
    "M": ("distant metastases", "远处转移"),
}
"""In the order of [2]_."""
GROUPS = {3: "I", 2: "II", 1: "III", 0: "IV"}
"""Neighbouring sections that are free, and the group [1]_."""
PRETEXT_SOURCE = (
    "Pediatr Radiol 2007 10.1007/s00247-006-0361-5 and 2018;48:536-554 (PRETEXT 2005, 2017); full "
    "text of the 2017 annotation rules not seen, needs sign-off"
)
AFP_TERM = (7.397, -2.622, 10.0)
"""Intercept, slope and days added [4]_."""
AFP_TO_DAYS = 365
"""The line was made with infants up to 12 months [4]_."""
AFP_LATE_NG_ML = 87.0
AFP_LATE_FROM_DAYS, AFP_LATE_TO_DAYS = 180, 720
"""Upper limit [5]_ and the ages it holds for."""
AFP_ABOVE, AFP_FAR = 2.0, 10.0
"""So many times what the age lets expect is called above, and far above. Needs sign-off: the band
about the line is not in the abstract."""
AFP_SOURCE = (
    "J Pediatr Gastroenterol Nutr 1989;8:19-25 (line, n = 284); reference values up to 2 "
    "years, n = 524 (<= 87 ng/mL, day 180-720); factors 2 and 10 need sign-off"
)
_DRAFT = Caveat(
    "pathway.pretext-draft",
    "A draft from the sections ticked: a section that is only pressed aside is not involved.",
)
_PRETERM = Caveat(
    "pathway.afp-preterm",
    "A child born preterm has several times more alpha-fetoprotein at the same age.",
)


def pretext(*, sections: frozenset[str] | None, annotations: frozenset[str] | None) -> Grade:
    """Return the group that the involved sections draft, with the annotation factors.

    Parameters
    ----------
    sections : frozenset of str or None
        Involved ones, of `SECTIONS` and ``caudate``.
    annotations : frozenset of str or None
        Of `ANNOTATIONS`; C follows from the caudate.

    Raises
    ------
    AnswersMissing
        If no section is ticked, or a name is not known, or the annotation factors are not answered.

    Examples
    --------
    >>> pretext(sections=frozenset({"right-anterior"}), annotations=frozenset()).value
    'II'
    """
    if not sections:
        raise AnswersMissing("Tick the involved sections of the liver first.")
    if annotations is None:
        raise AnswersMissing("Answer the annotation factors first, even if there is none.")
    unknown = (sections - SECTIONS.keys() - {CAUDATE}) | (annotations - ANNOTATIONS.keys())
    if unknown:
        raise AnswersMissing(f"PRETEXT does not know {min(unknown)[:40]!r}.")
    group = GROUPS[_free_neighbours(sections)]
    if CAUDATE in sections:
        annotations |= {"C"}
    if "C" in annotations and group == "I":
        group = "II"
    letters = " ".join(one for one in ANNOTATIONS if one in annotations)
    involved = [SECTIONS[one] for one in SECTIONS if one in sections]
    if CAUDATE in sections:
        involved.append(("caudate (1)", "尾状叶（1段）"))
    return Grade(
        scheme="pretext",
        value=group,
        side="",
        english=f"Draft PRETEXT {group}{f' {letters}' if letters else ''}: "
        f"{', '.join(one[0] for one in involved)}.",
        chinese=f"PRETEXT {group}期草案{f'，{letters}' if letters else ''}："
        f"累及{'、'.join(one[1] for one in involved)}。",
        source=PRETEXT_SOURCE,
        caveats=(_DRAFT,),
    )


def _free_neighbours(sections: frozenset[str]) -> int:
    most = run = 0
    for one in SECTIONS:
        run = 0 if one in sections else run + 1
        most = max(most, run)
    return min(most, 3)


def expected_afp(age_days: float) -> float:
    """Return what the line of normal infants gives at an age, in ng/mL.

    Examples
    --------
    >>> round(expected_afp(90))
    142
    """
    intercept, slope, added = AFP_TERM
    return float(10 ** (intercept + slope * math.log10(age_days + added)))


def afp(*, value_ng_ml: float | None, child: ChildKnown) -> Grade:
    """Return how alpha-fetoprotein stands to the age: ``expected``, ``above``, ``far-above``.

    Raises
    ------
    AnswersMissing
        If there is no value.
    AgeOutsideRule
        If the age is not known, or above two years: there an adult limit holds.

    Examples
    --------
    >>> afp(value_ng_ml=150, child=ChildKnown(age_days=90)).value
    'expected'
    """
    if value_ng_ml is None or not math.isfinite(value_ng_ml) or value_ng_ml <= 0:
        raise AnswersMissing("Give the alpha-fetoprotein in ng/mL first.")
    if child.age_days is None:
        raise AgeOutsideRule("What alpha-fetoprotein is usual depends on the age in days.")
    if child.age_days < 0 or child.age_days >= AFP_LATE_TO_DAYS:
        raise AgeOutsideRule(
            "The line for alpha-fetoprotein was made with infants; from two years on the "
            "laboratory's own limit holds."
        )
    usual = expected_afp(min(child.age_days, AFP_TO_DAYS))
    if child.age_days >= AFP_LATE_FROM_DAYS:
        limit = AFP_LATE_NG_ML
        far = AFP_LATE_NG_ML * AFP_FAR
        words = f"up to {AFP_LATE_NG_ML:.0f} ng/mL within 95 %"
        words_zh = f"95%范围≤{AFP_LATE_NG_ML:.0f} ng/mL"
    else:
        limit, far = usual * AFP_ABOVE, usual * AFP_FAR
        words = f"about {usual:,.0f} ng/mL on average"
        words_zh = f"同龄均值约{usual:,.0f} ng/mL"
    grade = "expected" if value_ng_ml <= limit else "above" if value_ng_ml <= far else "far-above"
    english, chinese = _AFP_WORDS[grade]
    age = f"{child.age_days / DAYS_OF_YEAR * 12:.1f}"
    return Grade(
        scheme="afp",
        value=grade,
        side="",
        english=f"AFP {value_ng_ml:,.0f} ng/mL at {age} months ({words}): {english}.",
        chinese=f"AFP {value_ng_ml:,.0f} ng/mL（{age}月龄，{words_zh}）：{chinese}。",
        source=AFP_SOURCE,
        caveats=(_PRETERM,) if child.corrected_age_days is not None else (),
    )


_AFP_WORDS = {
    "expected": ("within what the age lets expect", "在该年龄预期范围内"),
    "above": (
        "above what the age lets expect, repeat in 2 to 4 weeks",
        "高于该年龄预期，建议2–4周复查",
    ),
    "far-above": ("far above what the age lets expect", "明显高于该年龄预期"),
}


def _pretext(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return pretext(
        sections=several(values, "liver-sections"),
        annotations=several(values, "pretext-annotations"),
    )


def _afp(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    return afp(value_ng_ml=number(values, "afp-value"), child=child)


AIDS = (
    Aid(
        "pretext",
        Words("PRETEXT draft", "PRETEXT分期草案"),
        (
            Input("liver-sections", AnswerKind.CHOICES, options=frozenset(SECTIONS) | {CAUDATE}),
            Input(
                "pretext-annotations", AnswerKind.CHOICES, options=frozenset(ANNOTATIONS) | {NONE}
            ),
        ),
        _pretext,
        ("I", "II", "III", "IV"),
    ),
    Aid(
        "afp",
        Words("Alpha-fetoprotein for the age", "甲胎蛋白（按年龄）"),
        (Input("afp-value", AnswerKind.NUMBER),),
        _afp,
        tuple(_AFP_WORDS),
    ),
)
