"""What an object made by a fusion takes over from the fixed study, and who made it.

All objects of a fusion lie in the fixed image's study: patient and study modules are its own, so
that an archive files them beside the images they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID, ExplicitVRLittleEndian
from pydicom.valuerep import format_number_as_ds

from tongying import __version__
from tongying.dicom.volumes.source import SourceFrame, SourceVolume
from tongying.dicom.writers.study_context import (
    LONG_STRING_LENGTH,
    MANUFACTURER,
    ObjectIdentity,
    dicom_date,
    dicom_time,
)
from tongying.kernel.errors import BadInput
from tongying.kernel.ids import SeriesUid, SopUid, uid_of

RESEARCH_MARK = "仅供研究 Research use only"
"""Begins the description of every derived series."""
SCHEME = "99TONGYING"
"""Coding scheme of concepts that the standard has no code for."""
DEVICE_UID = uid_of("tongying/device")
"""Names this program as an observer, whatever its version."""

_PATIENT = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("IssuerOfPatientID", "PatientAge", "PatientIdentityRemoved", "DeidentificationMethod"),
)
_STUDY = (
    *("StudyDate", "StudyTime", "AccessionNumber", "StudyID"),
    *("ReferringPhysicianName", "StudyDescription"),
)
_TYPE_2 = {
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"),
    *("AccessionNumber", "StudyID", "ReferringPhysicianName"),
}


class DerivedRefused(BadInput):
    """The result of a fusion cannot be written as a DICOM object."""

    code: ClassVar[str] = "dicom.derived-refused"


@dataclass(frozen=True, slots=True)
class SeriesIdentity:
    """Ids of a series of several instances.

    Attributes
    ----------
    series_uid : SeriesUid
    sop_uids : tuple of SopUid
        One for each instance.
    series_number : int
    """

    series_uid: SeriesUid
    sop_uids: tuple[SopUid, ...]
    series_number: int


@dataclass(frozen=True, slots=True)
class WrittenObject:
    """An object that was written before, to be referred to.

    Attributes
    ----------
    series_uid : SeriesUid
    sop_uid : SopUid
    sop_class_uid : str
    """

    series_uid: SeriesUid
    sop_uid: SopUid
    sop_class_uid: str

    @classmethod
    def of(cls, dataset: Dataset) -> WrittenObject:
        """Return the reference to a data set."""
        return cls(
            SeriesUid(str(dataset.SeriesInstanceUID)),
            SopUid(str(dataset.SOPInstanceUID)),
            str(dataset.SOPClassUID),
        )


def begin_derived(
    template: Dataset,
    *,
    sop_class_uid: str,
    modality: str,
    identity: ObjectIdentity,
    description: str,
    written_at: datetime,
) -> Dataset:
    """Begin an object: file meta, patient, study, series, equipment and SOP common modules.

    Parameters
    ----------
    template : Dataset
        Header of an image of the study it joins; its texts are decoded.
    sop_class_uid, modality : str
        What is being written.
    identity : ObjectIdentity
    description : str
        What it is; the research mark is put before it.
    written_at : datetime
        With time zone.

    Returns
    -------
    Dataset
        With `file_meta`, explicit VR little endian, ISO_IR 192.

    Raises
    ------
    DerivedRefused
        If the time has no zone, or the template names no study.

    References
    ----------
    DICOM PS3.3 sections C.7.1.1, C.7.2.1, C.7.2.2, C.7.3.1, C.7.5.1, C.12.1.
    """
    if written_at.utcoffset() is None:
        raise DerivedRefused("The time of writing needs a time zone.")
    if not template.get("StudyInstanceUID"):
        raise DerivedRefused("The fixed image names no study that a result could join.")
    dataset = Dataset()
    dataset.file_meta = file_meta(sop_class_uid, identity.sop_uid)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.InstanceCreationDate = dicom_date(written_at.date())
    dataset.InstanceCreationTime = dicom_time(written_at.time())
    dataset.SOPClassUID = sop_class_uid
    dataset.SOPInstanceUID = identity.sop_uid
    put_study(dataset, template)
    dataset.Modality = modality
    dataset.SeriesInstanceUID = identity.series_uid
    dataset.SeriesNumber = identity.series_number
    dataset.InstanceNumber = identity.instance_number
    dataset.SeriesDescription = series_description(description)
    if template.get("BodyPartExamined"):
        dataset.BodyPartExamined = template.BodyPartExamined
    else:
        dataset.Laterality = str(template.get("Laterality") or "")
    dataset.ContentDate = dicom_date(written_at.date())
    dataset.ContentTime = dicom_time(written_at.time())
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions = __version__
    dataset.DeviceSerialNumber = __version__
    dataset.ContributingEquipmentSequence = [processing_equipment(written_at)]
    return dataset


def file_meta(sop_class_uid: str, sop_uid: str) -> FileMetaDataset:
    """Return the file meta information of an uncompressed object."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(sop_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    return meta


