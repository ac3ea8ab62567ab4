"""Between rows and values, for referrals."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from tongying.consult.case import Urgency
from tongying.consult.outcome import OutcomeKind
from tongying.consult.referral import Referral, ReferralMove, ReferralState
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.cases.rows import number_of
from tongying.web.referrals.models import ReferralEvent, ReferralRow


def with_facts(rows: QuerySet[ReferralRow]) -> QuerySet[ReferralRow]:
    """Fetch along what `referral_of` needs."""
    later = ReferralRow.objects.filter(case_id=OuterRef("case_id"), pk__gt=OuterRef("pk"))
    missed = ReferralEvent.objects.filter(
        referral_id=OuterRef("pk"), move=ReferralMove.NOT_ARRIVED.value
    ).order_by("-pk")
    return (
        rows.annotate(
            replaced=Exists(later),
            missed_at=Subquery(missed.values("at")[:1]),
        )
        .select_related(
            "case__asking", "case__answering", "case__child", "receiving", "referred_by__hospital"
        )
        .select_related("doctor__hospital")
        .prefetch_related("outcomes__recorded_by__hospital", "outcomes__seen_by")
    )


def referral_of(row: ReferralRow) -> Referral:
    """Return the referral that a row keeps; the row must come through `with_facts`."""
    state = ReferralState(row.state)
    since = {
        ReferralState.SENT: row.sent_at,
        ReferralState.ACCEPTED: row.answered_at,
        ReferralState.DECLINED: row.answered_at,
        ReferralState.ARRIVED: row.arrived_at,
        ReferralState.NOT_ARRIVED: row.missed_at,  # type: ignore[attr-defined]
        ReferralState.WITHDRAWN: row.closed_at,
        ReferralState.CLOSED: row.closed_at,
    }[state]
    outcomes = sorted(row.outcomes.all(), key=lambda one: one.pk)
    return Referral(
        state=state,
        asking=HospitalCode(row.case.asking_id),
        receiving=HospitalCode(row.receiving_id),
        signer=None if row.case.assignee_id is None else UserId(row.case.assignee_id),
        doctor=None if row.doctor_id is None else UserId(row.doctor_id),
        urgency=Urgency(row.urgency),
        sent_at=row.sent_at,
        since=since or row.sent_at,
        appointment_at=row.appointment_at,
        outcomes=tuple(OutcomeKind(one.kind) for one in outcomes),
        outcome_at=outcomes[-1].recorded_at if outcomes else None,
        replaced=row.replaced,  # type: ignore[attr-defined]
    )


def referral_number(row: ReferralRow) -> str:
    """Return the number a referral is known by, such as ``TY-2026-000123/R7``."""
    return f"{number_of(row.case)}/R{row.pk}"
