"""The estimated error against the truth, on phantoms of several children and modalities."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import rankdata

from tongying.imaging.grid import Grid
from tongying.imaging.phantoms.child import Part
from tongying.imaging.phantoms.field import smooth_deformation
from tongying.imaging.phantoms.modality import Kind
from tongying.imaging.phantoms.pairs import Pair, Sight, affine_pair, drawn_rigid, rigid_pair
from tongying.imaging.quality.body import NoBody
from tongying.imaging.quality.error import Parts, combine, estimate_error
from tongying.imaging.quality.estimate import ErrorEstimate, Verdict
from tongying.imaging.quality.information import mutual_information
from tongying.imaging.quality.overlap import overlap
from tongying.imaging.quality.verdict import judge
from tongying.imaging.quality.working import coarse_body, reduced
from tongying.imaging.registration.result import Method, Registration
from tongying.imaging.transform import MatrixTransform, Transform
from tongying.imaging.volume import Quantity, Volume

pytestmark = [pytest.mark.xdist_group("error-estimate"), pytest.mark.timeout(900)]
SHAPE = (44, 52, 52)
STILL = MatrixTransform.identity()
SIGHTS = (
    (Part.HEAD, Kind.CT, Kind.T1),
    (Part.HEAD, Kind.T1, Kind.PET),
    (Part.TORSO, Kind.CT, Kind.PET),
    (Part.TORSO, Kind.CT, Kind.CT),
)


@cache
def pair(number: int, child: int = 0) -> Pair:
    """Return a pair that lies as acquired."""
    part, fixed, moving = SIGHTS[number]
    random = np.random.default_rng(100 * child + number)
    return rigid_pair(Sight(part, fixed, moving, SHAPE), random, shift_mm=0, turn_deg=0)


def told(
    fixed: Volume, moving: Volume, by: Transform, method: Method = Method.FRAME_OF_REFERENCE
) -> tuple[ErrorEstimate, Verdict]:
    estimate = estimate_error(fixed, moving, Registration(by, method, 0.0), seed=3)
    judged = judge(estimate, fixed_grid=fixed.grid, moving_grid=moving.grid, method=method)
    return estimate, judged.verdict


def shifted(number: int, by_mm: float) -> MatrixTransform:
    return drawn_rigid(np.random.default_rng(number), shift_mm=by_mm, turn_deg=0)


def turned(number: int, degrees: float) -> MatrixTransform:
    return drawn_rigid(np.random.default_rng(number), shift_mm=0, turn_deg=degrees)


@pytest.fixture(scope="module")
def measured() -> dict[str, list[tuple[float | None, ErrorEstimate, Verdict]]]:
    """Measure right and spoiled pairs of four kinds."""
    rows: dict[str, list[tuple[float | None, ErrorEstimate, Verdict]]] = {
        name: [] for name in ("right", "5", "10", "other")
    }
    for number in range(len(SIGHTS)):
        one = pair(number)
        by_mm = 0.4 * (number % 2)
        by = shifted(number, by_mm) if by_mm else STILL
        rows["right"].append((by_mm, *told(one.fixed, one.moving, by)))
        for by_mm in (5.0, 10.0):
            by = shifted(number + 7, by_mm)
            rows[f"{by_mm:g}"].append((by_mm, *told(one.fixed, one.moving, by)))
        rows["other"].append((None, *told(one.fixed, pair(number, child=1).moving, STILL)))
    return rows


Rows = dict[str, list[tuple[float | None, ErrorEstimate, Verdict]]]


def test_planted_mistakes_of_5_and_10_mm_and_other_children_are_never_good(
    measured: Rows,
) -> None:
    for name in ("5", "10", "other"):
        assert [verdict for _, _, verdict in measured[name] if verdict is Verdict.GOOD] == []


def test_most_right_pairs_are_good_and_none_is_refused(measured: Rows) -> None:
    verdicts = [verdict for _, _, verdict in measured["right"]]
    assert Verdict.REFUSE not in verdicts
    assert verdicts.count(Verdict.GOOD) >= 3, "of four"


def test_the_estimate_tells_right_from_spoiled(measured: Rows) -> None:
    right = [estimate.estimated_mm for _, estimate, _ in measured["right"]]
    spoiled = [
        estimate.estimated_mm for name in ("5", "10", "other") for _, estimate, _ in measured[name]
    ]
    ranks = rankdata([*right, *spoiled])
    above = ranks[len(right) :].sum() - len(spoiled) * (len(spoiled) + 1) / 2
    assert above / (len(right) * len(spoiled)) >= 0.95


def test_a_planted_shift_is_estimated_to_about_a_millimetre(measured: Rows) -> None:
    for name in ("5", "10"):
        for true, estimate, _ in measured[name]:
            assert true is not None
            assert estimate.estimated_mm == pytest.approx(true, abs=1.5)
            assert estimate.p95_mm >= estimate.estimated_mm


def test_a_turn_is_caught() -> None:
    one = pair(0)
    estimate, verdict = told(one.fixed, one.moving, turned(5, 5.0))
    assert verdict is not Verdict.GOOD
    assert estimate.estimated_mm > 1.5


def test_all_parts_are_reported_and_the_same_seed_gives_the_same() -> None:
    one = pair(0)
    told_of: list[float] = []
    registration = Registration(
        STILL, Method.RIGID, 0.0, (STILL, MatrixTransform.translation((0.0, 0.0, 1.0)))
    )

    def listen(fraction: float, what: str) -> None:
        assert what == "error"
        told_of.append(fraction)

    estimate = estimate_error(one.fixed, one.moving, registration, progress=listen, seed=1)
    again = estimate_error(one.fixed, one.moving, registration, seed=1)
    assert estimate.as_json() == pytest.approx(again.as_json(), abs=1e-3)
    assert estimate.restart_spread_mm == pytest.approx(0.5), "half a millimetre from their mean"
    assert told_of == sorted(told_of)
    assert told_of[-1] == 1.0
    parts = estimate.as_json()
    assert parts.pop("jacobian") is None
    assert all(value is not None for value in parts.values())
    assert estimate.overlap == 1.0
    assert estimate.targets == 200


def test_what_an_observer_raises_ends_the_estimate() -> None:
    class Cancelled(Exception):
        """Ends it."""

    def stop(fraction: float, what: str) -> None:
        if fraction > 0.3:
            raise Cancelled

    one = pair(0)
    with pytest.raises(Cancelled):
        estimate_error(one.fixed, one.moving, Registration(STILL, Method.RIGID, 0.0), progress=stop)


def test_a_deformation_is_tested_as_it_is() -> None:
    one = pair(3)
    random = np.random.default_rng(0)
    wrong = smooth_deformation(one.fixed.grid, random, amplitude_mm=10.0, knots_mm=60.0)
    estimate, verdict = told(one.fixed, one.moving, wrong, Method.DEFORMABLE)
    assert estimate.jacobian is not None
    assert 0 < estimate.jacobian.minimum < 1 < estimate.jacobian.maximum
    assert verdict is not Verdict.GOOD
    assert estimate.local_mm is not None
    assert estimate.local_mm > 1.5


def test_frames_far_apart_share_nothing_and_are_refused() -> None:
    one = pair(1)
    far = MatrixTransform.translation((900.0, 0.0, 0.0))
    estimate, verdict = told(one.fixed, one.moving, far, Method.RIGID)
    assert verdict is Verdict.REFUSE
    assert estimate.overlap == 0
    assert estimate.targets == 0
    assert estimate.estimated_mm > 50


def test_an_image_of_nothing_has_no_error_to_measure() -> None:
    one = pair(0)
    empty = replace(one.moving, array=np.zeros_like(one.moving.array))
    with pytest.raises(NoBody):
        told(one.fixed, empty, STILL)


BASE = Parts(3.0, 4.0, 0.0, 0.0, 1.0, 0.0)


def test_the_parts_add_in_squares() -> None:
    assert combine(BASE) == pytest.approx((3.0, 4.5)), "at least 1.5 times the mean"
    assert combine(replace(BASE, check_p95_mm=9.0)) == pytest.approx((3.0, 9.0))
    # 0.5 of a spread of 8 is 4; 3 and 4 make 5.
    assert combine(replace(BASE, check_spread_mm=8.0))[0] == pytest.approx(5.0)
    assert combine(replace(BASE, restart_spread_mm=8.0))[0] == pytest.approx(5.0)
    assert combine(replace(BASE, voxel_mm=40.0))[0] == pytest.approx(5.0)
    # No block agrees: 3 mm; 3 and 3 make the root of 18.
    assert combine(replace(BASE, agreeing=0.0))[0] == pytest.approx(18**0.5)
    assert combine(replace(BASE, agreeing=0.6)) == combine(BASE)


def box(length: int, start_mm: float = 0.0) -> Volume:
    """Return a cube of tissue that fills `length` of 20 columns of 4 mm."""
    grid = Grid.of((20, 20, 20), spacing_mm=(4.0,) * 3, origin_mm=(start_mm, 0.0, 0.0))
    array = np.full(grid.shape, -1000.0, dtype=np.float32)
    array[4:16, 4:16, 4 : 4 + length] = 40.0
    return Volume(array, grid, Quantity.HU, "CT")


def test_overlap_is_of_the_smaller_body() -> None:
    large, small = box(12), box(6)
    for fixed, moving in ((large, small), (small, large)):
        bodies = coarse_body(fixed), coarse_body(moving)
        assert overlap(fixed, moving, STILL, bodies) == 1.0
    # 12 columns from x = 16; the moving image begins at 40, so that 6 of them lie in it.
    late = box(12, start_mm=40.0)
    bodies = coarse_body(large), coarse_body(late)
    assert overlap(large, late, STILL, bodies) == pytest.approx(0.5, abs=0.09)


def test_padding_is_not_overlap() -> None:
    large = box(12)
    valid = np.ones(large.grid.shape, dtype=np.bool_)
    valid[:10] = False
    padded = replace(large, valid=valid)
    bodies = coarse_body(large), coarse_body(large)
    assert overlap(large, padded, STILL, bodies) == pytest.approx(0.5, abs=0.09)


def test_means_over_boxes_keep_the_place_of_things() -> None:
    grid = Grid.of((4, 6, 8), spacing_mm=(1.0, 2.0, 3.0), origin_mm=(5.0, 6.0, 7.0))
    array = np.arange(4 * 6 * 8, dtype=np.float32).reshape(4, 6, 8)
    small = reduced(Volume(array, grid), 3.0)
    assert small.grid.shape == (4, 6, 2), "3 of 8 columns twice, the rest is left"
    assert small.array[0, 0, 0] == pytest.approx(np.mean([0, 1, 2]))
    assert small.grid.origin_mm == pytest.approx([6.0, 6.0, 7.0])
    assert small.grid.spacing_mm == pytest.approx([3.0, 2.0, 3.0])


def test_mutual_information_by_hand() -> None:
    # Two binary images that agree in 3 of 4 voxels: joint 3/8, 1/8, 1/8, 3/8.
    first = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.float32)
    second = np.array([0, 0, 0, 1, 1, 1, 1, 0], dtype=np.float32)
    joint = np.array([3 / 8, 1 / 8, 1 / 8, 3 / 8])
    expected = 2 * np.log(2) + (joint * np.log(joint)).sum()
    assert mutual_information(first, second) == pytest.approx(expected)


def test_the_stretch_of_an_affine_alignment_is_no_error() -> None:
    """A check moves rigidly; what the claim stretches by must not be counted as its error."""
    one = affine_pair(Sight(*SIGHTS[0], SHAPE), np.random.default_rng(11), scale=0.06)
    claimed = Registration(one.truth, Method.AFFINE, 0.0)
    stretched = np.linalg.svd(one.truth.matrix[:3, :3], compute_uv=False)
    assert np.abs(stretched - 1).max() > 0.03
    estimate = estimate_error(one.fixed, one.moving, claimed, seed=3)
    assert estimate.estimated_mm < 1.0
    assert estimate.inverse_consistency_mm is not None
    assert estimate.inverse_consistency_mm < 1.0
