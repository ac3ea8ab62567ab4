"""The clocks against tables written by hand, minutes counted from the submission at 08:00."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from case_values import ASSIGNEE, AUTHOR_SELF, DESK, EXPERT, case_in
from clock_values import (
    BEFORE_SIGNATURE,
    BERLIN,
    NOW,
    PROMISED,
    SHANGHAI,
    T0,
    at,
    course,
    courses,
    minute_of,
    minutes,
)
from hypothesis import given
from hypothesis import strategies as st

from tongying.consult.case import ANSWER_WITHIN, Urgency
from tongying.consult.clock import (
    CHAIN,
    Course,
    Pause,
    Step,
    deadline,
    next_step,
    paused_within,
    pending,
    run_out,
    service_time,
    wall_time,
)
from tongying.consult.desk import Act, apply
from tongying.consult.service_hours import (
    ServiceHours,
    ServiceHoursRefused,
    always_open,
    daily,
    read_hours,
)
from tongying.consult.states import Move, State

NOTHING_REACHED = {
    # urgency, appointment: complete, assigned, accepted, opened, signed, acknowledged
    (Urgency.EMERGENCY, None): (5, 10, 15, 25, 60, 90),
    (Urgency.URGENT, None): (15, 30, 45, 75, 240, 360),
    (Urgency.ROUTINE, None): (30, 60, 90, 150, 360, 1080),
    (Urgency.BOOKED, None): (360, 720, 1440, 2880, 10080, 11520),
    (Urgency.BOOKED, 4320): (360, 720, 1440, 4320, 4440, 5880),
    (Urgency.BOOKED, 600): (360, 600, 600, 600, 720, 2160),
}
REACHED = {"complete": 2, "assigned": 6, "accepted": 9, "opened": 20, "signed": 50}
ALL_REACHED = {
    (Urgency.EMERGENCY, None): (5, 10, 11, 19, 60, 80),
    (Urgency.URGENT, None): (15, 30, 21, 39, 240, 170),
    (Urgency.ROUTINE, None): (30, 60, 36, 69, 360, 770),
    (Urgency.BOOKED, None): (360, 720, 726, 1449, 10080, 1490),
    (Urgency.BOOKED, 4320): (360, 720, 726, 4320, 4440, 1490),
    (Urgency.BOOKED, 600): (360, 600, 600, 600, 720, 1490),
}


def test_the_tables_know_every_urgency():
    assert {urgency for urgency, _ in NOTHING_REACHED} == set(Urgency)
    assert set(ALL_REACHED) == set(NOTHING_REACHED)


@pytest.mark.parametrize(("key", "minutes"), NOTHING_REACHED.items())
def test_deadlines_from_the_submission_on(key, minutes):
    case = course(key[0], booked=key[1])
    assert tuple(minute_of(deadline(case, step, T0)) for step in CHAIN[1:]) == minutes


@pytest.mark.parametrize(("key", "minutes"), ALL_REACHED.items())
def test_deadlines_of_steps_that_were_reached(key, minutes):
    case = course(key[0], booked=key[1], **REACHED)
    assert tuple(minute_of(deadline(case, step, at(60))) for step in CHAIN[1:]) == minutes


def test_what_has_no_deadline():
    case = course(Urgency.URGENT)
    assert deadline(case, Step.SUBMITTED, T0) is None
    assert deadline(case, Step.SUPPLIED, T0) is None


@pytest.mark.parametrize(
    ("urgency", "booked", "minutes"),
    [
        (Urgency.EMERGENCY, None, 20 + 1440),
        (Urgency.BOOKED, 4320, 20 + 1440),
        (Urgency.BOOKED, 600, 600),
        (Urgency.BOOKED, 10, 20 + 1440),
    ],
)
def test_data_are_due_a_day_after_they_were_asked_for_or_at_the_appointment(
    urgency, booked, minutes
):
    case = course(urgency, booked=booked, pauses=[(20, None)])
    assert minute_of(deadline(case, Step.SUPPLIED, at(30))) == minutes


def test_the_time_to_assign_runs_anew_from_when_the_case_was_given_back():
    case = replace(course(Urgency.URGENT, complete=0), given_back_at=at(50))
    assert minute_of(deadline(case, Step.ASSIGNED, at(60))) == 80
    assert minute_of(deadline(case, Step.ACCEPTED, at(60))) == 95


def test_a_step_ends_with_the_promise_unless_it_began_after_it_was_broken():
    before = course(Urgency.URGENT, complete=0, assigned=235)
    assert minute_of(deadline(before, Step.ACCEPTED, at(236))) == 240
    assert minute_of(deadline(before, Step.OPENED, at(236))) == 240
    after = course(Urgency.URGENT, complete=0, assigned=250)
    assert minute_of(deadline(after, Step.ACCEPTED, at(251))) == 265
    assert minute_of(deadline(after, Step.OPENED, at(251))) == 295
    paused = course(Urgency.URGENT, complete=0, assigned=250, accepted=250, pauses=[(260, 320)])
    assert minute_of(deadline(paused, Step.SIGNED, at(330))) == 300
    assert minute_of(deadline(paused, Step.OPENED, at(330))) == 340


def test_the_amended_opinion_wants_an_acknowledgement_of_its_own():
    case = replace(course(Urgency.ROUTINE, **REACHED), amended_at=at(500))
    assert minute_of(deadline(case, Step.ACKNOWLEDGED, at(501))) == 500 + 720
    assert next_step(case) is Step.ACKNOWLEDGED


def test_pauses_push_only_what_has_not_been_reached():
    case = course(
        Urgency.URGENT, complete=2, assigned=6, accepted=9, pauses=[(20, 80), (100, None)]
    )
    assert minute_of(deadline(case, Step.COMPLETE, at(130))) == 15
    assert minute_of(deadline(case, Step.ACCEPTED, at(130))) == 21
    assert minute_of(deadline(case, Step.OPENED, at(130))) == 39 + 60 + 30
    assert minute_of(deadline(case, Step.SIGNED, at(130))) == 240 + 60 + 30
    assert wall_time(case, at(130)) == timedelta(minutes=40)
    assert pending(case) == (Step.SUPPLIED,)


def test_a_pause_after_the_breach_does_not_mend_it():
    """250 minutes had run of 240 when data were asked for; the hour after is nobody's delay."""
    case = course(Urgency.URGENT, complete=0, assigned=5, accepted=6, pauses=[(250, 310)])
    assert minute_of(run_out(case, T0, timedelta(minutes=240), at(320))) == 240
    assert minute_of(deadline(case, Step.SIGNED, at(320))) == 300
    assert at(320) - deadline(case, Step.SIGNED, at(320)) == timedelta(minutes=20)
    assert wall_time(case, at(320)) == timedelta(minutes=260)


