"""The clocks of a case: wall time and service time, and the deadline of every step.

Both clocks stand still only while the case waits for data from the county. The wall clock carries
the promise; the service clock counts only the hours in which the answering hospital is open for
consults, so that a late answer can be told from a closed door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tongying.consult.case import ANSWER_WITHIN, PANEL_LASTS, PANEL_WITHIN, Urgency
from tongying.consult.service_hours import ServiceHours


class Step(StrEnum):
    """What every case goes through, in order; `SUPPLIED` stands aside: the county's data."""

    SUBMITTED = "submitted"
    COMPLETE = "complete"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    OPENED = "opened"
    SIGNED = "signed"
    ACKNOWLEDGED = "acknowledged"
    SUPPLIED = "supplied"


CHAIN = (
    Step.SUBMITTED,
    Step.COMPLETE,
    Step.ASSIGNED,
    Step.ACCEPTED,
    Step.OPENED,
    Step.SIGNED,
    Step.ACKNOWLEDGED,
)


@dataclass(frozen=True, slots=True)
class Allowances:
    """How long each step may take.

    `complete` and `assigned` count from submission (`assigned` anew from when an expert gave the
    case back), `accepted` from the assignment, `opened` from the acceptance, `acknowledged` from
    the signature.
    """

    complete: timedelta
    assigned: timedelta
    accepted: timedelta
    opened: timedelta
    acknowledged: timedelta


def _minutes(*values: int) -> Allowances:
    return Allowances(*(timedelta(minutes=value) for value in values))


ALLOWANCES: dict[Urgency, Allowances] = {
    Urgency.EMERGENCY: _minutes(5, 10, 5, 10, 30),
    Urgency.URGENT: _minutes(15, 30, 15, 30, 120),
    Urgency.ROUTINE: _minutes(30, 60, 30, 60, 720),
    Urgency.BOOKED: _minutes(360, 720, 720, 1440, 1440),
}
"""Steps within the promise. Accepted within 15 to 30 minutes is K05's; the rest needs sign-off."""
SUPPLY_WITHIN = timedelta(hours=24)
"""How long a case may wait for county data before the desk is told. Needs sign-off."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a case waited for county data; `ends` None while it still does."""

    begins: datetime
    ends: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What the clocks of one case know.

    Attributes
    ----------
    urgency : Urgency
    reached : mapping of Step to datetime
        When each step was reached (for a reassigned case: last); `SUBMITTED` is always there.
    pauses : tuple of Pause
        In order and apart; only the last can still go on.
    booked_for : datetime or None
    closed_at : datetime or None
        When it ended without the chain's end (withdrawn, refused).
    amended_at : datetime or None
        When an amendment was last signed: it wants an acknowledgement of its own.
    given_back_at : datetime or None
        When an expert last gave it back: the desk's time to assign runs anew from there.
    """

    urgency: Urgency
    reached: Mapping[Step, datetime]
    pauses: tuple[Pause, ...] = ()
    booked_for: datetime | None = None
    closed_at: datetime | None = None
    amended_at: datetime | None = None
    given_back_at: datetime | None = None

    @property
    def submitted_at(self) -> datetime:
        """Return when the question was sent."""
        return self.reached[Step.SUBMITTED]

    @property
    def stopped(self) -> bool:
        """Say whether the clocks stand still now."""
        return bool(self.pauses) and self.pauses[-1].ends is None

    def paused_since(self, start: datetime, now: datetime) -> timedelta:
        """Return how long the clocks have stood still since a moment."""
        return paused_within(self, start, max(start, now))

    def ends_at(self) -> datetime | None:
        """Return when the clocks stopped for good: at the signature, or when it was closed."""
        return self.reached.get(Step.SIGNED) or self.closed_at


def paused_within(course: Course, begin: datetime, end: datetime) -> timedelta:
    """Return how long the clocks stood still between two moments."""
    total = timedelta()
    for pause in course.pauses:
        first, last = max(begin, pause.begins), min(end, pause.ends or end)
        if last > first:
            total += last - first
    return total


def run_out(course: Course, start: datetime, span: timedelta, now: datetime) -> datetime:
    """Return the first moment at which the clock has run for a span since `start`.

    A pause that begins at or after that moment no longer moves it; one that still goes on counts
    until `now`.
    """
    due = start + span
    for pause in course.pauses:
        end = pause.ends or max(now, pause.begins)
        if pause.begins < due and end > start:
            due += end - max(pause.begins, start)
    return due


def wall_time(course: Course, now: datetime) -> timedelta:
    """Return the wall time from submission to the signature (or now), without pauses."""
    end = course.ends_at() or now
    return end - course.submitted_at - paused_within(course, course.submitted_at, end)


def service_time(course: Course, hours: ServiceHours, now: datetime) -> timedelta:
    """Return the same within the answering hospital's service hours only."""
    end = course.ends_at() or now
    total = hours.open_between(course.submitted_at, end)
    for pause in course.pauses:
        first, last = max(course.submitted_at, pause.begins), min(end, pause.ends or end)
        if last > first:
            total -= hours.open_between(first, last)
    return total


