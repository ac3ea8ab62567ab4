"""Releases as the pages show them: state, signatures, withdrawals, versions before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from tongying.consult.people import Role, Viewer
from tongying.norms.release.document import digest
from tongying.web.norms.models import NormReleaseRow, NormSignature
from tongying.web.norms.releases import release_row
from tongying.web.norms.rights import may_fit, may_read_fits, may_sign
from tongying.web.norms.states import ReleaseState

LISTED = 200


@dataclass(frozen=True, slots=True)
class ShownSignature:
    """A signature.

    Attributes
    ----------
    name, hospital, statement : str
    expert : bool
    at : datetime
    own : bool
        Whether it is the viewer's.
    """

    name: str
    hospital: str
    expert: bool
    at: datetime
    statement: str
    own: bool


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """A release.

    Attributes
    ----------
    norm_id, measure, state, sha256, drafted_by, fit : str
        `fit` is the code of the fit it was drafted from.
    drafted_at : datetime
    published_at, closed_at : datetime or None
    closed_reason : str
    used : int
        Values behind it.
    withdrawn : int
        Children behind it that were withdrawn since.
    signatures : tuple of ShownSignature
    intact : bool
        Whether the document is the one that was drafted.
    document : str
        Empty in lists.
    previous : str
        Id of the version before, empty where there is none.
    may_sign, may_close : bool
    """

    norm_id: str
    measure: str
    state: str
    sha256: str
    drafted_by: str
    drafted_at: datetime
    fit: str
    published_at: datetime | None
    closed_at: datetime | None
    closed_reason: str
    used: int
    withdrawn: int
    signatures: tuple[ShownSignature, ...] = ()
    intact: bool = True
    document: str = ""
    previous: str = ""
    may_sign: bool = False
    may_close: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """What the page of a norm in force must say of its release.

    Attributes
    ----------
    norm_id : str
    withdrawn : int
        Children behind it that were withdrawn since.
    published_at : datetime or None
    """

    norm_id: str
    withdrawn: int
    published_at: datetime | None


def releases_for(viewer: Viewer) -> list[ShownRelease]:
    """Return the releases that exist for a viewer, newest first, without their documents."""
    rows = NormReleaseRow.objects.select_related("drafted_by", "fit").defer("document")
    if not may_read_fits(viewer):
        rows = rows.filter(published_at__isnull=False)
    counted = rows.annotate(used=Count("entries", distinct=True), gone=_GONE)
    return [_shown(row, row.used, row.gone) for row in counted.order_by("-pk")[:LISTED]]


def release_of(viewer: Viewer, norm_id: str) -> ShownRelease:
    """Return a release with its document and signatures.

    Raises
    ------
    ReleaseNotFound
        If it does not exist for the viewer.
    """
    row = release_row(viewer, norm_id)
    signatures = tuple(
        ShownSignature(
            name=one.signed_by.name,
            hospital=one.signed_by.hospital_id,
            expert=one.signed_by.role == Role.EXPERT.value,
            at=one.signed_at,
            statement=one.statement,
            own=one.signed_by_id == viewer.user,
        )
        for one in NormSignature.objects.filter(norm_id=norm_id, sha256=row.sha256)
        .select_related("signed_by")
        .order_by("signed_at", "pk")
    )
    intact = digest(row.document) == row.sha256
    gone = withdrawn_children(row)
    draft = row.state == ReleaseState.DRAFT.value
    previous = (
        NormReleaseRow.objects.filter(
            measure=row.measure, pk__lt=row.pk, published_at__isnull=False
        )
        .order_by("-pk")
        .values_list("norm_id", flat=True)
        .first()
    )
    unsigned = draft and intact and not gone and not any(one.own for one in signatures)
    return _shown(
        row,
        row.entries.count(),
        gone,
        signatures=signatures,
        intact=intact,
        document=row.document,
        previous=previous or "",
        may_sign=may_sign(viewer) and unsigned,
        may_close=may_fit(viewer) and row.state != ReleaseState.CLOSED.value,
    )


def release_status(norm_id: str) -> ReleaseStatus | None:
    """Return what must be said of the release of a norm; None of a norm that was published."""
    row = NormReleaseRow.objects.filter(norm_id=norm_id).defer("document").first()
    if row is None:
        return None
    return ReleaseStatus(norm_id, withdrawn_children(row), row.published_at)


def withdrawn_children(row: NormReleaseRow) -> int:
    """Return how many children behind a release were withdrawn since."""
    gone = row.entries.filter(subject__withdrawn_at__isnull=False)
    return gone.values("subject").distinct().count()


_GONE = Count(
    "entries__subject",
    filter=Q(entries__subject__withdrawn_at__isnull=False),
    distinct=True,
)


def _shown(row: NormReleaseRow, used: int, gone: int, **more: Any) -> ShownRelease:
    return ShownRelease(
        norm_id=row.norm_id,
        measure=row.measure,
        state=row.state,
        sha256=row.sha256,
        drafted_by=row.drafted_by.name,
        drafted_at=row.drafted_at,
        fit=row.fit.code,
        published_at=row.published_at,
        closed_at=row.closed_at,
        closed_reason=row.closed_reason,
        used=used,
        withdrawn=gone,
        **more,
    )
