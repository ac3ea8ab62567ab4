"""The attributes that the index can match and return, with tag, VR and column.

Levels and required keys follow DICOM PS3.4 table C.6-5 (study root) and PS3.18 tables 10.6.1-5 and
10.6.3-3 to 10.6.3-5.
"""

from __future__ import annotations

from dataclasses import dataclass

from tongying.archive.query import Level


@dataclass(frozen=True, slots=True)
class Attribute:
    """An indexed attribute.

    Attributes
    ----------
    keyword, tag, vr : str
        Tag as eight hexadecimal digits.
    level : Level
    columns : tuple of str
        Columns relative to the level's table; a person name has three.
    always : bool
        Whether it is returned without being asked for.
    """

    keyword: str
    tag: str
    vr: str
    level: Level
    columns: tuple[str, ...]
    always: bool = True


def _study(keyword: str, tag: str, vr: str, *columns: str, always: bool = True) -> Attribute:
    return Attribute(keyword, tag, vr, Level.STUDY, columns, always)


def _series(keyword: str, tag: str, vr: str, column: str, *, always: bool = True) -> Attribute:
    return Attribute(keyword, tag, vr, Level.SERIES, (column,), always)


def _image(keyword: str, tag: str, vr: str, column: str, *, always: bool = True) -> Attribute:
    return Attribute(keyword, tag, vr, Level.IMAGE, (column,), always)


ATTRIBUTES: tuple[Attribute, ...] = (
    _study("StudyDate", "00080020", "DA", "date"),
    _study("StudyTime", "00080030", "TM", "time"),
    _study("AccessionNumber", "00080050", "SH", "accession_number"),
    _study("ModalitiesInStudy", "00080061", "CS", "modalities"),
    _study("ReferringPhysicianName", "00080090", "PN", "referring_physician"),
    _study("StudyDescription", "00081030", "LO", "description"),
    _study("InstitutionName", "00080080", "LO", "institution", always=False),
    _study(
        "PatientName",
        "00100010",
        "PN",
        "child__name_alphabetic",
        "child__name_ideographic",
        "child__name_phonetic",
    ),
    _study("PatientID", "00100020", "LO", "child__local_id"),
    _study("IssuerOfPatientID", "00100021", "LO", "child__issuer", always=False),
    _study("PatientBirthDate", "00100030", "DA", "child__birth_date"),
    _study("PatientSex", "00100040", "CS", "child__sex"),
    _study("PatientAge", "00101010", "AS", "patient_age", always=False),
    _study("PatientSize", "00101020", "DS", "size_m", always=False),
    _study("PatientWeight", "00101030", "DS", "weight_kg", always=False),
    _study("StudyInstanceUID", "0020000D", "UI", "uid"),
    _study("StudyID", "00200010", "SH", "study_id"),
    _study("NumberOfStudyRelatedSeries", "00201206", "IS", "series_count"),
    _study("NumberOfStudyRelatedInstances", "00201208", "IS", "instance_count"),
    _series("Modality", "00080060", "CS", "modality"),
    _series("SeriesDate", "00080021", "DA", "date"),
    _series("SeriesTime", "00080031", "TM", "time"),
    _series("Manufacturer", "00080070", "LO", "manufacturer", always=False),
    _series("StationName", "00081010", "SH", "station", always=False),
    _series("SeriesDescription", "0008103E", "LO", "description"),
    _series("BodyPartExamined", "00180015", "CS", "body_part"),
    _series("ProtocolName", "00181030", "LO", "protocol", always=False),
    _series("SeriesInstanceUID", "0020000E", "UI", "uid"),
    _series("SeriesNumber", "00200011", "IS", "number"),
    _series("FrameOfReferenceUID", "00200052", "UI", "frame_of_reference_uid", always=False),
    _series("Laterality", "00200060", "CS", "laterality", always=False),
    _series("NumberOfSeriesRelatedInstances", "00201209", "IS", "instance_count"),
    _image("SOPClassUID", "00080016", "UI", "sop_class_uid"),
    _image("SOPInstanceUID", "00080018", "UI", "uid"),
    _image("AvailableTransferSyntaxUID", "00083002", "UI", "transfer_syntax_uid"),
    _image("InstanceNumber", "00200013", "IS", "number"),
    _image("NumberOfFrames", "00280008", "IS", "frame_count"),
    _image("Rows", "00280010", "US", "rows"),
    _image("Columns", "00280011", "US", "columns"),
    _image("BitsAllocated", "00280100", "US", "bits_allocated"),
)

BY_KEYWORD = {attribute.keyword: attribute for attribute in ATTRIBUTES}
BY_TAG = {attribute.tag: attribute for attribute in ATTRIBUTES}

PREFIX: dict[Level, dict[Level, str]] = {
    Level.STUDY: {Level.STUDY: ""},
    Level.SERIES: {Level.STUDY: "study__", Level.SERIES: ""},
    Level.IMAGE: {Level.STUDY: "series__study__", Level.SERIES: "series__", Level.IMAGE: ""},
}
"""From the table a search starts at to the table an attribute lives in."""
