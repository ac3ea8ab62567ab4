"""The measured quality of a registration as a Comprehensive 3D SR after TID 1500.

One measurement group holds the estimated error and its parts, the verdict with its reasons, the
method, the thresholds that were applied and the version that measured; it refers to the fixed and
the moving images and to the registration object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import highdicom.sr as structured
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying import __version__
from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.derived import (
    DerivedRefused,
    WrittenObject,
    source_name,
)
from tongying.dicom.writers.device_report import DeviceReport, write_device_report
from tongying.dicom.writers.fusion_concepts import (
    FIGURES,
    METHODS,
    PROCEDURE,
    REASON,
    VERDICT,
    VERDICTS,
)
from tongying.dicom.writers.report_parts import evidence_place, rounded
from tongying.dicom.writers.study_context import (
    MANUFACTURER,
    ObjectIdentity,
)
from tongying.imaging.quality.estimate import ErrorEstimate, Judgement
from tongying.imaging.registration.result import Method
from tongying.kernel.ids import SeriesUid, SopUid, uid_of

_CONTAINS = structured.RelationshipTypeValues.CONTAINS


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit that the verdict was held against.

    Attributes
    ----------
    name : Code
        In the scheme 99TONGYING.
    value : float
    unit : Code
    """

    name: Code
    value: float
    unit: Code


@dataclass(frozen=True, slots=True)
class FusionQuality:
    """What is reported of a registration.

    Attributes
    ----------
    method : Method
    estimate : ErrorEstimate
    judgement : Judgement
    thresholds : tuple of Threshold
    registration : WrittenObject or None
        The registration object; None where nothing was moved.
    """

    method: Method
    estimate: ErrorEstimate
    judgement: Judgement
    thresholds: tuple[Threshold, ...] = ()
    registration: WrittenObject | None = None


def write_fusion_sr(
    fixed: SourceVolume,
    moving: SourceVolume,
    quality: FusionQuality,
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write the quality of a registration into the fixed image's study.

    It is complete and not verified: no person has signed it.

    Parameters
    ----------
    fixed, moving : SourceVolume
    quality : FusionQuality
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If an image names no instance, or the time has no zone.

    References
    ----------
    DICOM PS3.3 section A.35.13; PS3.16 TID 1500, 1501, 300, 4019, 1002, 1204.
    """
    if not fixed.frames or not moving.frames:
        raise DerivedRefused(
            "A report on a registration needs the images that it brought together."
        )
    report = DeviceReport(
        procedure=PROCEDURE,
        groups=[_group(fixed, moving, quality, identity)],
        evidence=list(_evidence(fixed, moving, quality)),
        study=fixed.template,
        description=source_name(moving),
    )
    return write_device_report(report, identity=identity, written_at=written_at)


def _group(
    fixed: SourceVolume, moving: SourceVolume, quality: FusionQuality, identity: ObjectIdentity
) -> structured.MeasurementsAndQualitativeEvaluations:
    qualitative = [
        structured.QualitativeEvaluation(VERDICT, VERDICTS[quality.judgement.verdict]),
        structured.QualitativeEvaluation(codes.DCM.RegistrationMethod, METHODS[quality.method]),
    ]
    group = structured.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=structured.TrackingIdentifier(
            uid=uid_of(f"{identity.sop_uid}/tracking"), identifier="Registration"
        ),
        algorithm_id=structured.AlgorithmIdentification(
            name="Tongying registration", version=__version__, manufacturer=MANUFACTURER
        ),
        measurements=list(_measurements(quality)),
        qualitative_evaluations=qualitative,
        source_images=[_middle(fixed), _middle(moving)],
    )
    items = group[0].ContentSequence
    items.extend(
        structured.TextContentItem(REASON, reason.sentence, _CONTAINS)
        for reason in quality.judgement.reasons
    )
    if quality.registration is not None:
        items.append(
            structured.CompositeContentItem(
                codes.DCM.SpatialRegistration,
                quality.registration.sop_class_uid,
                quality.registration.sop_uid,
                _CONTAINS,
            )
        )
    return group


def _measurements(quality: FusionQuality) -> Iterator[structured.Measurement]:
    for figure in FIGURES:
        value = figure.of(quality.estimate)
        if value is not None:
            yield structured.Measurement(figure.name, rounded(value), figure.unit)
    for threshold in quality.thresholds:
        yield structured.Measurement(threshold.name, threshold.value, threshold.unit)


def _middle(source: SourceVolume) -> structured.SourceImageForMeasurementGroup:
    frame = source.frames[len(source.frames) // 2]
    return structured.SourceImageForMeasurementGroup(
        frame.sop_class_uid,
        frame.sop_instance_uid,
        None if frame.frame is None else [frame.frame],
    )


def _evidence(
    fixed: SourceVolume, moving: SourceVolume, quality: FusionQuality
) -> Iterator[Dataset]:
    """Yield what highdicom needs to know of each object: its place in the hierarchy."""
    for source in (fixed, moving):
        objects = {frame.sop_instance_uid: frame.sop_class_uid for frame in source.frames}
        for sop_uid, sop_class_uid in objects.items():
            image = WrittenObject(
                series_uid=SeriesUid(source.template.SeriesInstanceUID),
                sop_uid=SopUid(sop_uid),
                sop_class_uid=sop_class_uid,
            )
            yield evidence_place(source.template, image)
    if quality.registration is not None:
        yield evidence_place(fixed.template, quality.registration)
