"""Referrals for a viewer: one page, the lists, and what the parents' code stands for."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from tongying.consult.outcome import OutcomeKind, chase_round
from tongying.consult.people import Role, Viewer
from tongying.consult.referral import (
    REFERRAL_TERMINAL,
    Referral,
    ReferralMove,
    ReferralState,
    may_refer,
)
from tongying.consult.referral_moves import ReferralNotFound, moves_of_referral
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of, shown_child, shown_member
from tongying.web.cases.shown import ShownChild, ShownMember
from tongying.web.people.models import DicomPeer, Hospital, Member
from tongying.web.records.visible import cases_for
from tongying.web.referrals.comparing import may_compare
from tongying.web.referrals.models import ReferralRow
from tongying.web.referrals.quality import shown_comparison
from tongying.web.referrals.rows import referral_number, referral_of, with_facts
from tongying.web.referrals.shown import (
    PublicReferral,
    ReferralLine,
    ReferralView,
    ShownOutcome,
    ShownReferralEvent,
)
from tongying.web.referrals.store import may_mark_seen
from tongying.web.referrals.visible import incoming, referrals_for
from tongying.web.trail import store as trail

LONGEST_LIST = 500
"""Lines of a list; a hospital has far fewer open referrals."""
INCOMING, OUTGOING, CHASED = "incoming", "outgoing", "chase"
LISTS = (INCOMING, OUTGOING, CHASED)

_ENDED = [state.value for state in REFERRAL_TERMINAL]


def show_referral(viewer: Viewer, referral_id: int) -> ReferralView:
    """Return a referral with everything its page shows, and record the reading.

    Raises
    ------
    ReferralNotFound
        If it does not exist for the viewer.
    """
    row = with_facts(referrals_for(viewer)).filter(pk=referral_id).first()
    if row is None:
        raise ReferralNotFound("There is no such referral.")
    trail.note_read(
        viewer.login, "referral", referral_number(row), row.case.asking_id, door="referral"
    )
    return _view(viewer, row, clock.now())


def referrals_of_case(viewer: Viewer, case_id: int) -> tuple[ReferralView, ...]:
    """Return the referrals of a case that exist for a viewer, newest first."""
    rows = with_facts(referrals_for(viewer)).filter(case_id=case_id).order_by("-pk")
    now = clock.now()
    return tuple(_view(viewer, row, now) for row in rows)


def may_refer_now(viewer: Viewer, case_id: int) -> bool:
    """Say whether a viewer may refer the child of a case, and no other referral is open."""
    row = cases_for(viewer).filter(pk=case_id).first()
    if row is None or not may_refer(viewer, case_of(row)):
        return False
    ended = [*_ENDED, ReferralState.DECLINED.value]
    return not row.referrals.exclude(state__in=ended).exists()


def list_referrals(viewer: Viewer, name: str) -> tuple[ReferralLine, ...]:
    """Return a list of referrals: what waits longest first, the ended ones last.

    Parameters
    ----------
    viewer : Viewer
    name : str
        One of `LISTS`.
    """
    rows = referrals_for(viewer)
    if name == INCOMING:
        rows = rows.filter(incoming(viewer))
    elif name == OUTGOING:
        rows = rows.filter(_outgoing(viewer))
    now = clock.now()
    found = with_facts(rows).order_by("-sent_at")
    if name == CHASED:
        found = found.exclude(state__in=_ENDED)
    lines = [_line(row, now) for row in found[:LONGEST_LIST]]
    if name == CHASED:
        lines = [one for one in lines if one.chased_days is not None]
    far = now.replace(year=now.year + 100)
    return tuple(sorted(lines, key=lambda one: (one.due_at is None, one.due_at or far, -one.id)))


def count_referrals(viewer: Viewer) -> dict[str, int]:
    """Return, for each list, how many referrals on it are open."""
    return {
        name: sum(line.referral.is_open() for line in list_referrals(viewer, name))
        for name in LISTS
    }


def has_incoming(viewer: Viewer) -> bool:
    """Say whether a viewer is one to receive children at all."""
    return viewer.role in (Role.COORDINATOR, Role.EXPERT)


def hospitals_to_refer_to(case_id: int, viewer: Viewer) -> list[tuple[str, str]]:
    """Return code and name of the hospitals that can take a case's child, the answering one first.

    Raises
    ------
    ReferralNotFound
        If the case does not exist for the viewer.
    """
    case = cases_for(viewer).filter(pk=case_id).first()
    if case is None:
        raise ReferralNotFound("There is no such case.")
    rows = Hospital.objects.exclude(code=case.asking_id).values_list("code", "name", "answers")
    ordered = sorted(rows, key=lambda one: (one[0] != case.answering_id, not one[2], one[1]))
    return [(code, name) for code, name, _ in ordered]


def public_referral(code: str) -> PublicReferral | None:
    """Return what the parents' code stands for, or None; it names no child."""
    row = (
        ReferralRow.objects.filter(code=code.strip().upper())
        .select_related("case__asking", "receiving")
        .first()
    )
    if row is None:
        return None
    told = row.state in (ReferralState.ACCEPTED.value, ReferralState.NOT_ARRIVED.value)
    return PublicReferral(
        state=row.state,
        asking_name=row.case.asking.name,
        receiving_name=row.receiving.name,
        place=row.place if told else "",
        appointment_at=row.appointment_at if told else None,
    )


