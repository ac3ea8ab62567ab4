"""The forecast at work: a likely breach is raised before it happens, and later accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from tongying.consult.assignment import Situation, make_plan
from tongying.consult.clock import Course, Step
from tongying.consult.eligibility import OpenCase
from tongying.consult.escalation import Audience, Rung
from tongying.consult.forecast import LEAD, Forecast, Reason, forecast, last_look_at
from tongying.consult.foresight import LOOK_WITHIN, Breach, minutes_ahead, why_not_foreseen
from tongying.consult.states import STOPPED, Move
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import number_of
from tongying.web.desk.audience import owner_of, people_of
from tongying.web.desk.models import AlertRow
from tongying.web.desk.progress import note_done
from tongying.web.desk.situation import situation_of
from tongying.web.desk.telling import announce, note_alert
from tongying.web.notices.kinds import Kind
from tongying.web.people.models import Hospital
from tongying.web.trail import store as trail

FORECAST: Final = "forecast"
"""Kind of the `AlertRow` of a forecast."""
FORESEE: Final = "foresee"
"""Name of the `SweepRow` that says until when every hospital's cases have been foreseen."""
TOLD: Final = (Audience.OWNER, Audience.DESK)


def foresee(now: datetime) -> int:
    """Make plan and forecast of every answering hospital once; raise each likely breach once.

    Parameters
    ----------
    now : datetime
        With time zone.

    Returns
    -------
    int
        How many breaches were raised.
    """
    raised = 0
    for hospital in Hospital.objects.filter(answers=True).order_by("code"):
        situation = situation_of(hospital.code, now)
        if not situation.cases:
            continue
        found = forecast(situation, make_plan(situation))
        expected = [one for one in found.values() if _is_news(one)]
        known = set(
            AlertRow.objects.filter(
                kind=FORECAST, case_id__in=[one.case for one in expected]
            ).values_list("case_id", "round")
        )
        for one in expected:
            raised += _raise(one, known, now)
        _note_looks(situation, now)
    note_done(FORESEE, now)
    return raised


def account(row: CaseRow, course: Course, rung: Rung) -> dict[str, Any]:
    """Return what a breach of the promise keeps: how early it was foreseen, or why it was not.

    Parameters
    ----------
    row : CaseRow
    course : Course
    rung : Rung
        The last rung of the signature's ladder.
    """
    first = row.alerts.filter(kind=FORECAST).order_by("fired_at").first()
    breach = Breach(
        due_at=rung.at,
        promised_at=course.submitted_at,
        known_at=course.submitted_at,
        raised_at=None if first is None else first.fired_at,
        resumed_at=course.pauses[-1].ends if course.pauses else None,
        looked_at=row.looked_at,
        accepted_at=course.reached.get(Step.ACCEPTED),
        handed_back_at=_handed_on(row, rung.at),
    )
    why = why_not_foreseen(breach)
    return {
        "foreseen": why is None,
        "minutes_ahead": round(minutes_ahead(breach), 1),
        "why_not": "" if why is None else why.value,
    }


def _handed_on(row: CaseRow, before: datetime) -> datetime | None:
    """Return when a case last went from one expert to another, or back to the desk."""
    given = [Move.ASSIGN.value, Move.CLAIM.value, Move.DECLINE.value]
    times = list(
        row.events.filter(move__in=given, at__lte=before)
        .order_by("at")
        .values_list("at", flat=True)
    )
    return times[-1] if len(times) > 1 else None


def _is_news(one: Forecast) -> bool:
    return one.breach_expected and one.reason is not Reason.OVERDUE


def _raise(one: Forecast, known: Iterable[tuple[int, int]], now: datetime) -> int:
    """Raise a likely breach unless the case has moved on since the plan was made."""
    with transaction.atomic():
        trail.hold()
        row = CaseRow.objects.select_for_update().get(pk=one.case)
        over = row.signed_at is not None or row.closed_at is not None or row.due_at is None
        if over or row.state in STOPPED or (row.pk, row.round) in known:
            return 0
        alert, made = AlertRow.objects.get_or_create(
            case=row,
            kind=FORECAST,
            step=Step.SIGNED.value,
            round=row.round,
            percent=0,
            defaults={
                "due_at": row.due_at,
                "fell_due_at": now,
                "fired_at": now,
                "owner": owner_of(row).value,
                "detail": {
                    "finishes_at": one.finishes_at and one.finishes_at.isoformat(),
                    "late_probability": one.late_probability,
                    "reason": one.reason.value,
                },
            },
        )
        if not made:
            return 0
        people = people_of(row, TOLD, now)
        alert.told.set(people)
        values = {
            "number": number_of(row),
            "step": Step.SIGNED.value,
            "time": row.due_at.isoformat(),
        }
        announce(alert, row, people, Kind.FORECAST.value, values)
        note_alert(alert, row)
    return 1


def _note_looks(situation: Situation, now: datetime) -> None:
    """Write down that cases were looked at when their last chance came."""
    near = [one.id for one in situation.cases if _last_chance(one, now)]
    if near:
        CaseRow.objects.filter(pk__in=near).update(looked_at=now)


def _last_chance(case: OpenCase, now: datetime) -> bool:
    begins, ends = last_look_at(case.due_at) - LOOK_WITHIN, case.due_at - LEAD
    return not case.waiting and begins <= now <= ends
