"""Referrals without an outcome: found again every day, told of once a week."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tongying.consult.outcome import OUTCOME_WITHIN, chase_round
from tongying.consult.referral import REFERRAL_TERMINAL, Side
from tongying.web.notices.tell import tell
from tongying.web.referrals.models import ReferralRow
from tongying.web.referrals.rows import referral_of, with_facts
from tongying.web.referrals.telling import receiving_people, referring_people

CHASE = "chase"
"""Kind of the notice."""


def chase(now: datetime) -> int:
    """Tell of every referral whose outcome is missing, once in seven days; return the notices.

    It may be called as often as one likes and by several workers at once: the notice's key says
    which referral and which week it is.

    Parameters
    ----------
    now : datetime
        With time zone.
    """
    waiting = ReferralRow.objects.filter(sent_at__lte=now - OUTCOME_WITHIN).exclude(
        state__in=[state.value for state in REFERRAL_TERMINAL]
    )
    made = 0
    for row in with_facts(waiting).order_by("pk"):
        referral = referral_of(row)
        time = chase_round(
            is_open=referral.is_open(), kinds=referral.outcomes, sent_at=row.sent_at, now=now
        )
        if time is None:
            continue
        people = referring_people(row)
        if referral.owner() is Side.RECEIVING:
            people += receiving_people(row)
        with transaction.atomic():
            made += tell(
                list({one.pk: one for one in people}.values()),
                CHASE,
                {},
                key=f"{CHASE}:{row.pk}:{time}",
                case=row.case,
                url=f"/referrals/{row.pk}/",
                at=now,
            )
    return made
