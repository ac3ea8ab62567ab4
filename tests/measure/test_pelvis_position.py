"""Rotation and tilt of the pelvis on the film: quotients by hand, what they mean, refusals.

Sources: Toennis D. Clin Orthop 1976; 119: 39-47 (0.56 to 1.8); Ball and Kommenda 1968 as quoted.
"""

from __future__ import annotations

import math

import pytest
from drawn_marks import UNSCALED, drawn, turned

from tongying.measure.recipe import MarksRefused

FULL = {
    "triradiate-right": ((100.0, 200.0),),
    "triradiate-left": ((200.0, 200.0),),
    "roof-edge-right": ((60.0, 180.0),),
    "roof-edge-left": ((245.0, 170.0),),
    "foramen-right": ((110.0, 250.0), (140.0, 250.0)),
    "foramen-left": ((160.0, 250.0), (185.0, 250.0)),
    "foramen-height-right": ((125.0, 240.0), (125.0, 280.0)),
    "pubis-right": ((145.0, 240.0),),
}


def by_side(result):
    return {(one.measure, one.side): one.value for one in result.measurements}


POSITION = [
    # widths right and left, height, pubis below the line; rotation and tilt by hand
    (30, 25, 40, 40, 1.2, 1.0),
    (25, 25, 30, 40, 1.0, 0.75),
    (14, 25, 48, 40, 0.56, 1.2),
    (45, 25, 20, 50, 1.8, 0.4),
    (12, 30, 36, 24, 0.4, 1.5),
    (50, 20, 27, 30, 2.5, 0.9),
]


@pytest.mark.parametrize(("right", "left", "height", "below", "rotation", "tilt"), POSITION)
def test_rotation_and_tilt(right, left, height, below, rotation, tilt):
    marks = {
        **FULL,
        "foramen-right": ((140.0 - right, 252.0), (140.0, 248.0)),
        "foramen-left": ((160.0 + left, 250.0), (160.0, 247.0)),
        "foramen-height-right": ((125.0, 240.0), (122.0, 240.0 + height)),
        "pubis-right": ((145.0, 200.0 + below),),
    }
    found = by_side(drawn("pelvis-film", marks))
    assert found["pelvic-rotation-quotient", ""] == pytest.approx(rotation)
    assert found["pelvic-tilt-quotient", ""] == pytest.approx(tilt)


def test_the_tilt_is_the_mean_of_the_sides():
    # Right 40 / 40, left 30 / 50.
    left = {"foramen-height-left": ((172, 240), (172, 270)), "pubis-left": ((155, 250),)}
    found = by_side(drawn("pelvis-film", {**FULL, **left}))
    assert found["pelvic-tilt-quotient", ""] == pytest.approx(0.8)


def test_a_film_may_lie_in_any_way_and_needs_no_scale():
    moved = {name: turned(one, cos=math.cos(2.0), sin=math.sin(2.0)) for name, one in FULL.items()}
    wanted = by_side(drawn("pelvis-film", FULL))
    assert by_side(drawn("pelvis-film", moved, plane=UNSCALED)) == pytest.approx(wanted)


def test_what_was_not_checked_is_said():
    for left_out in ("foramen-right", "foramen-left"):
        marks = {name: one for name, one in FULL.items() if name != left_out}
        result = drawn("pelvis-film", marks)
        assert ("pelvic-rotation-quotient", "") not in by_side(result)
        assert "hip.rotation-unchecked" in [one.code for one in result.measurements[0].caveats]
    marks = {name: one for name, one in FULL.items() if name != "pubis-right"}
    assert ("pelvic-tilt-quotient", "") not in by_side(drawn("pelvis-film", marks))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"foramen-right": ((110, 250), (110, 260))}, "from border to border"),
        ({"foramen-height-right": ((110, 250), (120, 250))}, "from border to border"),
        # Right and left exchanged.
        (
            {"foramen-right": ((160, 250), (185, 250)), "foramen-left": ((110, 250), (140, 250))},
            "other side of the body",
        ),
        ({"pubis-right": ((145, 190),)}, "below Hilgenreiner's line"),
        ({"pubis-right": ((145, 200),)}, "below Hilgenreiner's line"),
        # Twelve times as wide.
        ({"foramen-left": ((160, 250), (162.5, 250))}, "not possible in a child"),
    ],
)
def test_marks_that_cannot_be(changed, sentence):
    with pytest.raises(MarksRefused, match=sentence):
        drawn("pelvis-film", {**FULL, **changed})
