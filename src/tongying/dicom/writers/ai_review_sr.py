"""What a reader said of a model's findings as a Comprehensive 3D SR after TID 1500.

The reader is the observer, the model is named as the algorithm, and the model's own report is
referred to: an archive can tell later what was offered and what a person made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import highdicom.sr as structured
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying.dicom.writers.derived import SCHEME, DerivedRefused, WrittenObject
from tongying.dicom.writers.device_report import DeviceReport, write_device_report
from tongying.dicom.writers.drawn_marks import DrawnMarks, coordinates_of
from tongying.dicom.writers.measurement_concepts import COMMENT, SIDES, unit_of
from tongying.dicom.writers.report_parts import evidence_place, rounded, template_of
from tongying.dicom.writers.signer import person_name
from tongying.dicom.writers.study_context import ObjectIdentity, StudyContext
from tongying.kernel.ids import uid_of

_CONTAINS = structured.RelationshipTypeValues.CONTAINS
DESCRIPTION: Final = "AI 结果复核 AI review"
PROCEDURE: Final = Code("AIR001", SCHEME, "Review of a model's results by a reader")
DECISION: Final = Code("AIR002", SCHEME, "What the reader said of the result")
DECISIONS: Final = {
    "accept": Code("AIR003", SCHEME, "Accepted"),
    "edit": Code("AIR004", SCHEME, "Accepted with changes"),
    "reject": Code("AIR005", SCHEME, "Rejected"),
    "missed": Code("AIR006", SCHEME, "Found by the reader, not by the model"),
}
REVIEWED: Final = Code("AIR007", SCHEME, "Report of the model that was reviewed")
MEANING_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One item with the reader's word.

    Attributes
    ----------
    code : str
        Of the run and the item; tells it apart over reports.
    kind, label : str
        Id of the kind of finding, flag or measure, and its English words.
    decision : str
        accept, edit, reject or missed.
    model, version : str
        Card and version of the model that was looked at.
    diameter_mm : float or None
        As the reader leaves it; None where there is none, or the item was rejected.
    value : float or None
        Of a value, in `unit`.
    unit : str
    side : str
        R, L, or empty.
    comments : tuple of str
        English.
    marks : DrawnMarks or None
        Where it lies on an image.
    report : WrittenObject or None
        The model's own report of it.
    """

    code: str
    kind: str
    label: str
    decision: str
    model: str
    version: str
    diameter_mm: float | None = None
    value: float | None = None
    unit: str = ""
    side: str = ""
    comments: tuple[str, ...] = ()
    marks: DrawnMarks | None = None
    report: WrittenObject | None = None


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """A reader's decisions on a study.

    Attributes
    ----------
    reader, hospital : str
        Names of the person and of their hospital.
    items : sequence of Reviewed
    images : sequence of WrittenObject
        Of the study, one at least.
    """

    reader: str
    hospital: str
    items: Sequence[Reviewed]
    images: Sequence[WrittenObject]


def write_ai_review_sr(
    report: ReviewReport,
    context: StudyContext,
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write a reader's decisions into the child's study.

    It is complete and not verified: the reader's decisions were recorded, nothing was signed.

    Parameters
    ----------
    report : ReviewReport
    context : StudyContext
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If there is no item or no image, or the time has no zone.
    WritingRefused
        If the reader's name does not fit.

    References
    ----------
    DICOM PS3.3 section A.35.13; PS3.16 TID 1500, 1501, 300, 1002, 1003, 1204, 4019.
    """
    if not report.items or not report.images:
        raise DerivedRefused("A report of a review needs a decision and the study's images.")
    template = template_of(context)
    evidence = {image.sop_uid: image for image in report.images}
    for one in report.items:
        if one.marks is not None:
            evidence[one.marks.image.sop_uid] = one.marks.image
        if one.report is not None:
            evidence[one.report.sop_uid] = one.report
    written = DeviceReport(
        procedure=PROCEDURE,
        groups=[_group(one) for one in report.items],
        evidence=[evidence_place(template, one) for one in evidence.values()],
        study=template,
        description=DESCRIPTION,
        reader=structured.ObserverContext(
            observer_type=codes.DCM.Person,
            observer_identifying_attributes=structured.PersonObserverIdentifyingAttributes(
                name=person_name(report.reader), organization_name=report.hospital
            ),
        ),
    )
    return write_device_report(written, identity=identity, written_at=written_at)


def _group(one: Reviewed) -> structured.MeasurementsAndQualitativeEvaluations:
    group = structured.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=structured.TrackingIdentifier(
            uid=uid_of(f"tongying/ai-review/{one.code}"), identifier=one.code
        ),
        finding_type=_kind(one) if one.kind else codes.SCT.ImagingFinding,
        algorithm_id=None
        if one.decision == "missed"
        else structured.AlgorithmIdentification(name=one.model, version=one.version),
        measurements=list(_measurements(one)) or None,
        qualitative_evaluations=[
            structured.QualitativeEvaluation(name=DECISION, value=DECISIONS[one.decision])
        ],
        source_images=_images(one),
    )
    items = group[0].ContentSequence
    if one.report is not None:
        items.append(
            structured.CompositeContentItem(
                name=REVIEWED,
                referenced_sop_class_uid=one.report.sop_class_uid,
                referenced_sop_instance_uid=one.report.sop_uid,
                relationship_type=_CONTAINS,
            )
        )
    items.extend(structured.TextContentItem(COMMENT, said, _CONTAINS) for said in _comments(one))
    return group


def _measurements(one: Reviewed) -> Iterator[structured.Measurement]:
    marks = None if one.marks is None else coordinates_of(one.marks)
    if one.diameter_mm is not None:
        yield structured.Measurement(
            codes.SCT.Diameter,
            rounded(one.diameter_mm),
            codes.UCUM.Millimeter,
            referenced_coordinates=marks,
        )
    if one.value is not None:
        yield structured.Measurement(_kind(one), rounded(one.value), unit_of(one.unit))


def _kind(one: Reviewed) -> Code:
    return Code(one.kind, SCHEME, one.label[:MEANING_LENGTH])


def _images(one: Reviewed) -> list[structured.SourceImageForMeasurementGroup] | None:
    """Return the image of a finding that has no measurement to carry its place."""
    if one.marks is None or one.diameter_mm is not None:
        return None
    image, frame = one.marks.image, one.marks.frame
    return [
        structured.SourceImageForMeasurementGroup(
            image.sop_class_uid, image.sop_uid, None if frame is None else [frame]
        )
    ]


def _comments(one: Reviewed) -> Iterator[str]:
    if one.side in SIDES:
        yield {"R": "Side: right.", "L": "Side: left."}[one.side]
    yield from one.comments
