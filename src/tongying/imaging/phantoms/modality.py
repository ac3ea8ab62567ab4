"""What a digital child looks like to each modality.

CT numbers are usual magnitudes at 80 kV; MR values are in arbitrary units (white matter in T1 =
800); uptakes are usual SUVs of a quiet, fasted child. The signal is drawn first, without noise and
at the child's own resolution; `acquire` then gives it a scanner's resolution and noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tongying.imaging.grid import Grid
from tongying.imaging.phantoms.child import Child, Part, Tissue
from tongying.imaging.phantoms.shapes import Field
from tongying.imaging.volume import Quantity, Volume

FWHM_PER_SIGMA = 2.3548
_SPECKLE_MM = 1.6


class Kind(StrEnum):
    """How the child is seen."""

    CT = "CT"
    T1 = "T1"
    T2 = "T2"
    """Water bright."""
    FLAIR = "FLAIR"
    """Water dark, lesions bright."""
    PET = "PET"
    SPECT = "SPECT"
    US = "US"


@dataclass(frozen=True, slots=True)
class Seen:
    """How a kind of image is acquired.

    Attributes
    ----------
    modality : str
        (0008,0060).
    quantity : Quantity
    voxel_mm, fwhm_mm : float
        Voxel and resolution.
    noise : float
        Standard deviation, in the unit of the image; for PET and SPECT, of a voxel of mean uptake.
    texture : float
        Standard deviation within a tissue, relative to its value (in CT: HU).
    """

    modality: str
    quantity: Quantity
    voxel_mm: float
    fwhm_mm: float
    noise: float
    texture: float


SEEN = {
    Kind.CT: Seen("CT", Quantity.HU, 2.0, 1.6, 12.0, 6.0),
    Kind.T1: Seen("MR", Quantity.SIGNAL, 2.0, 2.0, 18.0, 0.05),
    Kind.T2: Seen("MR", Quantity.SIGNAL, 2.5, 2.5, 20.0, 0.05),
    Kind.FLAIR: Seen("MR", Quantity.SIGNAL, 2.5, 2.5, 20.0, 0.05),
    Kind.PET: Seen("PT", Quantity.SUV_BW, 4.0, 6.0, 0.15, 0.08),
    Kind.SPECT: Seen("NM", Quantity.COUNTS, 4.4, 10.0, 0.2, 0.08),
    Kind.US: Seen("US", Quantity.SIGNAL, 2.0, 2.0, 0.0, 0.10),
}

# In the order of Tissue: air, fat, muscle, bone, marrow, water, grey, white, nucleus, lung, blood,
# liver, spleen, kidney, bowel, heart, lesion, cartilage.
VALUES: dict[Kind, tuple[float, ...]] = {
    Kind.CT: (-1000, -95, 55, 900, 280, 8, 38, 28, 36, -790, 60, 66, 54, 42, 32, 46, 50, 90),
    Kind.T1: (0, 950, 420, 60, 480, 180, 540, 800, 640, 30, 120, 520, 400, 380, 360, 430, 330, 300),
    Kind.T2: (0, 560, 180, 40, 330, 980, 560, 400, 460, 40, 90, 230, 420, 500, 380, 250, 640, 260),
    Kind.FLAIR: (
        0,
        520,
        260,
        40,
        300,
        90,
        600,
        450,
        510,
        40,
        80,
        300,
        380,
        420,
        340,
        300,
        860,
        240,
    ),
    Kind.PET: (0, 0.2, 0.6, 0.8, 1.3, 0.5, 8, 3, 9, 0.4, 1.5, 2.0, 1.6, 2.4, 1.0, 2.8, 5.5, 0.6),
    Kind.SPECT: (0, 1, 4, 5, 7, 3, 60, 20, 70, 6, 14, 32, 20, 26, 9, 40, 90, 4),
    Kind.US: (0, 70, 55, 140, 60, 8, 70, 95, 75, 0, 12, 90, 85, 75, 60, 65, 45, 40),
}
"""Of the head the uptake of brain, of the torso that of its organs."""


def signal(child: Child, kind: Kind) -> Volume:
    """Return what a modality without blur and noise would see, on the child's grid.

    Parameters
    ----------
    child : Child
    kind : Kind
    """
    seen = SEEN[kind]
    value = np.array(VALUES[kind], dtype=np.float32)[child.tissue]
    if kind is Kind.CT:
        value = value + seen.texture * child.texture * (child.tissue != Tissue.AIR)
    else:
        value = value * (1 + seen.texture * child.texture)
    if kind is Kind.US:
        value = _echoes(child, value)
    return Volume(value.astype(np.float32), child.grid, seen.quantity, seen.modality)


def acquire(
    clean: Volume, random: np.random.Generator, *, kind: Kind, blurred_mm: float = 0.0
) -> Volume:
    """Return a noise-free image as a scanner would give it.

    Parameters
    ----------
    clean : Volume
    random : numpy.random.Generator
    kind : Kind
    blurred_mm : float
        Full width at half maximum of the blur that the image has already.
    """
    seen = SEEN[kind]
    rest = np.sqrt(max(seen.fwhm_mm**2 - blurred_mm**2, 0.0))
    image = blur_mm(clean.array, clean.grid, float(rest))
    if kind is Kind.US:
        image = image * speckle(random, clean.grid)
    elif kind in (Kind.PET, Kind.SPECT):
        grain = correlated_noise(random, clean.grid, seen.fwhm_mm * 0.7)
        mean = float(image[image > image.mean()].mean())
        image = image + seen.noise * np.sqrt(np.clip(image, 0, None) * mean) * grain
        image = np.clip(image, 0, None)
    else:
        noise = random.standard_normal(image.shape, dtype=np.float32)
        image = image + seen.noise * noise
        if kind is not Kind.CT:
            image = np.abs(image) * (1 + 0.12 * _coil(random, clean.grid))
    return Volume(image.astype(np.float32), clean.grid, clean.quantity, clean.modality)


def blur_mm(array: Field, grid: Grid, fwhm_mm: float) -> Field:
    """Return an array blurred by a Gaussian of that full width at half maximum."""
    if fwhm_mm <= 0:
        return array
    sigma = [fwhm_mm / FWHM_PER_SIGMA / step for step in grid.spacing_mm[::-1]]
    return np.asarray(gaussian_filter(array, sigma, mode="nearest"), dtype=np.float32)


def correlated_noise(random: np.random.Generator, grid: Grid, fwhm_mm: float) -> Field:
    """Return noise of mean 0 and deviation 1 with a grain of that width."""
    noise = blur_mm(random.standard_normal(grid.shape, dtype=np.float32), grid, fwhm_mm)
    return np.asarray((noise - noise.mean()) / noise.std(), dtype=np.float32)


def speckle(random: np.random.Generator, grid: Grid) -> NDArray[np.float32]:
    """Return the factor of mean 1 by which speckle changes an envelope (Rayleigh, blurred)."""
    parts = [correlated_noise(random, grid, _SPECKLE_MM) for _ in range(2)]
    envelope = np.hypot(parts[0], parts[1])
    return np.asarray(0.45 + 0.55 * envelope / envelope.mean(), dtype=np.float32)


def _echoes(child: Child, value: Field) -> Field:
    """Brighten borders, and darken what lies behind bone and gas, seen from the front."""
    edge = np.abs(np.gradient(value, axis=1)) + 0.4 * np.abs(np.gradient(value, axis=0))
    hard = np.isin(child.tissue, (Tissue.BONE, Tissue.LUNG))
    inner = np.cumsum(child.tissue != Tissue.AIR, axis=1) > 2
    hard |= (child.tissue == Tissue.AIR) & inner
    if child.part is Part.HEAD:
        hard &= child.tissue == Tissue.AIR
    step = float(child.grid.spacing_mm[1])
    behind = np.cumsum(hard, axis=1, dtype=np.float32)
    shadow = np.exp(behind * (-step / 12.0))
    return np.asarray((value + 1.2 * edge) * (0.15 + 0.85 * shadow), dtype=np.float32)


def _coil(random: np.random.Generator, grid: Grid) -> Field:
    """Return a field between about -1 and 1 that changes slowly, as a coil's sensitivity."""
    along = [np.linspace(-1, 1, count, dtype=np.float32) for count in grid.shape]
    slopes = random.uniform(-1, 1, 6)
    k, j, i = along[0][:, None, None], along[1][None, :, None], along[2][None, None, :]
    field = slopes[0] * k + slopes[1] * j + slopes[2] * i
    field = field + slopes[3] * k * j + slopes[4] * j * i + slopes[5] * k * i
    return np.asarray(field / 2, dtype=np.float32)
