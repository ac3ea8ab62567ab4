"""Nodules made by code and put into a CT, real or made, with the partial volume of its voxels.

What a nodule looks like here is a choice of this file, no child's: shapes are ellipsoids with a
lumpy surface and thin spicules, the blur is a Gaussian in the slice and the slice's own thickness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.imaging.volume import Volume

SUB_SHARE: Final = 1.0 / 11.0
"""Of the diameter: the coarsest sub-voxel at which coverage is counted."""
FINEST_SUB_MM: Final = 0.33
BLUR_MM: Final = 0.5
"""Standard deviation of the scanner's blur in the slice."""
_LUMPS: Final = 7
_HU: Final = {"solid": (-20.0, 80.0), "ground-glass": (-650.0, -450.0), "calcified": (250.0, 600.0)}


class NoduleKind(StrEnum):
    """What a nodule is made of."""

    SOLID = "solid"
    GROUND_GLASS = "ground-glass"
    CALCIFIED = "calcified"


class Place(StrEnum):
    """What a nodule touches."""

    FREE = "free"
    WALL = "wall"
    VESSEL = "vessel"


@dataclass(frozen=True, slots=True, eq=False)
class MadeNodule:
    """A nodule as it was put in.

    Attributes
    ----------
    centre_mm : tuple of float
        LPS.
    diameter_mm : float
        Of the sphere of equal volume.
    kind : NoduleKind
    hu : float
    place : Place
    axes : ndarray, shape (3, 3)
        Rows: half axes of the ellipsoid before lumps, as vectors of length relative to the radius.
    lumps : ndarray, shape (n, 4)
        Directions and heights of lumps relative to the radius.
    spicules : ndarray, shape (n, 4)
        Directions and lengths of spicules relative to the radius.
    """

    centre_mm: tuple[float, float, float]
    diameter_mm: float
    kind: NoduleKind
    hu: float
    place: Place
    axes: NDArray[np.float64]
    lumps: NDArray[np.float64]
    spicules: NDArray[np.float64]

    @property
    def volume_mm3(self) -> float:
        """Return the volume of the sphere of that diameter."""
        return float(np.pi / 6.0 * self.diameter_mm**3)

    def moved(self, centre_mm: tuple[float, float, float], diameter_mm: float) -> MadeNodule:
        """Return the same nodule elsewhere and at another size, as an earlier scan shows it."""
        return replace(self, centre_mm=centre_mm, diameter_mm=diameter_mm)


def make_nodule(
    random: np.random.Generator,
    centre_mm: tuple[float, float, float],
    diameter_mm: float,
    kind: NoduleKind = NoduleKind.SOLID,
    place: Place = Place.FREE,
) -> MadeNodule:
    """Return a nodule of random shape.

    Parameters
    ----------
    random : Generator
        Of turn, stretch, density and spicules.
    centre_mm : tuple of float
        LPS.
    diameter_mm : float
    kind : NoduleKind
    place : Place
    """
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    stretch = random.uniform(0.8, 1.25, size=3)
    stretch /= np.prod(stretch) ** (1.0 / 3.0)
    low, high = _HU[kind.value]
    count = int(random.integers(0, 9)) if random.random() < 0.4 else 0
    return MadeNodule(
        centre_mm=centre_mm,
        diameter_mm=diameter_mm,
        kind=kind,
        hu=float(random.uniform(low, high)),
        place=place,
        axes=turn * stretch[:, None],
        lumps=np.column_stack([_directions(random, _LUMPS), random.uniform(-0.15, 0.2, _LUMPS)]),
        spicules=np.column_stack([_directions(random, count), random.uniform(1.2, 1.9, count)]),
    )


def insert(volume: Volume, nodules: Sequence[MadeNodule], *, seed: int = 0) -> Volume:
    """Return a CT with nodules put in.

    Brighter structures stay as they are; within a nodule noise like that around it is added.

    Parameters
    ----------
    volume : Volume
        In Hounsfield units; slices as thick as they are apart.
    nodules : sequence of MadeNodule
    seed : int
        Of the noise.
    """
    array = volume.array.astype(np.float32)
    random = np.random.default_rng(seed)
    for nodule in nodules:
        _put(array, volume, nodule, random)
    return replace(volume, array=np.round(array).astype(np.int16))


