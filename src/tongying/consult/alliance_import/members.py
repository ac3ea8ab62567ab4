"""Rows of members against those on the books."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import date
from typing import Final

from tongying.consult.alliance_faults import AllianceRefused, FaultCode, fault
from tongying.consult.alliance_import import fields, vocabulary
from tongying.consult.alliance_import.columns import Kind, column
from tongying.consult.alliance_import.outcome import (
    RowResult,
    Verdict,
    first_rows,
    outcome_of,
    refused,
)
from tongying.consult.alliance_import.sheet import SheetRow
from tongying.consult.membership import MemberRecord, member_fault, member_remark
from tongying.kernel.ids import HospitalCode
from tongying.kernel.sheet import Column

LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
MOST_CASES: Final = 200
"""A larger load cap is a slip of the pen."""


def read_member(row: SheetRow, known: Mapping[str, MemberRecord]) -> MemberRecord:
    """Return the member that a row describes, on top of what is known of them.

    Raises
    ------
    AllianceRefused
        With the first thing that is wrong in the row by itself.
    """
    login = fields.needed(_col("login"), row.given("login"))
    if not LOGIN.fullmatch(login):
        raise AllianceRefused(fault(FaultCode.LOGIN, login=login[:64]))
    before = known.get(login)
    at_home = before.hospital if before else None
    hospital = HospitalCode(fields.needed(_col("hospital"), row.given("hospital") or at_home))
    if before is None:
        role = fields.word_of(
            _col("role"), fields.needed(_col("role"), row.given("role")), vocabulary.ROLES
        )
        before = MemberRecord(login, "", hospital, role)
    one = with_credentials(row, before)
    fields.needed(_col("name"), one.name or None)
    if one.hospital != hospital:
        raise AllianceRefused(fault(FaultCode.ELSEWHERE, login=login))
    return one


def with_credentials(row: SheetRow, before: MemberRecord) -> MemberRecord:
    """Return a member with what a row gives: everything but log-in name and hospital.

    Raises
    ------
    AllianceRefused
        With the first thing that is wrong.
    """
    role = row.given("role")
    return MemberRecord(
        login=before.login,
        name=fields.text_of(_col("name"), row.given("name"), before.name, most=100),
        hospital=before.hospital,
        role=fields.word_of(_col("role"), role, vocabulary.ROLES) if role else before.role,
        title=fields.text_of(_col("title"), row.given("title"), before.title, most=100),
        sub_specialty=fields.text_of(
            _col("sub_specialty"), row.given("sub_specialty"), before.sub_specialty, most=100
        ),
        specialties=fields.words_of(
            _col("specialties"),
            row.given("specialties"),
            before.specialties,
            vocabulary.SPECIALTIES,
        ),
        modalities=fields.modalities_of(
            _col("modalities"), row.given("modalities"), before.modalities, vocabulary.MODALITIES
        ),
        age_from_days=fields.age_of(_col("age_from"), row.given("age_from"), before.age_from_days),
        age_until_days=fields.age_of(
            _col("age_until"), row.given("age_until"), before.age_until_days
        ),
        licence_number=fields.text_of(
            _col("licence_number"), row.given("licence_number"), before.licence_number, most=40
        ),
        licence_until=fields.day_of(
            _col("licence_until"), row.given("licence_until"), before.licence_until
        ),
        load_cap=fields.number_of(
            _col("load_cap"), row.given("load_cap"), before.load_cap, least=1, most=MOST_CASES
        ),
        committee=fields.flag_of(
            _col("committee"), row.given("committee"), before=before.committee
        ),
        email=fields.email_of(_col("email"), row.given("email"), before.email),
    )


def judge_members(
    rows: tuple[SheetRow, ...],
    known: Mapping[str, MemberRecord],
    *,
    hospitals: Container[HospitalCode],
    today: date,
) -> Verdict[MemberRecord]:
    """Say what each row does.

    A member whose licence has expired is taken, with a remark: the licence keeps them from being
    assigned, not from being on the books.
    """
    results: list[RowResult[MemberRecord]] = []
    seen: list[tuple[int, str]] = []
    for row in rows:
        name = row.cells.get("login", "")[:64]
        seen.append((row.number, name))
        try:
            one = read_member(row, known)
            _check_hospital(one, hospitals)
            check_member(one)
            results.append(
                RowResult(
                    row.number,
                    name,
                    outcome_of(known.get(one.login), one),
                    member_remark(one, today),
                    one,
                )
            )
        except AllianceRefused as error:
            results.append(refused(row.number, name, error.fault))
    twice = first_rows(seen)
    return Verdict(
        tuple(
            refused(one.number, one.name, twice[one.number]) if one.number in twice else one
            for one in results
        )
    )


def check_member(one: MemberRecord) -> None:
    """Raise unless a member can stand as given.

    Raises
    ------
    AllianceRefused
        With what is wrong: the licence, or the ages.
    """
    why = member_fault(one)
    if why is not None:
        raise AllianceRefused(why)


def _check_hospital(one: MemberRecord, hospitals: Container[HospitalCode]) -> None:
    if one.hospital not in hospitals:
        raise AllianceRefused(fault(FaultCode.HOSPITAL_UNKNOWN, code=one.hospital[:40]))


def _col(key: str) -> Column:
    return column(Kind.MEMBERS, key)
