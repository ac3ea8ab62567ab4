"""Between a case's row and its clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from tongying.consult.case import Urgency
from tongying.consult.clock import Course, Pause, Step
from tongying.consult.desk import Act
from tongying.consult.service_hours import ServiceHours, always_open, read_hours
from tongying.consult.states import TERMINAL, Move, State
from tongying.web.cases.models import CaseRow
from tongying.web.desk.ladders import next_wake
from tongying.web.desk.models import PauseRow
from tongying.web.people.models import Hospital

REACHED: dict[Step, str] = {
    Step.SUBMITTED: "submitted_at",
    Step.COMPLETE: "complete_at",
    Step.ASSIGNED: "assigned_at",
    Step.ACCEPTED: "accepted_at",
    Step.OPENED: "opened_at",
    Step.SIGNED: "signed_at",
    Step.ACKNOWLEDGED: "acknowledged_at",
}
"""In which column it stands when a step was reached."""


def course_of(row: CaseRow) -> Course | None:
    """Return what a case's clocks know, or None before it was submitted."""
    if row.submitted_at is None or not row.urgency:
        return None
    return Course(
        urgency=Urgency(row.urgency),
        reached={
            step: at for step, name in REACHED.items() if (at := getattr(row, name)) is not None
        },
        pauses=tuple(
            Pause(one.begins, one.ends, one.reason)
            for one in sorted(row.pauses.all(), key=lambda one: one.begins)
        ),
        booked_for=row.booked_for,
        closed_at=row.closed_at,
        amended_at=row.amended_at,
        given_back_at=row.given_back_at,
    )


def hours_of(hospital: Hospital) -> ServiceHours:
    """Return a hospital's service hours; one that has set none is always open."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return read_hours(hospital.service_hours, zone) if hospital.service_hours else always_open(zone)


def follow(row: CaseRow, act: Act, now: datetime, *, complete: bool) -> None:
    """Write down what a move means for the clocks; the caller saves the row.

    Call it with the row's new state already in place, in the transaction of the move.

    Parameters
    ----------
    row : CaseRow
    act : Act
    now : datetime
    complete : bool
        Whether the data are complete as far as the platform can tell.
    """
    match act.move:
        case Move.SUBMIT:
            row.complete_at = now if complete else None
        case Move.RESUBMIT:
            row.complete_at = row.complete_at or (now if complete else None)
        case Move.COMPLETE:
            row.complete_at = row.complete_at or now
        case Move.ASSIGN:
            row.complete_at = row.complete_at or now
            row.assigned_at, row.accepted_at, row.opened_at = now, None, None
            row.round += 1
        case Move.CLAIM:
            row.complete_at = row.complete_at or now
            row.assigned_at = row.accepted_at = now
            row.opened_at = None
            row.round += 1
        case Move.DECLINE:
            row.assigned_at = row.accepted_at = row.opened_at = None
            row.given_back_at = now
            row.round += 1
        case Move.ACCEPT:
            row.accepted_at = now
        case Move.OPEN:
            row.opened_at = row.opened_at or now
        case Move.SIGN:
            row.opened_at = row.opened_at or now
            row.signed_at = now
        case Move.AMEND:
            row.amended_at, row.acknowledged_at = now, None
            row.round += 1
        case Move.ACKNOWLEDGE:
            row.acknowledged_at = now
        case _:
            pass
    state = State(row.state)
    if state in TERMINAL and state is not State.ACKNOWLEDGED:
        row.closed_at = now
    _keep_pauses(row, act, now)
    row.wake_at = next_wake(row, course_of(row), now)


def _keep_pauses(row: CaseRow, act: Act, now: datetime) -> None:
    stopped = row.stopped_at is not None and row.closed_at is None
    going_on = PauseRow.objects.filter(case=row, ends=None)
    if stopped and not going_on.exists():
        PauseRow.objects.create(case=row, begins=now, reason=act.reason.strip())
    elif not stopped:
        going_on.update(ends=now)
