"""Pairs of images with a known truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import center_of_mass

from tongying.imaging.grid import Grid
from tongying.imaging.inversion import NotInvertible, fixed_points
from tongying.imaging.phantoms.child import Part, Tissue, draw_child
from tongying.imaging.phantoms.field import smooth_deformation
from tongying.imaging.phantoms.modality import FWHM_PER_SIGMA, VALUES, Kind, signal
from tongying.imaging.phantoms.pairs import (
    FRAME,
    OTHER_FRAME,
    Sight,
    affine_pair,
    deformed_pair,
    drawn_rigid,
    grid_around,
    moved,
    pet_like,
    rigid_pair,
)
from tongying.imaging.phantoms.targets import targets_in
from tongying.imaging.quality.body import NoBody, body_of
from tongying.imaging.transform import DisplacementTransform, MatrixTransform, Transform
from tongying.imaging.volume import Quantity, Volume

SMALL = (28, 32, 32)
SPOT_MM = 6.0


def seen(part: Part = Part.HEAD, fixed: Kind = Kind.T1, moving: Kind = Kind.T2) -> Sight:
    return Sight(part, fixed, moving, SMALL)


def spot(grid: Grid, at: np.ndarray) -> Volume:
    """Return a Gaussian blob at a point."""
    k, j, i = np.indices(grid.shape)
    points = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    squared = ((points - at) ** 2).sum(axis=1)
    array = np.exp(-squared / 2 / SPOT_MM**2).reshape(grid.shape).astype(np.float32)
    return Volume(array, grid)


def centre_of(volume: Volume) -> np.ndarray:
    return volume.grid.to_lps([center_of_mass(volume.array)[::-1]])[0]


GRID = Grid.of((32, 32, 32), spacing_mm=(2.5, 2.5, 2.5), origin_mm=(-38.75, -38.75, -38.75))


@pytest.mark.parametrize("kind", ["rigid", "affine"])
def test_what_lies_at_a_point_comes_to_lie_where_the_truth_says(kind: str) -> None:
    random = np.random.default_rng(4)
    truth: Transform = drawn_rigid(random, shift_mm=6.0, turn_deg=10.0)
    if kind == "affine":
        truth = affine_pair(seen(), random).truth
    for at in ([0.0, 4.0, -3.0], [9.0, -6.0, 5.0]):
        made = moved(spot(GRID, np.array(at)), truth, GRID)
        # The centroid of a blob moves as its centre does under an affine map.
        assert np.linalg.norm(centre_of(made) - truth.points([at])[0]) < 0.1


def test_a_deformed_image_is_its_source_read_where_the_truth_came_from() -> None:
    random = np.random.default_rng(5)
    truth = smooth_deformation(GRID, random, amplitude_mm=10.0, knots_mm=40.0)
    # An image whose values are its own coordinates shows where each voxel was read.
    k, j, i = np.indices(GRID.shape)
    points = GRID.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    inner = np.abs(points).max(axis=1) < 20
    for axis in range(3):
        ramp = Volume(points[:, axis].reshape(GRID.shape).astype(np.float32), GRID)
        made = moved(ramp, truth, GRID).array.ravel()
        came_from = fixed_points(truth, points[inner], within_mm=1e-3)
        assert np.abs(made[inner] - came_from[:, axis]).max() < 0.1
        assert np.abs(truth.points(came_from) - points[inner]).max() < 0.01


def test_a_deformation_is_as_large_as_asked_and_does_not_fold() -> None:
    truth = smooth_deformation(GRID, np.random.default_rng(6), amplitude_mm=10.0, knots_mm=40.0)
    lengths = np.linalg.norm(truth.displacement_mm, axis=-1)
    assert lengths.max() == pytest.approx(10.0, abs=1e-3)
    rim = max(lengths[0].max(), lengths[:, -1].max(), lengths[:, :, 0].max())
    assert rim < 0.05, "it fades to the rim, beyond which nothing moves"
    step = truth.grid.spacing_mm
    slopes = np.stack(
        [
            np.stack(np.gradient(truth.displacement_mm[..., part], step[2], step[1], step[0]), -1)
            for part in range(3)
        ],
        axis=-2,
    )[..., ::-1]
    assert np.linalg.det(slopes + np.eye(3)).min() > 0.1


def test_a_fold_cannot_be_turned_round() -> None:
    shape = (6, 6, 6)
    field = np.zeros((*shape, 3), dtype=np.float32)
    # Neighbours change places: x goes to -x.
    field[..., 0] = -3.0 * np.arange(6)[None, None, :] + 10.0
    grid = Grid.of(shape, spacing_mm=(1.0, 1.0, 1.0), origin_mm=(0.0, 0.0, 0.0))
    folded = DisplacementTransform(np.eye(4), field, grid)
    with pytest.raises(NotInvertible):
        fixed_points(folded, [[2.0, 2.0, 2.0], [40.0, 0.0, 0.0]])


def test_a_pair_carries_its_truth_its_targets_and_what_was_drawn() -> None:
    pair = rigid_pair(seen(), np.random.default_rng(1), shift_mm=12.0, turn_deg=0.0)
    assert pair.error_mm(pair.truth).max() == 0
    assert pair.error_mm(MatrixTransform.identity()) == pytest.approx(12.0)
    assert len(pair.targets) >= 20
    index = np.round(pair.fixed.grid.to_index(pair.targets)).astype(int)
    assert body_of(pair.fixed)[tuple(index[:, ::-1].T)].all()
    assert pair.drawn["kinds"] == "T1-T2"
    assert (pair.fixed.frame_of_reference_uid, pair.moving.frame_of_reference_uid) == (
        FRAME,
        OTHER_FRAME,
    )


def test_a_pair_that_did_not_move_shares_its_frame() -> None:
    pair = rigid_pair(seen(), np.random.default_rng(1), shift_mm=0.0, turn_deg=0.0)
    assert pair.fixed.frame_of_reference_uid == pair.moving.frame_of_reference_uid == FRAME


def test_the_same_seed_gives_the_same_pair_and_another_child_differs() -> None:
    one, same, other = (
        deformed_pair(seen(), np.random.default_rng(seed), amplitude_mm=4.0) for seed in (2, 2, 3)
    )
    assert np.array_equal(one.moving.array, same.moving.array)
    assert one.drawn["child"] != other.drawn["child"]


@pytest.mark.parametrize("part", list(Part))
@pytest.mark.parametrize("kind", list(Kind))
def test_each_modality_shows_each_tissue_by_its_own_value(part: Part, kind: Kind) -> None:
    child = draw_child(part, np.random.default_rng(8), shape=SMALL)
    shown = signal(child, kind)
    assert child.tissue.max() < len(VALUES[kind]) == len(Tissue)
    if kind is not Kind.US:
        for tissue in (Tissue.FAT, Tissue.MUSCLE):
            where = child.tissue == tissue
            expected = VALUES[kind][tissue]
            spread = 10 if kind is Kind.CT else 0.1 * expected
            assert abs(float(np.median(shown.array[where])) - expected) < max(spread, 0.02)


def test_a_pet_made_of_a_ct_rises_and_falls_with_its_numbers() -> None:
    array = np.full((20, 20, 30), -1000.0, dtype=np.float32)
    array[4:16, 4:16, 4:11] = 30.0
    array[4:16, 4:16, 11:18] = -600.0
    array[4:16, 4:16, 18:26] = 1000.0
    grid = Grid.of((20, 20, 30), spacing_mm=(4.0,) * 3, origin_mm=(0.0, 0.0, 0.0))
    ct = Volume(array, grid, Quantity.HU, "CT", FRAME)
    pet = pet_like(ct, np.random.default_rng(0), voxel_mm=4.0, fwhm_mm=6.0)
    soft, lung, bone = (
        float(pet.array[7:13, 7:13, first : first + 4].mean()) for first in (5, 13, 20)
    )
    assert soft > 2 * lung
    assert soft > 2 * bone
    assert pet.modality == "PT"
    assert pet.array.min() >= 0


def test_a_pet_made_of_a_point_is_as_wide_as_asked() -> None:
    grid = Grid.of((33, 33, 33), spacing_mm=(2.0,) * 3, origin_mm=(0.0, 0.0, 0.0))
    array = np.full(grid.shape, -1000.0, dtype=np.float32)
    array[16, :, :] = 30.0
    ct = Volume(array, grid, Quantity.HU, "CT")
    profile = np.mean(
        [
            pet_like(ct, np.random.default_rng(seed), voxel_mm=2.0, fwhm_mm=8.0).array.mean((1, 2))
            for seed in range(4)
        ],
        axis=0,
    )
    at = 2.0 * (np.arange(33) - 16)
    sigma = np.sqrt((profile * at**2).sum() / profile.sum())
    # The sheet is one voxel of 2 mm thick, which adds 2²/12 to the variance.
    assert sigma == pytest.approx(np.sqrt((8.0 / FWHM_PER_SIGMA) ** 2 + 4 / 12), rel=0.12)


def test_a_grid_around_another_covers_the_same_box() -> None:
    turned = Grid.of(
        (10, 20, 30),
        spacing_mm=(1.0, 2.0, 3.0),
        origin_mm=(5.0, 6.0, 7.0),
        directions=[[0, -1, 0], [1, 0, 0], [0, 0, 1]],
    )
    around = grid_around(turned, 2.0)
    assert around.shape == (15, 20, 15)
    assert around.spacing_mm == pytest.approx([2.0, 2.0, 2.0])
    assert around.centre_mm == pytest.approx(turned.centre_mm)


def test_no_body_in_an_image_of_one_value() -> None:
    grid = Grid.of((8, 8, 8), spacing_mm=(4.0,) * 3, origin_mm=(0.0, 0.0, 0.0))
    empty = Volume(np.zeros(grid.shape, dtype=np.float32), grid)
    with pytest.raises(NoBody):
        targets_in(empty, 20, np.random.default_rng(0))
