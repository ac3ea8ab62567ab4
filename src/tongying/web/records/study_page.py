"""Everything that the page of one study shows, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Max, Min

from tongying.archive.derived import is_derived
from tongying.consult.people import Viewer
from tongying.web.cases.rows import shown_child
from tongying.web.cases.shown import ShownChild, ShownSeries
from tongying.web.people.models import Member
from tongying.web.records.children import same_child
from tongying.web.records.filing import (
    FetalFiling,
    children_shown,
    fetal_filings,
    filed_elsewhere,
)
from tongying.web.records.listing import StudyRow, study_rows
from tongying.web.records.models import Child, Instance, Series, StoreConflict, Study
from tongying.web.records.reading import study_of
from tongying.web.records.timeline import (
    MOST_PRIORS,
    ShownPrior,
    TimelineLine,
    lines_around,
    priors_among,
)
from tongying.web.records.visible import series_condition, studies_for
from tongying.web.trail import store as trail

MOST_OTHERS: Final = 50


@dataclass(frozen=True, slots=True)
class Arrived:
    """How part of a study came in."""

    door: str
    sent_by: str
    name: str
    """The person's name where the sender has an account; empty otherwise."""
    first_at: datetime
    last_at: datetime
    instance_count: int


@dataclass(frozen=True, slots=True)
class ConflictShown:
    """Other bytes that came under a SOP Instance UID of the study."""

    sop_uid: str
    instance_number: int | None
    series: str
    name: str
    door: str
    sent_by: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class ShownFetus:
    """A child whom a study shows before birth."""

    child: ShownChild
    filing: FetalFiling


@dataclass(frozen=True, slots=True)
class StudyView:
    """One study for one viewer; `bytes` is its size in the archive."""

    row: StudyRow
    child_id: int
    institution: str
    referring_physician: str
    patient_age: str
    weight_kg: float | None
    size_m: float | None
    bytes: int
    images: tuple[ShownSeries, ...]
    results: tuple[ShownSeries, ...]
    """Series of reports, segmentations and other objects made from images."""
    arrivals: tuple[Arrived, ...]
    conflicts: tuple[ConflictShown, ...]
    others: tuple[TimelineLine, ...]
    """The same child's other studies, newest first; none for twins before birth."""
    priors: tuple[ShownPrior, ...]
    """The earlier ones to lay beside it, most relevant first."""
    shows: tuple[ShownFetus, ...]
    """The children whom a fetal study is filed with."""
    filed_with_children: int
    """Studies of the same record that are filed with a child as fetal ones."""


def study_view(viewer: Viewer, uid: str) -> StudyView:
    """Return the page of a study and record the reading.

    Raises
    ------
    ObjectNotFound
        If the study does not exist for the viewer.
    """
    study = study_of(viewer, uid)
    trail.note_read(viewer.login, "study", study.uid, study.hospital_id, door="page")
    (row,) = study_rows(viewer, [study])
    images, results = _series(viewer, study)
    _, lines = lines_around(viewer, study.uid)
    return StudyView(
        row=row,
        child_id=study.child_id,
        institution=study.institution,
        referring_physician=study.referring_physician.split("=")[0].replace("^", " ").strip(),
        patient_age=study.patient_age,
        weight_kg=study.weight_kg,
        size_m=study.size_m,
        bytes=study.bytes,
        images=images,
        results=results,
        arrivals=_arrivals(study),
        conflicts=_conflicts(study),
        others=tuple(line for line in lines if line.row.uid != study.uid)[:MOST_OTHERS],
        priors=priors_among(lines, study.uid)[:MOST_PRIORS],
        shows=_shows(viewer, study),
        filed_with_children=filed_elsewhere(viewer, study.child_id),
    )


def _series(
    viewer: Viewer, study: Study
) -> tuple[tuple[ShownSeries, ...], tuple[ShownSeries, ...]]:
    kept = Instance.objects.filter(series__study=study).order_by("series_id", "number", "pk")
    by_series: dict[int, list[tuple[str, str, int | None]]] = {}
    columns = ("series_id", "sop_class_uid", "uid", "frame_count")
    for series, sop_class, uid, frames in kept.values_list(*columns):
        by_series.setdefault(series, []).append((sop_class, uid, frames))
    images, results = [], []
    seen = Series.objects.filter(series_condition(viewer), study=study)
    for series in seen.order_by("number", "pk"):
        instances = by_series.get(series.pk, [])
        derived = bool(instances) and all(is_derived(sop_class) for sop_class, _, _ in instances)
        (results if derived else images).append(_shown(series, instances))
    return tuple(images), tuple(results)


def _shown(series: Series, instances: Sequence[tuple[str, str, int | None]]) -> ShownSeries:
    pictures = [uid for _, uid, frames in instances if frames]
    return ShownSeries(
        uid=series.uid,
        modality=series.modality,
        number=series.number,
        description=series.description,
        instance_count=len(instances),
        frame_count=sum(frames or 0 for _, _, frames in instances),
        picture=pictures[len(pictures) // 2] if pictures else "",
    )


def _arrivals(study: Study) -> tuple[Arrived, ...]:
    groups = (
        Instance.objects.filter(series__study=study)
        .order_by()
        .values("door", "sent_by")
        .annotate(first=Min("arrived_at"), last=Max("arrived_at"), count=Count("pk"))
        .order_by("first")
    )
    found = list(groups)
    names = dict(
        Member.objects.filter(login__in=[group["sent_by"] for group in found]).values_list(
            "login", "name"
        )
    )
    return tuple(
        Arrived(
            door=group["door"],
            sent_by=group["sent_by"],
            name=names.get(group["sent_by"], ""),
            first_at=group["first"],
            last_at=group["last"],
            instance_count=group["count"],
        )
        for group in found
    )


def _conflicts(study: Study) -> tuple[ConflictShown, ...]:
    rows = StoreConflict.objects.filter(instance__series__study=study)
    return tuple(
        ConflictShown(
            sop_uid=row.instance.uid,
            instance_number=row.instance.number,
            series=row.instance.series.description or row.instance.series.modality,
            name=row.name,
            door=row.door,
            sent_by=row.sent_by,
            arrived_at=row.arrived_at,
        )
        for row in rows.select_related("instance__series").order_by("pk")
    )


def _shows(viewer: Viewer, study: Study) -> tuple[ShownFetus, ...]:
    found = []
    for number in children_shown(study):
        joined = same_child(number)
        filing = fetal_filings(joined).get(study.pk)
        child = Child.objects.get(pk=number)
        # An expert who was asked about one twin learns nothing of the other.
        known = child.hospital_id == viewer.hospital
        known = known or studies_for(viewer).filter(child_id__in=joined).exists()
        if filing is not None and known:
            found.append(ShownFetus(shown_child(child, None), filing))
    return tuple(found)
