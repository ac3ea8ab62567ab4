"""PRETEXT, INRG stage and alpha-fetoprotein against tables written by hand."""

from __future__ import annotations

import pytest

from tongying.measure.recipe import AgeOutsideRule, ChildKnown
from tongying.pathway.aids.liver_tumour import afp, expected_afp, pretext
from tongying.pathway.aids.neuroblastoma import RISK_FACTORS, stage
from tongying.pathway.aids.reason import AnswersMissing

RP, RA, LM, LL = "right-posterior", "right-anterior", "left-medial", "left-lateral"
# Every combination of the four sections, as drawn in the table of groups: I one outer section,
# II five pictures, III seven pictures, IV all four.
PRETEXT = [
    ({RP}, "I"),
    ({LL}, "I"),
    ({RA}, "II"),
    ({LM}, "II"),
    ({RP, RA}, "II"),
    ({LM, LL}, "II"),
    ({RP, LL}, "II"),
    ({RA, LM}, "III"),
    ({RP, LM}, "III"),
    ({RA, LL}, "III"),
    ({RP, RA, LM}, "III"),
    ({RA, LM, LL}, "III"),
    ({RP, RA, LL}, "III"),
    ({RP, LM, LL}, "III"),
    ({RP, RA, LM, LL}, "IV"),
]


@pytest.mark.parametrize(("sections", "group"), PRETEXT)
def test_pretext(sections, group):
    told = pretext(sections=frozenset(sections), annotations=frozenset())
    assert told.value == group
    assert told.english.startswith(f"Draft PRETEXT {group}: ")
    assert "pathway.pretext-draft" in {one.code for one in told.caveats}


def test_the_caudate_is_at_least_group_two():
    assert len(PRETEXT) == 2**4 - 1
    for sections, group in PRETEXT:
        told = pretext(sections=frozenset({*sections, "caudate"}), annotations=frozenset())
        assert told.value == ("II" if group == "I" else group)
        assert f"PRETEXT {told.value} C" in told.english
    assert pretext(sections=frozenset({RP}), annotations=frozenset({"C"})).value == "II"
    # the caudate alone leaves four free sections
    assert pretext(sections=frozenset({"caudate"}), annotations=frozenset()).value == "II"


def test_annotation_factors_stand_in_their_order():
    told = pretext(sections=frozenset({RP}), annotations=frozenset("MNRFEPV"))
    assert "PRETEXT I V P E F R N M: " in told.english


@pytest.mark.parametrize(
    ("sections", "annotations"),
    [
        (None, frozenset()),
        (frozenset(), frozenset()),
        (frozenset({RP}), None),
        (frozenset({"left"}), frozenset()),
        (frozenset({RP}), frozenset({"X"})),
    ],
)
def test_pretext_refuses(sections, annotations):
    with pytest.raises(AnswersMissing):
        pretext(sections=sections, annotations=annotations)


def test_there_are_twenty_risk_factors():
    assert len(RISK_FACTORS) == 20


@pytest.mark.parametrize("one", sorted(RISK_FACTORS))
def test_each_risk_factor_makes_l2(one):
    told = stage(risk_factors=frozenset({one}), metastases="none", child=ChildKnown())
    assert told.value == "L2"
    assert RISK_FACTORS[one][0] in told.english
    assert RISK_FACTORS[one][1] in told.chinese


# risk factors, metastases, age in days -> stage. 18 months are 547.9 days.
INRG = [
    ((), "none", None, "L1"),
    ((), "none", 5000, "L1"),
    (("intraspinal",), "none", 100, "L2"),
    (("intraspinal", "renal-pedicle"), "none", 100, "L2"),
    ((), "other", None, "M"),
    ((), "other", 100, "M"),
    (("intraspinal",), "other", 100, "M"),
    ((), "skin-liver-marrow", 0, "MS"),
    (("intraspinal",), "skin-liver-marrow", 300, "MS"),
    ((), "skin-liver-marrow", 547, "MS"),
    ((), "skin-liver-marrow", 548, "M"),
    ((), "skin-liver-marrow", 2000, "M"),
]


@pytest.mark.parametrize(("factors", "metastases", "age", "value"), INRG)
def test_inrg_stage(factors, metastases, age, value):
    told = stage(
        risk_factors=frozenset(factors), metastases=metastases, child=ChildKnown(age_days=age)
    )
    assert told.value == value
    assert f"stage {value}:" in told.english


def test_near_eighteen_months_the_date_of_birth_is_asked():
    def near(days: int) -> bool:
        told = stage(
            risk_factors=frozenset(),
            metastases="skin-liver-marrow",
            child=ChildKnown(age_days=days),
        )
        return "pathway.inrg-near" in {one.code for one in told.caveats}

    assert [near(days) for days in (544, 545, 547, 548, 550, 551)] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


def test_the_stage_refuses():
    child = ChildKnown(age_days=100)
    with pytest.raises(AnswersMissing):
        stage(risk_factors=None, metastases="none", child=child)
    with pytest.raises(AnswersMissing):
        stage(risk_factors=frozenset(), metastases=None, child=child)
    with pytest.raises(AnswersMissing):
        stage(risk_factors=frozenset({"ascites"}), metastases="none", child=child)
    with pytest.raises(AgeOutsideRule):
        stage(risk_factors=frozenset(), metastases="skin-liver-marrow", child=ChildKnown())


# log10 Y = 7.397 - 2.622 log10(X + 10), worked with a table of logarithms:
# X = 0: 7.397 - 2.622 x 1 = 4.775; X = 90: 7.397 - 2.622 x 2 = 2.153;
# X = 30: log 40 = 1.60206, 3.19640; X = 170: log 180 = 2.25527, 1.48368;
# X = 365: log 375 = 2.57403, 0.64789.
@pytest.mark.parametrize(
    ("days", "expected"), [(0, 59566), (30, 1571.8), (90, 142.2), (170, 30.46), (365, 4.445)]
)
def test_expected_afp(days, expected):
    assert expected_afp(days) == pytest.approx(expected, rel=2e-3)


# value, age -> grade. Below 180 days twice and ten times the line; then 87 and 870 ng/mL.
@pytest.mark.parametrize(
    ("value", "days", "grade"),
    [
        (59566, 0, "expected"),
        (119000, 0, "expected"),
        (120000, 0, "above"),
        (600000, 0, "far-above"),
        (150, 90, "expected"),
        (285, 90, "above"),
        (1400, 90, "above"),
        (1450, 90, "far-above"),
        (87, 180, "expected"),
        (88, 180, "above"),
        (870, 719, "above"),
        (871, 719, "far-above"),
    ],
)
def test_afp_for_the_age(value, days, grade):
    assert afp(value_ng_ml=value, child=ChildKnown(age_days=days)).value == grade


def test_afp_of_a_preterm_child_carries_a_doubt():
    told = afp(value_ng_ml=150, child=ChildKnown(age_days=90, corrected_age_days=20))
    assert {one.code for one in told.caveats} == {"pathway.afp-preterm"}


@pytest.mark.parametrize("days", [720, 4000, -1, None])
def test_afp_refuses_other_ages(days):
    with pytest.raises(AgeOutsideRule):
        afp(value_ng_ml=10, child=ChildKnown(age_days=days))


@pytest.mark.parametrize("value", [None, 0.0, -1.0, float("nan")])
def test_afp_refuses_what_is_no_value(value):
    with pytest.raises(AnswersMissing):
        afp(value_ng_ml=value, child=ChildKnown(age_days=90))
