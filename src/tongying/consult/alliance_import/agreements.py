"""Rows of agreements against those on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tongying.consult.agreement import Agreement
from tongying.consult.alliance import HospitalRecord
from tongying.consult.alliance_faults import AllianceRefused, Fault, FaultCode, fault
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
from tongying.consult.membership import AgreementRecord
from tongying.kernel.ids import HospitalCode
from tongying.kernel.sheet import Column

Alliance = Mapping[HospitalCode, HospitalRecord]
Key = tuple[HospitalCode, HospitalCode, date]
"""Asking, answering, first day: two agreements of one pair begin on different days."""


def key_of(one: AgreementRecord) -> Key:
    """Return what tells an agreement from others."""
    return one.terms.asking, one.terms.answering, one.terms.valid_from


def read_agreement(
    row: SheetRow, known: Mapping[Key, AgreementRecord], alliance: Alliance
) -> AgreementRecord:
    """Return the agreement that a row describes.

    Raises
    ------
    AllianceRefused
        With the first thing that is wrong.
    """
    asking = _hospital(row, "asking", alliance)
    answering = _hospital(row, "answering", alliance)
    begins, ends = _day(row, "valid_from"), _day(row, "valid_until")
    scope = fields.words_of(
        _col("scope"),
        fields.needed(_col("scope"), row.given("scope")),
        frozenset(),
        vocabulary.SUB_ALLIANCES,
    )
    if asking == answering:
        raise AllianceRefused(fault(FaultCode.AGREEMENT_SELF))
    if not alliance[answering].answers:
        raise AllianceRefused(fault(FaultCode.NOT_ANSWERING, code=answering))
    if ends < begins:
        raise AllianceRefused(fault(FaultCode.AGREEMENT_ORDER))
    if not scope:
        raise AllianceRefused(fault(FaultCode.AGREEMENT_SCOPE))
    before = known.get((asking, answering, begins))
    number = fields.text_of(
        _col("number"), row.given("number"), before.number if before else "", most=60
    )
    return AgreementRecord(Agreement(asking, answering, begins, ends, scope), number)


def judge_agreements(
    rows: tuple[SheetRow, ...],
    known: Mapping[Key, AgreementRecord],
    *,
    alliance: Alliance,
    today: date,
) -> Verdict[AgreementRecord]:
    """Say what each row does; one that has expired is taken, with a remark."""
    results: list[RowResult[AgreementRecord]] = []
    read: dict[int, AgreementRecord] = {}
    for row in rows:
        name = f"{row.cells.get('asking', '')[:31]} → {row.cells.get('answering', '')[:31]}"
        try:
            read[row.number] = one = read_agreement(row, known, alliance)
            outcome = outcome_of(known.get(key_of(one)), one)
            remark = agreement_remark(one, today)
            results.append(RowResult(row.number, name, outcome, remark, one))
        except AllianceRefused as error:
            results.append(refused(row.number, name, error.fault))
    twice = first_rows((number, key_of(one)) for number, one in read.items())
    return Verdict(
        tuple(
            refused(one.number, one.name, twice[one.number]) if one.number in twice else one
            for one in results
        )
    )


def agreement_remark(one: AgreementRecord, day: date) -> Fault | None:
    """Return what is doubtful about an agreement on a day: that it has expired."""
    if one.terms.valid_until < day:
        return fault(FaultCode.AGREEMENT_EXPIRED, day=one.terms.valid_until.isoformat())
    return None


def _hospital(row: SheetRow, key: str, alliance: Alliance) -> HospitalCode:
    code = HospitalCode(fields.needed(_col(key), row.given(key)))
    if code not in alliance:
        raise AllianceRefused(fault(FaultCode.HOSPITAL_UNKNOWN, code=code[:40]))
    return code


def _day(row: SheetRow, key: str) -> date:
    given = fields.needed(_col(key), row.given(key))
    day = fields.day_of(_col(key), given, None)
    if day is None:
        raise AllianceRefused(fault(FaultCode.MISSING, column=_col(key).en))
    return day


def _col(key: str) -> Column:
    return column(Kind.AGREEMENTS, key)
