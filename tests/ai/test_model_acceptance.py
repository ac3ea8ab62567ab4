"""Acceptance over evidence; the negative example finds tumours in a normal child."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tongying.ai.card.definition import Span
from tongying.ai.evaluation.acceptance import Demand, Verdict, accept, bands_of
from tongying.ai.evaluation.evaluating import evaluate
from tongying.ai.evaluation.figure import EvaluationRefused
from tongying.ai.evaluation.strata import Case

DEMAND = Demand(sensitivity=0.85, specificity=0.85, area=None, answered=0.9, normal=0.9)
CHILDREN = Span(731.0, 6574.0)


def studies(per_band: int, *, right: float = 0.97, bands=(900, 3000, 5000)) -> list[Case]:
    """Half of each band ill; `right` of both halves called right."""
    cases = []
    for days in bands:
        for at in range(per_band):
            truth = at % 2 == 0
            good = at // 2 < right * (per_band // 2)
            cases.append(
                Case(f"s{days}-{at}", f"c{days}-{at}", truth, truth if good else not truth,
                     age_days=days)
            )  # fmt: skip
    return cases


def normal(children: int, called: int = 0, images: int = 1) -> list[Case]:
    return [
        Case(f"n{child}-{image}", f"n{child}", False, child < called and image == 0)
        for child in range(children)
        for image in range(images)
    ]


def ruled(answer, demand, group=""):
    return next(one.verdict for one in answer.rulings if (one.demand, one.group) == (demand, group))


def decide(cases, healthy, demand=DEMAND, age=CHILDREN, synthetic=False):
    found = evaluate(cases, replicates=20, seed=1)
    return accept(found, healthy, demand, age_days=age, synthetic=synthetic)


def test_enough_good_evidence_is_accepted():
    answer = decide(studies(100), normal(60))
    assert answer.accepted
    assert answer.against == ()
    assert answer.as_json()["accepted"] is True


def test_a_classifier_that_called_a_normal_child_s_slices_meningioma_is_rejected():
    """detect-tumor 0.1.1 on ten slices of a normal child aged 3.7 years: three called meningioma.

    However good it may be elsewhere, and although nine in ten are asked of children, not images.
    """
    slices = [Case(f"slice {at}", "the child", False, at in (2, 5, 6)) for at in range(10)]
    strict = replace(DEMAND, normal=0.95)
    answer = decide(studies(400, right=1.0), slices, strict)
    assert not answer.accepted
    assert ruled(answer, "normal-children") is Verdict.NOT_MET
    first = answer.against[0]
    assert "1 of 1 normal children and 3 of 10 of their images" in first.english
    assert "1 名正常儿童中有 1 名" in first.chinese


def test_one_image_called_is_one_child_called():
    many = normal(60, called=20, images=30)
    answer = decide(studies(100), many)
    # 20 of 1800 images look harmless; 20 of 60 children are not.
    assert ruled(answer, "normal-children") is Verdict.NOT_MET


def test_nobody_normal_was_looked_at():
    assert ruled(decide(studies(100), []), "normal-children") is Verdict.NOT_SHOWN
    assert ruled(decide(studies(100), normal(3)), "normal-children") is Verdict.NOT_SHOWN


def test_a_normal_child_without_an_answer_was_not_left_alone():
    silent = [Case(f"n{at}", f"n{at}", False, None) for at in range(60)]
    assert ruled(decide(studies(100), silent), "normal-children") is Verdict.NOT_MET


def test_an_ill_child_among_the_normal_ones_is_refused():
    with pytest.raises(EvaluationRefused):
        decide(studies(100), [Case("x", "x", True, True)])


def test_evidence_made_by_code_accepts_nothing():
    answer = decide(studies(100), normal(60), synthetic=True)
    assert not answer.accepted
    assert [one.demand for one in answer.against] == ["real-children"]


def test_every_age_band_of_the_card_must_be_shown():
    answer = decide(studies(100, bands=(3000, 5000)), normal(60))
    assert [(one.demand, one.group) for one in answer.against] == [("cases", "2-5")]
    answer = decide(studies(100, bands=(3000, 5000)), normal(60), age=Span(2192.0, 6574.0))
    assert answer.accepted
    answer = decide(studies(99), normal(60))
    assert {one.group for one in answer.against} == {"2-5", "6-11", "12-17"}


def test_good_on_the_whole_is_not_enough_where_a_band_is_bad():
    cases = studies(600, bands=(3000, 5000), right=1.0) + studies(100, right=0.6, bands=(900,))
    answer = decide(cases, normal(60))
    assert ruled(answer, "sensitivity") is Verdict.MET
    assert ruled(answer, "sensitivity", "2-5") is Verdict.NOT_MET


def test_between_is_not_shown():
    answer = decide(studies(100, right=0.87), normal(60))
    assert ruled(answer, "sensitivity") is Verdict.NOT_SHOWN
    answer = decide(studies(100, right=0.6), normal(60))
    assert ruled(answer, "sensitivity") is Verdict.NOT_MET
    assert answer.against[0].verdict is Verdict.NOT_MET


def test_an_area_that_is_asked_for_and_not_there_is_not_shown():
    answer = decide(studies(100), normal(60), replace(DEMAND, area=0.8))
    assert ruled(answer, "auc") is Verdict.NOT_SHOWN


def test_too_many_unanswered():
    cases = [replace(c, called=None) if at % 4 == 0 else c for at, c in enumerate(studies(200))]
    assert ruled(decide(cases, normal(60)), "answered") is Verdict.NOT_MET


@pytest.mark.parametrize(
    ("span", "bands"),
    [
        (Span(None, None), ["<2", "2-5", "6-11", "12-17"]),
        (Span(0.0, 730.0), ["<2"]),
        (Span(4383.0, 6574.0), ["12-17"]),
        (Span(730.0, 731.0), ["<2", "2-5"]),
        (Span(6575.0, None), []),
    ],
)
def test_bands_of_a_card(span, bands):
    assert [one.value for one in bands_of(span)] == bands


def test_a_demand_is_a_share():
    with pytest.raises(EvaluationRefused):
        replace(DEMAND, normal=90.0)
