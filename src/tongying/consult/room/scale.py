"""Millimetres on a frozen ultrasound picture, from a scale that was drawn on it or a region."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput

SCALE_PIXELS: Final = 20.0
"""A scale shorter than this many pixels makes an error of more than 5 % out of one pixel's."""


class ScaleRefused(BadInput):
    """The scale drawn cannot be used."""

    code: ClassVar[str] = "room.scale"


def pixels_between(points: Sequence[Sequence[float]], columns: int, rows: int) -> float:
    """Return the distance of two points (fractions of the picture) in pixels."""
    (x0, y0), (x1, y1) = points
    return math.hypot((x1 - x0) * columns, (y1 - y0) * rows)


def spacing_from_scale(
    points: Sequence[Sequence[float]], mm: float, columns: int, rows: int
) -> float:
    """Return millimetres per pixel from two points whose distance is known.

    Pixels are taken as square, as every video output draws them.

    Raises
    ------
    ScaleRefused
        If the two points lie less than 20 pixels apart.
    """
    pixels = pixels_between(points, columns, rows)
    if pixels < SCALE_PIXELS:
        raise ScaleRefused("The scale is too short: draw it over more of the depth marks.")
    return mm / pixels


def millimetres_between(
    points: Sequence[Sequence[float]], columns: int, rows: int, mm_per_pixel: float
) -> float:
    """Return the distance of two points (fractions of the picture) in millimetres."""
    return pixels_between(points, columns, rows) * mm_per_pixel
