"""Which pathways a case may follow: those that ship, and those its hospitals added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django.db import transaction

from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from tongying.pathway.catalogue import pathways, text_of
from tongying.pathway.definition import Pathway
from tongying.pathway.faults import Fault, PathwayRefused
from tongying.pathway.reading import read_pathway
from tongying.web import now as clock
from tongying.web.pathways.models import PathwayText
from tongying.web.trail import store as trail

ADDING_ROLES: Final = frozenset({Role.ADMIN, Role.EXPERT})
"""Who adds pathways to their hospital and withdraws them."""
MOST_BYTES: Final = 200_000
LONGEST_REASON: Final = 300


class AddingNotYours(NotAllowed):
    """The viewer's role adds no pathways."""

    code: ClassVar[str] = "pathway.adding-not-yours"


class PathwayNotFound(NotFound):
    """There is no such pathway for this viewer."""

    code: ClassVar[str] = "pathway.not-found"


class TextTooLong(BadInput):
    """The text is longer than a pathway can be."""

    code: ClassVar[str] = "pathway.text-too-long"


class NameTaken(Conflict):
    """A pathway that ships with the platform has this id."""

    code: ClassVar[str] = "pathway.name-taken"


class VersionTaken(Conflict):
    """The hospital has this version, or a later one, already."""

    code: ClassVar[str] = "pathway.version-taken"


class WithdrawReasonMissing(BadInput):
    """A pathway is withdrawn with a reason."""

    code: ClassVar[str] = "pathway.reason-missing"


class WithdrawnAlready(Conflict):
    """The pathway was withdrawn before."""

    code: ClassVar[str] = "pathway.withdrawn-already"


@dataclass(frozen=True, slots=True)
class OnOffer:
    """A pathway that can be followed now.

    Attributes
    ----------
    pathway : Pathway
    text : str
        As it was written.
    hospital, hospital_name : str
        Whose it is; empty for one that ships.
    number : int or None
        Key of the hospital's text.
    added_by : str
    added_at : datetime or None
    """

    pathway: Pathway
    text: str
    hospital: str = ""
    hospital_name: str = ""
    number: int | None = None
    added_by: str = ""
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A text that is followed no more, and why."""

    pathway: str
    version: int
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A text that was taken once and names what this version of the platform no longer has."""

    pathway: str
    version: int
    faults: tuple[Fault, ...]


def may_add(viewer: Viewer) -> bool:
    """Say whether the viewer adds pathways to their hospital."""
    return viewer.role in ADDING_ROLES


def shipped() -> tuple[OnOffer, ...]:
    """Return the pathways that ship with the platform."""
    return tuple(OnOffer(one, text_of(id_)) for id_, one in sorted(pathways().items()))


def on_offer(hospitals: Iterable[str]) -> tuple[OnOffer, ...]:
    """Return what ships and what the hospitals have added and not withdrawn, newest versions.

    Parameters
    ----------
    hospitals : iterable of str
        Codes.
    """
    return (*shipped(), *_of_hospitals(hospitals))


def on_offer_for(viewer: Viewer) -> tuple[OnOffer, ...]:
    """Return what the viewer's hospital may follow."""
    return on_offer([viewer.hospital])


def withdrawn_of(viewer: Viewer) -> tuple[Withdrawn, ...]:
    """Return what the viewer's hospital withdrew, the latest first."""
    rows = (
        PathwayText.objects.filter(hospital_id=viewer.hospital, withdrawn_at__isnull=False)
        .select_related("withdrawn_by")
        .order_by("-withdrawn_at")
    )
    return tuple(
        Withdrawn(
            row.pathway, row.version, row.withdrawn_by.name, row.withdrawn_at, row.withdrawn_reason
        )
        for row in rows
        if row.withdrawn_by is not None and row.withdrawn_at is not None
    )


def unreadable_of(viewer: Viewer) -> tuple[Unreadable, ...]:
    """Return what the viewer's hospital added and this version of the platform cannot follow."""
    found = []
    for row in _newest([viewer.hospital]):
        try:
            read_pathway(row.text, name=row.pathway)
        except PathwayRefused as refused:
            found.append(Unreadable(row.pathway, row.version, refused.faults))
    return tuple(found)


def pathway_by_digest(digest: str, among: Iterable[OnOffer]) -> OnOffer:
    """Return one of those on offer.

    Raises
    ------
    PathwayNotFound
        If none has this digest: it was withdrawn, or has moved on.
    """
    found = next((one for one in among if one.pathway.digest == digest), None)
    if found is None:
        raise PathwayNotFound("There is no such pathway; it may have moved on meanwhile.")
    return found


