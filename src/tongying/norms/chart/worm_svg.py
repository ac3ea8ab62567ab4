"""Worm plots of a fit as one drawing: a panel for each band of the axis.

After van Buuren and Fredriks, Statistics in Medicine 2001; 20: 1259-1277: points on the level line
say that the curve fits there; those beyond the dashed bounds say that it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tongying.norms.axis import AxisKind
from tongying.norms.chart.grid import rule
from tongying.norms.chart.svg import FAINT, INK, canvas, points_of, tag, text
from tongying.norms.chart.words import Language, axis_words, word

COLUMNS: Final = 4
WIDE, HIGH = 210.0, 150.0
LEFT, TOP, RIGHT, BOTTOM = 34.0, 24.0, 6.0, 22.0
LEAST_REACH: Final = 0.5
"""Standard deviations shown above and below the level line; a choice of ours."""
ACROSS: Final = 3.2
"""Standard normal scores shown to either side."""
DOT, OUT = "#0f766e", "#b42318"


def worm_svg(
    worms: Sequence[Mapping[str, Any]],
    *,
    axis: AxisKind,
    title: str,
    language: Language | str = Language.CHINESE,
) -> str:
    """Return worm plots as SVG.

    Parameters
    ----------
    worms : sequence of mapping
        As `tongying.norms.fit.diagnose.Diagnostics.as_json` writes them.
    axis : AxisKind
        What the curve runs along, for the bands' labels.
    title : str
    language : Language

    Returns
    -------
    str
        Markup without script, style or address of any other host.
    """
    tongue = Language(language)
    columns = max(1, min(COLUMNS, len(worms)))
    rows = max(1, -(-len(worms) // columns))
    reach = _reach(worms)
    span = max((float(one["high_x"]) for one in worms), default=1.0)
    name, divisor = axis_words(axis, span)
    body = "".join(
        _panel(one, (number % columns) * WIDE, (number // columns) * HIGH, reach, divisor)
        for number, one in enumerate(worms)
    )
    foot = text((4, rows * HIGH + 14), word(name, tongue), kind="n-note", size=11, fill=FAINT)
    return canvas(
        columns * WIDE,
        rows * HIGH + 20,
        kind="norm-chart worm-chart",
        title=title,
        description=title,
        body=body + foot,
    )


def _reach(worms: Sequence[Mapping[str, Any]]) -> float:
    """Return how far up and down is shown: all points but the few at the very ends."""
    inner = [
        abs(float(value))
        for one in worms
        for place, value in zip(one["expected"], one["deviation"], strict=True)
        if abs(float(place)) < 2.0
    ]
    return max([LEAST_REACH, *inner]) * 1.1


def _panel(worm: Mapping[str, Any], left: float, top: float, reach: float, divisor: float) -> str:
    x0, x1 = left + LEFT, left + WIDE - RIGHT
    y0, y1 = top + TOP, top + HIGH - BOTTOM

    def place(score: float, deviation: float) -> tuple[float, float]:
        held = min(max(deviation, -reach), reach)
        return (
            x0 + (score + ACROSS) / (2 * ACROSS) * (x1 - x0),
            y0 + (reach - held) / (2 * reach) * (y1 - y0),
        )

    band = f"{float(worm['low_x']) / divisor:.3g}–{float(worm['high_x']) / divisor:.3g}"
    parts = [
        text((x0, top + 16), band, kind="n-name", size=12, fill=INK),
        text((x1, top + 16), f"n = {worm['n']}", kind="n-note", size=11, anchor="end", fill=FAINT),
    ]
    for level in (-reach / 1.1, 0.0, reach / 1.1):
        x, y = place(-ACROSS, level)
        parts.append(rule(x0, y, x1, y, axis=level == 0))
        label = f"{level:+.1f}" if level else "0"
        parts.append(text((x - 4, y + 4), label, kind="n-tick", size=10, anchor="end", fill=FAINT))
    for score in (-2, 0, 2):
        x, _ = place(score, 0.0)
        parts.append(rule(x, y0, x, y1))
        parts.append(
            text((x, y1 + 13), f"{score:+d}" if score else "0", kind="n-tick", size=10,
                 anchor="middle", fill=FAINT)
        )  # fmt: skip
    for side in (1.0, -1.0):
        edge = [
            place(float(score), side * float(bound))
            for score, bound in zip(worm["expected"], worm["bound"], strict=True)
        ]
        parts.append(
            tag(
                "polyline",
                {
                    "class": "n-bound",
                    "points": points_of(edge),
                    "fill": "none",
                    "stroke": FAINT,
                    "stroke-dasharray": "3 3",
                },
            )
        )
    rows = zip(worm["expected"], worm["deviation"], worm["bound"], strict=True)
    for score, deviation, bound in rows:
        outside = abs(float(deviation)) > float(bound)
        x, y = place(float(score), float(deviation))
        parts.append(
            tag(
                "circle",
                {
                    "class": "n-outside" if outside else "n-dot",
                    "cx": x,
                    "cy": y,
                    "r": 1.9,
                    "fill": OUT if outside else DOT,
                },
            )
        )
    return "".join(parts)
