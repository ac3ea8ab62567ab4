"""The pelvis film: every angle by hand, every IHDI grade, both sides mirrored, what is refused."""

from __future__ import annotations

import math

import pytest
from drawn_marks import UNSCALED, drawn, mirrored, shifted, turned
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongying.measure.hip.head_position import ihdi_zone
from tongying.measure.recipe import ChildKnown, MarksMissing, MarksRefused

# On a busy machine the first draw and a single case may take long.
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCHOOL = ChildKnown(age_days=3000)
# Hilgenreiner's line is level, the triradiate cartilages 100 apart, the right hip on the left.
BASE = {"triradiate-right": ((100.0, 200.0),), "triradiate-left": ((200.0, 200.0),)}


def circle(x, y, r):
    return (x - r, y), (x + r, y), (x, y - r), (x, y + r)


def by_side(result):
    return {(one.measure, one.side): one.value for one in result.measurements}


def film(marks, **more):
    return by_side(drawn("pelvis-film", {**BASE, **marks}, plane=UNSCALED, **more))


@pytest.mark.parametrize(
    ("out", "up", "degrees"),
    [(40, 30, 36.870), (30, 10, 18.435), (30, 30, 45.0), (24, 7, 16.260), (120, 50, 22.620)],
)
def test_acetabular_index_by_hand(out, up, degrees):
    found = film(
        {"roof-edge-right": ((100 - out, 200 - up),), "sourcil-left": ((200 + out, 200 - up),)}
    )
    assert found == pytest.approx(
        {("acetabular-index", "R"): degrees, ("acetabular-index", "L"): degrees}, abs=0.001
    )


# The left edge lies 40 lateral and 20 above; a head of radius 20 whose centre is (out, down).
HEADS = [
    # centre, centre-edge, Reimers, head index
    ((40, 10), 0.0, 50.0, 50.0),
    ((10, 20), 36.870, 0.0, 125.0),
    ((30, 10), 18.435, 25.0, 75.0),
    ((50, 10), -18.435, 75.0, 25.0),
    ((20, 0), 45.0, 0.0, 100.0),
    ((50, 5), -21.801, 75.0, 25.0),
]


@pytest.mark.parametrize(("centre", "edge_deg", "reimers", "index"), HEADS)
def test_head_by_hand(centre, edge_deg, reimers, index):
    out, down = centre
    left = {"roof-edge-left": ((240, 180),), "head-left": circle(200 + out, 200 + down, 20)}
    right = {"roof-edge-right": ((60, 180),), "head-right": circle(100 - out, 200 + down, 20)}
    found = film({**left, **right}, child=SCHOOL)
    for side in "RL":
        assert found["lateral-centre-edge-angle", side] == pytest.approx(edge_deg, abs=0.001)
        assert found["reimers-index", side] == pytest.approx(reimers)
        assert found["acetabular-head-index", side] == pytest.approx(index)


def test_what_a_dislocated_head_does_not_tell_leaves_the_rest():
    # A head above and lateral of the roof, as a high dislocation stands.
    marks = {**BASE, "roof-edge-left": ((240, 180),), "head-left": circle(270, 170, 12)}
    result = drawn("pelvis-film", marks, child=SCHOOL)
    assert by_side(result) == pytest.approx(
        {
            ("acetabular-index", "L"): 26.565,
            ("reimers-index", "L"): 100.0,
            ("acetabular-head-index", "L"): 0.0,
        },
        abs=0.001,
    )
    assert [one.code for one in result.refusals] == ["hip.centre-edge-untold"]


def test_a_small_ossified_part_has_no_head_index():
    # Its outer end lies 15 medial of the edge: (15 + 10) / 10 of its width.
    marks = {**BASE, "roof-edge-left": ((240, 180),), "head-left": circle(220, 215, 5)}
    result = drawn("pelvis-film", marks, child=SCHOOL)
    assert ("acetabular-head-index", "L") not in by_side(result)
    assert by_side(result)["reimers-index", "L"] == 0.0
    assert [one.code for one in result.refusals] == ["hip.head-index-untold"]


def test_a_head_far_out_keeps_within_a_hundred_percent():
    marks = {"roof-edge-left": ((240, 180),), "head-left": circle(255, 230, 12)}
    assert film(marks, child=SCHOOL)["reimers-index", "L"] == 100.0


IHDI = [
    # lateral of Perkin's line, above Hilgenreiner's line, grade (hipdysplasia.org)
    (-10, -20, "I"),
    (0, -20, "I"),
    (-5, 0, "I"),
    (1, -20, "II"),
    (20, -20, "II"),
    (21, -20, "III"),
    (40, -20, "III"),
    (40, 0, "III"),
    (5, 0, "III"),
    (5, 1, "IV"),
    (40, 10, "IV"),
]


