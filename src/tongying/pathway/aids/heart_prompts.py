"""Prompts in congenital heart disease: branch arteries before repair, coarctation, pulmonary veins.

References
----------
.. [1] The Nakata index and McGoon ratio: correlation with the severity of pulmonary regurgitation
   after the repair of paediatric tetralogy of Fallot. Egypt Heart J 2023,
   10.1186/s43044-023-00423-9 (McGoon 2 normal, above 1.2 acceptable, below 0.8 inadequate; Nakata
   330 mm2/m2 normal, above 150 acceptable for complete repair).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from tongying.kernel.caveat import Caveat
from tongying.measure.heart.segments import PulmonaryVeins
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import NONE, chosen, number, several
from tongying.pathway.aids.reason import AnswersMissing, Reason, check_told, in_chinese, in_english
from tongying.pathway.definition import AnswerKind, Words

MCGOON_ENOUGH, MCGOON_TOO_SMALL = 1.2, 0.8
NAKATA_ENOUGH = 150.0
"""mm2/m2 [1]_."""
ARM_LEG_MMHG = 20.0
"""Systolic pressure of the right arm above a leg. Needs sign-off."""
BRANCH_SOURCE = (
    "Egypt Heart J 2023 10.1186/s43044-023-00423-9 (McGoon 1.2 and 0.8, Nakata 150 mm2/m2); other "
    "centres use 1.5, needs sign-off"
)
PRESSURE_SOURCE = "Arm above leg by 20 mmHg: expert opinion, needs sign-off"
VEINS_SOURCE = (
    "Total anomalous pulmonary venous connection with severe pulmonary venous obstruction "
    "(abstract); Eurorad case 1687; the list needs sign-off"
)
_OPPOSED = Caveat(
    "pathway.branches-opposed",
    "The two indices say different things: look at the branches and at how the aorta was measured.",
)
_DUCT = Caveat(
    "pathway.coarctation-duct",
    "An open duct or an aberrant right subclavian artery hides the difference of pressure.",
)


def branches(*, mcgoon: float | None, nakata_mm2_m2: float | None) -> Grade:
    """Return how the branch arteries stand before complete repair.

    Returns
    -------
    Grade
        ``acceptable``, ``borderline`` or ``small``: the worse of the two indices.

    Raises
    ------
    AnswersMissing
        If neither index is there, or one is not above zero.

    Examples
    --------
    >>> branches(mcgoon=1.6, nakata_mm2_m2=210.0).value
    'acceptable'
    """
    told = [one for one in (mcgoon, nakata_mm2_m2) if one is not None]
    if not told:
        raise AnswersMissing("Measure the branch pulmonary arteries first.")
    if not all(math.isfinite(one) and one > 0 for one in told):
        raise AnswersMissing("An index of the branch arteries lies above 0.")
    ranks = []
    if mcgoon is not None:
        ranks.append(0 if mcgoon > MCGOON_ENOUGH else 2 if mcgoon < MCGOON_TOO_SMALL else 1)
    if nakata_mm2_m2 is not None:
        ranks.append(0 if nakata_mm2_m2 > NAKATA_ENOUGH else 2)
    value = ("acceptable", "borderline", "small")[max(ranks)]
    english, chinese = _BRANCHES[value]
    said = [
        Reason(f"McGoon {mcgoon:.2f}", f"McGoon比值{mcgoon:.2f}") if mcgoon is not None else None,
        Reason(f"Nakata {nakata_mm2_m2:.0f} mm2/m2", f"Nakata指数{nakata_mm2_m2:.0f} mm²/m²")
        if nakata_mm2_m2 is not None
        else None,
    ]
    reasons = [one for one in said if one is not None]
    return Grade(
        scheme="branch-arteries",
        value=value,
        side="",
        english=f"{in_english(reasons)}: {english}.",
        chinese=f"{in_chinese(reasons)}：{chinese}。",
        source=BRANCH_SOURCE,
        caveats=(_OPPOSED,) if len(ranks) == 2 and abs(ranks[0] - ranks[1]) == 2 else (),
    )


_BRANCHES = {
    "acceptable": ("in the range in which complete repair was done", "处于可行根治术的范围"),
    "borderline": ("between acceptable and inadequate", "介于可接受与不足之间"),
    "small": ("below the range in which complete repair was done", "低于可行根治术的范围"),
}


def coarctation(*, arm_mmhg: float | None, leg_mmhg: float | None) -> Grade:
    """Return whether the systolic pressures prompt a look at the isthmus: ``look``, ``no-prompt``.

    Raises
    ------
    AnswersMissing
        If one of them is not told or no pressure.

    Examples
    --------
    >>> coarctation(arm_mmhg=98, leg_mmhg=70).value
    'look'
    """
    if arm_mmhg is None or leg_mmhg is None:
        raise AnswersMissing("Give the systolic pressure of the right arm and of a leg first.")
    if not all(math.isfinite(one) and one > 0 for one in (arm_mmhg, leg_mmhg)):
        raise AnswersMissing("A systolic pressure lies above 0 mmHg.")
    difference = arm_mmhg - leg_mmhg
    look = difference >= ARM_LEG_MMHG
    return Grade(
        scheme="coarctation",
        value="look" if look else "no-prompt",
        side="",
        english=f"Right arm minus leg {difference:.0f} mmHg: "
        + ("look at isthmus and arch for coarctation." if look else "no prompt by pressure."),
        chinese=f"右上肢与下肢收缩压差{difference:.0f} mmHg："
        + ("提示重点观察主动脉弓及峡部，警惕缩窄。" if look else "血压差未提示缩窄。"),
        source=PRESSURE_SOURCE,
        caveats=() if look else (_DUCT,),
    )


VEIN_SIGNS: dict[str, Reason] = {
    "oedema": Reason("pulmonary oedema with a heart of normal size", "肺水肿而心影不大"),
    "narrow": Reason("narrow connecting vein", "回流静脉通路狭窄"),
    "below-diaphragm": Reason("connection below the diaphragm", "心下型回流"),
    "small-foramen": Reason("restrictive atrial communication", "房间交通受限"),
    "deep-cyanosis": Reason("deep cyanosis in the first days", "生后早期重度发绀"),
}
"""What goes with obstruction. Needs sign-off."""


def pulmonary_veins(*, anomalous: bool | None, signs: frozenset[str]) -> Grade:
    """Return ``obstructed-signs``, ``anomalous`` or ``normal`` of the pulmonary venous connection.

    Raises
    ------
    AnswersMissing
        If it is not told whether all veins reach the left atrium, or a sign is not known.

    Examples
    --------
    >>> pulmonary_veins(anomalous=True, signs=frozenset({"narrow"})).value
    'obstructed-signs'
    """
    unknown = signs - VEIN_SIGNS.keys()
    if unknown:
        raise AnswersMissing(f"No sign is called {min(unknown)[:40]!r}.")
    check_told(
        ["whether every pulmonary vein reaches the left atrium"] if anomalous is None else []
    )
    reasons = [VEIN_SIGNS[one] for one in VEIN_SIGNS if one in signs]
    if not anomalous:
        return _veins(
            "normal",
            "Every pulmonary vein is said to reach the left atrium.",
            "肺静脉均回流入左心房。",
        )
    if reasons:
        return _veins(
            "obstructed-signs",
            f"Anomalous pulmonary veins with signs of obstruction: {in_english(reasons)}; call the "
            f"heart surgeon now.",
            f"肺静脉异位引流，存在梗阻征象：{in_chinese(reasons)}；请立即联系心外科。",
        )
    return _veins(
        "anomalous",
        "Anomalous pulmonary veins; no sign of obstruction is told.",
        "肺静脉异位引流，未提示梗阻征象。",
    )


def _veins(value: str, english: str, chinese: str) -> Grade:
    return Grade(
        scheme="pulmonary-veins",
        value=value,
        side="",
        english=english,
        chinese=chinese,
        source=VEINS_SOURCE,
    )


def _branches(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return branches(mcgoon=number(values, "mcgoon"), nakata_mm2_m2=number(values, "nakata"))


def _coarctation(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return coarctation(
        arm_mmhg=number(values, "arm-pressure"), leg_mmhg=number(values, "leg-pressure")
    )


def _pulmonary_veins(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    veins = chosen(values, "pulmonary-veins")
    signs = several(values, "vein-signs") or frozenset()
    if veins == PulmonaryVeins.TOTAL_INFRACARDIAC:
        signs |= {"below-diaphragm"}
    anomalous = None if veins is None else veins != PulmonaryVeins.NORMAL
    return pulmonary_veins(anomalous=anomalous, signs=signs)


AIDS = (
    Aid(
        "branch-arteries",
        Words("Branch arteries before repair", "肺动脉分支发育"),
        (
            Input("mcgoon", AnswerKind.MEASURE, must=False, measure="mcgoon-ratio"),
            Input("nakata", AnswerKind.MEASURE, must=False, measure="nakata-index"),
        ),
        _branches,
        tuple(_BRANCHES),
    ),
    Aid(
        "coarctation",
        Words("Coarctation prompt", "主动脉缩窄提示"),
        (Input("arm-pressure", AnswerKind.NUMBER), Input("leg-pressure", AnswerKind.NUMBER)),
        _coarctation,
        ("look", "no-prompt"),
    ),
    Aid(
        "pulmonary-veins",
        Words("Pulmonary veins prompt", "肺静脉引流提示"),
        (
            Input(
                "pulmonary-veins",
                AnswerKind.CHOICE,
                options=frozenset(one.value for one in PulmonaryVeins),
            ),
            Input(
                "vein-signs",
                AnswerKind.CHOICES,
                must=False,
                options=frozenset(VEIN_SIGNS) | {NONE},
            ),
        ),
        _pulmonary_veins,
        ("obstructed-signs", "anomalous", "normal"),
    ),
)
