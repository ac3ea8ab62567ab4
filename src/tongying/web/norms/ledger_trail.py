"""The day it is at a hospital, and audit events about children of the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.utils import timezone

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.web import now as clock
from tongying.web.norms.models import NormSubject
from tongying.web.trail import store as trail

SUBJECT: Final = "norm-subject"
"""Kind of the audit events about a child of the ledger and its values."""


def local_today() -> date:
    """Return the day it is at the hospital."""
    return timezone.localtime(clock.now(), timezone.get_default_timezone()).date()


def event_of(
    viewer: Viewer, subject: NormSubject, action: Action, at: datetime, detail: dict[str, str]
) -> AuditEvent:
    """Return the audit event of an act on a child of the ledger.

    A value never stands in it: the list of events would tell a reader the other's.
    """
    return AuditEvent(at, viewer.login, action, SUBJECT, subject.code, subject.hospital_id, detail)


def note(viewer: Viewer, subject: NormSubject, action: Action, at: datetime, **detail: str) -> None:
    """Append the audit event of an act on a child of the ledger, in the caller's transaction."""
    trail.append([event_of(viewer, subject, action, at, detail)])
