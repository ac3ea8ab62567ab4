"""Lengths and axes of the limbs, stages of maturity: hand-worked cases, laws, refusals.

Angles are those of right triangles: 3-4-5 (36.8699 and 53.1301 degrees), 5-12-13 (22.6199 and
67.3801), 1-1 (45) and 1-root 3 (30), lengths their hypotenuses.
"""

from __future__ import annotations

import math

import pytest
from drawn_marks import SQUARE, UNSCALED, drawn, line, mirrored, shifted, turned, values
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.kernel.caveat import Caveat
from tongying.measure.limb.maturity_stage import MaturityScale, maturity_stage
from tongying.measure.numbers import NumbersRefused
from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import MarksMissing, MarksRefused, SideUnknown

OBLONG = Plane.calibrated(column_mm=0.3, row_mm=0.4, source="test")
SHAPE_ONLY = Plane(aspect=0.5, reason="No size.")

BONES = (
    # from, to, mm at half a millimetre a pixel, what it is
    ((100, 0), (100, 150), 75.0, "newborn's femur, straight"),
    ((0, 0), (60, 80), 50.0, "3-4-5, newborn's humerus"),
    ((0, 0), (240, 100), 130.0, "5-12-13"),
    ((400, 900), (100, 500), 250.0, "3-4-5 upwards"),
    ((10, 10), (10, 910), 450.0, "adolescent's femur"),
)


@pytest.mark.parametrize("start, end, millimetres, what", BONES)
def test_bone_length(start, end, millimetres, what):
    told = drawn("bone-length", {"calipers": line(start, end)}, side="L").measurements[0]
    assert (told.value, told.unit, told.side) == (pytest.approx(millimetres), "mm", "L")


def test_a_bone_has_a_side_and_a_scale():
    marks = {"calipers": line((0, 0), (60, 80))}
    with pytest.raises(SideUnknown):
        drawn("bone-length", marks)
    with pytest.raises(LengthUncalibrated):
        drawn("bone-length", marks, side="R", plane=UNSCALED)
    with pytest.raises(MarksRefused, match="not possible"):
        drawn("bone-length", {"calipers": line((0, 0), (0, 9))}, side="R")


LEGS = (
    # right leg, left leg, mm right, mm left, right minus left
    (((100, 0), (100, 1600)), ((300, 0), (300, 1600)), 800.0, 800.0, 0.0),
    (((100, 0), (100, 1600)), ((300, 0), (300, 1560)), 800.0, 780.0, 20.0),
    (((100, 0), (100, 300)), ((300, 0), (300, 310)), 150.0, 155.0, -5.0),
    (((300, 400), (0, 0)), ((600, 0), (600, 520)), 250.0, 260.0, -10.0),
    (((100, 1300), (100, 100)), ((700, 0), (300, 960)), 600.0, 520.0, 80.0),
)


@pytest.mark.parametrize("right, left, right_mm, left_mm, apart", LEGS)
def test_leg_lengths_and_their_difference(right, left, right_mm, left_mm, apart):
    result = drawn("leg-lengths", {"leg-right": right, "leg-left": left})
    told = {(one.measure, one.side): one.value for one in result.measurements}
    assert told == {
        ("leg-length", "R"): pytest.approx(right_mm),
        ("leg-length", "L"): pytest.approx(left_mm),
        ("leg-length-difference", ""): pytest.approx(apart, abs=1e-9),
    }
    codes = [[caveat.code for caveat in one.caveats] for one in result.measurements]
    assert codes == [[], [], ["limb.straight-knees"]]


def test_one_leg_alone_has_a_length_and_no_difference():
    result = drawn("leg-lengths", {"leg-left": line((0, 0), (300, 400))})
    (told,) = result.measurements
    assert (told.measure, told.side, told.value) == ("leg-length", "L", pytest.approx(250.0))


def test_the_doubt_about_the_scale_goes_to_every_length():
    doubt = Caveat("test.detector", "Measured at the detector.")
    plane = Plane.calibrated(column_mm=0.5, row_mm=0.5, source="test", caveats=(doubt,))
    marks = {"leg-right": line((0, 0), (0, 1600)), "leg-left": line((300, 0), (300, 1600))}
    told = drawn("leg-lengths", marks, plane=plane).measurements
    assert all(doubt in one.caveats for one in told)