def coverage(nodule: MadeNodule, volume: Volume) -> tuple[tuple[slice, ...], NDArray[np.float32]]:
    """Return which share of each voxel a nodule takes, blurred, and where that block lies."""
    spacing = volume.grid.spacing_mm[::-1]
    centre = volume.grid.to_index([nodule.centre_mm])[0][::-1]
    reach = 1.1 * nodule.diameter_mm + 3.0 * BLUR_MM + 1.0
    low = np.maximum(np.floor(centre - reach / spacing).astype(int), 0)
    high = np.minimum(np.ceil(centre + reach / spacing).astype(int) + 1, volume.array.shape)
    if (high <= low).any():
        return (slice(0, 0),) * 3, np.zeros((0, 0, 0), dtype=np.float32)
    sub = max(FINEST_SUB_MM, nodule.diameter_mm * SUB_SHARE)
    parts = np.maximum(np.ceil(spacing / sub).astype(int), 1)
    axes = [
        low[axis] - 0.5 + (np.arange((high[axis] - low[axis]) * parts[axis]) + 0.5) / parts[axis]
        for axis in range(3)
    ]
    index = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    away = volume.grid.to_lps(index[:, ::-1]) - np.array(nodule.centre_mm)
    inside = _inside(nodule, away).astype(np.float32).reshape([len(one) for one in axes])
    counted = float(inside.sum()) * float(np.prod(spacing / parts))
    if counted > 0.0 and (low > 0).all() and (high < volume.array.shape).all():
        # Lumps change the volume; the stated diameter is that of the volume that is there.
        scale = (nodule.volume_mm3 / counted) ** (1.0 / 3.0)
        inside = _inside(nodule, away / scale).astype(np.float32).reshape(inside.shape)
    blurred = ndimage.gaussian_filter(inside, [0.0, *(BLUR_MM / (spacing / parts)[1:])])
    shape = [part for axis in range(3) for part in (high[axis] - low[axis], parts[axis])]
    mean = blurred.reshape(shape).mean(axis=(1, 3, 5), dtype=np.float32)
    return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True)), mean


def _put(
    array: NDArray[np.float32], volume: Volume, nodule: MadeNodule, random: np.random.Generator
) -> None:
    block, share = coverage(nodule, volume)
    part = array[block]
    if not part.size:
        return
    smooth = ndimage.gaussian_filter(part, 1.0)
    grain = (
        1.25 * float(np.median(np.abs(part - smooth)[smooth < -600.0]))
        if ((smooth < -600.0).any())
        else 10.0
    )
    noise = ndimage.gaussian_filter(random.normal(size=part.shape), [0.0, 0.6, 0.6])
    noise *= min(grain, 60.0) / max(float(noise.std()), 1e-6)
    part += share * np.maximum(nodule.hu - part + noise.astype(np.float32), 0.0)


def _inside(nodule: MadeNodule, away: NDArray[np.float64]) -> NDArray[np.bool_]:
    radius = nodule.diameter_mm / 2.0
    lengths = np.linalg.norm(nodule.axes, axis=1)
    along = away @ (nodule.axes / lengths[:, None] ** 2).T / radius
    far = np.linalg.norm(along, axis=1)
    way = away / np.maximum(np.linalg.norm(away, axis=1), 1e-9)[:, None]
    surface = np.ones(len(away))
    for *direction, height in nodule.lumps:
        surface += height * np.exp(4.0 * (way @ np.array(direction) - 1.0))
    inside = far <= surface
    width = max(0.12 * radius, 0.3)
    for *direction, length in nodule.spicules:
        forth = away @ np.array(direction)
        off = np.linalg.norm(away - forth[:, None] * np.array(direction), axis=1)
        inside |= (
            (forth > 0)
            & (forth < length * radius)
            & (off < width * (1.0 - forth / (length * radius)))
        )
    return np.asarray(inside, dtype=np.bool_)


def _directions(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    vectors = random.normal(size=(count, 3))
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)[:, None])