@pytest.mark.parametrize(("lateral", "above", "wanted"), IHDI)
def test_ihdi(lateral, above, wanted):
    assert ihdi_zone(lateral, above) == wanted
    result = drawn(
        "pelvis-film",
        {
            **BASE,
            "roof-edge-right": ((60, 180),),
            "roof-edge-left": ((240, 180),),
            "h-point-right": ((60 - lateral, 200 - above),),
            "h-point-left": ((240 + lateral, 200 - above),),
        },
        plane=UNSCALED,
    )
    assert [(one.scheme, one.side, one.value) for one in result.grades] == [
        ("ihdi", "R", wanted),
        ("ihdi", "L", wanted),
    ]


def test_an_h_point_above_and_medial_has_no_ihdi_grade_and_leaves_the_rest():
    marks = {**BASE, "roof-edge-left": ((240, 180),), "h-point-left": ((235, 197),)}
    result = drawn("pelvis-film", marks)
    assert result.grades == ()
    assert [one.code for one in result.refusals] == ["measure.marks-refused"]
    assert ("acetabular-index", "L") in by_side(result)


FULL = {
    **BASE,
    "roof-edge-right": ((60.0, 180.0),),
    "roof-edge-left": ((245.0, 170.0),),
    "h-point-right": ((55.0, 230.0),),
    "h-point-left": ((262.0, 215.0),),
    "head-right": circle(70.0, 215.0, 12.0),
    "head-left": circle(250.0, 205.0, 11.0),
    "foramen-right": ((110.0, 250.0), (140.0, 250.0)),
    "foramen-left": ((160.0, 250.0), (185.0, 250.0)),
    "foramen-height-right": ((125.0, 240.0), (125.0, 280.0)),
    "pubis-right": ((145.0, 240.0),),
}


def test_rotation_and_tilt():
    found = by_side(drawn("pelvis-film", FULL))
    assert found["pelvic-rotation-quotient", ""] == pytest.approx(30 / 25)
    assert found["pelvic-tilt-quotient", ""] == pytest.approx(40 / 40)


@pytest.mark.parametrize(
    ("width", "height", "codes"),
    [
        (45.0, 40.0, set()),
        (45.1, 40.0, {"hip.pelvis-rotated"}),
        (14.0, 40.0, set()),
        (13.9, 40.0, {"hip.pelvis-rotated"}),
        (25.0, 48.0, set()),
        (25.0, 48.1, {"hip.pelvis-tilted"}),
        (25.0, 30.0, set()),
        (25.0, 29.9, {"hip.pelvis-tilted"}),
    ],
)
def test_a_turned_pelvis_casts_doubt_on_every_angle(width, height, codes):
    marks = {
        **FULL,
        "foramen-right": ((150.0 - width, 250.0), (150.0, 250.0)),
        "foramen-height-right": ((125.0, 240.0), (125.0, 240.0 + height)),
    }
    result = drawn("pelvis-film", marks, child=SCHOOL)
    for one in (*result.measurements, *result.grades):
        if getattr(one, "side", ""):
            assert {caveat.code for caveat in one.caveats} == codes


def test_doubts():
    plain = drawn("pelvis-film", {**BASE, "roof-edge-right": ((60, 180),)})
    assert [one.code for one in plain.measurements[0].caveats] == ["hip.rotation-unchecked"]
    mixed = drawn(
        "pelvis-film", {**BASE, "roof-edge-right": ((60, 180),), "sourcil-left": ((235, 185),)}
    )
    rules = [one.method.rule for one in mixed.measurements]
    assert rules[0].endswith("lateral edge of the roof")
    assert rules[1].endswith("lateral end of the sourcil")
    assert all(
        "hip.landmarks-differ" in [c.code for c in one.caveats] for one in mixed.measurements
    )
    young = drawn("pelvis-film", FULL, child=ChildKnown(age_days=1825))
    coded = {one.measure: {c.code for c in one.caveats} for one in young.measurements}
    assert "hip.centre-young" in coded["reimers-index"]
    assert "hip.centre-young" not in coded["acetabular-index"]
    flipped = drawn("pelvis-film", {name: mirrored(one) for name, one in FULL.items()})
    assert "hip.film-mirrored" in [one.code for one in flipped.measurements[0].caveats]


