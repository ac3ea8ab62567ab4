"""Rows of hospitals against the alliance as it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tongying.consult.agreement import Tier
from tongying.consult.alliance import HospitalRecord, tree_fault
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
from tongying.kernel.ids import HospitalCode
from tongying.kernel.sheet import Column

CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,30}")
AE_TITLE: Final = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,15}")
Alliance = Mapping[HospitalCode, HospitalRecord]


def read_hospital(row: SheetRow, known: Alliance) -> HospitalRecord:
    """Return the hospital that a row describes, on top of what is known of it.

    Raises
    ------
    AllianceRefused
        With the first thing that is wrong in the row by itself.
    """
    code = HospitalCode(fields.needed(_col("code"), row.given("code")))
    if not CODE.fullmatch(code):
        raise AllianceRefused(fault(FaultCode.CODE, code=code[:40]))
    before = known.get(code) or HospitalRecord(code, "", ae_title=code[:16])
    name = fields.text_of(_col("name"), row.given("name"), before.name, most=200)
    tier, parent = row.given("tier"), row.given("parent")
    title = fields.text_of(_col("ae_title"), row.given("ae_title"), before.ae_title, most=16)
    if not AE_TITLE.fullmatch(title):
        raise AllianceRefused(fault(FaultCode.AE_TITLE, title=title))
    return HospitalRecord(
        code=code,
        name=fields.needed(_col("name"), name or None),
        name_en=fields.text_of(_col("name_en"), row.given("name_en"), before.name_en, most=200),
        ae_title=title,
        answers=fields.flag_of(_col("answers"), row.given("answers"), before=before.answers),
        parent=_cleared(parent, before.parent),
        tier=_tier(tier, before),
        province=fields.text_of(_col("province"), row.given("province"), before.province, most=50),
        city=fields.text_of(_col("city"), row.given("city"), before.city, most=50),
        sub_alliances=fields.words_of(
            _col("sub_alliances"),
            row.given("sub_alliances"),
            before.sub_alliances,
            vocabulary.SUB_ALLIANCES,
        ),
        service_hours=fields.hours_of(
            _col("service_hours"), row.given("service_hours"), before.service_hours
        ),
        credentials_required=fields.flag_of(
            _col("credentials_required"),
            row.given("credentials_required"),
            before=before.credentials_required,
        ),
        assigns_itself=fields.flag_of(
            _col("assigns_itself"), row.given("assigns_itself"), before=before.assigns_itself
        ),
    )


def judge_hospitals(rows: tuple[SheetRow, ...], known: Alliance) -> Verdict[HospitalRecord]:
    """Say what each row does; the tree is looked at as it would be after all of them."""
    results: list[RowResult[HospitalRecord]] = []
    read: dict[int, HospitalRecord] = {}
    for row in rows:
        try:
            read[row.number] = read_hospital(row, known)
        except AllianceRefused as error:
            results.append(refused(row.number, row.cells.get("code", "")[:40], error.fault))
    twice = first_rows((number, one.code) for number, one in read.items())
    after = {**known, **{one.code: one for one in read.values()}}
    titles: dict[str, set[HospitalCode]] = {}
    for one in (*known.values(), *after.values()):
        titles.setdefault(one.ae_title, set()).add(one.code)
    for number, one in read.items():
        why = twice.get(number) or tree_fault(one, after)
        if why is None and len(titles[one.ae_title]) > 1:
            why = fault(FaultCode.AE_TITLE_TAKEN, title=one.ae_title)
        if why is not None:
            results.append(refused(number, one.code, why))
        else:
            outcome = outcome_of(known.get(one.code), one)
            results.append(RowResult(number, one.code, outcome, None, one))
    return Verdict(tuple(sorted(results, key=lambda one: one.number)))


def check_hospital(one: HospitalRecord, known: Alliance) -> None:
    """Raise unless a hospital can stand as given among the others.

    Raises
    ------
    AllianceRefused
        With what is wrong: its place in the tree, or its AE title.
    """
    if not AE_TITLE.fullmatch(one.ae_title):
        raise AllianceRefused(fault(FaultCode.AE_TITLE, title=one.ae_title))
    if any(other.ae_title == one.ae_title and other.code != one.code for other in known.values()):
        raise AllianceRefused(fault(FaultCode.AE_TITLE_TAKEN, title=one.ae_title))
    why = tree_fault(one, {**known, one.code: one})
    if why is not None:
        raise AllianceRefused(why)


def _tier(given: str | None, before: HospitalRecord) -> Tier | None:
    if given is None or given == fields.NOTHING:
        return before.tier if given is None else None
    return fields.word_of(_col("tier"), given, vocabulary.TIERS)


def _cleared(given: str | None, before: HospitalCode | None) -> HospitalCode | None:
    if given is None:
        return before
    return None if given == fields.NOTHING else HospitalCode(given)


def _col(key: str) -> Column:
    return column(Kind.HOSPITALS, key)
