"""Marks on an image as spatial coordinates of a report: what a value was inferred from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import dist
from typing import Final

import highdicom.sr as structured
import numpy as np

from tongying.dicom.writers.derived import WrittenObject

Point = tuple[float, float]
CORNER: Final = 0.5
"""Graphic data count from the corner of the first pixel (PS3.3 C.10.5.1.2), marks from its
centre."""


class MarkShape(StrEnum):
    """How the points of a mark belong together."""

    POINT = "point"
    LINE = "line"
    """Points joined in order."""
    PAIRS = "pairs"
    """Two points each make a line."""
    ELLIPSE = "ellipse"
    """Ends of one axis, ends of the other."""
    OUTLINE = "outline"
    """Points joined in order, the last with the first."""


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """One mark: its shape, and its points from the centre of the first pixel."""

    shape: MarkShape
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class DrawnMarks:
    """What was drawn on an image.

    Attributes
    ----------
    image : WrittenObject
    frame : int or None
        From 1; None where the image has a single one.
    marks : tuple of DrawnMark
    """

    image: WrittenObject
    frame: int | None
    marks: tuple[DrawnMark, ...]


def coordinates_of(drawn: DrawnMarks) -> list[structured.CoordinatesForMeasurement]:
    """Return marks as the content items that a measurement was inferred from.

    References
    ----------
    DICOM PS3.16 TID 300 and 320; PS3.3 C.18.6 (spatial coordinates).
    """
    return [
        structured.CoordinatesForMeasurement(
            graphic_type=kind,
            graphic_data=np.asarray(points, dtype=np.float64) + CORNER,
            source_image=structured.SourceImageForRegion(
                drawn.image.sop_class_uid,
                drawn.image.sop_uid,
                None if drawn.frame is None else [drawn.frame],
            ),
        )
        for mark in drawn.marks
        for kind, points in _graphics(mark)
    ]


def _graphics(mark: DrawnMark) -> Iterator[tuple[structured.GraphicTypeValues, list[Point]]]:
    kinds = structured.GraphicTypeValues
    points = list(mark.points)
    match mark.shape:
        case MarkShape.POINT:
            yield kinds.POINT, points
        case MarkShape.LINE:
            yield kinds.POLYLINE, points
        case MarkShape.PAIRS:
            for start in range(0, len(points) - 1, 2):
                yield kinds.POLYLINE, points[start : start + 2]
        case MarkShape.ELLIPSE:
            first, second = points[:2], points[2:]
            longer_first = dist(*first) >= dist(*second)
            yield kinds.ELLIPSE, [*first, *second] if longer_first else [*second, *first]
        case MarkShape.OUTLINE:
            yield kinds.POLYLINE, [*points, points[0]]
