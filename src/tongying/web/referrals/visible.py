"""Who sees a referral, as queries: the twin of `consult.referral.may_see_referral`."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tongying.consult.people import Role, Viewer
from tongying.consult.referral import RECEIVING_SEES
from tongying.web.panels.models import SeatRow
from tongying.web.referrals.models import ReferralRow


def referrals_for(viewer: Viewer) -> QuerySet[ReferralRow]:
    """Return the referrals that exist for a viewer.

    A referral goes out from a signed opinion, so its case is never a draft.
    """
    if viewer.role is Role.VENDOR:
        return ReferralRow.objects.none()
    sees = Q(case__asking_id=viewer.hospital)
    live = Q(state__in=RECEIVING_SEES)
    if viewer.role is Role.COORDINATOR:
        sees |= Q(case__answering_id=viewer.hospital) | live & Q(receiving_id=viewer.hospital)
    elif viewer.role is Role.EXPERT:
        seats = SeatRow.objects.filter(member_id=viewer.user).values("panel__case_id")
        sees |= (
            Q(case__assignee_id=viewer.user)
            | Q(case_id__in=seats)
            | live & Q(doctor_id=viewer.user)
        )
    return ReferralRow.objects.filter(sees)


def incoming(viewer: Viewer) -> Q:
    """Return the condition of the referrals that a viewer receives."""
    if viewer.role is Role.COORDINATOR:
        return Q(receiving_id=viewer.hospital, state__in=RECEIVING_SEES)
    if viewer.role is Role.EXPERT:
        return Q(doctor_id=viewer.user, state__in=RECEIVING_SEES)
    return Q(pk__in=[])
