"""Curves, vertebral bodies, the canal and the conus: hand-worked cases, laws, refusals.

Slopes are those of right triangles: 3-4-5 (36.8699 and 53.1301 degrees), 5-12-13 (22.6199), 7-24-25
(16.2602), 1-1 (45), 1-root 3 (30).
"""

from __future__ import annotations

import math

import pytest
from drawn_marks import SQUARE, UNSCALED, drawn, line, mirrored, shifted, turned, values
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import MarksMissing, MarksRefused
from tongying.measure.spine.conus import LEVELS, LevelUnknown, conus_level

SHAPE_ONLY = Plane(aspect=2.0, reason="No size.")


def plates(upper, lower):
    """Return end plates 300 apart through (200, 100) and (200, 400), by how they run."""
    return (
        (200 - upper[0], 100 - upper[1]),
        (200 + upper[0], 100 + upper[1]),
        (200 - lower[0], 400 - lower[1]),
        (200 + lower[0], 400 + lower[1]),
    )


COBB = (
    # upper end plate, lower end plate (across, down), degrees
    ((40, 0), (40, 0), 0.0, "no curve"),
    ((40, 30), (40, 0), 36.8699, "3-4-5 against level"),
    ((40, 30), (40, -30), 73.7398, "twice 36.8699"),
    ((24, 10), (24, 10), 0.0, "both tilted alike: a leaning spine, no curve"),
    ((24, 10), (24, -7), 38.8801, "22.6199 + 16.2602"),
    ((24, 7), (24, 10), 6.3597, "22.6199 - 16.2602: below the 10 degrees of scoliosis"),
    ((10, 10), (10, -10), 90.0, "severe"),
    ((30, 40), (30, -40), 106.2602, "twice 53.1301: beyond a right angle"),
    ((7, 24), (7, -24), 147.4796, "twice 73.7398"),
)


@pytest.mark.parametrize("plane", [SQUARE, UNSCALED], ids=["mm", "no scale"])
@pytest.mark.parametrize("upper, lower, degrees, what", COBB)
def test_cobb_angle(upper, lower, degrees, what, plane):
    marks = plates(upper, lower)
    told = drawn("cobb-angle", {"end-plates": marks}, plane=plane).measurements[0]
    assert (told.value, told.unit, told.side) == (pytest.approx(degrees, abs=1e-4), "deg", "")
    for other in (
        (marks[1], marks[0], *marks[2:]),  # one plate from its other end
        (*marks[:2], marks[3], marks[2]),
        (*marks[2:], *marks[:2]),  # the lower one first
        mirrored(marks),
    ):
        again = values(drawn("cobb-angle", {"end-plates": other}, plane=plane))
        assert again["cobb-angle"] == pytest.approx(degrees, abs=1e-4)


def test_the_steepest_end_plates():
    # tan 84 = 9.5144, tan 86 = 14.3007: 6 and 4 degrees from the spine's line.
    steep = {"end-plates": plates((4, 38.0575), (4, -38.0575))}
    assert values(drawn("cobb-angle", steep))["cobb-angle"] == pytest.approx(168.0, abs=1e-3)
    with pytest.raises(MarksRefused, match="along the spine"):
        drawn("cobb-angle", {"end-plates": plates((4, 57.2027), (4, -57.2027))})


def test_the_shape_of_a_pixel_counts_in_a_cobb_angle():
    # Rows twice as high as columns are wide: 40 across and 15 rows down are 40 and 30.
    marks = {"end-plates": plates((40, 15), (40, 0))}
    told = values(drawn("cobb-angle", marks, plane=SHAPE_ONLY))
    assert told["cobb-angle"] == pytest.approx(36.8699, abs=1e-4)


def test_end_plates_that_cannot_be_are_refused():
    for recipe, more in (("cobb-angle", {}), ("kyphosis-angle", {"front": ((20.0, 250.0),)})):
        with pytest.raises(MarksRefused, match="along the spine"):
            drawn(recipe, {"end-plates": plates((0, 30), (40, 0)), **more})
        with pytest.raises(MarksRefused, match="along the spine"):  # both on one line
            drawn(recipe, {"end-plates": ((0, 9), (9, 9), (30, 9), (60, 9)), **more})
        with pytest.raises(MarksRefused, match="cannot cross"):
            drawn(recipe, {"end-plates": ((0, 0), (90, 90), (0, 80), (90, 5)), **more})
        with pytest.raises(MarksRefused, match="same"):
            drawn(recipe, {"end-plates": plates((0, 0), (40, 0)), **more})
        with pytest.raises(MarksMissing, match="Upper end plate"):
            drawn(recipe, more)
        with pytest.raises(MarksRefused, match="4 points"):
            drawn(recipe, {"end-plates": ((0, 0), (90, 90)), **more})


