"""Faults that are put into clean studies: what people, devices and transfers do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from made_acquisitions import Fault, Images, copied, pixels_of, put
from pydicom import DataElement, config
from pydicom.dataset import Dataset

Rng = np.random.Generator


def each(change: Callable[[Dataset], None]) -> Fault:
    """Return a fault of every image."""

    def fault(images: Images, _: Rng) -> Images:
        for image in images:
            change(image)
        return images

    return fault


def setting(**values: Any) -> Fault:
    """Return a fault that sets attributes of every image; None takes one away."""

    def change(image: Dataset) -> None:
        for keyword, value in values.items():
            if value is None:
                delattr(image, keyword)
            else:
                setattr(image, keyword, value)

    return each(change)


def upper_half(**values: Any) -> Fault:
    """Return a fault of every image from the middle on."""

    def fault(images: Images, _: Rng) -> Images:
        for image in images[len(images) // 2 :]:
            for keyword, value in values.items():
                setattr(image, keyword, value)
        return images

    return fault


def painted(change: Callable[[np.ndarray[Any, Any], Rng], np.ndarray[Any, Any]]) -> Fault:
    """Return a fault of the pixels of every image."""

    def fault(images: Images, rng: Rng) -> Images:
        for image in images:
            put(image, change(pixels_of(image), rng))
        return images

    return fault


def starred_age(images: Images, _: Rng) -> Images:
    for image in images:
        image[0x00101010] = DataElement(0x00101010, "AS", "***", validation_mode=config.IGNORE)
    return images


def slices_lost(images: Images, rng: Rng) -> Images:
    start = int(rng.integers(4, 10))
    kept = images[:start] + images[start + 2 :]
    for number, image in enumerate(kept):
        image.InstanceNumber = number + 1
    return kept


def numbers_lost(images: Images, _: Rng) -> Images:
    for image in images[9:]:
        image.InstanceNumber += 3
    return images


def uneven(images: Images, rng: Rng) -> Images:
    for image in images[5:]:
        position = list(image.ImagePositionPatient)
        position[2] += 0.4 * float(image.SliceThickness)
        image.ImagePositionPatient = position
    return images


def same_place(images: Images, _: Rng) -> Images:
    images[6].ImagePositionPatient = images[5].ImagePositionPatient
    return images


def same_pixels(images: Images, _: Rng) -> Images:
    images[8].PixelData = images[3].PixelData
    return images


def sent_twice(images: Images, _: Rng) -> Images:
    return [*images, images[4]]


def thin(images: Images, _: Rng) -> Images:
    for image in images:
        image.SliceThickness = float(image.SliceThickness) / 2
    return images


def turned(images: Images, _: Rng) -> Images:
    images[3].ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    return images


def smaller(images: Images, _: Rng) -> Images:
    put(images[7], pixels_of(images[7])[:64, :64])
    return images


def thicker(images: Images, _: Rng) -> Images:
    for image in images[:5]:
        image.SliceThickness = float(image.SliceThickness) * 1.5
    return images


def phase_cut(images: Images, _: Rng) -> Images:
    second = [copied(image, 1) for image in images]
    for number, image in enumerate(second):
        image.InstanceNumber = len(images) + number + 1
        put(image, pixels_of(image) + 1)
    for phase, members in ((1, images), (2, second)):
        for image in members:
            image.TemporalPositionIdentifier = phase
            image.NumberOfTemporalPositions = 2
    return [*images, *second[:10]]


def lettered(images: Images, rng: Rng) -> Images:
    for image in images:
        pixels = pixels_of(image)
        for column in range(4, 40, 6):
            pixels[2:8, column] = 4095
            pixels[2:8, column + 3] = 4095
            pixels[5, column : column + 3] = 4095
        put(image, pixels)
    return images


def broken_pixels(images: Images, _: Rng) -> Images:
    images[5].PixelData = images[5].PixelData[:1000]
    return images


def blank_slice(images: Images, _: Rng) -> Images:
    put(images[6], np.zeros_like(pixels_of(images[6])))
    return images


def dark_slice(images: Images, _: Rng) -> Images:
    put(images[6], pixels_of(images[6]) * 0.45)
    return images


def alternating(images: Images, _: Rng) -> Images:
    for image in images[::2]:
        put(image, pixels_of(image) * 0.8)
    return images


def noisy(pixels: np.ndarray[Any, Any], rng: Rng) -> np.ndarray[Any, Any]:
    return pixels + rng.normal(0, 130, pixels.shape)


def moved(pixels: np.ndarray[Any, Any], rng: Rng) -> np.ndarray[Any, Any]:
    """Shift the child for some lines of k-space, as a movement during the scan does."""
    lines = np.fft.fft2(pixels)
    frequency = np.fft.fftfreq(pixels.shape[0])[:, None]
    moving = rng.random(pixels.shape[0]) < 0.45
    moving[:3] = moving[-3:] = False
    shift = np.exp(-2j * np.pi * frequency * 6)
    lines[moving] = (lines * shift)[moving]
    return np.abs(np.fft.ifft2(lines))


def spiked(pixels: np.ndarray[Any, Any], rng: Rng) -> np.ndarray[Any, Any]:
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    return np.clip(pixels + 60 * np.cos(2 * np.pi * (0.37 * rows + 0.31 * columns)), 0, None)


def clipped(pixels: np.ndarray[Any, Any], _: Rng) -> np.ndarray[Any, Any]:
    return np.minimum(pixels, np.percentile(pixels, 88))


def shifted(pixels: np.ndarray[Any, Any], _: Rng) -> np.ndarray[Any, Any]:
    return pixels + 300


def cut(images: Images, _: Rng) -> Images:
    for image in images:
        put(image, pixels_of(image)[:, 22:-14])
    return images


def short(images: Images, _: Rng) -> Images:
    return images[: len(images) * 9 // 16]


def two_children(images: Images, _: Rng) -> Images:
    for image in images[10:]:
        image.PatientID = "SOMEBODY-ELSE"
    return images


MR_FAULTS: dict[str, tuple[str, Fault]] = {
    "another child's images": ("several-children", two_children),
    "sexes differ": (
        "child-contradicted",
        lambda i, r: upper_half(PatientSex="F" if i[0].PatientSex == "M" else "M")(i, r),
    ),
    "birth dates differ": ("child-contradicted", upper_half(PatientBirthDate="20200101")),
    "weights differ": ("child-contradicted", upper_half(PatientWeight=41.5)),
    "no patient id": ("patient-id-missing", setting(PatientID="")),
    "no birth date": ("birth-date-missing", setting(PatientBirthDate="")),
    "age not that of the birth date": ("age-contradicted", setting(PatientAge="016Y")),
    "born after the study": ("born-after-study", setting(PatientBirthDate="20270101")),
    "age of stars": ("age-unreadable", starred_age),
    "no study date": ("study-date-missing", setting(StudyDate="")),
    "no sex": ("sex-missing", setting(PatientSex="O")),
    "no weight": ("weight-missing", setting(PatientWeight=None)),
    "weight in grams": ("weight-implausible", setting(PatientWeight=16500)),
    "file sent twice": ("same-instance-twice", sent_twice),
    "slices lost": ("slices-missing", slices_lost),
    "numbers lost": ("image-numbers-missing", numbers_lost),
    "slices uneven": ("slices-uneven", uneven),
    "two images at one place": ("slices-repeated", same_place),
    "pixels of another slice": ("images-identical", same_pixels),
    "gaps": ("slices-far-apart", thin),
    "no pixel size": ("geometry-missing", setting(PixelSpacing=None)),
    "a sagittal among axials": ("orientations-mixed", turned),
    "a smaller image": ("sizes-mixed", smaller),
    "frames of reference": ("frames-of-reference-mixed", upper_half(FrameOfReferenceUID="1.2.3")),
    "thicker slices": ("thickness-mixed", thicker),
    "modality of another kind": ("modality-contradicted", setting(Modality="CT")),
    "no body part": ("body-part-missing", setting(BodyPartExamined="")),
    "knee said to be brain": ("body-part-contradicted", setting(BodyPartExamined="KNEE")),
    "T2 said to be T1": (
        "sequence-contradicted",
        setting(ScanningSequence="SE", RepetitionTime=4000, EchoTime=95, InversionTime=None),
    ),
    "no echo time": ("technique-missing", setting(EchoTime=None)),
    "left said to be right": (
        "side-contradicted",
        setting(Laterality="L", SeriesDescription="右侧 T1 MPRAGE"),
    ),
    "phase cut off": ("phase-incomplete", phase_cut),
    "lossy": ("lossy", setting(LossyImageCompression="01")),
    "burned in": ("burned-in", setting(BurnedInAnnotation="YES")),
    "letters in the image": ("text-suspected", lettered),
    "pixels cut short": ("undecodable", broken_pixels),
    "blank slice": ("image-blank", blank_slice),
    "dark slice": ("brightness-jumps", dark_slice),
    "slices alternate": ("slices-alternate", alternating),
    "noise": ("noise-high", painted(noisy)),
    "motion": ("motion", painted(moved)),
    "spikes": ("spikes", painted(spiked)),
    "values cut off": ("saturated", painted(clipped)),
    "head cut off": ("body-truncated", cut),
    "crown not covered": ("coverage-short", short),
}
CT_FAULTS: dict[str, tuple[str, Fault]] = {
    "contrast agent without a label": (
        "contrast-contradicted",
        setting(ContrastBolusAgent="IOHEXOL 300"),
    ),
    "no tube voltage": ("technique-missing", setting(KVP=None)),
    "no rescaling": ("technique-missing", setting(RescaleSlope=None)),
    "CT numbers shifted": ("ct-numbers-off", painted(shifted)),
    "noise": ("noise-high", painted(noisy)),
    "body cut off": ("body-truncated", cut),
    "lungs not covered": ("coverage-short", short),
    "letters in the image": ("text-suspected", lettered),
    "slices lost": ("slices-missing", slices_lost),
    "head said to be chest": ("body-part-contradicted", setting(BodyPartExamined="HEAD")),
}
