"""Class of a dilated urinary tract by the multidisciplinary consensus, before and after birth.

The most concerning finding decides.

References
----------
.. [1] Nguyen HT et al. J Pediatr Urol 2014; 10: 982-998 (10.1016/j.jpurol.2014.10.002).
.. [2] Chow JS et al. Pediatr Radiol 2017; 47: 1109-1115 (10.1007/s00247-017-3883-0): the table
   before birth was read there, the one after birth at radiopaedia.org, urinary tract dilatation
   classification.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongying.kernel.caveat import Caveat
from tongying.measure.kidney.findings import Calyces, FindingsContradict, FindingsMissing
from tongying.measure.recipe import AgeOutsideRule, ChildKnown, Grade

WEEK: Final = 7
BEFORE_BIRTH_FROM_DAYS: Final = 16 * WEEK
LATER_FROM_DAYS: Final = 28 * WEEK
BEFORE_BIRTH_MM: Final = {False: (4.0, 7.0), True: (7.0, 10.0)}
"""Renal pelvis from which it is A1, and A2-3; by whether 28 weeks are completed."""
AFTER_BIRTH_MM: Final = (10.0, 15.0)
"""Renal pelvis from which it is P1, and P2."""
SETTLED_FROM_DAYS: Final = 2
"""The newborn makes little urine in the first 48 hours."""
SOURCE: Final = (
    "Nguyen HT et al. J Pediatr Urol 2014; 10: 982-998 (10.1016/j.jpurol.2014.10.002); table read"
    " in Chow JS et al. Pediatr Radiol 2017; 47: 1109-1115; needs sign-off"
)
EARLY: Final = Caveat(
    "measure.utd-early",
    "In the first 48 hours after birth a dilated urinary tract is underestimated: look again"
    " later.",
)


@dataclass(frozen=True, slots=True)
class UtdFindings:
    """What the classification asks; None is not answered.

    Attributes
    ----------
    pelvis_ap_mm : float or None
        Greatest anteroposterior diameter within the kidney, transverse section.
    calyces : Calyces or None
    parenchyma_thin : bool or None
    parenchyma_abnormal : bool or None
        In its look: bright, cysts, no difference of cortex and medulla.
    ureter_abnormal : bool or None
    bladder_abnormal : bool or None
        Thick wall, ureterocele, wide posterior urethra.
    oligohydramnios : bool or None
        Of no other cause; asked before birth only.
    """

    pelvis_ap_mm: float | None = None
    calyces: Calyces | None = None
    parenchyma_thin: bool | None = None
    parenchyma_abnormal: bool | None = None
    ureter_abnormal: bool | None = None
    bladder_abnormal: bool | None = None
    oligohydramnios: bool | None = None


@dataclass(frozen=True, slots=True)
class _Reason:
    english: str
    chinese: str


_CENTRAL: Final = _Reason("central calyces wide", "中央肾盏扩张")
_PERIPHERAL: Final = _Reason("peripheral calyces wide", "周围肾盏扩张")
_THIN: Final = _Reason("parenchyma thin", "肾实质变薄")
_LOOK: Final = _Reason("parenchyma abnormal", "肾实质回声异常")
_URETER: Final = _Reason("ureter abnormal", "输尿管异常")
_BLADDER: Final = _Reason("bladder abnormal", "膀胱异常")
_FLUID: Final = _Reason("oligohydramnios without other cause", "不明原因羊水过少")
_RISK: Final = {
    "normal": ("not dilated by this rule", "按本标准无扩张"),
    "A1": ("low risk", "低风险"),
    "A2-3": ("increased risk", "风险增高"),
    "P1": ("low risk", "低风险"),
    "P2": ("intermediate risk", "中等风险"),
    "P3": ("high risk", "高风险"),
}


def utd_grade(findings: UtdFindings, child: ChildKnown, *, side: str = "") -> Grade:
    """Return the class: normal, A1 or A2-3 before birth; normal, P1, P2 or P3 after it.

    Parameters
    ----------
    findings : UtdFindings
    child : ChildKnown
        Its age says whether the study is of before or after birth.
    side : str
        R, L, or empty.

    Raises
    ------
    FindingsMissing
        If a finding was not answered, or the diameter is no diameter.
    FindingsContradict
        If nothing is dilated though another finding is abnormal: the rule does not speak of that.
    AgeOutsideRule
        If the age is not known, or gestation is below 16 weeks.

    Examples
    --------
    >>> seen = UtdFindings(12.0, Calyces.CENTRAL, False, False, False, False)
    >>> utd_grade(seen, ChildKnown(age_days=30)).value
    'P1'
    """
    if child.age_days is not None:
        return _after(findings, child.age_days, side)
    if child.gestational_age_days is not None:
        return _before(findings, child.gestational_age_days, side)
    raise AgeOutsideRule(
        "The UTD class needs the child's age, or the gestational age before birth."
    )


def _before(findings: UtdFindings, gestational_age_days: int, side: str) -> Grade:
    if gestational_age_days < BEFORE_BIRTH_FROM_DAYS:
        raise AgeOutsideRule("Before 16 weeks of gestation there is no UTD class.")
    pelvis = _checked(findings, before_birth=True)
    mild, severe = BEFORE_BIRTH_MM[gestational_age_days >= LATER_FROM_DAYS]
    worst = [
        *_wide(pelvis, severe),
        *_of(findings.calyces is Calyces.PERIPHERAL, _PERIPHERAL),
        *_of(findings.ureter_abnormal, _URETER),
    ]
    beside = [
        *_of(findings.parenchyma_thin, _THIN),
        *_of(findings.parenchyma_abnormal, _LOOK),
        *_of(findings.bladder_abnormal, _BLADDER),
        *_of(findings.oligohydramnios, _FLUID),
    ]
    slight = [*_wide(pelvis, mild), *_of(findings.calyces is Calyces.CENTRAL, _CENTRAL)]
    _check_dilated(beside, dilated=bool(worst or slight))
    weeks, days = divmod(gestational_age_days, WEEK)
    age = (f"at {weeks}+{days} weeks", f"孕{weeks}周+{days}")
    for value, reasons in (("A2-3", worst + beside), ("A1", slight)):
        if reasons:
            return _grade(value, reasons, age, side)
    return _grade("normal", [_measured(pelvis)], age, side)


def _after(findings: UtdFindings, age_days: int, side: str) -> Grade:
    pelvis = _checked(findings, before_birth=False)
    mild, severe = AFTER_BIRTH_MM
    beside = [
        *_of(findings.parenchyma_thin, _THIN),
        *_of(findings.parenchyma_abnormal, _LOOK),
        *_of(findings.bladder_abnormal, _BLADDER),
    ]
    middle = [
        *_wide(pelvis, severe),
        *_of(findings.calyces is Calyces.PERIPHERAL, _PERIPHERAL),
        *_of(findings.ureter_abnormal, _URETER),
    ]
    slight = [*_wide(pelvis, mild), *_of(findings.calyces is Calyces.CENTRAL, _CENTRAL)]
    _check_dilated(beside, dilated=bool(middle or slight))
    age = ("after birth", "出生后")
    caveats = (EARLY,) if age_days < SETTLED_FROM_DAYS else ()
    for value, reasons in (("P3", beside), ("P2", middle), ("P1", slight)):
        if reasons:
            return _grade(value, reasons, age, side, caveats)
    return _grade("normal", [_measured(pelvis)], age, side, caveats)


def _checked(findings: UtdFindings, *, before_birth: bool) -> float:
    answered = (
        findings.parenchyma_thin,
        findings.parenchyma_abnormal,
        findings.ureter_abnormal,
        findings.bladder_abnormal,
        findings.calyces,
        *((findings.oligohydramnios,) if before_birth else ()),
    )
    pelvis = findings.pelvis_ap_mm
    if pelvis is None or None in answered:
        raise FindingsMissing(
            "The UTD class needs every answer: renal pelvis in mm, calyces, parenchyma, ureter and"
            " bladder, and before birth the amniotic fluid."
        )
    if not math.isfinite(pelvis) or pelvis < 0:
        raise FindingsMissing("The diameter of the renal pelvis is a number of mm, 0 or above.")
    return pelvis


def _check_dilated(beside: list[_Reason], *, dilated: bool) -> None:
    if beside and not dilated:
        raise FindingsContradict(
            "Nothing is dilated, so there is no UTD class; the other abnormal finding stands by"
            " itself."
        )


def _of(said: bool | None, reason: _Reason) -> tuple[_Reason, ...]:
    return (reason,) if said else ()


def _wide(pelvis_mm: float, from_mm: float) -> tuple[_Reason, ...]:
    return (_measured(pelvis_mm),) if pelvis_mm >= from_mm else ()


def _measured(pelvis_mm: float) -> _Reason:
    return _Reason(f"renal pelvis {pelvis_mm:.1f} mm", f"肾盂前后径{pelvis_mm:.1f} mm")


def _grade(
    value: str,
    reasons: Sequence[_Reason],
    age: tuple[str, str],
    side: str,
    caveats: tuple[Caveat, ...] = (),
) -> Grade:
    english = ", ".join(one.english for one in reasons)
    chinese = "、".join(one.chinese for one in reasons)
    risk = _RISK[value]
    chinese_name = "UTD 正常" if value == "normal" else f"UTD {value}"
    return Grade(
        scheme="utd",
        value=value,
        side=side,
        english=f"UTD {value} ({risk[0]}): {english}; {age[0]}.",
        chinese=f"{chinese_name}（{risk[1]}）：{chinese}；{age[1]}。",
        source=SOURCE,
        caveats=caveats,
    )
