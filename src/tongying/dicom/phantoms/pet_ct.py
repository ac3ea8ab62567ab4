"""A PET/CT of a child with a left suprarenal mass: two series in one frame of reference.

The PET is in Bq/ml, decay-corrected to the start of the series, with dose, weight and half-life, so
that SUVbw = concentration · weight / dose left at the start of the series (QIBA SUV vendor-neutral
pseudo-code, "BQML" with decay correction "START").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, PositronEmissionTomographyImageStorage

from tongying.dicom.phantoms.drawing import Grid, Point, Volume, blur
from tongying.dicom.phantoms.header import (
    PhantomSeries,
    PhantomStudy,
    add_frame_of_reference,
    add_pixels,
    begin_instance,
    random_of,
)
from tongying.dicom.phantoms.torso import CT_GRID, MASS_CENTRE, MASS_RADII, as_scanned, draw_torso

F18_HALF_LIFE_S = 6586.2
"""Half-life of fluorine-18, in seconds (1.8295 h; BIPM monographie 5)."""
F18_POSITRON_FRACTION = 0.9686
DOSE_BQ_PER_KG = 3.7e6
"""Injected FDG per kilogram: an ordinary paediatric amount; not advice."""
UPTAKE = timedelta(minutes=60)
MASS_SUV = 6.4
BLUR_FWHM_MM = 6.0
FRAME_S = 180.0
_FWHM_OF_SIGMA = 2.3548
_AIR_HU = -1024
_CT = PhantomSeries(CTImageStorage, "CT", 2, "CT", "CHEST")
_PET = PhantomSeries(PositronEmissionTomographyImageStorage, "PT", 3, "PET FDG (AC)", "CHEST")


@dataclass(frozen=True, slots=True)
class PetCtTruth:
    """What was put in.

    Attributes
    ----------
    mass_centre, mass_radii : tuple of float
        The mass, LPS in mm.
    mass_suv : float
        Its uptake before blur and noise, as SUVbw.
    dose_bq : float
        Activity at injection.
    uptake_s : float
        From injection to the start of the PET series.
    """

    mass_centre: Point
    mass_radii: Point
    mass_suv: float
    dose_bq: float
    uptake_s: float


def pet_ct_truth(study: PhantomStudy) -> PetCtTruth:
    """Return what the phantom of this study contains."""
    dose = round(DOSE_BQ_PER_KG * study.child.weight_kg, -4)
    return PetCtTruth(MASS_CENTRE, MASS_RADII, MASS_SUV, dose, UPTAKE.total_seconds())


def pet_ct(study: PhantomStudy) -> Iterator[Dataset]:
    """Yield the CT and the PET images of a phantom, from the feet to the head."""
    random = random_of(f"{study.seed}/torso")
    torso = draw_torso(random, mass_suv=MASS_SUV)
    yield from _ct_images(study, as_scanned(torso.hu, random))
    yield from _pet_images(study, torso.suv, random)


def _ct_images(study: PhantomStudy, hu: Volume) -> Iterator[Dataset]:
    stored = np.clip(np.rint(hu - _AIR_HU), 0, 4095).astype(np.uint16)
    for index, image in enumerate(stored):
        dataset = begin_instance(study, _CT, index + 1)
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.AcquisitionNumber = 1
        dataset.KVP = 80
        dataset.ConvolutionKernel = "SOFT"
        _place(dataset, study, CT_GRID, index)
        add_pixels(dataset, image)
        dataset.RescaleIntercept, dataset.RescaleSlope = _AIR_HU, 1
        dataset.RescaleType = "HU"
        dataset.WindowCenter, dataset.WindowWidth = 40, 350
        yield dataset


def _pet_images(study: PhantomStudy, suv: Volume, random: np.random.Generator) -> Iterator[Dataset]:
    slices, rows, columns = suv.shape
    coarse = suv.reshape(slices, rows // 2, 2, columns // 2, 2).mean(axis=(2, 4), dtype=np.float32)
    step = (CT_GRID.spacing[0], 2 * CT_GRID.spacing[1], 2 * CT_GRID.spacing[2])
    x, y, z = CT_GRID.origin
    # The centre of the first PET pixel is the middle of the four CT pixels it stands for.
    origin = (x + CT_GRID.spacing[2] / 2, y + CT_GRID.spacing[1] / 2, z)
    grid = Grid((slices, rows // 2, columns // 2), step, origin)
    sigma = tuple(BLUR_FWHM_MM / _FWHM_OF_SIGMA / mm for mm in step)
    seen = blur(coarse, sigma)
    speckle = blur(random.standard_normal(seen.shape, dtype=np.float32), (0.5, 0.8, 0.8))
    speckle *= np.float32(1 / speckle.std())
    # Iterative reconstruction: noise grows with the signal and never makes it negative.
    seen = np.clip(seen * (1 + 0.05 * speckle) + 0.02 * np.abs(speckle), 0, None)
    truth = pet_ct_truth(study)
    left = truth.dose_bq * 2 ** (-truth.uptake_s / F18_HALF_LIFE_S)
    activity = seen * (left / (study.child.weight_kg * 1000))
    for index, image in enumerate(activity):
        yield _pet_image(study, grid, index, image)


def _pet_image(study: PhantomStudy, grid: Grid, index: int, activity: Volume) -> Dataset:
    dataset = begin_instance(study, _PET, index + 1)
    truth = pet_ct_truth(study)
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.SeriesType = ["STATIC", "IMAGE"]
    dataset.Units = "BQML"
    dataset.CountsSource = "EMISSION"
    dataset.NumberOfSlices = grid.shape[0]
    dataset.CorrectedImage = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"]
    dataset.DecayCorrection = "START"
    dataset.AttenuationCorrectionMethod = "CT"
    dataset.ScatterCorrectionMethod = "MODEL"
    dataset.RandomsCorrectionMethod = "DLYD"
    dataset.ReconstructionMethod = "OSEM"
    dataset.CollimatorType = "NONE"
    dataset.ImageIndex = index + 1
    dataset.FrameReferenceTime = FRAME_S * 1000 / 2
    dataset.ActualFrameDuration = int(FRAME_S * 1000)
    dataset.DecayFactor = 1
    dataset.DoseCalibrationFactor = 1
    dataset.ScatterFractionFactor = 0
    dataset.RadiopharmaceuticalInformationSequence = Sequence([_radiopharmaceutical(study, truth)])
    supine = _code("102538003", "SCT", "recumbent")
    supine.PatientOrientationModifierCodeSequence = Sequence([_code("40199007", "SCT", "supine")])
    dataset.PatientOrientationCodeSequence = Sequence([supine])
    dataset.PatientGantryRelationshipCodeSequence = Sequence(
        [_code("102540008", "SCT", "headfirst")]
    )
    _place(dataset, study, grid, index)
    # PS3.3 C.7.3.1.1.2: the coded orientation stands instead of it.
    del dataset.PatientPosition
    # Ten significant digits fit a DS; the pixels are scaled with exactly what is written.
    slope = float(f"{max(float(activity.max()), 1.0) / 32767:.9g}")
    add_pixels(dataset, np.rint(activity / slope).astype(np.uint16))
    dataset.RescaleIntercept, dataset.RescaleSlope = 0, f"{slope:.9g}"
    per_suv = truth.dose_bq * 2 ** (-truth.uptake_s / F18_HALF_LIFE_S)
    per_suv /= study.child.weight_kg * 1000
    dataset.WindowCenter, dataset.WindowWidth = round(3.5 * per_suv), round(7 * per_suv)
    return dataset


def _radiopharmaceutical(study: PhantomStudy, truth: PetCtTruth) -> Dataset:
    injected = study.at - timedelta(seconds=truth.uptake_s)
    item = Dataset()
    item.Radiopharmaceutical = "Fluorodeoxyglucose F^18^"
    item.RadiopharmaceuticalStartTime = f"{injected:%H%M%S}"
    item.RadiopharmaceuticalStartDateTime = f"{injected:%Y%m%d%H%M%S}"
    item.RadionuclideTotalDose = f"{truth.dose_bq:.0f}"
    item.RadionuclideHalfLife = F18_HALF_LIFE_S
    item.RadionuclidePositronFraction = F18_POSITRON_FRACTION
    item.RadionuclideCodeSequence = Sequence([_code("77004003", "SCT", "^18^Fluorine")])
    item.RadiopharmaceuticalCodeSequence = Sequence(
        [_code("35321007", "SCT", "Fluorodeoxyglucose F^18^")]
    )
    return item


def _place(dataset: Dataset, study: PhantomStudy, grid: Grid, index: int) -> None:
    add_frame_of_reference(dataset, study)
    dataset.ImagePositionPatient = grid.slice_position(index)
    dataset.PixelSpacing = list(grid.spacing[1:])
    dataset.SliceThickness = grid.spacing[0]


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = scheme
    item.CodeMeaning = meaning
    return item
