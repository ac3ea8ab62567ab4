"""Diameters and volumes of tumours and nodes, against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from drawn_marks import SQUARE, UNSCALED, drawn, mirrored, shifted, turned, values
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import MarksMissing, MarksRefused
from tongying.measure.tumour.volume import ellipsoid_cm3

OBLONG = Plane.calibrated(column_mm=0.3, row_mm=0.4, source="test")


def cross(long, short, middle=(200.0, 200.0)):
    """A cross whose longer line runs along the rows."""
    x, y = middle
    return (
        (x - long / 2, y),
        (x + long / 2, y),
        (x + 3, y - short / 2),
        (x + 3, y + short / 2),
    )


CROSSES = (
    # plane, cross, longer, shorter, product in mm: worked out by hand
    (SQUARE, cross(60, 40), 30.0, 20.0, 600.0),
    (SQUARE, ((0, 0), (60, 80), (62, 19), (-2, 67)), 50.0, 40.0, 2000.0),  # 3-4-5, turned
    (SQUARE, cross(40, 40), 20.0, 20.0, 400.0),
    (OBLONG, ((0, 50), (100, 50), (50, 20), (50, 80)), 30.0, 24.0, 720.0),
    (OBLONG, ((0, 50), (100, 50), (50, 0), (50, 100)), 40.0, 30.0, 1200.0),  # longer one second
    (SQUARE, cross(10, 4), 5.0, 2.0, 10.0),
)


@pytest.mark.parametrize("plane, points, long, short, product", CROSSES)
def test_two_diameters(plane, points, long, short, product):
    assert values(drawn("tumour-diameters", {"cross": points}, plane=plane)) == pytest.approx(
        {
            "tumour-long-diameter": long,
            "tumour-short-diameter": short,
            "tumour-product": product,
        }
    )
    node = values(drawn("node-axes", {"cross": points}, plane=plane))
    assert node == {"node-short-axis": pytest.approx(short)}


THREE = (
    # longer, shorter, depth in pixels of 0.5 mm; volume in cm3: pi/6 a b c with pi = 3.14159265
    (60, 40, 20, 3.14159265),  # 30 * 20 * 10 / 6 = 1000
    (120, 100, 80, 62.8318531),  # 60 * 50 * 40 / 6 = 20000
    (20, 20, 20, 0.52359878),  # a ball of 10 mm
    (200, 180, 160, 376.991118),  # 100 * 90 * 80 / 6 = 120000
    (12, 12, 10, 0.09424778),  # 6 * 6 * 5 / 6 = 30
)


@pytest.mark.parametrize("long, short, depth, by_hand", THREE)
def test_three_diameters_make_an_ellipsoid(long, short, depth, by_hand):
    marks = {"cross": cross(long, short), "depth": ((10, 20), (10, 20 + depth))}
    told = values(drawn("tumour-three-diameters", marks))
    assert told["tumour-volume"] == pytest.approx(by_hand, rel=1e-7)
    assert told["tumour-depth"] == depth / 2
    assert told["tumour-product"] == pytest.approx(long * short / 4)
    typed = ellipsoid_cm3(long / 2, short / 2, depth / 2)
    assert typed == pytest.approx(by_hand, rel=1e-7)


OUTLINES = (
    # outline in pixels of 0.5 mm, longest diameter and greatest width square to it in mm
    (((0, 0), (60, 0), (60, 80), (0, 80)), 50.0, 48.0),  # 30 x 40: width 2 * 30 * 40 / 50
    (((0, 0), (40, -20), (80, 0), (40, 20)), 40.0, 20.0),
    (((0, 0), (100, 0), (100, 20), (0, 20)), math.sqrt(2600), 2 * 500 / math.sqrt(2600)),
    (((0, 0), (20, -10), (60, -10), (80, 0), (60, 14), (20, 14)), 40.0, 12.0),
    (((0, 0), (18, 0), (0, 24)), 15.0, 7.2),  # legs 9 and 12 mm, height 9 * 12 / 15
)


@pytest.mark.parametrize("outline, long, short", OUTLINES)
def test_diameters_from_an_outline(outline, long, short):
    told = values(drawn("tumour-outline", {"outline": outline}))
    assert told["tumour-long-diameter"] == pytest.approx(long)
    assert told["tumour-short-diameter"] == pytest.approx(short)
    assert told["tumour-product"] == pytest.approx(long * short)


@pytest.mark.parametrize(
    "recipe, marks, word",
    [
        ("tumour-diameters", {"cross": ((0, 0), (60, 0), (80, -20), (80, 20))}, "must cross"),
        ("tumour-diameters", {"cross": ((0, 0), (60, 0), (10, -20), (50, 20))}, "square"),
        ("tumour-diameters", {"cross": ((0, 0), (0, 0), (10, -20), (10, 20))}, "same"),
        ("tumour-diameters", {"cross": ((0, 0), (60, 0), (10, -20))}, "4 points"),
        ("node-axes", {"cross": ((0, 0), (60, 0), (80, -20), (80, 20))}, "must cross"),
        ("tumour-outline", {"outline": ((0, 0), (60, 0))}, "three points"),
        ("tumour-outline", {"outline": ((0, 0), (30, 0), (60, 0))}, "no area"),
        ("tumour-outline", {"outline": ((0, 0), (40, 40), (40, 0), (0, 30))}, "crosses itself"),
    ],
)
def test_marks_that_cannot_be_are_refused(recipe, marks, word):
    with pytest.raises(MarksRefused, match=word):
        drawn(recipe, marks)


def test_fifteen_degrees_from_square_is_the_limit():
    def slanted(degrees):
        turn = math.radians(90 - degrees)
        x, y = 20 * math.cos(turn), 20 * math.sin(turn)
        return {"cross": ((0, 0), (60, 0), (30 - x, -y), (30 + x, y))}

    assert values(drawn("tumour-diameters", slanted(14.9)))["tumour-short-diameter"] == 20.0
    with pytest.raises(MarksRefused, match="square"):
        drawn("tumour-diameters", slanted(15.1))


def test_sizes_of_a_tumour_need_a_scale_and_every_mark():
    marks = {"cross": cross(60, 40)}
    with pytest.raises(LengthUncalibrated):
        drawn("tumour-diameters", marks, plane=UNSCALED)
    with pytest.raises(MarksMissing, match="Third diameter"):
        drawn("tumour-three-diameters", marks)


@settings(max_examples=25)
@given(
    way=st.floats(0, 2 * math.pi),
    by=st.tuples(st.floats(-90, 90), st.floats(-90, 90)),
    scale=st.floats(0.5, 2),
    recipe=st.sampled_from(["tumour-diameters", "tumour-outline", "tumour-three-diameters"]),
)
def test_sizes_stay_when_moved_turned_or_mirrored(way, by, scale, recipe):
    marks = {
        "tumour-diameters": {"cross": cross(60, 40)},
        "tumour-three-diameters": {"cross": cross(60, 40), "depth": ((0, 0), (0, 30))},
        "tumour-outline": {"outline": ((0, 0), (40, -18), (80, 0), (60, 21), (15, 14))},
    }[recipe]
    plain = values(drawn(recipe, marks))
    cos, sin = math.cos(way), math.sin(way)
    for change in (
        mirrored,
        lambda points: shifted(points, by),
        lambda points: turned(points, cos=cos, sin=sin),
    ):
        other = {name: change(points) for name, points in marks.items()}
        assert values(drawn(recipe, other)) == pytest.approx(plain, rel=1e-6)
    size = 0.5 * scale
    larger = Plane.calibrated(column_mm=size, row_mm=size, source="test")
    powers = {"tumour-product": 2, "tumour-volume": 3}
    grown = {measure: value * scale ** powers.get(measure, 1) for measure, value in plain.items()}
    assert values(drawn(recipe, marks, plane=larger)) == pytest.approx(grown, rel=1e-9)
