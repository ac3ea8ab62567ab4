"""What every phantom instance carries: child, study, series, and that it is synthetic."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID, ExplicitVRLittleEndian

from tongying.kernel.ids import uid_of

MARK = "合成体模 synthetic"
"""Stands in the description of every phantom series."""
MANUFACTURER = "Tongying phantom"
_DAYS_OF_MONTH = 30.4375
"""Mean length of a month, in days, for (0010,1010) Patient's Age."""


@dataclass(frozen=True, slots=True)
class PhantomChild:
    """The invented child.

    Attributes
    ----------
    id : str
        Local patient id.
    name : str
        As in a PN element, such as ``"Zhao^Ming=赵^明"``.
    birth_date : date
    sex : str
        ``"M"`` or ``"F"``.
    weight_kg, size_m : float
    """

    id: str
    name: str
    birth_date: date
    sex: str
    weight_kg: float
    size_m: float


@dataclass(frozen=True, slots=True)
class PhantomStudy:
    """The invented visit.

    Attributes
    ----------
    child : PhantomChild
    seed : str
        Every UID and every random number comes from this text.
    at : datetime
        When the study began, in the hospital's local time.
    description : str
    institution : str
    """

    child: PhantomChild
    seed: str
    at: datetime
    description: str
    institution: str


@dataclass(frozen=True, slots=True)
class PhantomSeries:
    """A series of a phantom study.

    Attributes
    ----------
    sop_class_uid : str
    modality : str
    number : int
        Series number; also what keeps the UIDs of a study's series apart.
    what : str
        What follows `MARK` in the series description.
    body_part : str
        Defined term of (0018,0015).
    """

    sop_class_uid: str
    modality: str
    number: int
    what: str
    body_part: str


def random_of(text: str) -> np.random.Generator:
    """Return the random numbers that belong to a text."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def patient_age(birth_date: date, on: date) -> str:
    """Return (0010,1010) for a day: days up to 90, months up to 24, then years.

    Examples
    --------
    >>> patient_age(date(2026, 1, 1), date(2026, 1, 10))
    '009D'
    """
    days = (on - birth_date).days
    if days <= 90:
        return f"{days:03d}D"
    months = int(days / _DAYS_OF_MONTH)
    if months < 24:
        return f"{months:03d}M"
    years = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    return f"{years:03d}Y"


def identify(dataset: Dataset, study: PhantomStudy) -> None:
    """Write the patient, patient-study and general study modules of an invented visit."""
    child = study.child
    day, clock = f"{study.at:%Y%m%d}", f"{study.at:%H%M%S}"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = child.name
    dataset.PatientID = child.id
    dataset.PatientBirthDate = f"{child.birth_date:%Y%m%d}"
    dataset.PatientSex = child.sex
    dataset.PatientAge = patient_age(child.birth_date, study.at.date())
    dataset.PatientWeight = f"{child.weight_kg:g}"
    dataset.PatientSize = f"{child.size_m:g}"
    dataset.StudyInstanceUID = uid_of(f"{study.seed}/study")
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = day
    dataset.StudyTime = dataset.SeriesTime = dataset.AcquisitionTime = dataset.ContentTime = clock
    dataset.AccessionNumber = f"D{int(uid_of(f'{study.seed}/accession')[5:]) % 10**8:08d}"
    dataset.StudyID = "1"
    dataset.ReferringPhysicianName = ""
    dataset.StudyDescription = study.description
    dataset.InstitutionName = study.institution


def begin_instance(study: PhantomStudy, series: PhantomSeries, number: int) -> Dataset:
    """Return an instance of a phantom series without its image: identity, series, equipment.

    Parameters
    ----------
    study : PhantomStudy
    series : PhantomSeries
    number : int
        Instance number, from 1.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(series.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(uid_of(f"{study.seed}/{series.number}/{number}"))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    dataset = Dataset()
    dataset.file_meta = meta
    identify(dataset, study)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality = series.modality
    dataset.SeriesInstanceUID = uid_of(f"{study.seed}/{series.number}")
    dataset.SeriesNumber = series.number
    dataset.SeriesDescription = f"{MARK} {series.what}"
    dataset.BodyPartExamined = series.body_part
    dataset.InstanceNumber = number
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = "Tongying phantom 1"
    dataset.DeviceSerialNumber = "0"
    dataset.SoftwareVersions = "1"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Synthetic phantom, invented child"
    dataset.BurnedInAnnotation = "NO"
    return dataset


def add_frame_of_reference(dataset: Dataset, study: PhantomStudy) -> None:
    """Put an instance into the study's frame of reference, the child head first, supine."""
    dataset.FrameOfReferenceUID = uid_of(f"{study.seed}/frame-of-reference")
    dataset.PositionReferenceIndicator = ""
    dataset.PatientPosition = "HFS"
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]


def add_pixels(dataset: Dataset, pixels: NDArray[np.uint16] | NDArray[np.uint8]) -> None:
    """Write a grey image, or frames of one.

    Parameters
    ----------
    dataset : Dataset
    pixels : ndarray
        Unsigned, shape (rows, columns) or (frames, rows, columns).
    """
    bits = pixels.dtype.itemsize * 8
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = (int(length) for length in pixels.shape[-2:])
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = 0
    data = np.ascontiguousarray(pixels).tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"