def test_a_mirrored_film_is_told_and_crossed_legs_are_refused():
    marks = {"leg-right": line((300, 0), (300, 800)), "leg-left": line((100, 0), (100, 760))}
    told = drawn("leg-lengths", marks).measurements
    assert values(drawn("leg-lengths", marks))["leg-length-difference"] == pytest.approx(20.0)
    assert all("limb.film-mirrored" in [c.code for c in one.caveats] for one in told)
    with pytest.raises(MarksRefused, match="cannot cross"):
        drawn(
            "leg-lengths",
            {"leg-right": line((100, 0), (300, 800)), "leg-left": line((300, 0), (100, 800))},
        )
    with pytest.raises(MarksMissing, match="one leg or both"):
        drawn("leg-lengths", {})
    with pytest.raises(LengthUncalibrated):
        drawn("leg-lengths", marks, plane=UNSCALED)
    with pytest.raises(MarksRefused, match="same"):
        drawn("leg-lengths", {"leg-right": line((9, 9), (9, 9))})
    with pytest.raises(MarksRefused, match="not possible"):  # 400 mm apart
        drawn(
            "leg-lengths",
            {"leg-right": line((0, 0), (0, 1600)), "leg-left": line((300, 0), (300, 800))},
        )


NECKS = (
    # neck across and up from the corner, angle with the shaft that runs straight down
    (122.5, 100.0, 129.2257, "mean of 375 femora 129.23, Toogood 2009; arctan 1.225 = 50.7743"),
    (30.0, 30.0, 135.0, "45 degrees up"),
    (30.0, 40.0, 143.1301, "3-4-5"),
    (30.0, 51.9615242, 150.0, "newborn, 1-root 3"),
    (40.0, 30.0, 126.8699, "3-4-5, adolescent"),
    (60.0, 25.0, 112.6199, "5-12-13, coxa vara"),
    (25.0, 60.0, 157.3801, "5-12-13, coxa valga"),
    (50.0, 0.0, 90.0, "square, severe coxa vara"),
    (40.0, -30.0, 53.1301, "below what is possible"),
)


@pytest.mark.parametrize("plane", [SQUARE, UNSCALED], ids=["mm", "no scale"])
@pytest.mark.parametrize("across, up, degrees, what", NECKS)
def test_neck_shaft_angle(across, up, degrees, what, plane):
    marks = {"axes": ((200 + across, 300 - up), (200, 300), (200, 300), (200, 600))}
    if degrees < 60:
        with pytest.raises(MarksRefused, match="not possible"):
            drawn("neck-shaft-angle", marks, plane=plane, side="L")
        return
    told = drawn("neck-shaft-angle", marks, plane=plane, side="L").measurements[0]
    assert (told.value, told.unit) == (pytest.approx(degrees, abs=1e-4), "deg")


@pytest.mark.parametrize("neck_back", [False, True])
@pytest.mark.parametrize("shaft_back", [False, True])
def test_the_axes_may_be_drawn_from_either_end_and_beyond_their_corner(neck_back, shaft_back):
    # Corner (200, 300): head 60 and 60 from it, 20 beyond to the outer cortex, the shaft from 90
    # above, at the tip of the trochanter, to 300 below.
    neck = ((260, 240), (180, 320))[:: -1 if neck_back else 1]
    shaft = ((200, 210), (200, 600))[:: -1 if shaft_back else 1]
    told = values(drawn("neck-shaft-angle", {"axes": (*neck, *shaft)}, side="R"))
    assert told["neck-shaft-angle"] == pytest.approx(135.0)


def test_axes_that_do_not_tell_head_from_cortex_are_refused():
    shaft = ((200, 300), (200, 600))
    with pytest.raises(MarksRefused, match="middle of one"):
        drawn("neck-shaft-angle", {"axes": ((250, 250), (150, 350), *shaft)}, side="L")
    with pytest.raises(
        MarksRefused, match="middle of one"
    ):  # 76 beyond the corner, 100 to the head
        drawn("neck-shaft-angle", {"axes": ((300, 200), (124, 376), *shaft)}, side="L")
    told = drawn("neck-shaft-angle", {"axes": ((300, 200), (126, 374), *shaft)}, side="L")
    assert values(told)["neck-shaft-angle"] == pytest.approx(135.0)
    with pytest.raises(MarksRefused, match="parallel"):
        drawn("neck-shaft-angle", {"axes": ((250, 250), (250, 350), *shaft)}, side="L")
    with pytest.raises(MarksRefused, match="4 points"):
        drawn("neck-shaft-angle", {"axes": ((250, 250), (150, 350))}, side="L")
    with pytest.raises(SideUnknown):
        drawn("neck-shaft-angle", {"axes": ((250, 250), (200, 300), *shaft)})


