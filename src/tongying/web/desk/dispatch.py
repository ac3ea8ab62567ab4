"""Assigning as the plan proposes, where the answering hospital lets the platform do so."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from tongying.consult.assignment import Placement, Situation, make_plan
from tongying.consult.clock import Step, deadline
from tongying.consult.desk import Act
from tongying.consult.eligibility import OpenCase
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move, State
from tongying.kernel.errors import Conflict, NotFound, TongyingError
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.cases import store
from tongying.web.cases.models import CaseRow
from tongying.web.desk.course import course_of
from tongying.web.desk.situation import situation_of
from tongying.web.people.models import Hospital

_log = logging.getLogger("tongying.desk")

NOT_TAKEN = "not accepted in time"
"""Reason under which a case that its expert did not accept in time is given to another."""


def platform_of(hospital: str) -> Viewer:
    """Return the platform as it acts at a hospital's desk; it is no member."""
    return Viewer(UserId(0), "system", HospitalCode(hospital), Role.COORDINATOR)


def dispatch(now: datetime) -> int:
    """Assign every complete case that the plan can place, and return how many were assigned.

    A case that its expert has not accepted by the deadline of that step goes to another one, if the
    plan has another one who is on duty.
    """
    done = 0
    for hospital in Hospital.objects.filter(answers=True, assigns_itself=True):
        done += _dispatch(hospital.code, now)
    return done


def _dispatch(hospital: str, now: datetime) -> int:
    rows = {
        row.pk: row
        for row in CaseRow.objects.filter(
            answering_id=hospital,
            state__in=[State.SUBMITTED.value, State.ASSIGNED.value],
            complete_at__isnull=False,
        ).prefetch_related("pauses")
        if row.state == State.SUBMITTED.value or _overdue(row, now)
    }
    if not rows:
        return 0
    situation = situation_of(hospital, now)
    plan = make_plan(_without(situation, rows))
    done = 0
    for case, placement in sorted(plan.placements.items()):
        row = rows.get(case)
        if row is None or placement.expert == row.assignee_id or not _now(placement, situation):
            continue
        reason = NOT_TAKEN if row.state == State.ASSIGNED.value else ""
        act = Act(Move.ASSIGN, assignee=placement.expert, reason=reason)
        try:
            store.act(platform_of(hospital), row.pk, act, revision=row.revision)
        except (Conflict, NotFound) as error:
            _log_refusal(row.pk, error)
            continue
        done += 1
    return done


def _overdue(row: CaseRow, now: datetime) -> bool:
    course = course_of(row)
    due = None if course is None else deadline(course, Step.ACCEPTED, now)
    return due is not None and due <= now


def _without(situation: Situation, rows: dict[int, CaseRow]) -> Situation:
    """Return the situation in which those who did not accept in time have given the case back."""
    cases = tuple(
        _given_back(case) if case.id in rows and case.assignee is not None else case
        for case in situation.cases
    )
    return Situation(situation.now, cases, situation.experts, situation.roster, situation.policy)


def _given_back(case: OpenCase) -> OpenCase:
    if case.assignee is None:
        return case
    return replace(case, assignee=None, declined=case.declined | {case.assignee})


def _now(placement: Placement, situation: Situation) -> bool:
    """Say whether the expert of a placement is on duty now, or has no roster to be asked."""
    roster = situation.roster
    known = roster.knows(placement.expert)
    return not known or roster.shift_at(placement.expert, situation.now) is not None


def _log_refusal(case: int, error: TongyingError) -> None:
    _log.info("case %s was not assigned: %s", case, error.error_code)
