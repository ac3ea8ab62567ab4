"""Referrals for a viewer: send, move, record the outcome. Every change is audited."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from tongying.consult.desk import CaseNotFound
from tongying.consult.outcome import (
    Outcome,
    OutcomeKind,
    check_outcome,
)
from tongying.consult.people import Role, Viewer
from tongying.consult.referral import (
    REFERRAL_TERMINAL,
    Referral,
    ReferralMove,
    ReferralState,
    Side,
    sides_of,
)
from tongying.consult.referral_moves import (
    ReferralAct,
    ReferralNotYours,
    apply_referral,
    check_refer,
    check_referral_move,
)
from tongying.consult.referral_order import AirwayRisk, Attachment, Order, check_order
from tongying.kernel.audit import Action
from tongying.kernel.errors import Conflict
from tongying.kernel.ids import HospitalCode, UserId, new_code
from tongying.web import now as clock
from tongying.web.cases.rows import case_of
from tongying.web.people.models import Member
from tongying.web.people.store import check_hospital
from tongying.web.records.visible import cases_for
from tongying.web.referrals.models import OutcomeRow, ReferralRow
from tongying.web.referrals.push import promise_push
from tongying.web.referrals.rows import referral_of
from tongying.web.referrals.telling import tell_of
from tongying.web.referrals.writing import add_event, audit, fetched, grow, locked
from tongying.web.trail import store as trail

SEEN, IMAGES_ASKED = "seen", "images-asked"
"""What else the timeline says happened, besides the moves and the sending of images."""


class ReferralStale(Conflict):
    """Somebody changed the referral since the page was loaded."""

    code: ClassVar[str] = "referral.stale"


class ReferredAlready(Conflict):
    """The child of this case is being referred already."""

    code: ClassVar[str] = "referral.already"


class NoNode(Conflict):
    """The receiving hospital has no DICOM node to send to."""

    code: ClassVar[str] = "referral.no-node"


def send(viewer: Viewer, case_id: int, order: Order) -> int:
    """Refer the child of a case and return the referral's number.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    ReferralNotYours
        If they may not refer, or there is no opinion yet.
    OrderRefused
        If something that is needed has not been said.
    HospitalUnknown
        If there is no such receiving hospital.
    ReferredAlready
        If another referral of the case is still open.
    """
    with transaction.atomic():
        trail.hold()  # two clicks at once must find one referral
        case_row = cases_for(viewer).filter(pk=case_id).select_for_update().first()
        if case_row is None:
            raise CaseNotFound("There is no such case.")
        check_refer(viewer, case_of(case_row))
        check_order(order, HospitalCode(case_row.asking_id))
        check_hospital(str(order.receiving))
        ended = [state.value for state in (*REFERRAL_TERMINAL, ReferralState.DECLINED)]
        if case_row.referrals.exclude(state__in=ended).exists():
            raise ReferredAlready("This child is being referred already; withdraw that first.")
        now = clock.now()
        risk = order.airway_risk or AirwayRisk.UNSAID
        made = ReferralRow.objects.create(
            case=case_row,
            receiving_id=order.receiving,
            referred_by_id=viewer.user,
            state=ReferralState.SENT.value,
            reason=order.reason.strip(),
            urgency=order.urgency.value if order.urgency else "",
            needs=order.needs.value if order.needs else "",
            transport=order.transport.value if order.transport else "",
            airway_risk="" if risk is AirwayRisk.UNSAID else risk.value,
            risk_note=order.risk_note.strip(),
            documents=[one.value for one in Attachment if one in order.attachments],
            code=new_code(),
            sent_at=now,
            # Read through the platform they are there from now on; a node gets them besides.
            images_ready_at=now if Attachment.IMAGES in order.attachments else None,
        )
        row = fetched(made.pk)
        event = add_event(row, viewer, ReferralMove.SEND.value, now, order.reason.strip())
        if Attachment.IMAGES in order.attachments:
            promise_push(row)
        tell_of(row, ReferralMove.SEND, actor=viewer.user, event=event, at=now)
        audit(row, viewer, ReferralMove.SEND.value, now, action=Action.CREATE)
    return row.pk


def act(
    viewer: Viewer, referral_id: int, act: ReferralAct, *, revision: int | None = None
) -> Referral:
    """Make a move and return the referral afterwards.

    Parameters
    ----------
    viewer : Viewer
    referral_id : int
    act : ReferralAct
        `doctors` is filled in here.
    revision : int or None
        The revision that the viewer saw; None skips the check.

    Raises
    ------
    ReferralNotFound, ReferralNotYours, ReferralOutOfPlace, ReferralReasonMissing,
    AppointmentRefused, OutcomeStillMissing
        As `tongying.consult.referral_moves.apply_referral`.
    ReferralStale
        If the referral has changed since.
    """
    with transaction.atomic():
        row = locked(viewer, referral_id)
        case = case_of(row.case)
        before = referral_of(row)
        check_referral_move(viewer, before, case, act.move)
        if revision is not None and revision != row.revision:
            raise ReferralStale("Somebody changed this referral meanwhile; look again first.")
        now = clock.now()
        full = ReferralAct(act.move, act.reason, act.appointment, _doctors(row.receiving_id))
        after = apply_referral(viewer, before, case, full, now)
        _write(row, after, full, now)
        if act.move is ReferralMove.ARRIVE:
            OutcomeRow.objects.create(
                referral=row,
                kind=OutcomeKind.ARRIVAL.value,
                happened_on=timezone.localdate(now),
                text="",
                recorded_by_id=viewer.user,
                recorded_at=now,
            )
        event = add_event(row, viewer, act.move.value, now, act.reason.strip())
        tell_of(row, act.move, actor=viewer.user, event=event, at=now)
        audit(row, viewer, act.move.value, now)
    return after


def record(viewer: Viewer, referral_id: int, outcome: Outcome) -> int:
    """Record a piece of the outcome and return its number.

    Raises
    ------
    ReferralNotFound, ReferralNotYours, ReferralOutOfPlace
        As `tongying.consult.referral_moves.check_referral_move`.
    OutcomeRefused
        If something is missing or cannot be.
    """
    with transaction.atomic():
        row = locked(viewer, referral_id)
        check_referral_move(viewer, referral_of(row), case_of(row.case), ReferralMove.OUTCOME)
        now = clock.now()
        check_outcome(
            outcome, today=timezone.localdate(now), sent_on=timezone.localdate(row.sent_at)
        )
        kind = outcome.kind.value if outcome.kind else ""
        made = OutcomeRow.objects.create(
            referral=row,
            kind=kind,
            happened_on=outcome.happened_on,
            text=outcome.text.strip(),
            recorded_by_id=viewer.user,
            recorded_at=now,
        )
        grow(row)
        event = add_event(row, viewer, ReferralMove.OUTCOME.value, now, kind)
        tell_of(row, ReferralMove.OUTCOME, actor=viewer.user, event=event, at=now)
        audit(row, viewer, ReferralMove.OUTCOME.value, now)
    return made.pk


def mark_seen(viewer: Viewer, referral_id: int) -> int:
    """Say that the asking doctors have read what came home; return how much of it was new.

    Raises
    ------
    ReferralNotFound
        If the referral does not exist for the viewer.
    ReferralNotYours
        If they are no requester of the asking hospital.
    """
    with transaction.atomic():
        row = locked(viewer, referral_id)
        if not may_mark_seen(viewer, referral_of(row)):
            raise ReferralNotYours("Only a requester of the asking hospital reads for it.")
        now = clock.now()
        new = row.outcomes.filter(seen_at=None).update(seen_by_id=viewer.user, seen_at=now)
        if new:
            add_event(row, viewer, SEEN, now)
            audit(row, viewer, SEEN, now)
    return new


def send_images_again(viewer: Viewer, referral_id: int) -> None:
    """Have the images sent to the receiving hospital's node once more.

    Raises
    ------
    ReferralNotFound
        If the referral does not exist for the viewer.
    ReferralNotYours
        If they are on neither side of it.
    NoNode
        If the receiving hospital has no node.
    """
    with transaction.atomic():
        row = locked(viewer, referral_id)
        if not sides_of(viewer, referral_of(row)):
            raise ReferralNotYours("Only the two hospitals of a referral send its images.")
        if Attachment.IMAGES.value not in row.documents or not promise_push(row):
            raise NoNode("There is no DICOM node to which the images could be sent.")
        now = clock.now()
        add_event(row, viewer, IMAGES_ASKED, now)
        audit(row, viewer, IMAGES_ASKED, now)


def may_mark_seen(viewer: Viewer, referral: Referral) -> bool:
    """Say whether a viewer reads outcomes for the asking hospital."""
    asks = viewer.role is Role.REQUESTER and viewer.hospital == referral.asking
    return asks and Side.REFERRING in sides_of(viewer, referral)


def _doctors(hospital: str) -> frozenset[UserId]:
    rows = Member.objects.filter(
        hospital_id=hospital, role=Role.EXPERT.value, is_active=True
    ).values_list("pk", flat=True)
    return frozenset(UserId(pk) for pk in rows)


def _write(row: ReferralRow, after: Referral, act: ReferralAct, now: datetime) -> None:
    row.state = after.state.value
    match act.move:
        case ReferralMove.ACCEPT | ReferralMove.REBOOK if act.appointment is not None:
            row.answered_at = now
            row.appointment_at = after.appointment_at
            row.place = act.appointment.place.strip()[:100]
            row.doctor = None if after.doctor is None else Member.objects.get(pk=after.doctor)
            row.answer_reason = act.reason.strip()
        case ReferralMove.DECLINE:
            row.answered_at = now
            row.answer_reason = act.reason.strip()
        case ReferralMove.ARRIVE:
            row.arrived_at = now
        case ReferralMove.WITHDRAW | ReferralMove.CLOSE:
            row.closed_at = now
        case _:
            pass
    grow(row)
