"""What went wrong with a model, or nearly; and the failures people can learn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from django.db import transaction

from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from tongying.kernel.ids import new_code
from tongying.web import now as clock
from tongying.web.ai.models import ModelRow
from tongying.web.ai.sight import own_read, run_of
from tongying.web.evidence.models import FailureRow, IncidentRow
from tongying.web.trail import store as trail

REPORTING_ROLES: Final = frozenset(set(Role) - {Role.VENDOR})
CLOSING_ROLES: Final = frozenset({Role.EXPERT, Role.ADMIN})
LONGEST: Final = 2000


class Severity(StrEnum):
    """How bad it was."""

    NEAR_MISS = "near-miss"
    MINOR = "minor"
    SERIOUS = "serious"


class FailureKind(StrEnum):
    """How a model failed."""

    FALSE_POSITIVE = "false-positive"
    FALSE_NEGATIVE = "false-negative"
    WRONG_SIZE = "wrong-size"
    WRONG_PLACE = "wrong-place"
    WRONG_CHILD = "wrong-child"
    OTHER = "other"


class IncidentNotYours(NotAllowed):
    """The viewer's role does not report, or does not close, incidents."""

    code: ClassVar[str] = "incident.not-yours"


class IncidentRefused(BadInput):
    """An incident needs a severity and words."""

    code: ClassVar[str] = "incident.refused"


class IncidentNotFound(NotFound):
    """There is no such incident."""

    code: ClassVar[str] = "incident.not-found"


class IncidentClosed(Conflict):
    """The incident is closed already."""

    code: ClassVar[str] = "incident.closed"


class FailureRefused(BadInput):
    """A failure needs a kind, what it is about, and what one learns from it."""

    code: ClassVar[str] = "failure.refused"


class FailureUnread(Conflict):
    """A failure is named by whoever has read the study without the model first."""

    code: ClassVar[str] = "failure.own-read-first"


@dataclass(frozen=True, slots=True)
class ListedIncident:
    """An incident as it is listed."""

    code: str
    model: str
    version: str
    severity: str
    what: str
    reported_by: str
    reported_at: datetime
    outcome: str
    closed_by: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedFailure:
    """A failure as the library shows it: no child, no study."""

    code: str
    model: str
    version: str
    kind: str
    item: str
    lesson: str
    teachable: bool
    by: str
    at: datetime


def report(viewer: Viewer, model: ModelRow, severity: str, what: str) -> str:
    """Report an incident with a model at the viewer's hospital; return its code.

    Raises
    ------
    IncidentNotYours
        If the viewer is a vendor.
    IncidentRefused
        If severity or words are missing.
    """
    if viewer.role not in REPORTING_ROLES:
        raise IncidentNotYours("Incidents are reported by the hospitals.")
    words = what.strip()
    if severity not in {one.value for one in Severity} or not words or len(words) > LONGEST:
        raise IncidentRefused("Say how bad it was and what happened, in at most 2000 letters.")
    now = clock.now()
    with transaction.atomic():
        row = IncidentRow.objects.create(
            code=new_code(),
            model=model,
            hospital_id=viewer.hospital,
            severity=severity,
            what=words,
            reported_by_id=viewer.user,
            reported_at=now,
        )
        _audit(viewer, Action.CREATE, "incident", row.code, now, severity=severity)
    return str(row.code)


def close(viewer: Viewer, code: str, outcome: str) -> ModelRow:
    """Close an incident of the viewer's hospital with what came of it; return its model.

    Raises
    ------
    IncidentNotYours
        If the viewer's role closes none.
    IncidentNotFound
        If there is none.
    IncidentRefused
        If the outcome is empty or too long.
    IncidentClosed
        If it is closed already.
    """
    if viewer.role not in CLOSING_ROLES:
        raise IncidentNotYours("Experts and administrators close incidents.")
    words = outcome.strip()
    if not words or len(words) > LONGEST:
        raise IncidentRefused("Say what came of it, in at most 2000 letters.")
    now = clock.now()
    with transaction.atomic():
        row = (
            IncidentRow.objects.select_for_update(of=("self",))
            .select_related("model")
            .filter(code=code, hospital_id=viewer.hospital)
            .first()
        )
        if row is None:
            raise IncidentNotFound("There is no such incident at your hospital.")
        if row.closed_at is not None:
            raise IncidentClosed("The incident is closed already.")
        row.outcome, row.closed_by_id, row.closed_at = words, viewer.user, now
        row.save(update_fields=["outcome", "closed_by", "closed_at"])
        _audit(viewer, Action.UPDATE, "incident", code, now, what="closed")
    return row.model


