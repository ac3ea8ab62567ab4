"""How values spread: P50, P90 and P95 on a common axis, one row a thing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from tongying.kernel.axis import Axis
from tongying.web.pages.charts import ink
from tongying.web.pages.charts.lines import Mark


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles of one row; None where there are too few values. `count` is n."""

    label: str
    p50: float | None
    p90: float | None
    p95: float | None
    count: int
    tone: int = 0


@dataclass(frozen=True, slots=True)
class SpreadChart:
    """Rows of quantiles.

    Attributes
    ----------
    title : str
    value : Axis
    rows : tuple of Spread
    marks : tuple of Mark
        Promises, such as 4 h and 6 h.
    note : str
    none : str
        What stands in a row without values.
    """

    title: str
    value: Axis
    rows: tuple[Spread, ...]
    marks: tuple[Mark, ...] = ()
    note: str = ""
    none: str = "—"


ROW = 28.0


def draw_spread(chart: SpreadChart) -> SafeString:
    """Return the chart: a line from P50 to P95 with a dot at P50, P90 and P95, and n behind."""
    room = min(max((ink.width_of(row.label) for row in chart.rows), default=0.0) + 12, 260.0)
    plot = ink.Plot(room, 36, ink.WIDTH - 84, 36 + ROW * max(1, len(chart.rows)))
    parts = [ink.level_axis(chart.value, plot, grid=True)]
    for mark in chart.marks:
        x = chart.value.place(mark.at, plot.left, plot.right)
        parts.append(ink.line(x, plot.top - 6, x, plot.bottom, "c-mark"))
        parts.append(ink.text(x, plot.top - 11, mark.label, anchor="middle"))
    for number, row in enumerate(chart.rows):
        middle = plot.top + ROW * (number + 0.5)
        parts.append(ink.text(room - 8, middle + 4, row.label, anchor="end", kind="c-label"))
        parts.append(_row(row, chart, plot, middle))
        parts.append(ink.text(plot.right + 12, middle + 4, f"n = {row.count:,}", kind="c-value"))
    return ink.canvas(chart.title, chart.note, ink.join(parts), plot.bottom + 46)


def _row(row: Spread, chart: SpreadChart, plot: ink.Plot, middle: float) -> SafeString:
    held = [value for value in (row.p50, row.p90, row.p95) if value is not None]
    if row.p50 is None or len(held) < 3:
        return ink.text(plot.left + 6, middle + 4, chart.none, kind="c-none")
    at = [
        (chart.value.place(min(value, chart.value.high), plot.left, plot.right), middle)
        for value in held
    ]
    parts = [ink.path([at[0], at[-1]], 0)]
    parts += [ink.dots([one], row.tone, 4.5 - number) for number, one in enumerate(at)]
    return ink.join(parts)
