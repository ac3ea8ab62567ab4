"""Who may see what: every role, hospital and state, against a second table written by hand."""

from __future__ import annotations

from itertools import product

import pytest
from case_values import (
    ANSWERING,
    ASKING,
    ASSIGNEE,
    AUTHOR,
    AUTHOR_SELF,
    COLLEAGUE_REQUESTER,
    DESK,
    EXPERT,
    OTHER_EXPERT,
    SOMEBODY,
    STRANGER,
    THIRD,
    case_in,
    viewer,
)

from tongying.consult.access import may_see_case, may_see_study, relations
from tongying.consult.people import Relation, Role
from tongying.consult.states import State

USERS = {"author": AUTHOR, "assignee": ASSIGNEE, "somebody": SOMEBODY}
PLACES = {"asking": ASKING, "answering": ANSWERING, "third": THIRD}
PRIVATE = {"draft", "discarded"}

# What a somebody of each role is to a case that is no longer private, by hospital.
PUBLIC = {
    ("requester", "asking"): {"asking"},
    ("expert", "asking"): {"colleague"},
    ("coordinator", "asking"): {"colleague"},
    ("technologist", "asking"): {"colleague"},
    ("researcher", "asking"): {"colleague"},
    ("trainee", "asking"): {"colleague"},
    ("vendor", "asking"): set(),
    ("admin", "asking"): {"colleague"},
    ("requester", "answering"): set(),
    ("expert", "answering"): set(),
    ("coordinator", "answering"): {"desk"},
    ("technologist", "answering"): set(),
    ("researcher", "answering"): set(),
    ("trainee", "answering"): set(),
    ("vendor", "answering"): set(),
    ("admin", "answering"): set(),
    ("requester", "third"): set(),
    ("expert", "third"): set(),
    ("coordinator", "third"): set(),
    ("technologist", "third"): set(),
    ("researcher", "third"): set(),
    ("trainee", "third"): set(),
    ("vendor", "third"): set(),
    ("admin", "third"): set(),
}
WHOLE = list(product(Role, PLACES, USERS, State))


def by_hand(role: str, place: str, user: str, state: str) -> set[str]:
    if role == "vendor":
        return set()  # whatever they wrote before they became one
    if state in PRIVATE:
        return {"author", "asking"} if (user, place) == ("author", "asking") else set()
    found = set(PUBLIC[role, place])
    if user == "author" and place == "asking":
        # Whoever wrote it moves it, whatever has become of their role since.
        found = {"author", "asking"}
    if user == "assignee" and role == "expert":
        # Whoever is no expert any more answers nothing any more.
        found.add("assignee")
    return found


def test_the_table_by_hand_is_whole():
    assert set(PUBLIC) == set(product((role.value for role in Role), PLACES))
    assert len(WHOLE) == 8 * 3 * 3 * 11


@pytest.mark.parametrize(("role", "place", "user", "state"), WHOLE, ids=str)
def test_how_a_viewer_stands_to_a_case(role, place, user, state):
    seen = viewer(USERS[user], PLACES[place], role)
    case = case_in(state)
    expected = by_hand(role.value, place, user, state.value)
    assert {one.value for one in relations(seen, case)} == expected
    assert may_see_case(seen, case) == bool(expected)
    for owner in PLACES.values():
        own = owner == PLACES[place] and role is not Role.VENDOR
        assert may_see_study(seen, owner, [case]) == (own or bool(expected))


@pytest.mark.parametrize("state", State, ids=str)
def test_without_an_assignee_nobody_answers(state):
    case = case_in(state, assignee=None)
    assert relations(EXPERT, case) == frozenset()
    assert Relation.ASSIGNEE not in relations(DESK, case)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (AUTHOR_SELF, True),
        (COLLEAGUE_REQUESTER, False),
        (DESK, False),
        (EXPERT, False),
        (OTHER_EXPERT, False),
        (STRANGER, False),
    ],
    ids=("author", "colleague", "desk", "expert", "other-expert", "stranger"),
)
def test_a_draft_is_its_authors_alone(who, sees):
    assert may_see_case(who, case_in(State.DRAFT)) is sees


def test_a_study_of_the_own_hospital_needs_no_case():
    assert may_see_study(COLLEAGUE_REQUESTER, ASKING, [])
    assert not may_see_study(STRANGER, ASKING, [])
    assert not may_see_study(EXPERT, ASKING, [])


def test_one_open_case_is_enough_for_its_study():
    cases = [case_in(State.DRAFT), case_in(State.READING)]
    assert may_see_study(EXPERT, ASKING, cases)
    assert not may_see_study(EXPERT, ASKING, cases[:1])
    assert not may_see_study(OTHER_EXPERT, ASKING, cases)
