"""Alerts: the rungs of a case's ladders fire, each exactly once, and are acknowledged."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction

from tongying.consult.access import relations
from tongying.consult.clock import Course, Step
from tongying.consult.escalation import PERCENTS, Rung, ladder
from tongying.consult.people import Relation, Viewer
from tongying.kernel.audit import Action
from tongying.kernel.errors import NotAllowed, NotFound
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of, number_of
from tongying.web.desk.audience import owner_of, people_of
from tongying.web.desk.course import course_of
from tongying.web.desk.foresee import account
from tongying.web.desk.ladders import RUNG, next_wake, unfired
from tongying.web.desk.models import AlertRow
from tongying.web.desk.telling import announce, note_alert
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail


class AlertNotFound(NotFound):
    """The alert does not exist for this viewer."""

    code: ClassVar[str] = "alert.not-found"


class AlertNotYours(NotAllowed):
    """Somebody acknowledges an alert that was told to others."""

    code: ClassVar[str] = "alert.not-yours"


def fire_due(row: CaseRow, now: datetime) -> int:
    """Fire every rung of a case that has fallen due, in the caller's transaction.

    The caller holds the row's lock and saves the row: `wake_at` moves on to the next rung. Calling
    it before a move keeps what fell due while nobody looked from being lost with the move.

    Parameters
    ----------
    row : CaseRow
        As it is kept, before any change.
    now : datetime
        With time zone.

    Returns
    -------
    int
        How many rungs fired.
    """
    if row.wake_at is None or row.wake_at > now:
        return 0
    course = course_of(row)
    if course is None:
        row.wake_at = None
        return 0
    due = [(rung, number) for rung, number in unfired(row, course, now) if rung.at <= now]
    highest = {rung.step: rung.percent for rung, _ in due}
    for rung, number in due:
        _fire(row, course, rung, number, now, loud=highest[rung.step] == rung.percent)
    row.wake_at = next_wake(row, course, now)
    return len(due)


def acknowledge(viewer: Viewer, alert_id: int) -> int:
    """Acknowledge an alert and return the number of its case.

    With a rung those below it are acknowledged too: it told the same people, and more. An alert
    that somebody acknowledged before stays theirs.

    Raises
    ------
    AlertNotFound
        If there is no such alert on a case that exists for the viewer.
    AlertNotYours
        If the viewer was not told, and is not the desk.
    """
    with transaction.atomic():
        trail.hold()
        alert = AlertRow.objects.filter(pk=alert_id, case__in=cases_for(viewer)).first()
        if alert is None:
            raise AlertNotFound("There is no such alert.")
        if not may_acknowledge(viewer, alert):
            raise AlertNotYours("This alert was told to others; they or the desk acknowledge it.")
        if alert.acknowledged_at is not None:
            return alert.case_id
        now = clock.now()
        AlertRow.objects.filter(
            case=alert.case_id,
            kind=alert.kind,
            step=alert.step,
            round=alert.round,
            percent__lte=alert.percent,
            acknowledged_at=None,
        ).update(acknowledged_by_id=viewer.user, acknowledged_at=now)
        note_alert(alert, alert.case, actor=viewer.login, at=now, action=Action.UPDATE)
    return alert.case_id


def may_acknowledge(viewer: Viewer, alert: AlertRow) -> bool:
    """Say whether a viewer was told of an alert, or is the desk of its case."""
    if alert.told.filter(pk=viewer.user).exists():
        return True
    return Relation.DESK in relations(viewer, case_of(alert.case))


def _fire(
    row: CaseRow, course: Course, rung: Rung, number: int, now: datetime, *, loud: bool
) -> None:
    """Write down a rung; of several that fell due together only the highest is announced."""
    alert = AlertRow.objects.create(
        case=row,
        kind=RUNG,
        step=rung.step.value,
        round=number,
        percent=rung.percent,
        due_at=rung.due_at,
        fell_due_at=rung.at,
        fired_at=now,
        owner=owner_of(row).value,
        detail=_detail(row, course, rung),
    )
    people = people_of(row, ladder(rung.step)[rung.percent], now)
    alert.told.set(people)
    if loud:
        values = {
            "number": number_of(row),
            "percent": str(rung.percent),
            "step": rung.step.value,
            "time": rung.due_at.isoformat(),
        }
        announce(alert, row, people, f"rung-{rung.percent}", values)
    note_alert(alert, row)


def _detail(row: CaseRow, course: Course, rung: Rung) -> dict[str, Any]:
    breach = rung.step is Step.SIGNED and rung.percent == PERCENTS[-1]
    return account(row, course, rung) if breach else {}
