"""Answers as kinds, what is asked, what is open, what one key fills in."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathway_texts import aged, elbow, read, small

from tongying.measure.recipe import ChildKnown
from tongying.pathway.answers import Answers, key_of, keys_of, raw_of, read_answers
from tongying.pathway.asking import asked_now, asked_of_question, unanswered
from tongying.pathway.definition import AnswerKind, Language
from tongying.pathway.normals import normal_answers

EVERY_KIND = """
- id: one
  kind: choice
  words: {en: One, zh: 一}
  options: [{id: a, en: A, zh: 甲}, {id: b, en: B, zh: 乙}]
- id: some
  kind: choices
  words: {en: Some, zh: 几}
  options: [{id: a, en: A, zh: 甲}, {id: b, en: B, zh: 乙}]
- {id: much, kind: number, words: {en: Much, zh: 多}, unit: mm, low: 0.5, high: 20}
- {id: said, kind: text, words: {en: Said, zh: 述}}
- {id: so, kind: yes-no, words: {en: So, zh: 是否}}
- {id: when, kind: date, words: {en: When, zh: 何时}}
- {id: alpha, kind: measure, sides: yes, measure: graf-alpha, words: {en: Alpha, zh: α角}}
"""


@pytest.fixture(scope="module")
def every():
    return read(small(EVERY_KIND))


@pytest.mark.parametrize(
    ("key", "given_", "value"),
    [
        ("one", "a", "a"),
        ("some", ["b", "a"], frozenset({"a", "b"})),
        ("some", "b", frozenset({"b"})),
        ("much", 3, 3.0),
        ("much", "0.5", 0.5),
        ("much", " ７.５ ", 7.5),
        ("much", 20, 20.0),
        ("said", "  half-moon  ", "half-moon"),
        ("so", "yes", True),
        ("so", "no", False),
        ("so", False, False),
        ("when", "2026-02-28", date(2026, 2, 28)),
        ("alpha.R", 61.5, 61.5),
        ("alpha.L", "47", 47.0),
    ],
)
def test_an_answer_is_read_as_its_kind(every, key, given_, value):
    answers = read_answers(every, {key: given_})
    assert dict(answers.values) == {key: value}
    assert type(answers.values[key]) is type(value)
    assert answers.faults == ()


@pytest.mark.parametrize(
    ("key", "given_", "code"),
    [
        ("one", "c", "pathway.no-option"),
        ("one", ["a"], "pathway.no-option"),
        ("one", 1, "pathway.no-option"),
        ("some", ["a", "c"], "pathway.no-option"),
        ("some", [1], "pathway.no-option"),
        ("some", {"a": 1}, "pathway.no-option"),
        ("much", "0.49", "pathway.number-outside"),
        ("much", 20.01, "pathway.number-outside"),
        ("much", "3,5", "pathway.no-number"),
        ("much", "three", "pathway.no-number"),
        ("much", "nan", "pathway.no-number"),
        ("much", math.inf, "pathway.no-number"),
        ("much", True, "pathway.no-number"),
        ("much", [3], "pathway.no-number"),
        ("much", 10**400, "pathway.no-number"),
        ("said", 3, "pathway.no-text"),
        ("said", "x" * 4001, "pathway.too-long"),
        ("so", "maybe", "pathway.no-option"),
        ("so", 1, "pathway.no-option"),
        ("so", ["yes"], "pathway.no-option"),
        ("when", "28.2.2026", "pathway.no-day"),
        ("when", "2026-02-30", "pathway.no-day"),
        ("when", 20260228, "pathway.no-day"),
        ("alpha.R", 500, "pathway.number-outside"),
        ("alpha", 60, "pathway.no-field"),
        ("alpha.B", 60, "pathway.no-field"),
        ("one.R", "a", "pathway.no-field"),
        ("other", "a", "pathway.no-field"),
        ("", "a", "pathway.no-field"),
    ],
)
def test_what_is_no_such_answer_is_a_fault_of_its_field(every, key, given_, code):
    answers = read_answers(every, {key: given_, "so": "yes"} if key != "so" else {key: given_})
    assert [(one.key, one.code) for one in answers.faults] == [(key, code)]
    assert all(one.sentence and one.chinese for one in answers.faults)
    assert key not in answers.values


@pytest.mark.parametrize("nothing", ["", "   ", None, []])
def test_nothing_is_no_answer(every, nothing):
    keys = [key for field in every.fields() for key in keys_of(field)]
    answers = read_answers(every, dict.fromkeys(keys, nothing))
    assert (dict(answers.values), answers.faults) == ({}, ())


def test_the_bounds_are_said_with_the_unit(every):
    (fault,) = read_answers(every, {"much": 99}).faults
    assert fault.sentence == "The number must lie between 0.5 and 20 mm."
    assert fault.chinese == "数值应在0.5～20 mm之间。"


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "one": st.sampled_from(["a", "b"]),
            "some": st.lists(st.sampled_from(["a", "b"]), min_size=1, unique=True),
            "much": st.floats(0.5, 20),
            "said": st.text(min_size=1, max_size=50).filter(lambda text: text.strip()),
            "so": st.booleans(),
            "when": st.dates().map(str),
            "alpha.L": st.floats(20, 80),
        },
    )
)
@settings(max_examples=50, deadline=None)
def test_answers_are_kept_and_read_again_the_same(raw):
    pathway = read(small(EVERY_KIND))
    first = read_answers(pathway, raw)
    fields = {key: field for field in pathway.fields() for key in keys_of(field)}
    kept = {key: raw_of(fields[key], value) for key, value in first.values.items()}
    assert first.values.keys() == raw.keys()
    assert read_answers(pathway, kept) == first


WHATEVER = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
KEYS = ["one", "some", "much", "said", "so", "when", "alpha.R"]


@given(st.dictionaries(st.sampled_from(KEYS), WHATEVER))
@settings(max_examples=50, deadline=None)
def test_whatever_is_sent_is_an_answer_or_a_fault_or_nothing(raw):
    answers = read_answers(read(small(EVERY_KIND)), raw)
    at_fault = [one.key for one in answers.faults]
    assert len(at_fault) == len(set(at_fault))
    assert not answers.values.keys() & set(at_fault)
    assert answers.values.keys() | set(at_fault) <= raw.keys()


def test_a_key_names_the_side():
    assert (key_of("hip", "R"), key_of("hip")) == ("hip.R", "hip")


def test_centres_are_asked_by_age():
    """CRITOE at 1, 3, 5, 7, 9, 11 years: a child of 5 years is asked for three."""
    pathway = elbow()
    keys = [one.key for one in asked_now(pathway, Answers({}), aged(5.01))]
    assert keys == ["capitellum", "radial-head", "internal-epicondyle", "angle", "remarks"]
    keys = [one.key for one in asked_now(pathway, Answers({}), aged(4.99))]
    assert keys == ["capitellum", "radial-head", "angle", "remarks"]


def test_without_an_age_everything_is_asked_and_nothing_of_an_age_must_be():
    places = asked_now(elbow(), Answers({}), ChildKnown())
    assert len(places) == 8
    assert not any(one.must for one in places)


def test_a_question_waits_for_the_answer_it_depends_on():
    pathway, child = elbow(), aged(8)
    seen = read_answers(pathway, {"trochlea": "yes"})
    unseen = read_answers(pathway, {"trochlea": "no"})
    assert "order" in [one.key for one in asked_now(pathway, seen, child)]
    assert "order" not in [one.key for one in asked_now(pathway, unseen, child)]
    assert "order" not in [one.key for one in asked_now(pathway, Answers({}), child)]


def test_what_must_be_answered_is_open_until_it_is():
    pathway, child = elbow(), aged(8)
    raw = {"capitellum": "yes", "radial-head": "yes", "trochlea": "yes"}
    answers = read_answers(pathway, raw)
    assert [one.key for one in unanswered(pathway, answers, child)] == [
        "internal-epicondyle",
        "order",
    ]
    whole = read_answers(pathway, raw | {"internal-epicondyle": "yes", "order": "in-place"})
    assert unanswered(pathway, whole, child) == ()
    refused = read_answers(pathway, raw | {"internal-epicondyle": "perhaps", "order": "in-place"})
    assert [one.key for one in unanswered(pathway, refused, child)] == ["internal-epicondyle"]


def test_both_sides_must_be_answered():
    pathway = read(small(
        "- {id: hip, kind: yes-no, must: yes, sides: yes, words: {en: Hip, zh: 髋}}"
    ))  # fmt: skip
    answers = read_answers(pathway, {"hip.R": "no"})
    assert [one.key for one in unanswered(pathway, answers, aged(1))] == ["hip.L"]


def test_a_side_depends_on_its_own_side():
    pathway = read(
        small("""
