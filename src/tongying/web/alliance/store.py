"""Changing the alliance's books one at a time: a hospital, an agreement, a member's credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import transaction

from tongying.consult.alliance import HospitalRecord
from tongying.consult.alliance_faults import AllianceRefused, FaultCode, fault
from tongying.consult.alliance_import.agreements import key_of, read_agreement
from tongying.consult.alliance_import.hospitals import check_hospital, read_hospital
from tongying.consult.alliance_import.members import check_member, with_credentials
from tongying.consult.alliance_import.sheet import SheetRow
from tongying.consult.alliance_rights import AllianceAct
from tongying.consult.membership import AgreementRecord, MemberRecord
from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import NotFound
from tongying.kernel.ids import HospitalCode
from tongying.web import now as clock
from tongying.web.alliance.models import AgreementRow
from tongying.web.alliance.rows import (
    agreement_record,
    hospital_record,
    member_record,
    write_hospital,
    write_member,
)
from tongying.web.alliance.standing import standing_of
from tongying.web.people.models import Hospital, Member
from tongying.web.people.store import HospitalUnknown, MemberUnknown
from tongying.web.trail import store as trail

FORM_ROW = 1
"""A form is read as a file of one row is; every field it shows is given."""


class AgreementUnknown(NotFound):
    """There is no such agreement of the hospital."""

    code: ClassVar[str] = "agreement.unknown"


def known_hospitals() -> dict[HospitalCode, HospitalRecord]:
    """Return every hospital of the books."""
    return {HospitalCode(row.code): hospital_record(row) for row in Hospital.objects.all()}


def change_hospital(viewer: Viewer, code: str, given: Mapping[str, str]) -> HospitalRecord:
    """Change a hospital's profile and return it.

    Parameters
    ----------
    viewer : Viewer
    code : str
    given : mapping of str to str
        The form by column key; a field left empty is taken away.

    Raises
    ------
    NotYourBooks
        If the viewer's hospital does not lead.
    HospitalUnknown
        If there is no such hospital.
    AllianceRefused
        With what is wrong.
    """
    standing_of(viewer).check(AllianceAct.CHANGE_HOSPITALS, code)
    with transaction.atomic():
        trail.hold()
        known = known_hospitals()
        if code not in known:
            raise HospitalUnknown(f"There is no hospital with the code “{code}”.")
        one = read_hospital(_form(given | {"code": code}), known)
        check_hospital(one, known)
        row = Hospital.objects.get(code=code)
        write_hospital(row, one)
        row.save()
        trail.append([event(viewer.login, Action.UPDATE, "hospital", code, code)])
    return one


def set_agreement(viewer: Viewer, code: str, given: Mapping[str, str]) -> AgreementRecord:
    """Add an agreement of a hospital, or change the one that begins on that day.

    Raises
    ------
    NotYourBooks
        If the viewer's hospital does not lead.
    HospitalUnknown
        If there is no such hospital.
    AllianceRefused
        With what is wrong.
    """
    standing_of(viewer).check(AllianceAct.CHANGE_AGREEMENTS, code)
    with transaction.atomic():
        trail.hold()
        alliance = known_hospitals()
        if code not in alliance:
            raise HospitalUnknown(f"There is no hospital with the code “{code}”.")
        row = SheetRow(FORM_ROW, {**given, "asking": code})
        one = read_agreement(row, {}, alliance)
        write_agreement(one)
        detail = {"answering": one.terms.answering, "until": one.terms.valid_until.isoformat()}
        trail.append([event(viewer.login, Action.UPDATE, "agreement", code, code, detail)])
    return one


def drop_agreement(viewer: Viewer, code: str, number: int) -> None:
    """Take an agreement of a hospital off the books.

    Raises
    ------
    NotYourBooks
        If the viewer's hospital does not lead.
    AgreementUnknown
        If there is no such agreement of the hospital.
    """
    standing_of(viewer).check(AllianceAct.CHANGE_AGREEMENTS, code)
    with transaction.atomic():
        row = AgreementRow.objects.filter(pk=number, asking_id=code).first()
        if row is None:
            raise AgreementUnknown("There is no such agreement.")
        detail = {"answering": row.answering_id, "until": row.valid_until.isoformat()}
        row.delete()
        trail.append([event(viewer.login, Action.DELETE, "agreement", code, code, detail)])


def change_credentials(viewer: Viewer, login: str, given: Mapping[str, str]) -> MemberRecord:
    """Change a member's fields, ages, licence, load and address, and return them.

    Raises
    ------
    NotYourBooks
        If the viewer is no administrator.
    MemberUnknown
        If there is no such member in their hospital.
    AllianceRefused
        With what is wrong.
    """
    standing_of(viewer).check(AllianceAct.CHANGE_MEMBERS, viewer.hospital)
    with transaction.atomic():
        trail.hold()
        row = Member.objects.filter(login=login, hospital_id=viewer.hospital).first()
        if row is None:
            raise MemberUnknown("There is no such member in your hospital.")
        before = member_record(row)
        one = with_credentials(_form(given), before)
        if not one.name:
            raise AllianceRefused(fault(FaultCode.MISSING, column="Name"))
        if one.role is not before.role and login == viewer.login:
            raise AllianceRefused(fault(FaultCode.OWN_ROLE))
        check_member(one)
        write_member(row, one)
        row.save()
        detail = {"what": "credentials"}
        trail.append([event(viewer.login, Action.UPDATE, "member", login, row.hospital_id, detail)])
    return one


def write_agreement(one: AgreementRecord) -> None:
    """Write an agreement, in the caller's transaction."""
    asking, answering, begins = key_of(one)
    AgreementRow.objects.update_or_create(
        asking_id=asking,
        answering_id=answering,
        valid_from=begins,
        defaults={
            "valid_until": one.terms.valid_until,
            "scope": " ".join(sorted(part.value for part in one.terms.scope)),
            "number": one.number,
        },
    )


def known_agreements() -> list[AgreementRecord]:
    """Return every agreement of the books, by asking hospital and first day."""
    rows = AgreementRow.objects.order_by("asking_id", "answering_id", "valid_from")
    return [agreement_record(row) for row in rows]


def event(
    actor: str,
    action: Action,
    kind: str,
    target: str,
    hospital: str,
    detail: dict[str, str] | None = None,
) -> AuditEvent:
    """Return the audit event of a change now."""
    return AuditEvent(clock.now(), actor, action, kind, target, hospital, detail or {})


def _form(given: Mapping[str, str]) -> SheetRow:
    """Return a form as a row in which an empty field takes the value away."""
    return SheetRow(FORM_ROW, {key: value.strip() or "-" for key, value in given.items()})