def test_the_shape_of_a_pixel_counts():
    # Rows half as high as columns are wide: 40 across and 60 rows up are 40 and 30, 3-4-5.
    marks = {"axes": ((240, 240), (200, 300), (200, 300), (200, 900))}
    told = values(drawn("neck-shaft-angle", marks, plane=SHAPE_ONLY, side="L"))
    assert told["neck-shaft-angle"] == pytest.approx(126.8699, abs=1e-4)


KNEES = (
    # ankle away from the femur's line towards the fibula, down, varus by hand
    (0.0, 300.0, 0.0, "straight"),
    (136.98, 1000.0, -7.8, "valgus 7.8 at 4 years, Yoo 2008; tan 7.8 = 0.13698"),
    (232.155, 1000.0, -13.07, "valgus 13.07 in boys of 3 years, Schlegl 2015; tan = 0.232155"),
    (-125.0, 300.0, 22.6199, "5-12-13, tibia towards the midline: Blount's"),
    (125.0, 300.0, -22.6199, "5-12-13, away from it: knock knee"),
    (-240.0, 320.0, 36.8699, "3-4-5, severe varus"),
    (-87.49, 1000.0, 5.0, "varus 5; tan 5 = 0.08749"),
)


@pytest.mark.parametrize("fibula_to", [1, -1], ids=["fibula right", "fibula left"])
@pytest.mark.parametrize("aside, down, varus, what", KNEES)
def test_tibiofemoral_angle(aside, down, varus, what, fibula_to):
    marks = {
        "femur": line((500, 100), (500, 480)),
        "tibia": line((500, 520), (500 + fibula_to * aside, 520 + down)),
        "fibula": ((500 + fibula_to * 60, 540),),
    }
    told = drawn("tibiofemoral-angle", marks, plane=UNSCALED, side="L").measurements[0]
    assert (told.value, told.unit) == (pytest.approx(varus, abs=1e-3), "deg")
    for name in ("femur", "tibia"):
        other = {**marks, name: marks[name][::-1]}
        again = drawn("tibiofemoral-angle", other, plane=UNSCALED, side="L").measurements[0]
        assert again.value == pytest.approx(told.value)


def test_a_knee_that_cannot_be_is_refused():
    femur, tibia = line((500, 100), (500, 480)), line((500, 520), (500, 900))
    with pytest.raises(MarksRefused, match="fibula"):
        drawn(
            "tibiofemoral-angle",
            {"femur": femur, "tibia": tibia, "fibula": ((501, 540),)},
            side="L",
        )
    with pytest.raises(MarksRefused, match="cross within the bones"):
        drawn(
            "tibiofemoral-angle",
            {"femur": femur, "tibia": line((400, 300), (600, 320)), "fibula": ((560, 540),)},
            side="L",
        )
    with pytest.raises(MarksRefused, match="not possible"):
        drawn(
            "tibiofemoral-angle",
            {"femur": femur, "tibia": line((500, 520), (900, 500)), "fibula": ((560, 600),)},
            side="L",
        )
    with pytest.raises(MarksMissing, match="Head of the fibula"):
        drawn("tibiofemoral-angle", {"femur": femur, "tibia": tibia}, side="L")


turns = st.floats(0, 2 * math.pi)
places = st.tuples(st.floats(-300, 300), st.floats(-300, 300))


