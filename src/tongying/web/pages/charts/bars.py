"""Bar charts: lying bars for things with names, standing bars along a number or the hours."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongying.kernel.axis import Axis
from tongying.web.pages.charts import ink
from tongying.web.pages.charts.lines import Mark


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar.

    Attributes
    ----------
    label : str
        What it stands for, as short as it can be.
    value : float or None
        None draws no bar; its `text` says why.
    text : str
        What is written at its end: the value with its unit and n.
    low, high : float or None
        Ends of its band, drawn as a whisker.
    tone : int
    """

    label: str
    value: float | None
    text: str = ""
    low: float | None = None
    high: float | None = None
    tone: int = 0


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars on one value axis.

    Attributes
    ----------
    title : str
    value : Axis
    bars : tuple of Bar
    across : str
        Name of what the bars stand for, with the unit: ``"Hour of the day"``. Lying bars need none.
    marks : tuple of Mark
        Values worth a line on the value axis.
    note : str
        What the values rest on, with n.
    """

    title: str
    value: Axis
    bars: tuple[Bar, ...]
    across: str = ""
    marks: tuple[Mark, ...] = ()
    note: str = ""


ROW = 26.0
LEAST_PIXELS = 22.0
"""Least distance between two written labels of standing bars."""


def draw_lying(chart: BarChart) -> SafeString:
    """Return the chart with lying bars, one a row: for names."""
    room = min(max((ink.width_of(bar.label) for bar in chart.bars), default=0.0) + 12, 260.0)
    behind = min(max((ink.width_of(bar.text) for bar in chart.bars), default=0.0) + 14, 200.0)
    top = 36.0 if chart.marks else 14.0
    plot = ink.Plot(room, top, ink.WIDTH - behind, top + ROW * max(1, len(chart.bars)))
    parts = [ink.level_axis(chart.value, plot, grid=True)]
    for number, bar in enumerate(chart.bars):
        middle = plot.top + ROW * (number + 0.5)
        parts.append(ink.text(room - 8, middle + 4, bar.label, anchor="end", kind="c-label"))
        parts.append(_lying(bar, chart.value, plot, middle))
    for mark in chart.marks:
        x = chart.value.place(mark.at, plot.left, plot.right)
        parts.append(ink.line(x, plot.top - 6, x, plot.bottom, "c-mark"))
        parts.append(ink.text(x, plot.top - 11, mark.label, anchor="middle"))
    return ink.canvas(chart.title, chart.note, ink.join(parts), plot.bottom + 46)


def draw_standing(chart: BarChart) -> SafeString:
    """Return the chart with standing bars in order: for hours, days, classes of a histogram."""
    plot = ink.Plot(52, 46, ink.WIDTH - 12, ink.HEIGHT - 46)
    step = (plot.right - plot.left) / max(1, len(chart.bars))
    widest = max((ink.width_of(bar.label) for bar in chart.bars), default=0.0)
    every = max(1, round(max(LEAST_PIXELS, widest + 6) / step + 0.49))
    parts = [ink.upright_axis(chart.value, plot)]
    for number, bar in enumerate(chart.bars):
        middle = plot.left + step * (number + 0.5)
        parts.append(_standing(bar, chart.value, plot, middle, step))
        if number % every == 0:
            parts.append(
                ink.text(middle, plot.bottom + 17, bar.label, anchor="middle", kind="c-tick")
            )
    parts.append(ink.line(plot.left, plot.bottom, plot.right, plot.bottom, "c-axis"))
    parts.append(ink.text(plot.right, plot.bottom + 34, chart.across, anchor="end", kind="c-name"))
    for mark in chart.marks:
        y = chart.value.place(mark.at, plot.bottom, plot.top)
        parts.append(ink.line(plot.left, y, plot.right, y, "c-mark"))
        parts.append(ink.text(plot.right, y - 5, mark.label, anchor="end"))
    return ink.canvas(chart.title, chart.note, ink.join(parts))


def _lying(bar: Bar, axis: Axis, plot: ink.Plot, middle: float) -> SafeString:
    if bar.value is None:
        return ink.text(plot.left + 6, middle + 4, bar.text, kind="c-none")
    start = axis.place(max(0.0, axis.low), plot.left, plot.right)
    end = axis.place(min(bar.value, axis.high), plot.left, plot.right)
    parts = [_box(start, middle - 8, max(0.0, end - start), 16, bar.tone)]
    furthest = end
    if bar.low is not None and bar.high is not None:
        first = axis.place(max(bar.low, axis.low), plot.left, plot.right)
        last = axis.place(min(bar.high, axis.high), plot.left, plot.right)
        parts.append(ink.line(first, middle, last, middle, "c-whisker"))
        parts += [ink.line(x, middle - 4, x, middle + 4, "c-whisker") for x in (first, last)]
        furthest = max(end, last)
    parts.append(ink.text(furthest + 6, middle + 4, bar.text, kind="c-value"))
    return ink.join(parts)


def _standing(bar: Bar, axis: Axis, plot: ink.Plot, middle: float, step: float) -> SafeString:
    if bar.value is None:
        return ink.join([])
    start = axis.place(max(0.0, axis.low), plot.bottom, plot.top)
    end = axis.place(min(bar.value, axis.high), plot.bottom, plot.top)
    width = max(1.0, step * 0.78)
    parts = [_box(middle - width / 2, end, width, max(0.0, start - end), bar.tone)]
    if bar.low is not None and bar.high is not None:
        first = axis.place(max(bar.low, axis.low), plot.bottom, plot.top)
        last = axis.place(min(bar.high, axis.high), plot.bottom, plot.top)
        parts.append(ink.line(middle, first, middle, last, "c-whisker"))
    if bar.text:
        parts.append(ink.text(middle, end - 5, bar.text, anchor="middle", kind="c-value"))
    return ink.join(parts)


def _box(x: float, y: float, width: float, height: float, tone: int) -> SafeString:
    return format_html(
        '<rect class="c-bar {}" x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}"/>',
        ink.tone_of(tone),
        ink.number(x),
        ink.number(y),
        ink.number(width),
        ink.number(height),
        ink.colour_of(tone),
    )