- {id: hip, kind: yes-no, sides: yes, words: {en: Hip, zh: 髋}}
- id: how
  kind: text
  sides: yes
  words: {en: How, zh: 如何}
  only-if: {field: hip, answers: [yes]}
- id: all
  kind: text
  words: {en: All, zh: 总}
  only-if: {field: hip, answers: [yes]}
""")
    )
    keys = [one.key for one in asked_now(pathway, read_answers(pathway, {"hip.L": "yes"}), aged(1))]
    assert keys == ["hip.R", "hip.L", "how.L", "all"]


def test_one_key_fills_in_the_normal_answers_and_keeps_what_is_there():
    pathway, child = elbow(), aged(8)
    answers = read_answers(pathway, {"radial-head": "no"})
    first = normal_answers(pathway, answers, child, Language.CHINESE)
    assert first == {
        "capitellum": "yes",
        "internal-epicondyle": "yes",
        "trochlea": "yes",
        "order": "in-place",
        "remarks": "未见明确骨折线",
    }
    then = read_answers(pathway, {"radial-head": "no", **first})
    assert normal_answers(pathway, then, child, Language.ENGLISH) == {}
    english = normal_answers(pathway, Answers({}), child, Language.ENGLISH)
    assert english["remarks"] == "No fracture line is seen"


def test_what_cannot_be_taken_is_not_written_over():
    pathway = read(small(
        "- {id: so, kind: yes-no, normal: no, words: {en: So, zh: 是否}}\n"
        "- {id: some, kind: choices, normal: a, words: {en: Some, zh: 几},"
        " options: [{id: a, en: A, zh: 甲}]}"
    ))  # fmt: skip
    wrong = read_answers(pathway, {"so": "perhaps"})
    assert normal_answers(pathway, wrong, aged(1), Language.ENGLISH) == {"some": ["a"]}
    assert normal_answers(pathway, Answers({}), aged(1), Language.ENGLISH) == {
        "so": "no",
        "some": ["a"],
    }


def test_what_is_normal_can_be_taken():
    """Of every pathway here, what one key fills in is an answer."""
    pathway = elbow()
    for years in (0.5, 2, 6, 8, 12):
        raw = normal_answers(pathway, Answers({}), aged(years), Language.CHINESE)
        assert read_answers(pathway, raw).faults == ()


def test_the_question_is_asked_its_own_fields():
    (place,) = asked_of_question(elbow(), Answers({}), aged(6))
    assert (place.key, place.must, place.field.kind) == ("injury-day", False, AnswerKind.DATE)
    late = read(small(
        "- {id: a, kind: text, words: {en: A, zh: 甲}}"
    ).replace("fact: sex}", "must: yes, ages: {to: 1 year}, field: {kind: yes-no}}"))  # fmt: skip
    assert asked_of_question(late, Answers({}), aged(2)) == ()
    (open_,) = asked_of_question(late, Answers({}), aged(0.5))
    assert open_.must
