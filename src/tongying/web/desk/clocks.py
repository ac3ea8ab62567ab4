"""Both clocks of a case with its steps, pauses and alerts, as its page shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongying.consult.access import relations
from tongying.consult.case import ANSWER_WITHIN
from tongying.consult.clock import (
    CHAIN,
    Course,
    Step,
    deadline,
    pending,
    service_time,
    wall_time,
)
from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Relation, Viewer
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of
from tongying.web.desk.course import course_of, hours_of
from tongying.web.desk.models import AlertRow
from tongying.web.records.visible import cases_for


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step: by when, and when it was reached (both None where that is not known)."""

    step: Step
    due_at: datetime | None
    reached_at: datetime | None
    late: bool
    running: bool
    """Whether its time runs now."""


@dataclass(frozen=True, slots=True)
class ShownPause:
    """A time in which the clocks stood still; `ends` None while they still do."""

    begins: datetime
    ends: datetime | None
    reason: str
    owner: str
    """The hospital that was waited for."""
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert that nobody has acknowledged yet."""

    id: int
    kind: str
    step: Step
    percent: int
    due_at: datetime
    fired_at: datetime
    told: tuple[str, ...]
    mine: bool
    """Whether the viewer may acknowledge it."""


@dataclass(frozen=True, slots=True)
class ShownClocks:
    """The clocks of a submitted case."""

    wall: timedelta
    service: timedelta
    always_open: bool
    """Whether the answering hospital has no service hours, so that both clocks are the same."""
    promise: timedelta | None
    """None for a booked panel, whose promise is its appointment."""
    booked_for: datetime | None
    stopped: bool
    ended: bool
    steps: tuple[ShownStep, ...]
    pauses: tuple[ShownPause, ...]
    alerts: tuple[ShownAlert, ...]


def clocks_of(viewer: Viewer, case_id: int, now: datetime) -> ShownClocks | None:
    """Return a case's clocks as they stand, or None before it was submitted.

    Raises
    ------
    tongying.consult.desk.CaseNotFound
        If the case does not exist for the viewer.
    """
    row = (
        cases_for(viewer)
        .filter(pk=case_id)
        .select_related("asking", "answering")
        .prefetch_related("pauses")
        .first()
    )
    if row is None:
        raise CaseNotFound("There is no such case.")
    course = course_of(row)
    if course is None:
        return None
    return ShownClocks(
        wall=wall_time(course, now),
        service=service_time(course, hours_of(row.answering), now),
        always_open=not row.answering.service_hours,
        promise=ANSWER_WITHIN.get(course.urgency),
        booked_for=course.booked_for,
        stopped=course.stopped,
        ended=course.ends_at() is not None,
        steps=_steps(course, now),
        pauses=tuple(
            ShownPause(
                one.begins,
                one.ends,
                one.reason,
                row.asking.name,
                deadline(course, Step.SUPPLIED, now) if one.ends is None else None,
            )
            for one in course.pauses
        ),
        alerts=_alerts(viewer, row),
    )


def open_alerts(case_ids: list[int]) -> dict[int, int]:
    """Return how many alerts of some cases nobody has acknowledged, by case.

    The rungs of one ladder count once.
    """
    rows = AlertRow.objects.filter(case_id__in=case_ids, acknowledged_at=None)
    ladders = set(rows.exclude(kind="critical").values_list("case_id", "kind", "step", "round"))
    return Counter(case_id for case_id, *_ in ladders)


def _steps(course: Course, now: datetime) -> tuple[ShownStep, ...]:
    running = pending(course)
    shown = []
    for step in CHAIN[1:]:
        due, reached = deadline(course, step, now), course.reached.get(step)
        if reached is None and course.closed_at is not None:
            continue
        if step is Step.ACKNOWLEDGED and Step.SIGNED not in course.reached:
            due = None
        until = now if reached is None else reached
        late = due is not None and until > due and not (reached is None and course.stopped)
        shown.append(ShownStep(step, due, reached, late, step in running))
    return tuple(shown)


def _alerts(viewer: Viewer, row: CaseRow) -> tuple[ShownAlert, ...]:
    desk = Relation.DESK in relations(viewer, case_of(row))
    rows = row.alerts.filter(acknowledged_at=None).exclude(kind="critical")
    shown, ladders = [], set[tuple[str, str, int]]()
    for alert in rows.prefetch_related("told").order_by("-fired_at", "-percent"):
        ladder = alert.kind, alert.step, alert.round
        if ladder in ladders:
            continue  # the highest rung speaks for those below it
        ladders.add(ladder)
        told = sorted(alert.told.all(), key=lambda one: one.pk)
        shown.append(
            ShownAlert(
                id=alert.pk,
                kind=alert.kind,
                step=Step(alert.step),
                percent=alert.percent,
                due_at=alert.due_at,
                fired_at=alert.fired_at,
                told=tuple(one.name for one in told),
                mine=desk or any(one.pk == viewer.user for one in told),
            )
        )
    return tuple(shown)
