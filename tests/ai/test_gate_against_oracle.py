"""The gate against an oracle written by hand: 500 made studies, every card, reasons and all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from card_texts import TEXTS, example_cards
from gate_oracle import disagreement, expected
from studies_made import MadeStudy, made_studies

from tongying.ai.card.catalogue import cards, text_of
from tongying.ai.gate.admission import Criterion, Fault
from tongying.ai.gate.gate import admit
from tongying.dicom.acquisition.facts import BodyPart, ChildFacts, SeriesFacts, StudyFacts
from tongying.kernel.caveat import Caveat


@cache
def every_card() -> dict[str, tuple]:
    """Return every card, those that ship and those of the tests, each with its text."""
    ours = {name: (card, text_of(name)) for name, card in cards().items()}
    return ours | {name: (card, TEXTS[name]) for name, card in example_cards().items()}


@cache
def studies() -> tuple[MadeStudy, ...]:
    return made_studies([card for card, _ in every_card().values()], count=500)


def test_every_answer_is_the_oracles():
    """No study outside a card admitted, none inside refused, every reason right."""
    wrong = []
    seen = Counter()
    for study in studies():
        for name, (card, text) in every_card().items():
            want = expected(text, study.facts, has_prior=study.has_prior)
            answer = admit(card, study.facts, has_prior=study.has_prior)
            seen[want.admitted, answer.admitted] += 1
            fault = disagreement(want, answer)
            if fault:
                wrong.append((name, study.number, fault))
    assert len(studies()) == 500
    assert wrong == []
    assert seen[False, True] == seen[True, False] == 0
    assert seen[False, False] > 1000
    assert seen[True, True] > 150


def test_the_studies_try_every_criterion_and_fault():
    """Each is the reason at least once, so that agreement means something."""
    told = Counter()
    for study in studies():
        for _, text in every_card().values():
            want = expected(text, study.facts, has_prior=study.has_prior)
            told.update(want.child)
            told.update(reason for one in want.nearest for reason in one)
    for criterion in Criterion:
        assert any(name == criterion.value for name, _ in told), criterion
    for fault in Fault:
        assert any(one == fault.value for _, one in told), fault


CHEST_CT = SeriesFacts(
    uid="1.2.3.4",
    modality="CT",
    body_parts=frozenset({BodyPart.CHEST}),
    plane="axial",
    kernel="B31f",
    slice_thickness_mm=1.0,
    slice_spacing_mm=1.0,
    pixel_mm=0.6,
    kvp=100.0,
    images=300,
    manufacturer="siemens",
    contrast=False,
)


def study_of(
    child: ChildFacts, *series: SeriesFacts, caveats: tuple[Caveat, ...] = ()
) -> StudyFacts:
    return StudyFacts("1.2.3", date(2026, 3, 1), child, series, caveats)


def test_a_child_of_seven_and_the_adult_nodule_card():
    """The acceptance scenario of the domain: blocked, and age is the only reason."""
    card, text = every_card()["adult-lung-nodule-example"]
    facts = study_of(ChildFacts(birth_date=date(2019, 2, 20), age_days=2566), CHEST_CT)
    answer = admit(card, facts)
    assert [one.code for one in answer.refusals] == ["ai.age-outside"]
    assert answer.series == ()
    assert disagreement(expected(text, facts, has_prior=False), answer) == ""
    grown = replace(facts, child=ChildFacts(age_days=7000))
    assert admit(card, grown).admitted


@pytest.mark.parametrize(
    ("days", "admitted"), [(4382, False), (4383, True), (6574, True), (6575, False)]
)
def test_the_days_at_both_ends_of_a_card(days, admitted):
    """From 12 years to before 18, of 365.25 days, rounded up."""
    card, text = every_card()["teen-lung"]
    facts = study_of(ChildFacts(age_days=days, weight_kg=50.0), CHEST_CT)
    assert admit(card, facts).admitted is admitted
    assert expected(text, facts, has_prior=False).admitted is admitted


def test_a_label_alone_admits_nobody():
    """Descriptions name the chest; the code says nothing."""
    card, _ = every_card()["teen-lung"]
    named = replace(
        CHEST_CT,
        body_parts=frozenset(),
        named_parts=frozenset({BodyPart.CHEST}),
        description="Chest low dose",
    )
    answer = admit(card, study_of(ChildFacts(age_days=5000, weight_kg=50.0), named))
    assert [one.code for one in answer.refusals] == ["ai.body-part-unknown"]


def test_a_contradiction_refuses_even_where_the_value_fits():
    card, _ = every_card()["teen-lung"]
    doubt = Caveat("facts.age-contradicts-birth-date", "Age and birth date disagree.")
    facts = study_of(ChildFacts(age_days=5000, weight_kg=50.0), CHEST_CT, caveats=(doubt,))
    assert [one.code for one in admit(card, facts).refusals] == ["ai.age-contradicted"]


def test_the_oracle_bites():
    """A gate that forgets one criterion is found out."""
    found = Counter()
    for study in studies()[:200]:
        for card, text in every_card().values():
            blind = replace(card, scope=replace(card.scope, body_parts=None))
            answer = admit(blind, study.facts, has_prior=study.has_prior)
            fault = disagreement(expected(text, study.facts, has_prior=study.has_prior), answer)
            found[bool(fault)] += 1
    assert found[True] > 20
