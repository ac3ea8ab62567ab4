"""What is still missing, what a question suggests, what is measured, when to look again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathway_texts import aged, elbow, elbow_text, read, small

from tongying.consult.critical import Category
from tongying.measure.recipe import ChildKnown
from tongying.pathway.age_spans import covers
from tongying.pathway.answers import Answers, read_answers
from tongying.pathway.critical import by_category, spoken_for
from tongying.pathway.definition import AgeSpan, Fact
from tongying.pathway.follow_up import next_looks
from tongying.pathway.intake import Known, Sent, still_missing, still_to_measure
from tongying.pathway.suggest import suggested

NOTHING = Answers({})
FILMS = Sent(frozenset({"DX"}), frozenset({"upper-limb"}), 2)
ON = date(2026, 3, 1)


def known(child: ChildKnown, *sent: Sent, facts: tuple[Fact, ...] = (), raw=None) -> Known:
    return Known(child, frozenset(facts), sent, read_answers(elbow(), raw or {}))


def missed(what: Known) -> list[tuple[str, bool]]:
    return [(one.item.id, one.must) for one in still_missing(elbow(), what)]


def test_of_nothing_everything_is_missing_what_must_be_there_first():
    assert missed(known(aged(6))) == [
        ("film", True),
        ("birth-date", True),
        ("other-side", False),
        ("injury-day", False),
    ]


def test_what_is_there_is_not_missed():
    there = known(aged(9), FILMS, facts=(Fact.BIRTH_DATE,), raw={"injury-day": "2026-02-27"})
    assert missed(there) == []


def test_another_age_needs_less():
    assert ("other-side", False) in missed(known(aged(7.9)))
    assert ("other-side", False) not in missed(known(aged(8.1)))


def test_another_modality_or_region_does_not_count():
    for other in (
        Sent(frozenset({"CT"}), frozenset({"upper-limb"}), 2),
        Sent(frozenset({"DX"}), frozenset({"hip"}), 2),
    ):
        assert ("film", True) in missed(known(aged(9), other))


def test_too_few_views_are_told():
    one = Sent(frozenset({"CR"}), frozenset({"upper-limb"}), 1)
    (film, *_) = still_missing(elbow(), known(aged(9), one))
    assert (film.item.id, film.found, film.unsure) == ("film", 1, False)
    assert ("film", True) not in missed(known(aged(9), one, one))


def test_images_of_an_unknown_part_are_asked_about():
    unlabelled = Sent(frozenset({"DX"}), frozenset(), 4)
    (film, *_) = still_missing(elbow(), known(aged(9), unlabelled))
    assert (film.item.id, film.must, film.unsure, film.found) == ("film", True, True, 0)


def test_without_an_age_what_depends_on_it_is_unsure_and_no_must():
    one = read(small(
        "- {id: a, kind: text, words: {en: A, zh: 甲}}"
    ).replace("fact: sex}", "must: yes, ages: {to: 1 year}, fact: sex}"))  # fmt: skip
    (missing,) = still_missing(one, Known(ChildKnown(), frozenset(), (), NOTHING))
    assert (missing.must, missing.unsure) == (False, True)
    (missing,) = still_missing(one, Known(aged(0.5), frozenset(), (), NOTHING))
    assert (missing.must, missing.unsure) == (True, False)
    assert still_missing(one, Known(aged(2), frozenset(), (), NOTHING)) == ()


def test_what_is_measured_is_not_asked_for_again():
    more = "measure:\n  - {recipe: graf, ages: {to: 6 months}}\n  - {recipe: pelvis-film}\n"
    one = read(small("- {id: a, kind: text, words: {en: A, zh: 甲}}", more=more))
    both = still_to_measure(one, aged(0.2), frozenset())
    assert [item.recipe for item in both] == ["graf", "pelvis-film"]
    left = still_to_measure(one, aged(0.2), frozenset({"graf-alpha"}))
    assert [item.recipe for item in left] == ["pelvis-film"]
    older = still_to_measure(one, aged(3), frozenset())
    assert [item.recipe for item in older] == ["pelvis-film"]


@pytest.mark.parametrize(
    ("span", "child", "held"),
    [
        (None, ChildKnown(), True),
        (AgeSpan(), ChildKnown(), True),
        (AgeSpan(from_days=0), ChildKnown(), None),
        (AgeSpan(from_days=30), ChildKnown(age_days=30), True),
        (AgeSpan(from_days=30), ChildKnown(age_days=29), False),
        (AgeSpan(to_days=30), ChildKnown(age_days=30), False),
        (AgeSpan(to_days=30), ChildKnown(age_days=29), True),
        # born at 32 weeks: 70 days old, 14 days corrected
        (AgeSpan(to_days=42, corrected=True), ChildKnown(70, 14), True),
        (AgeSpan(to_days=42, corrected=False), ChildKnown(70, 14), False),
        (AgeSpan(to_days=42, corrected=True), ChildKnown(70), False),
        # before the day it was due: born, so an age from 0 days holds
        (AgeSpan(from_days=0, to_days=42, corrected=True), ChildKnown(10, -46), True),
        # a fetus
        (AgeSpan(from_days=0), ChildKnown(gestational_age_days=200), False),
        (AgeSpan(to_days=42), ChildKnown(gestational_age_days=200), True),
    ],
)
def test_a_span_holds_a_child(span, child, held):
    assert covers(span, child) is held


def test_the_words_of_the_question_count_more_than_its_images():
    elbows = elbow()
    other = read(small("- {id: a, kind: text, words: {en: A, zh: 甲}}").replace(
        "intake:\n", "intake:\n  - {id: f, words: {en: F, zh: 片},"
        " images: {modalities: [DX], region: upper-limb}}\n"))  # fmt: skip
    both = (other, elbows)
    asked = suggested("右肘外伤", frozenset({"DX"}), "upper-limb", aged(6), both)
    assert asked == (elbows, other)
    assert suggested("外伤", frozenset({"DX"}), "upper-limb", aged(6), both) == (elbows, other)
    assert suggested("外伤", frozenset({"DX"}), "", aged(6), both) == ()
    assert suggested("ELBOW pain", frozenset(), "", aged(6), both) == (elbows,)


def test_a_pathway_for_other_ages_is_not_suggested():
    one = (elbow(),)
    assert suggested("肘", frozenset(), "", aged(15), one) == ()
    assert suggested("肘", frozenset(), "", ChildKnown(), one) == one
    assert suggested("", frozenset(), "", ChildKnown(), one) == ()


def test_a_look_follows_from_an_answer():
    pathway = elbow()
    none = next_looks(
        pathway, read_answers(pathway, {"trochlea": "yes", "order": "in-joint"}), aged(8), ON
    )
    assert none == ()
    (look,) = next_looks(
        pathway, read_answers(pathway, {"trochlea": "yes", "order": "in-place"}), aged(8), ON
    )
    assert (look.rule.id, look.on, look.until) == ("again", date(2026, 3, 11), None)


AT = """follow-up:
  - id: film
    field: hip
    answers: [no]
    at: {from: 4 months, to: 6 months, corrected: yes}
    words: {en: Film, zh: 复查}
    source: s
