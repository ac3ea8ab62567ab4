"""What keeps a question from being sent, and what each act does to the case."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from case_values import AT, AUTHOR_SELF, CASE, COMPLETE, DESK, EXPERT, case_in
from hypothesis import given
from hypothesis import strategies as st

from tongying.consult.amendment import Mark, line_difference
from tongying.consult.case import (
    ANSWER_WITHIN,
    Confidence,
    Question,
    QuestionRefused,
    Urgency,
    check_sendable,
)
from tongying.consult.desk import (
    Act,
    AnswerMissing,
    AssigneeMissing,
    Opinion,
    apply,
)
from tongying.consult.states import Move, State
from tongying.kernel.ids import UserId

MEASURED = date(2026, 3, 9)


def test_a_complete_question_has_no_fault():
    assert COMPLETE.faults() == {}
    check_sendable(COMPLETE)


def test_an_empty_question_names_every_field_that_is_missing():
    assert set(Question().faults()) == {"text", "urgency", "confidence"}
    assert Question().implausible() == {}


@pytest.mark.parametrize(
    ("changes", "faulty"),
    [
        ({"text": " \n"}, {"text"}),
        ({"urgency": None}, {"urgency"}),
        ({"confidence": None}, {"confidence"}),
        ({"weight_kg": 12.0}, {"measured_on"}),
        ({"height_cm": 90.0}, {"measured_on"}),
        ({"weight_kg": 12.0, "height_cm": 90.0, "measured_on": MEASURED}, set()),
        ({"weight_kg": 0.3, "measured_on": MEASURED}, set()),
        ({"weight_kg": 250.0, "measured_on": MEASURED}, set()),
        ({"weight_kg": 0.29, "measured_on": MEASURED}, {"weight_kg"}),
        ({"weight_kg": 250.1, "measured_on": MEASURED}, {"weight_kg"}),
        ({"weight_kg": 3500.0}, {"weight_kg", "measured_on"}),
        ({"weight_kg": -4.0, "measured_on": MEASURED}, {"weight_kg"}),
        ({"weight_kg": float("nan"), "measured_on": MEASURED}, {"weight_kg"}),
        ({"weight_kg": float("inf"), "measured_on": MEASURED}, {"weight_kg"}),
        ({"height_cm": 20.0, "measured_on": MEASURED}, set()),
        ({"height_cm": 230.0, "measured_on": MEASURED}, set()),
        ({"height_cm": 1.2, "measured_on": MEASURED}, {"height_cm"}),
        ({"height_cm": 231.0, "measured_on": MEASURED}, {"height_cm"}),
        ({"height_cm": float("nan"), "measured_on": MEASURED}, {"height_cm"}),
        ({"measured_on": MEASURED}, set()),
        ({"gestation_weeks": 22}, set()),
        ({"gestation_weeks": 44, "gestation_days": 6}, set()),
        ({"gestation_weeks": 21}, {"gestation_weeks"}),
        ({"gestation_weeks": 45}, {"gestation_weeks"}),
        ({"gestation_weeks": 30, "gestation_days": 7}, {"gestation_days"}),
        ({"gestation_weeks": 30, "gestation_days": -1}, {"gestation_days"}),
        ({"gestation_days": 3}, {"gestation_days"}),
    ],
)
def test_each_fault_is_named_by_its_field(changes, faulty):
    question = replace(COMPLETE, **changes)
    assert set(question.faults()) == faulty
    assert all(sentence.endswith(".") for sentence in question.faults().values())
    assert set(question.implausible()) == faulty - {"text", "urgency", "confidence"}
    assert set(faulty) <= {field.name for field in fields(Question)}
    if faulty:
        with pytest.raises(QuestionRefused) as refusal:
            check_sendable(question)
        assert refusal.value.sentence in question.faults().values()
    else:
        check_sendable(question)


@pytest.mark.parametrize(
    ("weeks", "days", "total"), [(None, None, None), (30, None, 210), (30, 4, 214), (32, 0, 224)]
)
def test_gestation_in_days(weeks, days, total):
    assert Question(gestation_weeks=weeks, gestation_days=days).gestation_total_days() == total


@pytest.mark.parametrize(
    ("urgency", "hours"), [(Urgency.EMERGENCY, 1), (Urgency.URGENT, 4), (Urgency.ROUTINE, 6)]
)
def test_when_the_answer_is_due(urgency, hours):
    assert ANSWER_WITHIN[urgency] == timedelta(hours=hours)
    case = replace(CASE, question=replace(COMPLETE, urgency=urgency))
    assert case.due_at() is None
    assert replace(case, submitted_at=AT).due_at() == AT + timedelta(hours=hours)


def test_nothing_is_due_without_an_urgency():
    case = replace(CASE, submitted_at=AT, question=replace(COMPLETE, urgency=None))
    assert case.due_at() is None


def changed(before, after):
    return {
        one.name for one in fields(before) if getattr(before, one.name) != getattr(after, one.name)
    }


def test_edit_changes_the_question_only():
    question = replace(COMPLETE, text="And the left side?", confidence=Confidence.PROBABLE)
    after = apply(AUTHOR_SELF, CASE, Act(Move.EDIT, question=question), AT)
    assert (after.question, changed(CASE, after)) == (question, {"question"})
    assert apply(AUTHOR_SELF, CASE, Act(Move.EDIT), AT) == CASE


def test_a_draft_may_be_incomplete_but_not_impossible():
    assert apply(AUTHOR_SELF, CASE, Act(Move.EDIT, question=Question()), AT).question == Question()
    with pytest.raises(QuestionRefused, match="weight"):
        apply(AUTHOR_SELF, CASE, Act(Move.EDIT, question=Question(weight_kg=900.0)), AT)


def test_submit_notes_when_and_needs_a_whole_question():
    after = apply(AUTHOR_SELF, CASE, Act(Move.SUBMIT), AT)
    assert (after.submitted_at, changed(CASE, after)) == (AT, {"state", "submitted_at"})
    with pytest.raises(QuestionRefused, match="question"):
        apply(AUTHOR_SELF, replace(CASE, question=Question()), Act(Move.SUBMIT), AT)


def test_submit_sends_what_was_saved_not_what_comes_along():
    act = Act(Move.SUBMIT, question=replace(COMPLETE, text="Something else"))
    assert apply(AUTHOR_SELF, CASE, act, AT).question == COMPLETE


def test_assign_names_the_expert():
    case = case_in(State.SUBMITTED, assignee=None)
    after = apply(DESK, case, Act(Move.ASSIGN, assignee=UserId(9)), AT)
    assert (after.assignee, changed(case, after)) == (UserId(9), {"state", "assignee"})
    with pytest.raises(AssigneeMissing):
        apply(DESK, case, Act(Move.ASSIGN), AT)


def test_decline_gives_the_case_back_with_its_reason():
    case = case_in(State.ASSIGNED)
    after = apply(EXPERT, case, Act(Move.DECLINE, reason=" on leave "), AT)
    assert (after.assignee, after.reason, after.state) == (None, "on leave", State.SUBMITTED)
    assert changed(case, after) == {"state", "assignee", "reason"}


@pytest.mark.parametrize("move", [Move.SIGN, Move.AMEND])
def test_a_signature_needs_an_answer_and_makes_a_version(move):
    case = case_in(State.READING if move is Move.SIGN else State.ACKNOWLEDGED, version=3)
    for opinion in (None, Opinion(), Opinion(answer=" \n", findings="much")):
        with pytest.raises(AnswerMissing):
            apply(EXPERT, case, Act(move, reason="late film", opinion=opinion), AT)
    after = apply(EXPERT, case, Act(move, reason="late film", opinion=Opinion("Yes.")), AT)
    assert (after.version, after.state) == (4, State.SIGNED)


def test_writing_changes_nothing_the_rules_see():
    case = case_in(State.READING)
    assert apply(EXPERT, case, Act(Move.WRITE, opinion=Opinion("Perh")), AT) == case


def test_the_case_handed_in_is_left_as_it_was():
    case = case_in(State.SUBMITTED)
    apply(DESK, case, Act(Move.ASSIGN, assignee=UserId(9)), AT)
    assert case == case_in(State.SUBMITTED)


@pytest.mark.parametrize(
    ("move", "state", "who", "target"),
    [
        (Move.DISCARD, State.DRAFT, AUTHOR_SELF, State.DISCARDED),
        (Move.WITHDRAW, State.READING, AUTHOR_SELF, State.WITHDRAWN),
        (Move.RETURN, State.SUBMITTED, DESK, State.RETURNED),
        (Move.RESUBMIT, State.RETURNED, AUTHOR_SELF, State.SUBMITTED),
        (Move.REFUSE, State.SUBMITTED, DESK, State.REFUSED),
        (Move.ACCEPT, State.ASSIGNED, EXPERT, State.READING),
        (Move.ASK_DATA, State.READING, EXPERT, State.WAITING),
        (Move.SUPPLY, State.WAITING, AUTHOR_SELF, State.READING),
        (Move.ACKNOWLEDGE, State.SIGNED, AUTHOR_SELF, State.ACKNOWLEDGED),
    ],
)
def test_the_other_acts_change_the_state_and_at_most_the_reason(move, state, who, target):
    case = case_in(state)
    after = apply(who, case, Act(move, reason="because"), AT)
    assert after.state is target
    stops = {"stopped_at"} if target in (State.RETURNED, State.WAITING) else set()
    assert changed(case, after) <= {"state", "reason"} | stops
    assert after.stopped_at == (AT if stops else None)


LINES = st.lists(st.text(alphabet="abc", max_size=2), max_size=6).map("\n".join)


@given(old=LINES, new=LINES)
def test_a_difference_holds_both_texts(old, new):
    lines = line_difference(old, new)
    kept_or = {mark: [one.text for one in lines if one.mark in (Mark.KEPT, mark)] for mark in Mark}
    assert kept_or[Mark.REMOVED] == old.splitlines()
    assert kept_or[Mark.ADDED] == new.splitlines()
    if old == new:
        assert {one.mark for one in lines} <= {Mark.KEPT}
