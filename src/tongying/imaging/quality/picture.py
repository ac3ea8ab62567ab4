"""Pictures by which a person checks a fusion: checkerboards and outlines in three planes.

All pictures are uint8 RGB arrays of shape (rows, columns, 3) with square pixels in millimetres,
seen as radiologists see: the child's right on the left, front or head up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import binary_erosion, gaussian_filter, map_coordinates

from tongying.imaging.grid import Grid, Points
from tongying.imaging.progress import Progress, silent
from tongying.imaging.quality.body import body_of
from tongying.imaging.quality.working import reduced
from tongying.imaging.transform import Transform
from tongying.imaging.volume import Quantity, Volume

Picture = NDArray[np.uint8]
"""Shape (rows, columns, 3), RGB."""

STAGE = "pictures"
FINEST_MM = 0.7
MOST_PIXELS = 420
SQUARE_MM = 24.0
SOFT_TISSUE_HU = (-160.0, 240.0)
"""A usual abdominal window."""
BONE_HU = 250.0
OUTLINE: tuple[int, int, int] = (255, 196, 0)
INNER: tuple[int, int, int] = (0, 220, 255)
_UPTAKE_TOP = 99.7
_SMOOTH_MM = 2.5


class Plane(StrEnum):
    """Through which plane is cut."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One plane through both images.

    Attributes
    ----------
    plane : Plane
    fixed, moving : ndarray of float32, shape (rows, columns)
        Values of both images at the same points of the child.
    inside : ndarray of bool
        Where the moving image was measured.
    pixel_mm : float
        Edge of the square pixels.
    """

    plane: Plane
    fixed: NDArray[np.float32]
    moving: NDArray[np.float32]
    inside: NDArray[np.bool_]
    pixel_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """What a person looks at, each with the three planes in the order of `Plane`."""

    checkerboards: tuple[Picture, ...]
    outlines: tuple[Picture, ...]


def pictures(
    fixed: Volume,
    moving: Volume,
    transform: Transform,
    *,
    at_mm: ArrayLike | None = None,
    progress: Progress = silent,
) -> Pictures:
    """Draw checkerboards and outlines in three planes.

    Parameters
    ----------
    fixed, moving : Volume
    transform : Transform
    at_mm : array_like, shape (3,), optional
        Point of the fixed image (LPS) that the planes go through; by default the middle of the
        body that both images show.
    progress : Progress
        Is told ``pictures`` after every step.

    Raises
    ------
    NoBody
        If no child is seen in the fixed image.
    """
    point = middle_mm(fixed, moving, transform) if at_mm is None else np.asarray(at_mm, float)
    progress(0.3, STAGE)
    windows = window_of(fixed), window_of(moving)
    progress(0.6, STAGE)
    boards, lines = [], []
    for place, plane in enumerate(Plane, start=1):
        progress(0.6 + 0.4 * place / len(Plane), STAGE)
        cut = cut_through(fixed, moving, transform, plane, point)
        boards.append(checkerboard(cut, *windows))
        lines.append(outlined(cut, *windows, bone=fixed.quantity is Quantity.HU))
    return Pictures(tuple(boards), tuple(lines))


def cine(
    fixed: Volume,
    moving: Volume,
    transform: Transform,
    *,
    count: int = 9,
    progress: Progress = silent,
) -> tuple[Picture, ...]:
    """Draw outlines on axial slices from the lower to the upper end of the body.

    Parameters
    ----------
    fixed, moving : Volume
    transform : Transform
    count : int
        How many slices.
    progress : Progress
        Is told ``pictures`` after every step.

    Raises
    ------
    NoBody
        If no child is seen in the fixed image.
    """
    shared = _shared(fixed, moving, transform)
    progress(0.3, STAGE)
    windows = window_of(fixed), window_of(moving)
    progress(0.6, STAGE)
    middle = shared.mean(axis=0)
    frames = []
    for place, share in enumerate(np.linspace(5, 95, count), start=1):
        progress(0.6 + 0.4 * place / count, STAGE)
        point = np.array([middle[0], middle[1], np.percentile(shared[:, 2], share)])
        cut = cut_through(fixed, moving, transform, Plane.AXIAL, point)
        frames.append(outlined(cut, *windows, bone=fixed.quantity is Quantity.HU))
    return tuple(frames)


def middle_mm(fixed: Volume, moving: Volume, transform: Transform) -> NDArray[np.float64]:
    """Return the middle of the body that both images show, in the fixed image, LPS mm.

    Parameters
    ----------
    fixed, moving : Volume
    transform : Transform

    Raises
    ------
    NoBody
        If no child is seen in the fixed image.
    """
    return np.asarray(_shared(fixed, moving, transform).mean(axis=0), dtype=np.float64)


def window_of(volume: Volume) -> tuple[float, float]:
    """Return what is shown black and white: a CT window, or percentiles of what is not air.

    Parameters
    ----------
    volume : Volume
    """
    if volume.quantity is Quantity.HU:
        return SOFT_TISSUE_HU
    value = reduced(volume, 4.0).array
    low, middle = np.percentile(value, (0.5, 50))
    bright = value[value > max(float(middle), float(low))]
    high = np.percentile(bright if bright.size else value, _UPTAKE_TOP)
    return float(low), float(max(high, low + 1e-6))


def cut_through(
    fixed: Volume, moving: Volume, transform: Transform, plane: Plane, at_mm: ArrayLike
) -> Cut:
    """Sample both images in one plane.

    Parameters
    ----------
    fixed, moving : Volume
    transform : Transform
    plane : Plane
        Of LPS, whatever the images' own axes are.
    at_mm : array_like, shape (3,)
        A point in it, of the fixed image, LPS.
    """
    corners = fixed.grid.corners()
    low, high = corners.min(axis=0), corners.max(axis=0)
    across, down = {Plane.AXIAL: (0, 1), Plane.CORONAL: (0, 2), Plane.SAGITTAL: (1, 2)}[plane]
    longest = max(float(high[across] - low[across]), float(high[down] - low[down]))
    pixel = max(FINEST_MM, longest / MOST_PIXELS)
    columns = np.arange(low[across], high[across] + pixel / 2, pixel)
    rows = np.arange(low[down], high[down] + pixel / 2, pixel)
    if plane is not Plane.AXIAL:
        rows = rows[::-1]
    points = np.empty((len(rows), len(columns), 3))
    points[:] = np.asarray(at_mm, dtype=np.float64)
    points[..., across] = columns[None, :]
    points[..., down] = rows[:, None]
    flat = points.reshape(-1, 3)
    there = transform.points(flat)
    shape = points.shape[:2]
    return Cut(
        plane,
        _values(fixed, flat).reshape(shape),
        _values(moving, there).reshape(shape),
        _inside(moving.grid, there).reshape(shape),
        pixel,
    )


def checkerboard(cut: Cut, fixed: tuple[float, float], moving: tuple[float, float]) -> Picture:
    """Draw squares of both images in turns; edges must go on from square to square.

    Parameters
    ----------
    cut : Cut
    fixed, moving : tuple of float
        What is shown black and white.
    """
    size = max(4, round(SQUARE_MM / cut.pixel_mm))
    j, i = np.indices(cut.fixed.shape)
    odd = ((j // size + i // size) % 2).astype(np.bool_)
    grey = _grey(cut.fixed, fixed)
    warm = _grey(cut.moving, moving)
    picture = np.stack([grey, grey, grey], axis=-1)
    other = np.stack([warm, warm * 0.86, warm * 0.62], axis=-1)
    other[~cut.inside] = (0.0, 0.0, 30.0)
    picture[odd] = other[odd]
    return np.asarray(picture, dtype=np.uint8)


def outlined(
    cut: Cut, fixed: tuple[float, float], moving: tuple[float, float], *, bone: bool
) -> Picture:
    """Draw the moving image with outlines of the fixed one; they must lie on its edges.

    Parameters
    ----------
    cut : Cut
    fixed, moving : tuple of float
        What is shown black and white.
    bone : bool
        The fixed image is CT: its bones are outlined too; else its brightest inner parts.
    """
    warm = _grey(cut.moving, moving)
    picture = np.stack([warm, warm, warm], axis=-1)
    soft = gaussian_filter(cut.fixed, _SMOOTH_MM / cut.pixel_mm / 2)
    if bone:
        levels = ((-400.0, OUTLINE), (BONE_HU, INNER))
    else:
        low, high = fixed
        levels = ((low + 0.12 * (high - low), OUTLINE), (low + 0.5 * (high - low), INNER))
    for level, colour in levels:
        above = soft > level
        picture[above & ~binary_erosion(above)] = colour
    return np.asarray(picture, dtype=np.uint8)


def _shared(fixed: Volume, moving: Volume, transform: Transform) -> Points:
    """Return body points that both images show; all of the body if they show none together."""
    small = reduced(fixed, 4.0)
    points = small.grid.to_lps(np.argwhere(body_of(small))[:, ::-1])
    both = _inside(moving.grid, transform.points(points))
    return points[both] if both.any() else points


def _inside(grid: Grid, points: Points) -> NDArray[np.bool_]:
    at = grid.to_index(points)
    ends = np.array(grid.shape[::-1]) - 1
    return np.asarray(((at >= -0.5) & (at <= ends + 0.5)).all(axis=1))


def _values(volume: Volume, points: Points) -> NDArray[np.float32]:
    at = volume.grid.to_index(points)[:, ::-1].T
    low = float(volume.array.min())
    value = map_coordinates(volume.array, at, output=np.float32, order=1, mode="constant", cval=low)
    return np.asarray(value, dtype=np.float32)


def _grey(value: NDArray[np.float32], window: tuple[float, float]) -> NDArray[np.float32]:
    low, high = window
    return np.asarray(255 * np.clip((value - low) / (high - low), 0, 1), dtype=np.float32)
