"""Alpha, beta and coverage on drawn and on phantom hips."""

from __future__ import annotations

import math

import pytest
from drawn_marks import UNSCALED, drawn, mirrored, shifted, turned, values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongying.dicom.phantoms.hip_geometry import HipGeometry
from tongying.dicom.phantoms.infant_hip_us import hip_truth
from tongying.measure.plane import LengthUncalibrated, Plane
from tongying.measure.recipe import ChildKnown, MarksMissing, MarksRefused, SideUnknown

# On a busy machine the first draw and a single case may take long.
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

RIM = (100.0, 100.0)
BASELINE = ((0.0, 100.0), RIM)
# Rim to lower limb and rim to labrum by triangles of whole numbers; caudal is to the right.
HAND = [
    # (dx, dy) roof, degrees, (dx, dy) labrum, degrees
    ((30, 40), 53.130, (30, -40), 53.130),
    ((50, 120), 67.380, (70, -240), 73.740),
    ((80, 150), 61.928, (0, -50), 90.0),
    ((200, 210), 46.397, (-10, -50), 101.310),
    ((40, 30), 36.870, (50, -120), 67.380),
]


def marks(roof, labrum):
    x, y = RIM
    return {
        "baseline": BASELINE,
        "bony-roof": ((x + roof[0], y + roof[1]), RIM),
        "cartilage-roof": (RIM, (x + labrum[0], y + labrum[1])),
    }


def circle(centre, radius):
    (x, y), r = centre, radius
    return (x - r, y), (x + r, y), (x, y - r), (x, y + r)


@pytest.mark.parametrize(("roof", "alpha", "labrum", "beta"), HAND)
def test_by_hand(roof, alpha, labrum, beta):
    found = values(drawn("graf", marks(roof, labrum), side="R"))
    assert found == pytest.approx({"graf-alpha": alpha, "graf-beta": beta}, abs=0.001)


def test_a_beta_that_no_hip_has_is_refused():
    with pytest.raises(MarksRefused):
        drawn("graf", marks((30, 40), (30, -10)), side="R")


@pytest.mark.parametrize("alpha", [38.0, 45.0, 52.5, 61.0, 70.0])
@pytest.mark.parametrize("beta", [40.0, 55.0, 77.0, 88.0])
def test_the_phantoms_angles_and_coverage(alpha, beta):
    truth = hip_truth(HipGeometry(alpha, beta, tilt_deg=-3.0))
    result = drawn(
        "graf",
        {
            "baseline": truth.ilium,
            "bony-roof": truth.bony_roof,
            "cartilage-roof": truth.cartilage_roof,
            "head": circle(truth.head_centre, truth.head_radius),
        },
        side="L",
        child=ChildKnown(age_days=60),
        modality="US",
    )
    found = values(result)
    assert found["graf-alpha"] == pytest.approx(alpha, abs=1e-6)
    assert found["graf-beta"] == pytest.approx(beta, abs=1e-6)
    assert found["femoral-head-coverage"] == pytest.approx(100 * truth.coverage, abs=1e-6)
    assert {one.method.tool for one in result.measurements} == {"ultrasound"}
    assert {one.side for one in (*result.measurements, *result.grades)} == {"L"}


@pytest.mark.parametrize(
    ("depth", "percent"),
    [(30, 100.0), (20, 100.0), (10, 75.0), (0, 50.0), (-4, 40.0), (-20, 0.0), (-33, 0.0)],
)
def test_coverage_by_hand(depth, percent):
    # A head of radius 20, its centre `depth` below the baseline.
    given_marks = {
        "baseline": BASELINE,
        "lower-limb": ((110.0, 140.0),),
        "head": circle((140.0, 100.0 + depth), 20.0),
    }
    found = values(drawn("femoral-head-coverage", given_marks, side="R", plane=UNSCALED))
    assert found == pytest.approx({"femoral-head-coverage": percent})


def test_the_width_of_an_oval_head_is_taken_square_to_the_baseline():
    oval = ((110.0, 110.0), (170.0, 110.0), (140.0, 90.0), (140.0, 130.0))
    given_marks = {"baseline": BASELINE, "lower-limb": ((110.0, 140.0),), "head": oval}
    found = values(drawn("femoral-head-coverage", given_marks, side="R"))
    assert found["femoral-head-coverage"] == pytest.approx(75.0)


TURNS = st.floats(-math.pi, math.pi)
PLACES = st.tuples(st.floats(-500, 500), st.floats(-500, 500))


@BUSY
@given(
    st.sampled_from(HAND),
    TURNS,
    PLACES,
    st.floats(0.2, 5),
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()),
)
def test_however_the_image_lies(hand, turn, by, scale, flips):
    roof, alpha, labrum, beta = hand
    given_marks = marks(roof, labrum)
    given_marks["head"] = circle((130.0, 110.0), 25.0)
    wanted = values(drawn("graf", given_marks, side="R"))
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    moved = {}
    for number, (name, points) in enumerate(given_marks.items()):
        seen = mirrored(points) if flips[3] else points
        seen = shifted(turned(seen, cos=cos, sin=sin), by)
        moved[name] = seen[::-1] if name != "head" and flips[number] else seen
    found = values(drawn("graf", moved, side="R"))
    assert found == pytest.approx(wanted, abs=1e-6)
    assert found["graf-alpha"] == pytest.approx(alpha, abs=0.001)
    assert found["graf-beta"] == pytest.approx(beta, abs=0.001)


def test_pixels_that_are_not_square():
    flat = {
        name: tuple((x, y / 2) for x, y in points)
        for name, points in marks((30, 40), (50, -120)).items()
    }
    found = values(drawn("graf", flat, side="R", plane=Plane(aspect=2.0)))
    assert found == pytest.approx({"graf-alpha": 53.130, "graf-beta": 67.380}, abs=0.001)


