"""Cardiothoracic ratio and nodules, against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from drawn_marks import SQUARE, UNSCALED, drawn, mirrored, shifted, turned, values
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import MarksMissing, MarksRefused

FINE = Plane.calibrated(column_mm=0.1, row_mm=0.1, source="test")
OBLONG = Plane.calibrated(column_mm=0.3, row_mm=0.4, source="test")


def film(right, left, walls, *, midline=((0, 0), (0, 400))):
    """Marks at columns right and left of a midline that runs down at column 0."""
    return {
        "midline": midline,
        "heart-right": ((-right, 250),),
        "heart-left": ((left, 300),),
        "thorax": ((-walls[0], 340), (walls[1], 340)),
    }


FILMS = (
    # right and left distance of the heart borders, of the walls: (r + l) / width
    (40, 110, (150, 150), 0.5),
    (30, 120, (120, 130), 0.6),  # newborn
    (55, 110, (150, 100), 0.66),
    (20, 70, (100, 100), 0.45),
    (100, 35, (140, 130), 0.5),  # dextrocardia
    (1, 54, (50, 60), 0.5),
)


@pytest.mark.parametrize("right, left, walls, by_hand", FILMS)
def test_the_cardiothoracic_ratio(right, left, walls, by_hand):
    marks = film(right, left, walls)
    result = drawn("cardiothoracic-ratio", marks)
    assert values(result) == {"cardiothoracic-ratio": pytest.approx(by_hand)}
    assert [one.code for one in result.measurements[0].caveats] == ["measure.heart-shadow"]
    assert values(drawn("cardiothoracic-ratio", marks, plane=UNSCALED)) == values(result)


def test_the_ratio_goes_along_the_body_not_along_the_image():
    """A child lying turned by atan(3/4): the same film turned, with a slightly slanted line."""
    marks = {
        name: turned(points, cos=0.8, sin=0.6) for name, points in film(40, 110, (150, 150)).items()
    }
    assert values(drawn("cardiothoracic-ratio", marks))["cardiothoracic-ratio"] == pytest.approx(
        0.5
    )
    slanted = {**film(40, 110, (150, 150)), "thorax": ((-150, 330), (150, 350))}
    told = values(drawn("cardiothoracic-ratio", slanted))
    assert told["cardiothoracic-ratio"] == pytest.approx(0.5)


REFUSED = (
    ({"thorax": ((-150, 340), (-10, 340))}, "must cross the midline"),
    ({"thorax": ((-150, 240), (150, 400))}, "square to the midline"),
    ({"heart-right": ((40, 250),)}, "different sides of the midline"),
    ({"heart-right": ((110, 250),), "heart-left": ((-40, 300),)}, "child's right"),
    ({"heart-right": ((-160, 250),), "heart-left": ((160, 300),)}, "wider than the thorax"),
    ({"midline": ((0, 0), (0, 0))}, "same"),
    ({"heart-right": ((-5, 250),), "heart-left": ((5, 300),)}, "not possible"),
)


@pytest.mark.parametrize("change, word", REFUSED)
def test_films_that_cannot_be_are_refused(change, word):
    with pytest.raises(MarksRefused, match=word):
        drawn("cardiothoracic-ratio", {**film(40, 110, (150, 150)), **change})


@pytest.mark.parametrize("name", ["midline", "heart-right", "heart-left", "thorax"])
def test_every_mark_of_a_film_is_needed(name):
    marks = film(40, 110, (150, 150))
    del marks[name]
    with pytest.raises(MarksMissing):
        drawn("cardiothoracic-ratio", marks)


NODULES = (
    # plane, cross, mean of both diameters in mm
    (FINE, ((0, 50), (60, 50), (30, 30), (30, 70)), 5.0),  # 6 and 4
    (FINE, ((0, 50), (30, 50), (10, 36), (10, 61)), 2.75),  # 3 and 2.5
    (SQUARE, ((0, 0), (12, 16), (14, 3.5), (2, 12.5)), 8.75),  # 10 and 7.5, turned
    (OBLONG, ((0, 50), (100, 50), (50, 20), (50, 70)), 25.0),  # 30 and 20
    (FINE, ((0, 50), (30, 50), (15, 35), (15, 65)), 3.0),  # 3 and 3
)


@pytest.mark.parametrize("plane, cross, by_hand", NODULES)
def test_a_nodule_is_the_mean_of_two_diameters(plane, cross, by_hand):
    result = drawn("nodule-diameter", {"cross": cross}, plane=plane)
    assert values(result) == {"nodule-diameter": pytest.approx(by_hand)}
    small = {"measure.nodule-small"} if by_hand < 3 else set()
    assert {one.code for one in result.measurements[0].caveats} == small


def test_a_nodule_needs_a_scale_and_lines_that_cross():
    with pytest.raises(LengthUncalibrated):
        drawn("nodule-diameter", {"cross": NODULES[0][1]}, plane=UNSCALED)
    with pytest.raises(MarksRefused, match="must cross"):
        drawn("nodule-diameter", {"cross": ((0, 0), (60, 0), (80, -9), (80, 9))})


@settings(max_examples=40)
@given(
    way=st.floats(0, 2 * math.pi),
    by=st.tuples(st.floats(-90, 90), st.floats(-90, 90)),
    scale=st.floats(0.5, 2),
)
def test_the_ratio_stays_and_the_nodule_grows_with_the_scale(way, by, scale):
    chest, nodule = film(40, 110, (150, 140)), {"cross": ((0, 50), (60, 50), (30, 30), (30, 70))}
    cos, sin = math.cos(way), math.sin(way)
    size = 0.5 * scale
    larger = Plane.calibrated(column_mm=size, row_mm=size, source="test")
    for change in (
        lambda points: points,
        mirrored,
        lambda points: shifted(points, by),
        lambda points: turned(points, cos=cos, sin=sin),
    ):
        other = {name: change(points) for name, points in chest.items()}
        told = values(drawn("cardiothoracic-ratio", other, plane=larger))
        assert told["cardiothoracic-ratio"] == pytest.approx(150 / 290)
        moved = {name: change(points) for name, points in nodule.items()}
        told = values(drawn("nodule-diameter", moved, plane=larger))
        assert told["nodule-diameter"] == pytest.approx(25 * scale)
