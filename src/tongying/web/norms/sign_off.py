"""Signing off a published norm: an expert stands for exactly this table."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import IntegrityError, transaction

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotFound
from tongying.norms.catalogue.loading import catalogue
from tongying.web import now as clock
from tongying.web.norms.models import NormSignature
from tongying.web.norms.rights import check_sign_off
from tongying.web.trail import store as trail

NORM: Final = "norm"
"""Kind of audit events about published norms."""
LONGEST_STATEMENT: Final = 300


class NormNotInCatalogue(NotFound):
    """There is no published norm with this id."""

    code: ClassVar[str] = "norms.not-in-catalogue"


class TableNotShown(Conflict):
    """The table is not the one that was shown."""

    code: ClassVar[str] = "norms.table-not-shown"


class SignedAlready(Conflict):
    """The same person signed this document before."""

    code: ClassVar[str] = "norms.signed-already"


class StatementTooLong(BadInput):
    """What is said with a signature is too long."""

    code: ClassVar[str] = "norms.statement-too-long"


def sign_off(viewer: Viewer, norm_id: str, sha256: str, statement: str = "") -> None:
    """Sign a published norm; a table whose numbers change later is unsigned again.

    Parameters
    ----------
    viewer : Viewer
    norm_id : str
    sha256 : str
        Digest of the table that was looked at.
    statement : str
        What was checked, in words; may be empty.

    Raises
    ------
    NormNotInCatalogue
        If there is no such norm.
    SigningNotYours
        If the viewer is no expert.
    TableNotShown
        If the table is another by now.
    StatementTooLong
        If the words are too many.
    SignedAlready
        If the viewer has signed it.
    """
    norm = catalogue().get(norm_id)
    if norm is None:
        raise NormNotInCatalogue("There is no such norm.")
    check_sign_off(viewer)
    if norm.sha256 != sha256:
        raise TableNotShown("The table has changed since you opened it; look at it again.")
    if len(statement) > LONGEST_STATEMENT:
        raise StatementTooLong("Say it in 300 characters or fewer.")
    now = clock.now()
    try:
        with transaction.atomic():
            NormSignature.objects.create(
                norm_id=norm_id,
                sha256=sha256,
                signed_by_id=viewer.user,
                signed_at=now,
                statement=statement.strip(),
            )
            detail = {"sha256": sha256}
            trail.append(
                [
                    AuditEvent(
                        now, viewer.login, Action.UPDATE, NORM, norm_id, viewer.hospital, detail
                    )
                ]
            )
    except IntegrityError:
        raise SignedAlready("You have signed this already.") from None
