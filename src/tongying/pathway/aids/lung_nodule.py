"""In which context a lung nodule of a child stands. Sizes of adults are not asked.

References
----------
.. [1] Westra SJ et al. The incidental pulmonary nodule in a child. Part 1: recommendations from the
   SPR Thoracic Imaging Committee. Pediatr Radiol 2015;45:628-633 (linear and ground-glass
   opacities are extremely unlikely to be a malignancy; almost none reported in a healthy child).
.. [2] The incidental pulmonary nodule in a child. Part 2. Pediatr Radiol 2015;45:634-639 (by
   symptoms, history and the look of the nodule).
.. [3] Samim A et al. Pediatr Radiol 2017;47:1751-1758 (38 % of 72 children of 1-12 years without
   malignancy had nodules, mean 3.2 mm).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import chosen, yes
from tongying.pathway.aids.reason import AnswersMissing, check_told
from tongying.pathway.definition import AnswerKind, Words

KINDS = ("solid", "ground-glass", "linear", "calcified", "perifissural")
SOURCE = (
    "Westra SJ et al., Pediatr Radiol 2015;45:628-633 and 634-639 (SPR Thoracic Imaging "
    "Committee); Pediatr Radiol 2017;47:1751-1758"
)


@dataclass(frozen=True, slots=True)
class NoduleTold:
    """What is known; None is not known.

    Attributes
    ----------
    malignancy : bool or None
        Known now or before.
    weak_defence : bool or None
        Immune deficiency or suppression.
    symptoms : bool or None
        Fever, cough, weight loss or contact with tuberculosis.
    kind : str or None
        Of `KINDS`.
    """

    malignancy: bool | None = None
    weak_defence: bool | None = None
    symptoms: bool | None = None
    kind: str | None = None


_WORDS = {
    "oncology": (
        "a nodule in a child with a malignancy: judged by the oncology team with the protocol of "
        "that tumour",
        "有恶性肿瘤病史：由肿瘤团队按相应肿瘤方案评估",
    ),
    "infection": (
        "look for infection or inflammation first; look again after treatment",
        "优先考虑感染/炎症，治疗后复查",
    ),
    "harmless-look": (
        "a look that is extremely unlikely to be a malignancy in a healthy child",
        "在健康儿童中该形态为恶性的可能性极低",
    ),
    "incidental": (
        "an incidental solid nodule of a healthy child: no adult follow-up rule holds; small ones "
        "are found in 38 % of healthy children; agree with the parents whether to look again",
        "健康儿童偶然发现的实性结节：不适用成人随访规则；约38%的健康儿童可见小结节，是否复查与家长共同商定",
    ),
}


def context(told: NoduleTold) -> Grade:
    """Return the context: ``oncology``, ``infection``, ``harmless-look`` or ``incidental``.

    Raises
    ------
    AnswersMissing
        If malignancy is not answered; or, where there is none, defence, symptoms or the kind are
        not; or the kind is not known.

    Examples
    --------
    >>> context(NoduleTold(False, False, False, "solid")).value
    'incidental'
    """
    if told.kind is not None and told.kind not in KINDS:
        raise AnswersMissing(f"No kind of nodule is called {told.kind[:40]!r}.")
    check_told(["known malignancy"] if told.malignancy is None else [])
    if told.malignancy:
        return _grade("oncology")
    if told.weak_defence or told.symptoms:
        return _grade("infection")
    check_told(
        [
            words
            for words, value in (
                ("defence against infection", told.weak_defence),
                ("symptoms", told.symptoms),
                ("kind of nodule", told.kind),
            )
            if value is None
        ]
    )
    return _grade("incidental" if told.kind == "solid" else "harmless-look")


def _grade(value: str) -> Grade:
    english, chinese = _WORDS[value]
    return Grade(
        scheme="lung-nodule",
        value=value,
        side="",
        english=f"{english[0].upper()}{english[1:]}.",
        chinese=f"{chinese}。",
        source=SOURCE,
    )


def _context(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return context(
        NoduleTold(
            malignancy=yes(values, "malignancy"),
            weak_defence=yes(values, "weak-defence"),
            symptoms=yes(values, "symptoms"),
            kind=chosen(values, "nodule-kind"),
        )
    )


AIDS = (
    Aid(
        "lung-nodule",
        Words("Context of the nodule", "结节的临床背景"),
        (
            Input("malignancy", AnswerKind.YES_NO),
            Input("weak-defence", AnswerKind.YES_NO, must=False),
            Input("symptoms", AnswerKind.YES_NO, must=False),
            Input("nodule-kind", AnswerKind.CHOICE, must=False, options=frozenset(KINDS)),
        ),
        _context,
        tuple(_WORDS),
    ),
)
