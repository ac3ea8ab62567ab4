"""Charts drawn on the server: what stands where, what is told, what cannot break the page."""

from __future__ import annotations

import doctest
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tongying.kernel import axis
from tongying.kernel.axis import Axis, fixed_axis, nice_axis, percent
from tongying.web.pages.charts import figure, ink, spread
from tongying.web.pages.charts.bars import Bar, BarChart
from tongying.web.pages.charts.lines import LineChart, Mark, Point, Series
from tongying.web.pages.charts.spread import Spread, SpreadChart

SVG = "{http://www.w3.org/2000/svg}"
X = fixed_axis("Years", 0, 4, step=1)
Y = fixed_axis("Share (%)", 0.0, 1.0, step=0.5, text=percent)


def lines(*series: Series, marks: tuple[Mark, ...] = ()) -> LineChart:
    return LineChart("A chart", X, Y, series, marks, "n = 5")


def drawn(chart, **options) -> ElementTree.Element:
    return ElementTree.fromstring(str(figure.figure("key", chart, **options).svg))  # noqa: S314


def texts(svg: ElementTree.Element) -> list[str]:
    return ["".join(one.itertext()) for one in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("module", [axis, ink, spread, figure])
def test_examples_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([], 0, 1),
        ([0.0], 0, 1),
        ([7.3], 0, 8),
        ([0.013], 0, 0.014),
        ([-3.0, 12.0], -3, 12),
        ([98, 99], 0, 100),
    ],
)
def test_ticks_are_round_and_hold_the_values(values, low, high):
    made = nice_axis("x", values)
    assert made.low <= min([0, *values])
    assert made.high >= max([0, *values])
    assert 2 <= len(made.ticks) <= 8
    assert (made.low, made.high) == (made.ticks[0][0], made.ticks[-1][0])


def test_an_axis_has_length():
    with pytest.raises(ValueError, match="from a smaller"):
        Axis("x", 1.0, 1.0, ())
    with pytest.raises(ValueError, match="finite"):
        Axis("x", 0.0, float("inf"), ())


def test_a_line_stands_where_its_values_are():
    points = (Point(0, 1.0, 0.9, 1.0), Point(4, 0.5, 0.4, 0.6))
    svg = drawn(lines(Series("base", points)))
    (line,) = svg.iter(f"{SVG}polyline")
    (x0, y0), (x1, y1) = (map(float, one.split(",")) for one in line.get("points").split())
    grid = sorted(
        {float(one.get("y1")) for one in svg.iter(f"{SVG}line") if one.get("class") == "c-grid"}
    )
    assert (y0, y1) == (grid[0], grid[1])
    assert x0 == 52
    assert x1 > 500
    (band,) = svg.iter(f"{SVG}polygon")
    assert len(band.get("points").split()) == 4


def test_axes_are_named_with_units_and_lines_at_their_ends():
    svg = drawn(lines(Series("base", (Point(0, 1.0), Point(4, 0.2))), marks=(Mark(2, "half"),)))
    assert {"Years", "Share (%)", "base", "half", "100"} <= set(texts(svg))
    assert svg.find(f"{SVG}title").text == "A chart"
    assert svg.find(f"{SVG}desc").text == "n = 5"
    assert svg.get("role") == "img"


def test_unknown_breaks_the_line():
    points = (Point(0, 1.0), Point(1, 0.9), Point(2, None), Point(3, 0.5), Point(4, 0.4))
    svg = drawn(lines(Series("a", points), Series("none", (Point(0, None),))))
    assert len(list(svg.iter(f"{SVG}polyline"))) == 2
    assert "none" not in texts(svg)


def test_labels_do_not_lie_on_each_other():
    same = [Series(f"line {one}", (Point(0, 0.5), Point(4, 0.5)), one) for one in range(6)]
    svg = drawn(lines(*same))
    heights = sorted(
        float(one.get("y")) for one in svg.iter(f"{SVG}text") if "c-end" in one.get("class")
    )
    assert all(b - a >= 14.9 for a, b in pairwise(heights))
    assert len({one.get("stroke-dasharray") for one in svg.iter(f"{SVG}polyline")}) == 6


def test_text_is_escaped_and_nothing_is_styled_inline():
    nasty = '<script>alert("x")</script>'
    chart = LineChart(nasty, X, Y, (Series(nasty, (Point(0, 0.1), Point(4, 0.2))),), (), nasty)
    text = str(figure.figure("k", chart).svg)
    assert "<script" not in text
    assert not re.search(r"\sstyle=|<style|\son\w+=", text)
    for lying in (True, False):
        made = BarChart(nasty, Y, (Bar(nasty, 0.5, nasty),), nasty)
        assert "<script" not in str(figure.figure("k", made, lying=lying).svg)


@pytest.mark.parametrize("lying", [True, False])
def test_bars_are_as_long_as_their_values(lying):
    chart = BarChart("b", Y, (Bar("a", 0.5, "50", 0.4, 0.6), Bar("b", 1.0), Bar("c", None, "none")))
    svg = drawn(chart, lying=lying)
    sizes = [float(one.get("width" if lying else "height")) for one in svg.iter(f"{SVG}rect")]
    assert len(sizes) == 2
    assert sizes[1] == pytest.approx(2 * sizes[0], abs=0.2)


def test_quantiles_with_n_and_too_few():
    chart = SpreadChart(
        "s",
        nice_axis("h", [9.0]),
        (Spread("bone", 1.0, 4.0, 6.0, 120), Spread("heart", None, None, None, 2)),
        (Mark(6, "6 h"),),
    )
    svg = drawn(chart)
    assert {"bone", "heart", "n = 120", "n = 2", "6 h", "—"} <= set(texts(svg))
    assert len(list(svg.iter(f"{SVG}circle"))) == 3


def test_the_table_has_the_numbers_and_the_csv_no_formula():
    made = figure.figure("k", lines(Series("=base", (Point(0, 0.25, 0.2, 0.3), Point(1, None)))))
    assert made.rows == (("0", "0.25", "0.2", "0.3"), ("1", "", "", ""))
    text = figure.as_csv(made.head, [["=1+1"], ["-0.5"]])
    assert "'=base" in text
    assert "'=1+1" in text
    assert "\r\n-0.5" in text
