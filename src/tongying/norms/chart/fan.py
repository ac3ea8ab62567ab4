"""A centile chart as a doctor would print it: curves, bands, n on the axis, the child's points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

import numpy as np

from tongying.kernel.axis import Axis, nice_axis
from tongying.norms.arrays import FloatArray
from tongying.norms.chart.curves import Curve, Curves, curves_of
from tongying.norms.chart.grid import Frame, grid_svg
from tongying.norms.chart.svg import FAINT, INK, Shape, canvas, number, points_of, tag, text
from tongying.norms.chart.words import Language, axis_words, sex_word, word
from tongying.norms.measure import measure_of
from tongying.norms.norm import Norm
from tongying.norms.sex import Sex

WIDTH: Final = 900.0
HEIGHT: Final = 636.0
LEFT, TOP, RIGHT, BOTTOM = 66.0, 78.0, 816.0, 520.0
COUNT_ROW: Final = 28.0
FRAME: Final = Frame(LEFT, RIGHT, TOP, BOTTOM, 12.0)
LINE, FILL, POINT = "#0f766e", "#0f766e", "#9d174d"
LABEL_STEP: Final = 13.0
FOOT_LETTERS: Final = 130
"""Letters of the foot that fit in a line."""


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A measurement of the child.

    Attributes
    ----------
    x : float
        On the norm's axis, in its unit.
    y : float
        In the norm's unit.
    label : str
        Written beside it, such as the day; may be empty.
    """

    x: float
    y: float
    label: str = ""


def fan_svg(
    norm: Norm,
    *,
    sex: Sex | None = None,
    language: Language | str = Language.CHINESE,
    points: Sequence[ChartPoint] = (),
    window: tuple[float, float] | None = None,
) -> str:
    """Return the chart of a norm as SVG.

    Parameters
    ----------
    norm : Norm
    sex : Sex, optional
        Needed where the norm differs between the sexes; ignored where not.
    language : Language
    points : sequence of ChartPoint
        The child's values; they are joined in the order of `x`.
    window : tuple of float, optional
        Part of the axis to show, in its unit; all of it unless told.

    Returns
    -------
    str
        Markup without script, style or address of any other host.
    """
    tongue = Language(language)
    drawn = _cut(curves_of(norm, sex), window)
    shown_sex = sex if norm.form.by_sex() else None
    name, divisor = axis_words(norm.axis, float(drawn.x[-1] - drawn.x[0]))
    across = _level(drawn.x, divisor, word(name, tongue))
    upright = _upright(drawn, points, norm)
    parts = [
        _head(norm, shown_sex, tongue),
        grid_svg(across, upright, FRAME),
        _bands(drawn, across, upright, divisor),
        _lines(drawn, across, upright, divisor, tongue),
        _counts(drawn, across, divisor, tongue),
        _child(points, across, upright, divisor, norm.unit),
        _foot(norm, drawn, tongue),
    ]
    title = _title(norm, shown_sex, tongue)
    return canvas(
        WIDTH,
        HEIGHT,
        kind="norm-chart",
        title=title,
        description=f"{norm.id}; {_population(norm, tongue)}",
        body=tag("rect", {"class": "n-paper", "width": WIDTH, "height": HEIGHT, "fill": "#ffffff"})
        + "".join(parts),
    )


def _cut(drawn: Curves, window: tuple[float, float] | None) -> Curves:
    if window is None:
        return drawn
    keep = (drawn.x >= window[0]) & (drawn.x <= window[1])
    if keep.sum() < 2:
        return drawn
    return Curves(
        drawn.x[keep],
        tuple(
            Curve(
                one.label,
                one.y[keep],
                None if one.low is None else one.low[keep],
                None if one.high is None else one.high[keep],
            )
            for one in drawn.curves
        ),
        tuple(row for row in drawn.counts if row[1] > window[0] and row[0] < window[1]),
        drawn.whole,
        drawn.says,
    )


def _level(x: FloatArray, divisor: float, label: str) -> Axis:
    low, high = float(x[0]) / divisor, float(x[-1]) / divisor
    rounded = nice_axis(label, [low, high], from_zero=False, most=11)
    ticks = tuple(tick for tick in rounded.ticks if low - 1e-6 <= tick[0] <= high + 1e-6)
    return Axis(label, low, high if high > low else low + 1.0, ticks)


