"""What every change of a referral does: lock the row, count, write the event and the audit."""

from __future__ import annotations

from datetime import datetime

from tongying.consult.people import Viewer
from tongying.consult.referral_moves import ReferralNotFound
from tongying.kernel.audit import Action, AuditEvent
from tongying.web.referrals.models import ReferralEvent, ReferralRow
from tongying.web.referrals.rows import referral_number, with_facts
from tongying.web.referrals.visible import referrals_for
from tongying.web.trail import store as trail


def locked(viewer: Viewer, referral_id: int) -> ReferralRow:
    """Return a referral's row, locked until the transaction ends.

    Raises
    ------
    ReferralNotFound
        If it does not exist for the viewer.
    """
    if not referrals_for(viewer).filter(pk=referral_id).exists():
        raise ReferralNotFound("There is no such referral.")
    ReferralRow.objects.select_for_update().get(pk=referral_id)
    return fetched(referral_id)


def fetched(referral_id: int) -> ReferralRow:
    """Return a referral's row with everything that its value needs."""
    return with_facts(ReferralRow.objects.all()).get(pk=referral_id)


def grow(row: ReferralRow) -> None:
    """Save a row as its next revision."""
    row.revision += 1
    row.save()


def add_event(row: ReferralRow, viewer: Viewer, move: str, now: datetime, note: str = "") -> int:
    """Add a line to a referral's timeline and return its number."""
    return ReferralEvent.objects.create(
        referral=row, at=now, actor_id=viewer.user, move=move, state=row.state, note=note
    ).pk


def audit(
    row: ReferralRow, viewer: Viewer, move: str, now: datetime, *, action: Action = Action.UPDATE
) -> None:
    """Write the audit event of a change, in its transaction."""
    detail = {"move": move, "state": row.state, "receiving": row.receiving_id}
    trail.append(
        [
            AuditEvent(
                now,
                viewer.login,
                action,
                "referral",
                referral_number(row),
                row.case.asking_id,
                detail,
            )
        ]
    )
