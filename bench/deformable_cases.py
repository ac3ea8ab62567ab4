"""Pairs of real volumes with a known deformation, for ``bench.deformable``.

The fixed image is a real one: the MNI152 head (T1) that nilearn carries, at 1.5 mm, or the chest CT
of the IBSI. The moving image is made of it as a PET of the same child would be: a non-monotonic
map of the intensities (grey matter or soft tissue is hot), blurred to 6 mm, sampled at 3 or 4 mm,
with correlated noise; and it has been moved. Everything but the two images is drawn from the seed.

Truth: a moving point ``y`` shows the fixed point ``S(y) = z + u(z)`` with ``z = R⁻¹ y``, where R is
rigid and u a smooth random field. The fixed-to-moving truth ``T = S⁻¹`` is solved at the targets.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import (
    binary_closing,
    binary_erosion,
    binary_fill_holes,
    gaussian_filter,
    label,
    map_coordinates,
    zoom,
)
from scipy.spatial.transform import Rotation

from tongying.imaging.grid import Grid
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Mask, Quantity, Volume

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CHEST = SHARED / "ibsi" / "ibsi_1_ct_radiomics_phantom" / "dicom" / "image"
TARGETS = 3000
_FWHM_MM = 6.0
_TO_SIGMA = 2.3548
_FIELD_SIGMA_MM = 20.0
_MARGIN_MM = 12.0
_NOISE = 0.06
"""Standard deviation of the noise, in parts of the hottest tissue."""


class Body(StrEnum):
    """The real image a pair is made of."""

    BRAIN = "brain"
    CHEST = "chest"


class Look(StrEnum):
    """How the moving image shows the body."""

    PET = "pet"
    """Other intensities, blurred, noisy: what the comparison is made on."""
    PATCHY = "patchy"
    """As PET, but the uptake of a tissue differs from place to place, by up to a factor of 3."""
    SAME = "same"
    """The same modality again: another gain, a little noise."""


class Motion(StrEnum):
    """How the moving image was moved."""

    DEFORMED = "deformed"
    """3 to 4°, 6 mm, and a smooth random field up to 6 or 7.5 mm."""
    RIGID = "rigid"
    """The rigid part of a deformed one alone: a deformation must invent nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A pair and its truth.

    Attributes
    ----------
    name : str
    fixed, moving : Volume
    body : ndarray of bool
        The child's body on the fixed grid.
    targets, truth : ndarray, shape (n, 3)
        Points of the fixed image within the body and both fields of view, and where they are in
        the moving image; LPS, mm.
    """

    name: str
    fixed: Volume
    moving: Volume
    body: Mask
    targets: NDArray[np.float64]
    truth: NDArray[np.float64]

    def errors_mm(self, moved: ArrayLike) -> NDArray[np.float64]:
        """Return the distance of where a method put each target from where it is."""
        apart: NDArray[np.float64] = np.linalg.norm(np.asarray(moved) - self.truth, axis=1)
        return apart


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes pairs.

    Attributes
    ----------
    peers : Path
        An interpreter that has nilearn, for the head.
    """

    peers: Path

    def make(self, body: Body, motion: Motion, *, seed: int, look: Look = Look.PET) -> Case:
        """Make a pair.

        Parameters
        ----------
        body : Body
        motion : Motion
        seed : int
            Of field, axis and noise.
        look : Look

        Raises
        ------
        FileNotFoundError
            If the real image is not there.
        """
        draw = np.random.default_rng(seed)
        fixed = _brain(self.peers) if body is Body.BRAIN else _chest()
        inside = _body_of(fixed, body)
        rigid = _rigid(draw, fixed.grid)
        largest_mm = {Body.BRAIN: 6.0, Body.CHEST: 7.5}[body]
        targets = _targets(draw, fixed.grid, inside)
        field = _Field(draw, fixed.grid, targets, largest_mm if motion is Motion.DEFORMED else 0.0)
        moving = _moving(draw, fixed, body, look, _Motion(rigid, field))
        truth = rigid.points(field.undo(targets))
        index = moving.grid.to_index(truth)[:, ::-1]
        margin = _MARGIN_MM / moving.grid.spacing_mm[::-1]
        seen = ((index > margin) & (index < np.array(moving.grid.shape) - 1 - margin)).all(axis=1)
        name = f"{body}-{motion}" + ("" if look is Look.PET else f"-{look}")
        return Case(name, fixed, moving, inside, targets[seen], truth[seen])


