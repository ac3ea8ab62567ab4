"""The ledger as its pages show it: children and values of the viewer's hospital, and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q, QuerySet

from tongying.consult.people import Viewer
from tongying.kernel.audit import AuditEvent
from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR
from tongying.norms.ledger.reading import Given, Kind, Standing, Tolerance, shown_to
from tongying.norms.measure import Measure, measures
from tongying.norms.method import MeasuringMethod
from tongying.web.norms.ledger_reading import Person, given_of, knows_value, person_of
from tongying.web.norms.ledger_rights import (
    check_reading,
    check_seeing,
    entries_for,
    entry_row,
    may_manage_ledger,
    may_read_entries,
    subject_row,
)
from tongying.web.norms.ledger_rules import name_of, tolerance_of
from tongying.web.norms.ledger_trail import SUBJECT
from tongying.web.norms.ledger_withdrawal import TouchedRelease, releases_of
from tongying.web.norms.models import NormEntry, NormSubject
from tongying.web.people.models import Member
from tongying.web.trail import store as trail

WANTED: Final = 120
"""Children for a limit without a model (CLSI EP28-A3c)."""
A_PAGE: Final = 60
MOST_WAITING: Final = 500
"""Of what waits, the oldest; nobody reads more in a day."""
BANDS: Final[tuple[tuple[str, float, float], ...]] = (
    ("0-28d", 0, 28),
    ("1-3m", 28, 3 * DAYS_PER_MONTH),
    ("3-6m", 3 * DAYS_PER_MONTH, 6 * DAYS_PER_MONTH),
    ("6-12m", 6 * DAYS_PER_MONTH, DAYS_PER_YEAR),
    ("1-2y", DAYS_PER_YEAR, 2 * DAYS_PER_YEAR),
    ("2-4y", 2 * DAYS_PER_YEAR, 4 * DAYS_PER_YEAR),
    ("4-6y", 4 * DAYS_PER_YEAR, 6 * DAYS_PER_YEAR),
    ("6-10y", 6 * DAYS_PER_YEAR, 10 * DAYS_PER_YEAR),
    ("10-14y", 10 * DAYS_PER_YEAR, 14 * DAYS_PER_YEAR),
    ("14-21y", 14 * DAYS_PER_YEAR, 22 * DAYS_PER_YEAR),
)
"""Bands of age for filters and counts; a fit runs along age and knows none."""


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What of the ledger is listed; empty parts do not filter."""

    measure: str = ""
    state: str = ""
    band: str = ""
    sex: str = ""
    route: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A value of the ledger for one viewer.

    Attributes
    ----------
    code, subject, label : str
        Of the value, of its child, and the child's number.
    study : str
        UID, or empty.
    measure : Measure
    side, sex, state, quality, quality_reason, quality_by : str
    quality_at : datetime or None
    age_days : float
    measured_on : date or None
    height_cm, weight_kg : float or None
    method : MeasuringMethod
    tolerance : Tolerance
    read : int
        How many of the two readers have measured.
    readings : tuple of Given
        Those that the viewer may see.
    value : float or None
        Agreed.
    may_read, may_decide, may_judge : bool
    withdrawn : bool
    """

    code: str
    subject: str
    label: str
    study: str
    measure: Measure
    side: str
    sex: str
    state: str
    quality: str
    quality_reason: str
    quality_by: str
    quality_at: datetime | None
    age_days: float
    measured_on: date | None
    height_cm: float | None
    weight_kg: float | None
    method: MeasuringMethod
    tolerance: Tolerance
    read: int
    readings: tuple[Given, ...]
    value: float | None
    may_read: bool
    may_decide: bool
    may_judge: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class ShownSubject:
    """A child of the ledger; `name` is only that of the site's own number."""

    code: str
    label: str
    sex: str
    born: date | None
    gestation_days: int | None
    rule: str
    rule_title: str
    route: str
    consent: str
    consent_on: date | None
    consent_reference: str
    enrolled_by: str
    enrolled_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str
    entries: tuple[ShownEntry, ...]
    releases: tuple[TouchedRelease, ...]
    history: tuple[AuditEvent, ...]
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class BandCount:
    """How many values of a band are ready for a fit, here and in the alliance."""

    band: str
    girls: int
    boys: int
    all_girls: int
    all_boys: int


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the ledger: its values, how many there are, how many pages, and counts."""

    entries: tuple[ShownEntry, ...]
    total: int
    pages: int
    counts: tuple[BandCount, ...]
    used: tuple[Measure, ...]
    to_read: int


@dataclass(frozen=True, slots=True)
class ReadingLists:
    """What waits for a viewer."""

    to_read: tuple[ShownEntry, ...]
    to_decide: tuple[ShownEntry, ...]
    to_judge: tuple[ShownEntry, ...]


def ledger_page(viewer: Viewer, wanted: LedgerFilter) -> LedgerPage:
    """Return the values of the viewer's hospital, the newest first, and the counts by age and sex.

    Raises
    ------
    LedgerNotYours
        If the viewer does not see a ledger.
    """
    check_seeing(viewer)
    rows = _filtered(entries_for(viewer), wanted)
    total = rows.count()
    pages = max(1, -(-total // A_PAGE))
    first = (min(max(wanted.page, 1), pages) - 1) * A_PAGE
    used = entries_for(viewer).order_by().values_list("measure", flat=True).distinct()
    known = measures()
    return LedgerPage(
        entries=_shown_all(rows.order_by("-pk")[first : first + A_PAGE], viewer),
        total=total,
        pages=pages,
        counts=_counts(viewer, wanted),
        used=tuple(sorted((known[one] for one in used), key=lambda one: (one.area, one.id))),
        to_read=_to_read(viewer),
    )


def reading_lists(viewer: Viewer) -> ReadingLists:
    """Return what waits for the viewer's reading, decision and quality gate, the oldest first.

    Raises
    ------
    LedgerNotYours
        If the viewer does not measure.
    """
    check_reading(viewer)
    return ReadingLists(*_waiting(viewer))


def entry_of(viewer: Viewer, code: str) -> ShownEntry:
    """Return a value of the ledger for a viewer; what they may not see of it is left out.

    Raises
    ------
    LedgerNotFound
        If it does not exist for the viewer.
    """
    row = entry_row(viewer, code)
    return _shown_all([row], viewer)[0]


def subject_of(viewer: Viewer, code: str) -> ShownSubject:
    """Return a child of the ledger, and record the reading.

    Raises
    ------
    LedgerNotFound
        If it does not exist for the viewer.
    """
    row = subject_row(viewer, code)
    trail.note_read(viewer.login, SUBJECT, row.code, row.hospital_id, door="page")
    history = [event for _, event in trail.events_of(viewer, target=row.code, limit=100)]
    names = dict(
        Member.objects.filter(pk__in=[row.enrolled_by_id, row.withdrawn_by_id]).values_list(
            "pk", "name"
        )
    )
    entries = row.entries.select_related("subject__rule").order_by("age_days", "measure", "side")
    return ShownSubject(
        code=row.code,
        label=row.label,
        sex=row.sex,
        born=row.born,
        gestation_days=row.gestation_days,
        rule=name_of(row.rule),
        rule_title=row.rule.title,
        route=row.rule.route,
        consent=row.consent,
        consent_on=row.consent_on,
        consent_reference=row.consent_reference,
        enrolled_by=names.get(row.enrolled_by_id, ""),
        enrolled_at=row.enrolled_at,
        withdrawn_by=names.get(row.withdrawn_by_id or 0, ""),
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
        entries=_shown_all(entries, viewer),
        releases=tuple(releases_of(row)),
        history=tuple(history),
        may_withdraw=may_manage_ledger(viewer) and row.withdrawn_at is None,
    )


def band_of(name: str) -> tuple[float, float] | None:
    """Return the bounds of a band in days, the upper one not included."""
    return next(((low, high) for key, low, high in BANDS if key == name), None)


def _filtered(rows: QuerySet[NormEntry], wanted: LedgerFilter) -> QuerySet[NormEntry]:
    if wanted.measure:
        rows = rows.filter(measure=wanted.measure)
    if wanted.state == "withdrawn":
        rows = rows.exclude(subject__withdrawn_at=None)
    elif wanted.state == "quality":
        rows = rows.filter(quality="waiting", subject__withdrawn_at=None)
    elif wanted.state:
        rows = rows.filter(state=wanted.state, subject__withdrawn_at=None)
    if wanted.sex:
        rows = rows.filter(subject__sex=wanted.sex)
    if wanted.route:
        rows = rows.filter(subject__rule__route=wanted.route)
    band = band_of(wanted.band)
    return rows.filter(age_days__gte=band[0], age_days__lt=band[1]) if band else rows


def _counts(viewer: Viewer, wanted: LedgerFilter) -> tuple[BandCount, ...]:
    """Count children, not values: a child measured on both sides counts once."""
    ready = NormEntry.objects.filter(
        state=Standing.AGREED.value, quality="passed", subject__withdrawn_at=None
    )
    rows = ready.filter(measure=wanted.measure) if wanted.measure else ready.none()
    if wanted.route:
        rows = rows.filter(subject__rule__route=wanted.route)
    columns = ("age_days", "subject__sex", "subject__hospital_id", "subject_id")
    tally: Counter[tuple[str, str, bool]] = Counter()
    children = {
        (key, sex, hospital == viewer.hospital, subject)
        for age, sex, hospital, subject in rows.values_list(*columns)
        for key, low, high in BANDS
        if low <= age < high
    }
    for key, sex, own, _subject in children:
        tally[key, sex, own] += 1
    return tuple(
        BandCount(
            key,
            tally[key, "F", True],
            tally[key, "M", True],
            tally[key, "F", True] + tally[key, "F", False],
            tally[key, "M", True] + tally[key, "M", False],
        )
        for key, _, _ in BANDS
    )


def _to_read(viewer: Viewer) -> int:
    if not may_read_entries(viewer):
        return 0
    rows = entries_for(viewer).filter(state=Standing.WAITING.value, subject__withdrawn_at=None)
    return rows.exclude(readings__reader_id=viewer.user).count()


def _waiting(
    viewer: Viewer,
) -> tuple[tuple[ShownEntry, ...], tuple[ShownEntry, ...], tuple[ShownEntry, ...]]:
    open_rows = (
        entries_for(viewer)
        .filter(subject__withdrawn_at=None)
        .filter(Q(state__in=["waiting", "disputed"]) | Q(quality="waiting"))
    )
    shown = _shown_all(open_rows.order_by("pk")[:MOST_WAITING], viewer)
    return (
        tuple(one for one in shown if one.may_read),
        tuple(one for one in shown if one.may_decide),
        tuple(one for one in shown if one.may_judge and one.quality == "waiting"),
    )


def _shown_all(
    rows: QuerySet[NormEntry] | Sequence[NormEntry], viewer: Viewer
) -> tuple[ShownEntry, ...]:
    if isinstance(rows, QuerySet):
        rows = list(
            rows.select_related("subject__rule", "study", "quality_by").prefetch_related("readings")
        )
    person = person_of(viewer)
    return tuple(_shown(row, viewer, person) for row in rows)


def _shown(row: NormEntry, viewer: Viewer, person: Person) -> ShownEntry:
    subject: NormSubject = row.subject
    given = given_of(list(row.readings.all()), person)
    reads = may_read_entries(viewer) and subject.withdrawn_at is None
    own = any(one.person == person.login for one in given)
    decides = reads and row.state == Standing.DISPUTED.value and not own
    closed = row.state == Standing.AGREED.value
    return ShownEntry(
        code=row.code,
        subject=subject.code,
        label=subject.label,
        study=row.study.uid if row.study else "",
        measure=measures()[row.measure],
        side=row.side,
        sex=subject.sex,
        state=row.state,
        quality=row.quality,
        quality_reason=row.quality_reason,
        quality_by=row.quality_by.name if row.quality_by else "",
        quality_at=row.quality_at,
        age_days=row.age_days,
        measured_on=row.measured_on,
        height_cm=row.height_cm,
        weight_kg=row.weight_kg,
        method=MeasuringMethod(
            row.tool, row.tool_version or None, row.protocol or None, row.reader_rule or None
        ),
        tolerance=tolerance_of(subject.rule, row.measure),
        read=sum(one.kind is Kind.READER for one in given),
        readings=shown_to(person.login, given, may_decide=decides or closed),
        value=row.value,
        may_read=reads
        and row.state == Standing.WAITING.value
        and not own
        and not knows_value(row, viewer),
        may_decide=decides,
        may_judge=reads,
        withdrawn=subject.withdrawn_at is not None,
    )
