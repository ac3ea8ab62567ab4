"""The verdict on a registration: every threshold from both sides."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tongying.imaging.grid import Grid
from tongying.imaging.quality.estimate import ErrorEstimate, Jacobian, Judgement, Verdict
from tongying.imaging.quality.verdict import (
    judge,
    may_quantify,
    voxel_mm,
)
from tongying.imaging.registration.result import Method

FINE = Grid.of((9, 9, 9), spacing_mm=(1.0, 1.0, 1.5), origin_mm=(0, 0, 0))
COARSE = Grid.of((9, 9, 9), spacing_mm=(2.0, 2.0, 4.0), origin_mm=(0, 0, 0))
"""The coarser image's longest edge is 4 mm: half a voxel is 2 mm."""
SOUND = Jacobian(0.6, 0.7, 1.3, 1.5, 0.0)
RIGHT = ErrorEstimate(
    estimated_mm=1.0,
    p95_mm=1.5,
    restart_spread_mm=0.1,
    inverse_consistency_mm=0.5,
    local_mm=1.0,
    local_blocks=50,
    overlap=1.0,
    similarity=0.8,
    targets=200,
    jacobian=None,
    check_mm=0.9,
    check_spread_mm=0.3,
    agreeing=0.9,
)
COMPUTED = (Method.RIGID, Method.AFFINE)


def told(estimate: ErrorEstimate, method: Method, lesion_mm: float | None = None) -> Judgement:
    return judge(
        estimate,
        fixed_grid=FINE,
        moving_grid=COARSE,
        method=method,
        lesion_short_axis_mm=lesion_mm,
    )


def codes(judgement: Judgement) -> set[str]:
    return {reason.code for reason in judgement.reasons}


def test_the_coarser_images_longest_edge_counts_whichever_it_is() -> None:
    assert voxel_mm(FINE, COARSE) == voxel_mm(COARSE, FINE) == 4.0


@pytest.mark.parametrize("method", [*COMPUTED, Method.FRAME_OF_REFERENCE, Method.DEFORMABLE])
def test_what_keeps_all_limits_is_good(method: Method) -> None:
    judgement = told(replace(RIGHT, jacobian=SOUND), method, lesion_mm=2.0)
    assert judgement == Judgement(Verdict.GOOD, ())


CHANGES = {
    "fusion.inconsistent": {"inverse_consistency_mm": 4.01},
    "fusion.overlap-small": {"overlap": 0.49},
    "fusion.little-structure": {"local_blocks": 7},
    "fusion.places-disagree": {"agreeing": 0.54},
    "fusion.few-targets": {"targets": 19},
}
KEPT = {
    "inverse_consistency_mm": 4.0,
    "overlap": 0.5,
    "local_blocks": 8,
    "agreeing": 0.55,
    "targets": 20,
}


def test_at_the_limits_themselves_it_is_still_good() -> None:
    assert told(replace(RIGHT, **KEPT), Method.RIGID).verdict is Verdict.GOOD


@pytest.mark.parametrize("chosen", list(itertools.product([False, True], repeat=len(CHANGES))))
@pytest.mark.parametrize("far", [False, True])
def test_any_doubt_asks_for_a_look_and_is_named(chosen: tuple[bool, ...], far: bool) -> None:
    expected = {code for code, on in zip(CHANGES, chosen, strict=True) if on}
    changed = {name: value for code in expected for name, value in CHANGES[code].items()}
    if far:
        changed["estimated_mm"] = 2.01
        expected.add("fusion.error-above-half-voxel")
    judgement = told(replace(RIGHT, **changed), Method.RIGID)
    assert codes(judgement) == expected
    assert judgement.verdict is (Verdict.LOOK if expected else Verdict.GOOD)


@pytest.mark.parametrize("name", ["inverse_consistency_mm", "agreeing"])
def test_what_could_not_be_measured_is_a_doubt(name: str) -> None:
    assert told(replace(RIGHT, **{name: None}), Method.RIGID).verdict is Verdict.LOOK


RIGID_TABLE = [
    # estimated, verdict
    (0.0, Verdict.GOOD),
    (2.0, Verdict.GOOD),
    (2.01, Verdict.LOOK),
    (9.99, Verdict.LOOK),
    (10.0, Verdict.REFUSE),
    (80.0, Verdict.REFUSE),
]


@pytest.mark.parametrize(("error", "verdict"), RIGID_TABLE)
@pytest.mark.parametrize("method", COMPUTED)
def test_rigid_errors_by_half_a_voxel(error: float, verdict: Verdict, method: Method) -> None:
    assert told(replace(RIGHT, estimated_mm=error, check_mm=error), method).verdict is verdict


