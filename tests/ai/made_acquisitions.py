"""Small studies made by code, clean or with one fault put in, as files of DICOM."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

SLICES, SIDE = 16, 72
STUDY_DATE = date(2026, 3, 1)
Images = list[Dataset]
Fault = Callable[[Images, np.random.Generator], Images]


def clean_mr(seed: int) -> Images:
    """Return a T1-weighted head, axial."""
    rng = np.random.default_rng(seed)
    images = []
    size = rng.uniform(0.85, 1.0)
    for k in range(SLICES):
        signal = _head(k, size, rng)
        noise = rng.normal(0, 12, (2, SIDE, SIDE))
        stored = np.hypot(signal + noise[0], noise[1]).round().astype(np.uint16)
        image = _begin(seed, k, "MR", "T1 MPRAGE brain", "BRAIN")
        image.SOPClassUID = MRImageStorage
        image.ScanningSequence, image.SequenceVariant = ["GR", "IR"], ["SP", "MP"]
        image.RepetitionTime, image.EchoTime, image.InversionTime = 1900, 2.5, 900
        image.FlipAngle, image.MagneticFieldStrength = 9, 3
        image.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        image.ImagePositionPatient = [-100, -100, k * 9.0]
        image.SliceThickness, image.PixelSpacing = 9, [2.5, 2.5]
        _pixels(image, stored)
        images.append(image)
    return images


def clean_ct(seed: int) -> Images:
    """Return a chest, axial, without contrast agent."""
    rng = np.random.default_rng(seed)
    images = []
    size = rng.uniform(0.8, 1.0)
    for k in range(SLICES):
        hu = _chest(k, size, rng) + rng.normal(0, 14, (SIDE, SIDE))
        image = _begin(seed, k, "CT", "Chest 平扫", "CHEST")
        image.SOPClassUID = CTImageStorage
        image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        image.KVP, image.ConvolutionKernel = 80, "B31f"
        image.RescaleSlope, image.RescaleIntercept = 1, -1024
        image.ImagePositionPatient = [-120, -120, k * 15.0]
        image.SliceThickness, image.PixelSpacing = 15, [3, 3]
        _pixels(image, np.clip(hu + 1024, 0, 4095).round().astype(np.uint16))
        images.append(image)
    return images


def write(images: Images, folder: Path) -> list[Path]:
    """Write the images; their order says nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, image in enumerate(images):
        image.file_meta = FileMetaDataset()
        image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        path = folder / f"{number:03d}.dcm"
        dcmwrite(path, image, enforce_file_format=True)
        paths.append(path)
    return paths


def pixels_of(image: Dataset) -> np.ndarray[Any, Any]:
    """Return the stored pixels, to be changed and put back with `put`."""
    flat = np.frombuffer(image.PixelData, np.uint16)
    return flat.reshape(image.Rows, image.Columns).astype(np.float64)


def put(image: Dataset, pixels: np.ndarray[Any, Any]) -> None:
    """Put pixels back."""
    _pixels(image, np.clip(pixels, 0, 65535).round().astype(np.uint16))


def copied(image: Dataset, number: int) -> Dataset:
    """Return a copy of an image with an identity of its own."""
    other = copy.deepcopy(image)
    other.SOPInstanceUID = f"{image.SOPInstanceUID}.9{number}"
    return other


def _begin(seed: int, k: int, modality: str, description: str, part: str) -> Dataset:
    days = 400 + 613 * (seed % 9)
    image = Dataset()
    image.SpecificCharacterSet = "ISO_IR 192"
    image.PatientID, image.PatientName = f"P{seed}", "Made^Child"
    image.PatientBirthDate = (STUDY_DATE - timedelta(days=days)).strftime("%Y%m%d")
    image.PatientAge = f"{days // 366:03d}Y"
    image.PatientSex, image.PatientWeight = "FM"[seed % 2], 8 + 2.5 * days / 365
    image.StudyDate, image.StudyTime = STUDY_DATE.strftime("%Y%m%d"), "101500"
    image.StudyInstanceUID = f"1.2.826.{seed}"
    image.SeriesInstanceUID = f"1.2.826.{seed}.1"
    image.SOPInstanceUID = f"1.2.826.{seed}.1.{k + 1}"
    image.FrameOfReferenceUID = f"1.2.826.{seed}.2"
    image.SeriesNumber, image.InstanceNumber = 1, k + 1
    image.Modality, image.SeriesDescription, image.BodyPartExamined = modality, description, part
    image.Manufacturer, image.BurnedInAnnotation = "SIEMENS", "NO"
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    return image


def _pixels(image: Dataset, stored: np.ndarray[Any, Any]) -> None:
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows, image.Columns = stored.shape
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 0
    image.PixelData = stored.tobytes()
    image["PixelData"].VR = "OW"


def _disc(x: float, y: float, rx: float, ry: float) -> np.ndarray[Any, Any]:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    middle = (SIDE - 1) / 2
    return ((columns - middle - x) / rx) ** 2 + ((rows - middle - y) / ry) ** 2 < 1


def _head(k: int, size: float, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    shrink = size * np.sqrt(max(1 - ((k - 5) / (SLICES - 5)) ** 2, 0.03)) if k > 5 else size
    signal = np.zeros((SIDE, SIDE))
    signal[_disc(0, 0, 30 * shrink, 33 * shrink)] = 250
    signal[_disc(0, 0, 26 * shrink, 29 * shrink)] = 600
    signal[_disc(0, 0, 19 * shrink, 22 * shrink)] = 800
    signal[_disc(0, 0, 6 * shrink, 9 * shrink)] = 200
    return signal * (1 + 0.03 * rng.standard_normal())


def _chest(k: int, size: float, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    hu = np.full((SIDE, SIDE), -1000.0)
    hu[_disc(0, 0, 33 * size, 25 * size)] = -90
    hu[_disc(0, 0, 31 * size, 23 * size)] = 50
    lung = np.sqrt(max(1 - ((k - 7.5) / 8.2) ** 2, 0)) * size
    for side in (-1, 1):
        hu[_disc(side * 15 * size, 0, max(12 * lung, 0.1), max(16 * lung, 0.1))] = -820
    hu[_disc(0, 14 * size, 5 * size, 5 * size)] = 350
    return hu + 2 * rng.standard_normal()
