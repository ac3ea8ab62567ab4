"""Files of the alliance's books: judged row by row, then all of them applied or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongying.consult.alliance import HospitalRecord
from tongying.consult.alliance_faults import FaultCode, fault
from tongying.consult.alliance_import.agreements import judge_agreements
from tongying.consult.alliance_import.agreements import key_of as agreement_key
from tongying.consult.alliance_import.columns import Kind
from tongying.consult.alliance_import.hospitals import judge_hospitals
from tongying.consult.alliance_import.members import judge_members
from tongying.consult.alliance_import.outcome import Outcome, RowResult, Verdict, refused
from tongying.consult.alliance_import.sheet import Sheet, read_sheet
from tongying.consult.alliance_import.shifts import judge_shifts
from tongying.consult.alliance_rights import AllianceAct
from tongying.consult.membership import AgreementRecord, MemberRecord, ShiftRecord
from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.web import now as clock
from tongying.web.alliance.models import ShiftRow
from tongying.web.alliance.rows import (
    local_zone,
    member_record,
    shift_record,
    write_hospital,
    write_member,
)
from tongying.web.alliance.standing import standing_of
from tongying.web.alliance.store import event, known_agreements, known_hospitals, write_agreement
from tongying.web.people.models import Hospital, Member
from tongying.web.trail import store as trail

ACTS = {
    Kind.HOSPITALS: AllianceAct.CHANGE_HOSPITALS,
    Kind.MEMBERS: AllianceAct.CHANGE_MEMBERS,
    Kind.AGREEMENTS: AllianceAct.CHANGE_AGREEMENTS,
    Kind.SHIFTS: AllianceAct.CHANGE_ROSTER,
}
"""What one must be allowed to do in order to import a kind of file."""


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: a viewer, or the operator of the machine.

    Attributes
    ----------
    actor : str
        For the audit trail.
    only : str
        Code of the only hospital whose members and shifts they may touch; empty: any.
    """

    actor: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """What a file does, or has done.

    Attributes
    ----------
    kind : Kind
    encoding : str
        The character set it was read in.
    rows : tuple of RowResult
    applied : bool
        Whether the books were changed; never with a refused row.
    """

    kind: Kind
    encoding: str
    rows: tuple[RowResult[Any], ...]
    applied: bool

    @property
    def counts(self) -> dict[Outcome, int]:
        """Rows of each outcome."""
        return Verdict(self.rows).counts

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return Verdict(self.rows).refused


def kinds_for(viewer: Viewer) -> tuple[Kind, ...]:
    """Return the kinds of files that a viewer may import."""
    standing = standing_of(viewer)
    return tuple(kind for kind in Kind if standing.may(ACTS[kind], viewer.hospital))


def import_for(viewer: Viewer, kind: Kind, data: bytes, *, apply: bool) -> Import:
    """Judge a viewer's file and, where asked to and no row is refused, apply it.

    Raises
    ------
    NotYourBooks
        If the viewer may not import this kind.
    SheetRefused
        If the file cannot be read as such a list.
    """
    standing_of(viewer).check(ACTS[kind], viewer.hospital)
    return import_books(kind, data, Importer(viewer.login, viewer.hospital), apply=apply)


def import_books(kind: Kind, data: bytes, by: Importer, *, apply: bool) -> Import:
    """Judge a file and, where asked to and no row is refused, apply it in one transaction.

    Raises
    ------
    SheetRefused
        If the file cannot be read as such a list.
    """
    sheet = read_sheet(data, kind)
    with transaction.atomic():
        trail.hold()  # what the rows were judged against must stand until they are written
        verdict, write = _JUDGES[kind](sheet, by)
        applied = apply and not verdict.refused
        if applied:
            trail.append(write(verdict.to_write(), by))
    return Import(kind, sheet.encoding, verdict.rows, applied)


def add_hospitals(rows: Sequence[RowResult[HospitalRecord]], by: Importer) -> list[AuditEvent]:
    """Write hospitals, in the caller's transaction, and return the events to append."""
    found = Hospital.objects.in_bulk([one.name for one in rows])
    events = []
    for row, record in _with_records(rows):
        hospital = found.get(record.code) or Hospital()
        write_hospital(hospital, replace(record, parent=None))
        hospital.save(force_insert=row.outcome is Outcome.ADDED)
        found[record.code] = hospital
        events.append(_event(by, row, "hospital", record.code, record.code))
    # Only now does everybody stand there who is to stand above another.
    for _row, record in _with_records(rows):
        Hospital.objects.filter(code=record.code).update(parent_id=record.parent)
    return events


def add_members(rows: Sequence[RowResult[MemberRecord]], by: Importer) -> list[AuditEvent]:
    """Write members, in the caller's transaction; a new one cannot log in before a password."""
    logins = [record.login for _, record in _with_records(rows)]
    found = {row.login: row for row in Member.objects.filter(login__in=logins)}
    fresh, events = [], []
    for row, record in _with_records(rows):
        member = found.get(record.login)
        if member is None:
            member = Member(password=make_password(None))
            write_member(member, record)
            fresh.append(member)
        else:
            write_member(member, record)
            member.save()
        detail = {"role": record.role.value}
        events.append(_event(by, row, "member", record.login, record.hospital, detail))
    Member.objects.bulk_create(fresh)
    return events


