"""A T1-weighted volume of a child's head whose ventricles are as wide as one says.

The folds of the cortex are the zero lines of a smooth random field; the same seed with another
scale of the ventricles is the same child at another visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from tongying.dicom.phantoms.drawing import Grid, Mask, Volume, blur, magnitude
from tongying.dicom.phantoms.head import HEAD_GRID, draw_head, ventricles
from tongying.dicom.phantoms.header import (
    PhantomSeries,
    PhantomStudy,
    add_frame_of_reference,
    add_pixels,
    begin_instance,
    random_of,
)

NOISE = 16.0
"""Deviation of the noise in each channel of the complex signal; white matter is 800."""
BIAS = 0.12
"""Largest deviation of the receive field from 1."""
_T1 = PhantomSeries(MRImageStorage, "MR", 2, "T1 3D", "HEAD")


@dataclass(frozen=True, slots=True)
class BrainTruth:
    """What was drawn.

    Attributes
    ----------
    ventricle_ml : float
        Volume of the ventricles, in millilitres.
    ventricles : ndarray of bool
        On `HEAD_GRID`.
    """

    ventricle_ml: float
    ventricles: Mask


def brain_truth(*, ventricle_scale: float) -> BrainTruth:
    """Return the ventricles of a scale (they do not depend on the seed)."""
    mask = ventricles(HEAD_GRID, ventricle_scale)
    return BrainTruth(float(mask.sum()) * float(np.prod(HEAD_GRID.spacing)) / 1000, mask)


def brain_mr(
    study: PhantomStudy, *, ventricle_scale: float, anatomy: str | None = None
) -> Iterator[Dataset]:
    """Yield the axial images of a head, from the neck to the crown.

    Parameters
    ----------
    study : PhantomStudy
    ventricle_scale : float
        1 is ordinary; 2 makes every horn twice as wide.
    anatomy : str or None
        Seed of the folds; None takes the study's, another study's makes it the same child's.
    """
    signal = draw_head(random_of(f"{anatomy or study.seed}/head"), ventricle_scale=ventricle_scale)
    image = _as_scanned(signal, HEAD_GRID, random_of(f"{study.seed}/noise"))
    stored = np.clip(np.rint(image), 0, 4095).astype(np.uint16)
    for index, pixels in enumerate(stored):
        dataset = begin_instance(study, _T1, index + 1)
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        dataset.AcquisitionNumber = 1
        dataset.ScanningSequence = ["GR", "IR"]
        dataset.SequenceVariant = ["SP", "MP"]
        dataset.ScanOptions = ""
        dataset.MRAcquisitionType = "3D"
        dataset.RepetitionTime, dataset.EchoTime, dataset.InversionTime = 1900, 2.5, 900
        dataset.EchoTrainLength = 1
        dataset.FlipAngle = 9
        dataset.MagneticFieldStrength = 1.5
        add_frame_of_reference(dataset, study)
        dataset.ImagePositionPatient = HEAD_GRID.slice_position(index)
        dataset.PixelSpacing = list(HEAD_GRID.spacing[1:])
        dataset.SliceThickness = HEAD_GRID.spacing[0]
        add_pixels(dataset, pixels)
        dataset.WindowCenter, dataset.WindowWidth = 480, 960
        yield dataset


def _as_scanned(signal: Volume, grid: Grid, random: np.random.Generator) -> Volume:
    """Return the magnitude image, with partial volume."""
    sharp = blur(signal, (0.45, 0.55, 0.55))
    return magnitude(sharp, grid, random, noise=NOISE, bias=BIAS)
