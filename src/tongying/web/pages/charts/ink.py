"""The strokes of every chart: canvas, grid, axes, labels. Colours come from CSS classes.

Each shape also carries presentation attributes, which any style sheet overrides: an exported file
looks right without ours, the page follows its theme, and paper gets patterns beside colours.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tongying.kernel.axis import Axis

WIDTH = 720
HEIGHT = 300
LETTER = 12.0
"""Size of letters in drawing units."""
LINE_STEP = 15.0
"""Least distance of two direct labels."""
TONES = ("#0f766e", "#b45309", "#1d4f91", "#7c3a8d", "#5c6b66", "#9d174d", "#3f6212")
"""Readable by the colour-blind in this order; the page's own come from ``charts.css``."""
DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 2", "1 2", "12 4")
"""Pattern of a tone's line, so that lines are told apart in black and white."""
INK, FAINT, GRID = "#44534e", "#5c6b66", "#e1e7e5"


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle in which values are drawn, in drawing units."""

    left: float
    top: float
    right: float
    bottom: float


def tone_of(number: int) -> str:
    """Return the class of a tone."""
    return f"tone-{number % len(TONES)}"


def colour_of(number: int) -> str:
    """Return the colour of a tone where no style sheet speaks."""
    return TONES[number % len(TONES)]


def dash_of(number: int) -> str:
    """Return the line pattern of a tone."""
    return DASHES[number % len(DASHES)]


def width_of(text: str) -> float:
    """Return about how wide a text is in drawing units (a Chinese sign is a full square).

    Examples
    --------
    >>> width_of("ab") < width_of("汉字")
    True
    """
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return wide * LETTER + (len(text) - wide) * LETTER * 0.66


def canvas(title: str, description: str, body: SafeString, height: float = HEIGHT) -> SafeString:
    """Return the whole drawing with its name for those who cannot see it."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {} {}" role="img"'
        ' aria-label="{}" font-family="system-ui, sans-serif" font-size="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        WIDTH,
        number(height),
        title,
        number(LETTER),
        title,
        description,
        body,
    )


def number(value: float) -> str:
    """Write a coordinate with one decimal at most.

    Examples
    --------
    >>> number(3.0), number(2.345)
    ('3', '2.3')
    """
    return f"{value:.1f}".removesuffix(".0")


def join(parts: Sequence[SafeString]) -> SafeString:
    """Put shapes one after the other."""
    return mark_safe("".join(parts))  # noqa: S308 -- every part is escaped already


def text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> SafeString:
    """Return a label."""
    return format_html(
        '<text class="c-text {}" x="{}" y="{}" text-anchor="{}" fill="{}">{}</text>',
        kind,
        number(x),
        number(y),
        anchor,
        INK,
        words,
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "c-grid") -> SafeString:
    """Return a straight line of the grid, an axis or a mark."""
    return format_html(
        '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"{}/>',
        kind,
        number(x1),
        number(y1),
        number(x2),
        number(y2),
        GRID if kind == "c-grid" else FAINT,
        mark_safe(' stroke-dasharray="4 3"') if kind == "c-mark" else "",
    )


def upright_axis(axis: Axis, plot: Plot) -> SafeString:
    """Draw the value axis on the left: its name above it, a grid line at every tick."""
    parts = [text(4, plot.top - 14, axis.label, kind="c-name")]
    for value, word in axis.ticks:
        y = axis.place(value, plot.bottom, plot.top)
        parts.append(line(plot.left, y, plot.right, y))
        parts.append(text(plot.left - 7, y + 4, word, anchor="end", kind="c-tick"))
    return join(parts)


def level_axis(axis: Axis, plot: Plot, *, grid: bool = False) -> SafeString:
    """Draw the axis below: ticks, and its name at the right end underneath."""
    parts = [line(plot.left, plot.bottom, plot.right, plot.bottom, "c-axis")]
    for value, word in axis.ticks:
        x = axis.place(value, plot.left, plot.right)
        if grid:
            parts.append(line(x, plot.top, x, plot.bottom))
        parts.append(line(x, plot.bottom, x, plot.bottom + 4, "c-axis"))
        parts.append(text(x, plot.bottom + 17, word, anchor="middle", kind="c-tick"))
    parts.append(text(plot.right, plot.bottom + 34, axis.label, anchor="end", kind="c-name"))
    return join(parts)


def path(points: Sequence[tuple[float, float]], tone: int) -> SafeString:
    """Return a line through points."""
    steps = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return format_html(
        '<polyline class="c-line {}" points="{}" fill="none" stroke="{}" stroke-width="2"'
        ' stroke-dasharray="{}"/>',
        tone_of(tone),
        steps,
        colour_of(tone),
        dash_of(tone) or "none",
    )


def dots(points: Sequence[tuple[float, float]], tone: int, radius: float = 3.0) -> SafeString:
    """Return a dot at every point."""
    return format_html_join(
        "",
        '<circle class="c-dot {}" cx="{}" cy="{}" r="{}" fill="{}"/>',
        ((tone_of(tone), number(x), number(y), number(radius), colour_of(tone)) for x, y in points),
    )


def apart(wanted: Sequence[float], low: float, high: float) -> list[float]:
    """Return heights for labels as near as possible to those wanted, none on another.

    Examples
    --------
    >>> apart([100.0, 102.0], 0.0, 200.0)
    [100.0, 115.0]
    """
    order = sorted(range(len(wanted)), key=lambda one: wanted[one])
    placed = [0.0] * len(wanted)
    last = low - LINE_STEP
    for one in order:
        last = placed[one] = max(wanted[one], last + LINE_STEP)
    limit = high
    for one in reversed(order):
        placed[one] = min(placed[one], limit)
        limit = placed[one] - LINE_STEP
    return placed