FRAME_TABLE = [
    # estimated, check, spread of the checks, verdict, code
    (2.0, 1.9, 0.3, Verdict.GOOD, None),
    (2.01, 1.9, 0.3, Verdict.LOOK, "fusion.check-disagrees"),
    (7.9, 7.8, 0.3, Verdict.LOOK, "fusion.check-disagrees"),
    (8.5, 8.4, 0.3, Verdict.LOOK, "fusion.error-above-half-voxel"),
    (8.5, 8.4, 0.5, Verdict.LOOK, "fusion.check-disagrees"),
    (10.0, 9.9, 0.3, Verdict.REFUSE, "fusion.error-too-large"),
    # A limb with one hot spot: the checks contradict each other, the scanner is not refuted.
    (15.7, 13.2, 12.6, Verdict.LOOK, "fusion.check-disagrees"),
    (30.0, 29.5, 5.0, Verdict.REFUSE, "fusion.error-too-large"),
]


@pytest.mark.parametrize(("error", "check", "spread", "verdict", "code"), FRAME_TABLE)
def test_a_scanners_own_alignment_is_refused_only_by_checks_that_agree(
    error: float, check: float, spread: float, verdict: Verdict, code: str | None
) -> None:
    estimate = replace(RIGHT, estimated_mm=error, check_mm=check, check_spread_mm=spread)
    judgement = told(estimate, Method.FRAME_OF_REFERENCE)
    assert judgement.verdict is verdict
    assert code is None or code in codes(judgement)


def test_the_same_doubtful_checks_refuse_what_was_computed() -> None:
    estimate = replace(RIGHT, estimated_mm=15.7, check_mm=13.2, check_spread_mm=12.6)
    assert told(estimate, Method.RIGID).verdict is Verdict.REFUSE


def test_frames_that_share_nothing_are_refused() -> None:
    nothing = replace(
        RIGHT, estimated_mm=90.0, check_mm=None, check_spread_mm=None, overlap=0.0, targets=0
    )
    judgement = told(nothing, Method.FRAME_OF_REFERENCE)
    assert judgement.verdict is Verdict.REFUSE
    assert {"fusion.overlap-too-small", "fusion.error-too-large"} <= codes(judgement)


DEFORMABLE_TABLE = [
    # mean, p95, smallest Jacobian, folded share, verdict
    (2.0, 5.0, 0.01, 0.0, Verdict.GOOD),
    (2.01, 5.0, 0.01, 0.0, Verdict.LOOK),
    (2.0, 5.01, 0.01, 0.0, Verdict.LOOK),
    (2.01, 5.01, 0.01, 0.0, Verdict.LOOK),
    (2.0, 5.0, 0.0, 0.0, Verdict.REFUSE),
    (2.0, 5.0, -0.2, 0.01, Verdict.REFUSE),
    (10.0, 15.0, 0.5, 0.0, Verdict.REFUSE),
]


@pytest.mark.parametrize(("mean", "most", "least", "folded", "verdict"), DEFORMABLE_TABLE)
def test_deformable_limits(
    mean: float, most: float, least: float, folded: float, verdict: Verdict
) -> None:
    estimate = replace(
        RIGHT,
        estimated_mm=mean,
        p95_mm=most,
        jacobian=replace(SOUND, minimum=least, folded_fraction=folded),
    )
    assert told(estimate, Method.DEFORMABLE).verdict is verdict


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.149, Verdict.REFUSE), (0.15, Verdict.LOOK), (0.5, Verdict.GOOD)]
)
def test_overlap(share: float, verdict: Verdict) -> None:
    assert told(replace(RIGHT, overlap=share), Method.RIGID).verdict is verdict


@pytest.mark.parametrize(
    ("error", "axis", "may"), [(3.0, 6.0, True), (3.01, 6.0, False), (0.0, 0.5, True)]
)
def test_a_lesion_is_measured_only_if_the_error_is_within_half_of_it(
    error: float, axis: float, may: bool
) -> None:
    assert may_quantify(error, axis) is may


def test_a_small_lesion_turns_good_into_look() -> None:
    judgement = told(RIGHT, Method.RIGID, lesion_mm=1.9)
    assert judgement.verdict is Verdict.LOOK
    assert codes(judgement) == {"fusion.error-above-half-lesion"}


def test_each_reason_names_its_source_or_asks_for_sign_off() -> None:
    worst = replace(
        RIGHT,
        estimated_mm=12.0,
        p95_mm=30.0,
        inverse_consistency_mm=9.0,
        overlap=0.1,
        local_blocks=0,
        agreeing=0.0,
        jacobian=replace(SOUND, minimum=-1.0, folded_fraction=0.1),
    )
    seen = [*told(worst, Method.DEFORMABLE).reasons, *told(worst, Method.RIGID).reasons]
    assert len({reason.code for reason in seen}) >= 9
    for reason in seen:
        assert "TG-132" in reason.sentence or "sign-off" in reason.sentence