def add_agreements(rows: Sequence[RowResult[AgreementRecord]], by: Importer) -> list[AuditEvent]:
    """Write agreements, in the caller's transaction, and return the events to append."""
    events = []
    for row, record in _with_records(rows):
        write_agreement(record)
        terms = record.terms
        detail = {"answering": terms.answering, "until": terms.valid_until.isoformat()}
        events.append(_event(by, row, "agreement", terms.asking, terms.asking, detail))
    return events


def add_shifts(rows: Sequence[RowResult[ShiftRecord]], by: Importer) -> list[AuditEvent]:
    """Write shifts, in the caller's transaction; one event for each hospital's roster."""
    members = {row.login: row for row in Member.objects.all()}
    fresh: list[ShiftRow] = []
    counts: dict[str, int] = {}
    for row, record in _with_records(rows):
        member = members[record.login]
        counts[member.hospital_id] = counts.get(member.hospital_id, 0) + 1
        if row.outcome is Outcome.CHANGED:
            ShiftRow.objects.filter(member=member, begins=record.begins).update(
                ends=record.ends, duty=record.duty.value
            )
        else:
            fresh.append(
                ShiftRow(
                    member=member,
                    begins=record.begins,
                    ends=record.ends,
                    duty=record.duty.value,
                )
            )
    ShiftRow.objects.bulk_create(fresh, batch_size=500)
    return [
        event(by.actor, Action.UPDATE, "roster", code, code, {"count": str(count)})
        for code, count in sorted(counts.items())
    ]


Write = Callable[[Sequence[RowResult[Any]], Importer], list[AuditEvent]]


def _hospitals(sheet: Sheet, by: Importer) -> tuple[Verdict[Any], Write]:
    return judge_hospitals(sheet.rows, known_hospitals()), add_hospitals


def _members(sheet: Sheet, by: Importer) -> tuple[Verdict[Any], Write]:
    known = {row.login: member_record(row) for row in Member.objects.all()}
    hospitals = set(Hospital.objects.values_list("code", flat=True))
    today = clock.now().astimezone(local_zone()).date()
    verdict = judge_members(sheet.rows, known, hospitals=hospitals, today=today)
    rows = tuple(_own_member(one, known, by) for one in verdict.rows)
    return Verdict(rows), add_members


def _own_member(
    one: RowResult[MemberRecord], known: dict[str, MemberRecord], by: Importer
) -> RowResult[MemberRecord]:
    """Refuse a row about another hospital, or that changes the importer's own role."""
    record = one.record
    if record is None:
        return one
    if by.only and record.hospital != by.only:
        return refused(one.number, one.name, fault(FaultCode.FOREIGN, code=record.hospital))
    before = known.get(record.login)
    if before is not None and record.login == by.actor and before.role is not record.role:
        return refused(one.number, one.name, fault(FaultCode.OWN_ROLE))
    return one


def _agreements(sheet: Sheet, by: Importer) -> tuple[Verdict[Any], Write]:
    known = {agreement_key(one): one for one in known_agreements()}
    today = clock.now().astimezone(local_zone()).date()
    verdict = judge_agreements(sheet.rows, known, alliance=known_hospitals(), today=today)
    return verdict, add_agreements


def _shifts(sheet: Sheet, by: Importer) -> tuple[Verdict[Any], Write]:
    members = Member.objects.all()
    if by.only:
        members = members.filter(hospital_id=by.only)
    active = dict(members.values_list("login", "is_active"))
    logins = {row.cells.get("login", "") for row in sheet.rows}
    known = [
        shift_record(row)
        for row in ShiftRow.objects.select_related("member").filter(
            member__in=members, ends__gt=clock.now() - _PAST
        )
        if row.member.login in logins
    ]
    return judge_shifts(sheet.rows, known, members=active, zone=local_zone()), add_shifts


_PAST = timedelta(days=3660)
"""Rosters are kept for the ten years in which somebody may ask who was on duty."""
_JUDGES: dict[Kind, Callable[[Sheet, Importer], tuple[Verdict[Any], Write]]] = {
    Kind.HOSPITALS: _hospitals,
    Kind.MEMBERS: _members,
    Kind.AGREEMENTS: _agreements,
    Kind.SHIFTS: _shifts,
}


def _with_records(rows: Sequence[RowResult[Any]]) -> list[tuple[RowResult[Any], Any]]:
    return [(row, row.record) for row in rows if row.record is not None]


def _event(
    by: Importer,
    row: RowResult[Any],
    kind: str,
    target: str,
    hospital: str,
    detail: dict[str, str] | None = None,
) -> AuditEvent:
    action = Action.CREATE if row.outcome is Outcome.ADDED else Action.UPDATE
    return event(by.actor, action, kind, target, hospital, detail)
