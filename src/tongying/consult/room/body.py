"""What an event of a live room may carry: read strictly, so that nothing else is ever kept."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from tongying.consult.room.kind import Kind
from tongying.consult.room.target import read_target
from tongying.kernel.errors import BadInput

TEXT_MAX: Final = 2000
POINTS_MAX: Final = 2000
NOT_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of characters, which have no bytes."""
MARK_ID: Final = re.compile(r"[A-Za-z0-9_-]{6,40}")
SHAPES: Final[dict[str, tuple[int, int]]] = {
    "point": (1, 1),
    "arrow": (2, 2),
    "line": (2, 2),
    "ellipse": (2, 2),
    "path": (2, POINTS_MAX),
    "text": (1, 1),
}
"""Shape -> how many points at least and at most; an ellipse has two opposite corners of its box."""
COLOURS: Final = frozenset({"teal", "amber", "blue", "magenta", "white"})
SOURCES: Final = frozenset({"capture", "file", "test"})
"""Where a live picture comes from: a capture device, a file, or the test picture of a line."""
LEVELS: Final = ("full", "reduced", "low", "stills", "voice", "chat")
"""Steps down of a bad line, best first: video falls back before voice, voice before chat."""
SCALE_MM: Final = (1.0, 400.0)
"""A scale on an ultrasound picture is drawn over 1 to 400 mm: no probe shows more depth."""


class BodyRefused(BadInput):
    """An event carries what it must not, or lacks what it needs."""

    code: ClassVar[str] = "room.body"


Body = dict[str, Any]


