"""Images ahead of the child: what is to be sent to the receiving hospital's node, and how it went.

The sending itself is a service (`tongying.services.referral_push`): only services open sockets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from tongying.consult.referral import RECEIVING_SEES
from tongying.kernel.audit import Action, AuditEvent
from tongying.web import now as clock
from tongying.web.cases.models import CaseStudy
from tongying.web.jobs.outbox import promise
from tongying.web.people.models import DicomPeer
from tongying.web.people.store import Peer
from tongying.web.records.models import Instance
from tongying.web.records.reading import Located, located_of
from tongying.web.referrals.models import ReferralEvent, ReferralRow
from tongying.web.referrals.rows import referral_number
from tongying.web.trail import store as trail

PUSH = "referral-push"
"""Kind of the outbox's work."""
IMAGES_SENT, IMAGES_FAILED = "images-sent", "images-failed"
"""What a referral's timeline says of it."""
AGAIN_AFTER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""A node that does not take the images is tried again after so long; then people must act."""


@dataclass(frozen=True, slots=True)
class Consignment:
    """What is to be sent, from whom and to whom.

    Attributes
    ----------
    calling : str
        AE title under which the receiving hospital's node knows this platform.
    peer : Peer
    objects : tuple of Located
    """

    calling: str
    peer: Peer
    objects: tuple[Located, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """How a consignment went.

    Attributes
    ----------
    done, total : int
        Objects the node has taken, of how many.
    problem : str
        One sentence where not everything was taken.
    """

    done: int
    total: int
    problem: str = ""


def promise_push(row: ReferralRow) -> bool:
    """Promise the sending in the caller's transaction, where the hospital has a node at all."""
    if not DicomPeer.objects.filter(hospital_id=row.receiving_id).exists():
        return False
    promise(PUSH, {"referral": row.pk, "again": 0})
    return True


def consignment(referral_id: int) -> Consignment | None:
    """Return what is to be sent, or None where nothing is: no node, or the referral has ended."""
    row = (
        ReferralRow.objects.filter(pk=referral_id, state__in=RECEIVING_SEES)
        .select_related("receiving", "case")
        .first()
    )
    if row is None:
        return None
    node = DicomPeer.objects.filter(hospital_id=row.receiving_id).order_by("pk").first()
    if node is None:
        return None
    studies = CaseStudy.objects.filter(case_id=row.case_id).values("study_id")
    found = (
        Instance.objects.filter(series__study__in=studies)
        .select_related("series__study")
        .order_by("series__study_id", "series_id", "number", "pk")
    )
    return Consignment(
        row.receiving.ae_title,
        Peer(node.ae_title, node.host, node.port),
        tuple(located_of(one) for one in found),
    )


def note_push(referral_id: int, sent: Sent, *, ae_title: str, again: int) -> None:
    """Write down how the sending went; after a failure promise another try.

    Parameters
    ----------
    referral_id : int
    sent : Sent
    ae_title : str
        The node's.
    again : int
        How many tries went before this one.
    """
    now = clock.now()
    with transaction.atomic():
        row = ReferralRow.objects.select_related("case").get(pk=referral_id)
        ReferralEvent.objects.create(
            referral=row,
            at=now,
            actor=None,
            move=IMAGES_FAILED if sent.problem else IMAGES_SENT,
            state=row.state,
            note=f"{ae_title}: {sent.done}/{sent.total}"
            + (f" · {sent.problem}" if sent.problem else ""),
        )
        if sent.problem and again < len(AGAIN_AFTER):
            payload = {"referral": row.pk, "again": again + 1}
            promise(PUSH, payload, not_before=now + AGAIN_AFTER[again])
        detail = {"node": ae_title, "done": str(sent.done), "total": str(sent.total)}
        trail.append(
            [
                AuditEvent(
                    now,
                    "system",
                    Action.EXECUTE,
                    "referral",
                    referral_number(row),
                    row.case.asking_id,
                    detail | {"move": IMAGES_FAILED if sent.problem else IMAGES_SENT},
                )
            ]
        )
