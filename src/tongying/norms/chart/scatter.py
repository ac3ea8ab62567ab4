"""A fitted norm over the values it was made from: curves and points, nobody's name or number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from tongying.kernel.axis import Axis, nice_axis
from tongying.norms.chart.curves import Curves, curves_of
from tongying.norms.chart.grid import Frame, grid_svg
from tongying.norms.chart.svg import INK, canvas, points_of, tag, text
from tongying.norms.chart.words import Language, axis_words, sex_word, word
from tongying.norms.measure import measure_of
from tongying.norms.norm import Norm
from tongying.norms.sex import Sex

WIDTH, HEIGHT = 720.0, 400.0
LEFT, TOP, RIGHT, BOTTOM = 56.0, 40.0, 672.0, 356.0
MOST_POINTS: Final = 3000
"""Drawn; of more, every k-th along the axis."""
LABEL_STEP: Final = 12.0
FRAME: Final = Frame(LEFT, RIGHT, TOP, BOTTOM, 11.0)
LINE, DOT = "#0f766e", "#1d4f91"


def scatter_svg(
    norm: Norm,
    *,
    sex: Sex | None,
    points: Sequence[tuple[float, float]],
    language: Language | str = Language.CHINESE,
) -> str:
    """Return curves over points as SVG.

    Parameters
    ----------
    norm : Norm
        With a form that knows the whole distribution, or printed limits.
    sex : Sex or None
        Needed where the norm differs between the sexes.
    points : sequence of (float, float)
        Place on the axis and value, in the norm's units.
    language : Language

    Returns
    -------
    str
        Markup without script, style or address of any other host.
    """
    tongue = Language(language)
    drawn = curves_of(norm, sex)
    shown = sorted(points)
    if len(shown) > MOST_POINTS:
        shown = [shown[k] for k in np.linspace(0, len(shown) - 1, MOST_POINTS).round().astype(int)]
    xs = [float(one) for one in drawn.x] + [x for x, _ in shown]
    name, divisor = axis_words(norm.axis, max(xs) - min(xs))
    across = _level([x / divisor for x in xs], word(name, tongue))
    ys = [float(v) for one in drawn.curves for v in one.y if np.isfinite(v)]
    upright = nice_axis(norm.unit, [*ys, *(y for _, y in shown)], from_zero=False, most=8)
    measure = measure_of(norm.measure)
    what = measure.chinese if tongue is Language.CHINESE else measure.english
    title = f"{what} · {sex_word(sex if norm.form.by_sex() else None, tongue)}"
    body = (
        text((LEFT, 18), f"{title} · n = {len(points)}", kind="n-title", size=14, fill=INK)
        + grid_svg(across, upright, FRAME)
        + _points(shown, across, upright, divisor)
        + _curves(drawn, across, upright, divisor)
    )
    return canvas(
        WIDTH, HEIGHT, kind="norm-chart scatter-chart", title=title, description=norm.id, body=body
    )


def _level(xs: Sequence[float], label: str) -> Axis:
    low, high = min(xs), max(xs)
    high = high if high > low else low + 1.0
    rounded = nice_axis(label, [low, high], from_zero=False, most=10)
    ticks = tuple(tick for tick in rounded.ticks if low - 1e-6 <= tick[0] <= high + 1e-6)
    return Axis(label, low, high, ticks)


def _points(
    points: Sequence[tuple[float, float]], across: Axis, upright: Axis, divisor: float
) -> str:
    return "".join(
        tag(
            "circle",
            {
                "class": "n-datum",
                "cx": across.place(x / divisor, LEFT, RIGHT),
                "cy": upright.place(y, BOTTOM, TOP),
                "r": 1.8,
                "fill": DOT,
                "fill-opacity": "0.45",
            },
        )
        for x, y in points
    )


def _curves(drawn: Curves, across: Axis, upright: Axis, divisor: float) -> str:
    parts: list[str] = []
    ends: list[tuple[float, float, str]] = []
    for one in drawn.curves:
        places = [
            (across.place(float(x) / divisor, LEFT, RIGHT), upright.place(float(y), BOTTOM, TOP))
            for x, y in zip(drawn.x, one.y, strict=True)
            if np.isfinite(y)
        ]
        if not places:
            continue
        middle = one.label in {"50", "middle"}
        parts.append(
            tag(
                "polyline",
                {
                    "class": "n-middle" if middle else "n-curve",
                    "points": points_of(places),
                    "fill": "none",
                    "stroke": LINE,
                    "stroke-width": "2" if middle else "1.1",
                },
            )
        )
        label = f"P{one.label}" if one.label.isdigit() else ""
        ends.append((*places[-1], label))
    heights = _apart([y for _, y, _ in ends])
    for (x, _, label), y in zip(ends, heights, strict=True):
        parts.append(text((x + 5, y + 4), label, kind="n-end", size=10.5, fill=LINE))
    return "".join(parts)


def _apart(wanted: list[float]) -> list[float]:
    """Return heights near those wanted, none on another."""
    placed = list(wanted)
    order = sorted(range(len(wanted)), key=lambda one: wanted[one])
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + LABEL_STEP)
    return placed
