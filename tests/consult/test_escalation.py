"""The ladders against tables written by hand, minutes counted from the submission at 08:00."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from clock_values import NOW, PROMISED, at, course, courses, minute_of
from hypothesis import given
from hypothesis import strategies as st

from tongying.consult.case import Urgency
from tongying.consult.clock import Pause, Step, deadline
from tongying.consult.escalation import Audience, ladder, rungs

OWN, DSK, BAK, OFF = Audience.OWNER, Audience.DESK, Audience.BACKUP, Audience.OFFICE
WHOLE = {50: (OWN,), 75: (OWN, DSK), 90: (OWN, DSK, BAK), 100: (OWN, DSK, BAK, OFF)}
SHORT = {75: (OWN,), 100: (OWN, DSK)}
WHO = {
    Step.SUBMITTED: SHORT,
    Step.COMPLETE: SHORT,
    Step.ASSIGNED: SHORT,
    Step.ACCEPTED: SHORT,
    Step.OPENED: SHORT,
    Step.SIGNED: WHOLE,
    Step.ACKNOWLEDGED: WHOLE,
    Step.SUPPLIED: WHOLE,
}
"""Every step's ladder."""


def test_who_is_told():
    assert set(WHO) == set(Step)
    assert {step: ladder(step) for step in Step} == WHO


def minutes_of(case, now=NOW):
    """Return, by step, the minutes at which its rungs are reached, lowest first."""
    found: dict[str, tuple[float, ...]] = {}
    for rung in rungs(case, now):
        found[rung.step.value] = (*found.get(rung.step.value, ()), minute_of(rung.at))
    return found


BEGIN = {
    # urgency: complete, assigned, signed; nothing reached
    Urgency.EMERGENCY: ((3.75, 5), (7.5, 10), (30, 45, 54, 60)),
    Urgency.URGENT: ((11.25, 15), (22.5, 30), (120, 180, 216, 240)),
    Urgency.ROUTINE: ((22.5, 30), (45, 60), (180, 270, 324, 360)),
    Urgency.BOOKED: ((270, 360), (540, 720), (5040, 7560, 9072, 10080)),
}
ACCEPTED = {
    # assigned at minute 8
    Urgency.EMERGENCY: (11.75, 13),
    Urgency.URGENT: (19.25, 23),
    Urgency.ROUTINE: (30.5, 38),
    Urgency.BOOKED: (548, 728),
}
OPENED = {
    # accepted at minute 10
    Urgency.EMERGENCY: (17.5, 20),
    Urgency.URGENT: (32.5, 40),
    Urgency.ROUTINE: (55, 70),
    Urgency.BOOKED: (1090, 1450),
}
ACKNOWLEDGED = {
    # signed at minute 50
    Urgency.EMERGENCY: (65, 72.5, 77, 80),
    Urgency.URGENT: (110, 140, 158, 170),
    Urgency.ROUTINE: (410, 590, 698, 770),
    Urgency.BOOKED: (770, 1130, 1346, 1490),
}
SUPPLIED = (730, 1090, 1306, 1450)
"""Asked for at minute 10, whatever the urgency."""


@pytest.mark.parametrize("urgency", Urgency)
def test_every_step_of_every_urgency(urgency):
    complete, assigned, signed = BEGIN[urgency]
    assert minutes_of(course(urgency)) == {
        "complete": complete,
        "assigned": assigned,
        "signed": signed,
    }
    reached = {"complete": 0.0}
    assert minutes_of(course(urgency, **reached)) == {"assigned": assigned, "signed": signed}
    reached["assigned"] = 8
    assert minutes_of(course(urgency, **reached)) == {
        "accepted": ACCEPTED[urgency],
        "signed": signed,
    }
    reached["accepted"] = 10
    assert minutes_of(course(urgency, **reached)) == {"opened": OPENED[urgency], "signed": signed}
    waiting = course(urgency, pauses=[(10, None)], **reached)
    assert minutes_of(waiting) == {"supplied": SUPPLIED}
    reached["opened"] = 12
    assert minutes_of(course(urgency, **reached)) == {"signed": signed}
    reached["signed"] = 50
    assert minutes_of(course(urgency, **reached)) == {"acknowledged": ACKNOWLEDGED[urgency]}
    reached["acknowledged"] = 60
    assert minutes_of(course(urgency, **reached)) == {}


def test_a_closed_case_has_no_rungs():
    assert rungs(replace(course(Urgency.URGENT), closed_at=at(20)), NOW) == ()


