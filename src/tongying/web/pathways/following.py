"""Which pathway a case follows: chosen, changed, left. Nothing answered on the way is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django.db import transaction

from tongying.consult.desk import CaseNotFound, may_move
from tongying.consult.people import Viewer
from tongying.consult.states import Move
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import NotAllowed
from tongying.pathway.definition import Pathway
from tongying.pathway.reading import read_pathway
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of, number_of
from tongying.web.pathways.library import on_offer, pathway_by_digest
from tongying.web.pathways.models import CasePathway
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail

CHOOSING: Final = (Move.EDIT, Move.COMPLETE, Move.WRITE)
"""Who may make one of these moves now may choose: who asks, the desk, who answers."""


class ChoosingNotYours(NotAllowed):
    """Only who asks, the desk or who answers chooses a pathway, before the opinion is signed."""

    code: ClassVar[str] = "pathway.choosing-not-yours"


@dataclass(frozen=True, slots=True)
class Followed:
    """The pathway of a case, as it was when it was chosen.

    Attributes
    ----------
    number : int
        Key of its row.
    pathway : Pathway
    chosen_by : str
    chosen_at : datetime
    """

    number: int
    pathway: Pathway
    chosen_by: str
    chosen_at: datetime


def case_row(viewer: Viewer, case: int, *, to_change: bool = False) -> CaseRow:
    """Return a case's row, locked until the transaction ends where it is to be changed.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    rows = cases_for(viewer).filter(pk=case)
    row = (rows.select_for_update() if to_change else rows).first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    return row


def may_choose(viewer: Viewer, row: CaseRow) -> bool:
    """Say whether the viewer may choose the case's pathway now."""
    case = case_of(row)
    return any(may_move(viewer, case, move) for move in CHOOSING)


def followed(viewer: Viewer, case: int) -> Followed | None:
    """Return the pathway that a case follows, or None.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    tongying.pathway.faults.PathwayRefused
        If its text is of a form that this version cannot read.
    """
    return followed_by(case_row(viewer, case))


def followed_by(row: CaseRow) -> Followed | None:
    """Return the pathway that a case's row follows, or None.

    Raises
    ------
    tongying.pathway.faults.PathwayRefused
        If its text is of a form that this version cannot read.
    """
    found = standing(row)
    if found is None:
        return None
    pathway = read_pathway(found.text, name=found.pathway)
    return Followed(found.pk, pathway, found.chosen_by.name, found.chosen_at)


def standing(row: CaseRow) -> CasePathway | None:
    """Return the row of the pathway that a case follows, or None."""
    return row.pathways.filter(ended_at__isnull=True).select_related("chosen_by").first()


def choose(viewer: Viewer, case: int, digest: str) -> Pathway:
    """Let a case follow a pathway; one that it followed before is taken up with its answers.

    Parameters
    ----------
    viewer : Viewer
    case : int
    digest : str
        Of the pathway's text, as it was shown.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    ChoosingNotYours
        If the viewer may not choose now.
    PathwayNotFound
        If none on offer has this digest.
    """
    now = clock.now()
    with transaction.atomic():
        row = _to_change(viewer, case)
        chosen = pathway_by_digest(digest, on_offer((row.asking_id, row.answering_id)))
        before = standing(row)
        if before is not None and before.digest == digest:
            return chosen.pathway
        row.pathways.filter(ended_at__isnull=True).update(ended_at=now)
        again = row.pathways.filter(digest=digest).order_by("-pk").first()
        who = {"chosen_by_id": viewer.user, "chosen_at": now}
        if again is not None:
            CasePathway.objects.filter(pk=again.pk).update(ended_at=None, **who)
        else:
            CasePathway.objects.create(
                case=row,
                pathway=chosen.pathway.id,
                version=chosen.pathway.version,
                digest=digest,
                text=chosen.text,
                **who,
            )
        note(viewer, row, now, {"what": "pathway", "pathway": chosen.pathway.id})
    return chosen.pathway


def leave(viewer: Viewer, case: int) -> None:
    """Let a case follow no pathway; what was answered comes back when it is chosen again.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    ChoosingNotYours
        If the viewer may not choose now.
    """
    now = clock.now()
    with transaction.atomic():
        row = _to_change(viewer, case)
        if row.pathways.filter(ended_at__isnull=True).update(ended_at=now):
            note(viewer, row, now, {"what": "pathway", "pathway": ""})


def note(viewer: Viewer, row: CaseRow, now: datetime, detail: dict[str, str]) -> None:
    """Write into the trail, in the caller's transaction, what was done to a case's pathway."""
    event = AuditEvent(
        now, viewer.login, Action.UPDATE, "case", number_of(row), row.asking_id, detail
    )
    trail.append([event])


def _to_change(viewer: Viewer, case: int) -> CaseRow:
    trail.hold()  # two people at once must not both find that none is followed
    row = case_row(viewer, case, to_change=True)
    if not may_choose(viewer, row):
        raise ChoosingNotYours(
            "Who asks, the desk or who answers chooses the pathway, before the opinion is signed."
        )
    return row
