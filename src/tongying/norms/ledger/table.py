"""Rows of a table of normal children against the ledger: what each would enter, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tongying.kernel.sheet import SheetRow
from tongying.norms.ledger.cells import Cells
from tongying.norms.ledger.columns import CONSENTS, QUALITIES, ROUTES, SIDES, column
from tongying.norms.ledger.eligibility import (
    Agreement,
    Candidate,
    Consent,
    Known,
    check_agreement,
    check_child,
    doubts,
)
from tongying.norms.ledger.faults import Fault, FaultCode, LedgerRefused, fault
from tongying.norms.ledger.reading import check_value
from tongying.norms.measure import Measure, UnitMismatch, in_unit
from tongying.norms.norm import Route
from tongying.norms.sex import Sex

EntryKey = tuple[str, str, str, float, str, str]
"""Label, measure, side, age in days, tool, version: a value stands in the ledger once."""


@dataclass(frozen=True, slots=True)
class RuleKnown:
    """An inclusion rule: its route, and whether it takes children."""

    route: Route
    closed: bool


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """A child as a row describes it."""

    label: str
    sex: Sex
    born: date | None
    gestation_days: int | None
    rule: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A value as a row describes it; `readings` are of persons and in the measure's unit."""

    subject: SubjectRecord
    measure: str
    side: str
    age_days: float
    measured_on: date | None
    height_cm: float | None
    weight_kg: float | None
    tool: str
    version: str
    protocol: str
    reader_rule: str
    quality: str
    quality_reason: str
    readings: tuple[tuple[str, float], ...]

    @property
    def key(self) -> EntryKey:
        """What tells it from other values."""
        label = self.subject.label
        return label, self.measure, self.side, self.age_days, self.tool, self.version


@dataclass(frozen=True, slots=True)
class Books:
    """What the rows are judged against.

    Attributes
    ----------
    site : str
        The only hospital whose rows are taken.
    sites : frozenset of str
        Codes of all hospitals.
    rules : mapping of str to RuleKnown
        By ``code@version``.
    measures : mapping of str to Measure
    subjects : mapping of str to SubjectRecord
        The site's children in the ledger, by label.
    withdrawn : mapping of str to Known
        The site's children who were withdrawn, by label.
    entries : frozenset of EntryKey
    today : date
    """

    site: str
    sites: frozenset[str]
    rules: Mapping[str, RuleKnown]
    measures: Mapping[str, Measure]
    subjects: Mapping[str, SubjectRecord]
    withdrawn: Mapping[str, Known]
    entries: frozenset[EntryKey]
    today: date


@dataclass(frozen=True, slots=True)
class RowResult:
    """What becomes of a row: refused with every reason, or entered, perhaps with a doubt.

    Attributes
    ----------
    number : int
        As a spreadsheet counts.
    name : str
        The subject's number, as far as it can be read.
    faults : tuple of Fault
        Why it is refused; empty where it is not.
    doubts : tuple of Fault
    record : EntryRecord or None
    """

    number: int
    name: str
    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...] = ()
    record: EntryRecord | None = None


def judge_rows(rows: tuple[SheetRow, ...], books: Books) -> tuple[RowResult, ...]:
    """Say what each row does; of rows that contradict each other, the later ones are refused."""
    results = []
    subjects: dict[str, tuple[int, SubjectRecord]] = {}
    entries: dict[EntryKey, int] = {}
    born: dict[tuple[date | None, Sex], dict[str, Known]] = {}
    for one in books.subjects.values():
        born.setdefault((one.born, one.sex), {})[one.label] = _known(one)
    for gone in books.withdrawn.values():
        born.setdefault((gone.born, gone.sex), {})[gone.label] = gone
    for row in rows:
        name = row.cells.get("subject", "")[:40]
        found = read_row(row, books)
        if isinstance(found, tuple):
            results.append(RowResult(row.number, name, found))
            continue
        why = _against_file(found, subjects, entries)
        if why is not None:
            results.append(RowResult(row.number, name, (why,)))
            continue
        child = found.subject
        same_day = born.setdefault((child.born, child.sex), {})
        others = [known for label, known in same_day.items() if label != child.label]
        same_day[child.label] = _known(child)
        subjects.setdefault(child.label, (row.number, child))
        entries[found.key] = row.number
        seen = doubts(_candidate_of(found), child.agreement, others)
        results.append(RowResult(row.number, name, (), seen, found))
    return tuple(results)


