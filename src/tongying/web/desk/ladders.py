"""Which rungs of a case's ladders have not fired yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tongying.consult.clock import Course, Step, has_appointment
from tongying.consult.escalation import Rung, rungs
from tongying.web.cases.models import CaseRow
from tongying.web.desk.models import AlertRow

RUNG: Final = "rung"
"""Kind of the `AlertRow` of a rung."""

Fired = tuple[str, int, int, datetime]
"""Step, round, percentage and deadline of a rung that has fired."""


def unfired(row: CaseRow, course: Course, now: datetime) -> list[tuple[Rung, int]]:
    """Return the rungs of a case's pending steps that have not fired, each with its round.

    The earliest comes first, whether it lies ahead or has fallen due already.
    """
    found = rungs(course, now)
    if not found:
        return []
    fired: list[Fired] = list(
        AlertRow.objects.filter(case=row, kind=RUNG).values_list(
            "step", "round", "percent", "due_at"
        )
    )
    keys = {(step, round_, percent) for step, round_, percent, _ in fired}
    numbered = [(rung, _round(row, course, rung, fired)) for rung in found]
    return [
        (rung, number)
        for rung, number in numbered
        if (rung.step.value, number, rung.percent) not in keys
    ]


def next_wake(row: CaseRow, course: Course | None, now: datetime) -> datetime | None:
    """Return when the next rung that has not fired is reached, or None where there is none."""
    if course is None:
        return None
    return next((rung.at for rung, _ in unfired(row, course, now)), None)


def _round(row: CaseRow, course: Course, rung: Rung, fired: Iterable[Fired]) -> int:
    """Return which time a step is timed.

    The desk's look at the data and the promise are timed once; each pause, and each appointment of
    a booked panel, has a ladder of its own; the other steps are timed anew with the case's round.
    """
    match rung.step:
        case Step.COMPLETE:
            return 0
        case Step.SUPPLIED:
            return len(course.pauses)
        case Step.SIGNED:
            if not has_appointment(course, rung.step, rung.due_at):
                return 0
            earlier = {
                due: round_
                for step, round_, _, due in fired
                if step == Step.SIGNED.value and round_ > 0
            }
            return earlier.get(rung.due_at, max(earlier.values(), default=0) + 1)
        case _:
            return row.round