def read_body(kind: Kind, given: object) -> Body:
    """Return the body of an event that a person tells, with known fields only.

    Parameters
    ----------
    kind : Kind
    given : object
        What came over the wire.

    Raises
    ------
    BodyRefused
        If a field is missing, unknown or out of its range, or nobody tells this kind.
    TargetUnknown
        If it names no picture.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise BodyRefused(f"Events of the kind {kind.value} are told by the platform alone.")
    if not isinstance(given, Mapping):
        raise BodyRefused("The body of an event must be an object.")
    unknown = sorted(str(name) for name in given if name not in _FIELDS[kind])
    if unknown:
        raise BodyRefused(f"An event of the kind {kind.value} has no field {unknown[0]}.")
    return reader(given)


def _text(given: Mapping[str, Any], name: str = "text", *, needed: bool = True) -> Body:
    value = given.get(name, "")
    if not isinstance(value, str) or (needed and not value.strip()):
        raise BodyRefused(f"The field {name} must hold words.")
    if len(value) > TEXT_MAX:
        raise BodyRefused(f"The field {name} holds more than {TEXT_MAX} characters.")
    if NOT_TEXT.search(value):
        raise BodyRefused(f"The field {name} holds characters that are no text.")
    return {name: value.strip()} if value.strip() else {}


def _flag(given: Mapping[str, Any], name: str) -> Body:
    if not isinstance(given.get(name), bool):
        raise BodyRefused(f"The field {name} must be true or false.")
    return {name: given[name]}


def _number(given: Mapping[str, Any], name: str, least: float, most: float) -> float:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BodyRefused(f"The field {name} must be a number.")
    if not least <= value <= most:
        raise BodyRefused(f"The field {name} must lie between {least:g} and {most:g}.")
    return float(value)


def _target(given: Mapping[str, Any], *, needed: bool = True) -> Body:
    if not needed and given.get("target") in (None, ""):
        return {}
    return {"target": str(read_target(given.get("target")))}


def _points(given: Mapping[str, Any], least: int, most: int) -> Body:
    points = given.get("points")
    if not isinstance(points, list | tuple) or not least <= len(points) <= most:
        words = str(least) if least == most else f"{least} to {most}"
        raise BodyRefused(f"The field points must hold {words} points.")
    kept = []
    for point in points:
        if not isinstance(point, list | tuple) or len(point) != 2:
            raise BodyRefused("A point is a pair of numbers.")
        pair = [_number({"point": value}, "point", 0.0, 1.0) for value in point]
        kept.append([round(value, 6) for value in pair])
    return {"points": kept}


def _mark(given: Mapping[str, Any]) -> Body:
    value = given.get("id")
    if not isinstance(value, str) or not MARK_ID.fullmatch(value):
        raise BodyRefused("The field id must be 6 to 40 letters and digits.")
    return {"id": value}


def _one_of(given: Mapping[str, Any], name: str, values: frozenset[str] | tuple[str, ...]) -> Body:
    if given.get(name) not in values:
        raise BodyRefused(f"The field {name} must be one of {', '.join(sorted(values))}.")
    return {name: given[name]}


def _say(given: Mapping[str, Any]) -> Body:
    return _text(given)


def _note(given: Mapping[str, Any]) -> Body:
    return {**_text(given), **_target(given, needed=False)}


def _draw(given: Mapping[str, Any]) -> Body:
    shape = _one_of(given, "shape", frozenset(SHAPES))
    colour = {} if "colour" not in given else _one_of(given, "colour", COLOURS)
    words = _text(given, needed=shape["shape"] == "text")
    points = _points(given, *SHAPES[shape["shape"]])
    return {**_mark(given), **_target(given), **shape, **points, **words, **colour}


def _look(given: Mapping[str, Any]) -> Body:
    body = _target(given)
    for name in ("study", "series"):
        value = given.get(name, "")
        if not isinstance(value, str) or not re.fullmatch(r"[0-9.]{0,64}", value):
            raise BodyRefused(f"The field {name} must be a UID.")
        if value:
            body[name] = value
    return body


def _freeze(given: Mapping[str, Any]) -> Body:
    delay = 0.0 if "delay_ms" not in given else _number(given, "delay_ms", 0, 10_000)
    return {"delay_ms": round(delay)}


def _calibrate(given: Mapping[str, Any]) -> Body:
    body = _target(given)
    if given.get("same_as"):
        return {**body, "same_as": str(read_target(given["same_as"]))}
    return {**body, **_points(given, 2, 2), "mm": _number(given, "mm", *SCALE_MM)}


def _measure(given: Mapping[str, Any]) -> Body:
    return {**_mark(given), **_target(given), **_points(given, 2, 2), **_text(given, needed=False)}


def _plane_done(given: Mapping[str, Any]) -> Body:
    return {"asked": int(_number(given, "asked", 1, 2**53))}


def _camera(given: Mapping[str, Any]) -> Body:
    body = _flag(given, "on")
    return {**body, **_one_of(given, "source", SOURCES)} if body["on"] else body


def _record(given: Mapping[str, Any]) -> Body:
    value = given.get("recording")
    if not isinstance(value, str) or not MARK_ID.fullmatch(value):
        raise BodyRefused("The field recording must be 6 to 40 letters and digits.")
    return {**_flag(given, "on"), "recording": value}


def _quality(given: Mapping[str, Any]) -> Body:
    return {
        **_one_of(given, "level", LEVELS),
        "kbit": round(_number(given, "kbit", 0, 1e6)),
        "fps": round(_number(given, "fps", 0, 240), 1),
        "loss": round(_number(given, "loss", 0, 1), 3),
    }


_READERS: Final[dict[Kind, Callable[[Mapping[str, Any]], Body]]] = {
    Kind.SAY: _say,
    Kind.NOTE: _note,
    Kind.HAND: lambda given: _flag(given, "up"),
    Kind.DRAW: _draw,
    Kind.ERASE: _mark,
    Kind.CLEAR: _target,
    Kind.LOOK: _look,
    Kind.FREEZE: _freeze,
    Kind.CALIBRATE: _calibrate,
    Kind.MEASURE: _measure,
    Kind.FINDING: _note,
    Kind.PLANE: _say,
    Kind.PLANE_DONE: _plane_done,
    Kind.CAMERA: _camera,
    Kind.RECORD: _record,
    Kind.QUALITY: _quality,
}

_FIELDS: Final[dict[Kind, frozenset[str]]] = {
    Kind.SAY: frozenset({"text"}),
    Kind.NOTE: frozenset({"text", "target"}),
    Kind.HAND: frozenset({"up"}),
    Kind.DRAW: frozenset({"id", "target", "shape", "points", "text", "colour"}),
    Kind.ERASE: frozenset({"id"}),
    Kind.CLEAR: frozenset({"target"}),
    Kind.LOOK: frozenset({"target", "study", "series"}),
    Kind.FREEZE: frozenset({"delay_ms"}),
    Kind.CALIBRATE: frozenset({"target", "points", "mm", "same_as"}),
    Kind.MEASURE: frozenset({"id", "target", "points", "text"}),
    Kind.FINDING: frozenset({"text", "target"}),
    Kind.PLANE: frozenset({"text"}),
    Kind.PLANE_DONE: frozenset({"asked"}),
    Kind.CAMERA: frozenset({"on", "source"}),
    Kind.RECORD: frozenset({"on", "recording"}),
    Kind.QUALITY: frozenset({"level", "kbit", "fps", "loss"}),
}
