"""Volume of what was outlined or masked in parallel slices."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tongying.measure.geometry import area
from tongying.measure.numbers import NumbersRefused, check_above_zero
from tongying.measure.plane import Places

MM3_PER_CM3 = 1000.0
SPACING_WITHIN = 0.01
"""Slices count as equally spaced when no gap differs by more than this share."""


def stack_cm3(areas_mm2: Sequence[float], positions_mm: Sequence[float]) -> float:
    """Return the volume from areas in equally spaced parallel slices (Cavalieri).

    Parameters
    ----------
    areas_mm2 : sequence of float
        In each slice that shows it; zero is possible.
    positions_mm : sequence of float
        Of each slice along the line square to all of them, in any order.

    Raises
    ------
    NumbersRefused
        If there are fewer than two slices, one is missing or there twice, or an area is below
        zero.

    Examples
    --------
    >>> stack_cm3([100.0, 200.0, 100.0], [0.0, 5.0, 10.0])
    2.0
    """
    areas = np.asarray(areas_mm2, dtype=np.float64)
    places = np.asarray(positions_mm, dtype=np.float64)
    if areas.shape != places.shape or len(areas) < 2:
        raise NumbersRefused("At least two slices are needed, each with its place.")
    if not (np.isfinite(areas).all() and np.isfinite(places).all() and areas.min() >= 0):
        raise NumbersRefused("Every area must be a number not below zero.")
    gaps = np.diff(np.sort(places))
    if gaps.min() <= 0 or np.ptp(gaps) > SPACING_WITHIN * gaps.max():
        raise NumbersRefused("The slices are not equally spaced: one is missing or there twice.")
    return float(areas.sum() * gaps.mean() / MM3_PER_CM3)


def outlines_cm3(outlines_mm: Sequence[Sequence[Places]], positions_mm: Sequence[float]) -> float:
    """Return the volume from the outlines in each of equally spaced parallel slices.

    Raises
    ------
    MarksRefused
        If an outline crosses itself or encloses nothing.
    NumbersRefused
        If there are fewer than two slices, or one is missing or there twice.
    """
    areas = [sum((area(one) for one in outlines), 0.0) for outlines in outlines_mm]
    return stack_cm3(areas, positions_mm)


def mask_cm3(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> float:
    """Return the volume of the voxels that a mask marks.

    Parameters
    ----------
    mask : array of bool
        Three axes.
    spacing_mm : tuple of float
        Size of a voxel along each axis.

    Raises
    ------
    NumbersRefused
        If the mask is not of three axes and true or false, marks nothing, or a size is not above
        zero.

    Examples
    --------
    >>> mask_cm3(np.ones((10, 10, 10), dtype=bool), (1.0, 1.0, 2.0))
    2.0
    """
    check_above_zero(*spacing_mm)
    if mask.ndim != 3 or mask.dtype != np.bool_ or len(spacing_mm) != 3:
        raise NumbersRefused("A mask has three axes and says of every voxel yes or no.")
    marked = int(np.count_nonzero(mask))
    if not marked:
        raise NumbersRefused("The mask marks nothing.")
    return marked * math.prod(spacing_mm) / MM3_PER_CM3


def touches_edge(mask: NDArray[np.bool_]) -> bool:
    """Say whether a mask reaches the edge of its images: the rest may lie beyond."""
    return any(
        bool(mask.take(side, axis=axis).any()) for axis in range(mask.ndim) for side in (0, -1)
    )
