"""Releases: drafted from a fit, signed by two people, published, closed; never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar, Final

from django.db import transaction
from django.utils import timezone

from tongying import __version__
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotFound
from tongying.norms.axis import AxisKind
from tongying.norms.fit.rows import x_of
from tongying.norms.norm import Norm
from tongying.norms.release.document import digest, norm_from
from tongying.norms.release.making import Band, Making, diagnostics_digest, entries_digest
from tongying.norms.release.release import release_from, release_of
from tongying.norms.release.signing import Signature, check_signature, is_complete
from tongying.norms.sex import Sex
from tongying.web import now as clock
from tongying.web.norms.fits import fit_row_of, frozen_entries, withdrawn_of
from tongying.web.norms.models import NormEntry, NormFitRow, NormReleaseRow, NormSignature
from tongying.web.norms.rights import check_fitting, check_signing, may_read_fits
from tongying.web.norms.sources import fit_row
from tongying.web.norms.states import FitState, ReleaseState
from tongying.web.people.models import Member
from tongying.web.trail import store as trail

NORM_RELEASE: Final = "norm-release"
"""Kind of audit events about releases."""
LONGEST_REASON: Final = 300


class ReleaseNotFound(NotFound):
    """There is no such release for this viewer."""

    code: ClassVar[str] = "norms.release-not-found"


class ReleaseOutOfPlace(Conflict):
    """The release, or the fit it is to be drafted from, is not in a state in which this is done."""

    code: ClassVar[str] = "norms.release-out-of-place"


class ReleaseChanged(Conflict):
    """The document that is kept is not the one that was drafted."""

    code: ClassVar[str] = "norms.release-changed"


class WithdrawnSince(Conflict):
    """A child behind it was withdrawn meanwhile."""

    code: ClassVar[str] = "norms.withdrawn-since"


class ReasonMissing(BadInput):
    """A release is closed without a reason, or with one that is too long."""

    code: ClassVar[str] = "norms.reason-missing"


def draft(viewer: Viewer, fit_code: str) -> str:
    """Draft a release from a fit and return its id; a fit that has one open keeps that one.

    Parameters
    ----------
    viewer : Viewer
    fit_code : str

    Raises
    ------
    FittingNotYours
        If the viewer's role does not draft.
    FitNotFound
        If there is no such fit.
    ReleaseOutOfPlace
        If the fit made no norm.
    WithdrawnSince
        If a child of the fit was withdrawn since.
    ReleaseRefused
        If the norm lacks something that a release must say.
    """
    fit = fit_row_of(viewer, fit_code)
    check_fitting(viewer)
    result = fit.result or {}
    if fit.state != FitState.DONE.value or not result.get("document"):
        raise ReleaseOutOfPlace("This fit made no norm that could be released.")
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two drafts at once must not get one version number
        open_one = fit.releases.exclude(state=ReleaseState.CLOSED.value).first()
        if open_one is not None:
            return open_one.norm_id
        if withdrawn_of(result["used"]):
            raise WithdrawnSince("A child of this fit was withdrawn; ask for a new fit.")
        entries = frozen_entries(result["used"])
        norm = replace(norm_from(result["document"]), id=next_id(fit.measure))
        release = release_of(norm, _making(fit, result, norm, entries))
        row = NormReleaseRow.objects.create(
            norm_id=norm.id,
            measure=fit.measure,
            document=release.text,
            sha256=release.sha256,
            fit=fit,
            drafted_by_id=viewer.user,
            drafted_at=now,
            state=ReleaseState.DRAFT.value,
        )
        row.entries.set(entries)
        note(row, viewer, Action.CREATE, now, what="draft")
    return row.norm_id


def sign(viewer: Viewer, norm_id: str, sha256: str, statement: str = "") -> bool:
    """Sign a draft; return whether it is published by that.

    Parameters
    ----------
    viewer : Viewer
    norm_id : str
    sha256 : str
        Digest of the document that was looked at.
    statement : str
        What was checked, in words; may be empty.

    Raises
    ------
    ReleaseNotFound
        If it does not exist for the viewer.
    SigningNotYours
        If the viewer's role does not sign.
    ReleaseOutOfPlace
        If it is no draft.
    ReleaseChanged
        If the document that is kept is not the one that was drafted.
    WithdrawnSince
        If a child behind it was withdrawn since.
    SignatureRefused
        If another document was looked at, or the viewer has signed it.
    ExpertNeeded
        If two would have signed and none is an expert.
    """
    now = clock.now()
    with transaction.atomic():
        row = release_row(viewer, norm_id, to_change=True)
        check_signing(viewer)
        if row.state != ReleaseState.DRAFT.value:
            raise ReleaseOutOfPlace("Only a draft is signed; look at it again.")
        if digest(row.document) != row.sha256:
            raise ReleaseChanged("The document is not the one that was drafted; draft it anew.")
        release_from(row.document)
        if row.entries.filter(subject__withdrawn_at__isnull=False).exists():
            raise WithdrawnSince("A child of this fit was withdrawn; ask for a new fit.")
        member = Member.objects.get(pk=viewer.user)
        mine = Signature(member.login, viewer.role is Role.EXPERT, sha256, _day(now))
        given = signatures_of(row)
        check_signature(mine, given, row.sha256)
        NormSignature.objects.create(
            norm_id=norm_id,
            sha256=row.sha256,
            signed_by=member,
            signed_at=now,
            statement=statement.strip()[:LONGEST_REASON],
        )
        published = is_complete([*given, mine], row.sha256)
        if published:
            row.state, row.published_at = ReleaseState.PUBLISHED.value, now
            row.save(update_fields=["state", "published_at"])
        what = "published" if published else "signed"
        note(row, viewer, Action.UPDATE, now, what=what, sha256=row.sha256)
    return published


def close(viewer: Viewer, norm_id: str, reason: str) -> None:
    """Close a release, or drop a draft: no value is scored by it any more, and it is kept.

    Raises
    ------
    ReleaseNotFound
        If it does not exist for the viewer.
    FittingNotYours
        If the viewer's role does not close.
    ReasonMissing
        If no reason is given, or one longer than 300 characters.
    ReleaseOutOfPlace
        If it is closed already.
    """
    said = reason.strip()
    now = clock.now()
    with transaction.atomic():
        row = release_row(viewer, norm_id, to_change=True)
        check_fitting(viewer)
        if not said or len(said) > LONGEST_REASON:
            raise ReasonMissing("Say in 300 characters or fewer why it is closed.")
        if row.state == ReleaseState.CLOSED.value:
            raise ReleaseOutOfPlace("This release is closed already.")
        row.state, row.closed_at, row.closed_reason = ReleaseState.CLOSED.value, now, said
        row.save(update_fields=["state", "closed_at", "closed_reason"])
        note(row, viewer, Action.UPDATE, now, what="closed")


def release_row(viewer: Viewer, norm_id: str, *, to_change: bool = False) -> NormReleaseRow:
    """Return a release's row: published ones for everybody, the others for who makes them.

    Raises
    ------
    ReleaseNotFound
        If it does not exist for the viewer.
    """
    rows = NormReleaseRow.objects.filter(norm_id=norm_id)
    if not may_read_fits(viewer):
        rows = rows.filter(published_at__isnull=False)
    row = (rows.select_for_update() if to_change else rows).first()
    if row is None:
        raise ReleaseNotFound("There is no such release.")
    return row


def signatures_of(row: NormReleaseRow) -> list[Signature]:
    """Return the signatures of a release's document, first first."""
    found = NormSignature.objects.filter(norm_id=row.norm_id, sha256=row.sha256)
    return [
        Signature(
            one.signed_by.login,
            one.signed_by.role == Role.EXPERT.value,
            one.sha256,
            _day(one.signed_at),
        )
        for one in found.select_related("signed_by").order_by("signed_at", "pk")
    ]