def check_adding(viewer: Viewer) -> None:
    """Raise unless the viewer adds pathways.

    Raises
    ------
    AddingNotYours
        If the viewer's role adds none.
    """
    if not may_add(viewer):
        raise AddingNotYours("Administrators and experts add pathways to their hospital.")


def add(viewer: Viewer, text: str, *, name: str = "") -> Pathway:
    """Add a pathway, or a new version of one, to the viewer's hospital.

    Parameters
    ----------
    viewer : Viewer
    text : str
    name : str, optional
        Of the file it comes from.

    Raises
    ------
    AddingNotYours
        If the viewer's role adds none.
    TextTooLong
        If the text is longer than a pathway can be.
    tongying.pathway.faults.PathwayRefused
        If it cannot be read; every fault carries its line.
    NameTaken
        If a pathway that ships has this id.
    VersionTaken
        If the hospital has this version, or a later one, already.
    """
    check_adding(viewer)
    if len(text.encode()) > MOST_BYTES:
        raise TextTooLong("The text is longer than 200 kB.")
    pathway = read_pathway(text, name=name or "pathway")
    if pathway.id in pathways():
        raise NameTaken("A pathway of the platform has this id; choose another.")
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two colleagues at once must not both add version 2
        rows = PathwayText.objects.filter(hospital_id=viewer.hospital, pathway=pathway.id)
        newest = rows.order_by("-version").values_list("version", flat=True).first()
        if newest is not None and pathway.version <= newest:
            raise VersionTaken("This version, or a later one, was added already; count it up.")
        PathwayText.objects.create(
            pathway=pathway.id,
            version=pathway.version,
            hospital_id=viewer.hospital,
            text=text,
            digest=pathway.digest,
            added_by_id=viewer.user,
            added_at=now,
        )
        _note(viewer, Action.CREATE, pathway.id, pathway.version, now)
    return pathway


def withdraw(viewer: Viewer, number: int, reason: str) -> None:
    """Withdraw a text of the viewer's hospital; cases that follow it go on with it.

    An earlier version stands again where there is one that was not withdrawn.

    Raises
    ------
    AddingNotYours
        If the viewer's role adds none.
    PathwayNotFound
        If it is not the viewer's hospital's.
    WithdrawReasonMissing
        If no reason is given.
    WithdrawnAlready
        If it was withdrawn before.
    """
    check_adding(viewer)
    now = clock.now()
    with transaction.atomic():
        rows = PathwayText.objects.filter(pk=number, hospital_id=viewer.hospital)
        row = rows.select_for_update().first()
        if row is None:
            raise PathwayNotFound("There is no such pathway; it may have moved on meanwhile.")
        if row.withdrawn_at is not None:
            raise WithdrawnAlready("This pathway was withdrawn already.")
        if not reason.strip():
            raise WithdrawReasonMissing("Say why the pathway is withdrawn.")
        row.withdrawn_by_id, row.withdrawn_at = viewer.user, now
        row.withdrawn_reason = reason.strip()[:LONGEST_REASON]
        row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
        _note(viewer, Action.UPDATE, row.pathway, row.version, now, what="withdraw")


def _of_hospitals(hospitals: Iterable[str]) -> Iterable[OnOffer]:
    for row in _newest(hospitals):
        try:
            pathway = read_pathway(row.text, name=row.pathway)
        except PathwayRefused:
            continue  # it names what this version no longer has; `unreadable_of` lists it
        yield OnOffer(
            pathway,
            row.text,
            row.hospital_id,
            row.hospital.name,
            row.pk,
            row.added_by.name,
            row.added_at,
        )


def _newest(hospitals: Iterable[str]) -> Iterable[PathwayText]:
    rows = (
        PathwayText.objects.filter(hospital_id__in=set(hospitals), withdrawn_at__isnull=True)
        .select_related("hospital", "added_by")
        .order_by("hospital_id", "pathway", "-version")
    )
    seen: set[tuple[str, str]] = set()
    for row in rows:
        key = (row.hospital_id, row.pathway)
        if key not in seen:
            seen.add(key)
            yield row


def _note(
    viewer: Viewer, action: Action, pathway: str, version: int, now: datetime, *, what: str = "add"
) -> None:
    detail = {"what": what, "version": str(version)}
    trail.append(
        [AuditEvent(now, viewer.login, action, "pathway", pathway, viewer.hospital, detail)]
    )
