"""Read one DICOM instance: its identity, what is searched, its JSON, where its frames lie.

Tolerant where the meaning is clear (a caveat says so), refusing where it is not. Pixel data and
other large values are located, never loaded.
"""

from __future__ import annotations

import re
import struct
from typing import BinaryIO, ClassVar

from tongying.dicom.charset import choose_charset
from tongying.dicom.dicom_json import JsonEncoder, texts_beyond_ascii
from tongying.dicom.file_format import (
    SYNTAX_CONTRADICTED,
    IsDicomdir,
    OpenedFile,
    open_data_set,
    uid_value,
)
from tongying.dicom.frame_table import FrameTable
from tongying.dicom.instance import (
    InstanceRecord,
    PatientAttributes,
    SeriesAttributes,
    StudyAttributes,
)
from tongying.dicom.parsing import (
    DataSet,
    NotDicom,
    TruncatedDicom,
    UnreadableDicom,
)
from tongying.dicom.pixel_frames import (
    FramesUnclear,
    ShortPixelData,
    frame_table,
    native_syntax,
)
from tongying.dicom.values import ValueReader

__all__ = [
    "FramesUnclear",
    "IsDicomdir",
    "MissingUid",
    "NotDicom",
    "ShortPixelData",
    "TruncatedDicom",
    "UnreadableDicom",
    "read_instance",
]

_UID = re.compile(r"[0-9.]{1,64}", re.ASCII)
_IDENTITY = {
    0x00080016: "SOP Class UID",
    0x00080018: "SOP Instance UID",
    0x0020000D: "Study Instance UID",
    0x0020000E: "Series Instance UID",
}
_DIRECTORY_RECORDS = 0x00041220
_PARSER_ERRORS = (struct.error, ValueError, KeyError, IndexError, OverflowError, RecursionError)
"""What walking hostile bytes may raise beyond our own refusals: struct and int for sizes that do
not add up, UnicodeError (a ValueError) from a codec, seek beyond 63 bits. Lengths are checked
before anything is allocated, so MemoryError is not among them and stays what it is; OSError is
the disk's fault, not the file's."""


class MissingUid(UnreadableDicom):
    """A UID without which the instance cannot be kept is absent or malformed."""

    code: ClassVar[str] = "dicom.uid-missing"


def read_instance(source: BinaryIO, *, size: int) -> InstanceRecord:
    """Read what the archive keeps of an instance.

    Parameters
    ----------
    source : BinaryIO
        Seekable file, open for reading; its position is left anywhere.
    size : int
        Its length in bytes.

    Returns
    -------
    InstanceRecord
        Frame offsets and bulk offsets count from the start of `source`.

    Raises
    ------
    NotDicom
        If the bytes are not DICOM.
    IsDicomdir
        If the file is a DICOMDIR.
    TruncatedDicom
        If the file ends before its data do.
    MissingUid
        If an identifying UID is absent or malformed.
    ShortPixelData
        If pixel data are shorter than the header says.
    FramesUnclear
        If compressed fragments cannot be told apart into frames.
    UnreadableDicom
        If the file is damaged in another way (the base of all these).
    """
    try:
        opened = open_data_set(source, size=size)
        try:
            return _read(opened)
        finally:
            opened.close()
    except _PARSER_ERRORS as error:
        raise UnreadableDicom("The file is damaged: its data cannot be read.") from error


def _read(opened: OpenedFile) -> InstanceRecord:
    data_set = opened.parser.data_set(opened.start, opened.encoding)
    if _DIRECTORY_RECORDS in data_set:
        raise IsDicomdir("The file is a DICOMDIR: it lists other files; send those instead.")
    uids = {tag: _identity(data_set, tag) for tag in _IDENTITY}
    label = data_set.get(0x00080005)
    charset = choose_charset(None if label is None else label.value, texts_beyond_ascii(data_set))
    caveats = set(opened.caveats)
    if charset.caveat:
        caveats.add(charset.caveat)
    values = ValueReader(data_set, opened.encoding, charset, caveats)
    frames = frame_table(opened, data_set, values)
    syntax = native_syntax(opened, data_set)
    if syntax != opened.transfer_syntax_uid:
        caveats.add(SYNTAX_CONTRADICTED)
    located = opened.deflated_at is None and opened.encoding.little
    encoder = JsonEncoder(
        opened.encoding, located=located, load=opened.parser.bytes_at, caveats=caveats
    )
    metadata = encoder.encode(data_set, charset=charset, transfer_syntax_uid=syntax)
    return InstanceRecord(
        sop_class_uid=uids[0x00080016],
        sop_instance_uid=uids[0x00080018],
        transfer_syntax_uid=syntax,
        patient=_patient(values),
        study=_study(values, uids[0x0020000D]),
        series=_series(values, uids[0x0020000E]),
        number=values.integer(0x00200013, "instance number"),
        rows=values.unsigned(0x00280010),
        columns=values.unsigned(0x00280011),
        bits_allocated=values.unsigned(0x00280100),
        frame_count=_frame_count(frames, values),
        metadata=metadata,
        bulk=encoder.bulk,
        frames=frames,
        caveats=tuple(sorted(caveats, key=lambda caveat: (caveat.code, caveat.sentence))),
    )


def _identity(data_set: DataSet, tag: int) -> str:
    uid = uid_value(data_set, tag)
    if not uid:
        raise MissingUid(f"The file has no {_IDENTITY[tag]}.")
    if not _UID.fullmatch(uid):
        raise MissingUid(f"The {_IDENTITY[tag]} of the file is not a UID.", "dicom.uid-invalid")
    return uid


def _frame_count(frames: FrameTable | None, values: ValueReader) -> int | None:
    """Return the number of frames of the pixel data; a video stream's is what its header says."""
    if frames is None:
        return None
    if frames.encapsulated and frames.count == 1:
        stated = values.integer(0x00280008, "number of frames")
        return stated if stated and stated > 0 else 1
    return frames.count


def _patient(values: ValueReader) -> PatientAttributes:
    return PatientAttributes(
        id=values.text(0x00100020) or None,
        issuer=values.text(0x00100021) or None,
        name=values.name(0x00100010),
        birth_date=values.date(0x00100030, "patient's birth date"),
        sex=values.sex(0x00100040),
    )


def _study(values: ValueReader, uid: str) -> StudyAttributes:
    return StudyAttributes(
        uid=uid,
        date=values.date(0x00080020, "study date"),
        time=values.time(0x00080030, "study time"),
        accession_number=values.text(0x00080050),
        id=values.text(0x00200010),
        description=values.text(0x00081030),
        referring_physician=values.name(0x00080090),
        institution=values.text(0x00080080),
        patient_age=values.age(0x00101010),
        patient_weight_kg=values.positive(0x00101030, "patient's weight"),
        patient_size_m=values.positive(0x00101020, "patient's size"),
    )


def _series(values: ValueReader, uid: str) -> SeriesAttributes:
    return SeriesAttributes(
        uid=uid,
        modality=values.text(0x00080060),
        number=values.integer(0x00200011, "series number"),
        description=values.text(0x0008103E),
        body_part=values.text(0x00180015),
        laterality=values.text(0x00200060),
        protocol=values.text(0x00181030),
        manufacturer=values.text(0x00080070),
        station=values.text(0x00081010),
        date=values.date(0x00080021, "series date"),
        time=values.time(0x00080031, "series time"),
        frame_of_reference_uid=values.text(0x00200052),
    )