PENDING = [
    ({}, (Step.COMPLETE, Step.ASSIGNED, Step.SIGNED)),
    ({"complete": 1}, (Step.ASSIGNED, Step.SIGNED)),
    ({"complete": 1, "assigned": 2}, (Step.ACCEPTED, Step.SIGNED)),
    ({"complete": 1, "assigned": 2, "accepted": 3}, (Step.OPENED, Step.SIGNED)),
    ({"complete": 1, "assigned": 2, "accepted": 3, "opened": 4}, (Step.SIGNED,)),
    ({"complete": 1, "assigned": 2, "accepted": 3, "opened": 4, "signed": 5}, (Step.ACKNOWLEDGED,)),
    (
        {"complete": 1, "assigned": 2, "accepted": 3, "opened": 4, "signed": 5, "acknowledged": 6},
        (),
    ),
]


@pytest.mark.parametrize(("reached", "steps"), PENDING)
def test_what_is_pending(reached, steps):
    case = course(Urgency.URGENT, **reached)
    assert pending(case) == steps
    assert pending(replace(case, closed_at=at(10))) == ()


def test_the_clocks_end_with_the_signature_or_the_closing():
    signed = course(Urgency.URGENT, **REACHED, pauses=[(10, 15)])
    assert wall_time(signed, at(900)) == timedelta(minutes=45)
    closed = replace(course(Urgency.URGENT, pauses=[(10, 40)]), closed_at=at(40))
    assert wall_time(closed, at(900)) == timedelta(minutes=10)


