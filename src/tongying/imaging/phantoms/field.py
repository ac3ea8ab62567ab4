"""Smooth random deformations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tongying.imaging.grid import Grid
from tongying.imaging.transform import DisplacementTransform

_STEP_MM = 4.0
_MARGIN_MM = 60.0
_FADE = 8


def smooth_deformation(
    grid: Grid, random: np.random.Generator, *, amplitude_mm: float, knots_mm: float
) -> DisplacementTransform:
    """Return a cubic B-spline deformation with random coefficients.

    It fades to nothing at the rim of a box that is wider than the image, so that it is continuous
    everywhere. It is made without folds: the knots' distance must be some times the amplitude.

    Parameters
    ----------
    grid : Grid
        Of the fixed image.
    random : numpy.random.Generator
    amplitude_mm : float
        Largest displacement over the box.
    knots_mm : float
        Distance of the knots.
    """
    corners = grid.corners()
    low, high = corners.min(axis=0) - _MARGIN_MM, corners.max(axis=0) + _MARGIN_MM
    counts = np.ceil((high - low) / _STEP_MM).astype(int)[::-1] + 1
    along = [_basis(int(count), knots_mm) for count in counts]
    values = random.standard_normal((*(weights.shape[1] for weights in along), 3))
    for axis, weights in enumerate(along):
        fade = np.arange(counts[axis]) / _FADE
        fade = np.sin(np.pi / 2 * np.clip(np.minimum(fade, fade[::-1]), 0, 1)) ** 2
        faded = fade[:, None] * weights
        values = np.moveaxis(np.tensordot(faded, values, axes=(1, axis)), 0, axis)
    values *= amplitude_mm / np.linalg.norm(values, axis=-1).max()
    shape = (values.shape[0], values.shape[1], values.shape[2])
    step = (high - low) / (np.array(shape[::-1]) - 1)
    return DisplacementTransform(
        np.eye(4), values.astype(np.float32), Grid.of(shape, spacing_mm=step, origin_mm=low)
    )


def _basis(count: int, knots_mm: float) -> NDArray[np.float64]:
    """Return the weight of each cubic B-spline at each of `count` places along an axis."""
    at = np.arange(count) * _STEP_MM / knots_mm
    knots = np.arange(-1, int(np.ceil(at[-1])) + 2)
    away = np.abs(at[:, None] - knots[None, :])
    inner = 2 / 3 - away**2 + away**3 / 2
    outer = np.clip(2 - away, 0, None) ** 3 / 6
    return np.asarray(np.where(away < 1, inner, outer), dtype=np.float64)