@settings(max_examples=40)
@given(
    neck=st.floats(65, 175),
    varus=st.floats(-50, 50),
    turn=turns,
    by=places,
    size=st.floats(0.2, 2.0),
)
def test_angles_stay_when_the_image_is_moved_turned_mirrored_or_scaled(neck, varus, turn, by, size):
    up, aside = math.radians(180 - neck), math.radians(varus)
    head = (200 + 60 * math.sin(up), 300 - 60 * math.cos(up))
    ankle = (500 - 300 * math.sin(aside), 520 + 300 * math.cos(aside))
    hip = {"axes": (head, (200.0, 300.0), (200.0, 300.0), (200.0, 600.0))}
    knee = {
        "femur": line((500.0, 100.0), (500.0, 480.0)),
        "tibia": line((500.0, 520.0), ankle),
        # On the outer side of the tibia's line, 60 away.
        "fibula": ((500.0 + 60 * math.cos(aside), 520.0 + 60 * math.sin(aside)),),
    }
    plane = Plane.calibrated(column_mm=size, row_mm=size, source="test")
    for change in (
        lambda points: points,
        lambda points: shifted(points, by),
        mirrored,
        lambda points: turned(points, cos=math.cos(turn), sin=math.sin(turn)),
    ):
        for recipe, marks, degrees in (
            ("neck-shaft-angle", hip, neck),
            ("tibiofemoral-angle", knee, varus),
        ):
            moved = {name: change(points) for name, points in marks.items()}
            told = values(drawn(recipe, moved, plane=plane, side="L"))[recipe]
            assert told == pytest.approx(degrees, abs=1e-6)


@settings(max_examples=30)
@given(
    right=st.floats(600, 1100),
    left=st.floats(600, 1100),
    turn=turns,
    by=places,
    scale=st.floats(0.5, 1),
)
def test_leg_lengths_stay_when_moved_or_turned_and_grow_with_the_scale(
    right, left, turn, by, scale
):
    marks = {"leg-right": line((0.0, 0.0), (0.0, right)), "leg-left": line((200, 0), (200, left))}
    expected = {"leg-length-difference": (right - left) / 2, "leg-length": left / 2}
    for change in (
        lambda points: shifted(points, by),
        mirrored,
        lambda points: turned(points, cos=math.cos(turn), sin=math.sin(turn)),
    ):
        moved = {name: change(points) for name, points in marks.items()}
        assert values(drawn("leg-lengths", moved)) == pytest.approx(expected, abs=1e-6)
    smaller = Plane.calibrated(column_mm=0.5 * scale, row_mm=0.5 * scale, source="test")
    told = values(drawn("leg-lengths", marks, plane=smaller))
    assert told == pytest.approx({k: v * scale for k, v in expected.items()}, abs=1e-6)


def test_pixels_that_are_not_square_make_a_length():
    marks = {"calipers": line((0, 0), (300, 300))}  # 90 mm and 120 mm
    told = values(drawn("bone-length", marks, plane=OBLONG, side="R"))
    assert told["bone-length"] == pytest.approx(150.0)


STAGES = (
    # scale, stages written out, caveats of the first, of those between, of the last
    (
        "risser-us",
        "0 1 2 3 4 5",
        ["limb.risser-ends-alike"],
        ["limb.risser-two-counts"],
        ["limb.risser-ends-alike", "limb.risser-two-counts"],
    ),
    (
        "risser-french",
        "0 1 2 3 4 5",
        ["limb.risser-ends-alike"],
        ["limb.risser-two-counts"],
        ["limb.risser-ends-alike", "limb.risser-two-counts"],
    ),
    ("sanders", "1 2 3 4 5 6 7 8", [], [], []),
)


@pytest.mark.parametrize("scale, stages, first, between, last", STAGES)
def test_every_stage_of_maturity(scale, stages, first, between, last):
    written = stages.split()
    for stage in written:
        told = maturity_stage(MaturityScale(scale), int(stage))
        assert (told.scheme, told.value, told.side) == (scale, stage, "")
        assert told.english.endswith(f": {stage}.")
        assert told.chinese.endswith(f"：{stage} 期。")
        assert "needs sign-off" in told.source
        assert not told.signed_off
        wanted = first if stage == written[0] else last if stage == written[-1] else between
        assert [one.code for one in told.caveats] == wanted
    for stage in (int(written[0]) - 1, int(written[-1]) + 1, 2.5, math.nan, math.inf):
        with pytest.raises(NumbersRefused, match=f"{written[0]} to {written[-1]}"):
            maturity_stage(MaturityScale(scale), stage)


def test_the_scales_are_these_three():
    assert [one.value for one in MaturityScale] == ["risser-us", "risser-french", "sanders"]
