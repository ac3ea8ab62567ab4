"""Charts: what is drawn stands where the numbers say, in both languages, without script."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tongying.norms.axis import AxisKind
from tongying.norms.chart.curves import curves_of
from tongying.norms.chart.fan import BOTTOM, LEFT, RIGHT, TOP, ChartPoint, fan_svg
from tongying.norms.chart.png import png_of
from tongying.norms.chart.strip import strip_svg
from tongying.norms.forms.form import Position
from tongying.norms.forms.parameter_table import ParameterTable, SexTable
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm, Origin, Population, Route
from tongying.norms.score.result import Score
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SexUncertainty, Uncertainty

SVG = "{http://www.w3.org/2000/svg}"
YEAR = 365.25


def a_norm(*, known: bool = True) -> Norm:
    """Median 100 at birth to 200 at ten years, a straight line; spread 10 %, no skewness."""
    x = np.array([0.0, 10 * YEAR])
    table = SexTable(x, np.array([[100.0, 200.0], [0.1, 0.1], [1.0, 1.0]]))
    z = np.linspace(-4, 4, 9)
    grid = SexUncertainty(x, z, np.full((2, 9), 0.2), np.array([30, 60]))
    return Norm(
        id="test.height@1",
        measure="height",
        unit="cm",
        axis=AxisKind.AGE,
        form=ParameterTable("bccg", {Sex.MALE: table, Sex.FEMALE: table}),
        method=MeasuringMethod(),
        population=Population("made-up children", "虚构儿童", None, 90),
        route=Route.DIRECT,
        origin=Origin.RELEASED,
        citation=None,
        uncertainty=Uncertainty({Sex.MALE: grid}, YEAR / 2, 20) if known else None,
    )


def a_score(z: float | None, **changed: object) -> Score:
    facts: dict[str, object] = {
        "measure": "height",
        "value": 120.0,
        "unit": "cm",
        "x": 1000.0,
        "z": z,
        "centile": None if z is None else 50.0,
        "z_interval": None,
        "centile_interval": None,
        "expected": None,
        "low": None,
        "high": None,
        "limits_say": "",
        "between": None,
        "position": Position.WITHIN,
        "n_near": None,
        "norm": "test.height@1",
        "population": "",
        "source": "",
        "foreign": True,
        "signed_off": False,
        "caveats": (),
    }
    return Score(**{**facts, **changed})  # type: ignore[arg-type]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 -- our own drawing


def places(svg: str, kind: str) -> list[tuple[float, float]]:
    one = next(e for e in parsed(svg).iter() if e.get("class") == kind)
    return [tuple(map(float, pair.split(","))) for pair in one.get("points", "").split()]  # type: ignore[misc]


def test_curves_are_the_forms_own_centiles() -> None:
    drawn = curves_of(a_norm(), Sex.MALE)
    by_label = {one.label: one for one in drawn.curves}
    middle = np.interp(drawn.x, [0, 10 * YEAR], [100, 200])
    assert by_label["50"].y == pytest.approx(middle)
    # With skewness 1 the transform is straight: value = median (1 + 0.1 z), and P97 is z 1.8808.
    assert by_label["97"].y == pytest.approx(middle * 1.188079, rel=1e-6)
    assert by_label["97"].high == pytest.approx(middle * (1 + 0.1 * (1.880794 + 1.644854 * 0.2)))
    assert by_label["25"].high is None


def test_the_middle_line_is_drawn_where_the_axis_puts_it() -> None:
    svg = fan_svg(a_norm(), sex=Sex.MALE, language="en")
    line = places(svg, "n-middle")
    assert line[0][0] == pytest.approx(LEFT, abs=0.01)
    assert line[-1][0] == pytest.approx(RIGHT, abs=0.01)
    ticks = {
        float(e.text or ""): float(e.get("y", "0")) - 4
        for e in parsed(svg).iter(SVG + "text")
        if e.get("class") == "n-tick" and e.get("text-anchor") == "end"
    }
    assert line[0][1] == pytest.approx(ticks[100.0], abs=0.02)
    assert line[-1][1] == pytest.approx(ticks[200.0], abs=0.02)
    assert TOP <= line[-1][1] < line[0][1] <= BOTTOM


def test_the_childs_points_stand_on_the_chart_and_one_outside_is_not_drawn() -> None:
    norm = a_norm()
    inside = [ChartPoint(5 * YEAR, 150.0, "2026-01-01"), ChartPoint(2.5 * YEAR, 125.0)]
    svg = fan_svg(norm, sex=Sex.MALE, points=[*inside, ChartPoint(11 * YEAR, 180.0)])
    path = places(svg, "n-path")
    middle = places(svg, "n-middle")
    assert len(path) == 2
    assert path[0][0] < path[1][0]  # joined by age, not by the order given
    heights = np.interp([p[0] for p in path], [m[0] for m in middle], [m[1] for m in middle])
    assert [p[1] for p in path] == pytest.approx(heights.tolist(), abs=0.1)
    assert "2026-01-01" in svg


def test_how_many_stand_behind_is_drawn_only_where_it_is_known() -> None:
    known = fan_svg(a_norm(), sex=Sex.MALE)
    counts = [e for e in parsed(known).iter() if e.get("class") == "n-count"]
    assert len(counts) == 10
    assert 'class="n-interval"' in known
    unknown = fan_svg(a_norm(known=False), sex=Sex.MALE)
    assert 'class="n-count"' not in unknown
    assert 'class="n-interval"' not in unknown
    # Nothing is known of the girls' error, so nothing is drawn of it.
    assert 'class="n-interval"' not in fan_svg(a_norm(), sex=Sex.FEMALE)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("年龄（岁）", "虚构儿童", "待签核", "仅供研究", "男")),
        ("en", ("Age (years)", "boys")),
    ],
)
def test_words_are_in_the_language_asked_for(language: str, words: tuple[str, ...]) -> None:
    svg = fan_svg(a_norm(), sex=Sex.MALE, language=language)
    assert all(word in svg for word in words)


def test_a_name_with_markup_is_only_a_name() -> None:
    svg = fan_svg(a_norm(), sex=Sex.MALE, points=[ChartPoint(YEAR, 110, "<script>x</script>")])
    assert "<script" not in svg
    parsed(svg)


@pytest.mark.parametrize("kind", ["fan", "strip"])
def test_nothing_that_a_content_policy_would_stop(kind: str) -> None:
    svg = fan_svg(a_norm(), sex=Sex.MALE) if kind == "fan" else strip_svg(a_score(1.0))
    for element in parsed(svg).iter():
        assert element.tag not in {SVG + "script", SVG + "style"}
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)


def test_the_strip_marks_the_z_and_holds_what_lies_beyond_at_its_end() -> None:
    def mark(z: float) -> ET.Element:
        return next(
            e
            for e in parsed(strip_svg(a_score(z))).iter()
            if (e.get("class") or "").startswith("s-mark")
        )

    middle = mark(0.0)
    assert float(middle.get("x", "0")) + 2 == pytest.approx(140.0)
    assert mark(1.0).get("class") == "s-mark"
    assert mark(1.9).get("class") == "s-mark s-mark-far"
    assert mark(9.0).tag == SVG + "polygon"
    assert mark(-9.0).get("points") != mark(9.0).get("points")


def test_the_strip_of_an_upper_limit_shows_the_value_beyond_it() -> None:
    svg = strip_svg(
        a_score(None, high=8.0, value=9.1, position=Position.ABOVE, limits_say="upper limit"),
        language="zh",
    )
    root = parsed(svg)
    limit = next(e for e in root.iter() if (e.get("class") or "").startswith("s-limit"))
    mark = next(e for e in root.iter() if (e.get("class") or "").startswith("s-mark"))
    assert float(mark.get("x", "0")) > float(limit.get("x1", "0"))
    assert "高于" in svg
    assert strip_svg(a_score(None)) == ""


def test_png_is_as_wide_as_asked() -> None:
    data = png_of(fan_svg(a_norm(), sex=Sex.MALE), width=600)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 600