def test_a_pause_moves_the_rungs_to_come_and_not_those_behind_it():
    """Urgent, due after 240 minutes; 150 to 210 waiting. Half of it ran before the pause."""
    case = course(Urgency.URGENT, complete=0, assigned=1, accepted=2, opened=3)
    before = replace(case, pauses=(Pause(at(150), at(210)),))
    assert minutes_of(before) == {"signed": (120, 240, 276, 300)}
    twice = replace(case, pauses=(Pause(at(30), at(60)), Pause(at(150), at(210))))
    assert minutes_of(twice) == {"signed": (150, 270, 306, 330)}


def test_a_pause_within_a_short_step():
    """Urgent: 30 minutes to open from minute 10; 20 to 120 waiting, after 10 of them."""
    case = course(Urgency.URGENT, complete=0, assigned=5, accepted=10, pauses=[(20, 120)])
    assert minutes_of(case)["opened"] == (132.5, 140)
    (last,) = [one for one in rungs(case, NOW) if one.step is Step.OPENED and one.percent == 100]
    assert minute_of(last.due_at) == 140


def test_a_pause_before_the_desk_has_looked():
    """Urgent, sent back at minute 5 and mended at 65: 15 and 30 running minutes end later."""
    case = course(Urgency.URGENT, pauses=[(5, 65)])
    assert minutes_of(case) == {
        "complete": (71.25, 75),
        "assigned": (82.5, 90),
        "signed": (180, 240, 276, 300),
    }


def test_a_pause_after_the_breach_leaves_the_breach_where_it_was():
    case = course(Urgency.URGENT, complete=0, assigned=5, accepted=6, opened=7, pauses=[(250, 310)])
    assert minutes_of(case, at(320)) == {"signed": (120, 180, 216, 240)}


def test_a_case_given_back_is_assigned_on_a_new_ladder():
    case = replace(course(Urgency.URGENT, complete=0), given_back_at=at(50))
    assert minutes_of(case)["assigned"] == (72.5, 80)


def test_a_step_that_the_promise_cuts_short():
    """Assigned at minute 236 of 240: four minutes are left of the fifteen."""
    case = course(Urgency.URGENT, complete=0, assigned=236)
    assert minutes_of(case)["accepted"] == (239, 240)
    late = course(Urgency.URGENT, complete=0, assigned=250)
    assert minutes_of(late)["accepted"] == (261.25, 265)


def test_an_amendment_begins_the_acknowledgement_anew():
    case = replace(
        course(Urgency.URGENT, complete=0, assigned=1, accepted=2, opened=3, signed=50),
        amended_at=at(100),
    )
    assert minutes_of(case) == {"acknowledged": (160, 190, 208, 220)}


def test_the_rungs_before_an_appointment_are_shares_of_the_calendar():
    """The panel at minute 4200, its opinion at 4320; 2000 to 2500 waiting hides one rung."""
    reached = {"complete": 0, "assigned": 1, "accepted": 2, "opened": 3}
    case = course(Urgency.BOOKED, booked=4200, **reached)
    assert minutes_of(case, at(5)) == {"signed": (2160, 3240, 3888, 4320)}
    paused = course(Urgency.BOOKED, booked=4200, pauses=[(2000, 2500)], **reached)
    assert minutes_of(paused, at(2500)) == {"signed": (2500, 3240, 3888, 4320)}


# laws


@given(courses())
def test_rungs_are_in_order_and_end_with_the_deadline(case):
    found = rungs(case, NOW)
    assert [one.at for one in found] == sorted(one.at for one in found)
    for step in {one.step for one in found}:
        mine = [one for one in found if one.step is step]
        assert [one.percent for one in sorted(mine, key=lambda one: one.at)] == list(ladder(step))
        due = deadline(case, step, NOW)
        assert {one.due_at for one in mine} == {due}
        last = next(one for one in mine if one.percent == 100)
        after = any(one.begins >= last.at for one in case.pauses)
        fixed = case.booked_for is not None
        assert last.at == due or fixed or (after and last.at < due)


@given(courses(urgencies=PROMISED, stopped=False), st.integers(0, 3000), st.integers(1, 600))
def test_a_pause_moves_every_later_rung_of_the_promise_by_its_length(case, begin, length):
    """Asked at the moment the pause begins and again when it ends."""
    known = tuple(one for one in case.pauses if one.ends <= at(begin))
    reached = {step: when for step, when in case.reached.items() if when <= at(begin)}
    case = replace(case, pauses=known, reached=reached)
    more = replace(case, pauses=(*known, Pause(at(begin), at(begin + length))))
    before = {one.percent: one.at for one in _promise(case, at(begin))}
    after = {one.percent: one.at for one in _promise(more, at(begin + length))}
    for percent, when in before.items():
        moved = timedelta(minutes=length) if when > at(begin) else timedelta()
        assert after[percent] == when + moved


def _promise(case, now):
    return [one for one in rungs(case, now) if one.step is Step.SIGNED]
