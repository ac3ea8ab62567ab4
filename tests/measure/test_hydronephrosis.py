"""Grades of hydronephrosis: the whole tables written a second time, edges, refusals.

The SFU table as the pediatric urology book tells it; the UTD tables of Chow 2017 (before birth) and
radiopaedia (after birth), with every finding alone and together.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from tongying.measure.kidney.findings import Calyces, FindingsContradict, FindingsMissing
from tongying.measure.kidney.hydronephrosis import sfu_grade, utd_grade
from tongying.measure.kidney.utd import UtdFindings
from tongying.measure.recipe import AgeOutsideRule, ChildKnown

NONE, SOME, ALL = Calyces.NONE, Calyces.CENTRAL, Calyces.PERIPHERAL

SFU = {
    # pelvis wide, calyces, parenchyma thin
    (False, NONE, False): "0",
    (False, NONE, True): None,
    (False, SOME, False): None,
    (False, SOME, True): None,
    (False, ALL, False): None,
    (False, ALL, True): None,
    (True, NONE, False): "1",
    (True, NONE, True): None,
    (True, SOME, False): "2",
    (True, SOME, True): None,
    (True, ALL, False): "3",
    (True, ALL, True): "4",
}


def test_the_sfu_table_is_whole():
    assert set(SFU) == set(product((False, True), Calyces, (False, True)))


@pytest.mark.parametrize("pelvis, calyces, thin", SFU)
def test_sfu(pelvis, calyces, thin):
    wanted = SFU[pelvis, calyces, thin]
    if wanted is None:
        with pytest.raises(FindingsContradict):
            sfu_grade(pelvis_wide=pelvis, calyces=calyces, parenchyma_thin=thin)
        return
    grade = sfu_grade(pelvis_wide=pelvis, calyces=calyces, parenchyma_thin=thin, side="L")
    assert (grade.scheme, grade.value, grade.side, grade.signed_off) == ("sfu", wanted, "L", False)
    assert f"SFU grade {wanted}" in grade.english
    assert f"SFU {wanted}级" in grade.chinese
    assert "needs sign-off" in grade.source


@pytest.mark.parametrize("missing", ["pelvis_wide", "calyces", "parenchyma_thin"])
def test_sfu_needs_all_three(missing):
    known = {"pelvis_wide": True, "calyces": SOME, "parenchyma_thin": False}
    with pytest.raises(FindingsMissing):
        sfu_grade(**(known | {missing: None}))


CALM = UtdFindings(0.0, NONE, False, False, False, False, False)
BORN = ChildKnown(age_days=40)
AFTER = (
    # pelvis, calyces, thin, look, ureter, bladder -> class
    (0.0, NONE, False, False, False, False, "normal"),
    (9.9, NONE, False, False, False, False, "normal"),
    (10.0, NONE, False, False, False, False, "P1"),
    (14.9, NONE, False, False, False, False, "P1"),
    (15.0, NONE, False, False, False, False, "P2"),
    (40.0, NONE, False, False, False, False, "P2"),
    (5.0, SOME, False, False, False, False, "P1"),
    (14.9, SOME, False, False, False, False, "P1"),
    (15.0, SOME, False, False, False, False, "P2"),
    (5.0, ALL, False, False, False, False, "P2"),
    (12.0, ALL, False, False, False, False, "P2"),
    (5.0, NONE, False, False, True, False, "P2"),
    (12.0, SOME, False, False, True, False, "P2"),
    (15.0, ALL, False, False, True, False, "P2"),
    (10.0, NONE, True, False, False, False, "P3"),
    (5.0, SOME, True, False, False, False, "P3"),
    (10.0, NONE, False, True, False, False, "P3"),
    (20.0, ALL, True, True, False, False, "P3"),
    (10.0, NONE, False, False, False, True, "P3"),
    (5.0, NONE, False, False, True, True, "P3"),
    (20.0, ALL, True, True, True, True, "P3"),
    (5.0, NONE, True, False, False, False, None),
    (9.9, NONE, False, True, False, False, None),
    (0.0, NONE, False, False, False, True, None),
)


@pytest.mark.parametrize("row", AFTER, ids=str)
def test_utd_after_birth(row):
    *seen, wanted = row
    findings = UtdFindings(*seen)
    if wanted is None:
        with pytest.raises(FindingsContradict, match="no UTD class"):
            utd_grade(findings, BORN)
        return
    grade = utd_grade(findings, BORN, side="R")
    assert (grade.scheme, grade.value, grade.side) == ("utd", wanted, "R")


BEFORE = (
    # weeks, days, pelvis, class
    (16, 0, 3.9, "normal"),
    (16, 0, 4.0, "A1"),
    (27, 6, 6.9, "A1"),
    (27, 6, 7.0, "A2-3"),
    (28, 0, 6.9, "normal"),
    (28, 0, 7.0, "A1"),
    (28, 0, 9.9, "A1"),
    (28, 0, 10.0, "A2-3"),
    (41, 6, 6.9, "normal"),
    (41, 6, 15.0, "A2-3"),
)


@pytest.mark.parametrize("weeks, days, pelvis, wanted", BEFORE)
def test_utd_before_birth_by_the_renal_pelvis(weeks, days, pelvis, wanted):
    child = ChildKnown(gestational_age_days=weeks * 7 + days)
    assert utd_grade(replace(CALM, pelvis_ap_mm=pelvis), child).value == wanted


@pytest.mark.parametrize("age", [20 * 7, 34 * 7])
@pytest.mark.parametrize(
    "finding, wanted",
    [
        ({"calyces": SOME}, "A1"),
        ({"calyces": ALL}, "A2-3"),
        ({"ureter_abnormal": True}, "A2-3"),
        ({"parenchyma_thin": True}, None),
        ({"parenchyma_abnormal": True}, None),
        ({"bladder_abnormal": True}, None),
        ({"oligohydramnios": True}, None),
    ],
)
def test_utd_before_birth_by_each_other_finding(age, finding, wanted):
    child = ChildKnown(gestational_age_days=age)
    if wanted is None:
        with pytest.raises(FindingsContradict):
            utd_grade(replace(CALM, **finding), child)
    else:
        assert utd_grade(replace(CALM, **finding), child).value == wanted
    # beside a slightly wide pelvis each of them but central calyces is A2-3
    slight = replace(CALM, pelvis_ap_mm=4.0 if age < 28 * 7 else 7.0, **finding)
    assert utd_grade(slight, child).value == (wanted or "A2-3")


def test_utd_says_what_decided_and_doubts_the_first_two_days():
    seen = UtdFindings(16.0, ALL, False, False, False, False)
    grade = utd_grade(seen, ChildKnown(age_days=1))
    assert grade.english == (
        "UTD P2 (intermediate risk): renal pelvis 16.0 mm, peripheral calyces wide; after birth."
    )
    assert grade.chinese == "UTD P2（中等风险）：肾盂前后径16.0 mm、周围肾盏扩张；出生后。"
    assert [one.code for one in grade.caveats] == ["measure.utd-early"]
    assert utd_grade(seen, ChildKnown(age_days=2)).caveats == ()


@pytest.mark.parametrize(
    "missing",
    [
        "pelvis_ap_mm",
        "calyces",
        "parenchyma_thin",
        "parenchyma_abnormal",
        "ureter_abnormal",
        "bladder_abnormal",
    ],
)
def test_utd_needs_every_answer(missing):
    with pytest.raises(FindingsMissing, match="every answer"):
        utd_grade(replace(CALM, **{missing: None}), BORN)


def test_utd_asks_for_the_amniotic_fluid_before_birth_only():
    seen = replace(CALM, oligohydramnios=None)
    assert utd_grade(seen, BORN).value == "normal"
    with pytest.raises(FindingsMissing):
        utd_grade(seen, ChildKnown(gestational_age_days=200))


def test_utd_refuses_where_the_rule_does_not_speak():
    with pytest.raises(AgeOutsideRule, match="needs the child's age"):
        utd_grade(CALM, ChildKnown())
    with pytest.raises(AgeOutsideRule, match="16 weeks"):
        utd_grade(CALM, ChildKnown(gestational_age_days=16 * 7 - 1))
    for pelvis in (-1.0, float("nan"), float("inf")):
        with pytest.raises(FindingsMissing, match="0 or above"):
            utd_grade(replace(CALM, pelvis_ap_mm=pelvis), BORN)
