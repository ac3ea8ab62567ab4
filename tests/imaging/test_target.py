"""Targets found on the nuclear image and carried to the anatomy with their volume."""

from __future__ import annotations

import numpy as np
import pytest

from tongying.imaging.grid import Grid
from tongying.imaging.target import (
    CarriedTarget,
    Target,
    TargetRefused,
    carry_target,
    find_targets,
)
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.uptake import FIXED_2_5, OF_MAXIMUM_41, Threshold, ThresholdKind
from tongying.imaging.volume import Quantity, Volume

PET = Grid.of((24, 24, 24), spacing_mm=(4, 4, 4), origin_mm=(-46, -46, -46))
MR = Grid.of((48, 120, 120), spacing_mm=(0.8, 0.8, 2.0), origin_mm=(-47.6, -47.6, -47))
SAME = MatrixTransform.identity()


def away_from(grid: Grid, centre: tuple[float, float, float]) -> np.ndarray:
    k, j, i = np.indices(grid.shape)
    points = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    return np.linalg.norm(points - centre, axis=1).reshape(grid.shape)


def pet(quantity: Quantity = Quantity.SUV_BW) -> Volume:
    array = np.ones(PET.shape)
    array[away_from(PET, (-15, 0, 5)) <= 14] = 6.0
    array[away_from(PET, (25, 10, -20)) <= 9] = 9.0
    array[0, 0, 0] = 20.0  # one hot voxel of noise: 0.064 ml
    return Volume(array, PET, quantity, "PT")


def test_parts_hottest_first_without_noise():
    small, large = find_targets(pet(), FIXED_2_5)
    assert (small.number, small.maximum, large.maximum) == (1, 9.0, 6.0)
    assert np.linalg.norm(small.at_mm - (25, 10, -20)) <= 9
    assert np.count_nonzero(large.region.mask) == np.count_nonzero(
        away_from(PET, (-15, 0, 5)) <= 14
    )
    assert small.level == 2.5
    assert len(find_targets(pet(), FIXED_2_5, least_ml=0.0)) == 3


def test_a_share_of_the_maximum_where_one_looks():
    within = away_from(PET, (-15, 0, 5)) <= 20
    (only,) = find_targets(pet(), OF_MAXIMUM_41, within=within)
    assert only.level == pytest.approx(0.41 * 6)
    assert only.region.mask[~within].sum() == 0


def test_voxels_that_touch_by_a_corner_are_one_part():
    array = np.zeros(PET.shape)
    array[5:7, 5:7, 5:7] = array[7:9, 7:9, 7:9] = 5.0
    (one,) = find_targets(Volume(array, PET, Quantity.SUV_BW, "PT"), FIXED_2_5)
    assert np.count_nonzero(one.region.mask) == 16


def test_what_is_no_target():
    fifth = Threshold(ThresholdKind.OF_MAXIMUM, 0.5, "test")
    assert len(find_targets(pet(Quantity.COUNTS), fifth, least_ml=0)) == 1
    empty = Volume(np.zeros(PET.shape), PET, Quantity.SUV_BW, "PT")
    noise = np.zeros(PET.shape)
    noise[::3, ::3, ::3] = 5.0
    for volume, threshold in (
        (pet(Quantity.HU), FIXED_2_5),
        (pet(Quantity.COUNTS), FIXED_2_5),
        (pet(Quantity.SUV_BSA), FIXED_2_5),
        (pet(), Threshold(ThresholdKind.FIXED, 0.0, "test")),
        (pet(), Threshold(ThresholdKind.OF_MAXIMUM, 41.0, "test")),
        (pet(), Threshold(ThresholdKind.FIXED, 50.0, "test")),
        (empty, OF_MAXIMUM_41),
    ):
        with pytest.raises(TargetRefused):
            find_targets(volume, threshold)
    with pytest.raises(TargetRefused, match="200"):
        find_targets(Volume(noise, PET, Quantity.SUV_BW, "PT"), FIXED_2_5, least_ml=0)
    with pytest.raises(TargetRefused):
        find_targets(pet(), FIXED_2_5, within=np.zeros(PET.shape, dtype=bool))
    with pytest.raises(TargetRefused):
        find_targets(pet(), FIXED_2_5, within=np.ones((2, 2, 2), dtype=bool))


def carried(target: Target, transform: MatrixTransform = SAME, grid: Grid = MR) -> CarriedTarget:
    return carry_target(target, grid, to_target=transform, error_mm=2.0)


def test_carried_to_a_finer_grid_volume_and_place_are_kept():
    angle = np.deg2rad(10)
    turn = [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    for transform in (SAME, MatrixTransform.rigid(turn, (4.0, -3.0, 2.0))):
        for target in find_targets(pet(), FIXED_2_5):
            found = carried(target, transform)
            assert found.volume_ml == pytest.approx(target.region.volume_ml, rel=0.02)
            assert found.expected_ml == pytest.approx(target.region.volume_ml, rel=0.02)
            assert [caveat.code for caveat in found.caveats] == ["target.check"]
            index = np.argwhere(found.mask).mean(axis=0)
            at = transform.points(MR.to_lps([index[::-1]]))[0]
            own = PET.to_lps([np.argwhere(target.region.mask).mean(axis=0)[::-1]])[0]
            assert np.linalg.norm(at - own) < 0.5


def test_carried_to_a_coarser_grid_volume_is_kept():
    coarse = Grid.of((12, 20, 20), spacing_mm=(5, 5, 8), origin_mm=(-47, -47, -44))
    large = find_targets(pet(), FIXED_2_5)[1]
    found = carried(large, grid=coarse)
    voxel_ml = 0.2
    assert abs(found.volume_ml - large.region.volume_ml) <= max(0.05 * 12, voxel_ml)


def test_the_surface_has_no_steps_of_the_nuclear_voxels():
    large = find_targets(pet(), FIXED_2_5)[1]
    found = carried(large)
    ball = away_from(MR, (-15, 0, 5)) <= 14
    overlap = 2 * np.count_nonzero(found.mask & ball) / (found.mask.sum() + ball.sum())
    assert overlap > 0.92


def test_a_target_at_the_border_is_cut_and_said():
    half = Grid.of((48, 120, 60), spacing_mm=(0.8, 0.8, 2.0), origin_mm=(-15, -47.6, -47))
    found = carried(find_targets(pet(), FIXED_2_5)[1], grid=half)
    assert "target.partly-outside" in {caveat.code for caveat in found.caveats}
    assert 0.3 < found.inside < 0.7
    assert found.volume_ml == pytest.approx(found.expected_ml, rel=0.02)


def test_refused_far_away_or_with_a_large_error():
    small = find_targets(pet(), FIXED_2_5)[0]
    with pytest.raises(TargetRefused, match="outside"):
        carried(small, MatrixTransform.translation((300, 0, 0)))
    with pytest.raises(TargetRefused, match="half"):
        carry_target(small, MR, to_target=SAME, error_mm=10.0)
