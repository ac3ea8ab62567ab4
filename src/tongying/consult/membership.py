"""A member in the alliance's books: fields, ages, licence and load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tongying.consult.agreement import Agreement
from tongying.consult.alliance_faults import Fault, FaultCode, fault
from tongying.consult.people import Role
from tongying.consult.roster import LONGEST_SHIFT, Duty
from tongying.consult.specialty import Specialty
from tongying.kernel.ids import HospitalCode


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member as the books know them.

    Attributes
    ----------
    login, name : str
    hospital : HospitalCode
    role : Role
    title, sub_specialty : str
    specialties : frozenset of Specialty
        Empty where unknown.
    modalities : frozenset of str
        DICOM modality codes; empty where unknown.
    age_from_days, age_until_days : int or None
        Both ends included; None is unbounded.
    licence_number : str
        Empty where none is on record.
    licence_until : date or None
        Last valid day.
    load_cap : int or None
    committee : bool
        Whether they are a member (委员) of the committee.
    email : str
    """

    login: str
    name: str
    hospital: HospitalCode
    role: Role
    title: str = ""
    sub_specialty: str = ""
    specialties: frozenset[Specialty] = frozenset()
    modalities: frozenset[str] = frozenset()
    age_from_days: int | None = None
    age_until_days: int | None = None
    licence_number: str = ""
    licence_until: date | None = None
    load_cap: int | None = None
    committee: bool = False
    email: str = ""


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """An agreement with its number in the books."""

    terms: Agreement
    number: str = ""


@dataclass(frozen=True, slots=True)
class ShiftRecord:
    """A shift by its member's log-in name."""

    login: str
    begins: datetime
    ends: datetime
    duty: Duty


def member_fault(one: MemberRecord) -> Fault | None:
    """Return what keeps a member out of the books, or None.

    A licence is a number with a last valid day, and an expert has one. An expired licence keeps
    nobody out: the person stays a member and cannot be assigned (`member_remark`).
    """
    if bool(one.licence_number) != (one.licence_until is not None):
        missing = one.role is Role.EXPERT and not one.licence_number
        return fault(FaultCode.LICENCE_MISSING if missing else FaultCode.LICENCE_HALF)
    if one.role is Role.EXPERT and not one.licence_number:
        return fault(FaultCode.LICENCE_MISSING)
    young, old = one.age_from_days, one.age_until_days
    if young is not None and old is not None and young > old:
        return fault(FaultCode.AGES)
    return None


def member_remark(one: MemberRecord, day: date) -> Fault | None:
    """Return what is doubtful about a member on a day: an expired licence."""
    if one.licence_until is not None and one.licence_until < day:
        return fault(FaultCode.LICENCE_EXPIRED, login=one.login, day=one.licence_until.isoformat())
    return None


def shift_fault(one: ShiftRecord) -> Fault | None:
    """Return what is wrong with a shift by itself, or None."""
    if one.ends <= one.begins:
        return fault(FaultCode.SHIFT_ORDER)
    if one.ends - one.begins > LONGEST_SHIFT:
        return fault(FaultCode.SHIFT_LONG)
    return None


def overlap(one: ShiftRecord, other: ShiftRecord) -> bool:
    """Say whether two shifts of one person overlap; shifts that touch do not."""
    return one.login == other.login and one.begins < other.ends and other.begins < one.ends