def put_study(dataset: Dataset, template: Dataset) -> None:
    """Write the patient and study modules of a template over those of a data set."""
    for keyword in (*_PATIENT, *_STUDY):
        value = template.get(keyword)
        if value in (None, ""):
            if keyword in _TYPE_2:
                setattr(dataset, keyword, "")
            elif keyword in dataset:
                delattr(dataset, keyword)
        else:
            # A name is written anew, in this object's own character set.
            setattr(dataset, keyword, str(value))
    dataset.StudyInstanceUID = template.StudyInstanceUID


def series_description(what: str) -> str:
    """Return the research mark and what the series is, within 64 bytes.

    The standard allows 64 characters; programs that count bytes call a longer one invalid.

    Examples
    --------
    >>> series_description("PET")
    '仅供研究 Research use only: PET'
    """
    clean = "".join(sign for sign in what if sign.isprintable() and sign != "\\").strip()
    whole = f"{RESEARCH_MARK}: {clean}"
    if len(whole.encode()) <= LONG_STRING_LENGTH:
        return whole
    room = LONG_STRING_LENGTH - len("…".encode())
    return whole.encode()[:room].decode(errors="ignore") + "…"


def processing_equipment(written_at: datetime) -> Dataset:
    """Return this program as an item of Contributing Equipment Sequence."""
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = [code_item(codes.DCM.ProcessingEquipment)]
    item.Manufacturer = MANUFACTURER
    item.ManufacturerModelName = MANUFACTURER
    item.SoftwareVersions = __version__
    item.ContributionDateTime = f"{written_at:%Y%m%d%H%M%S%z}"
    item.ContributionDescription = "Registration and derived images, research use only"
    return item


def code_item(code: Code) -> Dataset:
    """Return a concept as an item of a code sequence."""
    item = Dataset()
    item.CodeValue = code.value
    item.CodingSchemeDesignator = code.scheme_designator
    if code.scheme_version:
        item.CodingSchemeVersion = code.scheme_version
    item.CodeMeaning = code.meaning
    return item


def decimal(value: float) -> str:
    """Return a number as DS of at most 16 characters, as exact as they allow."""
    return format_number_as_ds(float(value) + 0.0)


def content_identification(dataset: Dataset, label: str, description: str) -> None:
    """Write the Content Identification Macro (PS3.3 table 10-12)."""
    dataset.ContentLabel = label
    dataset.ContentDescription = description[:LONG_STRING_LENGTH]
    dataset.ContentCreatorName = f"{MANUFACTURER}^"


def image_items(frames: Iterable[SourceFrame]) -> list[Dataset]:
    """Return references to images, each instance once with its frames (PS3.3 table 10-3)."""
    found: dict[str, Dataset] = {}
    numbers: dict[str, list[int]] = {}
    for frame in frames:
        if frame.sop_instance_uid not in found:
            item = Dataset()
            item.ReferencedSOPClassUID = frame.sop_class_uid
            item.ReferencedSOPInstanceUID = frame.sop_instance_uid
            found[frame.sop_instance_uid] = item
        if frame.frame is not None:
            numbers.setdefault(frame.sop_instance_uid, []).append(frame.frame)
    for uid, frame_numbers in numbers.items():
        found[uid].ReferencedFrameNumber = sorted(set(frame_numbers))
    return list(found.values())


def put_common_references(dataset: Dataset, sources: Iterable[SourceVolume]) -> None:
    """Write the Common Instance Reference module: which series and studies are referred to.

    References
    ----------
    DICOM PS3.3 section C.12.2.
    """
    here: list[Dataset] = []
    elsewhere: dict[str, list[Dataset]] = {}
    for source in sources:
        series = Dataset()
        series.SeriesInstanceUID = source.template.SeriesInstanceUID
        series.ReferencedInstanceSequence = _whole_instances(source.frames)
        study = str(source.template.StudyInstanceUID)
        if study == dataset.StudyInstanceUID:
            here.append(series)
        else:
            elsewhere.setdefault(study, []).append(series)
    if here:
        dataset.ReferencedSeriesSequence = here
    if elsewhere:
        dataset.StudiesContainingOtherReferencedInstancesSequence = []
        for study, items in elsewhere.items():
            other = Dataset()
            other.StudyInstanceUID = study
            other.ReferencedSeriesSequence = items
            dataset.StudiesContainingOtherReferencedInstancesSequence.append(other)


def source_name(source: SourceVolume) -> str:
    """Return what the series of a volume calls itself, else its modality."""
    return str(source.template.get("SeriesDescription") or source.volume.modality or "image")


def _whole_instances(frames: Iterable[SourceFrame]) -> list[Dataset]:
    items = image_items(frames)
    for item in items:
        if "ReferencedFrameNumber" in item:
            del item.ReferencedFrameNumber
    return items
