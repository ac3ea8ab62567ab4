"""What kind of mark a group of a report is, by the tool that drew it and the shape it left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from tongying.dicom.measurement_reading import DrawnGroup, Shape
from tongying.kernel.errors import BadInput
from tongying.measure.plane import Point
from tongying.measure.recipe import POINTS, Mark

_LINE: Final = POINTS[Mark.LINE]
_FOUR: Final = POINTS[Mark.TWO_LINES]
_FEWEST_OF_CONTOUR: Final = 3
_ANGLE: Final = "Angle"


class NothingDrawn(BadInput):
    """A group of the report has a value and no coordinates."""

    code: ClassVar[str] = "measure.nothing-drawn"


class NotOnImage(BadInput):
    """It was drawn in space or in a reformatted plane, not on a stored image."""

    code: ClassVar[str] = "measure.not-on-image"


class ShapeUnknown(BadInput):
    """Nothing is measured from a shape like this."""

    code: ClassVar[str] = "measure.shape-unknown"


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """A mark on one image.

    Attributes
    ----------
    mark : Mark
    points : tuple of Point
        As many as the mark has.
    image : str
        SOP Instance UID.
    frame : int
    """

    mark: Mark
    points: tuple[Point, ...]
    image: str
    frame: int


def mark_of(group: DrawnGroup) -> DrawnMark:
    """Return what a group of a report draws.

    Raises
    ------
    NothingDrawn
        If it has no coordinates.
    NotOnImage
        If they do not lie on one frame of one image.
    ShapeUnknown
        If nothing is measured from such a shape.
    """
    shapes = group.shapes
    if not shapes:
        raise NothingDrawn("The report tells a value without saying where it was measured.")
    places = {(shape.image, shape.frame) for shape in shapes}
    if len(places) != 1 or not shapes[0].image:
        raise NotOnImage(
            "It was drawn in a reformatted plane or on several images: draw it on one image."
        )
    ((image, frame),) = places
    mark, points = _of_shapes(group.tool, shapes)
    return DrawnMark(mark, points, image, frame)


def _of_shapes(tool: str, shapes: tuple[Shape, ...]) -> tuple[Mark, tuple[Point, ...]]:
    first, points = shapes[0], _planar(shapes[0])
    lines = [one for one in shapes if one.graphic == "POLYLINE" and len(one.points) == _LINE]
    if len(lines) == len(shapes) == len(("long", "short")):
        return Mark.CROSS, _planar(lines[0]) + _planar(lines[1])
    if len(shapes) > 1:
        raise ShapeUnknown("Several shapes in one group are no known mark.")
    if first.graphic == "POINT" or tool == "ArrowAnnotate":
        return Mark.POINT, points[:1]
    if first.graphic == "ELLIPSE" and len(points) == POINTS[Mark.ELLIPSE]:
        return Mark.ELLIPSE, points
    if first.graphic in ("POLYLINE", "POLYGON"):
        return _of_polyline(tool, points)
    raise ShapeUnknown("Nothing is measured from a shape like this.")


def _of_polyline(tool: str, points: tuple[Point, ...]) -> tuple[Mark, tuple[Point, ...]]:
    if len(points) == _LINE:
        return Mark.LINE, points
    if len(points) == POINTS[Mark.ANGLE] and tool == _ANGLE:
        return Mark.ANGLE, points
    closed = points[0] == points[-1]
    if len(points) == _FOUR and not closed:
        # The viewer writes an angle as its two legs: the corner stands there twice.
        if tool == _ANGLE or points[1] == points[2]:
            return Mark.ANGLE, (points[0], points[1], points[3])
        return Mark.TWO_LINES, points
    if closed and len(points) > _FEWEST_OF_CONTOUR:
        return Mark.CONTOUR, points[:-1]
    raise ShapeUnknown("An open curve measures nothing: close the outline, or draw a line.")


def _planar(shape: Shape) -> tuple[Point, ...]:
    return tuple((point[0], point[1]) for point in shape.points)