def _upright(drawn: Curves, points: Sequence[ChartPoint], norm: Norm) -> Axis:
    values: list[float] = [point.y for point in points]
    for one in drawn.curves:
        for row in (one.y, one.low, one.high):
            if row is not None:
                values += [float(value) for value in row[np.isfinite(row)]]
    return nice_axis(norm.unit, values, from_zero=False, most=9)


def _title(norm: Norm, sex: Sex | None, language: Language) -> str:
    measure = measure_of(norm.measure)
    name = measure.chinese if language is Language.CHINESE else measure.english
    return f"{name} · {sex_word(sex, language)}"


def _population(norm: Norm, language: Language) -> str:
    one = norm.population
    name = one.chinese if language is Language.CHINESE else one.english
    return f"{name}, n = {one.n:,}" if one.n is not None else name


def _head(norm: Norm, sex: Sex | None, language: Language) -> str:
    marks = [word("research", language)]
    if norm.population.foreign:
        marks.append(word("foreign", language))
    if not norm.signed_off:
        marks.append(word("unsigned", language))
    return text((LEFT, 30), _title(norm, sex, language), kind="n-title", size=19, fill=INK) + text(
        (LEFT, 50),
        f"{_population(norm, language)} · {' · '.join(marks)}",
        kind="n-note",
        size=12,
        fill=FAINT,
    )


def _places(
    x: FloatArray, y: FloatArray, across: Axis, upright: Axis, divisor: float
) -> list[tuple[float, float]]:
    return [
        (
            across.place(float(at) / divisor, LEFT, RIGHT),
            upright.place(float(value), BOTTOM, TOP),
        )
        for at, value in zip(x, y, strict=True)
        if np.isfinite(value)
    ]


def _bands(drawn: Curves, across: Axis, upright: Axis, divisor: float) -> str:
    by_label = {one.label: one for one in drawn.curves}
    parts = []
    for lower, upper, weight in (("3", "97", 0.07), ("25", "75", 0.09), ("low", "high", 0.08)):
        if lower in by_label and upper in by_label:
            edge = _places(drawn.x, by_label[upper].y, across, upright, divisor)
            back = _places(drawn.x, by_label[lower].y, across, upright, divisor)[::-1]
            parts.append(_area(edge + back, "n-fan", weight))
    for one in drawn.curves:
        if one.low is not None and one.high is not None:
            edge = _places(drawn.x, one.high, across, upright, divisor)
            back = _places(drawn.x, one.low, across, upright, divisor)[::-1]
            parts.append(_area(edge + back, "n-interval", 0.22))
    return "".join(parts)


def _area(places: list[tuple[float, float]], kind: str, weight: float) -> str:
    return tag(
        "polygon",
        {"class": kind, "points": points_of(places), "fill": FILL, "fill-opacity": number(weight)},
    )


def _lines(drawn: Curves, across: Axis, upright: Axis, divisor: float, language: Language) -> str:
    parts, ends = [], []
    for one in drawn.curves:
        places = _places(drawn.x, one.y, across, upright, divisor)
        if not places:
            continue
        middle = one.label in {"50", "middle"}
        outer = one.label in {"3", "97", "low", "high"}
        shape: Shape = {
            "class": "n-middle" if middle else "n-curve",
            "points": points_of(places),
            "fill": "none",
            "stroke": LINE,
            "stroke-width": "2.2" if middle else "1.5" if outer else "1",
            "stroke-dasharray": "none" if middle or outer else "5 3",
        }
        parts.append(tag("polyline", shape))
        ends.append((places[-1], _end_label(one.label, language)))
    heights = _apart([place[1] for place, _ in ends])
    for ((x, _y), label), height in zip(ends, heights, strict=True):
        parts.append(text((x + 6, height + 4), label, kind="n-end", size=11.5, fill=LINE))
    return "".join(parts)


def _end_label(label: str, language: Language) -> str:
    if label in {"low", "middle", "high"}:
        return word({"low": "low", "middle": "middle", "high": "limit"}[label], language)
    return f"P{label}"


