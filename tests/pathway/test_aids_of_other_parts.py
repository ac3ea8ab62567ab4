"""Aids of heart, hip, kidney, brain, spine and lung against tables written by hand."""

from __future__ import annotations

import pytest

from tongying.kernel.errors import BadInput
from tongying.measure.heart.segmental import SegmentsContradict
from tongying.measure.recipe import AgeOutsideRule, ChildKnown
from tongying.norms.sex import Sex
from tongying.pathway.aids.answered import AnswerUnfit, chosen, number, several, yes
from tongying.pathway.aids.fetal_ventricles import atrium
from tongying.pathway.aids.heart_prompts import branches, coarctation, pulmonary_veins
from tongying.pathway.aids.lung_nodule import KINDS, NoduleTold, context
from tongying.pathway.aids.preterm_ventricles import VentriclesTold, ventricles
from tongying.pathway.aids.reason import AnswersMissing
from tongying.pathway.aids.registry import aid_of, aids
from tongying.pathway.aids.scoliosis import curve

CHILD = ChildKnown(age_days=60)


# McGoon, Nakata -> value: above 1.2 and above 150 acceptable, McGoon below 0.8 inadequate.
@pytest.mark.parametrize(
    ("mcgoon", "nakata", "value"),
    [
        (2.0, 330.0, "acceptable"),
        (1.21, 151.0, "acceptable"),
        (1.2, None, "borderline"),
        (0.8, None, "borderline"),
        (0.79, None, "small"),
        (None, 150.0, "small"),
        (None, 151.0, "acceptable"),
        (1.0, 200.0, "borderline"),
        (1.5, 120.0, "small"),
    ],
)
def test_branch_arteries(mcgoon, nakata, value):
    assert branches(mcgoon=mcgoon, nakata_mm2_m2=nakata).value == value


def test_indices_that_oppose_each_other_are_doubted():
    def doubted(mcgoon: float, nakata: float) -> bool:
        return bool(branches(mcgoon=mcgoon, nakata_mm2_m2=nakata).caveats)

    assert doubted(1.5, 120.0)
    assert doubted(0.7, 200.0)
    assert not doubted(1.0, 120.0)
    assert not doubted(1.5, 200.0)


@pytest.mark.parametrize(
    ("arm", "leg", "value"),
    [
        (98, 70, "look"),
        (90, 70, "look"),
        (89, 70, "no-prompt"),
        (80, 80, "no-prompt"),
        (70, 90, "no-prompt"),
    ],
)
def test_pressures(arm, leg, value):
    told = coarctation(arm_mmhg=arm, leg_mmhg=leg)
    assert told.value == value
    assert bool(told.caveats) == (value == "no-prompt")


@pytest.mark.parametrize(
    ("anomalous", "signs", "value"),
    [
        (False, (), "normal"),
        (False, ("oedema",), "normal"),
        (True, (), "anomalous"),
        *(
            (True, (one,), "obstructed-signs")
            for one in ("oedema", "narrow", "below-diaphragm", "small-foramen", "deep-cyanosis")
        ),
    ],
)
def test_pulmonary_veins(anomalous, signs, value):
    assert pulmonary_veins(anomalous=anomalous, signs=frozenset(signs)).value == value


def test_veins_below_the_diaphragm_are_a_sign_themselves():
    aid = aid_of("pulmonary-veins")
    assert aid.compute({"pulmonary-veins": "total-infracardiac"}, CHILD).value == "obstructed-signs"
    assert aid.compute({"pulmonary-veins": "total-supracardiac"}, CHILD).value == "anomalous"
    assert aid.compute({"pulmonary-veins": "partial-anomalous"}, CHILD).value == "anomalous"
    assert aid.compute({"pulmonary-veins": "normal"}, CHILD).value == "normal"


USUAL = {
    "situs": "solitus",
    "atrioventricular": "concordant",
    "topology": "d-loop",
    "ventriculoarterial": "concordant",
    "great-arteries": "normal",
}


def test_segments_that_agree_and_that_ask():
    aid = aid_of("segmental")
    assert aid.compute(USUAL, CHILD).value == "consistent"
    closed = USUAL | {
        "ventriculoarterial": "discordant",
        "ventricular-septum": "intact",
        "atrial-septum": "intact",
        "duct": "closed",
    }
    told = aid.compute(closed, CHILD)
    assert told.value == "ask"
    assert {one.code for one in told.caveats} == {"segments.no-mixing"}


def test_segments_that_contradict_each_other_are_refused():
    aid = aid_of("segmental")
    with pytest.raises(SegmentsContradict):
        aid.compute(USUAL | {"topology": "l-loop"}, CHILD)
    assert aid.compute(USUAL | {"topology": "l-loop", "disharmony": True}, CHILD).value == "ask"
    with pytest.raises(AnswersMissing):
        aid.compute({"situs": "solitus"}, CHILD)
    with pytest.raises(AnswerUnfit):
        aid.compute(USUAL | {"situs": "upside-down"}, CHILD)


