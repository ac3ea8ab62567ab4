"""Rows of shifts against members and the roster as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

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
from tongying.consult.membership import ShiftRecord, overlap, shift_fault
from tongying.kernel.sheet import Column

Key = tuple[str, datetime]
"""Log-in name and beginning."""


def key_of(one: ShiftRecord) -> Key:
    """Return what tells a shift from others: nobody begins two at one moment."""
    return one.login, one.begins


def read_shift(row: SheetRow, members: Mapping[str, bool], zone: tzinfo) -> ShiftRecord:
    """Return the shift that a row describes.

    Parameters
    ----------
    row : SheetRow
    members : mapping of str to bool
        Log-in names, and whether the account is active.
    zone : tzinfo
        In which the times are written.

    Raises
    ------
    AllianceRefused
        With the first thing that is wrong.
    """
    login = fields.needed(_col("login"), row.given("login"))
    if login not in members:
        raise AllianceRefused(fault(FaultCode.MEMBER_UNKNOWN, login=login[:64]))
    if not members[login]:
        raise AllianceRefused(fault(FaultCode.MEMBER_SHUT, login=login))
    one = ShiftRecord(
        login=login,
        begins=fields.moment_of(_col("begins"), row.given("begins"), zone),
        ends=fields.moment_of(_col("ends"), row.given("ends"), zone),
        duty=fields.word_of(
            _col("duty"), fields.needed(_col("duty"), row.given("duty")), vocabulary.DUTIES
        ),
    )
    why = shift_fault(one)
    if why is not None:
        raise AllianceRefused(why)
    return one


def judge_shifts(
    rows: tuple[SheetRow, ...],
    known: Iterable[ShiftRecord],
    *,
    members: Mapping[str, bool],
    zone: tzinfo,
) -> Verdict[ShiftRecord]:
    """Say what each row does; nobody has two shifts at once, in the file or on the roster.

    A row with the person and beginning of a shift on the roster changes that one.
    """
    results: list[RowResult[ShiftRecord]] = []
    read: dict[int, ShiftRecord] = {}
    for row in rows:
        name = row.cells.get("login", "")[:64]
        try:
            read[row.number] = read_shift(row, members, zone)
        except AllianceRefused as error:
            results.append(refused(row.number, name, error.fault))
    twice = first_rows((number, key_of(one)) for number, one in read.items())
    roster = {key_of(one): one for one in known}
    replaced = {key_of(one) for one in read.values()}
    staying: dict[str, list[ShiftRecord]] = {}
    for one in roster.values():
        if key_of(one) not in replaced:
            staying.setdefault(one.login, []).append(one)
    clashes = _clashes_in_file(read)
    for number, one in read.items():
        why = twice.get(number) or clashes.get(number) or clash(one, staying.get(one.login, ()))
        if why is not None:
            results.append(refused(number, one.login, why))
        else:
            outcome = outcome_of(roster.get(key_of(one)), one)
            results.append(RowResult(number, one.login, outcome, None, one))
    return Verdict(tuple(sorted(results, key=lambda one: one.number)))


def clash(one: ShiftRecord, others: Iterable[ShiftRecord]) -> Fault | None:
    """Return the fault of a shift that overlaps one of a person's others, or None."""
    for other in others:
        if overlap(one, other):
            zone = one.begins.tzinfo
            return fault(
                FaultCode.SHIFT_OVERLAP,
                login=other.login,
                begins=f"{other.begins.astimezone(zone):%Y-%m-%d %H:%M}",
                ends=f"{other.ends.astimezone(zone):%Y-%m-%d %H:%M}",
            )
    return None


def _clashes_in_file(read: Mapping[int, ShiftRecord]) -> dict[int, Fault]:
    """Return, for each row that overlaps one that begins before it, the fault naming that row."""
    found: dict[int, Fault] = {}
    latest: dict[str, tuple[int, ShiftRecord]] = {}
    for number, one in sorted(read.items(), key=lambda item: (item[1].begins, item[0])):
        last = latest.get(one.login)
        if last is not None and overlap(one, last[1]):
            found[number] = fault(FaultCode.SHIFT_OVERLAP_ROW, login=one.login, row=str(last[0]))
        if last is None or one.ends > last[1].ends:
            latest[one.login] = (number, one)
    return found


def _col(key: str) -> Column:
    return column(Kind.SHIFTS, key)
