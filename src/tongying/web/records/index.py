"""The archive's index on Django's tables: implements `tongying.archive.ingest.Index`."""

from __future__ import annotations

import fcntl
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tongying.archive.arrival import Arrival, Door, Fate, Received, Sender
from tongying.archive.content_store import ObjectMissing
from tongying.archive.derived import is_derived
from tongying.archive.same_content import same_data_set
from tongying.consult.people import Viewer
from tongying.dicom.measurement_reading import REPORTS
from tongying.kernel.audit import Action, AuditEvent
from tongying.web.cases.models import DocumentRow
from tongying.web.fusion.models import FusionFile
from tongying.web.jobs.outbox import promise
from tongying.web.people.store import viewer_of_login
from tongying.web.records import index_rows
from tongying.web.records.children import ChildFinder
from tongying.web.records.images import content_store
from tongying.web.records.index_rows import SeriesRow, StudyRow
from tongying.web.records.models import Instance, Series, StoreConflict, Study
from tongying.web.records.visible import studies_for
from tongying.web.trail import store as trail

READ_REPORT: Final = "read-report"
"""Promised work: what a person's report draws becomes measurements."""
READ_AT_ONCE: Final = timedelta(seconds=5)
"""A report through STOW-RS is read before it is answered; the worker only if that failed."""


@dataclass(slots=True)
class _Place:
    """A study being filled, and what this batch adds to it."""

    study: StudyRow
    series: dict[str, SeriesRow]
    added: Counter[int]
    bytes: int = 0
    touched: bool = False


