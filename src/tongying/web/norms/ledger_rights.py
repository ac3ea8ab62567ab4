"""Who may do what with the ledger of normal children, and which of its lines exist for a viewer."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db.models import QuerySet

from tongying.consult.people import Role, Viewer
from tongying.kernel.errors import NotAllowed, NotFound
from tongying.web.norms.models import NormEntry, NormSubject

LEDGER_ROLES: Final = frozenset({Role.RESEARCHER, Role.EXPERT, Role.TECHNOLOGIST, Role.ADMIN})
"""Who sees the ledger of their hospital."""
MANAGING_ROLES: Final = frozenset({Role.RESEARCHER, Role.ADMIN})
"""Who enters and withdraws children, imports tables and makes inclusion rules."""
LEDGER_READER_ROLES: Final = frozenset({Role.RESEARCHER, Role.EXPERT, Role.TECHNOLOGIST})
"""Who measures, decides between readers and passes the quality gate."""


class LedgerNotYours(NotAllowed):
    """The viewer's role does not open the ledger, or not for this act."""

    code: ClassVar[str] = "norms.ledger-not-yours"


class LedgerNotFound(NotFound):
    """There is no such line of the ledger for this viewer."""

    code: ClassVar[str] = "norms.ledger-not-found"


def may_see_ledger(viewer: Viewer) -> bool:
    """Say whether the viewer sees the ledger of their hospital."""
    return viewer.role in LEDGER_ROLES


def may_manage_ledger(viewer: Viewer) -> bool:
    """Say whether the viewer enters and withdraws children."""
    return viewer.role in MANAGING_ROLES


def may_read_entries(viewer: Viewer) -> bool:
    """Say whether the viewer measures."""
    return viewer.role in LEDGER_READER_ROLES


def check_seeing(viewer: Viewer) -> None:
    """Raise unless the viewer sees the ledger of their hospital.

    Raises
    ------
    LedgerNotYours
        If they do not.
    """
    if not may_see_ledger(viewer):
        raise LedgerNotYours(
            "The ledger of normal children is for researchers, experts, technologists and "
            "administrators of the hospital."
        )


def check_managing(viewer: Viewer) -> None:
    """Raise unless the viewer enters and withdraws children.

    Raises
    ------
    LedgerNotYours
        If they do not.
    """
    if not may_manage_ledger(viewer):
        raise LedgerNotYours("Researchers and administrators look after the ledger.")


def check_reading(viewer: Viewer) -> None:
    """Raise unless the viewer measures.

    Raises
    ------
    LedgerNotYours
        If they do not.
    """
    if not may_read_entries(viewer):
        raise LedgerNotYours("Experts, researchers and technologists measure normal children.")


def subjects_for(viewer: Viewer) -> QuerySet[NormSubject]:
    """Return the children of the ledger that exist for a viewer: their hospital's."""
    rows = NormSubject.objects.filter(hospital_id=viewer.hospital)
    return rows if may_see_ledger(viewer) else rows.none()


def entries_for(viewer: Viewer) -> QuerySet[NormEntry]:
    """Return the values of the ledger that exist for a viewer: their hospital's."""
    rows = NormEntry.objects.filter(subject__hospital_id=viewer.hospital)
    return rows if may_see_ledger(viewer) else rows.none()


def subject_row(viewer: Viewer, code: str, *, to_change: bool = False) -> NormSubject:
    """Return a child's row, locked until the transaction ends where it is to be changed.

    Raises
    ------
    LedgerNotFound
        If it does not exist for the viewer.
    """
    rows = subjects_for(viewer).filter(code=code)
    row = (rows.select_for_update() if to_change else rows.select_related("rule")).first()
    if row is None:
        raise LedgerNotFound("There is no such child in the ledger.")
    return row


def entry_row(viewer: Viewer, code: str, *, to_change: bool = False) -> NormEntry:
    """Return a value's row, locked until the transaction ends where it is to be changed.

    Raises
    ------
    LedgerNotFound
        If it does not exist for the viewer.
    """
    rows = entries_for(viewer).filter(code=code)
    row = (rows.select_for_update() if to_change else rows.select_related("subject__rule")).first()
    if row is None:
        raise LedgerNotFound("There is no such value in the ledger.")
    return row
