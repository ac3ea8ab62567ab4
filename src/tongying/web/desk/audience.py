"""From a rung's audience to the people who are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from tongying.consult.access import may_see_case
from tongying.consult.eligibility import obstacles
from tongying.consult.escalation import Audience
from tongying.consult.people import Role, Viewer
from tongying.consult.states import OWNER, Owner, State
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.alliance.models import ShiftRow
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of
from tongying.web.desk.situation import experts_without_pace, open_cases, policy_of, roster_around
from tongying.web.people.models import Member

WORKLIST: Final = "/"
BOARD: Final = "/board/"


def owner_of(row: CaseRow) -> Owner:
    """Return who has to act next on a case."""
    return OWNER[State(row.state)]


def people_of(row: CaseRow, audiences: Iterable[Audience], now: datetime) -> tuple[Member, ...]:
    """Return the people of some audiences, each once, in the order of their numbers.

    Where nobody of the audiences is there, the administrators of the hospital whose step it is are
    told: an alert is never told to nobody as long as anybody works there.
    """
    found = {one.pk: one for audience in audiences for one in _people(row, audience, now)}
    if not found:
        found = {one.pk: one for one in _office(row)}
    return tuple(found[pk] for pk in sorted(found))


def sees(row: CaseRow, members: Iterable[Member]) -> frozenset[int]:
    """Return the numbers of those members for whom the case exists."""
    case = case_of(row)
    return frozenset(one.pk for one in members if may_see_case(_viewer(one), case))


def page_for(member: Member) -> str:
    """Return the page for somebody who is told of a case that they may not see."""
    return BOARD if member.role == Role.ADMIN.value else WORKLIST


def _viewer(member: Member) -> Viewer:
    return Viewer(
        UserId(member.pk), member.login, HospitalCode(member.hospital_id), Role(member.role)
    )


def _people(row: CaseRow, audience: Audience, now: datetime) -> Iterable[Member]:
    match audience:
        case Audience.OWNER:
            return _owner(row, now)
        case Audience.DESK:
            return _desk(row, now)
        case Audience.BACKUP:
            return _backup(row, now)
        case Audience.OFFICE:
            return _office(row)


def _owner(row: CaseRow, now: datetime) -> Iterable[Member]:
    match owner_of(row):
        case Owner.ASKING:
            return _active(row.asking_id, Role.REQUESTER).filter(pk=row.author_id) or _active(
                row.asking_id, Role.REQUESTER
            )
        case Owner.ASSIGNEE:
            return Member.objects.filter(pk=row.assignee_id, is_active=True)
        case Owner.DESK:
            return _desk(row, now)
        case Owner.NOBODY:
            return ()


def _desk(row: CaseRow, now: datetime) -> Iterable[Member]:
    everybody = _active(row.answering_id, Role.COORDINATOR)
    on_duty = ShiftRow.objects.filter(begins__lte=now, ends__gt=now).values("member_id")
    return list(everybody.filter(pk__in=on_duty)) or everybody


def _backup(row: CaseRow, now: datetime) -> Iterable[Member]:
    if owner_of(row) is Owner.ASKING:
        return _active(row.asking_id, Role.REQUESTER).exclude(pk=row.author_id)
    on_duty = ShiftRow.objects.filter(begins__lte=now, ends__gt=now).values("member_id")
    members = {
        one.pk: one
        for one in _active(row.answering_id, Role.EXPERT)
        .filter(pk__in=on_duty)
        .exclude(pk=row.assignee_id)
    }
    if not members:
        return ()
    (case,) = open_cases(CaseRow.objects.filter(pk=row.pk), now)
    roster, policy = roster_around(members, now), policy_of(row.answering)
    here = timezone.localtime(now)  # a licence is valid until the end of a day of this place
    return [
        members[expert.id]
        for expert in experts_without_pace(members.values())
        if not obstacles(case, expert, at=here, roster=roster, load=0, policy=policy)
    ]


def _office(row: CaseRow) -> Iterable[Member]:
    asking = owner_of(row) is Owner.ASKING
    return _active(row.asking_id if asking else row.answering_id, Role.ADMIN)


def _active(hospital: str, role: Role) -> QuerySet[Member]:
    return Member.objects.filter(hospital_id=hospital, role=role.value, is_active=True)