def read_row(row: SheetRow, books: Books) -> EntryRecord | tuple[Fault, ...]:
    """Return what a row describes, or everything that is wrong with it by itself."""
    cells = Cells(row)
    subject, age, candidate = _subject(cells, books)
    measure = _measure(cells, books)
    readings = _readings(cells, measure)
    quality = cells.word("quality", QUALITIES) or "waiting"
    reason = cells.text("quality_reason", 300)
    if quality == "failed" and not reason:
        cells.wrong(FaultCode.QUALITY_REASON, "quality_reason")
    side = cells.text("side")
    if side and side.casefold() not in SIDES:
        cells.wrong(FaultCode.SIDE, "side", value=side[:40])
    tool = cells.needed("tool")
    method = cells.text("version", 40), cells.text("protocol"), cells.text("reader_rule", 200)
    if cells.faults or subject is None or measure is None or age is None:
        return tuple(cells.faults)
    record = EntryRecord(
        subject=subject,
        measure=measure.id,
        side=SIDES.get(side.casefold(), ""),
        age_days=age,
        measured_on=candidate.measured_on,
        height_cm=candidate.height_cm,
        weight_kg=candidate.weight_kg,
        tool=tool,
        version=method[0],
        protocol=method[1],
        reader_rule=method[2],
        quality=quality,
        quality_reason=reason,
        readings=readings,
    )
    why = _against_ledger(record, books)
    return record if why is None else (why,)


def _subject(cells: Cells, books: Books) -> tuple[SubjectRecord | None, float | None, Candidate]:
    label = cells.needed("subject", 60)
    site = cells.needed("site", 32)
    if site and site not in books.sites:
        cells.wrong(FaultCode.SITE_UNKNOWN, "site", value=site)
    elif site and site != books.site:
        cells.wrong(FaultCode.SITE_FOREIGN, "site", value=site)
    sex = cells.sex()
    known = len(cells.faults)
    one = Candidate(
        born=cells.day("born"),
        age_days=cells.number("age_days"),
        measured_on=cells.day("measured_on"),
        sex=sex,
        gestation_days=cells.gestation_days(),
        height_cm=cells.number("height_cm"),
        weight_kg=cells.number("weight_kg"),
    )
    # What cannot be read is said once: as unreadable, not as unknown beside it.
    unread = {fault.column for fault in cells.faults[known:]} | {"sex"}
    if not unread & {"born", "age_days", "measured_on"}:
        cells.faults += [f for f in check_child(one, books.today) if f.column not in unread]
    rule = cells.needed("rule", 50)
    route = cells.word("route", ROUTES, needed=True)
    agreement = _agreement(cells, route, books.today)
    if rule:
        _check_rule(cells, rule, route, books, new=label not in books.subjects)
    if cells.faults or sex is None or agreement is None:
        return None, one.age(), one
    return (
        SubjectRecord(label, sex, one.born, one.gestation_days, rule, agreement),
        one.age(),
        one,
    )


def _agreement(cells: Cells, route: Route | None, today: date) -> Agreement | None:
    consent = cells.word("consent", CONSENTS) or Consent.NOT_SAID
    reference, on = cells.text("consent_reference", 200), cells.day("consent_on")
    if route is None:
        return None
    one = Agreement(consent, on, reference)
    unread = {fault.column for fault in cells.faults}
    cells.faults += [f for f in check_agreement(one, route, today) if f.column not in unread]
    return one