def incidents_of(viewer: Viewer, model: ModelRow) -> tuple[ListedIncident, ...]:
    """Return a model's incidents at the viewer's hospital, open ones first."""
    rows = IncidentRow.objects.filter(model=model, hospital_id=viewer.hospital)
    listed = rows.select_related("reported_by", "closed_by").order_by("-reported_at")
    return tuple(
        sorted((_incident(row) for row in listed), key=lambda one: one.closed_at is not None)
    )


def note_failure(viewer: Viewer, run: str, item: str, kind: str, lesson: str) -> str:
    """Put a failure of a run into the library; return its code.

    Parameters
    ----------
    viewer : Viewer
    run : str
        Code of the run.
    item : str
        As a review names it: ``finding:3``, ``missed``.
    kind : str
        Of `FailureKind`.
    lesson : str
        What one learns from it, without patient data.

    Raises
    ------
    RunNotFound
        If the run does not exist for the viewer.
    FailureUnread
        If the viewer has not read the study first.
    FailureRefused
        If kind, item or lesson is missing.
    """
    row = run_of(viewer, run)
    if own_read(viewer, row.study) is None:
        raise FailureUnread("Read the study yourself first; then say where the model failed.")
    words = lesson.strip()
    known = kind in {one.value for one in FailureKind}
    if not known or not item.strip() or not words or len(words) > LONGEST:
        raise FailureRefused("Say what failed, how, and what one learns from it.")
    now = clock.now()
    with transaction.atomic():
        made = FailureRow.objects.create(
            code=new_code(),
            run=row,
            item=item.strip()[:80],
            kind=kind,
            lesson=words,
            by_id=viewer.user,
            at=now,
        )
        _audit(viewer, Action.CREATE, "failure", made.code, now, failed=kind)
    return str(made.code)


def offer_for_teaching(viewer: Viewer, code: str, *, teachable: bool) -> None:
    """Say whether teaching may use a failure of the viewer's hospital.

    Raises
    ------
    IncidentNotYours
        If the viewer's role decides on none.
    IncidentNotFound
        If there is no such failure.
    """
    if viewer.role not in CLOSING_ROLES:
        raise IncidentNotYours("Experts and administrators offer failures for teaching.")
    now = clock.now()
    with transaction.atomic():
        rows = FailureRow.objects.filter(code=code, run__hospital_id=viewer.hospital)
        if not rows.update(teachable=teachable):
            raise IncidentNotFound("There is no such failure at your hospital.")
        said = "offered" if teachable else "taken-back"
        _audit(viewer, Action.UPDATE, "failure", code, now, what=said)


def library(viewer: Viewer) -> tuple[ListedFailure, ...]:
    """Return the failures of the viewer's hospital, and those others offer for teaching."""
    if viewer.role is Role.VENDOR:
        return ()
    rows = FailureRow.objects.select_related("run__model", "by").order_by("-at", "-pk")
    return tuple(
        ListedFailure(
            row.code,
            row.run.model.card_id,
            row.run.model.version,
            row.kind,
            row.item,
            row.lesson,
            row.teachable,
            row.by.name,
            row.at,
        )
        for row in rows
        if row.teachable or row.run.hospital_id == viewer.hospital
    )


def _incident(row: IncidentRow) -> ListedIncident:
    return ListedIncident(
        row.code,
        row.model.card_id,
        row.model.version,
        row.severity,
        row.what,
        row.reported_by.name,
        row.reported_at,
        row.outcome,
        row.closed_by.name if row.closed_by else "",
        row.closed_at,
    )


def _audit(
    viewer: Viewer, action: Action, kind: str, code: str, now: datetime, **detail: str
) -> None:
    trail.append([AuditEvent(now, viewer.login, action, kind, code, viewer.hospital, detail)])
