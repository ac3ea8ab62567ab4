"""Withdrawing a child: kept and marked, out of every later fit, told to earlier releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django.db import transaction
from django.db.models import Count

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict
from tongying.web import now as clock
from tongying.web.norms.ledger_rights import check_managing, subject_row
from tongying.web.norms.ledger_trail import note
from tongying.web.norms.models import NormReleaseRow, NormSubject
from tongying.web.trail import store as trail

RELEASE: Final = "norm-release"
"""Kind of the audit events about releases."""


class WithdrawalRefused(BadInput):
    """A withdrawal needs its reason."""

    code: ClassVar[str] = "norms.withdrawal-refused"


class WithdrawnAlready(Conflict):
    """The child was withdrawn before."""

    code: ClassVar[str] = "norms.withdrawn-already"


@dataclass(frozen=True, slots=True)
class TouchedRelease:
    """A release that holds values of a child; `values` of them."""

    norm_id: str
    measure: str
    state: str
    published_at: datetime | None
    values: int


def withdraw(viewer: Viewer, code: str, reason: str) -> list[TouchedRelease]:
    """Withdraw a child and return the releases that hold its values.

    Nothing is deleted: the row, its values and the releases stay, and are marked.

    Raises
    ------
    LedgerNotYours
        If the viewer does not look after a ledger.
    LedgerNotFound
        If the child does not exist for the viewer.
    WithdrawalRefused
        If no reason is given.
    WithdrawnAlready
        If it was withdrawn before.
    """
    check_managing(viewer)
    if not reason.strip():
        raise WithdrawalRefused("Say why the child is withdrawn.")
    now = clock.now()
    with transaction.atomic():
        trail.hold()
        row = subject_row(viewer, code, to_change=True)
        if row.withdrawn_at is not None:
            raise WithdrawnAlready("The child was withdrawn before.")
        row.withdrawn_by_id, row.withdrawn_at = viewer.user, now
        row.withdrawn_reason = reason.strip()[:300]
        row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
        touched = releases_of(row)
        note(viewer, row, Action.UPDATE, now, what="withdrawn", releases=str(len(touched)))
        trail.append(
            AuditEvent(
                now,
                viewer.login,
                Action.UPDATE,
                RELEASE,
                one.norm_id,
                row.hospital_id,
                {"what": "withdrawal", "subject": row.code},
            )
            for one in touched
        )
    return touched


def releases_of(row: NormSubject) -> list[TouchedRelease]:
    """Return the releases that hold a child's values, the newest first."""
    rows = (
        NormReleaseRow.objects.filter(entries__subject=row)
        .annotate(values=Count("entries", distinct=True))
        .order_by("-pk")
    )
    return [
        TouchedRelease(one.norm_id, one.measure, one.state, one.published_at, one.values)
        for one in rows.defer("document")
    ]
