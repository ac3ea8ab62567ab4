"""Whom a move on a referral concerns, and the notice they get. No notice says who the child is."""

from __future__ import annotations

from datetime import datetime

from tongying.consult.case import Urgency
from tongying.consult.people import Role
from tongying.consult.referral import ReferralMove
from tongying.web.cases.rows import number_of
from tongying.web.notices.tell import tell
from tongying.web.people.models import Member
from tongying.web.referrals.models import ReferralRow

TO_RECEIVING = {
    ReferralMove.SEND: "referral-sent",
    ReferralMove.WITHDRAW: "referral-withdrawn",
}
PRESSING = frozenset({ReferralMove.SEND, ReferralMove.DECLINE, ReferralMove.WITHDRAW})
"""They break through quiet hours, unless the child may come in its own time."""
TO_REFERRING = {
    ReferralMove.ACCEPT: "referral-accepted",
    ReferralMove.REBOOK: "referral-accepted",
    ReferralMove.DECLINE: "referral-declined",
    ReferralMove.ARRIVE: "referral-arrived",
    ReferralMove.NOT_ARRIVED: "referral-missed",
    ReferralMove.OUTCOME: "outcome-arrived",
}
"""Which kind of notice a move makes, and for which side. Closing tells nobody anything new."""


def tell_of(
    row: ReferralRow, move: ReferralMove, *, actor: int | None, event: int, at: datetime
) -> None:
    """Give everybody whom a move concerns a notice, in the caller's transaction.

    Parameters
    ----------
    row : ReferralRow
    move : ReferralMove
    actor : int or None
        Who made it: they know.
    event : int
        Number of the event, which makes the notice unique.
    at : datetime
    """
    urgent = row.urgency != Urgency.ROUTINE.value
    if move in TO_RECEIVING:
        people = receiving_people(row)
        kind, hospital = TO_RECEIVING[move], row.case.asking.name
    elif move in TO_REFERRING:
        people = referring_people(row)
        if move in (ReferralMove.ACCEPT, ReferralMove.REBOOK) and row.doctor is not None:
            people.append(row.doctor)
        kind, hospital = TO_REFERRING[move], row.receiving.name
    else:
        return
    withdrawn = move is ReferralMove.WITHDRAW
    tell(
        [one for one in _once(people) if one.pk != actor],
        kind,
        {"number": number_of(row.case)}
        | ({} if kind == "outcome-arrived" else {"hospital": hospital}),
        key=f"{kind}:{event}",
        # The receiving side can no longer see a case that is withdrawn from it.
        case=None if withdrawn else row.case,
        url="/referrals/" if withdrawn else f"/referrals/{row.pk}/",
        pressing=urgent
        and move in (ReferralMove.SEND, ReferralMove.DECLINE, ReferralMove.WITHDRAW),
        at=at,
    )


def referring_people(row: ReferralRow) -> list[Member]:
    """Return who waits for news of the child: who referred, who asked and who answered."""
    ids = {row.referred_by_id, row.case.author_id, row.case.assignee_id} - {None}
    return list(Member.objects.filter(pk__in=ids))


def receiving_people(row: ReferralRow) -> list[Member]:
    """Return who receives the child: the hospital's coordinators and the named doctor."""
    desk = Member.objects.filter(
        hospital_id=row.receiving_id, role=Role.COORDINATOR.value, is_active=True
    )
    return [*desk, *([row.doctor] if row.doctor is not None else [])]


def _once(people: list[Member]) -> list[Member]:
    return list({one.pk: one for one in people}.values())
