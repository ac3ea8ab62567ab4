"""Grades of a dilated urinary tract from the answers of the template: SFU and UTD."""

from __future__ import annotations

from collections.abc import Mapping

from tongying.measure.kidney.findings import Calyces
from tongying.measure.kidney.hydronephrosis import sfu_grade
from tongying.measure.kidney.utd import UtdFindings, utd_grade
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import AnswerUnfit, chosen, number, yes
from tongying.pathway.definition import AnswerKind, Words

CALYCES = frozenset(one.value for one in Calyces)


def _calyces(values: Mapping[str, Value]) -> Calyces | None:
    said = chosen(values, "calyces")
    if said is None:
        return None
    try:
        return Calyces(said)
    except ValueError:
        raise AnswerUnfit(f"Calyces cannot be {said[:40]!r}.") from None


def _sfu(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return sfu_grade(
        pelvis_wide=yes(values, "pelvis-wide"),
        calyces=_calyces(values),
        parenchyma_thin=yes(values, "parenchyma-thin"),
    )


def _utd(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    return utd_grade(
        UtdFindings(
            pelvis_ap_mm=number(values, "pelvis-ap"),
            calyces=_calyces(values),
            parenchyma_thin=yes(values, "parenchyma-thin"),
            parenchyma_abnormal=yes(values, "parenchyma-abnormal"),
            ureter_abnormal=yes(values, "ureter-abnormal"),
            bladder_abnormal=yes(values, "bladder-abnormal"),
            oligohydramnios=yes(values, "oligohydramnios"),
        ),
        child,
    )


AIDS = (
    Aid(
        "sfu",
        Words("SFU grade", "SFU分级"),
        (
            Input("pelvis-wide", AnswerKind.YES_NO),
            Input("calyces", AnswerKind.CHOICE, options=CALYCES),
            Input("parenchyma-thin", AnswerKind.YES_NO),
        ),
        _sfu,
        ("0", "1", "2", "3", "4"),
    ),
    Aid(
        "utd",
        Words("UTD class", "UTD分级"),
        (
            Input("pelvis-ap", AnswerKind.MEASURE, measure="renal-pelvis-ap"),
            Input("calyces", AnswerKind.CHOICE, options=CALYCES),
            Input("parenchyma-thin", AnswerKind.YES_NO),
            Input("parenchyma-abnormal", AnswerKind.YES_NO),
            Input("ureter-abnormal", AnswerKind.YES_NO),
            Input("bladder-abnormal", AnswerKind.YES_NO),
            Input("oligohydramnios", AnswerKind.YES_NO, must=False),
        ),
        _utd,
        ("normal", "A1", "A2-3", "P1", "P2", "P3"),
    ),
)
