"""Line charts: several series with bands of uncertainty, marks, and labels at the lines' ends."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongying.kernel.axis import Axis
from tongying.web.pages.charts import ink


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a place, with its band where it has one.

    Attributes
    ----------
    x : float
    y : float or None
        None breaks the line: unknown is not zero.
    low, high : float or None
        The band's ends.
    """

    x: float
    y: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A line; its name stands at its end."""

    name: str
    points: tuple[Point, ...]
    tone: int = 0
    dotted: bool = True
    """Whether every point gets a dot (few points) or the line alone is drawn (many)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A value worth a line of its own: a promise, a doubling time.

    `upright` marks stand at a place of the x axis, others at a height of the y axis.
    """

    at: float
    label: str
    upright: bool = True


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over a common axis; `note` says what the values rest on, with n."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()
    note: str = ""


def draw_lines(chart: LineChart) -> SafeString:
    """Return the chart as SVG."""
    named = [one for one in chart.series if any(point.y is not None for point in one.points)]
    room = max((ink.width_of(one.name) for one in named), default=0.0) + 16
    plot = ink.Plot(52, 46, ink.WIDTH - min(room, 260.0), ink.HEIGHT - 46)
    parts = [ink.upright_axis(chart.y, plot), ink.level_axis(chart.x, plot)]
    parts += [_mark(mark, chart, plot) for mark in chart.marks]
    parts += [_band(one, chart, plot) for one in named]
    parts += [_line(one, chart, plot) for one in named]
    parts.append(_names(named, chart, plot))
    return ink.canvas(chart.title, chart.note, ink.join(parts))


def _at(point: Point, value: float, chart: LineChart, plot: ink.Plot) -> tuple[float, float]:
    held = min(max(value, chart.y.low), chart.y.high)
    return (
        chart.x.place(point.x, plot.left, plot.right),
        chart.y.place(held, plot.bottom, plot.top),
    )


def _runs(series: Series) -> list[list[Point]]:
    """Return the unbroken stretches of a series."""
    runs: list[list[Point]] = [[]]
    for point in series.points:
        if point.y is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _band(series: Series, chart: LineChart, plot: ink.Plot) -> SafeString:
    parts = []
    for run in _runs(series):
        held = [point for point in run if point.low is not None and point.high is not None]
        if len(held) == 1 and held[0].low != held[0].high:
            upper = _at(held[0], held[0].high or 0.0, chart, plot)
            lower = _at(held[0], held[0].low or 0.0, chart, plot)
            parts.append(ink.line(*upper, *lower, "c-axis"))
        if len(held) < 2:
            continue
        upper_edge = [_at(point, point.high or 0.0, chart, plot) for point in held]
        lower_edge = [_at(point, point.low or 0.0, chart, plot) for point in reversed(held)]
        points = " ".join(f"{ink.number(x)},{ink.number(y)}" for x, y in upper_edge + lower_edge)
        parts.append(
            format_html(
                '<polygon class="c-band {}" points="{}" fill="{}" fill-opacity="0.14"/>',
                ink.tone_of(series.tone),
                points,
                ink.colour_of(series.tone),
            )
        )
    return ink.join(parts)


def _line(series: Series, chart: LineChart, plot: ink.Plot) -> SafeString:
    parts = []
    for run in _runs(series):
        points = [_at(point, point.y or 0.0, chart, plot) for point in run]
        if len(points) > 1:
            parts.append(ink.path(points, series.tone))
        if series.dotted or len(points) == 1:
            parts.append(ink.dots(points, series.tone))
    return ink.join(parts)


def _names(named: list[Series], chart: LineChart, plot: ink.Plot) -> SafeString:
    ends = []
    for one in named:
        last = _runs(one)[-1][-1]
        ends.append(_at(last, last.y or 0.0, chart, plot))
    heights = ink.apart([y for _, y in ends], plot.top, plot.bottom)
    parts = []
    for one, (x, y), height in zip(named, ends, heights, strict=True):
        start = plot.right + 10
        if x < plot.right - 1 or abs(height - y) > 3:
            parts.append(ink.line(x + 4, y, start - 2, height, "c-lead"))
        parts.append(
            format_html(
                '<text class="c-end {}" x="{}" y="{}" fill="{}" font-weight="600">{}</text>',
                ink.tone_of(one.tone),
                ink.number(start),
                ink.number(height + 4),
                ink.colour_of(one.tone),
                one.name,
            )
        )
    return ink.join(parts)


def _mark(mark: Mark, chart: LineChart, plot: ink.Plot) -> SafeString:
    if mark.upright:
        x = chart.x.place(mark.at, plot.left, plot.right)
        end = x + 5 + ink.width_of(mark.label) > plot.right
        label = ink.text(
            x - 5 if end else x + 5, plot.top + 10, mark.label, anchor="end" if end else "start"
        )
        return ink.join([ink.line(x, plot.top, x, plot.bottom, "c-mark"), label])
    y = chart.y.place(mark.at, plot.bottom, plot.top)
    label = ink.text(plot.left + 6, y - 5, mark.label)
    return ink.join([ink.line(plot.left, y, plot.right, y, "c-mark"), label])
