"""Two readers, a third who decides where they differ, and the quality gate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action
from tongying.kernel.errors import BadInput, Conflict
from tongying.norms.ledger.faults import FaultCode, LedgerRefused, fault
from tongying.norms.ledger.reading import (
    Decision,
    Given,
    Kind,
    Standing,
    check_adjudicator,
    check_reader,
    check_value,
    decide,
)
from tongying.norms.measure import UnitMismatch, in_unit, measure_of
from tongying.web import now as clock
from tongying.web.norms.ledger_rights import check_reading, entry_row
from tongying.web.norms.ledger_rules import tolerance_of
from tongying.web.norms.ledger_trail import note
from tongying.web.norms.models import NormEntry, NormReading
from tongying.web.people.models import Member
from tongying.web.trail import store as trail


class QualityRefused(BadInput):
    """The quality gate needs a word, and a reason where it stays shut."""

    code: ClassVar[str] = "norms.quality-refused"


class NotBlinded(Conflict):
    """The person brought the other reader's value in a table, so they know it."""

    code: ClassVar[str] = "norms.not-blinded"


class LedgerClosed(Conflict):
    """The child was withdrawn, or the examination did not pass: nobody measures on it."""

    code: ClassVar[str] = "norms.ledger-closed"


@dataclass(frozen=True, slots=True)
class Person:
    """Who reads: their log-in name, by which readings are kept, and their name."""

    login: str
    name: str


def give(viewer: Viewer, code: str, value: float, unit: str) -> Standing:
    """Give a first or second value, and return where the entry stands then.

    Raises
    ------
    LedgerNotYours
        If the viewer does not measure.
    LedgerNotFound
        If the entry does not exist for the viewer.
    LedgerClosed
        If nobody measures on it any more.
    ReadAlready
        If the viewer, or two others, gave values.
    NotBlinded
        If the viewer brought the first value in a table.
    LedgerRefused
        If the unit is another or the value is not possible.
    """
    return _read(viewer, code, (value, unit), Kind.READER)


def adjudicate(viewer: Viewer, code: str, value: float, unit: str) -> Standing:
    """Decide between two readers, and return where the entry stands then.

    Raises
    ------
    LedgerNotYours
        If the viewer does not measure.
    LedgerNotFound
        If the entry does not exist for the viewer.
    LedgerClosed
        If nobody measures on it any more.
    NotDisputed, ReaderDecides
        If there is nothing to decide, or the viewer is one of the two.
    LedgerRefused
        If the unit is another or the value is not possible.
    """
    return _read(viewer, code, (value, unit), Kind.ADJUDICATOR)


def judge_quality(viewer: Viewer, code: str, verdict: str, reason: str) -> None:
    """Let an entry through the quality gate, or not; a later judgement replaces it.

    Raises
    ------
    LedgerNotYours
        If the viewer does not measure.
    LedgerNotFound
        If the entry does not exist for the viewer.
    LedgerClosed
        If the child was withdrawn.
    QualityRefused
        If the verdict is neither passed nor failed, or a failure has no reason.
    """
    check_reading(viewer)
    if verdict not in ("passed", "failed"):
        raise QualityRefused("Say whether the examination passes the quality gate.")
    if verdict == "failed" and not reason.strip():
        raise QualityRefused("Say why the examination did not pass.")
    now = clock.now()
    with transaction.atomic():
        trail.hold()
        row = entry_row(viewer, code, to_change=True)
        _check_open(row, judged=True)
        row.quality, row.quality_reason = verdict, reason.strip()[:300]
        row.quality_by_id, row.quality_at = viewer.user, now
        set_standing(row, given_of(row.readings.all()))
        row.save()
        detail = {"what": f"quality-{verdict}", "measure": row.measure, "side": row.side}
        note(viewer, row.subject, Action.UPDATE, now, **detail)


def person_of(viewer: Viewer) -> Person:
    """Return who reads."""
    return Person(viewer.login, Member.objects.values_list("name", flat=True).get(pk=viewer.user))


def names_of(logins: Iterable[str]) -> dict[str, str]:
    """Return the names of people by log-in name; somebody a table named is not among them."""
    return dict(Member.objects.filter(login__in=set(logins)).values_list("login", "name"))


def given_of(rows: Sequence[NormReading], person: Person | None = None) -> list[Given]:
    """Return what was given for an entry, in order.

    A reader whom a table named as the person is called is that person: nobody reads twice by
    having come in under another spelling.
    """
    found = []
    for row in sorted(rows, key=lambda one: one.pk):
        name = row.reader_name
        if person is not None and name.casefold() in (
            person.login.casefold(),
            person.name.casefold(),
        ):
            name = person.login
        found.append(Given(name, row.value, Kind(row.kind)))
    return found


def set_standing(row: NormEntry, given: Sequence[Given]) -> Decision:
    """Set an entry's state and value from what was given; the caller saves it."""
    tolerance = tolerance_of(row.subject.rule, row.measure)
    decision = decide(given, tolerance, quality_failed=row.quality == "failed")
    row.state, row.value = decision.standing.value, decision.value
    return decision


def _read(viewer: Viewer, code: str, written: tuple[float, str], kind: Kind) -> Standing:
    check_reading(viewer)
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two readers at once must be the first and the second
        row = entry_row(viewer, code, to_change=True)
        _check_open(row)
        person = person_of(viewer)
        given = given_of(row.readings.all(), person)
        if kind is Kind.READER:
            check_reader(person.login, given)
            _check_blinded(row, viewer)
        else:
            check_adjudicator(person.login, given, Standing(row.state))
        value = _value(row.measure, *written)
        NormReading.objects.create(
            entry=row,
            kind=kind.value,
            reader_id=viewer.user,
            reader_name=person.login,
            entered_by_id=viewer.user,
            value=value,
            at=now,
        )
        decision = set_standing(row, [*given, Given(person.login, value, kind)])
        row.save()
        what = "measured" if kind is Kind.READER else "adjudicated"
        detail = {"what": what, "measure": row.measure, "side": row.side}
        note(viewer, row.subject, Action.UPDATE, now, **detail)
    return decision.standing


def _value(name: str, value: float, unit: str) -> float:
    measure = measure_of(name)
    if not math.isfinite(value):
        raise LedgerRefused(fault(FaultCode.NUMBER, "value", column="Value", value=""))
    try:
        return check_value(in_unit(value, unit or measure.unit, measure.unit), measure)
    except UnitMismatch:
        why = fault(FaultCode.UNIT, "unit", given=unit[:20], wanted=measure.unit)
        raise LedgerRefused(why) from None


def knows_value(row: NormEntry, viewer: Viewer) -> bool:
    """Say whether the viewer brought another's value in a table."""
    return any(
        one.entered_by_id == viewer.user and one.reader_id is None for one in row.readings.all()
    )


def _check_blinded(row: NormEntry, viewer: Viewer) -> None:
    if knows_value(row, viewer):
        raise NotBlinded("You brought the first value in a table; somebody else measures again.")


def _check_open(row: NormEntry, *, judged: bool = False) -> None:
    if row.subject.withdrawn_at is not None:
        raise LedgerClosed("The child was withdrawn from the ledger.")
    if not judged and row.quality == "failed":
        raise LedgerClosed("The examination did not pass the quality gate; nobody measures on it.")
