"""The plan at the desk: whom it proposes for a case, in words why, and what may not be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from django.utils import timezone

from tongying.consult.assignment import Placement, Situation, make_plan
from tongying.consult.desk import Act, CaseNotFound
from tongying.consult.eligibility import Obstacle, OpenCase, hard, is_hard, obstacles
from tongying.consult.people import Role, Viewer
from tongying.consult.roster import Roster
from tongying.consult.states import Move
from tongying.kernel.errors import Conflict
from tongying.kernel.ids import UserId
from tongying.web.alliance.agreements import check_may_answer
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import shown_member
from tongying.web.cases.shown import ShownMember
from tongying.web.desk.situation import experts_of, open_cases, policy_of, situation_of
from tongying.web.people.models import Member
from tongying.web.records.visible import cases_for

CHOOSING = frozenset({Move.ASSIGN, Move.OFFER, Move.CLAIM})
"""Moves that put a case into somebody's hands."""


class ExpertBarred(Conflict):
    """Something that nobody can override keeps the expert from answering."""

    code: ClassVar[str] = "assign.barred"


BARRED: dict[Obstacle, str] = {
    Obstacle.LICENCE_EXPIRED: "The licence of the chosen expert has expired.",
    Obstacle.LICENCE_UNKNOWN: "The chosen expert has no licence on record.",
    Obstacle.OWN_HOSPITAL: "The chosen expert belongs to the hospital that asks.",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert who could, or could not, answer a case.

    Attributes
    ----------
    member : ShownMember
    open_cases : int
        Cases open with them now.
    proposed : bool
        Whether the plan puts the case here.
    obstacles : tuple of Obstacle
    barred : bool
        Whether one of the obstacles cannot be overridden.
    """

    member: ShownMember
    open_cases: int
    proposed: bool
    obstacles: tuple[Obstacle, ...]
    barred: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the plan says of one case: the proposed placement, and everybody else.

    `refusal` is the sentence that keeps the whole case from being answered (no valid agreement).
    """

    placement: Placement | None
    candidates: tuple[Candidate, ...]
    refusal: str = ""


def proposal_for(viewer: Viewer, case_id: int, now: datetime) -> Proposal:
    """Return the plan's proposal for a case and every expert's standing, the proposed one first.

    Raises
    ------
    tongying.consult.desk.CaseNotFound
        If the case does not exist for the viewer.
    """
    row = cases_for(viewer).filter(pk=case_id).first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    situation = situation_of(row.answering_id, now)
    case = _case(row, situation, now)
    placement = make_plan(situation).placements.get(case.id)
    candidates = _candidates(row, case, situation, placement)
    try:
        check_may_answer(row, now)
    except Conflict as error:
        return Proposal(placement, candidates, error.sentence)
    return Proposal(placement, candidates)


def with_proposal(row: CaseRow, act: Act, now: datetime) -> Act:
    """Return an assignment with whom the plan proposes, why, and what the desk overrides.

    Other moves come back as they are. Call it before the move's transaction: a plan takes a while.
    """
    if act.move is not Move.ASSIGN or act.assignee is None:
        return act
    situation = situation_of(row.answering_id, now)
    case = _case(row, situation, now)
    placement = make_plan(situation).placements.get(case.id)
    if all(one.id != act.assignee for one in situation.experts):
        return act  # nobody who could answer: refused for that, not for a missing reason
    found = _obstacles(case, situation, act.assignee)
    return replace(
        act,
        proposed=None if placement is None else placement.expert,
        why=() if placement is None else placement.why,
        overridden=()
        if placement is not None and placement.expert == act.assignee
        else tuple(one.value for one in found if not is_hard(one, situation.policy)),
    )


def check_may_choose(row: CaseRow, chosen: Iterable[UserId], now: datetime) -> None:
    """Raise unless every chosen expert may answer the case at all.

    Raises
    ------
    ExpertBarred
        If an obstacle that nobody can override stands in the way of one of them.
    tongying.consult.agreement.AgreementMissing
        If no agreement covers the case.
    """
    check_may_answer(row, now)
    members = list(Member.objects.filter(pk__in=list(chosen)))
    policy = policy_of(row.answering)
    case = open_cases(CaseRow.objects.filter(pk=row.pk), now)[0]
    here = timezone.localtime(now)  # a licence is valid until the end of a day of this place
    for expert in experts_of(members, now):
        found = obstacles(case, expert, at=here, roster=Roster(()), load=0, policy=policy)
        for one in hard(found, policy):
            raise ExpertBarred(BARRED[one])


def _case(row: CaseRow, situation: Situation, now: datetime) -> OpenCase:
    for case in situation.cases:
        if case.id == row.pk:
            return case
    return open_cases(CaseRow.objects.filter(pk=row.pk), now)[0]


def _obstacles(case: OpenCase, situation: Situation, user: UserId) -> tuple[Obstacle, ...]:
    expert = next(one for one in situation.experts if one.id == user)
    return obstacles(
        case,
        expert,
        at=situation.now,
        roster=situation.roster,
        load=_load(situation, case, user),
        policy=situation.policy,
    )


def _load(situation: Situation, case: OpenCase, user: UserId) -> int:
    return sum(one.assignee == user and one.id != case.id for one in situation.cases)


def _candidates(
    row: CaseRow, case: OpenCase, situation: Situation, placement: Placement | None
) -> tuple[Candidate, ...]:
    members = Member.objects.filter(
        hospital_id=row.answering_id, role=Role.EXPERT.value, is_active=True
    ).select_related("hospital")
    found = []
    for member in members:
        user = UserId(member.pk)
        stand = _obstacles(case, situation, user)
        found.append(
            Candidate(
                member=shown_member(member),
                open_cases=_load(situation, case, user),
                proposed=placement is not None and placement.expert == user,
                obstacles=stand,
                barred=bool(hard(stand, situation.policy)),
            )
        )
    return tuple(
        sorted(
            found,
            key=lambda one: (
                not one.proposed,
                one.barred,
                len(one.obstacles),
                one.open_cases,
                one.member.id,
            ),
        )
    )