"""


@pytest.mark.parametrize(
    ("child", "on", "until"),
    [
        # 4 months are 121.75 days: the 122nd; 6 months 182.625: before the 183rd
        (ChildKnown(age_days=22), date(2026, 6, 9), date(2026, 8, 8)),
        (ChildKnown(age_days=122), ON, date(2026, 4, 30)),
        (ChildKnown(age_days=150), ON, date(2026, 4, 2)),
        (ChildKnown(age_days=182), ON, ON),
        (ChildKnown(age_days=183), None, None),
        # 56 days preterm: 100 days old, 44 corrected
        (ChildKnown(100, 44), date(2026, 5, 18), date(2026, 7, 17)),
    ],
)
def test_a_look_at_an_age_falls_on_its_days(child, on, until):
    pathway = read(small("- {id: hip, kind: yes-no, words: {en: Hip, zh: 髋}}", more=AT))
    looks = next_looks(pathway, read_answers(pathway, {"hip": "no"}), child, ON)
    assert [(one.on, one.until) for one in looks] == ([] if on is None else [(on, until)])


def test_without_an_age_a_look_has_no_day():
    pathway = read(small("- {id: hip, kind: yes-no, words: {en: Hip, zh: 髋}}", more=AT))
    (look,) = next_looks(pathway, read_answers(pathway, {"hip": "no"}), ChildKnown(), ON)
    assert (look.on, look.until) == (None, None)


@given(st.integers(0, 182), st.integers(0, 3000))
@settings(max_examples=50, deadline=None)
def test_a_look_at_an_age_is_in_that_age(age_days, later):
    pathway = read(small("- {id: hip, kind: yes-no, words: {en: Hip, zh: 髋}}", more=AT))
    on = ON + timedelta(days=later)
    (look,) = next_looks(
        pathway, read_answers(pathway, {"hip": "no"}), ChildKnown(age_days=age_days), on
    )
    assert look.on is not None and look.until is not None
    assert on <= look.on <= look.until
    then = age_days + (look.on - on).days
    assert max(122, age_days) == then
    assert age_days + (look.until - on).days == 182


def test_what_is_critical_is_listed_and_spoken_for():
    pathway = elbow()
    assert {
        category: [one.id for one in found] for category, found in by_category(pathway).items()
    } == {Category.HOURS: ["trapped"]}
    assert spoken_for(pathway, NOTHING) == ()
    assert (
        spoken_for(pathway, read_answers(pathway, {"trochlea": "yes", "order": "in-place"})) == ()
    )
    # what was answered before the trochlea was not seen counts no more
    stale = read_answers(pathway, {"trochlea": "no", "order": "in-joint"})
    assert spoken_for(pathway, stale) == ()
    (told,) = spoken_for(pathway, read_answers(pathway, {"trochlea": "yes", "order": "in-joint"}))
    assert told.words.chinese == "内上髁撕脱并嵌入关节"


def test_the_elbow_is_only_data():
    """Nothing in the platform knows of it."""
    from tongying.pathway.catalogue import texts

    assert "elbow-ossification" not in "".join(texts().values())
    assert "capitellum" in elbow_text()
