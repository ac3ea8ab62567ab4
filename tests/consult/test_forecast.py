"""The forecast: its reasons one by one, the last chance, and why a breach was not foreseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from plan_world import at, expert, open_case, shift, situation, situations

from tongying.consult.assignment import make_plan
from tongying.consult.expert import Pace
from tongying.consult.forecast import (
    BREACH_PROBABILITY,
    LEAD,
    MARGIN,
    Reason,
    forecast,
    last_look_at,
)
from tongying.consult.foresight import Breach, Unforeseen, minutes_ahead, why_not_foreseen
from tongying.consult.specialty import Specialty

STEADY = Pace(20.0, 0.3)
"""Mean 20.9 minutes; 30 are exceeded once in eleven times."""


def foretold(cases, experts, shifts=None, case=1):
    drawn = situation(cases, experts, shifts)
    return forecast(drawn, make_plan(drawn))[case]


def held(number, ago, due=240.0):
    return open_case(number, due=due, assignee=1, accepted_at=at(-ago))


ME = expert(1, pace=STEADY)
CASES = {
    "plenty of time": ([open_case(1)], [ME], None, False, Reason.ON_COURSE),
    "overdue": ([open_case(1, due=-5)], [ME], None, True, Reason.OVERDUE),
    "in hand too long": ([held(1, 40, due=15)], [ME], None, True, Reason.OVER_PACE),
    "too short": ([held(1, 2, due=12)], [ME], None, True, Reason.SHORT),
    "in hand and certain": ([held(1, 15, due=31)], [ME], None, False, Reason.ON_COURSE),
    "queue": ([open_case(1, due=25), held(2, 1)], [ME], None, True, Reason.QUEUE),
    "own queue": ([held(1, 1, due=25), held(2, 5)], [ME], None, True, Reason.QUEUE),
    "off duty": ([open_case(1)], [ME], [shift(1, 235, 600)], True, Reason.NO_ONE_ON_DUTY),
    "never on duty": ([open_case(1)], [ME], [shift(1, -90, -60)], True, Reason.NO_ONE_ON_DUTY),
    "declined by all": (
        [open_case(1, declined=frozenset({1}))],
        [ME],
        None,
        True,
        Reason.UNPLACED,
    ),
    "not theirs": (
        [open_case(1, specialty=Specialty.BONE)],
        [expert(1, specialties=frozenset({Specialty.CHEST}))],
        None,
        True,
        Reason.UNPLACED,
    ),
    "all full": ([open_case(1), held(2, 1)], [replace(ME, load_cap=1)], None, True, Reason.QUEUE),
    "the desk": ([open_case(1, due=32)], [ME], None, True, Reason.WAITING_DESK),
    "the expert": ([open_case(1, due=32, assignee=1)], [ME], None, True, Reason.WAITING_EXPERT),
    "a minute before the last look": (
        [open_case(1, due=33)],
        [ME],
        None,
        False,
        Reason.ON_COURSE,
    ),
    "the county": (
        [replace(held(1, 9, due=-5), waiting=True)],
        [ME],
        None,
        False,
        Reason.WAITING_COUNTY,
    ),
    "returned": ([open_case(1, due=9, waiting=True)], [ME], None, False, Reason.WAITING_COUNTY),
}


@pytest.mark.parametrize("name", CASES)
def test_each_reason(name):
    cases, experts, shifts, expected, reason = CASES[name]
    found = foretold(cases, experts, shifts)
    assert (found.breach_expected, found.reason) == (expected, reason)


def test_every_reason_is_tested():
    assert {reason for *_, reason in CASES.values()} == set(Reason)


def test_the_last_chance_is_stricter_than_before():
    # A spread-out pace: late with 0.2, which is no breach an hour before and one at the last look.
    wide = expert(1, pace=Pace(18.0, 0.6))
    case = held(1, 0, due=30)
    assert foretold([case], [wide]).breach_expected
    assert foretold([case], [wide]).late_probability == pytest.approx(0.1973, abs=1e-4)
    earlier = replace(case, due_at=at(33))
    assert not foretold([earlier], [wide]).breach_expected


@settings(max_examples=80, deadline=None)
@given(drawn=situations())
def test_laws_of_the_forecast(drawn):
    found = forecast(drawn, make_plan(drawn))
    assert list(found) == sorted(one.id for one in drawn.cases)
    for case in drawn.cases:
        one = found[case.id]
        assert one.breach_expected == (one.reason not in (Reason.ON_COURSE, Reason.WAITING_COUNTY))
        if case.waiting:
            continue
        assert one.late_probability is not None
        if one.late_probability >= BREACH_PROBABILITY or case.due_at <= drawn.now:
            assert one.breach_expected
        if last_look_at(case.due_at) <= drawn.now and case.accepted_at is None:
            assert one.breach_expected


DUE = at(240)
LAST = DUE - LEAD
SEEN = Breach(DUE, at(0), at(0), looked_at=LAST - MARGIN)
BREACHES = {
    "raised in time": (replace(SEEN, raised_at=LAST), None),
    "raised long before": (replace(SEEN, raised_at=at(1)), None),
    "short": (replace(SEEN, promised_at=at(215)), Unforeseen.PROMISE_SHORTER_THAN_LEAD),
    "arrived": (replace(SEEN, known_at=at(211)), Unforeseen.ARRIVED_LATE),
    "data": (replace(SEEN, resumed_at=at(220)), Unforeseen.DATA_CAME_LATE),
    "data in time": (
        replace(SEEN, resumed_at=at(100), accepted_at=at(5)),
        Unforeseen.EXPERT_OVERRAN,
    ),
    "down": (replace(SEEN, looked_at=at(100)), Unforeseen.NOT_LOOKED),
    "never looked": (replace(SEEN, looked_at=None), Unforeseen.NOT_LOOKED),
    "roster": (replace(SEEN, roster_changed_at=at(212)), Unforeseen.ROSTER_CHANGED),
    "handed back": (
        replace(SEEN, handed_back_at=at(212), accepted_at=at(100)),
        Unforeseen.HANDED_BACK,
    ),
    "overran": (replace(SEEN, accepted_at=at(190)), Unforeseen.EXPERT_OVERRAN),
    "raised late": (
        replace(SEEN, accepted_at=at(190), raised_at=at(225)),
        Unforeseen.EXPERT_OVERRAN,
    ),
    "a fault": (SEEN, Unforeseen.UNEXPLAINED),
}


@pytest.mark.parametrize("name", BREACHES)
def test_why_a_breach_was_not_foreseen(name):
    breach, wanted = BREACHES[name]
    assert why_not_foreseen(breach) is wanted


def test_every_cause_is_tested():
    assert {wanted for _, wanted in BREACHES.values()} == {None, *Unforeseen}


def test_minutes_ahead():
    assert minutes_ahead(replace(SEEN, raised_at=LAST)) == 30
    assert minutes_ahead(SEEN) == minutes_ahead(replace(SEEN, raised_at=at(250))) == 0
