"""What a model found and measured as a Comprehensive 3D SR after TID 1500 (IHE AIR).

Every group names the algorithm with its version and says that nobody has looked at it yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import highdicom.sr as structured
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying.dicom.writers.derived import SCHEME, DerivedRefused, WrittenObject
from tongying.dicom.writers.device_report import DeviceReport, write_device_report
from tongying.dicom.writers.measurement_concepts import COMMENT, SIDES, name_of, unit_of
from tongying.dicom.writers.report_parts import evidence_place, rounded, template_of
from tongying.dicom.writers.study_context import ObjectIdentity, StudyContext
from tongying.kernel.ids import uid_of
from tongying.norms.measure import measures

_CONTAINS = structured.RelationshipTypeValues.CONTAINS
DESCRIPTION: Final = "AI 结果（未复核） AI results, not reviewed"
PROCEDURE: Final = Code("AIR000", SCHEME, "Results of a model, not reviewed by a reader")
PROBABILITY: Final = Code("AIR008", SCHEME, "Probability given by the model")
LEVEL: Final = Code("AIR009", SCHEME, "How much it wants to be looked at")
LEVELS: Final = {
    "none": Code("AIR010", SCHEME, "Nothing to look at"),
    "look": Code("AIR011", SCHEME, "To be looked at"),
    "urgent": Code("AIR012", SCHEME, "To be looked at urgently"),
}
MEANING_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding lies.

    Attributes
    ----------
    centre_mm : tuple of float or None
        LPS, in `frame_of_reference_uid`.
    frame_of_reference_uid : str
    image : WrittenObject or None
        On which it is seen best.
    image_point : tuple of float or None
        (column, row) from the centre of the first pixel.
    frame : int or None
        Of a multi-frame image.
    """

    centre_mm: tuple[float, float, float] | None = None
    frame_of_reference_uid: str = ""
    image: WrittenObject | None = None
    image_point: tuple[float, float] | None = None
    frame: int | None = None


@dataclass(frozen=True, slots=True)
class ResultItem:
    """A finding, flag or value of a model.

    Attributes
    ----------
    code : str
        Of the run and the item; tells it apart over reports.
    kind, label : str
        Id of the kind of finding, flag or measure, and its English words.
    value : float or None
        Of a value, in `unit`.
    unit : str
    diameter_mm, volume_mm3, probability : float or None
        Of a finding.
    level : str
        Of a flag: none, look, urgent.
    side : str
        R, L, or empty.
    comments : tuple of str
        English.
    place : Place or None
    """

    code: str
    kind: str
    label: str
    value: float | None = None
    unit: str = ""
    diameter_mm: float | None = None
    volume_mm3: float | None = None
    probability: float | None = None
    level: str = ""
    side: str = ""
    comments: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ResultReport:
    """Everything a run says.

    Attributes
    ----------
    model, version : str
        Card and version.
    items : sequence of ResultItem
    images : sequence of WrittenObject
        What was read, one image at least.
    """

    model: str
    version: str
    items: Sequence[ResultItem]
    images: Sequence[WrittenObject]


def write_ai_result_sr(
    report: ResultReport,
    context: StudyContext,
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write a model's results into the child's study.

    Parameters
    ----------
    report : ResultReport
    context : StudyContext
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If there is no item or no image, or the time has no zone.

    References
    ----------
    DICOM PS3.3 section A.35.13; PS3.16 TID 1500, 1501, 300, 4019; IHE AIR.
    """
    if not report.items or not report.images:
        raise DerivedRefused("A report of results needs a result and the study's images.")
    template = template_of(context)
    evidence = {image.sop_uid: image for image in report.images}
    for one in report.items:
        if one.place is not None and one.place.image is not None:
            evidence[one.place.image.sop_uid] = one.place.image
    written = DeviceReport(
        procedure=PROCEDURE,
        groups=[_group(one, report) for one in report.items],
        evidence=[evidence_place(template, one) for one in evidence.values()],
        study=template,
        description=DESCRIPTION,
    )
    return write_device_report(written, identity=identity, written_at=written_at)


def _group(
    one: ResultItem, report: ResultReport
) -> structured.MeasurementsAndQualitativeEvaluations:
    levels = []
    if one.level:
        levels.append(structured.QualitativeEvaluation(name=LEVEL, value=LEVELS[one.level]))
    measurements = list(_measurements(one))
    group = structured.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=structured.TrackingIdentifier(
            uid=uid_of(f"tongying/ai-result/{one.code}"), identifier=one.code
        ),
        finding_type=_kind(one),
        algorithm_id=structured.AlgorithmIdentification(name=report.model, version=report.version),
        measurements=measurements or None,
        qualitative_evaluations=levels or None,
        source_images=None if measurements and _marks(one) else _images(one),
    )
    items = group[0].ContentSequence
    items.extend(structured.TextContentItem(COMMENT, said, _CONTAINS) for said in _comments(one))
    return group


def _measurements(one: ResultItem) -> Iterator[structured.Measurement]:
    marks = _marks(one)
    known = measures().get(one.kind)
    if one.value is not None:
        name = name_of(known) if known is not None else _kind(one)
        yield structured.Measurement(name, rounded(one.value), unit_of(one.unit))
    if one.diameter_mm is not None:
        yield structured.Measurement(
            codes.SCT.Diameter,
            rounded(one.diameter_mm),
            codes.UCUM.Millimeter,
            referenced_coordinates=marks,
        )
    if one.volume_mm3 is not None:
        yield structured.Measurement(
            codes.SCT.Volume,
            rounded(one.volume_mm3),
            codes.UCUM.CubicMillimeter,
            referenced_coordinates=marks if one.diameter_mm is None else None,
        )
    if one.probability is not None:
        yield structured.Measurement(PROBABILITY, rounded(one.probability), codes.UCUM.NoUnits)


def _marks(
    one: ResultItem,
) -> list[structured.CoordinatesForMeasurement | structured.CoordinatesForMeasurement3D] | None:
    place = one.place
    if place is None:
        return None
    if place.image is not None and place.image_point is not None:
        return [
            structured.CoordinatesForMeasurement(
                graphic_type=structured.GraphicTypeValues.POINT,
                graphic_data=np.array([place.image_point], dtype=np.float64),
                source_image=structured.SourceImageForRegion(
                    place.image.sop_class_uid,
                    place.image.sop_uid,
                    None if place.frame is None else [place.frame],
                ),
            )
        ]
    if place.centre_mm is not None and place.frame_of_reference_uid:
        return [
            structured.CoordinatesForMeasurement3D(
                graphic_type=structured.GraphicTypeValues3D.POINT,
                graphic_data=np.array([place.centre_mm], dtype=np.float64),
                frame_of_reference_uid=place.frame_of_reference_uid,
            )
        ]
    return None


def _kind(one: ResultItem) -> Code:
    return Code(one.kind, SCHEME, one.label[:MEANING_LENGTH])


def _images(one: ResultItem) -> list[structured.SourceImageForMeasurementGroup] | None:
    place = one.place
    if place is None or place.image is None:
        return None
    frames = None if place.frame is None else [place.frame]
    image = place.image
    return [structured.SourceImageForMeasurementGroup(image.sop_class_uid, image.sop_uid, frames)]


def _comments(one: ResultItem) -> Iterator[str]:
    if one.side in SIDES:
        yield {"R": "Side: right.", "L": "Side: left."}[one.side]
    yield from one.comments
