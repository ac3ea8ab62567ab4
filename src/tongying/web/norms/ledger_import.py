"""Tables of normal children: judged row by row, shown, then the good rows entered together."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action
from tongying.kernel.errors import Conflict
from tongying.kernel.ids import new_code
from tongying.norms.ledger.columns import EXAMPLE
from tongying.norms.ledger.eligibility import Agreement, Consent, Known
from tongying.norms.ledger.reading import Given, Kind
from tongying.norms.ledger.sheet import read_sheet, write_sheet
from tongying.norms.ledger.table import (
    Books,
    EntryRecord,
    RowResult,
    RuleKnown,
    SubjectRecord,
    judge_rows,
)
from tongying.norms.norm import Route
from tongying.norms.sex import Sex
from tongying.web import now as clock
from tongying.web.norms.ledger_reading import set_standing
from tongying.web.norms.ledger_rights import check_managing
from tongying.web.norms.ledger_rules import ledger_measures, name_of
from tongying.web.norms.ledger_trail import event_of, local_today
from tongying.web.norms.models import InclusionRule, NormEntry, NormReading, NormSubject
from tongying.web.people.models import Hospital
from tongying.web.trail import store as trail


class LedgerMoved(Conflict):
    """The ledger changed after the person saw what the table would do."""

    code: ClassVar[str] = "norms.ledger-moved"


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """What a table does, or has done.

    Attributes
    ----------
    encoding : str
        The character set it was read in.
    rows : tuple of RowResult
    seen : str
        Stands for exactly these results: a person confirms what they saw.
    entered : bool
    """

    encoding: str
    rows: tuple[RowResult, ...]
    seen: str
    entered: bool = False

    @property
    def good(self) -> int:
        """How many rows are or would be entered."""
        return sum(one.record is not None for one in self.rows)

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return len(self.rows) - self.good

    @property
    def children(self) -> int:
        """How many children the good rows are about."""
        return len({one.record.subject.label for one in self.rows if one.record is not None})


def judge_table(viewer: Viewer, data: bytes) -> TableOutcome:
    """Say what each row of a table would do; nothing is written.

    Raises
    ------
    LedgerNotYours
        If the viewer does not look after a ledger.
    tongying.kernel.sheet.SheetRefused
        If the file cannot be read as such a table.
    """
    check_managing(viewer)
    sheet = read_sheet(data)
    rows = judge_rows(sheet.rows, _books(viewer))
    return TableOutcome(sheet.encoding, rows, _seen(data, rows))


def enter_table(viewer: Viewer, data: bytes, seen: str) -> TableOutcome:
    """Enter the good rows of a table, all of them or none.

    Parameters
    ----------
    viewer : Viewer
    data : bytes
    seen : str
        Of the outcome that the person looked at.

    Raises
    ------
    LedgerNotYours
        If the viewer does not look after a ledger.
    tongying.kernel.sheet.SheetRefused
        If the file cannot be read as such a table.
    LedgerMoved
        If the rows would not do what the person saw.
    """
    check_managing(viewer)
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # what the rows were judged against must stand until they are written
        outcome = judge_table(viewer, data)
        if outcome.seen != seen:
            raise LedgerMoved("The ledger has changed since; look at the rows again.")
        _write(viewer, [one.record for one in outcome.rows if one.record is not None], now)
    return TableOutcome(outcome.encoding, outcome.rows, seen, entered=True)


def template(viewer: Viewer, *, english: bool) -> str:
    """Return an empty table with its headings and one invented row."""
    return write_sheet([{**EXAMPLE[0], "site": viewer.hospital}], english=english)


def _books(viewer: Viewer) -> Books:
    subjects, withdrawn = {}, {}
    for row in NormSubject.objects.filter(hospital_id=viewer.hospital).select_related("rule"):
        if row.withdrawn_at is not None:
            withdrawn[row.label] = Known(row.label, row.born, Sex(row.sex))
            continue
        subjects[row.label] = SubjectRecord(
            row.label,
            Sex(row.sex),
            row.born,
            row.gestation_days,
            name_of(row.rule),
            Agreement(Consent(row.consent), row.consent_on, row.consent_reference),
        )
    keys = NormEntry.objects.filter(subject__hospital_id=viewer.hospital).values_list(
        "subject__label", "measure", "side", "age_days", "tool", "tool_version"
    )
    return Books(
        site=viewer.hospital,
        sites=frozenset(Hospital.objects.values_list("code", flat=True)),
        rules={
            name_of(row): RuleKnown(Route(row.route), row.closed_at is not None)
            for row in InclusionRule.objects.all()
        },
        measures=ledger_measures(),
        subjects=subjects,
        withdrawn=withdrawn,
        entries=frozenset(keys),
        today=local_today(),
    )


def _seen(data: bytes, rows: tuple[RowResult, ...]) -> str:
    results = [
        [one.number, [fault.sentence for fault in (*one.faults, *one.doubts)]] for one in rows
    ]
    text = json.dumps(results, ensure_ascii=False).encode()
    return hashlib.sha256(hashlib.sha256(data).digest() + text).hexdigest()[:32]


def _write(viewer: Viewer, records: list[EntryRecord], now: datetime) -> None:
    rules = {name_of(row): row for row in InclusionRule.objects.all()}
    labels = {one.subject.label for one in records}
    rows = {
        row.label: row
        for row in NormSubject.objects.filter(
            hospital_id=viewer.hospital, label__in=labels
        ).select_related("rule")
    }
    counts: dict[str, int] = {}
    fresh = set()
    entries, readings = [], []
    for one in records:
        label = one.subject.label
        if label not in rows:
            rows[label] = _subject(viewer, one.subject, rules[one.subject.rule], now)
            fresh.add(label)
        counts[label] = counts.get(label, 0) + 1
        entry, read = _entry(viewer, one, rows[label], now)
        entries.append(entry)
        readings += read
    NormEntry.objects.bulk_create(entries, batch_size=500)
    NormReading.objects.bulk_create(readings, batch_size=500)
    trail.append(
        event_of(
            viewer,
            rows[label],
            Action.CREATE if label in fresh else Action.UPDATE,
            now,
            {"what": "table", "count": str(count)},
        )
        for label, count in counts.items()
    )


def _subject(viewer: Viewer, one: SubjectRecord, rule: InclusionRule, now: datetime) -> NormSubject:
    return NormSubject.objects.create(
        code=new_code(),
        hospital_id=viewer.hospital,
        label=one.label,
        born=one.born,
        sex=one.sex.value,
        gestation_days=one.gestation_days,
        rule=rule,
        consent=one.agreement.consent.value,
        consent_on=one.agreement.on,
        consent_reference=one.agreement.reference,
        enrolled_by_id=viewer.user,
        enrolled_at=now,
    )


def _entry(
    viewer: Viewer, one: EntryRecord, subject: NormSubject, now: datetime
) -> tuple[NormEntry, list[NormReading]]:
    judged = one.quality != "waiting"
    entry = NormEntry(
        code=new_code(),
        subject=subject,
        measure=one.measure,
        side=one.side,
        age_days=one.age_days,
        measured_on=one.measured_on,
        height_cm=one.height_cm,
        weight_kg=one.weight_kg,
        tool=one.tool,
        tool_version=one.version,
        protocol=one.protocol,
        reader_rule=one.reader_rule,
        quality=one.quality,
        quality_reason=one.quality_reason,
        quality_by_id=viewer.user if judged else None,
        quality_at=now if judged else None,
        made_at=now,
    )
    set_standing(entry, [Given(person, value) for person, value in one.readings])
    readings = [
        NormReading(
            entry=entry,
            kind=Kind.READER.value,
            reader_name=person,
            entered_by_id=viewer.user,
            value=value,
            at=now,
        )
        for person, value in one.readings
    ]
    return entry, readings
