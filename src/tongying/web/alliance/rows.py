"""Between the alliance's rows and the values of the core."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, tzinfo
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings

from tongying.consult.agreement import Agreement, SubAlliance, Tier
from tongying.consult.alliance import HospitalRecord, Week
from tongying.consult.membership import AgreementRecord, MemberRecord, ShiftRecord
from tongying.consult.people import Role
from tongying.consult.roster import Duty, Shift
from tongying.consult.service_hours import read_hours
from tongying.consult.specialty import Specialty
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.alliance.models import AgreementRow, ShiftRow
from tongying.web.people.models import Hospital, Member

T = TypeVar("T", bound=StrEnum)


def local_zone() -> tzinfo:
    """Return the installation's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def hospital_record(row: Hospital) -> HospitalRecord:
    """Return a hospital of the books."""
    hours = read_hours(row.service_hours, local_zone()).week if row.service_hours else ()
    return HospitalRecord(
        code=HospitalCode(row.code),
        name=row.name,
        name_en=row.name_en,
        ae_title=row.ae_title,
        answers=row.answers,
        parent=HospitalCode(row.parent_id) if row.parent_id else None,
        tier=Tier(row.tier) if row.tier else None,
        province=row.province,
        city=row.city,
        sub_alliances=terms(SubAlliance, row.sub_alliances),
        service_hours=hours,
        credentials_required=row.credentials_required,
        assigns_itself=row.assigns_itself,
    )


def write_hospital(row: Hospital, one: HospitalRecord) -> None:
    """Write a hospital into its row; the caller saves it."""
    row.code, row.name, row.name_en = one.code, one.name, one.name_en
    row.ae_title, row.answers = one.ae_title, one.answers
    row.parent_id = one.parent
    row.tier = one.tier.value if one.tier else ""
    row.province, row.city = one.province, one.city
    row.sub_alliances = spelled(one.sub_alliances)
    row.service_hours = week_json(one.service_hours)
    row.credentials_required = one.credentials_required
    row.assigns_itself = one.assigns_itself


def member_record(row: Member) -> MemberRecord:
    """Return a member of the books."""
    return MemberRecord(
        login=row.login,
        name=row.name,
        hospital=HospitalCode(row.hospital_id),
        role=Role(row.role),
        title=row.title,
        sub_specialty=row.sub_specialty,
        specialties=terms(Specialty, row.specialties),
        modalities=frozenset(row.modalities.split()),
        age_from_days=row.age_from_days,
        age_until_days=row.age_until_days,
        licence_number=row.licence_number,
        licence_until=row.licence_until,
        load_cap=row.load_cap,
        committee=row.committee,
        email=row.email,
    )


def write_member(row: Member, one: MemberRecord) -> None:
    """Write a member into their row; the caller saves it."""
    row.login, row.name, row.hospital_id = one.login, one.name, one.hospital
    row.role, row.title, row.sub_specialty = one.role.value, one.title, one.sub_specialty
    row.specialties = spelled(one.specialties)
    row.modalities = " ".join(sorted(one.modalities))
    row.age_from_days, row.age_until_days = one.age_from_days, one.age_until_days
    row.licence_number, row.licence_until = one.licence_number, one.licence_until
    row.load_cap, row.committee, row.email = one.load_cap, one.committee, one.email


def agreement_of(row: AgreementRow) -> Agreement:
    """Return an agreement's terms."""
    return Agreement(
        asking=HospitalCode(row.asking_id),
        answering=HospitalCode(row.answering_id),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        scope=terms(SubAlliance, row.scope),
    )


def agreement_record(row: AgreementRow) -> AgreementRecord:
    """Return an agreement of the books."""
    return AgreementRecord(agreement_of(row), row.number)


def shift_record(row: ShiftRow) -> ShiftRecord:
    """Return a shift of the books, in local time; the row comes with its member."""
    zone = local_zone()
    return ShiftRecord(
        row.member.login, row.begins.astimezone(zone), row.ends.astimezone(zone), Duty(row.duty)
    )


def shift_of(row: ShiftRow) -> Shift:
    """Return a shift as the roster of the core takes it."""
    return Shift(UserId(row.member_id), row.begins, row.ends, Duty(row.duty))


def terms(kind: type[T], text: str) -> frozenset[T]:
    """Return the terms that a column names; one that this version does not know is left out."""
    known = {one.value: one for one in kind}
    return frozenset(known[word] for word in text.split() if word in known)


def spelled(many: Iterable[StrEnum]) -> str:
    """Write terms as a column holds them."""
    return " ".join(sorted(one.value for one in many))


def week_json(week: Week) -> list[list[list[str]]]:
    """Write opening hours as the hospital's column holds them."""
    return [[[_clock(begin), _clock(end)] for begin, end in spans] for spans in week]


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
