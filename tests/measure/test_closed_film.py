"""The film of a closed triradiate cartilage: Sharp and Toennis by hand, laws, what is refused."""

from __future__ import annotations

import math

import pytest
from drawn_marks import UNSCALED, drawn, mirrored, shifted, turned
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongying.measure.recipe import ChildKnown, MarksMissing, MarksRefused

# On a busy machine the first draw and a single case may take long.
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TEEN = ChildKnown(age_days=5000)


def circle(x, y, r):
    return (x - r, y), (x + r, y), (x, y - r), (x, y + r)


def by_side(result):
    return {(one.measure, one.side): one.value for one in result.measurements}


TEARS = {"teardrop-right": ((100.0, 200.0),), "teardrop-left": ((200.0, 200.0),)}
CLOSED = [
    # edge (out, up), medial end of the sourcil (out, up), Sharp, Toennis
    ((30, 30), (10, 25), 45.0, 14.036),
    ((40, 30), (16, 37), 36.870, -16.260),
    ((40, 30), (10, 30), 36.870, 0.0),
    ((50, 40), (20, 30), 38.660, 18.435),
    ((24, 32), (4, 17), 53.130, 36.870),
]


@pytest.mark.parametrize(("edge", "medial", "sharp", "toennis"), CLOSED)
def test_sharp_and_toennis_by_hand(edge, medial, sharp, toennis):
    marks = {
        **TEARS,
        "roof-edge-right": ((100 - edge[0], 200 - edge[1]),),
        "sourcil-medial-right": ((100 - medial[0], 200 - medial[1]),),
        "roof-edge-left": ((200 + edge[0], 200 - edge[1]),),
        "sourcil-medial-left": ((200 + medial[0], 200 - medial[1]),),
    }
    result = drawn("pelvis-film-closed", marks, plane=UNSCALED, child=TEEN)
    for side in "RL":
        assert by_side(result)["sharp-angle", side] == pytest.approx(sharp, abs=0.001)
        assert by_side(result)["toennis-angle", side] == pytest.approx(toennis, abs=0.001)


def test_the_head_over_the_teardrop_line():
    marks = {
        **TEARS,
        "roof-edge-left": ((240, 150),),
        "head-left": circle(230, 180, 20),
        "foramen-right": ((110, 230), (140, 230)),
        "foramen-left": ((160, 230), (190, 230)),
    }
    found = by_side(drawn("pelvis-film-closed", marks, child=TEEN))
    assert found["lateral-centre-edge-angle", "L"] == pytest.approx(18.435, abs=0.001)
    assert found["reimers-index", "L"] == pytest.approx(25.0)
    assert found["pelvic-rotation-quotient", ""] == pytest.approx(1.0)
    with pytest.raises(MarksRefused):
        drawn("pelvis-film-closed", {**marks, "sourcil-medial-left": ((245, 160),)})


HEADS = [
    # centre (out, down from the teardrops), centre-edge, Reimers, head index; edge 40 out, 50 up
    ((30, -20), 18.435, 25.0, 75.0),
    ((10, -10), 36.870, 0.0, 125.0),
    ((40, -20), 0.0, 50.0, 50.0),
    ((20, -30), 45.0, 0.0, 100.0),
    ((50, -20), -18.435, 75.0, 25.0),
]


@pytest.mark.parametrize(("centre", "edge_deg", "reimers", "index"), HEADS)
def test_head_by_hand(centre, edge_deg, reimers, index):
    out, down = centre
    marks = {
        **TEARS,
        "sourcil-right": ((60, 150),),
        "head-right": circle(100 - out, 200 + down, 20),
    }
    result = drawn("pelvis-film-closed", marks, child=TEEN)
    found = by_side(result)
    assert found["lateral-centre-edge-angle", "R"] == pytest.approx(edge_deg, abs=0.001)
    assert found["reimers-index", "R"] == pytest.approx(reimers)
    assert found["acetabular-head-index", "R"] == pytest.approx(index)
    assert {one.method.rule.rpartition("; ")[2] for one in result.measurements} == {
        "lateral end of the sourcil"
    }


@pytest.mark.parametrize("centre", [(245, 140), (236, 140), (240, 120)])
def test_a_centre_above_the_edge_has_no_centre_edge_angle(centre):
    # 153, 158 and 180 degrees from straight cranial, and not 27, 22 and 0.
    marks = {**TEARS, "roof-edge-left": ((240, 150),), "head-left": circle(*centre, 20)}
    result = drawn("pelvis-film-closed", marks, child=TEEN)
    assert ("lateral-centre-edge-angle", "L") not in by_side(result)
    assert [one.code for one in result.refusals] == ["hip.centre-edge-untold"]


