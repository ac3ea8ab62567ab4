"""The centile strip beside a measurement: zones, the child's mark, the interval of its centile.

The scale is z from -3.5 to 3.5, not the centile itself: on a scale of centiles everything that
matters, from the 97th upwards, would fall on the last three hundredths.
"""

from __future__ import annotations

from typing import Final

from tongying.norms.chart.svg import Shape, canvas, tag, text
from tongying.norms.chart.words import Language, word
from tongying.norms.forms.form import Position
from tongying.norms.score.result import Score

WIDTH: Final = 280.0
HEIGHT: Final = 34.0
EDGE: Final = 8.0
END_Z: Final = 3.5
ZONES: Final = (
    (-3.5, -1.8808, "s-far", "#f3d3d0"),
    (-1.8808, -1.2816, "s-edge", "#e3ebe8"),
    (-1.2816, 1.2816, "s-middle", "#c5dfd8"),
    (1.2816, 1.8808, "s-edge", "#e3ebe8"),
    (1.8808, 3.5, "s-far", "#f3d3d0"),
)
"""Ends at the 3rd, 10th, 90th and 97th centile."""
TICKS: Final = ((-1.8808, "P3"), (0.0, "P50"), (1.8808, "P97"))
ACCENT, RED, FAINT = "#0f766e", "#b3261e", "#5c6b66"


def strip_svg(score: Score, *, language: Language | str = Language.CHINESE) -> str:
    """Return the strip of a score as SVG; of a norm that prints only limits, those.

    Parameters
    ----------
    score : Score
    language : Language
    """
    tongue = Language(language)
    if score.z is None:
        return _printed(score, tongue)
    parts = [
        tag(
            "rect",
            {
                "class": kind,
                "x": _at(low),
                "y": 9.0,
                "width": _at(high) - _at(low),
                "height": 6.0,
                "fill": colour,
            },
        )
        for low, high, kind, colour in ZONES
    ]
    parts += [
        text((_at(z), 31), label, kind="s-tick", size=10, anchor="middle", fill=FAINT)
        for z, label in TICKS
    ]
    if score.z_interval is not None:
        left, right = (_at(one) for one in score.z_interval)
        parts.append(
            tag(
                "rect",
                {
                    "class": "s-interval",
                    "x": left,
                    "y": 6.0,
                    "width": max(right - left, 2.0),
                    "height": 12.0,
                    "rx": 6.0,
                    "fill": ACCENT,
                    "fill-opacity": "0.28",
                },
            )
        )
    parts.append(_mark(score.z))
    said = f"P{_centile(score.centile)} (z {score.z:+.2f})"
    return canvas(
        WIDTH, HEIGHT, kind="strip", title=said, description=score.norm, body="".join(parts)
    )


def _at(z: float) -> float:
    held = min(max(z, -END_Z), END_Z)
    return EDGE + (held + END_Z) / (2 * END_Z) * (WIDTH - 2 * EDGE)


def _centile(centile: float | None) -> str:
    if centile is None:
        return "?"
    if centile < 0.1:
        return "<0.1"
    if centile > 99.9:
        return ">99.9"
    return f"{centile:.1f}" if centile < 3 or centile > 97 else f"{centile:.0f}"


def _mark(z: float) -> str:
    x = _at(z)
    far = abs(z) > 1.8808
    kind, colour = ("s-mark s-mark-far", RED) if far else ("s-mark", ACCENT)
    if abs(z) > END_Z:
        side = 1.0 if z > 0 else -1.0
        points = f"{x - 5 * side:.1f},4 {x + 5 * side:.1f},12 {x - 5 * side:.1f},20"
        return tag("polygon", {"class": kind, "points": points, "fill": colour})
    shape: Shape = {"class": kind, "x": x - 2, "y": 4.0, "width": 4.0, "height": 16.0, "rx": 2.0}
    return tag("rect", {**shape, "fill": colour})


def _printed(score: Score, language: Language) -> str:
    """Draw the printed limits on a straight scale, with the value where it lies."""
    known = [one for one in (score.low, score.expected, score.high) if one is not None]
    if not known:
        return ""
    low, high = min([*known, score.value]), max([*known, score.value])
    room = (high - low) * 0.15 or abs(high) * 0.2 or 1.0
    end = score.high if score.high is not None else high + room
    if score.low is None:
        # An upper limit alone: half of it is room enough for what lies below.
        low = min(low, high - abs(end) * 0.5)
    low, high = low - room, high + room

    start = score.low if score.low is not None else low

    def place(value: float) -> float:
        return EDGE + (value - low) / (high - low) * (WIDTH - 2 * EDGE)

    whole: Shape = {
        "class": "s-edge",
        "x": EDGE,
        "y": 9.0,
        "width": WIDTH - 2 * EDGE,
        "height": 6.0,
    }
    parts = [tag("rect", {**whole, "fill": "#e3ebe8"})]
    if score.low is not None or score.high is not None:
        inner: Shape = {
            "class": "s-middle",
            "x": place(start),
            "y": 9.0,
            "width": place(end) - place(start),
            "height": 6.0,
        }
        parts.append(tag("rect", {**inner, "fill": "#c5dfd8"}))
    for value, key in ((score.low, "low"), (score.expected, "middle"), (score.high, "limit")):
        if value is not None:
            said = f"{value:.4g}"
            parts.append(
                text((place(value), 31), said, kind="s-tick", size=10, anchor="middle", fill=FAINT)
            )
            parts.append(
                tag(
                    "line",
                    {
                        "class": f"s-limit s-{key}",
                        "x1": place(value),
                        "x2": place(value),
                        "y1": 7.0,
                        "y2": 17.0,
                        "stroke": FAINT,
                    },
                )
            )
    outside = score.position in {Position.BELOW, Position.ABOVE}
    mark: Shape = {
        "class": "s-mark s-mark-far" if outside else "s-mark",
        "x": place(score.value) - 2,
        "y": 4.0,
        "width": 4.0,
        "height": 16.0,
        "rx": 2.0,
        "fill": RED if outside else ACCENT,
    }
    parts.append(tag("rect", mark))
    said = f"{score.value:.4g} {score.unit}"
    if outside:
        said += f" · {word(score.position.value, language)}"
    return canvas(
        WIDTH, HEIGHT, kind="strip", title=said, description=score.limits_say, body="".join(parts)
    )