def _check_rule(cells: Cells, name: str, route: Route | None, books: Books, *, new: bool) -> None:
    rule = books.rules.get(name)
    if rule is None:
        cells.wrong(FaultCode.RULE_UNKNOWN, "rule", value=name)
        return
    if rule.closed and new:
        cells.wrong(FaultCode.RULE_CLOSED, "rule", value=name)
    if route is not None and route is not rule.route:
        cells.wrong(FaultCode.ROUTE, "route", given=route.value, wanted=rule.route.value)


def _measure(cells: Cells, books: Books) -> Measure | None:
    given = cells.needed("measure", 60)
    plain = given.casefold()
    for one in books.measures.values():
        if plain in (one.id, one.english.casefold(), one.chinese.casefold()):
            return one
    if given:
        cells.wrong(FaultCode.MEASURE_UNKNOWN, "measure", value=given)
    return None


def _readings(cells: Cells, measure: Measure | None) -> tuple[tuple[str, float], ...]:
    unit = cells.needed("unit", 20)
    given = [(cells.number(f"value_{n}"), cells.text(f"reader_{n}"), n) for n in (1, 2)]
    if not cells.text("value_1") and given[1][0] is not None:
        cells.wrong(FaultCode.SECOND_ALONE, "value_1")
    people = [reader.casefold() for value, reader, _ in given if value is not None and reader]
    if len(people) > len(set(people)):
        cells.wrong(FaultCode.SAME_READER, "reader_2")
    found = []
    for value, reader, number in given:
        if value is None:
            continue
        if not reader:
            key = f"reader_{number}"
            cells.wrong(FaultCode.READER, key, column=column(key).en)
        if measure is None or not unit:
            continue
        try:
            found.append((reader, _converted(value, unit, measure, f"value_{number}")))
        except LedgerRefused as refusal:
            cells.faults += [one for one in refusal.faults if one not in cells.faults]
    return tuple(found)


def _converted(value: float, unit: str, measure: Measure, key: str) -> float:
    try:
        own = in_unit(value, unit, measure.unit)
    except UnitMismatch:
        why = fault(FaultCode.UNIT, "unit", given=unit, wanted=measure.unit)
        raise LedgerRefused(why) from None
    return check_value(own, measure, key)


def _against_ledger(one: EntryRecord, books: Books) -> Fault | None:
    label = one.subject.label
    if label in books.withdrawn:
        return fault(FaultCode.CHILD_WITHDRAWN, "subject")
    before = books.subjects.get(label)
    differs = None if before is None else _difference(before, one.subject)
    if differs is not None:
        return fault(FaultCode.CHILD_OTHER, differs, column=column(differs).en, label=label)
    return fault(FaultCode.ENTRY_TWICE, "measure") if one.key in books.entries else None


def _against_file(
    one: EntryRecord,
    subjects: Mapping[str, tuple[int, SubjectRecord]],
    entries: Mapping[EntryKey, int],
) -> Fault | None:
    if one.subject.label in subjects:
        number, before = subjects[one.subject.label]
        differs = _difference(before, one.subject)
        if differs is not None:
            values = {"column": column(differs).en, "row": str(number)}
            return fault(FaultCode.CONTRADICTS, differs, **values)
    if one.key in entries:
        return fault(FaultCode.DUPLICATE, "subject", row=str(entries[one.key]))
    return None


def _difference(one: SubjectRecord, other: SubjectRecord) -> str | None:
    """Return the column in which two descriptions of one child differ."""
    pairs = (
        ("sex", one.sex, other.sex),
        ("born", one.born, other.born),
        ("gestation", one.gestation_days, other.gestation_days),
        ("rule", one.rule, other.rule),
        ("consent", one.agreement.consent, other.agreement.consent),
        ("consent_reference", one.agreement.reference, other.agreement.reference),
    )
    return next((key for key, mine, yours in pairs if mine != yours), None)


def _known(one: SubjectRecord) -> Known:
    return Known(one.label, one.born, one.sex)


def _candidate_of(one: EntryRecord) -> Candidate:
    subject = one.subject
    return Candidate(
        subject.born, one.age_days, one.measured_on, subject.sex, subject.gestation_days
    )
