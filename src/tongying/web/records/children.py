"""Which child a patient module speaks of: issuer-qualified id, never a guess."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tongying.consult.people import Role, Viewer
from tongying.dicom.instance import InstanceRecord, PatientAttributes
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotAllowed, NotFound
from tongying.web.records.models import Child, ChildLink
from tongying.web.records.names import search_key
from tongying.web.trail import store as trail

NO_ID = "?"
"""Local id of a child whose images carry none: such a child has this one study only."""


class ChildUnknown(NotFound):
    """There is no such child for this viewer."""

    code = "child.not-found"


class LinkRefused(BadInput):
    """The two records cannot be joined as asked."""

    code = "child.link-refused"


class LinkNotYours(NotAllowed):
    """Joining records is the coordinator's and the administrator's."""

    code = "child.link-not-yours"


class KnownChild(Protocol):
    """What tells whether a patient module can be a child's."""

    local_id: str
    birth_date: date | None


class ChildFinder:
    """Finds the child of an instance, or makes it."""

    def is_of(self, child: KnownChild, patient: PatientAttributes) -> bool:
        """Say whether a patient module can be the child's.

        The id must be the same, and dates of birth that are both known must not differ.
        """
        unnamed = child.local_id.startswith(NO_ID)
        same_id = unnamed if patient.id is None else child.local_id == patient.id
        return same_id and _same_birth(child, patient)

    def find_or_make(self, hospital: str, record: InstanceRecord) -> Child:
        """Return the hospital's child of this instance, made if it is new."""
        patient = record.patient
        local_id = patient.id or f"{NO_ID}{record.study.uid}"
        same = Child.objects.filter(
            hospital_id=hospital, issuer=patient.issuer or "", local_id=local_id
        ).order_by("clash")
        found = list(same)
        for child in found:
            if _same_birth(child, patient):
                self._complete(child, patient)
                return child
        return Child.objects.create(
            hospital_id=hospital,
            issuer=patient.issuer or "",
            local_id=local_id,
            clash=len(found),
            name_alphabetic=patient.name.alphabetic[:200],
            name_ideographic=patient.name.ideographic[:200],
            name_phonetic=patient.name.phonetic[:200],
            name_search=search_key(patient.name),
            birth_date=patient.birth_date,
            sex=patient.sex or "",
        )

    @staticmethod
    def _complete(child: Child, patient: PatientAttributes) -> None:
        changed = []
        if child.birth_date is None and patient.birth_date is not None:
            child.birth_date = patient.birth_date
            changed.append("birth_date")
        if not child.sex and patient.sex:
            child.sex = patient.sex
            changed.append("sex")
        if changed:
            child.save(update_fields=changed)


def same_child(child_id: int) -> list[int]:
    """Return the ids of all records linked, directly or through others, to be this child.

    Access rests on it. A fetal study filed with a child joins no records, so it never widens this.
    """
    seen = {child_id}
    frontier = {child_id}
    while frontier:
        links = ChildLink.objects.filter(undone_at=None).filter(
            Q(child_id__in=frontier) | Q(same_as_id__in=frontier)
        )
        reached = {pk for pair in links.values_list("child_id", "same_as_id") for pk in pair}
        frontier = reached - seen
        seen |= frontier
    return sorted(seen)


def link(viewer: Viewer, child_id: int, same_as_id: int, *, reason: str) -> int:
    """Say that two records of the viewer's hospital are one child; return the link's number.

    Raises
    ------
    LinkNotYours
        If the viewer is neither coordinator nor administrator.
    ChildUnknown
        If either record is not of the viewer's hospital.
    LinkRefused
        If both are the same record, or no reason is given.
    """
    _check_may_link(viewer)
    if child_id == same_as_id:
        raise LinkRefused("A record cannot be joined to itself.")
    if not reason.strip():
        raise LinkRefused("Say why the two records are the same child.")
    with transaction.atomic():
        ours = Child.objects.filter(pk__in=[child_id, same_as_id], hospital_id=viewer.hospital)
        if ours.count() != 2:
            raise ChildUnknown("There is no such child in your hospital.")
        row = ChildLink.objects.create(
            child_id=child_id,
            same_as_id=same_as_id,
            reason=reason.strip()[:300],
            made_by_id=viewer.user,
        )
        _note(viewer, Action.CREATE, row)
    return row.pk


def unlink(viewer: Viewer, link_id: int) -> None:
    """Undo a link.

    Raises
    ------
    LinkNotYours
        If the viewer is neither coordinator nor administrator.
    ChildUnknown
        If there is no such standing link in the viewer's hospital.
    """
    _check_may_link(viewer)
    with transaction.atomic():
        row = ChildLink.objects.filter(
            pk=link_id, undone_at=None, child__hospital_id=viewer.hospital
        ).first()
        if row is None:
            raise ChildUnknown("There is no such link in your hospital.")
        row.undone_by_id = viewer.user
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_by", "undone_at"])
        _note(viewer, Action.DELETE, row)


def _check_may_link(viewer: Viewer) -> None:
    if viewer.role not in (Role.COORDINATOR, Role.ADMIN):
        raise LinkNotYours("Only a coordinator or administrator may join or part records.")


def _note(viewer: Viewer, action: Action, row: ChildLink) -> None:
    target = f"{row.child_id}={row.same_as_id}"
    trail.append(
        [AuditEvent(timezone.now(), viewer.login, action, "child-link", target, viewer.hospital)]
    )


def _same_birth(child: KnownChild, patient: PatientAttributes) -> bool:
    known = child.birth_date is not None and patient.birth_date is not None
    return not known or child.birth_date == patient.birth_date
