"""Writing a study's measurements into it as a DICOM structured report."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from django.db import transaction
from django.utils import timezone
from pydicom.dataset import Dataset

from tongying.archive.arrival import Door, Sender
from tongying.archive.ingest import Intake
from tongying.consult.people import Viewer
from tongying.dicom.writers.derived import WrittenObject
from tongying.dicom.writers.measurement_sr import Reported, write_measurement_sr
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict
from tongying.kernel.ids import SeriesUid, SopUid, uid_of
from tongying.norms.measure import measure_of
from tongying.web import now as clock
from tongying.web.cases.documents import context_of
from tongying.web.measurements.drawn_marks import marks_of
from tongying.web.measurements.inserting import MeasurementStruck
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import check_entering, measurements_for, row_of
from tongying.web.measurements.scoring import ABOUT, scored
from tongying.web.measurements.shown import Shown
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex
from tongying.web.records.models import Instance, Study
from tongying.web.trail import store as trail

SERIES_NUMBER: Final = 9010
"""Far above what scanners use, and apart from the opinion's."""
NO_IMAGES: Final = ("SR", "KO", "PR", "DOC", "SEG", "REG", "RWV")
"""Modalities of series that nothing is measured on."""


class NoStudy(BadInput):
    """The value was not measured on images, so there is no study for a report."""

    code: ClassVar[str] = "measurement.no-study"


class ReportNotStored(Conflict):
    """The archive refused the report."""

    code: ClassVar[str] = "measurement.report-not-stored"


def write_report(viewer: Viewer, code: str) -> int:
    """Write all standing measurements of a measurement's study into the study.

    The report carries every score as it stands now. The same measurements with the same scores
    are written once.

    Parameters
    ----------
    viewer : Viewer
    code : str
        Of one of the measurements.

    Returns
    -------
    int
        How many measurements are in it.

    Raises
    ------
    MeasurementNotFound
        If it does not exist for the viewer.
    MeasuringNotYours
        If the viewer's role enters no measurements.
    MeasurementStruck
        If it was struck.
    NoStudy
        If it was not measured on images.
    ReportNotStored
        If the archive refuses the report.
    """
    row = row_of(viewer, code)
    check_entering(viewer)
    if row.struck_at is not None:
        raise MeasurementStruck("This measurement was struck and is written into no report.")
    if row.study is None:
        raise NoStudy("It was not measured on images, so there is no study for a report.")
    study = row.study
    rows = list(
        measurements_for(viewer)
        .filter(study=study, struck_at=None)
        .select_related(*ABOUT, "entered_by__hospital")
        .order_by("measure", "side", "measured_on", "pk")
    )
    shown = [one for one in scored(viewer, rows) if one.known is not None]
    hospitals = {one.code: one.entered_by.hospital.name for one in rows}
    sop_uid = SopUid(uid_of(f"tongying/measurements/{study.uid}/{_state(shown)}"))
    if not Instance.objects.filter(hospital_id=study.hospital_id, uid=sop_uid).exists():
        marks = marks_of(study, [row.drawing for row in rows if row.drawing])
        reported = [
            replace(_reported(one, hospitals[one.code]), marks=marks.get(one.drawing))
            for one in shown
        ]
        file_report(_written(study, reported, sop_uid), study.hospital_id)
    with transaction.atomic():
        MeasurementRow.objects.filter(code__in=[one.code for one in shown]).update(sr_uid=sop_uid)
        trail.append(
            [
                AuditEvent(
                    clock.now(),
                    viewer.login,
                    Action.EXECUTE,
                    "measurement",
                    row.code,
                    study.hospital_id,
                    {"what": "report", "study": study.uid, "count": str(len(shown))},
                )
            ]
        )
    return len(shown)


def _state(shown: Sequence[Shown]) -> str:
    """Return what the report depends on: which measurements, scored by what, with what result."""
    parts = []
    for one in shown:
        digest = one.norm.sha256 if one.norm is not None else ""
        found = one.score
        told = "" if found is None else f"{found.norm}/{digest}/{found.z}/{found.position.value}"
        doubts = ",".join(doubt.code for doubt in found.caveats) if found is not None else ""
        refused = one.refused.code if one.refused is not None else ""
        parts.append(f"{one.code}:{told}:{doubts}:{refused}")
    return "|".join(parts)


def _reported(one: Shown, hospital: str) -> Reported:
    return Reported(
        code=one.code,
        measure=measure_of(one.measure),
        side=one.side,
        value=one.value,
        unit=one.unit,
        measured_on=one.measured_on,
        method=one.method,
        entered_by=f"{one.entered_by}, {hospital}",
        score=one.score,
        norm_sha256=one.norm.sha256 if one.norm is not None else "",
        refusal=one.refused.sentence if one.refused is not None else "",
        caveats=one.caveats,
    )


def _written(study: Study, reported: Sequence[Reported], sop_uid: SopUid) -> Dataset:
    series_uid = SeriesUid(uid_of(f"tongying/measurements/{study.uid}/series"))
    before = Instance.objects.filter(series__uid=series_uid, series__study=study).count()
    images = {image.sop_uid: image for image in evidence_of(study)}
    images |= {one.marks.image.sop_uid: one.marks.image for one in reported if one.marks}
    return write_measurement_sr(
        reported,
        context_of(study),
        list(images.values()),
        identity=ObjectIdentity(series_uid, sop_uid, SERIES_NUMBER, before + 1),
        written_at=timezone.localtime(clock.now()),
    )


def evidence_of(study: Study) -> list[WrittenObject]:
    """Return the first image of each series of the study: the report's evidence.

    Raises
    ------
    NoStudy
        If the study holds no images.
    """
    found: dict[str, WrittenObject] = {}
    rows = (
        Instance.objects.filter(series__study=study)
        .exclude(series__modality__in=NO_IMAGES)
        .order_by("series_id", "number", "pk")
        .values_list("series__uid", "uid", "sop_class_uid")
    )
    for series, uid, sop_class in rows.iterator():
        found.setdefault(series, WrittenObject(SeriesUid(series), SopUid(uid), sop_class))
    if not found:
        raise NoStudy("The study holds no images, so there is nothing a report could refer to.")
    return list(found.values())


def file_report(report: Dataset, hospital: str) -> None:
    """Put a report that the platform wrote into the archive.

    Parameters
    ----------
    report : Dataset
    hospital : str
        Code of the study's hospital.

    Raises
    ------
    ReportNotStored
        If the archive refuses it.
    """
    target = io.BytesIO()
    report.save_as(target, enforce_file_format=True)
    intake = Intake(content_store(), DjangoIndex(), Sender("system", hospital, Door.SELF))
    incoming = intake.incoming()
    incoming.write(target.getvalue())
    intake.offer("measurements", incoming)
    (arrival,) = intake.flush()
    if not arrival.accepted:
        raise ReportNotStored(arrival.reason)
