"""Drawings for the tests of measurements."""

from __future__ import annotations

from tongying.measure.plane import Plane, Point
from tongying.measure.recipe import ChildKnown, Drawing, Result
from tongying.measure.registry import carry_out, recipe_of

SQUARE = Plane.calibrated(column_mm=0.5, row_mm=0.5, source="test")
"""Two pixels are a millimetre."""
UNSCALED = Plane(reason="The test's image has no scale.")
NOBODY = ChildKnown()


def drawn(
    recipe: str,
    marks: dict[str, tuple[Point, ...]],
    *,
    plane: Plane = SQUARE,
    child: ChildKnown = NOBODY,
    side: str = "",
    modality: str = "",
) -> Result:
    """Carry a recipe out on marks."""
    return carry_out(
        recipe_of(recipe), Drawing(marks, plane, side=side, child=child, modality=modality)
    )


def values(result: Result) -> dict[str, float]:
    """Return the values of a result by measure."""
    return {one.measure: one.value for one in result.measurements}


def line(start: Point, end: Point) -> tuple[Point, Point]:
    """Return a line's points."""
    return start, end


def turned(points: tuple[Point, ...], *, cos: float, sin: float) -> tuple[Point, ...]:
    """Return points turned about the first pixel."""
    return tuple((cos * x - sin * y, sin * x + cos * y) for x, y in points)


def shifted(points: tuple[Point, ...], by: Point) -> tuple[Point, ...]:
    """Return points moved by as many columns and rows."""
    return tuple((x + by[0], y + by[1]) for x, y in points)


def mirrored(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return points with right and left exchanged."""
    return tuple((-x, y) for x, y in points)