# alpha, beta, age -> type, as in table 1 of BMC Pediatr 2020, 10.1186/s12887-020-02171-0.
@pytest.mark.parametrize(
    ("alpha", "beta", "days", "value"),
    [
        (60, 54, 30, "Ia"),
        (65, 60, 30, "Ib"),
        (65, None, 30, "I"),
        (55, 60, 30, "IIa"),
        (55, 60, 85, "IIb"),
        (49, 70, 30, "IIc"),
        (43, 78, 30, "D"),
        (45, None, 30, "IIc/D"),
        (42.9, 80, 30, "III/IV"),
    ],
)
def test_graf(alpha, beta, days, value):
    values = {"alpha": float(alpha)} | ({} if beta is None else {"beta": float(beta)})
    assert aid_of("graf").compute(values, ChildKnown(age_days=days)).value == value


def test_graf_without_alpha_or_age():
    with pytest.raises(AnswersMissing):
        aid_of("graf").compute({"beta": 60.0}, CHILD)
    with pytest.raises(AgeOutsideRule):
        aid_of("graf").compute({"alpha": 55.0}, ChildKnown())


# pelvis wide, calyces, parenchyma thin -> grade: the five of the Society for Fetal Urology.
@pytest.mark.parametrize(
    ("pelvis", "calyces", "thin", "value"),
    [
        (False, "none", False, "0"),
        (True, "none", False, "1"),
        (True, "central", False, "2"),
        (True, "peripheral", False, "3"),
        (True, "peripheral", True, "4"),
    ],
)
def test_sfu(pelvis, calyces, thin, value):
    values = {"pelvis-wide": pelvis, "calyces": calyces, "parenchyma-thin": thin}
    assert aid_of("sfu").compute(values, CHILD).value == value


UTD = {
    "calyces": "none",
    "parenchyma-thin": False,
    "parenchyma-abnormal": False,
    "ureter-abnormal": False,
    "bladder-abnormal": False,
}


@pytest.mark.parametrize(
    ("pelvis", "more", "value"),
    [
        (9.9, {}, "normal"),
        (10.0, {}, "P1"),
        (5.0, {"calyces": "central"}, "P1"),
        (15.0, {}, "P2"),
        (12.0, {"calyces": "peripheral"}, "P2"),
        (12.0, {"ureter-abnormal": True}, "P2"),
        (12.0, {"parenchyma-thin": True}, "P3"),
        (12.0, {"parenchyma-abnormal": True}, "P3"),
        (12.0, {"bladder-abnormal": True}, "P3"),
    ],
)
def test_utd_after_birth(pelvis, more, value):
    told = aid_of("utd").compute(UTD | {"pelvis-ap": pelvis} | more, CHILD)
    assert told.value == value


def test_utd_before_birth_asks_for_the_fluid():
    fetus = ChildKnown(gestational_age_days=7 * 30)
    with pytest.raises(BadInput):
        aid_of("utd").compute(UTD | {"pelvis-ap": 8.0}, fetus)
    values = UTD | {"pelvis-ap": 8.0, "oligohydramnios": False}
    assert aid_of("utd").compute(values, fetus).value == "A1"


def test_calyces_are_one_of_three():
    with pytest.raises(AnswerUnfit):
        aid_of("sfu").compute(
            {"pelvis-wide": True, "calyces": "some", "parenchyma-thin": False}, CHILD
        )


@pytest.mark.parametrize(
    ("width", "value", "edge"),
    [
        (9.99, "normal", False),
        (10.0, "mild", False),
        (12.0, "mild", False),
        (12.5, "moderate", True),
        (13.0, "moderate", False),
        (14.99, "moderate", False),
        (15.0, "severe", True),
        (15.1, "severe", False),
    ],
)
def test_fetal_atrium(width, value, edge):
    told = atrium(width)
    assert (told.value, bool(told.caveats)) == (value, edge)


@pytest.mark.parametrize("width", [None, 0.0, float("inf")])
def test_fetal_atrium_refuses(width):
    with pytest.raises(AnswersMissing):
        atrium(width)


# 27+1 weeks are 190 days: born 90 days early.
EARLY = ChildKnown(age_days=2, corrected_age_days=-88)


@pytest.mark.parametrize(
    ("horn", "occipital", "third", "value"),
    [
        (2.9, 24.7, 2.6, "within"),
        (3.0, None, None, "above"),
        (None, 24.8, None, "above"),
        (None, None, 2.7, "above"),
        (0.0, None, None, "within"),
    ],
)
def test_preterm_ventricles(horn, occipital, third, value):
    assert ventricles(VentriclesTold(horn, occipital, third), EARLY).value == value


@pytest.mark.parametrize(
    ("age", "corrected", "speaks"),
    [
        (2, -116, True),  # 23+1: 162 days
        (2, -117, False),
        (2, -48, True),  # 32+6: 230 days
        (2, -47, False),
        (90, 0, True),
        (91, 1, False),
    ],
)
def test_preterm_ventricles_speak_of_the_very_preterm(age, corrected, speaks):
    child = ChildKnown(age_days=age, corrected_age_days=corrected)
    if not speaks:
        with pytest.raises(AgeOutsideRule):
            ventricles(VentriclesTold(2.0), child)
        return
    later = {one.code for one in ventricles(VentriclesTold(2.0), child).caveats}
    assert later == ({"pathway.ventricles-later"} if age > 3 else set())


