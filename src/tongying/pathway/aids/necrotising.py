"""Stage of necrotising enterocolitis after Bell, as modified by Walsh and Kliegman.

References
----------
.. [1] Modified Bell staging criteria, PMC3759524 table 1 (adapted from Lee and Polin 2003); after
   Walsh MC, Kliegman RM. Pediatr Clin North Am 1986;33:179-201.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import yes
from tongying.pathway.aids.reason import check_told
from tongying.pathway.definition import AnswerKind, Words

SOURCE = "Modified Bell criteria (Walsh & Kliegman 1986), read in PMC3759524 table 1"
_CLINICAL_ONLY = Caveat(
    "pathway.nec-clinical",
    "Neither gas in the bowel wall nor in the portal vein is seen: stage III rests on the bedside "
    "signs; volvulus and spontaneous perforation look alike.",
)
_CATHETER = Caveat(
    "pathway.nec-catheter",
    "Gas in the portal vein alone may come from an umbilical vein catheter.",
)


@dataclass(frozen=True, slots=True)
class NecTold:
    """Findings; None is not known.

    Attributes
    ----------
    suspected : bool or None
        Distension, residuals, vomiting, apnoea or unstable temperature.
    gross_blood : bool or None
        Bright blood from the rectum.
    pneumatosis, portal_gas, ascites, free_gas : bool or None
        On the radiograph or by ultrasound.
    acidosis_or_platelets : bool or None
        Mild metabolic acidosis or mild thrombocytopenia.
    severe : bool or None
        Hypotension, severe apnoea, combined acidosis, DIC or neutropenia.
    peritonitis : bool or None
        Generalised.
    """

    suspected: bool | None = None
    gross_blood: bool | None = None
    pneumatosis: bool | None = None
    portal_gas: bool | None = None
    ascites: bool | None = None
    free_gas: bool | None = None
    acidosis_or_platelets: bool | None = None
    severe: bool | None = None
    peritonitis: bool | None = None


STAGES: dict[str, tuple[str, str]] = {
    "none": ("No sign of necrotising enterocolitis is told", "未见坏死性小肠结肠炎征象"),
    "IA": ("suspected", "疑似"),
    "IB": ("suspected, with bright blood from the rectum", "疑似，伴肉眼血便"),
    "IIA": ("proven, mildly ill: gas in the bowel wall", "确诊，轻度：肠壁积气"),
    "IIB": (
        "proven, moderately ill: portal gas, or gas in the wall with free fluid, acidosis or few "
        "platelets",
        "确诊，中度：门静脉积气，或肠壁积气伴腹水、酸中毒或血小板减少",
    ),
    "IIIA": ("advanced, severely ill, bowel intact", "晚期，重度，肠管未穿孔"),
    "IIIB": ("advanced, perforated: free gas", "晚期，肠穿孔：气腹"),
}


def stage(told: NecTold) -> Grade:
    """Return the stage that the findings draft, ``none`` to ``IIIB``.

    A finding that raises the stage counts as soon as it is told; a lower stage needs the findings
    that would raise it to be answered.

    Raises
    ------
    AnswersMissing
        If a finding that could raise the stage is not answered.

    Examples
    --------
    >>> stage(NecTold(free_gas=True)).value
    'IIIB'
    """
    value = _stage(told)
    english, chinese = STAGES[value]
    doubts = []
    proven = told.pneumatosis or told.portal_gas
    if value == "IIIA" and not proven:
        doubts.append(_CLINICAL_ONLY)
    if told.portal_gas and not told.pneumatosis:
        doubts.append(_CATHETER)
    lead, lead_zh = ("", "") if value == "none" else (f"Bell stage {value}: ", f"Bell {value}期：")
    return Grade(
        scheme="bell",
        value=value,
        side="",
        english=f"{lead}{english}.",
        chinese=f"{lead_zh}{chinese}。",
        source=SOURCE,
        caveats=tuple(doubts),
    )


def _stage(told: NecTold) -> str:
    if told.free_gas:
        return "IIIB"
    _asked(told, "free_gas")
    if told.severe or told.peritonitis:
        return "IIIA"
    _asked(told, "severe", "peritonitis")
    if told.portal_gas:
        return "IIB"
    _asked(told, "portal_gas", "pneumatosis")
    if told.pneumatosis:
        if told.ascites or told.acidosis_or_platelets:
            return "IIB"
        _asked(told, "ascites", "acidosis_or_platelets")
        return "IIA"
    if told.gross_blood:
        return "IB"
    _asked(told, "gross_blood", "suspected")
    return "IA" if told.suspected else "none"


_WORDS = {
    "suspected": "general signs",
    "gross_blood": "blood from the rectum",
    "pneumatosis": "gas in the bowel wall",
    "portal_gas": "gas in the portal vein",
    "ascites": "free fluid",
    "free_gas": "free gas",
    "acidosis_or_platelets": "acidosis or few platelets",
    "severe": "severe illness",
    "peritonitis": "peritonitis",
}


def _asked(told: NecTold, *names: str) -> None:
    check_told([_WORDS[one] for one in names if getattr(told, one) is None])


_NAMES = {
    "suspected": "nec-suspected",
    "gross_blood": "gross-blood",
    "pneumatosis": "pneumatosis",
    "portal_gas": "portal-gas",
    "ascites": "ascites",
    "free_gas": "free-gas",
    "acidosis_or_platelets": "acidosis-or-platelets",
    "severe": "severe-illness",
    "peritonitis": "peritonitis",
}


def _bell(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return stage(NecTold(**{name: yes(values, answer) for name, answer in _NAMES.items()}))


AIDS = (
    Aid(
        "bell",
        Words("Bell stage", "Bell分期"),
        tuple(Input(one, AnswerKind.YES_NO, must=False) for one in _NAMES.values()),
        _bell,
        tuple(STAGES),
    ),
)