def deadline(course: Course, step: Step, now: datetime) -> datetime | None:
    """Return the deadline of a step.

    Every step has one from the moment of submission: where the step before has not been reached,
    it counts from that step's own deadline. Every pause moves a deadline that still runs by its
    length, and while the clocks stand still deadlines move along with `now`; so a step is late by
    exactly what its clock has run too long. No step that began before the promise was broken is
    due later than the signature, or for a booked panel than the appointment.

    Parameters
    ----------
    course : Course
    step : Step
    now : datetime
        With time zone; matters only while the clocks stand still.

    Returns
    -------
    datetime or None
        None for `SUBMITTED`, and for `SUPPLIED` while nothing is asked for.
    """
    if step is Step.SUBMITTED:
        return None
    until = min(now, course.reached.get(step, now), course.closed_at or now)
    if step is Step.SUPPLIED:
        return _supply(course) if course.stopped else None
    if step is Step.SIGNED:
        return _signature(course, until)
    if step is Step.ACKNOWLEDGED:
        signed = course.amended_at or course.reached.get(Step.SIGNED) or _signature(course, until)
        return signed + ALLOWANCES[course.urgency].acknowledged
    return _before_signature(course, step, until)


def begun_at(course: Course, step: Step) -> datetime:
    """Return when the time of a pending step began to run.

    The signature's begins at submission: it is the promise. Completeness and assignment are both
    the desk's and begin together.
    """
    match step:
        case Step.SUPPLIED:
            return course.pauses[-1].begins
        case Step.ACKNOWLEDGED:
            return course.amended_at or course.reached[Step.SIGNED]
        case Step.ASSIGNED:
            return course.given_back_at or course.submitted_at
        case Step.ACCEPTED:
            return course.reached.get(Step.ASSIGNED) or begun_at(course, Step.ASSIGNED)
        case Step.OPENED:
            return course.reached.get(Step.ACCEPTED) or begun_at(course, Step.ACCEPTED)
        case _:
            return course.submitted_at


def has_appointment(course: Course, step: Step, due: datetime) -> bool:
    """Say whether a step's deadline is an hour of the calendar, which pauses do not move."""
    if course.urgency is not Urgency.BOOKED or course.booked_for is None:
        return False
    return step is Step.SIGNED or (step in CHAIN and due == course.booked_for)


def _supply(course: Course) -> datetime:
    begins = course.pauses[-1].begins
    due = begins + SUPPLY_WITHIN
    booked = course.booked_for if course.urgency is Urgency.BOOKED else None
    return due if booked is None or booked <= begins else min(due, booked)


def _promised(course: Course) -> timedelta:
    return PANEL_WITHIN if course.urgency is Urgency.BOOKED else ANSWER_WITHIN[course.urgency]


def _signature(course: Course, until: datetime) -> datetime:
    if course.urgency is Urgency.BOOKED and course.booked_for is not None:
        return course.booked_for + PANEL_LASTS
    return _pushed(course, course.submitted_at, _promised(course), until)


def _before_signature(course: Course, step: Step, until: datetime) -> datetime:
    due = _allowed(course, step, until)
    begun = begun_at(course, step)
    if course.urgency is Urgency.BOOKED and course.booked_for is not None:
        return due if begun >= course.booked_for else min(due, course.booked_for)
    broken = run_out(course, course.submitted_at, _promised(course), until)
    return due if begun >= broken else min(due, _signature(course, until))


def _allowed(course: Course, step: Step, until: datetime) -> datetime:
    """Return a step's deadline by its own allowance alone."""
    allowed = ALLOWANCES[course.urgency]
    match step:
        case Step.COMPLETE:
            return _pushed(course, course.submitted_at, allowed.complete, until)
        case Step.ASSIGNED:
            return _pushed(course, begun_at(course, step), allowed.assigned, until)
        case Step.ACCEPTED:
            return _after(course, Step.ASSIGNED, allowed.accepted, until)
        case _:
            if course.booked_for is not None and begun_at(course, step) < course.booked_for:
                return course.booked_for
            return _after(course, Step.ACCEPTED, allowed.opened, until)


def _after(course: Course, earlier: Step, span: timedelta, until: datetime) -> datetime:
    reached = course.reached.get(earlier)
    if reached is None:
        return _allowed(course, earlier, until) + span
    return _pushed(course, reached, span, until)


def _pushed(course: Course, start: datetime, span: timedelta, until: datetime) -> datetime:
    return start + span + course.paused_since(start, until)


def next_step(course: Course) -> Step | None:
    """Return the step that is to come, or None where the case has ended."""
    if course.closed_at is not None:
        return None
    if course.stopped:
        return Step.SUPPLIED
    return next((step for step in CHAIN if step not in course.reached), None)


def pending(course: Course) -> tuple[Step, ...]:
    """Return the steps whose deadlines run now, in the order of the chain.

    Those are the next step and, until it is reached, the signature; while the desk has neither
    found the data complete nor assigned the case, both are running.
    """
    step = next_step(course)
    if step is None:
        return ()
    if step in (Step.SIGNED, Step.ACKNOWLEDGED, Step.SUPPLIED):
        return (step,)
    if step is Step.COMPLETE and Step.ASSIGNED not in course.reached:
        return (step, Step.ASSIGNED, Step.SIGNED)
    return (step, Step.SIGNED)