# the service clock


def test_the_service_clock_counts_open_hours_only():
    """08:00 to 18:00; asked at 17:00, answered at 09:30 the next day, 17:10 to 17:30 waiting."""
    hours = daily(time(8), time(18), SHANGHAI)
    case = Course(
        Urgency.ROUTINE,
        {
            Step.SUBMITTED: datetime(2026, 3, 2, 17, tzinfo=SHANGHAI),
            Step.SIGNED: datetime(2026, 3, 3, 9, 30, tzinfo=SHANGHAI),
        },
        (
            Pause(
                datetime(2026, 3, 2, 17, 10, tzinfo=SHANGHAI),
                datetime(2026, 3, 2, 17, 30, tzinfo=SHANGHAI),
            ),
        ),
    )
    now = datetime(2026, 3, 4, tzinfo=SHANGHAI)
    assert service_time(case, hours, now) == timedelta(minutes=40 + 90)
    assert wall_time(case, now) == timedelta(hours=16, minutes=10)


def test_hours_to_midnight_and_closed_days():
    week = (((time(8), time(12)), (time(14), time(0))),) + ((),) * 6
    hours = ServiceHours(week, SHANGHAI)
    monday = datetime(2026, 3, 2, tzinfo=SHANGHAI)
    assert hours.open_between(monday, monday + timedelta(days=7)) == timedelta(hours=14)
    assert hours.is_open(monday + timedelta(hours=23, minutes=59))
    assert not hours.is_open(monday + timedelta(hours=12))
    assert not hours.is_open(monday + timedelta(days=1, hours=9))
    assert hours.open_between(monday, monday) == timedelta()


@pytest.mark.parametrize(
    ("day", "hours_open"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)],
)
def test_the_nights_in_which_clocks_are_changed(day, hours_open):
    begin = datetime.combine(day, time(), BERLIN)
    end = datetime.combine(day + timedelta(days=1), time(), BERLIN)
    assert always_open(BERLIN).open_between(begin, end) == timedelta(hours=hours_open)


def test_written_hours():
    written = [[["08:00", "12:00"], ["14:00", "00:00"]], *[[] for _ in range(6)]]
    assert read_hours(written, SHANGHAI).week[0] == ((time(8), time(12)), (time(14), time(0)))


@pytest.mark.parametrize(
    "written",
    [
        "08:00",
        [[]] * 7,
        [[["08:00", "12:00"]]] * 6,
        [["08:00"]] * 7,
        [[["08:00"]]] * 7,
        [[["8", "12"]]] * 7,
        [[["08:00:30", "12:00"]]] * 7,
        [[["08:00+02:00", "12:00"]]] * 7,
        [[["12:00", "08:00"]]] * 7,
        [[["08:00", "08:00"]]] * 7,
        [[["08:00", "12:00"], ["11:00", "13:00"]]] * 7,
        [[["08:00", "00:00"], ["11:00", "13:00"]]] * 7,
        [[[8, 12]]] * 7,
        [None] * 7,
    ],
)
def test_hours_that_make_no_sense_are_refused(written):
    with pytest.raises(ServiceHoursRefused):
        read_hours(written, SHANGHAI)


# stopping the clock at the desk


