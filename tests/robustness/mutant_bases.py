"""The files that mutants are made of: what packages ship, and one Chinese file written here.

Each base carries its identity as fixed-length text, so that every mutant gets UIDs of its own
before it is damaged: otherwise all but the first would be conflicts of one another.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass, replace
from functools import cache

from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.10.1999"
PER_STUDY = 8
"""Mutants of one base that share a study: damage to one meets its neighbours."""

SOURCES = {
    "ct-native": "CT_small.dcm",
    "mr-implicit": "MR_small_implicit.dcm",
    "mr-big-endian": "MR_small_bigendian.dcm",
    "mr-rle": "MR_small_RLE.dcm",
    "mr-jpeg-2000": "MR_small_jp2klossless.dcm",
    "mr-jpeg-ls": "MR_small_jpeg_ls_lossless.dcm",
    "sc-jpeg": "SC_rgb_jpeg_dcmtk.dcm",
    "ct-jpeg-extended": "JPGExtended.dcm",
    "us-rle-frames": "OBXXXX1A_rle_2frame.dcm",
    "mr-jpeg-ls-frames": "emri_small_jpeg_ls_lossless.dcm",
    "sc-rgb-frames": "SC_rgb_rle_2frame.dcm",
    "rt-dose-frames": "rtdose.dcm",
    "seg-bits": "liver_1frame.dcm",
    "sr": "reportsi.dcm",
    "deflated": "image_dfl.dcm",
}


@dataclass(frozen=True, slots=True)
class Field:
    """Where an element lies in a base: tag, VR, offset of its value, length in bytes."""

    tag: int
    vr: str
    at: int
    length: int
    implicit: bool

    @property
    def length_at(self) -> int:
        """Offset of the length field."""
        return self.at - (4 if self.implicit or self.long else 2)

    @property
    def long(self) -> bool:
        """Whether the length field has four bytes."""
        return self.vr in ("OB", "OW", "OD", "OF", "OL", "OV", "SQ", "UC", "UN", "UR", "UT")


@dataclass(frozen=True, slots=True)
class Base:
    """A whole file, inflated if it was deflated, and where things lie in it."""

    name: str
    data: bytes
    body_at: int
    fields: tuple[Field, ...]
    deflated: bool
    order: str
    sop_class: str
    syntax: str

    def numbered(self, number: int) -> Base:
        """Return the base with the identity of one mutant."""
        width = len(SOURCES) + 1
        study = number % width + width * (number // (width * PER_STUDY))
        data = self.data
        for kind, value in (("1", study), ("2", study), ("3", number)):
            data = data.replace(_uid(kind, 0).encode(), _uid(kind, value).encode())
        return replace(self, data=data)

    @property
    def pixels_at(self) -> int:
        """Offset of the pixels, or of the last value where there are none."""
        return next((one.at for one in self.fields if one.tag == 0x7FE00010), self.fields[-1].at)


def sop_uid(number: int) -> str:
    """Return the SOP Instance UID of a mutant."""
    return _uid("3", number)


def packed(base: Base, data: bytes) -> bytes:
    """Deflate a changed file again where its base was deflated."""
    if not base.deflated:
        return data
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = squeeze.compress(data[base.body_at :]) + squeeze.flush()
    return data[: base.body_at] + body + b"\0" * (len(body) % 2)


@cache
def bases() -> tuple[Base, ...]:
    """Return every base."""
    made = [
        _base(name, dcmread(get_testdata_file(file, download=False)))
        for name, file in SOURCES.items()
    ]
    return (*made, _base("chinese", _chinese()))


def _uid(kind: str, number: int) -> str:
    return f"{ROOT}.{kind}.{10_000_000 + number}"


def _base(name: str, image: Dataset) -> Base:
    image.StudyInstanceUID = _uid("1", 0)
    image.SeriesInstanceUID = _uid("2", 0)
    image.SOPInstanceUID = _uid("3", 0)
    image.file_meta.MediaStorageSOPInstanceUID = _uid("3", 0)
    image.PatientID = f"M-{name}"
    syntax = str(image.file_meta.TransferSyntaxUID)
    target = io.BytesIO()
    image.save_as(target, enforce_file_format=True)
    data = target.getvalue()
    body_at = 144 + struct.unpack_from("<L", data, 140)[0]
    deflated = syntax == DeflatedExplicitVRLittleEndian
    plain = data
    if deflated:
        body = zlib.decompress(data[body_at:], -zlib.MAX_WBITS)
        data = data[:body_at] + body
        # Read back as plain explicit VR, only to find where the elements lie.
        plain = data.replace(syntax.encode(), f"{ExplicitVRLittleEndian}\0\0\0".encode(), 1)
    return Base(
        name=name,
        data=data,
        body_at=body_at,
        fields=tuple(_fields(plain)),
        deflated=deflated,
        order=">" if name.endswith("big-endian") else "<",
        sop_class=str(image.SOPClassUID),
        syntax=syntax,
    )


def _fields(data: bytes) -> list[Field]:
    image = dcmread(io.BytesIO(data))
    raw = [image.get_item(tag) for tag in image.keys()]  # noqa: SIM118 - items must stay raw
    return [
        Field(int(one.tag), one.VR or "", one.value_tell, one.length, one.is_implicit_VR)
        for one in raw
        if getattr(one, "value_tell", 0)
    ]


def _chinese() -> Dataset:
    """Return a small image with GB18030 text in nested sequences."""
    image = Dataset()
    image.SpecificCharacterSet = "GB18030"
    image.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    image.StudyDate, image.StudyTime, image.Modality = "20260301", "101500", "OT"
    image.PatientName, image.PatientBirthDate = "Wang^XiaoDong=王^小东", "20190101"
    image.PatientSex, image.PatientAge, image.PatientWeight = "M", "007Y", "21.5"
    image.StudyDescription, image.SeriesDescription = "胸部平扫，随访", "横断位"
    inner = Dataset()
    inner.CodeValue, inner.CodingSchemeDesignator, inner.CodeMeaning = "T-28000", "SRT", "肺"
    outer = Dataset()
    outer.RequestedProcedureDescription = "请看右上肺小结节"
    outer.RequestedProcedureCodeSequence = Sequence([inner, inner])
    image.RequestAttributesSequence = Sequence([outer, outer])
    image.SeriesNumber, image.InstanceNumber = 1, 1
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = 32
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation = 7, 0
    image.PixelData = bytes(range(256)) * 4
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return image
