"""Marks on an image as a person or a program hands them to the command line."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, ClassVar

from tongying.kernel.errors import BadInput
from tongying.kernel.gestation import GestationalAge
from tongying.measure.plane import Plane, Point
from tongying.measure.recipe import ChildKnown
from tongying.norms.sex import sex_of
from tongying.services.norm_files import read_document

SOURCE = "command line"
_GESTATION = re.compile(r"(\d{1,2})(?:\+([0-6]))?")
_KEYS = frozenset({"marks", "spacing_mm", "aspect", "side", "modality", "child"})
_OF_CHILD = frozenset(
    {"age_days", "corrected_age_days", "gestational_age_days", "sex", "height_cm", "weight_kg"}
)


class DrawingRefused(BadInput):
    """Marks, a spacing or a child's facts are not written as they must be."""

    code: ClassVar[str] = "measure.drawing-refused"


def marks_of(written: list[str]) -> dict[str, tuple[Point, ...]]:
    """Return marks written as ``name=column,row column,row``.

    Raises
    ------
    DrawingRefused
        If one is written otherwise or twice.

    Examples
    --------
    >>> marks_of(["baseline=10,20 30,20.5"])
    {'baseline': ((10.0, 20.0), (30.0, 20.5))}
    """
    marks: dict[str, tuple[Point, ...]] = {}
    for one in written:
        name, equals, places = one.partition("=")
        points = [place.split(",") for place in re.split(r"[\s;]+", places.strip()) if place]
        if not equals or not name.strip() or not points:
            raise DrawingRefused(
                f"Write points as name=column,row column,row, not as {one[:60]!r}."
            )
        if name.strip() in marks:
            raise DrawingRefused(f"{name.strip()[:40]!r} is marked twice.")
        marks[name.strip()] = tuple(_point(point, name) for point in points)
    return marks


def plane_of(spacing: str, aspect: float | None) -> Plane:
    """Return the plane of a pixel spacing, written as DICOM orders it: rows, then columns, in mm.

    Parameters
    ----------
    spacing : str
        ``0.2`` where both are the same, ``0.25,0.2``, or nothing where the size is not known.
    aspect : float or None
        Row distance by column distance where only that is known.

    Raises
    ------
    DrawingRefused
        If it is written otherwise, or both are given.
    PlaneRefused
        If a size is not above zero.
    """
    if not spacing:
        return Plane(aspect=1.0 if aspect is None else aspect)
    if aspect is not None:
        raise DrawingRefused("Give the spacing or the aspect, not both.")
    sizes = [_number(one, "A spacing") for one in re.split(r"[,\\]", spacing)]
    if len(sizes) > 2:
        raise DrawingRefused("Write the spacing in mm as rows,columns, such as 0.25,0.2.")
    return Plane.calibrated(row_mm=sizes[0], column_mm=sizes[-1], source=SOURCE)


def child_of(facts: dict[str, Any]) -> ChildKnown:
    """Return a child's facts; None is not known.

    Raises
    ------
    DrawingRefused
        If a fact is not known to any rule, or is no number where one is asked for.
    SexRefused
        If a sex is written neither F nor M.
    """
    unknown = facts.keys() - _OF_CHILD
    if unknown:
        known = ", ".join(sorted(_OF_CHILD))
        raise DrawingRefused(f"{min(unknown)[:40]!r} is no fact of a child; there are {known}.")
    sex = facts.get("sex")
    if sex is not None and not isinstance(sex, str):
        raise DrawingRefused("A sex is written F or M.")
    return ChildKnown(
        age_days=_whole(facts.get("age_days"), 0),
        corrected_age_days=_whole(facts.get("corrected_age_days"), -200),
        gestational_age_days=_whole(facts.get("gestational_age_days"), 0),
        sex=sex_of(sex),
        height_cm=_above_zero(facts.get("height_cm")),
        weight_kg=_above_zero(facts.get("weight_kg")),
    )


def gestation_days(written: str) -> int | None:
    """Return days of a gestational age written as ``31+2`` or ``31``; None of nothing.

    Raises
    ------
    DrawingRefused
        If it is written otherwise.
    GestationRefused
        If it does not lie between 4 and 44 weeks.
    """
    if not written:
        return None
    match = _GESTATION.fullmatch(written.strip())
    if match is None:
        raise DrawingRefused("Write a gestational age as weeks+days, such as 31+2.")
    return GestationalAge.of(int(match[1]), int(match[2] or 0)).days


def read_drawing(path: Path) -> dict[str, Any]:
    """Return a drawing's file: a JSON object of marks, spacing_mm, aspect, side, modality, child.

    Raises
    ------
    DrawingRefused
        If it is no such object.
    BadInput
        If the file cannot be read.
    """
    try:
        told = json.loads(read_document(path))
    except (json.JSONDecodeError, RecursionError):
        raise DrawingRefused(f"{path} is not JSON.") from None
    if not isinstance(told, dict) or not isinstance(told.get("marks"), dict):
        raise DrawingRefused(f"{path} must hold an object with marks.")
    unknown = told.keys() - _KEYS
    if unknown:
        raise DrawingRefused(
            f"{path}: {min(unknown)[:40]!r} is not known; there are {', '.join(sorted(_KEYS))}."
        )
    marks = {}
    for name, points in told["marks"].items():
        if not isinstance(points, list) or not all(_is_pair(one) for one in points):
            raise DrawingRefused(f"{path}: {name[:40]!r} must be a list of [column, row].")
        marks[name] = tuple((float(column), float(row)) for column, row in points)
    spacing = told.get("spacing_mm")
    if spacing is not None and not _is_pair(spacing):
        raise DrawingRefused(f"{path}: 'spacing_mm' must be [rows, columns] in mm.")
    if not isinstance(told.get("child", {}), dict):
        raise DrawingRefused(f"{path}: 'child' must be an object.")
    for key in ("side", "modality"):
        if not isinstance(told.get(key, ""), str):
            raise DrawingRefused(f"{path}: {key!r} must be text.")
    return {**told, "marks": marks}


def _point(written: list[str], name: str) -> Point:
    if len(written) != 2:
        raise DrawingRefused(f"{name[:40]!r}: a point is column,row.")
    return _number(written[0], name), _number(written[1], name)


def _number(written: str, what: str) -> float:
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DrawingRefused(f"{what[:40]}: {written[:20]!r} is no number.")
    return value


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(_is_number(one) for one in value)


def _whole(value: Any, low: int) -> int | None:
    if value is None:
        return None
    if not _is_number(value) or value != int(value) or value < low:
        raise DrawingRefused("An age is a whole number of days.")
    return int(value)


def _above_zero(value: Any) -> float | None:
    if value is None:
        return None
    if not _is_number(value) or value <= 0:
        raise DrawingRefused("Height and weight are numbers above zero.")
    return float(value)
