"""The IHDI grade a second time, another way: by where the H-point is seen from.

Source: Narayanan U et al. J Pediatr Orthop 2015; 35: 478-484, doi 10.1097/BPO.0000000000000318.
"""

from __future__ import annotations

import math

import pytest
from drawn_marks import drawn, turned
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tongying.measure.hip.head_position import ihdi_zone
from tongying.measure.recipe import MarksRefused

# On a busy machine the first draw and a single case may take long.
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

BASE = {"triradiate-right": ((100.0, 200.0),), "triradiate-left": ((200.0, 200.0),)}


def by_side(result):
    return {(one.measure, one.side): one.value for one in result.measurements}


@BUSY
@given(st.floats(-179, 179), st.floats(0.5, 80))
def test_ihdi_once_more_by_the_way_to_the_h_point(degrees, far):
    """Where both lines meet: 0 degrees runs down Perkin's line, 90 out along Hilgenreiner's."""
    lateral = far * math.sin(math.radians(degrees))
    cranial = -far * math.cos(math.radians(degrees))
    if degrees < -90.001:
        with pytest.raises(MarksRefused, match="no IHDI grade is defined"):
            ihdi_zone(lateral, cranial)
        return
    # On a line itself, the cases by hand; the arithmetic of the angle leaves it by a hair.
    assume(min(abs(degrees - limit) for limit in (-90, 0, 45, 90)) > 1e-6)
    sectors = ((0, "I"), (45, "II"), (90, "III"), (180, "IV"))
    assert ihdi_zone(lateral, cranial) == next(one for limit, one in sectors if degrees < limit)


def test_no_ihdi_grade_in_the_ilium_and_the_index_stays():
    # Medial of Perkin's line and above Hilgenreiner's: grade I and grade IV would both hold.
    marks = {**BASE, "roof-edge-left": ((240, 180),), "h-point-left": ((235, 197),)}
    result = drawn("pelvis-film", marks)
    assert result.grades == ()
    assert by_side(result) == {("acetabular-index", "L"): pytest.approx(26.565, abs=0.001)}
    assert [one.code for one in result.refusals] == ["measure.marks-refused"]
    with pytest.raises(MarksRefused):
        ihdi_zone(math.nan, -3)


@pytest.mark.parametrize("turn", [0.0, 0.3, -0.7, 2.0, math.pi])
def test_a_place_on_a_line_has_the_lower_grade_however_the_film_lies(turn):
    for (out, down), wanted in (((0, 20), "I"), ((17, 17), "II"), ((30, 0), "III")):
        marks = {
            **BASE,
            "roof-edge-left": ((240.0, 180.0),),
            "h-point-left": ((240.0 + out, 200.0 + down),),
        }
        moved = {
            name: turned(one, cos=math.cos(turn), sin=math.sin(turn)) for name, one in marks.items()
        }
        (grade,) = drawn("pelvis-film", moved).grades
        assert grade.value == wanted
