"""What the measuring page sends and is given: marks as JSON, checked before anything is done."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from tongying.kernel.errors import BadInput
from tongying.measure.plane import Point
from tongying.measure.recipe import Recipe
from tongying.web.measurements.drawing import Draft
from tongying.web.measurements.drawn_image import ImagePlace
from tongying.web.measurements.measuring import KeptDrawing, MeasurableImage
from tongying.web.pages.measurement_words import area_word, measured_words, name_of, side_word
from tongying.web.pages.words import in_chinese

MOST_POINTS: Final = 2000
"""Of one drawing; an outline drawn by hand has far fewer."""
LONGEST: Final = 64


class DraftUnreadable(BadInput):
    """What was sent is no drawing."""

    code: ClassVar[str] = "measurement.draft-unreadable"


def draft_of(body: bytes) -> Draft:
    """Return the drawing that the page sent.

    Raises
    ------
    DraftUnreadable
        If it cannot be read as one.
    """
    try:
        sent = json.loads(body)
    except ValueError:
        raise DraftUnreadable("The drawing could not be read: load the page again.") from None
    if not isinstance(sent, dict):
        raise DraftUnreadable("The drawing could not be read: load the page again.")
    return Draft(
        place=ImagePlace(
            _text(sent, "study"),
            _text(sent, "series"),
            _text(sent, "instance"),
            _whole(sent.get("frame", 1)),
        ),
        recipe=_text(sent, "recipe"),
        marks=marks_of(sent.get("marks", {})),
        side=_text(sent, "side"),
        case=None if sent.get("case") is None else _whole(sent["case"]),
        replaces=_text(sent, "replaces"),
    )


def marks_of(sent: Any) -> dict[str, tuple[Point, ...]]:
    """Return marks by the name of their step.

    Raises
    ------
    DraftUnreadable
        If they are not lists of pairs of numbers, or far too many.
    """
    if not isinstance(sent, Mapping):
        raise DraftUnreadable("The drawing could not be read: load the page again.")
    marks = {str(name): tuple(_points(points)) for name, points in sent.items()}
    if sum(len(points) for points in marks.values()) > MOST_POINTS:
        raise DraftUnreadable("The drawing has too many points.")
    return {name: points for name, points in marks.items() if points}


def recipe_json(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as the page needs it, in the reader's language."""
    return {
        "id": recipe.id,
        "name": _word(recipe),
        "area": area_word(recipe.area),
        "sided": recipe.sided.value,
        "modalities": sorted(recipe.modalities),
        "lengthen": recipe.area in ("hip", "spine", "limb"),
        "source": recipe.source,
        "steps": [
            {
                "name": step.name,
                "mark": step.mark.value,
                "words": _word(step),
                "optional": step.optional,
            }
            for step in recipe.steps
        ],
    }


def image_json(image: MeasurableImage) -> dict[str, Any]:
    """Return an image as the page needs it."""
    return {
        "study": image.study,
        "series": image.series,
        "instance": image.instance,
        "modality": image.modality,
        "side": image.side,
        "label": image.description,
        "number": image.number,
        "frames": image.frames,
        "columns": image.columns,
        "rows": image.rows,
    }


def drawing_json(drawing: KeptDrawing) -> dict[str, Any]:
    """Return a drawing as the page needs it."""
    values = [f"{name_of(one)} {measured_words(one)}" for one in drawing.values]
    return {
        "code": drawing.code,
        "instance": drawing.instance,
        "frame": drawing.frame,
        "recipe": drawing.recipe,
        "side": drawing.side,
        "sideWord": side_word(drawing.side),
        "marks": drawing.marks,
        "by": drawing.drawn_by,
        "values": values,
    }


def _word(one: Any) -> str:
    told: str = one.chinese if in_chinese() else one.english
    return told


def _text(sent: Mapping[str, Any], name: str) -> str:
    found = sent.get(name, "")
    if not isinstance(found, str) or len(found) > LONGEST or "\x00" in found:
        raise DraftUnreadable("The drawing could not be read: load the page again.")
    return found


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**62:
        raise DraftUnreadable("The drawing could not be read: load the page again.")
    return value


def _points(sent: Any) -> list[Point]:
    if not isinstance(sent, list):
        raise DraftUnreadable("The drawing could not be read: load the page again.")
    points = []
    for pair in sent:
        if not (isinstance(pair, list) and len(pair) == 2 and all(map(_number, pair))):
            raise DraftUnreadable("The drawing could not be read: load the page again.")
        points.append((float(pair[0]), float(pair[1])))
    return points


def _number(value: Any) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value) and abs(value) < 1e6
