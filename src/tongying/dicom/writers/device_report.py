"""A TID 1500 report that the platform itself made: complete, and verified by no person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import highdicom.sr as structured
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import Comprehensive3DSRStorage

from tongying import __version__
from tongying.dicom.writers.derived import (
    DEVICE_UID,
    file_meta,
    processing_equipment,
    put_study,
    series_description,
)
from tongying.dicom.writers.multi_frame import coding_schemes, content_arguments
from tongying.dicom.writers.study_context import (
    MANUFACTURER,
    ObjectIdentity,
    dicom_date,
    dicom_time,
)


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What a report says.

    Attributes
    ----------
    procedure : Code
        Reported procedure.
    groups : sequence of MeasurementsAndQualitativeEvaluations
    evidence : sequence of Dataset
        Objects it speaks of, with patient, study and series.
    study : Dataset
        Whose patient and study it takes over.
    description : str
        Of its series.
    reader : ObserverContext or None
        The person whose word it is; None where the platform alone speaks.
    """

    procedure: Code
    groups: Sequence[structured.MeasurementsAndQualitativeEvaluations]
    evidence: Sequence[Dataset]
    study: Dataset
    description: str
    reader: structured.ObserverContext | None = None


def write_device_report(
    report: DeviceReport, *, identity: ObjectIdentity, written_at: datetime
) -> Dataset:
    """Write a report as a Comprehensive 3D SR.

    Parameters
    ----------
    report : DeviceReport
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    References
    ----------
    DICOM PS3.3 section A.35.13; PS3.16 TID 1500, 1002, 1204.
    """
    content = structured.MeasurementReport(
        observation_context=structured.ObservationContext(
            observer_person_context=report.reader,
            observer_device_context=structured.ObserverContext(
                observer_type=codes.DCM.Device,
                observer_identifying_attributes=structured.DeviceObserverIdentifyingAttributes(
                    uid=DEVICE_UID,
                    manufacturer_name=MANUFACTURER,
                    model_name=MANUFACTURER,
                    serial_number=__version__,
                ),
            ),
        ),
        procedure_reported=report.procedure,
        imaging_measurements=list(report.groups),
        title=codes.DCM.ImagingMeasurementReport,
        language_of_content_item_and_descendants=structured.LanguageOfContentItemAndDescendants(
            structured.CodedConcept("en", "RFC5646", "English")
        ),
    )
    arguments = content_arguments(written_at)
    del arguments["content_creator_name"]
    written = structured.Comprehensive3DSR(
        evidence=list(report.evidence),
        content=content[0],
        series_instance_uid=identity.series_uid,
        series_number=identity.series_number,
        sop_instance_uid=identity.sop_uid,
        instance_number=identity.instance_number,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_final=True,
        is_verified=False,
        coding_schemes=coding_schemes((report.procedure,)),
        **arguments,
    )
    dataset = Dataset()
    dataset.update(written)
    dataset.file_meta = file_meta(Comprehensive3DSRStorage, identity.sop_uid)
    put_study(dataset, report.study)
    dataset.SeriesDescription = series_description(report.description)
    dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions = dataset.DeviceSerialNumber = __version__
    for keyword in ("SeriesDate", "SeriesTime"):
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.ContributingEquipmentSequence = [processing_equipment(written_at)]
    dataset.InstanceCreationDate = dicom_date(written_at.date())
    dataset.InstanceCreationTime = dicom_time(written_at.time())
    return dataset