class DjangoIndex:
    """Indexes instances; one transaction a batch, with its audit events."""

    def place(self, received: Sequence[Received], sender: Sender) -> list[Arrival]:
        """Index instances; one outcome each, in order (see `tongying.archive.ingest.Index`)."""
        batch = _Batch(sender, timezone.now())
        with _turn():
            with transaction.atomic():
                trail.hold()
                arrivals = batch.place(received)
            index_rows.keep_statistics(batch.studies_made)
        return arrivals

    def owns(self, digest: str) -> bool:
        """Say whether an instance, conflict, document or fusion stands on this object."""
        return any(
            model.objects.filter(digest=digest).exists()
            for model in (Instance, StoreConflict, DocumentRow, FusionFile)
        )


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one's turn to write.

    Who finds SQLite's write lock taken sleeps up to 100 ms before looking again, several times as
    long as a batch takes; with a file lock the next in line goes on at once.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "index.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class _Batch:
    """One transaction's worth of instances."""

    def __init__(self, sender: Sender, now: datetime) -> None:
        self._sender = sender
        self._now = now
        self._children = ChildFinder()
        self._places: dict[str, _Place] = {}
        self._viewer: Viewer | None = None
        self._known: dict[tuple[str, str], tuple[int | None, str]] = {}
        self._conflicts: list[tuple[str, int | None, Received]] = []
        self.studies_made = 0

    def place(self, received: Sequence[Received]) -> list[Arrival]:
        """Place every instance, write the rows and the events."""
        self._look_up(received)
        rows: list[index_rows.NewInstance] = []
        arrivals = [self._place_one(one, rows) for one in received]
        made = index_rows.add_instances(rows, self._sender, self._now)
        self._keep_conflicts(made)
        self._promise_reading(rows, made)
        self._count()
        trail.append(self._summaries(arrivals))
        return arrivals

    def _look_up(self, received: Sequence[Received]) -> None:
        """Find the studies and instances that are here already, in one query each."""
        uids = {one.record.study.uid for one in received}
        found = {row.uid: row for row in index_rows.own_studies(self._sender.hospital, uids)}
        missing = {
            one.record.study.uid
            for one in received
            if one.record.study.uid not in found and is_derived(one.record.sop_class_uid)
        }
        if missing and self._sender.user is not None:
            guests = studies_for(self._as_viewer()).filter(uid__in=missing)
            for study in guests.select_related("child").order_by("-id"):
                found[study.uid] = StudyRow.of(study)
        series = index_rows.series_of([row.pk for row in found.values()])
        for study in found.values():
            self._places[study.uid] = _Place(study, series.get(study.pk, {}), Counter())
        hospitals = {self._sender.hospital, *(study.hospital for study in found.values())}
        instances = {one.record.sop_instance_uid for one in received}
        self._known |= index_rows.known_instances(hospitals, instances)

    def _as_viewer(self) -> Viewer:
        if self._viewer is None:
            self._viewer = viewer_of_login(self._sender.actor)
        return self._viewer

    def _place_one(self, one: Received, rows: list[index_rows.NewInstance]) -> Arrival:
        record = one.record
        place = self._places.get(record.study.uid)
        hospital = place.study.hospital if place else self._sender.hospital
        if place is not None and not self._children.is_of(place.study, record.patient):
            return Arrival.of(
                one,
                Fate.REFUSED,
                code="archive.other-child",
                reason="This study is already here for another patient: the patient id or the"
                " date of birth differs.",
            )
        known = self._known.get((hospital, record.sop_instance_uid))
        if known is not None:
            return self._again(one, known, hospital)
        if place is None:
            study = self._make_study(one)
            place = self._places[study.uid] = _Place(study, {}, Counter())
        series = place.series.get(record.series.uid)
        if series is None:
            series = self._make_series(place, one)
        rows.append(index_rows.NewInstance(one, series.pk, hospital))
        self._known[hospital, record.sop_instance_uid] = (None, one.digest)
        place.added[series.pk] += 1
        place.bytes += one.size
        self._fill_blanks(place, one)
        return Arrival.of(one, Fate.STORED)

    def _again(self, one: Received, known: tuple[int | None, str], hospital: str) -> Arrival:
        pk, digest = known
        if digest == one.digest or _same_data_set(digest, one.digest):
            return Arrival.of(one, Fate.DUPLICATE)
        self._conflicts.append((hospital, pk, one))
        reason = "Other bytes are here under this SOP Instance UID; these are kept apart."
        return Arrival.of(one, Fate.CONFLICT, code="archive.conflict", reason=reason)

    def _keep_conflicts(self, made: dict[tuple[str, str], int]) -> None:
        """Note the conflicting bytes, also of instances that came in this very batch."""
        for hospital, pk, one in self._conflicts:
            StoreConflict.objects.get_or_create(
                instance_id=pk or made[hospital, one.record.sop_instance_uid],
                digest=one.digest,
                defaults={
                    "name": one.name[-300:],
                    "bytes": one.size,
                    "door": self._sender.door.value,
                    "sent_by": self._sender.actor,
                    "arrived_at": self._now,
                },
            )

    def _promise_reading(
        self, rows: Iterable[index_rows.NewInstance], made: dict[tuple[str, str], int]
    ) -> None:
        """Promise to read what a person drew; a machine's report waits for who takes it over."""
        sender = self._sender
        if sender.user is None or sender.door is Door.SELF:
            return
        later = self._now + READ_AT_ONCE if sender.door is Door.STOW else None
        for row in rows:
            record = row.received.record
            if record.sop_class_uid in REPORTS:
                pk = made[row.hospital, record.sop_instance_uid]
                payload = {"user": sender.user, "instance": pk}
                promise(READ_REPORT, payload, not_before=later)

    def _make_study(self, one: Received) -> StudyRow:
        record, study = one.record, one.record.study
        made = Study.objects.create(
            hospital_id=self._sender.hospital,
            child=self._children.find_or_make(self._sender.hospital, record),
            uid=study.uid,
            date=study.date,
            time=study.time,
            accession_number=study.accession_number[:64],
            study_id=study.id[:64],
            description=study.description[:200],
            referring_physician=study.referring_physician.as_dicom()[:200],
            institution=study.institution[:200],
            patient_age=study.patient_age or "",
            weight_kg=study.patient_weight_kg,
            size_m=study.patient_size_m,
            caveats=[caveat.as_json() for caveat in record.caveats],
            arrived_at=self._now,
            changed_at=self._now,
        )
        self.studies_made += 1
        return StudyRow.of(made)

    def _make_series(self, place: _Place, one: Received) -> SeriesRow:
        series = one.record.series
        made = Series.objects.create(
            study_id=place.study.pk,
            uid=series.uid,
            modality=series.modality[:16],
            number=series.number,
            description=series.description[:200],
            body_part=series.body_part[:64],
            laterality=series.laterality[:16],
            protocol=series.protocol[:200],
            manufacturer=series.manufacturer[:200],
            station=series.station[:64],
            date=series.date,
            time=series.time,
            frame_of_reference_uid=series.frame_of_reference_uid,
        )
        row = place.series[series.uid] = SeriesRow(made.pk, made.modality)
        place.touched = True
        return row

    @staticmethod
    def _fill_blanks(place: _Place, one: Received) -> None:
        """Take from a later instance what the first one left empty; add its caveats."""
        study, given = place.study, one.record.study
        if not study.description and given.description:
            study.description, place.touched = given.description[:200], True
        if study.weight_kg is None and given.patient_weight_kg is not None:
            study.weight_kg, place.touched = given.patient_weight_kg, True
        if study.size_m is None and given.patient_size_m is not None:
            study.size_m, place.touched = given.patient_size_m, True
        for caveat in one.record.caveats:
            if caveat.as_json() not in study.caveats:
                study.caveats.append(caveat.as_json())
                place.touched = True

    def _count(self) -> None:
        """Bring the counts of what was touched up to date."""
        for place in self._places.values():
            if not place.added:
                continue
            index_rows.count_series(place.added)
            index_rows.count_study(place.study.pk, place.added.total(), place.bytes, self._now)
            if place.touched:
                study = place.study
                modalities = sorted({row.modality for row in place.series.values()} - {""})
                Study.objects.filter(pk=study.pk).update(
                    modalities="\\".join(modalities)[:100],
                    series_count=len(place.series),
                    description=study.description,
                    weight_kg=study.weight_kg,
                    size_m=study.size_m,
                    caveats=study.caveats,
                )

    def _summaries(self, arrivals: Iterable[Arrival]) -> list[AuditEvent]:
        """One event per study and fate, with how many."""
        counts: dict[tuple[str, Fate], int] = defaultdict(int)
        for arrival in arrivals:
            counts[arrival.study_uid, arrival.fate] += 1
        events = []
        for (uid, fate), count in counts.items():
            place = self._places.get(uid)
            detail = {"door": self._sender.door.value, "fate": fate.value, "count": str(count)}
            refused = fate is Fate.REFUSED
            events.append(
                AuditEvent(
                    self._now,
                    self._sender.actor,
                    Action.REFUSE if refused else Action.CREATE,
                    "study",
                    uid,
                    place.study.hospital if place else self._sender.hospital,
                    detail,
                )
            )
        return events


def _same_data_set(digest: str, other: str) -> bool:
    store = content_store()
    try:
        with store.open(digest) as one, store.open(other) as two:
            return same_data_set(one, two)
    except ObjectMissing:
        return False


def sender_of(viewer: Viewer, door: Door) -> Sender:
    """Return the sender that a viewer is."""
    return Sender(actor=viewer.login, hospital=viewer.hospital, door=door, user=viewer.user)