def test_the_type_needs_the_age_and_the_angles_do_not():
    result = drawn("graf", marks((30, 40), (50, -120)), side="R")
    assert result.grades == ()
    assert [one.code for one in result.refusals] == ["measure.age-outside"]
    typed = drawn("graf", marks((30, 40), (50, -120)), side="R", child=ChildKnown(age_days=90))
    assert [one.value for one in typed.grades] == ["IIb"]


def test_without_the_cartilage_roof_there_is_no_beta():
    only = {key: one for key, one in marks((30, 40), (0, -1)).items() if key != "cartilage-roof"}
    assert set(values(drawn("graf", only, side="R"))) == {"graf-alpha"}


@pytest.mark.parametrize("tilt", [-7.0, 0.0, 3.3, 10.0])
@pytest.mark.parametrize(
    ("alpha", "days", "wanted"),
    [(60.0, 100, "I"), (50.0, 100, "IIb"), (55.0, 42, "IIa+"), (43.0, 10, "IIc/D")],
)
def test_a_phantom_at_a_limit_has_the_type_that_is_drawn(alpha, days, wanted, tilt):
    truth = hip_truth(HipGeometry(alpha, 60.0, tilt_deg=tilt))
    lines = {"baseline": truth.ilium, "bony-roof": truth.bony_roof}
    (grade,) = drawn("graf", lines, side="R", child=ChildKnown(age_days=days)).grades
    assert (grade.value, grade.side) == (wanted, "R")


def test_twins_of_34_weeks_have_both_types():
    hip = HipGeometry(55.0, 60.0)
    truth = hip_truth(hip)
    lines = {
        "baseline": truth.ilium,
        "bony-roof": truth.bony_roof,
        "cartilage-roof": truth.cartilage_roof,
    }
    child = ChildKnown(age_days=98, corrected_age_days=56)
    (grade,) = drawn("graf", lines, side="L", child=child).grades
    assert grade.value == "IIa-"
    sentences = {one.code: one.sentence for one in grade.caveats}
    assert "type IIb" in sentences["hip.type-by-birth-age"]


LINES = marks((30, 40), (50, -120))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"cartilage-roof": (RIM, (150.0, 160.0))}, "must run to the labrum"),
        ({"bony-roof": ((130.0, 140.0), (76.0, 68.0))}, "too far across the baseline"),
        # Over the iliac wing: alpha would be obtuse.
        (
            {
                "bony-roof": ((90.0, 150.0), (101.0, 101.0)),
                "baseline": ((0.0, 100.0), (99.0, 100.0)),
            },
            "leans over towards the iliac wing",
        ),
        # 5.7 degrees.
        ({"bony-roof": ((200.0, 110.0), RIM)}, "not possible in a child"),
        ({"bony-roof": (RIM, RIM)}, "two points of a line are the same"),
        ({"head": circle((120.0, 110.0), 0.0)}, "must be an ellipse"),
        ({"head": ((100, 110), (140, 110), (150, 95), (150, 125))}, "must be an ellipse"),
        ({"head": ((100, 110), (140, 110), (105, 105), (135, 115))}, "must be an ellipse"),
        ({"bony-roof": (RIM,)}, "2 points are needed, 1 given"),
        ({"bony-roof": (RIM, (math.inf, 1.0))}, "no place in the image"),
        ({"nose": (RIM,)}, "has no mark"),
    ],
)
def test_lines_that_cannot_be(changed, sentence):
    with pytest.raises(MarksRefused, match=sentence):
        drawn("graf", {**LINES, **changed}, side="R")


def test_what_is_missing_is_asked_for():
    for name, sentence in (("baseline", "Mark this first: Baseline"), ("bony-roof", "Bony roof")):
        with pytest.raises(MarksMissing, match=sentence):
            drawn("graf", {**LINES, name: ()}, side="R")
    for side in ("", "B", "right"):
        with pytest.raises(SideUnknown, match="right or the left side"):
            drawn("graf", LINES, side=side)
    covered = {"baseline": BASELINE, "head": circle((120.0, 110.0), 20.0)}
    with pytest.raises(MarksMissing, match="Lower limb"):
        drawn("femoral-head-coverage", covered, side="R")
    with pytest.raises(MarksRefused, match="cannot lie on the baseline"):
        drawn("femoral-head-coverage", {**covered, "lower-limb": (RIM,)}, side="R")


@pytest.mark.parametrize(
    ("child", "sentence"),
    [
        (ChildKnown(age_days=366), "first year of life"),
        (ChildKnown(gestational_age_days=230), "who are born"),
    ],
)
def test_outside_the_first_year_the_angles_stay_without_a_type(child, sentence):
    result = drawn("graf", LINES, side="R", child=child)
    assert set(values(result)) == {"graf-alpha", "graf-beta"}
    assert result.grades == ()
    assert sentence in result.refusals[0].sentence


@pytest.mark.parametrize(
    ("end", "mm"), [((6, 8), 5.0), ((10, 0), 5.0), ((0, 3), 1.5), ((5, 12), 6.5), ((16, 12), 10.0)]
)
def test_pubofemoral_distance(end, mm):
    line = {"calipers": ((0.0, 0.0), end)}
    assert values(drawn("pubofemoral-distance", line, side="L")) == pytest.approx(
        {"pubofemoral-distance": mm}
    )
    with pytest.raises(LengthUncalibrated):
        drawn("pubofemoral-distance", line, side="L", plane=UNSCALED)
    with pytest.raises(SideUnknown):
        drawn("pubofemoral-distance", line)
