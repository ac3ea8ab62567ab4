"""The grid of a chart: rules at the ticks of both axes, their numbers, and the axes' names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongying.kernel.axis import Axis
from tongying.norms.chart.svg import FAINT, GRID, INK, tag, text

EDGE: Final = 6.0
"""Where the upright axis' name begins."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the curves lie in the drawing, and the size of the letters around them."""

    left: float
    right: float
    top: float
    bottom: float
    size: float


def grid_svg(across: Axis, upright: Axis, frame: Frame) -> str:
    """Return the grid of a chart as SVG."""
    gap, size = frame.size / 2 + 1, frame.size
    parts = [text((EDGE, frame.top - 9), upright.label, kind="n-name", size=size, fill=INK)]
    for value, label in upright.ticks:
        y = upright.place(value, frame.bottom, frame.top)
        parts.append(rule(frame.left, y, frame.right, y))
        place = (frame.left - gap, y + 4)
        parts.append(text(place, label, kind="n-tick", size=size, anchor="end", fill=FAINT))
    for value, label in across.ticks:
        x = across.place(value, frame.left, frame.right)
        parts.append(rule(x, frame.top, x, frame.bottom))
        place = (x, frame.bottom + size * 1.5)
        parts.append(text(place, label, kind="n-tick", size=size, anchor="middle", fill=FAINT))
    place = (frame.right, frame.bottom + size * 3)
    parts.append(text(place, across.label, kind="n-name", size=size, anchor="end", fill=INK))
    return "".join(parts)


def rule(x1: float, y1: float, x2: float, y2: float, *, axis: bool = False) -> str:
    """Return a line of the grid.

    Parameters
    ----------
    x1, y1, x2, y2 : float
        Its ends.
    axis : bool, optional
        Whether it is the line at zero, which is darker.
    """
    kind, stroke = ("n-axis", FAINT) if axis else ("n-grid", GRID)
    return tag("line", {"class": kind, "x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": stroke})