def test_the_desk_stops_and_restarts_the_clock():
    way = [
        (0, AUTHOR_SELF, Act(Move.SUBMIT), None, 0),
        (10, DESK, Act(Move.RETURN, reason="no lateral view"), 10, 0),
        (30, AUTHOR_SELF, Act(Move.EDIT), 10, 0),
        (40, AUTHOR_SELF, Act(Move.RESUBMIT), None, 30),
        (45, DESK, Act(Move.ASSIGN, assignee=ASSIGNEE), None, 30),
        (50, EXPERT, Act(Move.ACCEPT), None, 30),
        (60, EXPERT, Act(Move.ASK_DATA, reason="which side?"), 60, 30),
        (75, AUTHOR_SELF, Act(Move.EDIT), 60, 30),
        (80, AUTHOR_SELF, Act(Move.SUPPLY), None, 50),
    ]
    case = case_in(State.DRAFT)
    for minute, viewer, act, stopped, paused in way:
        case = apply(viewer, case, act, at(minute))
        assert case.stopped_at == (None if stopped is None else at(stopped)), act.move
        assert case.paused == timedelta(minutes=paused), act.move
        assert minute_of(case.due_at()) == 240 + paused, act.move


def test_a_case_that_is_closed_while_it_waits_ends_its_pause():
    case = case_in(State.WAITING, submitted_at=T0, stopped_at=at(20))
    after = apply(AUTHOR_SELF, case, Act(Move.WITHDRAW, reason="moved away"), at(50))
    assert (after.stopped_at, after.paused) == (None, timedelta(minutes=30))


# laws


@given(courses())
def test_deadlines_of_the_steps_to_come_are_in_the_order_of_the_chain(case):
    ahead = [step for step in BEFORE_SIGNATURE if step not in case.reached]
    due = [deadline(case, step, NOW) for step in ahead]
    assert due == sorted(due)
    signature = deadline(case, Step.SIGNED, NOW)
    assert deadline(case, Step.ACKNOWLEDGED, NOW) > signature
    if not case.reached.keys() - {Step.SUBMITTED}:
        assert all(one <= signature for one in due)


@given(courses(urgencies=PROMISED, stopped=False), minutes, st.integers(1, 600))
def test_a_pause_moves_the_signature_by_exactly_its_length(case, begin, length):
    gap = Pause(at(begin), at(begin + length))
    clear = all(one.ends <= gap.begins or one.begins >= gap.ends for one in case.pauses)
    if not clear:
        return
    more = replace(case, pauses=tuple(sorted((*case.pauses, gap), key=lambda one: one.begins)))
    now = NOW + timedelta(minutes=length)
    assert deadline(more, Step.SIGNED, now) - deadline(case, Step.SIGNED, now) == timedelta(
        minutes=length
    )


@given(courses(urgencies=PROMISED), st.integers(3000, 9000))
def test_late_by_exactly_what_the_wall_clock_has_run_too_long(case, minute):
    now = at(minute)
    late = now - deadline(case, Step.SIGNED, now)
    assert late == wall_time(case, now) - ANSWER_WITHIN[case.urgency]


@given(
    courses(),
    st.integers(3000, 9000),
    st.sampled_from(
        [always_open(SHANGHAI), daily(time(8), time(20), SHANGHAI), always_open(BERLIN)]
    ),
    st.sampled_from(
        [T0, datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)]
    ),
)
def test_service_time_never_exceeds_wall_time(case, minute, hours, start):
    shift = start - T0
    moved = replace(
        case,
        reached={step: one + shift for step, one in case.reached.items()},
        pauses=tuple(
            Pause(one.begins + shift, None if one.ends is None else one.ends + shift)
            for one in case.pauses
        ),
    )
    now = at(minute) + shift
    service = service_time(moved, hours, now)
    assert timedelta() <= service <= wall_time(moved, now)
    if hours == always_open(hours.zone):
        assert service == wall_time(moved, now)


@given(courses(), minutes, st.integers(1, 500))
def test_the_clock_has_run_for_its_span_when_it_runs_out(case, start, span):
    end = run_out(case, at(start), timedelta(minutes=span), NOW)
    ran = end - at(start) - paused_within(case, at(start), end)
    if not case.stopped or end <= case.pauses[-1].begins:
        assert ran == timedelta(minutes=span)
