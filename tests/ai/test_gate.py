"""The gate: who is refused, with which reasons, in which order."""

from __future__ import annotations

import dataclasses
from datetime import date
from functools import cache

import pytest
from card_texts import card_text, example_cards
from hypothesis import given
from hypothesis import strategies as st
from studies_made import CHILD_CONTRADICTIONS, SERIES_CONTRADICTIONS, MadeStudy, made_studies

from tongying.ai.card.definition import Contrast, ModelCard, Span
from tongying.ai.card.reading import read_card
from tongying.ai.gate.admission import CONTRADICTIONS, Admission, Criterion, Fault
from tongying.ai.gate.gate import AGE_AS_STATED, admit, admit_all
from tongying.dicom.acquisition.facts import BodyPart, ChildFacts, SeriesFacts, StudyFacts
from tongying.kernel.caveat import Caveat
from tongying.norms.sex import Sex

CHEST = SeriesFacts(
    uid="1.2.1",
    modality="CT",
    body_parts=frozenset({BodyPart.CHEST}),
    plane="axial",
    kernel="B31f",
    slice_thickness_mm=1.0,
    slice_spacing_mm=1.0,
    pixel_mm=0.6,
    kvp=80,
    images=250,
    manufacturer="siemens",
    contrast=False,
)
SEVEN = ChildFacts(date(2019, 1, 10), 2607, None, Sex.MALE, 24.0)
FIFTEEN = ChildFacts(date(2011, 1, 10), 5529, None, Sex.FEMALE, 55.0)


def _study(child: ChildFacts, *series: SeriesFacts, caveats: tuple[Caveat, ...] = ()) -> StudyFacts:
    return StudyFacts("1.2", date(2026, 3, 1), child, series, caveats)


@cache
def _made() -> tuple[MadeStudy, ...]:
    return made_studies(list(example_cards().values()), count=500)


def _codes(answer: Admission) -> list[str]:
    return [one.code for one in answer.refusals]


def test_a_seven_year_old_is_refused_by_the_adult_nodule_card() -> None:
    answer = admit(example_cards()["adult-lung-nodule-example"], _study(SEVEN, CHEST))
    assert not answer.admitted
    assert answer.series == ()
    assert _codes(answer) == ["ai.age-outside"]
    (reason,) = answer.refusals
    assert reason.english == (
        "Not validated at this age: the child is 7 y 1 mo old, and the card asks for 18 y or older."
    )
    assert reason.chinese == "在此年龄未经验证：患儿7 岁 1 月，模型卡要求18 岁及以上。"


def test_a_fifteen_year_old_is_admitted_by_the_card_from_twelve() -> None:
    answer = admit(example_cards()["teen-lung"], _study(FIFTEEN, CHEST))
    assert answer.admitted
    assert answer.series == ("1.2.1",)
    assert answer.as_json()["refusals"] == []


def test_every_reason_is_told_the_childs_first() -> None:
    series = dataclasses.replace(
        CHEST, kernel="B70f", slice_thickness_mm=5.0, contrast=True, kvp=None, plane="coronal"
    )
    child = dataclasses.replace(SEVEN, weight_kg=None)
    answer = admit(example_cards()["teen-lung"], _study(child, series))
    assert _codes(answer) == [
        "ai.age-outside",
        "ai.weight-unknown",
        "ai.plane-outside",
        "ai.kernel-outside",
        "ai.slice-thickness-outside",
        "ai.kvp-unknown",
        "ai.contrast-outside",
    ]


@pytest.mark.parametrize(
    ("days", "admitted"), [(4382, False), (4383, True), (6574, True), (6575, False)]
)
def test_both_ends_of_the_ages_are_inside(days: int, admitted: bool) -> None:
    child = dataclasses.replace(FIFTEEN, age_days=days)
    assert admit(example_cards()["teen-lung"], _study(child, CHEST)).admitted is admitted


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ((4383, 4747), ""),
        ((4382, 4747), "ai.age-unknown"),
        ((6300, 6575), "ai.age-unknown"),
        ((4000, 4382), "ai.age-outside"),
        ((6575, 6939), "ai.age-outside"),
        (None, "ai.age-unknown"),
    ],
)
def test_a_stated_age_counts_only_if_all_of_it_fits(
    stated: tuple[int, int] | None, code: str
) -> None:
    child = dataclasses.replace(FIFTEEN, birth_date=None, age_days=None, stated_age_days=stated)
    answer = admit(example_cards()["teen-lung"], _study(child, CHEST))
    assert _codes(answer) == ([code] if code else [])
    assert (AGE_AS_STATED in answer.caveats) is (not code)


def test_names_never_admit_and_derived_images_never_do() -> None:
    card = example_cards()["teen-lung"]
    named = dataclasses.replace(
        CHEST, body_parts=frozenset(), named_parts=frozenset({BodyPart.CHEST})
    )
    assert _codes(admit(card, _study(FIFTEEN, named))) == ["ai.body-part-unknown"]
    derived = dataclasses.replace(CHEST, original=False)
    assert _codes(admit(card, _study(FIFTEEN, derived))) == ["ai.original-outside"]
    scout = dataclasses.replace(CHEST, localizer=True)
    assert _codes(admit(card, _study(FIFTEEN, scout))) == ["ai.original-outside"]


def test_the_best_series_comes_first_and_the_others_are_left_out() -> None:
    card = example_cards()["teen-lung"]
    few = dataclasses.replace(CHEST, uid="1.2.2", images=100)
    fine = dataclasses.replace(CHEST, uid="1.2.3", pixel_mm=0.5)
    thick = dataclasses.replace(CHEST, uid="1.2.4", slice_thickness_mm=5.0, images=900)
    answer = admit(card, _study(FIFTEEN, thick, few, CHEST, fine))
    assert answer.series == ("1.2.3", "1.2.1", "1.2.2")


