"""Series made by hand, one irregularity each, as open files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    NuclearMedicineImageStorage,
    PositronEmissionTomographyImageStorage,
)

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ROWS, COLUMNS = 6, 8
CLASSES = {
    "CT": CTImageStorage,
    "MR": MRImageStorage,
    "PT": PositronEmissionTomographyImageStorage,
    "NM": NuclearMedicineImageStorage,
}
Change = Callable[[Dataset, int], None]


def pixels(k: int, shape=(ROWS, COLUMNS)) -> np.ndarray:
    return np.random.default_rng(k).integers(20, 2000, shape).astype(np.int16)


def head(modality: str, number: int) -> Dataset:
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID = CLASSES[modality]
    image.SOPInstanceUID = f"1.2.826.0.1.7.{number + 1}"
    image.StudyInstanceUID = "1.2.826.0.1.5"
    image.SeriesInstanceUID = "1.2.826.0.1.6"
    image.FrameOfReferenceUID = "1.2.826.0.1.8"
    image.Modality = modality
    image.PatientID = "A1"
    image.PatientName = "Zhao^Ming"
    image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    return image


def add_pixels(image: Dataset, stored: np.ndarray) -> None:
    bits = stored.dtype.itemsize * 8
    image.Rows, image.Columns = stored.shape[-2:]
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.BitsAllocated = image.BitsStored = bits
    image.HighBit = bits - 1
    image.PixelRepresentation = int(stored.dtype.kind == "i")
    image.PixelData = stored.tobytes()


def one_slice(k: int, modality: str = "CT") -> Dataset:
    """An axial slice, 3 mm above the one before, 0.5 by 0.75 mm (rows apart, columns apart)."""
    image = head(modality, k)
    image.InstanceNumber = k + 1
    image.ImagePositionPatient = [-10.0, -20.0, 30.0 + 3 * k]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.PixelSpacing = [0.5, 0.75]
    image.SliceThickness = 3
    add_pixels(image, pixels(k))
    if modality == "CT":
        image.RescaleSlope, image.RescaleIntercept, image.RescaleType = 1, -1024, "HU"
    if modality == "PT":
        image.Units = "BQML"
        image.RescaleSlope, image.RescaleIntercept = 2.5, 0
    return image


def stack(count: int = 5, modality: str = "CT", change: Change | None = None) -> list[Dataset]:
    images = [one_slice(k, modality) for k in range(count)]
    for k, image in enumerate(images):
        if change is not None:
            change(image, k)
    return images


def renumber(images: list[Dataset]) -> list[Dataset]:
    """Give joined stacks identities of their own."""
    for n, image in enumerate(images):
        image.SOPInstanceUID = f"1.2.826.0.1.9.{n + 1}"
        image.InstanceNumber = n + 1
    return images


def files(images: Iterable[Dataset]) -> list[io.BytesIO]:
    opened = []
    for image in images:
        file = io.BytesIO()
        image.save_as(file, enforce_file_format=True)
        file.seek(0)
        opened.append(file)
    return opened


def item(**attributes) -> Dataset:
    made = Dataset()
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def enhanced(frames: list[Dataset], shared: Dataset, count: int) -> Dataset:
    """A multi-frame MR object; `frames` are its per-frame functional groups."""
    image = head("MR", 99)
    image.SOPClassUID = EnhancedMRImageStorage
    image.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    add_pixels(image, np.stack([pixels(k) for k in range(count)]))
    image.NumberOfFrames = count
    image.PerFrameFunctionalGroupsSequence = frames
    image.SharedFunctionalGroupsSequence = [shared]
    return image


def plane(z: float) -> list[Dataset]:
    return [item(ImagePositionPatient=[-10.0, -20.0, z])]


def plane_shared() -> Dataset:
    return item(
        PixelMeasuresSequence=[item(PixelSpacing=[0.5, 0.75], SliceThickness=3)],
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
    )


def codes(caveats) -> list[str]:
    return [caveat.code for caveat in caveats]