def test_a_dislocated_head_leaves_the_angles_of_the_roof():
    marks = {**TEARS, "roof-edge-left": ((240, 150),), "head-left": circle(280, 140, 20)}
    result = drawn("pelvis-film-closed", marks, child=TEEN)
    assert by_side(result) == pytest.approx(
        {
            ("sharp-angle", "L"): 51.340,
            ("reimers-index", "L"): 100.0,
            ("acetabular-head-index", "L"): 0.0,
        },
        abs=0.001,
    )
    assert [one.code for one in result.refusals] == ["hip.centre-edge-untold"]


@pytest.mark.parametrize(("days", "doubtful"), [(3652, True), (3653, False), (None, True)])
def test_below_ten_years_the_cartilage_is_usually_open(days, doubtful):
    result = drawn("pelvis-film-closed", FULL, child=ChildKnown(age_days=days))
    for one in result.measurements:
        if one.side:
            codes = [caveat.code for caveat in one.caveats]
            assert ("hip.triradiate-open" in codes) is doubtful


FULL = {
    **TEARS,
    "roof-edge-right": ((60.0, 150.0),),
    "roof-edge-left": ((245.0, 155.0),),
    "sourcil-medial-right": ((88.0, 160.0),),
    "sourcil-medial-left": ((215.0, 158.0),),
    "head-right": circle(72.0, 185.0, 20.0),
    "head-left": circle(235.0, 180.0, 22.0),
    "foramen-right": ((110.0, 230.0), (140.0, 230.0)),
    "foramen-left": ((160.0, 230.0), (185.0, 230.0)),
}
TURNS = st.floats(-math.pi, math.pi)


@BUSY
@given(TURNS, st.tuples(st.floats(-300, 300), st.floats(-300, 300)), st.floats(0.3, 4))
def test_however_the_film_lies(turn, by, scale):
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    moved = {name: shifted(turned(one, cos=cos, sin=sin), by) for name, one in FULL.items()}
    wanted = by_side(drawn("pelvis-film-closed", FULL))
    assert len(wanted) == 11
    assert by_side(drawn("pelvis-film-closed", moved)) == pytest.approx(wanted, abs=1e-6)


def test_the_mirrored_film_gives_the_other_side():
    swap = {"right": "left", "left": "right"}
    other = {}
    for name, points in FULL.items():
        stem, _, end = name.rpartition("-")
        other[f"{stem}-{swap[end]}"] = mirrored(points)
    wanted = by_side(drawn("pelvis-film-closed", FULL))
    found = by_side(drawn("pelvis-film-closed", other))
    assert found.pop(("pelvic-rotation-quotient", "")) == pytest.approx(25 / 30)
    assert wanted.pop(("pelvic-rotation-quotient", "")) == pytest.approx(30 / 25)
    assert found == pytest.approx(
        {(measure, {"R": "L", "L": "R"}[side]): value for (measure, side), value in wanted.items()}
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sourcil-medial-left": ((245, 160),)}, "must lie medial of its lateral end"),
        ({"sourcil-medial-left": ((120, 160),)}, "other side of the body"),
        ({"roof-edge-left": ((245, 230),)}, "must lie above the line"),
        ({"sourcil-left": ((240, 155),)}, "not both"),
        ({"teardrop-left": ((100.0, 200.0),)}, "two points of a line are the same"),
        ({"roof-edge-right": ()}, "edge of the roof on the side of the femoral head"),
        # Sharp's angle would be 14 degrees.
        ({"roof-edge-left": ((245, 189),), "sourcil-medial-left": ()}, "not possible in a child"),
    ],
)
def test_marks_that_cannot_be(changed, sentence):
    with pytest.raises(MarksRefused, match=sentence):
        drawn("pelvis-film-closed", {**FULL, **changed})


def test_without_a_roof_or_a_teardrop_there_is_nothing():
    with pytest.raises(MarksMissing, match="lateral edge of the acetabular roof"):
        drawn("pelvis-film-closed", TEARS)
    with pytest.raises(MarksMissing, match="teardrop"):
        drawn("pelvis-film-closed", {**FULL, "teardrop-left": ()})