KYPHOSIS = (
    # in front is left; upper and lower end plate as seen from behind to front (forwards, down)
    ((40, 0), (40, 0), 0.0, "straight"),
    ((40, 30), (40, 0), 36.8699, "the upper end vertebra looks down: kyphosis"),
    ((40, 0), (40, -30), 36.8699, "the lower one looks up: kyphosis"),
    ((24, 10), (24, -7), 38.8801, "both: 22.6199 + 16.2602, in the usual range of a thorax"),
    ((24, -10), (24, 7), -38.8801, "lordosis of the loins"),
    ((24, 7), (24, 10), -6.3597, "both look down, the lower one more"),
    ((30, 40), (30, -40), 106.2602, "gibbus: twice 53.1301"),
)


@pytest.mark.parametrize("front", [-1, 1], ids=["front left", "front right"])
@pytest.mark.parametrize("upper, lower, degrees, what", KYPHOSIS)
def test_kyphosis_angle(upper, lower, degrees, what, front):
    marks = plates((front * upper[0], upper[1]), (front * lower[0], lower[1]))
    before = ((200 + front * 150, 250),)
    told = drawn("kyphosis-angle", {"end-plates": marks, "front": before}).measurements[0]
    assert (told.value, told.unit) == (pytest.approx(degrees, abs=1e-4), "deg")
    swapped = {"end-plates": (*marks[2:], *marks[:2]), "front": before}
    again = values(drawn("kyphosis-angle", swapped))["kyphosis-angle"]
    assert again == pytest.approx(degrees, abs=1e-4)


def test_a_vertebra_collapsed_in_front_is_kyphosis():
    # One body: walls 20 apart, behind 20 high, in front (left) 10 high, level below:
    # its upper end plate falls 10 in 20, arctan 0.5 = 26.5651.
    marks = {
        "end-plates": ((120, 100), (100, 110), (120, 120), (100, 120)),
        "front": ((50, 115),),
    }
    told = values(drawn("kyphosis-angle", marks))["kyphosis-angle"]
    assert told == pytest.approx(26.5651, abs=1e-4)


def test_the_front_must_lie_in_front():
    marks = {"end-plates": plates((40, 30), (40, 0)), "front": ((201.0, 250.0),)}
    with pytest.raises(MarksRefused, match="point in front"):
        drawn("kyphosis-angle", marks)
    with pytest.raises(MarksRefused, match="not possible"):  # 73.7 degrees of lordosis
        drawn(
            "kyphosis-angle",
            {"end-plates": plates((40, 30), (40, -30)), "front": ((50.0, 250.0),)},
        )
    with pytest.raises(MarksMissing, match="in front"):
        drawn("kyphosis-angle", {"end-plates": plates((40, 30), (40, 0))})


@settings(max_examples=50)
@given(
    upper=st.floats(-25, 80),
    lower=st.floats(-25, 80),
    turn=st.floats(0, 2 * math.pi),
    by=st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
    size=st.floats(0.2, 2.0),
)
def test_a_curve_stays_when_the_image_is_moved_turned_mirrored_or_scaled(
    upper, lower, turn, by, size
):
    first, second = math.radians(upper), math.radians(-lower)
    marks = {
        "end-plates": plates(
            (-40 * math.cos(first), 40 * math.sin(first)),
            (-40 * math.cos(second), 40 * math.sin(second)),
        ),
        "front": ((50.0, 250.0),),
    }
    plane = Plane.calibrated(column_mm=size, row_mm=size, source="test")
    for change in (
        lambda points: points,
        lambda points: shifted(points, by),
        mirrored,
        lambda points: turned(points, cos=math.cos(turn), sin=math.sin(turn)),
    ):
        moved = {name: change(points) for name, points in marks.items()}
        told = values(drawn("kyphosis-angle", moved, plane=plane))["kyphosis-angle"]
        assert told == pytest.approx(upper + lower, abs=1e-6)
        plain = {"end-plates": moved["end-plates"]}
        told = values(drawn("cobb-angle", plain, plane=plane))["cobb-angle"]
        assert told == pytest.approx(abs(upper + lower), abs=1e-6)


BODIES = (
    # anterior and posterior height in pixels, ratio by hand, what it is
    (40, 40, 1.0, "square"),
    (30, 40, 0.75, "wedge of a quarter"),
    (38, 40, 0.95, "slight physiological wedge"),
    (20, 40, 0.5, "half collapsed"),
    (44, 40, 1.1, "lumbar, higher in front"),
    (5, 50, 0.1, "vertebra plana in front"),
)


@pytest.mark.parametrize("plane", [SQUARE, UNSCALED], ids=["mm", "no scale"])
@pytest.mark.parametrize("front, behind, ratio, what", BODIES)
def test_ratio_of_the_walls_of_a_vertebral_body(front, behind, ratio, what, plane):
    marks = {
        "anterior": line((100, 100), (100, 100 + front)),
        "posterior": line((160, 100), (160, 100 + behind)),
    }
    told = values(drawn("vertebral-body", marks, plane=plane))
    assert told == {"vertebral-height-ratio": pytest.approx(ratio)}


HEIGHTS = (
    # middle from, to, mm at half a millimetre a pixel
    ((130, 100), (130, 110), 5.0),
    ((130, 100), (130, 128), 14.0),
    ((124, 100), (136, 116), 10.0),
    ((125, 100), (135, 124), 13.0),
    ((130, 150), (130, 100), 25.0),
)