def test_the_series_that_came_nearest_tells_why() -> None:
    card = example_cards()["teen-lung"]
    thick = dataclasses.replace(CHEST, uid="1.2.4", slice_thickness_mm=5.0)
    other = dataclasses.replace(CHEST, uid="1.2.5", kernel=None, kvp=None, images=900)
    mr = dataclasses.replace(CHEST, uid="1.2.6", modality="MR", images=900)
    assert _codes(admit(card, _study(FIFTEEN, other, mr, thick))) == ["ai.slice-thickness-outside"]
    assert _codes(admit(card, _study(FIFTEEN))) == ["ai.modality-unknown"]


def test_a_prior_is_asked_for_where_the_card_needs_one() -> None:
    card = example_cards()["growth-of-nodules"]
    study = _study(FIFTEEN, dataclasses.replace(CHEST, contrast=True))
    assert _codes(admit(card, study)) == ["ai.prior-unknown"]
    assert admit(card, study, has_prior=True).admitted


def test_a_card_about_the_study_needs_no_series() -> None:
    card = example_cards()["words-about-the-study"]
    assert admit(card, _study(SEVEN)).admitted
    assert admit(card, _study(SEVEN, CHEST)).series == ("1.2.1",)
    assert admit(card, _study(SEVEN, dataclasses.replace(CHEST, original=False))).series == ()


@pytest.mark.parametrize("code", CHILD_CONTRADICTIONS)
def test_a_contradiction_about_the_child_refuses_what_asks_for_it(code: str) -> None:
    study = _study(FIFTEEN, CHEST, caveats=(Caveat(code, "They differ."),))
    found = {
        (one.criterion, one.fault) for one in admit(example_cards()["teen-lung"], study).refusals
    }
    asked = CONTRADICTIONS[code] & {Criterion.AGE, Criterion.WEIGHT}
    assert found == {(one, Fault.CONTRADICTED) for one in asked}
    open_to_all = admit(example_cards()["any-image"], study)
    assert open_to_all.admitted
    assert [one.code for one in open_to_all.caveats] == [code]


@pytest.mark.parametrize("code", SERIES_CONTRADICTIONS)
def test_a_contradiction_in_a_series_refuses_what_asks_for_it(code: str) -> None:
    series = dataclasses.replace(CHEST, caveats=(Caveat(code, "They differ."),))
    found = {
        (one.criterion, one.fault)
        for one in admit(example_cards()["teen-lung"], _study(FIFTEEN, series)).refusals
    }
    asked = CONTRADICTIONS[code] - {Criterion.SEQUENCE}
    assert found == {(one, Fault.CONTRADICTED) for one in asked}


def test_every_contradiction_of_the_table_is_made_for_the_oracle() -> None:
    assert set(CONTRADICTIONS) == {*CHILD_CONTRADICTIONS, *SERIES_CONTRADICTIONS}


@pytest.mark.parametrize(
    ("kernel", "fits"),
    [("B31f", True), ("b31F", True), ("Br40d\\3", True), ("B70f", False), ("soft", True)],
)
def test_kernels_fit_patterns_whatever_their_case(kernel: str, fits: bool) -> None:
    series = dataclasses.replace(CHEST, kernel=kernel)
    assert admit(example_cards()["teen-lung"], _study(FIFTEEN, series)).admitted is fits


def test_reasons_of_500_studies_are_sentences_in_both_languages() -> None:
    cards = list(example_cards().values())
    seen: set[str] = set()
    for study in _made():
        for answer in admit_all(cards, study.facts, has_prior=study.has_prior):
            codes = _codes(answer)
            assert len(codes) == len(set(codes))
            assert answer.admitted == (not codes)
            for one in answer.refusals:
                assert one.english.endswith(".")
                assert one.chinese.endswith("。")
            seen.update(codes)
    assert len(seen) >= 35


def test_the_studies_are_the_same_each_time() -> None:
    cards = list(example_cards().values())
    assert made_studies(cards, count=40) == made_studies(cards, count=40)


@given(
    low=st.integers(0, 6000),
    length=st.integers(0, 3000),
    days=st.integers(0, 9000),
)
def test_no_child_outside_the_ages_is_ever_admitted(low: int, length: int, days: int) -> None:
    card = dataclasses.replace(
        example_cards()["any-ct-flags"],
        scope=dataclasses.replace(
            example_cards()["any-ct-flags"].scope, age_days=Span(low, low + length)
        ),
    )
    child = dataclasses.replace(FIFTEEN, age_days=days)
    assert admit(card, _study(child, CHEST)).admitted is (low <= days <= low + length)


@given(st.sampled_from(sorted(example_cards())), st.integers(0, 499))
def test_opening_a_criterion_never_refuses(name: str, number: int) -> None:
    study = _made()[number]
    card = example_cards()[name]
    before = admit(card, study.facts, has_prior=True)
    wider = dataclasses.replace(
        card, scope=dataclasses.replace(card.scope, contrasts=None, kernels=None, weight_kg=None)
    )
    if before.admitted:
        assert admit(wider, study.facts, has_prior=True).admitted


def test_the_chinese_of_a_contrast_reason() -> None:
    card = _with_contrast()
    answer = admit(card, _study(FIFTEEN, CHEST))
    assert answer.refusals[0].chinese == "对比剂为平扫，模型卡要求增强。"


def _with_contrast() -> ModelCard:
    card = read_card(card_text("c", ages="{to: 18 years}", modality="CT"), name="c")
    scope = dataclasses.replace(card.scope, contrasts=frozenset({Contrast.WITH}))
    return dataclasses.replace(card, scope=scope)