def next_id(measure: str) -> str:
    """Return the id of a measure's next release: versions are counted and never used twice."""
    stem = f"tongying.{measure}@"
    versions = [
        int(name.removeprefix(stem))
        for name in NormReleaseRow.objects.filter(measure=measure).values_list("norm_id", flat=True)
    ]
    return f"{stem}{max(versions, default=0) + 1}"


def note(row: NormReleaseRow, viewer: Viewer, action: Action, at: datetime, **detail: str) -> None:
    """Append the audit event of an act on a release, in the caller's transaction."""
    trail.append(
        [AuditEvent(at, viewer.login, action, NORM_RELEASE, row.norm_id, viewer.hospital, detail)]
    )


def _making(
    fit: NormFitRow, result: dict[str, Any], norm: Norm, entries: Sequence[NormEntry]
) -> Making:
    return Making(
        bands=tuple(_bands(result, norm.axis, entries)),
        code_version=__version__,
        settings=fit.settings,
        diagnostics_sha256=diagnostics_digest(result["groups"]),
        entries_sha256=entries_digest(one.code for one in entries),
    )


def _bands(result: dict[str, Any], axis: AxisKind, entries: Sequence[NormEntry]) -> list[Band]:
    """Return each child once, where it was first measured, in the bands that the fit shows."""
    first: dict[str, tuple[float, str]] = {}
    for entry in entries:
        x = x_of(fit_row(entry), axis)
        code = entry.subject.code
        if x is not None and (code not in first or x < first[code][0]):
            first[code] = (x, entry.subject.sex)
    bands = []
    for group in result["groups"]:
        sex = Sex(group["sex"]) if group["sex"] else None
        places = [x for x, its in first.values() if sex is None or its == sex.value]
        for number, band in enumerate(group["bands"]):
            last = number == len(group["bands"]) - 1
            inside = sum(
                band["low"] <= x < band["high"] or (last and x == band["high"]) for x in places
            )
            bands.append(Band(band["low"], band["high"], sex, inside))
    return bands


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