@pytest.mark.parametrize(("days", "doubtful"), [(1825, True), (1826, False), (None, True)])
def test_from_five_years_the_ossified_centre_is_that_of_the_head(days, doubtful):
    result = drawn("pelvis-film", FULL, child=ChildKnown(age_days=days))
    for one in result.measurements:
        if one.measure in ("lateral-centre-edge-angle", "reimers-index", "acetabular-head-index"):
            assert ("hip.centre-young" in codes_of(one)) is doubtful


def test_no_length_is_needed():
    wanted, found = drawn("pelvis-film", FULL), drawn("pelvis-film", FULL, plane=UNSCALED)
    assert by_side(found) == pytest.approx(by_side(wanted))


def codes_of(one):
    return [caveat.code for caveat in one.caveats]


TURNS = st.floats(-math.pi, math.pi)


@BUSY
@given(TURNS, st.tuples(st.floats(-300, 300), st.floats(-300, 300)), st.floats(0.3, 4))
def test_however_the_film_lies(turn, by, scale):
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    moved = {name: shifted(turned(one, cos=cos, sin=sin), by) for name, one in FULL.items()}
    wanted, found = drawn("pelvis-film", FULL), drawn("pelvis-film", moved)
    assert by_side(found) == pytest.approx(by_side(wanted), abs=1e-6)
    assert [one.value for one in found.grades] == [one.value for one in wanted.grades]
    # A film that is only turned, even upside down, is no mirrored one.
    assert [codes_of(one) for one in found.measurements] == [
        codes_of(one) for one in wanted.measurements
    ]


@BUSY
@given(TURNS)
def test_the_mirrored_film_gives_the_other_side(turn):
    swap = {"right": "left", "left": "right"}
    other = {}
    for name, points in FULL.items():
        stem, _, end = name.rpartition("-")
        other[f"{stem}-{swap[end]}"] = turned(
            mirrored(points), cos=math.cos(turn), sin=math.sin(turn)
        )
    wanted, found = by_side(drawn("pelvis-film", FULL)), by_side(drawn("pelvis-film", other))
    assert len(found) == len(wanted)
    for (measure, side), value in wanted.items():
        expected = 1 / value if measure == "pelvic-rotation-quotient" else value
        assert found[measure, {"R": "L", "L": "R", "": ""}[side]] == pytest.approx(
            expected, abs=1e-6
        )
    # The other hip of a mirrored film is a film as it should be.
    assert "hip.film-mirrored" not in codes_of(drawn("pelvis-film", other).measurements[0])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"roof-edge-left": ((245, 230),)}, "must lie above the line"),
        (
            {"roof-edge-left": ((245, 200),), "roof-edge-right": ((60, 200),)},
            "must lie above the line",
        ),
        ({"roof-edge-left": ((195, 170),)}, "right and left may be mixed up"),
        ({"sourcil-left": ((240, 172),)}, "not both"),
        ({"triradiate-left": ((100.0, 200.0),)}, "two points of a line are the same"),
        ({"h-point-left": ((60, 230),)}, "other side of the body"),
        ({"head-right": circle(240, 205, 11)}, "other side of the body"),
        ({"head-left": circle(250, 205, 0)}, "must be an ellipse"),
        ({"head-left": ((240, 200), (260, 200), (240, 190), (240, 210))}, "must be an ellipse"),
        ({"head-left": ((240, 200), (260, 200), (245, 195), (255, 200))}, "must be an ellipse"),
        ({"head-left": circle(245, 170, 11)}, "cannot lie on the edge"),
        ({"foramen-right": ((110, 250), (110, 260))}, "from border to border"),
        ({"foramen-right": ((160, 250), (185, 250))}, "other side of the body"),
        ({"foramen-height-right": ((110, 250), (120, 250))}, "from border to border"),
        ({"pubis-right": ((145, 190),)}, "below Hilgenreiner's line"),
        ({"roof-edge-left": ()}, "edge of the roof on the side of the femoral head"),
        (
            {"triradiate-right": ((200.0, 200.0),), "triradiate-left": ((100.0, 200.0),)},
            "right and left may be mixed up",
        ),
        ({"h-point-left": ((math.nan, 230),)}, "no place in the image"),
        ({"nose": ((1, 1),)}, "has no mark"),
        # 66 degrees from Hilgenreiner's line.
        ({"roof-edge-left": ((220, 155),)}, "not possible in a child"),
    ],
)
def test_marks_that_cannot_be(changed, sentence):
    with pytest.raises(MarksRefused, match=sentence):
        drawn("pelvis-film", {**FULL, **changed})


def test_without_a_roof_there_is_nothing():
    with pytest.raises(MarksMissing):
        drawn("pelvis-film", BASE)
    with pytest.raises(MarksMissing):
        drawn("pelvis-film", {"triradiate-right": ((1, 1),), "roof-edge-right": ((0, 0),)})
