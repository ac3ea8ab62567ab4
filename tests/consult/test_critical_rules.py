"""Critical findings: who may report and acknowledge, written by hand; the ladder's times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from case_values import (
    ANSWERING,
    ASKING,
    AT,
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

from tongying.consult import critical as rules
from tongying.consult.access import relations
from tongying.consult.case import Case
from tongying.consult.critical import Audience, Category, Critical
from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Relation, Role, Viewer
from tongying.consult.states import State
from tongying.kernel.errors import TongyingError

PANELLIST = viewer(8, ANSWERING, Role.EXPERT)
RECEIVING = viewer(9, THIRD, Role.COORDINATOR)
PEOPLE: dict[str, Viewer] = {
    "author": AUTHOR_SELF,
    "asking": COLLEAGUE_REQUESTER,
    "colleague": viewer(10, ASKING, Role.TECHNOLOGIST),
    "desk": DESK,
    "assignee": EXPERT,
    "offered": OTHER_EXPERT,
    "panellist": PANELLIST,
    "receiving": RECEIVING,
    "stranger": STRANGER,
}
COLUMNS = [
    "draft",
    "submitted",
    "returned",
    "assigned",
    "reading",
    "waiting",
    "signed",
    "acknowledged",
    "withdrawn",
    "refused",
    "discarded",
]

# y: may; h: the case does not exist; n: not theirs; p: not in this state; e: too early.
REPORT = {
    "author": "n n n n n n n n n n n",
    "asking": "h n n n n n n n n n h",
    "colleague": "h n n n n n n n n n h",
    "desk": "h n n n n n n n n n h",
    "assignee": "h p p p y p y p p p h",
    "offered": "h n h h h h h h h h h",
    "panellist": "h n n n n n n n n n h",
    "receiving": "h n n n n n n n n n h",
    "stranger": "h h h h h h h h h h h",
}
# The author is the receiver.
ACKNOWLEDGE_EARLY = {
    "author": "y y y y y y y y y y y",
    "asking": "h e e e e e e e e e h",
    "colleague": "h n n n n n n n n n h",
    "desk": "h n n n n n n n n n h",
    "assignee": "h n n n n n n n n n h",
    "offered": "h n h h h h h h h h h",
    "panellist": "h n n n n n n n n n h",
    "receiving": "h n n n n n n n n n h",
    "stranger": "h h h h h h h h h h h",
}
ACKNOWLEDGE_LATE = ACKNOWLEDGE_EARLY | {"asking": "h y y y y y y y y y h"}
REPORT_ERRORS = {
    "h": CaseNotFound,
    "n": rules.ReportNotYours,
    "p": rules.ReportOutOfPlace,
}
ACKNOWLEDGE_ERRORS = {
    "h": CaseNotFound,
    "n": rules.AcknowledgeNotYours,
    "e": rules.AcknowledgeTooEarly,
}
FOUND = Critical(Category.HOURS, AT, AUTHOR)
BEFORE = AT + timedelta(hours=2, minutes=59, seconds=59)
FROM_THEN = AT + timedelta(hours=3)
WHOLE = list(product(PEOPLE, COLUMNS))


def case(state: str) -> Case:
    return case_in(
        State(state),
        offered=frozenset({OTHER_EXPERT.user}),
        panellists=frozenset({PANELLIST.user}),
        receiving=frozenset({THIRD}),
    )


def by_hand(table: dict[str, str], person: str, state: str) -> str:
    return table[person].split()[COLUMNS.index(state)]


def test_the_tables_are_whole() -> None:
    assert [state.value for state in State] == COLUMNS
    for table in (REPORT, ACKNOWLEDGE_EARLY, ACKNOWLEDGE_LATE):
        assert set(table) == set(PEOPLE)
        assert all(len(row.split()) == len(State) for row in table.values())
    met = set().union(*(relations(one, case("submitted")) for one in PEOPLE.values()))
    assert met == set(Relation)
    assert len(WHOLE) == 9 * 11


@pytest.mark.parametrize(("person", "state"), WHOLE)
def test_who_may_report(person: str, state: str) -> None:
    expected, who = by_hand(REPORT, person, state), PEOPLE[person]
    assert rules.may_report(who, case(state)) is (expected == "y")
    if expected == "y":
        rules.check_report(who, case(state))
    else:
        with pytest.raises(REPORT_ERRORS[expected]):
            rules.check_report(who, case(state))


@pytest.mark.parametrize(("person", "state"), WHOLE)
@pytest.mark.parametrize(
    ("table", "now"), [(ACKNOWLEDGE_EARLY, BEFORE), (ACKNOWLEDGE_LATE, FROM_THEN)], ids=("3/4-", "")
)
def test_who_may_acknowledge(table, now, person: str, state: str) -> None:
    expected, who = by_hand(table, person, state), PEOPLE[person]
    assert rules.may_acknowledge(who, case(state), FOUND, now) is (expected == "y")
    if expected == "y":
        rules.check_acknowledge(who, case(state), FOUND, now)
    else:
        with pytest.raises(ACKNOWLEDGE_ERRORS[expected]):
            rules.check_acknowledge(who, case(state), FOUND, now)


@pytest.mark.parametrize(("person", "state"), WHOLE)
def test_nobody_acknowledges_twice(person: str, state: str) -> None:
    done = replace(FOUND, acknowledged_at=AT)
    expected, who = by_hand(ACKNOWLEDGE_LATE, person, state), PEOPLE[person]
    kinds = ACKNOWLEDGE_ERRORS | {"y": rules.AlreadyAcknowledged, "e": rules.AlreadyAcknowledged}
    with pytest.raises(kinds[expected]):
        rules.check_acknowledge(who, case(state), done, FROM_THEN)


RECEIVES = {("requester", ASKING)}


@pytest.mark.parametrize(("role", "hospital"), list(product(Role, (ASKING, ANSWERING, THIRD))))
def test_who_may_receive(role: Role, hospital: str) -> None:
    who = viewer(SOMEBODY, hospital, role)
    expected = (role.value, hospital) in RECEIVES
    assert rules.may_receive(case("reading"), who) is expected
    if not expected:
        with pytest.raises(rules.ReceiverRefused):
            rules.check_receiver(case("reading"), who)


# Hand-computed from 2026-03-10 08:30: 15 minutes, 4 hours, 3 days.
TIMES = {
    ("minutes", 50): "08:37:30",
    ("minutes", 75): "08:41:15",
    ("minutes", 90): "08:43:30",
    ("minutes", 100): "08:45:00",
    ("hours", 50): "10:30:00",
    ("hours", 75): "11:30:00",
    ("hours", 90): "12:06:00",
    ("hours", 100): "12:30:00",
}


@pytest.mark.parametrize(("category", "percent"), TIMES)
def test_when_a_rung_is_reached(category: str, percent: int) -> None:
    value = Critical(Category(category), AT, AUTHOR)
    assert f"{value.at_percent(percent):%H:%M:%S}" == TIMES[category, percent]


def test_three_days() -> None:
    value = Critical(Category.DAYS, AT, AUTHOR)
    assert value.due_at.isoformat() == "2026-03-13T08:30:00+00:00"


def test_the_ladder_by_hand() -> None:
    receiver, colleagues, desk = Audience.RECEIVER, Audience.COLLEAGUES, Audience.DESK
    by_hand = {
        50: (receiver,),
        75: (receiver, colleagues),
        90: (receiver, colleagues, desk),
        100: (receiver, colleagues, desk, Audience.REPORTER, Audience.OFFICE),
    }
    assert by_hand == rules.LADDER


def test_each_rung_is_reached_once() -> None:
    told, seen = 0, []
    now = AT
    while (wake := rules.next_wake(FOUND, told=told)) is not None:
        assert rules.rungs(FOUND, told=told, now=wake - timedelta(microseconds=1)) == ()
        reached = rules.rungs(FOUND, told=told, now=wake)
        assert wake > now
        now, told = wake, reached[-1]
        seen += reached
    assert seen == [50, 75, 90, 100]
    assert rules.rungs(FOUND, told=0, now=FOUND.due_at) == (50, 75, 90, 100)
    assert rules.rungs(FOUND, told=75, now=FOUND.due_at) == (90, 100)
    done = replace(FOUND, acknowledged_at=AT)
    assert rules.rungs(done, told=0, now=FOUND.due_at) == ()
    assert rules.next_wake(done, told=0) is None


@pytest.mark.parametrize("words", ["", "  ", "\n\t"])
def test_no_words_are_refused(words: str) -> None:
    with pytest.raises(rules.FindingMissing):
        rules.check_finding(words, AT, AT)
    with pytest.raises(rules.ReadBackMissing):
        rules.check_read_back(words)


def test_nothing_is_found_in_the_future() -> None:
    rules.check_finding("肠扭转", AT, AT)
    with pytest.raises(rules.FoundInFuture):
        rules.check_finding("肠扭转", AT + timedelta(seconds=1), AT)


def test_refusals_carry_no_patient_data() -> None:
    kinds = [
        one
        for one in vars(rules).values()
        if isinstance(one, type) and issubclass(one, TongyingError) and one.code[:9] == "critical."
    ]
    assert len({one.code for one in kinds}) == len(kinds) == 9