def test_preterm_ventricles_refuse():
    with pytest.raises(AgeOutsideRule):
        ventricles(VentriclesTold(2.0), ChildKnown(age_days=2))
    with pytest.raises(AnswersMissing):
        ventricles(VentriclesTold(), EARLY)
    with pytest.raises(AnswersMissing):
        ventricles(VentriclesTold(-1.0), EARLY)


@pytest.mark.parametrize(
    ("cobb", "value", "near"),
    [
        (4.0, "below-10", False),
        (9.9, "below-10", True),
        (10.0, "10-24", True),
        (17.0, "10-24", False),
        (24.9, "10-24", True),
        (25.0, "25-44", True),
        (35.0, "25-44", False),
        (45.0, "45-up", True),
        (60.0, "45-up", False),
    ],
)
def test_scoliosis(cobb, value, near):
    told = curve(cobb)
    assert (told.value, bool(told.caveats)) == (value, near)


@pytest.mark.parametrize("cobb", [None, -1.0, 181.0, float("nan")])
def test_scoliosis_refuses(cobb):
    with pytest.raises(AnswersMissing):
        curve(cobb)


@pytest.mark.parametrize(
    ("told", "value"),
    [
        (NoduleTold(True), "oncology"),
        (NoduleTold(True, True, True, "linear"), "oncology"),
        (NoduleTold(False, True), "infection"),
        (NoduleTold(False, None, True), "infection"),
        (NoduleTold(False, False, False, "solid"), "incidental"),
        *((NoduleTold(False, False, False, one), "harmless-look") for one in KINDS[1:]),
    ],
)
def test_lung_nodule(told, value):
    assert context(told).value == value


@pytest.mark.parametrize(
    "told",
    [
        NoduleTold(),
        NoduleTold(False),
        NoduleTold(False, False, False),
        NoduleTold(False, False, None, "solid"),
        NoduleTold(False, None, False, "solid"),
        NoduleTold(True, kind="round"),
    ],
)
def test_lung_nodule_refuses(told):
    with pytest.raises(AnswersMissing):
        context(told)


def test_answers_are_read_as_their_kind():
    values = {
        "n": 3,
        "y": True,
        "c": "one",
        "s": frozenset({"a", "b"}),
        "none": frozenset({"none"}),
    }
    assert (number(values, "n"), yes(values, "y"), chosen(values, "c")) == (3.0, True, "one")
    assert several(values, "s") == {"a", "b"}
    assert several(values, "none") == frozenset()
    assert [read(values, "missing") for read in (number, yes, chosen, several)] == [None] * 4
    assert several({"s": frozenset()}, "s") is None
    for read, name in ((number, "y"), (number, "c"), (yes, "n"), (chosen, "n"), (several, "c")):
        with pytest.raises(AnswerUnfit):
            read(values, name)
    with pytest.raises(AnswerUnfit, match="none and something"):
        several({"s": frozenset({"none", "a"})}, "s")


def test_every_aid_speaks_both_languages_and_none_is_signed():
    for one in aids().values():
        assert one.words.english
        assert one.words.chinese
        assert one.values, one.id
        names = [asked.name for asked in one.inputs]
        assert len(names) == len(set(names)), one.id


# years, method, age in days -> words. 3652.5 days are 10 years.
@pytest.mark.parametrize(
    ("years", "method", "words", "chinese"),
    [
        (8.5, "rus-chn", "(RUS-CHN (China-05)), 1.5 years behind", "落后1.5岁"),
        (11.2, "greulich-pyle", "(Greulich-Pyle atlas), 1.2 years ahead of", "提前1.2岁"),
        (10.0, "tw3-rus", "(TW3, RUS), 0.0 years ahead of", "提前0.0岁"),
        (16.5, "tw3-rus", "(TW3, RUS), 6.5 years ahead of", "提前6.5岁"),
        (0.0, "tw3-c-rus", "10.0 years behind", "落后10.0岁"),
    ],
)
def test_bone_age_beside_the_age(years, method, words, chinese):
    child = ChildKnown(age_days=3652, sex=Sex.MALE)
    told = aid_of("bone-age").compute({"bone-age": years, "bone-age-method": method}, child)
    assert words in told.english
    assert chinese in told.chinese
    assert told.value == "told"


@pytest.mark.parametrize(
    ("values", "child"),
    [
        ({"bone-age": 8.0}, ChildKnown(age_days=3652)),
        ({"bone-age-method": "rus-chn"}, ChildKnown(age_days=3652)),
        ({"bone-age": 8.0, "bone-age-method": "by-eye"}, ChildKnown(age_days=3652)),
        ({"bone-age": 16.6, "bone-age-method": "tw3-rus"}, ChildKnown(age_days=6000)),
        ({"bone-age": 8.0, "bone-age-method": "rus-chn"}, ChildKnown()),
    ],
)
def test_bone_age_refuses(values, child):
    with pytest.raises(BadInput):
        aid_of("bone-age").compute(values, child)
