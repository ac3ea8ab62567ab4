"""The escalation ladder: who is told at 50, 75, 90 and 100 % of a step's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tongying.consult.clock import (
    Course,
    Step,
    begun_at,
    deadline,
    has_appointment,
    paused_within,
    pending,
    run_out,
)


class Audience(StrEnum):
    """Who stands on a rung."""

    OWNER = "owner"
    """Those who have to act now: the assignee, the desk on duty, or the asking doctor."""
    DESK = "desk"
    """The coordinators of the answering hospital."""
    BACKUP = "backup"
    """Other experts on duty who could take the case, and the asking doctor's colleagues."""
    OFFICE = "office"
    """The administrators of the hospital whose step it is."""


PERCENTS = (50, 75, 90, 100)
"""Rungs of the ladder (K05)."""
PROMISE_LADDER: dict[int, tuple[Audience, ...]] = {
    50: (Audience.OWNER,),
    75: (Audience.OWNER, Audience.DESK),
    90: (Audience.OWNER, Audience.DESK, Audience.BACKUP),
    100: (Audience.OWNER, Audience.DESK, Audience.BACKUP, Audience.OFFICE),
}
"""The whole ladder, for what was promised: signature, acknowledgement, supplied data."""
STEP_LADDER: dict[int, tuple[Audience, ...]] = {
    75: (Audience.OWNER,),
    100: (Audience.OWNER, Audience.DESK),
}
"""The short ladder of the steps on the way: four alerts in a quarter of an hour help nobody."""
PROMISES = frozenset({Step.SIGNED, Step.ACKNOWLEDGED, Step.SUPPLIED})


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of a step's ladder, and when it is reached."""

    step: Step
    percent: int
    at: datetime
    due_at: datetime


def ladder(step: Step) -> dict[int, tuple[Audience, ...]]:
    """Return the ladder of a step: for each percentage, who is told."""
    return PROMISE_LADDER if step in PROMISES else STEP_LADDER


def rungs(course: Course, now: datetime) -> tuple[Rung, ...]:
    """Return every rung of the steps that are pending, in the order of their times.

    A rung is reached when its share of the step's running time has run: a pause moves the rungs
    that are still to come and leaves those behind it where they were. The rungs before an
    appointment are shares of the calendar time; one that falls into a pause is reached when the
    clocks run again.
    """
    found = []
    for step in pending(course):
        due = deadline(course, step, now)
        if due is None:
            continue
        found += [
            Rung(step, percent, _reached(course, step, due, percent, now), due)
            for percent in ladder(step)
        ]
    return tuple(sorted(found, key=lambda rung: (rung.at, rung.step, rung.percent)))


def _reached(course: Course, step: Step, due: datetime, percent: int, now: datetime) -> datetime:
    begun = begun_at(course, step)
    if step is Step.SUPPLIED:
        return begun + (due - begun) * percent / 100
    if has_appointment(course, step, due):
        at = begun + (due - begun) * percent / 100
        for pause in course.pauses:
            if pause.begins <= at < (pause.ends or now):
                return pause.ends or now
        return at
    span = due - begun - paused_within(course, begun, now)
    return run_out(course, begun, span * percent / 100, now)
