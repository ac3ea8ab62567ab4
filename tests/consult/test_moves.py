"""The table of states and moves, written a second time by hand: every state, move and relation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from case_values import AT, CASE, COMPLETE, case_in

from tongying.consult import desk
from tongying.consult.desk import (
    Act,
    MoveNotYours,
    MoveOutOfPlace,
    Opinion,
    check_move,
    may_move,
    moves_of,
)
from tongying.consult.people import Relation, Role, Viewer
from tongying.consult.states import OWNER, PRIVATE, RULES, TERMINAL, Move, Owner, State
from tongying.kernel.errors import NotFound
from tongying.kernel.ids import HospitalCode, UserId

# One line a move: who may make it, and for each state it starts from, the state it leads to.
BY_HAND = {
    "edit": ("asking", {"draft": "draft", "returned": "returned", "waiting": "waiting"}),
    "submit": ("author", {"draft": "submitted"}),
    "discard": ("author", {"draft": "discarded"}),
    "withdraw": (
        "asking",
        {
            "submitted": "withdrawn",
            "returned": "withdrawn",
            "assigned": "withdrawn",
            "reading": "withdrawn",
            "waiting": "withdrawn",
        },
    ),
    "return": ("desk", {"submitted": "returned"}),
    "resubmit": ("asking", {"returned": "submitted"}),
    "refuse": ("desk", {"submitted": "refused"}),
    "assign": (
        "desk",
        {
            "submitted": "assigned",
            "assigned": "assigned",
            "reading": "assigned",
            "waiting": "assigned",
        },
    ),
    "complete": ("desk", {"submitted": "submitted"}),
    "book": (
        "desk",
        {
            "submitted": "submitted",
            "assigned": "assigned",
            "reading": "reading",
            "waiting": "waiting",
        },
    ),
    "offer": ("desk", {"submitted": "submitted"}),
    "claim": ("offered", {"submitted": "reading"}),
    "open": ("assignee", {"reading": "reading"}),
    "accept": ("assignee", {"assigned": "reading"}),
    "decline": ("assignee", {"assigned": "submitted"}),
    "ask-data": ("assignee", {"reading": "waiting"}),
    "supply": ("asking", {"waiting": "reading"}),
    "write": ("assignee", {"reading": "reading"}),
    "sign": ("assignee", {"reading": "signed"}),
    "amend": ("assignee", {"signed": "signed", "acknowledged": "signed"}),
    "acknowledge": ("asking", {"signed": "acknowledged"}),
}
NEEDS_REASON = {"withdraw", "return", "refuse", "decline", "ask-data", "amend"}
# Who acts next.
OWNERS = {
    "draft": "asking",
    "submitted": "desk",
    "returned": "asking",
    "assigned": "assignee",
    "reading": "assignee",
    "waiting": "asking",
    "signed": "asking",
    "acknowledged": "nobody",
    "withdrawn": "nobody",
    "refused": "nobody",
    "discarded": "nobody",
}
WHOLE = list(product(State, Move, Relation))


def name(value: object) -> str:
    return getattr(value, "value", str(value))


@pytest.fixture
def standing(monkeypatch):
    """Let a viewer stand to the case as the test says, whatever the access rule would say."""

    def stand(*relations: Relation) -> Viewer:
        monkeypatch.setattr(desk, "relations", lambda viewer, case: frozenset(relations))
        return Viewer(UserId(1), "x", HospitalCode("X"), Role.REQUESTER)

    return stand


def act_of(move: Move) -> Act:
    """Return a move with everything that any move may need."""
    return Act(
        move,
        reason="because",
        assignee=UserId(9),
        question=COMPLETE,
        opinion=Opinion("No fracture."),
        offered=frozenset({UserId(9)}),
        booked_for=AT + timedelta(days=1),
    )


def test_every_state_and_move_is_in_the_table_by_hand():
    assert set(BY_HAND) == {move.value for move in Move} == {move.value for move in RULES}
    assert set(OWNERS) == {state.value for state in State}
    assert len(WHOLE) == 11 * 21 * 8


@pytest.mark.parametrize(("state", "move", "relation"), WHOLE, ids=name)
def test_where_each_move_leads_or_how_it_is_refused(standing, state, move, relation):
    viewer = standing(relation)
    case = case_in(state)
    by, targets = BY_HAND[move.value]
    if relation.value != by:
        expected: object = MoveNotYours
    elif state.value not in targets:
        expected = MoveOutOfPlace
    else:
        expected = State(targets[state.value])
    if isinstance(expected, State):
        check_move(viewer, case, move)
        assert desk.apply(viewer, case, act_of(move), AT).state is expected
    else:
        with pytest.raises(expected) as refusal:
            check_move(viewer, case, move)
        assert type(refusal.value) is expected
        with pytest.raises(expected):
            desk.apply(viewer, case, act_of(move), AT)
    assert may_move(viewer, case, move) == isinstance(expected, State)
    assert (move in moves_of(viewer, case)) == isinstance(expected, State)


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)), ids=name)
def test_without_any_relation_there_is_no_such_case(standing, state, move):
    viewer = standing()
    with pytest.raises(desk.CaseNotFound) as refusal:
        check_move(viewer, case_in(state), move)
    assert isinstance(refusal.value, NotFound)
    assert not may_move(viewer, case_in(state), move)


@pytest.mark.parametrize("move", Move, ids=name)
def test_who_stands_in_several_relations_may_what_either_may(standing, move):
    viewer = standing(Relation.AUTHOR, Relation.ASKING)
    by, targets = BY_HAND[move.value]
    for state in State:
        expected = by in ("author", "asking") and state.value in targets
        assert may_move(viewer, case_in(state), move) == expected


@pytest.mark.parametrize("move", Move, ids=name)
def test_which_moves_need_a_reason(standing, move):
    by, targets = BY_HAND[move.value]
    viewer = standing(Relation(by))
    case = case_in(State(next(iter(targets))))
    for reason in ("", "  \n "):
        act = replace(act_of(move), reason=reason)
        if move.value in NEEDS_REASON:
            with pytest.raises(desk.ReasonMissing):
                desk.apply(viewer, case, act, AT)
        else:
            assert desk.apply(viewer, case, act, AT).reason == case.reason


@pytest.mark.parametrize("state", State, ids=name)
def test_everything_has_an_owner_or_has_ended(state):
    assert OWNER[state] is Owner(OWNERS[state.value])
    assert (state in TERMINAL) == (OWNERS[state.value] == "nobody")
    leads = {move for move, (_, targets) in BY_HAND.items() if state.value in targets}
    if state in TERMINAL:
        # An acknowledged opinion can still be amended; nothing else comes back.
        assert leads == ({"amend"} if state is State.ACKNOWLEDGED else set())
    else:
        assert leads


@pytest.mark.parametrize("state", [s for s in State if OWNERS[s.value] != "nobody"], ids=name)
def test_the_owner_of_a_state_has_a_move_out_of_it(state):
    owner = OWNERS[state.value]
    able = {"asking", "author"} if owner == "asking" else {owner}
    assert any(
        by in able and targets.get(state.value, state.value) != state.value
        for by, targets in BY_HAND.values()
    )


def test_every_state_is_reached_from_a_draft():
    reached, waiting = {"draft"}, ["draft"]
    while waiting:
        state = waiting.pop()
        for _, targets in BY_HAND.values():
            if state in targets and targets[state] not in reached:
                reached.add(targets[state])
                waiting.append(targets[state])
    assert reached == {state.value for state in State}


def test_what_is_private():
    assert {State.DRAFT, State.DISCARDED} == PRIVATE
    assert CASE.state in PRIVATE