def _outgoing(viewer: Viewer) -> Q:
    """Return the condition of the referrals that go out from a viewer's side."""
    out = Q(case__asking_id=viewer.hospital)
    if viewer.role is Role.EXPERT:
        out |= Q(case__assignee_id=viewer.user)
    if viewer.role is Role.COORDINATOR:
        out |= Q(case__answering_id=viewer.hospital)
    return out


def _view(viewer: Viewer, row: ReferralRow, now: datetime) -> ReferralView:
    referral = referral_of(row)
    case = case_of(row.case)
    moves = moves_of_referral(viewer, referral, case)
    books = {ReferralMove.ACCEPT, ReferralMove.REBOOK} & set(moves)
    due_at = referral.due_at()
    return ReferralView(
        id=row.pk,
        number=referral_number(row),
        case_id=row.case_id,
        revision=row.revision,
        referral=referral,
        child=_child(row.case),
        reason=row.reason,
        needs=row.needs,
        transport=row.transport,
        airway_risk=row.airway_risk,
        risk_note=row.risk_note,
        documents=tuple(row.documents),
        place=row.place,
        answer_reason=row.answer_reason,
        asking_name=row.case.asking.name,
        receiving_name=row.receiving.name,
        referred_by=shown_member(row.referred_by),
        doctor=None if row.doctor is None else shown_member(row.doctor),
        code=row.code,
        answered_at=row.answered_at,
        images_ready_at=row.images_ready_at,
        arrived_at=row.arrived_at,
        owner=referral.owner(),
        due_at=due_at,
        late=due_at is not None and due_at < now,
        chased_days=_chased_days(referral, now),
        has_node=DicomPeer.objects.filter(hospital_id=row.receiving_id).exists(),
        outcomes=_outcomes(row),
        comparison=shown_comparison(row),
        events=tuple(
            ShownReferralEvent(one.at, one.actor.name if one.actor else "", one.move, one.note)
            for one in row.events.select_related("actor").order_by("at", "pk")
        ),
        moves=moves,
        doctors=_doctors(row.receiving_id) if books else (),
        reads=may_mark_seen(viewer, referral),
        compares=may_compare(viewer, case),
    )


def _line(row: ReferralRow, now: datetime) -> ReferralLine:
    referral = referral_of(row)
    due_at = referral.due_at()
    return ReferralLine(
        id=row.pk,
        number=referral_number(row),
        referral=referral,
        child=_child(row.case),
        reason=row.reason,
        asking_name=row.case.asking.name,
        receiving_name=row.receiving.name,
        owner=referral.owner(),
        due_at=due_at,
        late=due_at is not None and due_at < now,
        chased_days=_chased_days(referral, now),
        unread=sum(one.seen_at is None for one in row.outcomes.all()),
    )


def _outcomes(row: ReferralRow) -> tuple[ShownOutcome, ...]:
    return tuple(
        ShownOutcome(
            kind=OutcomeKind(one.kind),
            happened_on=one.happened_on,
            text=one.text,
            by=one.recorded_by.name,
            hospital=one.recorded_by.hospital.name,
            recorded_at=one.recorded_at,
            seen_by=one.seen_by.name if one.seen_by else "",
            seen_at=one.seen_at,
        )
        for one in sorted(row.outcomes.all(), key=lambda one: (one.happened_on, one.pk))
    )


def _chased_days(referral: Referral, now: datetime) -> int | None:
    time = chase_round(
        is_open=referral.is_open(), kinds=referral.outcomes, sent_at=referral.sent_at, now=now
    )
    return None if time is None else (now - referral.sent_at).days


def _child(case: CaseRow) -> ShownChild:
    """Return the child with its age today: it is today that it is put into a car."""
    return shown_child(case.child, timezone.localdate(clock.now()), None)


def _doctors(hospital: str) -> tuple[ShownMember, ...]:
    rows = Member.objects.filter(
        hospital_id=hospital, role=Role.EXPERT.value, is_active=True
    ).select_related("hospital")
    return tuple(shown_member(one) for one in rows.order_by("name"))
