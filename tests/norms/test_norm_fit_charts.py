"""Worm plots and the curve over its values: every point drawn, nothing of a child said."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from tongying.norms.axis import AxisKind
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.chart import scatter, worm_svg
from tongying.norms.fit.worm import worms
from tongying.norms.sex import Sex


def written(count: int, bands: int) -> list[dict[str, object]]:
    z = np.random.default_rng(3).standard_normal(count)
    z[0] = 6.0
    return [
        {
            "low_x": one.low_x,
            "high_x": one.high_x,
            "n": len(one.expected),
            "expected": one.expected.tolist(),
            "deviation": one.deviation.tolist(),
            "bound": one.bound.tolist(),
        }
        for one in worms(z, np.linspace(30.0, 6000.0, count), bands=bands)
    ]


def test_every_point_of_every_band_is_drawn_and_those_outside_are_marked() -> None:
    drawn = written(600, 6)
    svg = worm_svg.worm_svg(drawn, axis=AxisKind.AGE, title="女 & <b>", language="zh")
    root = ElementTree.fromstring(svg)  # noqa: S314 -- our own drawing
    circles = [one for one in root.iter() if one.tag.endswith("circle")]
    outside = sum(
        abs(deviation) > bound
        for one in drawn
        for deviation, bound in zip(one["deviation"], one["bound"], strict=True)  # type: ignore[call-overload]
    )
    assert len(circles) == 600
    assert sum(one.get("class") == "n-outside" for one in circles) == outside > 0
    assert svg.count("n = 100") == 6
    assert "<b>" not in svg
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    places = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in circles]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


def test_no_worm_is_an_empty_drawing() -> None:
    svg = worm_svg.worm_svg([], axis=AxisKind.AGE, title="x", language="en")
    assert "circle" not in svg and svg.endswith("</svg>")


def test_the_scatter_lies_on_the_axes_of_its_curves() -> None:
    norm = catalogue()["china-2013.height@1"]
    middle = float(norm.form.value(np.zeros(1), np.array([1461.0]), Sex.FEMALE)[0])  # type: ignore[attr-defined]
    svg = scatter.scatter_svg(norm, sex=Sex.FEMALE, points=[(1461.0, middle)], language="en")
    root = ElementTree.fromstring(svg)  # noqa: S314 -- our own drawing
    dot = next(one for one in root.iter() if one.get("class") == "n-datum")
    line = next(one for one in root.iter() if one.get("class") == "n-middle")
    curve = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    x, y = float(dot.attrib["cx"]), float(dot.attrib["cy"])
    near = float(np.interp(x, [one[0] for one in curve], [one[1] for one in curve]))
    assert abs(near - y) < 1.0
    assert "n = 1<" in svg


def test_of_very_many_points_only_so_many_are_drawn_and_all_are_counted() -> None:
    norm = catalogue()["china-2013.height@1"]
    points = [(float(day), 100.0) for day in range(5000)]
    svg = scatter.scatter_svg(norm, sex=Sex.MALE, points=points, language="zh")
    assert len(re.findall('class="n-datum"', svg)) == scatter.MOST_POINTS
    assert "n = 5000" in svg
