"""A chart as a page shows it: the drawing, its note, and its numbers as a table and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongying.kernel.sheet import BYTE_ORDER_MARK, guarded
from tongying.web.pages.charts.bars import BarChart, draw_lying, draw_standing
from tongying.web.pages.charts.lines import LineChart, draw_lines
from tongying.web.pages.charts.spread import SpreadChart, draw_spread


@dataclass(frozen=True, slots=True)
class Figure:
    """What ``pages/_chart.html`` shows.

    Attributes
    ----------
    key : str
        Short stable name: the element's id, and the file's name when exported.
    title, note : str
    svg : SafeString
    head : tuple of str
    rows : tuple of tuple of str
        The chart's numbers.
    """

    key: str
    title: str
    note: str
    svg: SafeString
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figure(key: str, chart: LineChart | BarChart | SpreadChart, *, lying: bool = False) -> Figure:
    """Return a chart ready to be shown."""
    head, rows = _table(chart)
    if isinstance(chart, LineChart):
        svg = draw_lines(chart)
    elif isinstance(chart, SpreadChart):
        svg = draw_spread(chart)
    else:
        svg = draw_lying(chart) if lying else draw_standing(chart)
    return Figure(key, chart.title, chart.note, svg, head, rows)


def as_csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""Return a table as CSV for a spreadsheet (with the mark that says UTF-8).

    A text that a spreadsheet would take for a formula is kept from it; a number is not.

    Examples
    --------
    >>> as_csv(["a"], [["=1+1"], ["-2"]])
    "\ufeffa\r\n'=1+1\r\n-2\r\n"
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_unarmed(value) for value in head])
    writer.writerows([_unarmed(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + out.getvalue()


def _unarmed(value: str) -> str:
    try:
        float(value)
    except ValueError:
        return guarded(value)
    return value


def _table(
    chart: LineChart | BarChart | SpreadChart,
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    low, high = _("low"), _("high")
    if isinstance(chart, LineChart):
        places = sorted({point.x for one in chart.series for point in one.points})
        banded = [any(point.low is not None for point in one.points) for one in chart.series]
        head = [chart.x.label]
        for one, band in zip(chart.series, banded, strict=True):
            head += [one.name, *([f"{one.name} {low}", f"{one.name} {high}"] if band else [])]
        rows = []
        for x in places:
            row = [_said(x)]
            for one, band in zip(chart.series, banded, strict=True):
                point = next((point for point in one.points if point.x == x), None)
                row.append(_said(point.y if point else None))
                if band:
                    row += [
                        _said(point.low if point else None),
                        _said(point.high if point else None),
                    ]
            rows.append(tuple(row))
        return tuple(head), tuple(rows)
    if isinstance(chart, SpreadChart):
        return ("", "P50", "P90", "P95", "n"), tuple(
            (row.label, _said(row.p50), _said(row.p90), _said(row.p95), str(row.count))
            for row in chart.rows
        )
    return (chart.across, chart.value.label, low, high), tuple(
        (bar.label, _said(bar.value), _said(bar.low), _said(bar.high)) for bar in chart.bars
    )


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
