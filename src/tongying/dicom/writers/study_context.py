"""What a new object takes over from the child's study, and what it adds of its own.

Patient and study modules are copied as the study has them, so that an archive files the new object
beside the images. (0008,0201) Timezone Offset From UTC is not written: it would also claim a zone
for the study's own date and time, whose zone is not known. Times of ours that need one are DT.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import ClassVar

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID, ExplicitVRLittleEndian

from tongying import __version__
from tongying.consult.document import Language, OpinionDocument, SignatureStatus
from tongying.consult.document_words import KIND_TITLES
from tongying.kernel.age import Age, AgeUnit
from tongying.kernel.errors import BadInput
from tongying.kernel.ids import SeriesUid, SopUid, StudyUid

MANUFACTURER = "Tongying"
LONG_STRING_LENGTH = 64
"""Characters in a value of LO (PS3.5 section 6.2)."""


class WritingRefused(BadInput):
    """The document cannot be written as a DICOM object."""

    code: ClassVar[str] = "dicom.writing-refused"


@dataclass(frozen=True, slots=True)
class StudyContext:
    """Patient and general study module of the child's study.

    Attributes
    ----------
    patient_name, referring_physician : str
        In DICOM's component form, such as ``"Wang^Xiaoming=王^小明"``; empty where unknown.
    patient_id, issuer : str
        Local id and the issuer that qualifies it.
    birth_date, study_date : date or None
    sex : str or None
        ``"M"``, ``"F"``, ``"O"``; None where unknown.
    study_time : time or None
    study_uid, accession_number, study_id, description : str
    """

    patient_name: str
    patient_id: str
    issuer: str
    birth_date: date | None
    sex: str | None
    study_uid: StudyUid
    study_date: date | None
    study_time: time | None
    accession_number: str = ""
    study_id: str = ""
    description: str = ""
    referring_physician: str = ""


@dataclass(frozen=True, slots=True)
class ObjectIdentity:
    """Ids of the object to be written; its series is its own."""

    series_uid: SeriesUid
    sop_uid: SopUid
    series_number: int
    instance_number: int = 1


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The object that carries the version before."""

    study_uid: StudyUid
    series_uid: SeriesUid
    sop_uid: SopUid


def begin(
    document: OpinionDocument,
    context: StudyContext,
    *,
    sop_class_uid: str,
    modality: str,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Begin an object: file meta, patient, study, series, equipment and SOP common modules.

    Parameters
    ----------
    document : OpinionDocument
        A signed opinion.
    context : StudyContext
        The study the opinion is about.
    sop_class_uid, modality : str
        What is being written.
    identity : ObjectIdentity
    written_at : datetime
        With time zone; becomes the instance creation date and time.

    Returns
    -------
    Dataset
        With `file_meta`, explicit VR little endian, ISO_IR 192.

    Raises
    ------
    WritingRefused
        If the document is not signed, belongs to another study, or a name does not fit its field.

    References
    ----------
    DICOM PS3.3 sections C.7.1.1, C.7.2.1, C.7.2.2, C.7.5.1, C.12.1.
    """
    if document.signature is SignatureStatus.UNSIGNED or document.signed_at is None:
        raise WritingRefused("Only a signed opinion is written as a DICOM object.")
    if document.study.uid != context.study_uid:
        raise WritingRefused("The opinion is about another study than the one it is written into.")
    if written_at.utcoffset() is None:
        raise WritingRefused("The time of writing needs a time zone.")
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(identity.sop_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID

    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.InstanceCreationDate = dicom_date(written_at.date())
    dataset.InstanceCreationTime = dicom_time(written_at.time())
    dataset.SOPClassUID = sop_class_uid
    dataset.SOPInstanceUID = identity.sop_uid
    dataset.InstanceNumber = identity.instance_number
    put_patient_of(dataset, context)
    age = document.age()
    if age is not None:
        dataset.PatientAge = _age_string(age)
    put_study_of(dataset, context)
    dataset.Modality = modality
    dataset.SeriesInstanceUID = identity.series_uid
    dataset.SeriesNumber = identity.series_number
    title = KIND_TITLES[document.kind][Language.ZH_HANS]
    dataset.SeriesDescription = short_text(f"{title} {document.number} v{document.version}")
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions = __version__
    dataset.InstitutionName = short_text(document.answering.name)
    dataset.ContentDate = dicom_date(document.signed_at.date())
    dataset.ContentTime = dicom_time(document.signed_at.time())
    return dataset


def predecessor_item(predecessor: Predecessor, *, sop_class_uid: str) -> Dataset:
    """Return an item of Predecessor Documents Sequence (PS3.3 section C.17.2)."""
    sop = Dataset()
    sop.ReferencedSOPClassUID = sop_class_uid
    sop.ReferencedSOPInstanceUID = predecessor.sop_uid
    series = Dataset()
    series.SeriesInstanceUID = predecessor.series_uid
    series.ReferencedSOPSequence = [sop]
    study = Dataset()
    study.StudyInstanceUID = predecessor.study_uid
    study.ReferencedSeriesSequence = [series]
    return study


def check_predecessor(document: OpinionDocument, predecessor: Predecessor | None) -> None:
    """Raise unless a later version, and only a later version, names the object before it.

    Raises
    ------
    WritingRefused
        If it does not.
    """
    if (document.version > 1) != (predecessor is not None):
        raise WritingRefused("A later version, and no other, names the object of the one before.")


def short_text(text: str) -> str:
    """Return a text that fits one value of LO.

    Raises
    ------
    WritingRefused
        If it is longer than 64 characters or holds a backslash or a control character; it is not
        cut, because a cut name can be another name.
    """
    if len(text) > LONG_STRING_LENGTH or "\\" in text or not text.isprintable():
        raise WritingRefused("A name is too long for its DICOM field, or holds a forbidden sign.")
    return text


def dicom_date(on: date | None) -> str:
    """Return a DA value; empty where unknown."""
    return "" if on is None else on.strftime("%Y%m%d")


def dicom_time(at: time | None) -> str:
    """Return a TM value to the second; empty where unknown."""
    return "" if at is None else at.strftime("%H%M%S")


def put_patient_of(dataset: Dataset, context: StudyContext) -> None:
    """Put who the child is into a dataset; what is not known stays empty."""
    dataset.PatientName = context.patient_name
    dataset.PatientID = context.patient_id
    if context.issuer:
        dataset.IssuerOfPatientID = context.issuer
    dataset.PatientBirthDate = dicom_date(context.birth_date)
    dataset.PatientSex = context.sex or ""


def put_study_of(dataset: Dataset, context: StudyContext) -> None:
    """Put the study into a dataset."""
    dataset.StudyInstanceUID = context.study_uid
    dataset.StudyDate = dicom_date(context.study_date)
    dataset.StudyTime = dicom_time(context.study_time)
    dataset.AccessionNumber = context.accession_number
    dataset.StudyID = context.study_id
    dataset.ReferringPhysicianName = context.referring_physician
    if context.description:
        dataset.StudyDescription = context.description


def _age_string(age: Age) -> str:
    match age.unit:
        case AgeUnit.DAYS:
            return f"{age.days:03d}D"
        case AgeUnit.WEEKS:
            return f"{age.days // 7:03d}W"
        case AgeUnit.MONTHS:
            return f"{age.months:03d}M"
        case AgeUnit.YEARS:
            return f"{age.months // 12:03d}Y"
