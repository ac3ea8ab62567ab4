"""Real images that public test packages ship, under an invented child's name.

Only what makes the picture is taken over, element by element; names, dates, UIDs, private groups
and everything else of the original stay behind. The packages are ``pydicom`` and ``pydicom-data``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID

from tongying.dicom.phantoms.header import PhantomStudy, identify
from tongying.kernel.errors import NotFound
from tongying.kernel.ids import uid_of

SAMPLE = "示例图 sample image"
SERIES = 1
_PICTURE_GROUPS = {0x0028}
_OVERLAY_GROUPS = range(0x6000, 0x6020, 2)
_KEPT = (
    "SOPClassUID",
    "Modality",
    "ImageType",
    "ConversionType",
    "Manufacturer",
    "BodyPartExamined",
    "ViewPosition",
    "KVP",
    "SliceThickness",
    "ScanningSequence",
    "SequenceVariant",
    "ScanOptions",
    "MRAcquisitionType",
    "RepetitionTime",
    "EchoTime",
    "InversionTime",
    "EchoTrainLength",
    "MagneticFieldStrength",
    "FlipAngle",
    "ImagerPixelSpacing",
    "PatientPosition",
    "PatientOrientation",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "FrameTime",
    "RecommendedDisplayFrameRate",
    "CineRate",
    "SequenceOfUltrasoundRegions",
    "PixelData",
)


class SampleMissing(NotFound):
    """An image that the demo borrows is not installed."""

    code: ClassVar[str] = "demo.sample-missing"


@dataclass(frozen=True, slots=True)
class Sample:
    """An image of a test package.

    Attributes
    ----------
    file : str
        Its file name there.
    what : str
        For the series description.
    body_part : str
    blank_rows : tuple of two int
        First and last row (exclusive) to black out, because something is written there.
    """

    file: str
    what: str
    body_part: str
    blank_rows: tuple[int, int] = (0, 0)


def borrowed(study: PhantomStudy, sample: Sample) -> Iterator[Dataset]:
    """Yield a sample image as the one image of an invented child's study.

    Raises
    ------
    SampleMissing
        If the package that ships it is not installed.
    """
    original = dcmread(_path(sample.file))
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = original.SOPClassUID
    meta.MediaStorageSOPInstanceUID = UID(uid_of(f"{study.seed}/{SERIES}/1"))
    meta.TransferSyntaxUID = original.file_meta.TransferSyntaxUID
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    dataset = Dataset()
    dataset.file_meta = meta
    for element in original:
        tag = element.tag
        if tag.group in _PICTURE_GROUPS or tag.group in _OVERLAY_GROUPS or element.keyword in _KEPT:
            dataset.add(element)
    identify(dataset, study)
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.SeriesInstanceUID = uid_of(f"{study.seed}/{SERIES}")
    dataset.SeriesNumber = SERIES
    dataset.SeriesDescription = f"{SAMPLE} {sample.what}"
    dataset.BodyPartExamined = sample.body_part
    dataset.InstanceNumber = 1
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Only picture elements kept; invented child"
    if "ImagePositionPatient" in dataset:
        dataset.FrameOfReferenceUID = uid_of(f"{study.seed}/frame-of-reference")
        dataset.PositionReferenceIndicator = ""
    _black_out(dataset, sample.blank_rows)
    yield dataset


def _path(file: str) -> Path:
    found = get_testdata_file(file, download=False)
    if not isinstance(found, str):
        raise SampleMissing(f"The sample image {file} is not installed (package pydicom-data).")
    return Path(found)


def _black_out(dataset: Dataset, rows: tuple[int, int]) -> None:
    """Set rows of an uncompressed, colour-by-pixel image of one frame to zero."""
    first, last = rows
    if first == last:
        return
    line = dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated // 8
    pixels = bytearray(dataset.PixelData)
    pixels[first * line : last * line] = bytes((last - first) * line)
    dataset.PixelData = bytes(pixels)