def _apart(wanted: list[float]) -> list[float]:
    """Return heights near those wanted, none on another."""
    order = sorted(range(len(wanted)), key=lambda one: wanted[one])
    placed = list(wanted)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + LABEL_STEP)
    return placed


def _counts(drawn: Curves, across: Axis, divisor: float, language: Language) -> str:
    if not drawn.counts:
        return ""
    most = max(count for _, _, count in drawn.counts) or 1
    parts = [
        text((LEFT, BOTTOM + 36), f"n: {word('n', language)}", kind="n-note", size=11, fill=FAINT)
    ]
    room = (RIGHT - LEFT) / len(drawn.counts)
    for low, high, count in drawn.counts:
        left = across.place(max(low / divisor, across.low), LEFT, RIGHT)
        right = across.place(min(high / divisor, across.high), LEFT, RIGHT)
        tall = COUNT_ROW * count / most
        bar: Shape = {
            "class": "n-count",
            "x": left + 1,
            "y": BOTTOM - tall,
            "width": max(right - left - 2, 0.5),
            "height": tall,
            "fill": FAINT,
            "fill-opacity": "0.25",
        }
        parts.append(tag("rect", bar))
        if room >= 26:
            parts.append(
                text(
                    ((left + right) / 2, BOTTOM - tall - 3),
                    str(count),
                    kind="n-count-word",
                    size=10,
                    anchor="middle",
                    fill=FAINT,
                )
            )
    return "".join(parts)


def _child(
    points: Sequence[ChartPoint], across: Axis, upright: Axis, divisor: float, unit: str
) -> str:
    inside = sorted(
        (point for point in points if across.low <= point.x / divisor <= across.high),
        key=lambda point: point.x,
    )
    if not inside:
        return ""
    places = [
        (
            across.place(point.x / divisor, LEFT, RIGHT),
            upright.place(point.y, BOTTOM, TOP),
        )
        for point in inside
    ]
    parts = []
    if len(places) > 1:
        path: Shape = {
            "class": "n-path",
            "points": points_of(places),
            "fill": "none",
            "stroke": POINT,
            "stroke-width": "1.5",
        }
        parts.append(tag("polyline", path))
    for point, (x, y) in zip(inside, places, strict=True):
        dot: Shape = {
            "class": "n-point",
            "cx": x,
            "cy": y,
            "r": 4.5,
            "fill": POINT,
            "stroke": "#ffffff",
        }
        parts.append(tag("circle", dot, _hover(f"{point.y:g} {unit} {point.label}".strip())))
    x, y = places[-1]
    end = x > RIGHT - 120
    parts.append(
        text(
            (x - 9 if end else x + 9, y - 7 if end else y + 18),
            f"{inside[-1].y:g} {unit}",
            kind="n-point-word",
            size=12.5,
            anchor="end" if end else "start",
            fill=POINT,
        )
    )
    return "".join(parts)


def _hover(words: str) -> str:
    return f"<title>{escape(words)}</title>"


def _foot(norm: Norm, drawn: Curves, language: Language) -> str:
    lines = _wrapped(f"{norm.id} · {norm.citation.text}" if norm.citation else norm.id)
    if any(one.low is not None for one in drawn.curves):
        lines.append(word("band", language))
    elif drawn.says:
        lines.append(drawn.says)
    return "".join(
        text((LEFT, BOTTOM + 56 + 15 * row), line, kind="n-note", size=11, fill=FAINT)
        for row, line in enumerate(lines)
    )


def _wrapped(words: str) -> list[str]:
    """Return a text in lines that fit the drawing; a Chinese sign is as wide as two letters."""
    lines, line, wide = [], "", 0
    for piece in re.findall(r"\S+\s*|\s+", words):
        for part in _pieces(piece):
            width = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in part)
            if line and wide + width > FOOT_LETTERS:
                lines.append(line.rstrip())
                line, wide = "", 0
            line, wide = line + part, wide + width
    return [*lines, line.rstrip()]


def _pieces(piece: str) -> list[str]:
    """Return a word whole, or sign by sign where it is Chinese."""
    return list(piece) if any(east_asian_width(sign) in "WF" for sign in piece) else [piece]
