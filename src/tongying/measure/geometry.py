"""Plane geometry of marks: angles, distances, crossings, areas. x to the right, y down.

Places are in one unit with square axes, as `Plane.shaped` and `Plane.in_mm` give them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tongying.measure.plane import Places
from tongying.measure.recipe import MarksRefused

NEAR = 1e-9
"""Two places closer than this share of the drawing's size are the same."""


def direction(line: ArrayLike) -> NDArray[np.float64]:
    """Return the unit vector of a line from its first to its second place.

    Raises
    ------
    MarksRefused
        If both places are the same.

    Examples
    --------
    >>> direction([[0, 0], [3, 4]]).tolist()
    [0.6, 0.8]
    """
    start, end = np.asarray(line, dtype=np.float64)
    step = end - start
    size = float(np.hypot(*step))
    if size <= NEAR * max(1.0, float(np.abs(line).max())):
        raise MarksRefused("The two points of a line are the same.")
    return np.asarray(step / size, dtype=np.float64)


def angle_deg(one: ArrayLike, other: ArrayLike) -> float:
    """Return the angle between two lines as drawn, from 0 to 180 degrees.

    Raises
    ------
    MarksRefused
        If the points of a line are the same.

    Examples
    --------
    >>> round(angle_deg([[0, 0], [1, 0]], [[0, 0], [-1, 1]]), 6)
    135.0
    """
    first, second = direction(one), direction(other)
    cross = float(first[0] * second[1] - first[1] * second[0])
    return abs(math.degrees(math.atan2(cross, float(first @ second))))


def acute_deg(one: ArrayLike, other: ArrayLike) -> float:
    """Return the smaller angle between two lines whatever their ends, from 0 to 90 degrees.

    Raises
    ------
    MarksRefused
        If the points of a line are the same.
    """
    angle = angle_deg(one, other)
    return min(angle, 180.0 - angle)


def length(line: ArrayLike) -> float:
    """Return the distance of two places.

    Raises
    ------
    MarksRefused
        If they are the same.
    """
    direction(line)
    start, end = np.asarray(line, dtype=np.float64)
    return float(np.hypot(*(end - start)))


def offset(place: ArrayLike, line: ArrayLike) -> float:
    """Return how far a place lies from a line, positive to the right of its direction (y down).

    Raises
    ------
    MarksRefused
        If the points of the line are the same.

    Examples
    --------
    >>> offset([5, 2], [[0, 0], [1, 0]])
    2.0
    """
    along = direction(line)
    away = np.asarray(place, dtype=np.float64) - np.asarray(line, dtype=np.float64)[0]
    return float(along[0] * away[1] - along[1] * away[0])


def foot(place: ArrayLike, line: ArrayLike) -> NDArray[np.float64]:
    """Return the place of a line that is nearest to a place.

    Raises
    ------
    MarksRefused
        If the points of the line are the same.
    """
    along = direction(line)
    start = np.asarray(line, dtype=np.float64)[0]
    return np.asarray(start + along * float(along @ (np.asarray(place) - start)), dtype=np.float64)


def crossing(one: ArrayLike, other: ArrayLike) -> NDArray[np.float64]:
    """Return where two lines, drawn on without end, cross.

    Raises
    ------
    MarksRefused
        If they are parallel, or the points of one are the same.
    """
    first, second = direction(one), direction(other)
    turn = float(first[0] * second[1] - first[1] * second[0])
    if abs(turn) < 1e-9:
        raise MarksRefused("Two lines that must cross are parallel.")
    start = np.asarray(one, dtype=np.float64)[0]
    gap = np.asarray(other, dtype=np.float64)[0] - start
    reach = float(gap[0] * second[1] - gap[1] * second[0]) / turn
    return np.asarray(start + reach * first, dtype=np.float64)


def segments_cross(one: ArrayLike, other: ArrayLike) -> bool:
    """Say whether two lines cross between their ends.

    Raises
    ------
    MarksRefused
        If the points of a line are the same.
    """
    sides = [
        offset(place, line)
        for line, places in ((one, other), (other, one))
        for place in np.asarray(places, dtype=np.float64)
    ]
    return sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0


def area(contour: Places) -> float:
    """Return the area within an outline (shoelace formula).

    Raises
    ------
    MarksRefused
        If the outline crosses itself or encloses nothing.
    """
    check_outline(contour)
    x, y = contour[:, 0], contour[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def check_outline(contour: Places) -> None:
    """Raise unless an outline encloses an area and does not cross itself.

    Raises
    ------
    MarksRefused
        If it does not.
    """
    x, y = contour[:, 0], contour[:, 1]
    twice = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    reach = float(np.ptp(contour, axis=0).max())
    if len(contour) < 3 or abs(twice) <= NEAR * reach * reach:
        raise MarksRefused("The outline encloses no area.")
    starts, ends = contour, np.roll(contour, -1, axis=0)
    for number in range(len(contour) - 2):
        later = slice(number + 2, len(contour) - (number == 0))
        if _crossed(starts[number], ends[number], starts[later], ends[later]):
            raise MarksRefused("The outline crosses itself.")


def widest(contour: Places) -> tuple[Places, Places]:
    """Return the longest diameter of an outline and the longest one square to it, as two lines.

    The second is the greatest width at right angles to the first (Feret), through the places of
    the outline that give it, as response criteria measure.

    Raises
    ------
    MarksRefused
        If the outline encloses nothing or crosses itself.
    """
    check_outline(contour)
    apart = contour[:, None, :] - contour[None, :, :]
    first, second = np.unravel_index(int((apart**2).sum(axis=2).argmax()), (len(contour),) * 2)
    long = contour[[first, second]]
    along = direction(long)
    across = contour @ np.asarray([-along[1], along[0]])
    low = contour[int(across.argmin())]
    width = float(across.max() - across.min())
    return np.asarray(long), np.asarray([low, low + np.asarray([-along[1], along[0]]) * width])


def inside(place: Sequence[float], contour: Places) -> bool:
    """Say whether a place lies within an outline (crossing number)."""
    x, y = place
    starts, ends = contour, np.roll(contour, -1, axis=0)
    spans = (starts[:, 1] > y) != (ends[:, 1] > y)
    rise = np.where(spans, ends[:, 1] - starts[:, 1], 1.0)
    at = starts[:, 0] + (y - starts[:, 1]) / rise * (ends[:, 0] - starts[:, 0])
    return bool(np.count_nonzero(spans & (x < at)) % 2)


def _crossed(start: Places, end: Places, starts: Places, ends: Places) -> bool:
    if not len(starts):
        return False
    one = _turn(start, end, starts) * _turn(start, end, ends)
    other = _turn(starts, ends, start) * _turn(starts, ends, end)
    return bool(np.any((one < 0) & (other < 0)))


def _turn(start: Places, end: Places, place: Places) -> NDArray[np.float64]:
    step, away = end - start, place - start
    return np.asarray(step[..., 0] * away[..., 1] - step[..., 1] * away[..., 0])
