"""Ventricular volume from outlines and their long axis: area-length, and discs.

References
----------
Dodge HT et al. Am Heart J 1960;60:762-776 (area-length, an ellipsoid of revolution).
Lang RM et al. J Am Soc Echocardiogr 2015;28:1-39 (discs, 20 along the long axis).
Both are named as they are usually cited; the papers were not read. Needs sign-off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tongying.measure.geometry import check_outline, direction, inside, length
from tongying.measure.numbers import NumbersRefused, check_above_zero
from tongying.measure.plane import Places
from tongying.measure.recipe import MarksRefused

DISCS = 20
MM3_PER_ML = 1000.0
AXIS_BEYOND = 0.05
"""By how much of its length an axis may end outside its outline; needs sign-off."""
LENGTHS_DIFFER = 0.2
"""By how much the long axes of two planes may differ; needs sign-off (usual practice: 10-20 %)."""


def area_length_ml(area_mm2: float, length_mm: float) -> float:
    """Return the volume of an ellipsoid of revolution with this long section and axis.

    Raises
    ------
    NumbersRefused
        If a number is not above zero.

    Examples
    --------
    >>> round(area_length_ml(math.pi * 20 * 10, 40.0), 3)
    8.378
    """
    check_above_zero(area_mm2, length_mm)
    return 8.0 * area_mm2**2 / (3.0 * math.pi * length_mm) / MM3_PER_ML


def bullet_ml(short_axis_area_mm2: float, length_mm: float) -> float:
    """Return five sixths of a short-axis area times the long axis.

    Raises
    ------
    NumbersRefused
        If a number is not above zero.

    Examples
    --------
    >>> bullet_ml(600.0, 50.0)
    25.0
    """
    check_above_zero(short_axis_area_mm2, length_mm)
    return 5.0 / 6.0 * short_axis_area_mm2 * length_mm / MM3_PER_ML


def discs_ml(
    widths_mm: Sequence[float] | NDArray[np.float64],
    length_mm: float,
    *,
    other_mm: Sequence[float] | NDArray[np.float64] | None = None,
) -> float:
    """Return the volume of a stack of discs of equal height.

    Round where only one plane is known, else ellipses of the widths in both planes.

    Raises
    ------
    NumbersRefused
        If there are no widths, the planes have unlike numbers of them, or a number is below zero.

    Examples
    --------
    >>> round(discs_ml([20.0] * 20, 40.0), 3)
    12.566
    """
    check_above_zero(length_mm)
    first = np.asarray(widths_mm, dtype=np.float64)
    second = first if other_mm is None else np.asarray(other_mm, dtype=np.float64)
    if not len(first) or first.shape != second.shape:
        raise NumbersRefused("Both planes must be cut into the same number of discs.")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise NumbersRefused("Every width must be a number.")
    if first.min() < 0 or second.min() < 0:
        raise NumbersRefused("A width cannot be below zero.")
    height = length_mm / len(first)
    return float(math.pi / 4 * (first * second).sum() * height / MM3_PER_ML)


def biplane_ml(one: tuple[Places, Places], other: tuple[Places, Places]) -> float:
    """Return the volume by discs from outlines and long axes (in mm) in two planes at right angles.

    The longer of both axes is taken, as is usual.

    Raises
    ------
    MarksRefused
        If an outline or axis cannot be used, or the axes differ too much to be of one ventricle.
    """
    lengths = [length(axis) for _, axis in (one, other)]
    if min(lengths) < (1 - LENGTHS_DIFFER) * max(lengths):
        raise MarksRefused(
            "The long axes of the two planes differ by more than a fifth: one is foreshortened."
        )
    first, second = (disc_widths(outline, axis) for outline, axis in (one, other))
    return discs_ml(first, max(lengths), other_mm=second)


def check_axis(outline: Places, axis: Places) -> None:
    """Raise unless a long axis runs within its outline.

    Raises
    ------
    MarksRefused
        If the outline crosses itself or encloses nothing, or the axis leaves it.
    """
    check_outline(outline)
    along = direction(axis)
    start, end = axis
    drawn_in = AXIS_BEYOND * length(axis)
    tested = (start + along * drawn_in, (start + end) / 2, end - along * drawn_in)
    if not all(inside(tuple(place), outline) for place in tested):
        raise MarksRefused("The long axis leaves the outline of its ventricle.")


def disc_widths(outline: Places, axis: Places, count: int = DISCS) -> NDArray[np.float64]:
    """Return the widths of an outline across its axis, at the middle of each of equal pieces.

    Raises
    ------
    MarksRefused
        If the outline crosses itself or encloses nothing, or the axis leaves it.
    """
    check_axis(outline, axis)
    along = direction(axis)
    start = np.asarray(axis, dtype=np.float64)[0]
    away = outline - start
    height, side = away @ along, away @ np.asarray([-along[1], along[0]])
    step = length(axis) / count
    cuts = (np.arange(count) + 0.5) * step
    return np.asarray([_width(height, side, cut) for cut in cuts], dtype=np.float64)


def _width(height: NDArray[np.float64], side: NDArray[np.float64], cut: float) -> float:
    """Return how much of a line across lies within the outline (its crossings in pairs)."""
    next_height, next_side = np.roll(height, -1), np.roll(side, -1)
    crossed = (height > cut) != (next_height > cut)
    share = (cut - height[crossed]) / (next_height[crossed] - height[crossed])
    at = np.sort(side[crossed] + share * (next_side[crossed] - side[crossed]))
    return float((at[1::2] - at[0::2]).sum())
