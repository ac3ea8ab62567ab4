"""Stills and clips of a live ultrasound session as US Image and US Multi-frame Image.

They are what a county's browser captured from the video output of the ultrasound system, before the
line coded it: a still's pixels as they were, a clip's JPEG frames byte for byte as they came. What
the video output does not tell (probe, frequency, depth, scale) is not written.

References
----------
DICOM PS3.3 sections A.6, A.7, C.7.6.5 (cine), C.8.5.6 (US image), C.8.6.1 (conversion type); PS3.5
sections 8.2.1 and A.4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import (
    JPEGBaseline8Bit,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from tongying import __version__
from tongying.dicom.baseline_jpeg import BaselineJpeg, read_baseline_jpeg
from tongying.dicom.writers.derived import DerivedRefused, decimal, file_meta
from tongying.dicom.writers.report_parts import template_of
from tongying.dicom.writers.signer import person_name
from tongying.dicom.writers.study_context import (
    MANUFACTURER,
    ObjectIdentity,
    StudyContext,
    dicom_date,
    short_text,
)

DIGITIZED_VIDEO: Final = "DV"
"""(0008,0064) Conversion Type."""
JPEG_METHOD: Final = "ISO_10918_1"
COMMENT: Final = (
    "Captured from the video output of the ultrasound system during a live session;"
    " the machine's own settings and calibration are not known here."
)
_STEADY_MS: Final = 0.5
"""Frames that follow one another within half a millisecond of the mean are steady."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Whose picture it is, who captured it, when.

    Attributes
    ----------
    context : StudyContext
        The child and the live session's study.
    identity : ObjectIdentity
    captured_at : datetime
        With time zone, in the hospital's local time.
    institution : str
        Where the child was scanned.
    operator : str
        Who stood at the probe's computer, as people write the name; empty where not known.
    series : str
        Description of the series.
    """

    context: StudyContext
    identity: ObjectIdentity
    captured_at: datetime
    institution: str
    operator: str
    series: str


def write_still(pixels: NDArray[np.uint8], capture: Capture) -> Dataset:
    """Write a still uncompressed: the pixels are what they were.

    Parameters
    ----------
    pixels : ndarray
        rows x columns x 3 of red, green, blue; or rows x columns of grey.
    capture : Capture

    Raises
    ------
    DerivedRefused
        If the pixels are not a picture, or the time has no zone.
    WritingRefused
        If a name does not fit its field.
    """
    grey = pixels.ndim == 2
    if pixels.dtype != np.uint8 or not (grey or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise DerivedRefused("A still is a picture of 8 bits, grey or red, green, blue.")
    dataset = _begin(UltrasoundImageStorage, capture)
    rows, columns = pixels.shape[:2]
    _describe(dataset, columns, rows, "MONOCHROME2" if grey else "RGB")
    data = np.ascontiguousarray(pixels).tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB"
    return dataset


def write_jpeg_still(picture: bytes, capture: Capture) -> Dataset:
    """Write a still that came as JPEG, byte for byte.

    Raises
    ------
    NotBaselineJpeg
        If it is no baseline JPEG.
    DerivedRefused, WritingRefused
        As `write_still`.
    """
    dataset = _begin(UltrasoundImageStorage, capture)
    _put_jpegs(dataset, [picture])
    return dataset


def write_clip(pictures: Sequence[bytes], times_ms: Sequence[float], capture: Capture) -> Dataset:
    """Write a clip of JPEG frames, byte for byte, with the times at which they were captured.

    Parameters
    ----------
    pictures : sequence of bytes
        Baseline JPEG files of one size, at least two.
    times_ms : sequence of float
        When each was captured, counted from any moment; growing.
    capture : Capture
        Its time is that of the first frame.

    Raises
    ------
    NotBaselineJpeg
        If a frame is no baseline JPEG.
    DerivedRefused
        If there are fewer than two frames, they differ in size or kind, or the times do not grow.
    WritingRefused
        If a name does not fit its field.
    """
    if len(pictures) < 2 or len(times_ms) != len(pictures):
        raise DerivedRefused("A clip has two frames at least, and a time for each.")
    steps = [later - earlier for earlier, later in pairwise(times_ms)]
    if min(steps) <= 0:
        raise DerivedRefused("The frames of a clip follow one another in time.")
    dataset = _begin(UltrasoundMultiFrameImageStorage, capture)
    _put_jpegs(dataset, pictures)
    dataset.NumberOfFrames = len(pictures)
    _put_cine(dataset, steps)
    return dataset


def _begin(sop_class_uid: str, capture: Capture) -> Dataset:
    if capture.captured_at.utcoffset() is None:
        raise DerivedRefused("The time of capture needs a time zone.")
    at, identity = capture.captured_at, capture.identity
    day, clock = dicom_date(at.date()), f"{at:%H%M%S}.{at.microsecond:06d}"
    dataset = template_of(capture.context)
    dataset.file_meta = file_meta(sop_class_uid, identity.sop_uid)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = day, clock
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class_uid, identity.sop_uid
    dataset.AcquisitionDate = dataset.ContentDate = dataset.SeriesDate = day
    dataset.AcquisitionTime = dataset.ContentTime = dataset.SeriesTime = clock
    dataset.SeriesDate = dicom_date(capture.context.study_date)
    dataset.SeriesTime = dataset.StudyTime
    dataset.Modality = "US"
    dataset.ConversionType = DIGITIZED_VIDEO
    dataset.Manufacturer = dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions = __version__
    dataset.InstitutionName = short_text(capture.institution)
    if capture.operator:
        dataset.OperatorsName = person_name(capture.operator)
    dataset.SeriesDescription = short_text(capture.series)
    dataset.SeriesInstanceUID = identity.series_uid
    dataset.SeriesNumber = identity.series_number
    dataset.InstanceNumber = identity.instance_number
    dataset.Laterality = dataset.PatientOrientation = ""
    dataset.ImageComments = COMMENT
    return dataset


def _describe(dataset: Dataset, columns: int, rows: int, photometric: str) -> None:
    dataset.SamplesPerPixel = 1 if photometric == "MONOCHROME2" else 3
    dataset.PhotometricInterpretation = photometric
    if dataset.SamplesPerPixel == 3:
        dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = rows, columns
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0


def _put_jpegs(dataset: Dataset, pictures: Sequence[bytes]) -> None:
    headers = {read_baseline_jpeg(picture) for picture in pictures}
    if len(headers) != 1:
        raise DerivedRefused("The frames of a clip are of one size and kind.")
    (one,) = headers
    _describe(dataset, one.columns, one.rows, one.photometric)
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionRatio = decimal(_ratio(one, pictures))
    dataset.LossyImageCompressionMethod = JPEG_METHOD
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.PixelData = encapsulate(list(pictures))
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True


def _ratio(one: BaselineJpeg, pictures: Sequence[bytes]) -> float:
    whole = one.columns * one.rows * one.samples * len(pictures)
    return round(whole / sum(map(len, pictures)), 2)


def _put_cine(dataset: Dataset, steps: Sequence[float]) -> None:
    """Write when the frames follow one another: one step for all, or each."""
    mean = sum(steps) / len(steps)
    if max(abs(step - mean) for step in steps) <= _STEADY_MS:
        dataset.FrameTime = decimal(round(mean, 3))
        dataset.FrameIncrementPointer = Tag("FrameTime")
    else:
        dataset.FrameTimeVector = [decimal(round(step, 3)) for step in (0.0, *steps)]
        dataset.FrameIncrementPointer = Tag("FrameTimeVector")
    rate = max(1, round(1000 / mean))
    dataset.CineRate = dataset.RecommendedDisplayFrameRate = rate
    dataset.StartTrim, dataset.StopTrim = 1, len(steps) + 1
    dataset.EffectiveDuration = decimal(round((sum(steps) + mean) / 1000, 3))