@cache
def _brain(peers: Path) -> Volume:
    """Return the head at 1.5 mm."""
    asked = "import nilearn, pathlib; print(pathlib.Path(nilearn.__file__).parent)"
    found = subprocess.run(
        [str(peers), "-c", asked], capture_output=True, text=True, check=True, timeout=120
    )
    name = "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
    image = sitk.ReadImage(str(Path(found.stdout.strip()) / "datasets" / "data" / name))
    image = sitk.DICOMOrient(sitk.Cast(image, sitk.sitkFloat32), "LPS")
    return Volume.from_sitk(_at_spacing(image, 1.5), quantity=Quantity.SIGNAL, modality="MR")


@cache
def _chest() -> Volume:
    """Return the chest CT at its own voxels of 0.98 x 0.98 x 3 mm."""
    if not CHEST.exists():
        raise FileNotFoundError(CHEST.name)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(CHEST)))
    image = sitk.Cast(reader.Execute(), sitk.sitkFloat32)
    return Volume.from_sitk(image, quantity=Quantity.HU, modality="CT")


def _body_of(fixed: Volume, body: Body) -> Mask:
    """Return where the child is: the largest piece above air, filled."""
    above = fixed.array > (0.15 * fixed.array.max() if body is Body.BRAIN else -500)
    pieces, count = label(binary_closing(above, iterations=2))
    if count > 1:
        above = pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    filled: Mask = np.stack([binary_fill_holes(one) for one in above])
    return filled


def _at_spacing(image: sitk.Image, spacing_mm: float) -> sitk.Image:
    sizes = [
        int(np.floor((count - 1) * mm / spacing_mm)) + 1
        for count, mm in zip(image.GetSize(), image.GetSpacing(), strict=True)
    ]
    smoothed = sitk.SmoothingRecursiveGaussian(image, spacing_mm * 0.4)
    still = sitk.Transform()
    return sitk.Resample(
        smoothed, sizes, still, sitk.sitkLinear, image.GetOrigin(), [spacing_mm] * 3,
        image.GetDirection(), 0.0,
    )  # fmt: skip


def _rigid(draw: np.random.Generator, grid: Grid) -> MatrixTransform:
    degrees, axis, way = draw.uniform(3, 4), draw.normal(size=3), draw.normal(size=3)
    turn = Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).as_matrix()
    return MatrixTransform.rigid(turn, 6.0 * way / np.linalg.norm(way), grid.centre_mm)


class _Field:
    """A smooth random field u on a lattice of 4 mm around the fixed image."""

    def __init__(
        self,
        draw: np.random.Generator,
        grid: Grid,
        targets: NDArray[np.float64],
        largest_mm: float,
    ) -> None:
        ends = grid.corners()
        self._origin = ends.min(axis=0) - 40
        shape = tuple(int(n) for n in np.ceil((ends.max(axis=0) + 40 - self._origin) / 4))
        self._waves = np.stack(
            [gaussian_filter(draw.normal(size=shape), _FIELD_SIGMA_MM / 4) for _ in range(3)]
        )
        self._waves *= largest_mm / np.linalg.norm(self.at(targets), axis=1).max()

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return u, mm, at points (n, 3)."""
        index = ((points - self._origin) / 4).T
        parts = [map_coordinates(part, index, order=1, mode="nearest") for part in self._waves]
        return np.stack(parts, axis=1)

    def undo(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the z with z + u(z) = point."""
        z = points.copy()
        for _ in range(60):
            z = points - self.at(z)
        return z


