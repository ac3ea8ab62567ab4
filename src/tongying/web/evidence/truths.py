"""Truth arrives late: from operation, pathology, follow-up, a panel or the signed opinion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotAllowed
from tongying.web import now as clock
from tongying.web.evidence.kinds import kinds_of_all
from tongying.web.evidence.models import TruthRow
from tongying.web.records.models import Study
from tongying.web.records.reading import study_of
from tongying.web.trail import store as trail

TELLING_ROLES: Final = frozenset({Role.EXPERT, Role.REQUESTER, Role.RESEARCHER})
"""Who says what turned out to be so."""


class TruthLevel(StrEnum):
    """How it is known, the best first."""

    PATHOLOGY = "pathology"
    GENETICS = "genetics"
    SURGERY = "surgery"
    FOLLOW_UP = "follow-up"
    PANEL = "panel"
    REPORT = "report"
    """A signed opinion; no better than its reader."""
    MADE = "made"
    """Made by code."""


class TruthNotYours(NotAllowed):
    """The viewer's role tells no truth."""

    code: ClassVar[str] = "truth.not-yours"


class TruthRefused(BadInput):
    """The kind of finding or the level is not known."""

    code: ClassVar[str] = "truth.refused"


@dataclass(frozen=True, slots=True)
class ToldTruth:
    """What turned out to be so for one kind of finding of a study."""

    kind: str
    present: bool
    level: str
    by: str
    at: Any


def may_tell(viewer: Viewer) -> bool:
    """Say whether the viewer says what turned out to be so."""
    return viewer.role in TELLING_ROLES


def tell(viewer: Viewer, study_uid: str, kind: str, *, present: bool, level: str) -> None:
    """Note what turned out to be so; the last word counts, earlier ones stay.

    Raises
    ------
    TruthNotYours
        If the viewer's role tells none.
    ObjectNotFound
        If the study does not exist for the viewer.
    TruthRefused
        If no model here speaks of this kind, or the level is not known.
    """
    if not may_tell(viewer):
        raise TruthNotYours("Requesters, experts and researchers say what turned out to be so.")
    study = study_of(viewer, study_uid)
    if kind not in kinds_of_all():
        raise TruthRefused("No model here speaks of this kind of finding.")
    if level not in {one.value for one in TruthLevel} - {TruthLevel.MADE.value}:
        raise TruthRefused("Say how it is known: operation, pathology, follow-up and so on.")
    keep(study, kind, present=present, level=TruthLevel(level), by=viewer)


def keep(study: Study, kind: str, *, present: bool, level: TruthLevel, by: Viewer | None) -> None:
    """Keep a truth with its audit event; nothing is kept twice in a row.

    Parameters
    ----------
    study : Study
    kind : str
    present : bool
    level : TruthLevel
    by : Viewer or None
        None: the platform, from an outcome.
    """
    now = clock.now()
    with transaction.atomic():
        last = TruthRow.objects.filter(study=study, kind=kind).order_by("-pk").first()
        if last is not None and (last.present, last.level) == (present, level.value):
            return
        TruthRow.objects.create(
            study=study,
            kind=kind,
            present=present,
            level=level.value,
            by_id=by.user if by else None,
            at=now,
        )
        actor = by.login if by else "system"
        detail = {"kind": kind, "present": "yes" if present else "no", "level": level.value}
        event = AuditEvent(now, actor, Action.CREATE, "truth", study.uid, study.hospital_id, detail)
        trail.append([event])


def truths_of_study(viewer: Viewer, study_uid: str) -> tuple[ToldTruth, ...]:
    """Return the last word on each kind of finding of a study.

    Raises
    ------
    ObjectNotFound
        If the study does not exist for the viewer.
    """
    study = study_of(viewer, study_uid)
    last: dict[str, ToldTruth] = {}
    for row in TruthRow.objects.filter(study=study).select_related("by").order_by("pk"):
        by = row.by.name if row.by else ""
        last[row.kind] = ToldTruth(row.kind, row.present, row.level, by, row.at)
    return tuple(last.values())
