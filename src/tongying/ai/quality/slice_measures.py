"""What the pixels of one slice tell of its quality, in a few numbers; the slice is not kept.

References
----------
J. Immerkær, "Fast noise variance estimation", CVIU 64 (1996) 300-302: the mask whose answer to a
plane is zero.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Plane = NDArray[np.float32]
_IMMERKAER: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
_IMMERKAER_GAIN = 6.0
_MAD = 1.4826
"""Of a normal distribution: its deviation by its median absolute deviation."""
OBJECT_SHARE = 0.12
"""Of the 99th centile: brighter is the child (magnitude images). Needs sign-off."""
BODY_HU, LUNG_HU = -400.0, -400.0
LEAST_OBJECT = 0.01
"""Share of a slice that the child must fill for measures of it to count."""
_FOURIER_INNER = 0.25
"""Of the sampling frequency along an axis: spikes are looked for beyond half of Nyquist."""
_STROKE_PIXELS = (3, 120)
"""Pixels of one character of burned-in text."""
_MASKED_SHARE = 0.2
"""Of the corners: with more zeros they were masked by the device and say nothing of noise."""
_EDGE_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class SliceMeasures:
    """Numbers of one slice; None where it does not allow one.

    Attributes
    ----------
    digest : str
        Of the stored pixels.
    blank : bool
    object_share : float
        Of the slice.
    level : float
        Mean of the child, in the image's unit.
    noise : float or None
        Deviation within the child.
    ghosts : float or None
        Background beside the child by background in the corners; None where those are masked.
    spike : float
        Largest high frequency by the 99th centile of its kind.
    saturated : float
        Share of the child at the largest value.
    corner : float
        Median of the four corners.
    cut : bool
        Whether the child reaches a side's edge over a good part of its length.
    enclosed : float
        Share of the slice that is air within the child.
    characters : int
        Small sharp marks at full brightness near the edges.
    """

    digest: str
    blank: bool
    object_share: float = 0.0
    level: float = 0.0
    noise: float | None = None
    ghosts: float | None = None
    spike: float = 0.0
    saturated: float = 0.0
    corner: float = 0.0
    cut: bool = False
    enclosed: float = 0.0
    characters: int = 0


def measure_slice(
    stored: NDArray[Any], *, slope: float, intercept: float, hounsfield: bool
) -> SliceMeasures:
    """Measure one grey slice.

    Parameters
    ----------
    stored : ndarray, shape (rows, columns)
    slope, intercept : float
        To real values.
    hounsfield : bool
        Whether real values are CT numbers.
    """
    digest = hashlib.blake2b(np.ascontiguousarray(stored).tobytes(), digest_size=16).hexdigest()
    if min(stored.shape) < 16 or stored.min() == stored.max():
        return SliceMeasures(digest, blank=bool(stored.min() == stored.max()))
    image: Plane = stored.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    inside = _child(image, hounsfield=hounsfield)
    share = float(inside.mean())
    corners = _corners(image)
    counted = share >= LEAST_OBJECT
    return SliceMeasures(
        digest,
        blank=False,
        object_share=share,
        level=float(image[inside].mean()) if counted else 0.0,
        noise=_noise(image, inside) if counted else None,
        ghosts=None if hounsfield or not counted else _ghosts(image, inside, corners),
        spike=_spike(image),
        saturated=float((image[inside] >= image.max()).mean()) if counted else 0.0,
        corner=float(np.median(corners)),
        cut=counted and _cut(inside),
        enclosed=_enclosed(image, inside) if hounsfield and counted else 0.0,
        characters=_characters(image),
    )


def _child(image: Plane, *, hounsfield: bool) -> NDArray[np.bool_]:
    limit = BODY_HU if hounsfield else OBJECT_SHARE * float(np.percentile(image, 99))
    mask: NDArray[np.bool_] = ndimage.binary_opening(image > limit, iterations=1)
    return mask


def _corners(image: Plane) -> Plane:
    rows, columns = (max(length // 12, 3) for length in image.shape)
    parts = (
        image[:rows, :columns],
        image[:rows, -columns:],
        image[-rows:, :columns],
        image[-rows:, -columns:],
    )
    return np.concatenate([one.ravel() for one in parts])


def _noise(image: Plane, inside: NDArray[np.bool_]) -> float | None:
    core = ndimage.binary_erosion(inside, iterations=2)
    if core.sum() < 50:
        return None
    answer = ndimage.convolve(image, _IMMERKAER, mode="nearest")[core]
    return float(_MAD * np.median(np.abs(answer)) / _IMMERKAER_GAIN)


def _ghosts(image: Plane, inside: NDArray[np.bool_], corners: Plane) -> float | None:
    """Compare the background beside the child, along rows and along columns, with the corners."""
    away = ~ndimage.binary_dilation(inside, iterations=3)
    rows = np.flatnonzero(inside.mean(axis=1) > 0.1)
    columns = np.flatnonzero(inside.mean(axis=0) > 0.1)
    quiet = float(np.mean(corners))
    if not rows.size or not columns.size or float((corners <= 0).mean()) > _MASKED_SHARE:
        return None
    beside = away[rows[0] : rows[-1] + 1, :]
    above = away[:, columns[0] : columns[-1] + 1]
    found = []
    for part, values in (
        (beside, image[rows[0] : rows[-1] + 1, :]),
        (above, image[:, columns[0] : columns[-1] + 1]),
    ):
        if part.sum() >= 200:
            found.append(float(np.mean(values[part])) / quiet)
    return max(found) if found else None


def _spike(image: Plane) -> float:
    window = np.outer(np.hanning(image.shape[0]), np.hanning(image.shape[1]))
    strength = np.abs(np.fft.fft2((image - image.mean()) * window))
    rows = np.abs(np.fft.fftfreq(image.shape[0]))[:, None]
    columns = np.abs(np.fft.fftfreq(image.shape[1]))[None, :]
    outer = strength[np.maximum(rows, columns) > _FOURIER_INNER]
    usual = float(np.percentile(outer, 99))
    return float(outer.max()) / usual if usual > 0 else 0.0


def _cut(inside: NDArray[np.bool_]) -> bool:
    sides = (inside[:, :2], inside[:, -2:], inside[:2, :].T, inside[-2:, :].T)
    return any(float(side.all(axis=1).mean()) > _EDGE_SHARE for side in sides)


def _enclosed(image: Plane, inside: NDArray[np.bool_]) -> float:
    filled = ndimage.binary_fill_holes(inside)
    return float((filled & (image < LUNG_HU)).mean())


def _characters(image: Plane) -> int:
    """Count small sharp marks near the edges that are as bright as anything."""
    rows, columns = (math.ceil(length * _EDGE_SHARE) for length in image.shape)
    bright = image >= image.max() - 0.02 * (image.max() - image.min())
    bright[rows:-rows, columns:-columns] = False
    labels, count = ndimage.label(bright, structure=np.ones((3, 3)))
    if not count:
        return 0
    sizes = np.bincount(labels.ravel())[1:]
    return int(((sizes >= _STROKE_PIXELS[0]) & (sizes <= _STROKE_PIXELS[1])).sum())
