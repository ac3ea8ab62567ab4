"""Reading measurements: of a case, a study, a child; each reading of a child is noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Viewer
from tongying.web.cases.rows import shown_child
from tongying.web.cases.shown import ShownChild
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import check_entering, children_for, measurements_for, row_of
from tongying.web.measurements.scoring import ABOUT, scored
from tongying.web.measurements.shown import Shown
from tongying.web.measurements.subject import Asked, subject_of
from tongying.web.records.children import ChildUnknown, same_child
from tongying.web.records.models import Child
from tongying.web.records.reading import study_of
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail


@dataclass(frozen=True, slots=True)
class ChildMeasured:
    """A child with every measurement that the viewer sees, the newest first."""

    child: ShownChild
    lines: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class PlaceStudy:
    """A study something may be measured on."""

    uid: str
    on: date | None
    description: str


@dataclass(frozen=True, slots=True)
class Place:
    """Whom somebody is about to measure, and on what."""

    child: ShownChild
    case: int | None
    studies: tuple[PlaceStudy, ...]


def place_of(viewer: Viewer, asked: Asked) -> Place:
    """Return whom somebody is about to measure, and note the reading.

    Raises
    ------
    MeasuringNotYours
        If the viewer's role enters no measurements.
    CaseNotFound, ObjectNotFound, ChildUnknown
        If the case, study or child does not exist for the viewer.
    SubjectRefused
        If it is not clear whom it is about.
    """
    check_entering(viewer)
    subject = subject_of(viewer, asked)
    child = subject.child
    trail.note_read(viewer.login, "child", str(child.pk), child.hospital_id, door="measurement")
    return Place(
        child=shown_child(child, subject.study.date if subject.study else None),
        case=subject.case.pk if subject.case else None,
        studies=tuple(PlaceStudy(one.uid, one.date, one.description) for one in subject.studies),
    )


def measurements_of_case(viewer: Viewer, case: int) -> tuple[Shown, ...]:
    """Return what was measured in a case or on its studies, struck ones too.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    row = cases_for(viewer).filter(pk=case).first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    studies = row.studies.values("study_id")
    return _read(viewer, measurements_for(viewer).filter(Q(case=row) | Q(study__in=studies)))


def measurements_of_study(viewer: Viewer, uid: str) -> tuple[Shown, ...]:
    """Return what was measured on a study, struck ones too.

    Raises
    ------
    tongying.web.records.reading.ObjectNotFound
        If the study does not exist for the viewer.
    """
    study = study_of(viewer, uid)
    return _read(viewer, measurements_for(viewer).filter(study=study))


def measurements_of_child(viewer: Viewer, number: int) -> ChildMeasured:
    """Return a child's measurements that exist for a viewer, and note the reading.

    Raises
    ------
    ChildUnknown
        If the child does not exist for the viewer.
    """
    child: Child | None = children_for(viewer).filter(pk=number).first()
    if child is None:
        raise ChildUnknown("There is no such child.")
    trail.note_read(viewer.login, "child", str(child.pk), child.hospital_id, door="measurements")
    rows = measurements_for(viewer).filter(child__in=same_child(child.pk))
    return ChildMeasured(shown_child(child, None), _read(viewer, rows))


def measurement_of(viewer: Viewer, code: str) -> Shown:
    """Return one measurement and note the reading.

    Raises
    ------
    MeasurementNotFound
        If it does not exist for the viewer.
    """
    row = row_of(viewer, code)
    trail.note_read(
        viewer.login, "child", str(row.child_id), row.child.hospital_id, door="measurement"
    )
    (shown,) = scored(viewer, [row])
    return shown


def _read(viewer: Viewer, rows: QuerySet[MeasurementRow]) -> tuple[Shown, ...]:
    found = list(rows.select_related(*ABOUT).order_by("-measured_on", "measure", "side", "-pk"))
    return tuple(scored(viewer, found))
