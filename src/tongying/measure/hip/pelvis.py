"""The pelvis film as a frame: Hilgenreiner's or the teardrop line, lateral and cranial.

Nothing is taken from how the film lies on the screen: lateral follows from the two sides, cranial
from the edges of the acetabular roof, which lie above the line on every film.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tongying.kernel.caveat import Caveat
from tongying.measure.geometry import direction, offset
from tongying.measure.recipe import Drawing, MarksMissing, MarksRefused

SIDES: tuple[tuple[str, str], ...] = (("right", "R"), ("left", "L"))
"""The end of a step's name, and the side."""
EDGE, SOURCIL = "roof-edge", "sourcil"
LANDMARKS = {EDGE: "lateral edge of the roof", SOURCIL: "lateral end of the sourcil"}
"""Both are in use and differ by some degrees in one child: the method names which was taken."""

MIRRORED = Caveat(
    "hip.film-mirrored",
    "Right and left lie as on a mirrored film or one seen from behind, or the sides are mixed up.",
)
LANDMARKS_DIFFER = Caveat(
    "hip.landmarks-differ",
    "The edge of the roof was taken on one side and the end of the sourcil on the other; the two"
    " sides cannot be compared.",
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Hilgenreiner's line, or the line of the teardrops, with its directions.

    Attributes
    ----------
    right, left : array of float
        Places of the line on either side.
    towards_left : array of float
        Unit vector along the line.
    cranial : array of float
        Unit vector square to it.
    """

    right: NDArray[np.float64]
    left: NDArray[np.float64]
    towards_left: NDArray[np.float64]
    cranial: NDArray[np.float64]

    def base(self, side: str) -> NDArray[np.float64]:
        """Return the place of the line on a side."""
        return self.right if side == "R" else self.left

    def lateral(self, side: str) -> NDArray[np.float64]:
        """Return the unit vector from the middle of the body to a side."""
        return -self.towards_left if side == "R" else self.towards_left

    def along(self, place: NDArray[np.float64], side: str) -> float:
        """Return how far lateral a place lies of the side's place of the line."""
        return float((place - self.base(side)) @ self.lateral(side))

    def above(self, place: NDArray[np.float64]) -> float:
        """Return how far cranial of the line a place lies."""
        return float((place - self.right) @ self.cranial)


def frame_of(drawing: Drawing, base: str) -> Frame:
    """Return the frame of a film from the steps `base`-right and `base`-left and the roof's edges.

    Raises
    ------
    MarksMissing
        If a place of the line is not there, or no edge of a roof.
    MarksRefused
        If both places are the same, the edges lie on both sides of the line or on it, an edge lies
        medial of the line's place, or two landmarks were taken for one edge.
    """
    right, left = drawing.shaped(f"{base}-right")[0], drawing.shaped(f"{base}-left")[0]
    line = np.asarray([right, left])
    along = direction(line)
    edges = {side: edge_of(drawing, side) for _, side in SIDES if has_edge(drawing, side)}
    if not edges:
        raise MarksMissing("Mark the lateral edge of the acetabular roof on one side or both.")
    turns = {float(np.sign(offset(edge, line))) for edge in edges.values()}
    if len(turns) != 1 or 0.0 in turns:
        raise MarksRefused("The edges of both acetabular roofs must lie above the line.")
    cranial = np.asarray([-along[1], along[0]]) * turns.pop()
    frame = Frame(right, left, along, cranial)
    for side, edge in edges.items():
        if frame.along(edge, side) <= 0:
            raise MarksRefused(
                "The edge of the roof must lie lateral of the line's point on its side; right and"
                " left may be mixed up."
            )
    return frame


def landmark_of(drawing: Drawing, side: str) -> str:
    """Return which landmark was taken for the edge of a roof.

    Raises
    ------
    MarksRefused
        If both were.
    """
    name = _name(side)
    if drawing.has(f"{EDGE}-{name}") and drawing.has(f"{SOURCIL}-{name}"):
        raise MarksRefused("Mark the edge of the roof or the end of the sourcil, not both.")
    return SOURCIL if drawing.has(f"{SOURCIL}-{name}") else EDGE


def has_edge(drawing: Drawing, side: str) -> bool:
    """Say whether the edge of a roof was marked, by either landmark."""
    return any(drawing.has(f"{mark}-{_name(side)}") for mark in LANDMARKS)


def edge_of(drawing: Drawing, side: str) -> NDArray[np.float64]:
    """Return the lateral edge of a roof.

    Raises
    ------
    MarksMissing
        If it was not marked.
    MarksRefused
        If both landmarks were.
    """
    return np.asarray(drawing.shaped(f"{landmark_of(drawing, side)}-{_name(side)}")[0])


def of_side(drawing: Drawing, side: str) -> Drawing:
    """Return the drawing as that of one side, for the values that carry it."""
    return replace(drawing, side=side)


def doubts(drawing: Drawing, frame: Frame) -> tuple[Caveat, ...]:
    """Return what is doubtful about the film as a whole."""
    marked = [side for _, side in SIDES if has_edge(drawing, side)]
    differ = len({landmark_of(drawing, side) for side in marked}) > 1
    # A film that is only turned keeps its hand: seen from the front, cranial lies a quarter turn
    # counter-clockwise of the way to the left.
    along, cranial = frame.towards_left, frame.cranial
    mirrored = float(along[0] * cranial[1] - along[1] * cranial[0]) > 0
    return (*((MIRRORED,) if mirrored else ()), *((LANDMARKS_DIFFER,) if differ else ()))


def _name(side: str) -> str:
    return "right" if side == "R" else "left"
