"""Synthetic images to load an archive with: a 500-slice CT, and small studies for searching."""

from __future__ import annotations

import io
import random
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.10.1789."
STUDY, SERIES, FRAME = (ROOT + digit * 30 for digit in "123")
SLICES, ROWS = 500, 512
STUDIES = 5000
SURNAMES = ("Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Huang", "Zhao", "Wu", "Zhou")
_HEAD = 4096
"""UIDs stand within this many bytes of a file's beginning."""


@dataclass(frozen=True, slots=True)
class Slices:
    """A series ready to send: its UIDs and each instance's UID and bytes."""

    study: str
    series: str
    instances: tuple[tuple[str, bytes], ...]

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(len(data) for _, data in self.instances)


def template(slices: int = SLICES, rows: int = ROWS) -> list[bytes]:
    """Return the files of a CT series under placeholder UIDs."""
    noise = np.random.default_rng(7)
    y, x = np.mgrid[:rows, :rows]
    body = np.where(np.hypot(x - rows / 2, y - rows / 2) < rows * 0.42, 1064, 24)
    grains = [noise.normal(0, 15, (rows, rows)).astype(np.int32) for _ in range(8)]
    files = []
    for index in range(slices):
        image = np.clip(
            np.roll(body, index // 10, 0) + np.roll(grains[index % 8], index, 1), 0, 4095
        )
        data = _image(index, rows, image.astype("<u2").tobytes())
        files.append(_bytes(data))
    return files


def fresh(files: list[bytes]) -> Slices:
    """Return the same series under UIDs of its own, so that no archive has it yet."""
    study, series, frame = (_uid() for _ in range(3))
    stem = ROOT + "7" + "".join(secrets.choice("0123456789") for _ in range(21))
    instances = []
    for index, data in enumerate(files):
        uid = f"{stem}{index:08d}"
        head = data[:_HEAD]
        for old, new in (
            (STUDY, study),
            (SERIES, series),
            (FRAME, frame),
            (_placeholder(index), uid),
        ):
            head = head.replace(old.encode(), new.encode())
        instances.append((uid, head + data[_HEAD:]))
    return Slices(study, series, tuple(instances))


def small_study(number: int) -> bytes:
    """Return a study of one 16 × 16 instance, the same for the same number."""
    drawn = random.Random(number)
    day = date(2024, 1, 1) + timedelta(days=number % 900)
    data = _image(0, 16, bytes(512))
    data.StudyInstanceUID = small_uid(number)
    data.SeriesInstanceUID = small_uid(number) + ".1"
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = small_uid(number) + ".1.1"
    data.PatientName = f"{SURNAMES[number % 10]}^P{number // 2:05d}"
    data.PatientID = f"H{number % 123:03d}-{number // 2:05d}"
    data.StudyDate = day.strftime("%Y%m%d")
    data.AccessionNumber = f"ACC{number:06d}"
    data.StudyDescription = drawn.choice(["CHEST CT", "BRAIN MR", "ABDOMEN CT", "HIP MR"])
    return _bytes(data)


def small_uid(number: int) -> str:
    """Return the Study Instance UID of a small study."""
    return f"1.2.826.0.1.3680043.10.1788.1.{number}"


def _uid() -> str:
    return ROOT + str(10**29 + secrets.randbelow(9 * 10**29))


def _placeholder(index: int) -> str:
    return f"{ROOT}4{index:029d}"


def _bytes(data: Dataset) -> bytes:
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return out.getvalue()


def _image(index: int, rows: int, pixels: bytes) -> Dataset:
    data = Dataset()
    data.SpecificCharacterSet = "ISO_IR 192"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, _placeholder(index)
    data.StudyDate = data.SeriesDate = data.AcquisitionDate = data.ContentDate = "20260301"
    data.StudyTime = data.SeriesTime = "101500"
    data.ContentTime = f"1016{index // 60 % 60:02d}.{index % 1000:03d}"
    data.AccessionNumber, data.Modality = "A0001", "CT"
    data.Manufacturer, data.ManufacturerModelName = "SYNTHETIC", "Phantom 64"
    data.InstitutionName, data.StationName = "县人民医院", "CT1"
    data.ReferringPhysicianName = "REFERRER^ONE"
    data.StudyDescription, data.SeriesDescription = "CHEST CT", "Axial 0.625"
    data.PatientName, data.PatientID = "BENCH^CT", "B000001"
    data.PatientBirthDate, data.PatientSex, data.PatientAge = "20190101", "M", "007Y"
    data.PatientWeight, data.BodyPartExamined = "22.5", "CHEST"
    data.SliceThickness, data.KVP, data.DataCollectionDiameter = "0.625", "80", "500"
    data.SoftwareVersions, data.ProtocolName = "1", "PED CHEST"
    data.ReconstructionDiameter, data.GantryDetectorTilt, data.TableHeight = "250", "0", "150"
    data.RotationDirection, data.ExposureTime = "CW", "500"
    data.XRayTubeCurrent, data.Exposure, data.FilterType = "60", "30", "BODY"
    data.ConvolutionKernel, data.PatientPosition = "STANDARD", "FFS"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = STUDY, SERIES, FRAME
    data.StudyID, data.SeriesNumber, data.AcquisitionNumber = "1", 2, 1
    data.InstanceNumber = index + 1
    z = round(-index * 0.625, 4)
    data.ImagePositionPatient, data.SliceLocation = [-125, -125, z], z
    data.ImageOrientationPatient, data.PositionReferenceIndicator = [1, 0, 0, 0, 1, 0], ""
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows = data.Columns = rows
    data.PixelSpacing = [250 / rows, 250 / rows]
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.WindowCenter, data.WindowWidth = "40", "400"
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = "-1024", "1", "HU"
    data.PixelData = pixels
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = CTImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    return data