@pytest.mark.parametrize("start, end, millimetres", HEIGHTS)
def test_height_of_a_vertebral_body(start, end, millimetres):
    marks = {
        "anterior": line((100, 100), (100, 140)),
        "posterior": line((160, 100), (160, 140)),
        "middle": line(start, end),
    }
    told = values(drawn("vertebral-body", marks))
    assert told == {
        "vertebral-height-ratio": pytest.approx(1.0),
        "vertebral-body-height": pytest.approx(millimetres),
    }
    unscaled = drawn("vertebral-body", marks, plane=UNSCALED)
    assert values(unscaled) == {"vertebral-height-ratio": pytest.approx(1.0)}
    assert [one.code for one in unscaled.refusals] == ["measure.uncalibrated"]


def test_a_body_that_cannot_be_is_refused():
    front, behind = line((100, 100), (100, 140)), line((160, 100), (160, 140))
    with pytest.raises(MarksRefused, match="do not cross"):
        drawn("vertebral-body", {"anterior": front, "posterior": line((90, 100), (110, 140))})
    with pytest.raises(MarksRefused, match="middle"):
        drawn(
            "vertebral-body",
            {"anterior": front, "posterior": behind, "middle": line((130, 100), (190, 140))},
        )
    with pytest.raises(MarksRefused, match="same"):
        drawn("vertebral-body", {"anterior": front, "posterior": line((9, 9), (9, 9))})
    with pytest.raises(MarksRefused, match="not possible"):
        drawn("vertebral-body", {"anterior": line((100, 0), (100, 140)), "posterior": behind})
    with pytest.raises(MarksMissing, match="Posterior wall"):
        drawn("vertebral-body", {"anterior": front})


@settings(max_examples=30)
@given(
    front=st.floats(10, 60),
    behind=st.floats(35, 60),
    turn=st.floats(0, 2 * math.pi),
    scale=st.floats(0.5, 2.0),
)
def test_a_ratio_stays_and_a_height_grows_with_the_scale(front, behind, turn, scale):
    marks = {
        "anterior": line((0.0, 0.0), (0.0, front)),
        "posterior": line((50.0, 0.0), (50.0, behind)),
        "middle": line((25.0, 0.0), (25.0, 20.0)),
    }
    plane = Plane.calibrated(column_mm=0.5 * scale, row_mm=0.5 * scale, source="test")
    for change in (
        lambda points: shifted(points, (31.0, -7.0)),
        mirrored,
        lambda points: turned(points, cos=math.cos(turn), sin=math.sin(turn)),
    ):
        moved = {name: change(points) for name, points in marks.items()}
        assert values(drawn("vertebral-body", moved, plane=plane)) == {
            "vertebral-height-ratio": pytest.approx(front / behind),
            "vertebral-body-height": pytest.approx(10.0 * scale),
        }


CANALS = (
    # from, to, mm at half a millimetre a pixel
    ((0, 0), (12, 16), 10.0),
    ((0, 0), (30, 0), 15.0),
    ((50, 90), (40, 66), 13.0),
    ((0, 0), (24, 32), 20.0),
    ((7, 7), (7, 51), 22.0),
)


@pytest.mark.parametrize("start, end, millimetres", CANALS)
def test_the_canal(start, end, millimetres):
    marks = {"calipers": line(start, end)}
    assert values(drawn("spinal-canal-ap", marks)) == {
        "spinal-canal-ap": pytest.approx(millimetres)
    }
    with pytest.raises(LengthUncalibrated):
        drawn("spinal-canal-ap", marks, plane=UNSCALED)


CONUS = {
    # Wilson and Prince 1989: normal to L2-L3, indeterminate at L3
    "": "T9 T9-T10 T10 T10-T11 T11 T11-T12 T12 T12-L1 L1 L1-L2 L2 L2-L3",
    "spine.conus-indeterminate": "L3",
    "spine.conus-low": "L3-L4 L4 L4-L5 L5 L5-S1 S1 S1-S2 S2",
}
BY_HAND = [(level, code) for code, levels in CONUS.items() for level in levels.split()]


@pytest.mark.parametrize("level, code", BY_HAND)
def test_every_level_of_the_conus(level, code):
    told = conus_level(level)
    assert (told.scheme, told.value, told.side) == ("conus-level", level, "")
    assert f" {level}." in told.english
    assert f" {level} " in told.chinese
    codes = [one.code for one in told.caveats]
    assert codes == [*([code] if code else []), "spine.level-counted"]
    assert not told.signed_off
    assert "needs sign-off" in told.source


def test_the_levels_are_these_from_above():
    assert list(LEVELS) == [level for level, _ in BY_HAND]


@pytest.mark.parametrize("level", ["", "L6", "C1", "T8", "S3", "l2", "L1/2", "L2-L1", "L1-L3", "2"])
def test_what_is_no_level_is_refused(level):
    with pytest.raises(LevelUnknown, match="T9 to S2") as caught:
        conus_level(level)
    assert caught.value.sentence.count(".") == 1
