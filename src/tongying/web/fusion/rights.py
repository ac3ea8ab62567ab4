"""Who may do what with fused pairs, and which of them exist for a viewer."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db.models import QuerySet

from tongying.consult.people import Role, Viewer
from tongying.kernel.errors import NotAllowed, NotFound
from tongying.web.fusion.models import FusionRow
from tongying.web.records.visible import cases_for, studies_condition

ASKING_ROLES: Final = frozenset({Role.REQUESTER, Role.EXPERT, Role.COORDINATOR, Role.TECHNOLOGIST})
"""Who may bring images together that they see: the asking side and the experts invited."""


class FusionNotYours(NotAllowed):
    """The viewer's role does not bring images together or end a computation."""

    code: ClassVar[str] = "fusion.not-yours"


class JudgementNotYours(NotAllowed):
    """Only an expert judges how well two images fit."""

    code: ClassVar[str] = "fusion.judgement-not-yours"


class FusionNotFound(NotFound):
    """There is no such fusion for this viewer."""

    code: ClassVar[str] = "fusion.not-found"


def may_ask(viewer: Viewer) -> bool:
    """Say whether the viewer's role brings images together."""
    return viewer.role in ASKING_ROLES


def check_asking(viewer: Viewer) -> None:
    """Raise unless the viewer's role brings images together.

    Raises
    ------
    FusionNotYours
        If it does not.
    """
    if not may_ask(viewer):
        raise FusionNotYours(
            "Requesters, experts, coordinators and technologists bring images together."
        )


def may_judge(viewer: Viewer, row: FusionRow) -> bool:
    """Say whether the viewer judges a fusion that they see: an expert who sees its case."""
    if viewer.role is not Role.EXPERT:
        return False
    return row.case_id is None or cases_for(viewer).filter(pk=row.case_id).exists()


def check_judging(viewer: Viewer, row: FusionRow) -> None:
    """Raise unless the viewer judges this fusion.

    Raises
    ------
    JudgementNotYours
        If they do not.
    """
    if not may_judge(viewer, row):
        raise JudgementNotYours("Only an expert who sees the case judges how well it fits.")


def fusions_for(viewer: Viewer) -> QuerySet[FusionRow]:
    """Return the fusions that exist for a viewer: both studies must."""
    return FusionRow.objects.filter(
        studies_condition(viewer, "fixed__study__"), studies_condition(viewer, "moving__study__")
    )


def row_of(viewer: Viewer, code: str, *, to_change: bool = False) -> FusionRow:
    """Return a fusion's row, locked until the transaction ends where it is to be changed.

    Raises
    ------
    FusionNotFound
        If it does not exist for the viewer.
    """
    rows = fusions_for(viewer).filter(code=code)
    row = (rows.select_for_update() if to_change else rows).first()
    if row is None:
        raise FusionNotFound("There is no such fusion.")
    return row