@dataclass(frozen=True, slots=True)
class _Motion:
    rigid: MatrixTransform
    field: _Field

    def seen(self, moving_points: NDArray[np.float64]) -> NDArray[np.float64]:
        z = self.rigid.inverse().points(moving_points)
        moved: NDArray[np.float64] = z + self.field.at(z)
        return moved


def _moving(
    draw: np.random.Generator, fixed: Volume, body: Body, look: Look, motion: _Motion
) -> Volume:
    grid = fixed.grid
    spacing_mm = {Body.BRAIN: 3.0, Body.CHEST: 4.0}[body]
    shown = _shown(draw, fixed, body, look)
    if look is Look.SAME:
        spacing_mm = 2.0
    else:
        shown = gaussian_filter(shown, _FWHM_MM / _TO_SIGMA / grid.spacing_mm[::-1])
    low, high = grid.corners().min(axis=0), grid.corners().max(axis=0)
    counts = np.floor((high - low) / spacing_mm).astype(int) + 1
    other = Grid.of(
        (int(counts[2]), int(counts[1]), int(counts[0])), spacing_mm=[spacing_mm] * 3, origin_mm=low
    )
    k, j, i = np.indices(other.shape)
    points = other.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    index = grid.to_index(motion.seen(points))[:, ::-1].T
    values = map_coordinates(shown, index, order=1, mode="nearest").reshape(other.shape)
    noise = gaussian_filter(draw.normal(size=other.shape), 0.8)
    part = 0.02 if look is Look.SAME else _NOISE
    values = values + noise / noise.std() * part * np.percentile(shown, 99)
    quantity, modality = (
        (fixed.quantity, fixed.modality) if look is Look.SAME else (Quantity.BQML, "PT")
    )
    return Volume(values.astype(np.float32), other, quantity, modality)


def _shown(draw: np.random.Generator, fixed: Volume, body: Body, look: Look) -> NDArray[np.float64]:
    """Return what the other modality shows at the fixed voxels, before its blur."""
    values = fixed.array.astype(np.float64)
    if look is Look.SAME:
        return 1.1 * values if body is Body.BRAIN else np.maximum(values, -1024.0)
    if body is Body.BRAIN:
        t = values / np.percentile(values[values > 0], 99)
        uptake = np.exp(-(((t - 0.62) / 0.12) ** 2)) + 0.25 * np.clip((t - 0.2) / 0.3, 0, 1)
    else:
        uptake = np.exp(-(((values - 45) / 60) ** 2)) + 0.15 * (values > -950)
        uptake += 0.25 * np.clip((values - 150) / 300, 0, 1)
    if look is Look.PATCHY:
        small = draw.normal(size=[max(2, int(n)) for n in np.ceil(_extent_mm(fixed) / 30)])
        ratio = np.array(values.shape) / np.array(small.shape)
        uptake *= np.clip(3 ** (0.5 * zoom(small, ratio, order=1)), 3**-0.5, 3**0.5)
    return 10_000 * uptake


def _extent_mm(volume: Volume) -> NDArray[np.float64]:
    extent: NDArray[np.float64] = np.array(volume.grid.shape) * volume.grid.spacing_mm[::-1]
    return extent


def _targets(draw: np.random.Generator, grid: Grid, inside: Mask) -> NDArray[np.float64]:
    steps = np.ceil(5.0 / grid.spacing_mm[::-1]).astype(int)
    deep = binary_erosion(inside, np.ones(2 * steps + 1, bool), border_value=0)
    at = np.argwhere(deep)
    chosen = at[draw.choice(len(at), size=min(TARGETS, len(at)), replace=False)]
    return grid.to_lps(chosen[:, ::-1])
