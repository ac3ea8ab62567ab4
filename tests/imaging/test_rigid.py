"""Rigid registration on phantoms whose alignment is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from registration_pairs import (
    ANATOMY,
    FIXED_GRID,
    FUNCTION,
    MOVING_GRID,
    errors,
    grid_of,
    seen,
    targets,
    turn,
)

from tongying.imaging.grid import Grid
from tongying.imaging.registration.doubts import doubts
from tongying.imaging.registration.prepare import (
    ConstantImage,
    EmptyMask,
    NotFinite,
    OneSlice,
    SkewedGrid,
)
from tongying.imaging.registration.result import Method, RegistrationRefused
from tongying.imaging.registration.rigid import register_rigid
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume

FIXED = seen(FIXED_GRID, MatrixTransform.identity(), ANATOMY)
TURNED = MatrixTransform.rigid(turn((1, 1, 1), 10), (20, -20, 12))
NEAR = MatrixTransform.translation((5, -4, 3)).after(TURNED)


@pytest.mark.parametrize(
    ("axis", "degrees", "shift"),
    [
        ((1, 1, 1), 10, (20, -20, 20)),
        ((1, -2, 0.5), -10, (-20, 5, -20)),
        ((0, 0, 1), 0, (0, 0, 0)),
    ],
)
def test_a_remapped_noisy_moving_image_is_found(axis, degrees, shift) -> None:
    truth = MatrixTransform.rigid(turn(axis, degrees), shift)
    moving = seen(MOVING_GRID, truth.inverse(), FUNCTION, seed=1)

    found = register_rigid(FIXED, moving)

    # A fifth of the moving voxel; about 0.2 mm is usual with this noise.
    assert len(targets()) >= 20
    assert errors(found.transform, truth).mean() < 0.75
    assert found.transform.is_rigid
    assert found.method is Method.RIGID
    assert found.similarity > 0.1
    assert found.caveats == ()


def test_the_same_input_and_seed_give_the_same_matrix_to_the_bit() -> None:
    moving = seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)
    first, again = (register_rigid(FIXED, moving, seed=4, restarts=1, start=NEAR) for _ in range(2))
    other = register_rigid(FIXED, moving, seed=5, restarts=1, start=NEAR)

    assert np.array_equal(first.transform.matrix, again.transform.matrix)
    assert not np.array_equal(first.transform.matrix, other.transform.matrix)


def test_restarts_are_told_and_lie_around_their_mean() -> None:
    moving = seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)
    found = register_rigid(FIXED, moving, restarts=4, start=NEAR)

    assert len(found.restarts) == 4
    at = targets()
    ends = np.stack([one.points(at) for one in found.restarts])
    assert np.abs(ends.mean(axis=0) - found.transform.points(at)).max() < 0.05
    spread = np.linalg.norm(ends - ends.mean(axis=0), axis=2).mean()
    assert 0 < spread < 1.0


def test_a_mirrored_oblique_thick_stack_is_found() -> None:
    """Sagittal slices of 6 mm, tilted, with left-handed axes."""
    axes = turn((1, 0.3, 0), 20) @ np.array([[0, 0, -1], [1, 0, 0], [0, 1, 0]], dtype=float)
    assert np.linalg.det(axes) < 0
    grid = grid_of((26, 90, 84), (1.8, 1.8, 6.0), axes=axes)
    truth = MatrixTransform.rigid(turn((0, 1, 0.3), 8), (10, 5, -10))
    moving = seen(grid, truth.inverse(), FUNCTION, seed=2)

    found = register_rigid(FIXED, moving)

    # A quarter of the slices' distance.
    assert errors(found.transform, truth).mean() < 1.5


def test_padding_and_values_in_it_do_not_matter() -> None:
    moving = seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)
    array = moving.array.copy()
    valid = np.ones(array.shape, dtype=np.bool_)
    valid[:6], valid[:, :4] = False, False
    array[~valid] = -30000.0
    padded = replace(moving, array=array, valid=valid)

    found = register_rigid(FIXED, padded, restarts=1, start=NEAR)

    assert errors(found.transform, TURNED).mean() < 1.0


def test_masks_keep_what_moved_by_itself_out() -> None:
    """A hot arm lies beside the body and moves on its own; without the mask it is aligned too."""
    still, moving = FIXED.array.copy(), seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)
    still[5:35, 2:9, 2:9] += 0.8
    fixed = replace(FIXED, array=still)
    outside = np.zeros(still.shape, dtype=np.bool_)
    outside[:, :10, :10] = True
    found = register_rigid(fixed, moving, fixed_mask=~outside, restarts=1, start=NEAR)
    assert errors(found.transform, TURNED).mean() < 1.0


def test_a_given_start_is_used_and_named() -> None:
    moving = seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)
    found = register_rigid(FIXED, moving, start=NEAR, restarts=1)
    assert found.start == "given"
    assert errors(found.transform, TURNED).mean() < 0.75


def test_doubts_travel_with_the_answer() -> None:
    thin = Volume(FIXED.array[20:26], grid_of((6, 44, 54), (3.0, 3.0, 4.0)), modality="US")
    codes = [one.code for one in doubts(FIXED, thin, agreed=False)]
    assert codes == ["fusion.thin-stack", "fusion.ultrasound", "fusion.restarts-disagree"]
    assert doubts(FIXED, FIXED, agreed=True) == ()


def test_progress_never_falls_and_ends_at_one() -> None:
    told: list[float] = []
    moving = seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)
    register_rigid(FIXED, moving, restarts=1, progress=lambda part, what: told.append(part))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 100


def test_whoever_listens_to_progress_may_end_it() -> None:
    class Cancelled(Exception):
        pass

    def listen(fraction: float, what: str) -> None:
        if fraction > 0.5:
            raise Cancelled

    moving = seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)
    with pytest.raises(Cancelled):
        register_rigid(FIXED, moving, progress=listen)


def _changed(array: np.ndarray) -> Volume:
    return replace(FIXED, array=array)


def test_what_cannot_be_registered_is_refused_with_its_own_code() -> None:
    hole = FIXED.array.copy()
    hole[20, 20, 20] = np.nan
    flat = Volume(FIXED.array[:1], grid_of((1, 44, 54), (3.0, 3.0, 4.0)))
    refusals = {
        OneSlice: flat,
        ConstantImage: _changed(np.full(FIXED.array.shape, 7, dtype=np.int16)),
        NotFinite: _changed(hole),
    }
    for kind, volume in refusals.items():
        for pair in ((volume, FIXED), (FIXED, volume)):
            with pytest.raises(kind) as refused:
                register_rigid(*pair)
            assert isinstance(refused.value, RegistrationRefused)
    nothing = np.zeros(FIXED.array.shape, dtype=np.bool_)
    with pytest.raises(EmptyMask):
        register_rigid(FIXED, FIXED, fixed_mask=nothing)
    with pytest.raises(EmptyMask):
        register_rigid(FIXED, FIXED, moving_mask=nothing[:-1])
    codes = {one.code for one in (*refusals, EmptyMask, SkewedGrid)}
    assert len(codes) == 5


def test_a_value_that_is_no_number_in_the_padding_is_no_reason_to_refuse() -> None:
    array = FIXED.array.copy()
    array[0] = np.nan
    valid = np.isfinite(array)
    found = register_rigid(replace(FIXED, array=array, valid=valid), FIXED, restarts=1)
    assert errors(found.transform, MatrixTransform.identity()).mean() < 0.75


def test_a_tilted_gantry_is_straightened_unless_a_mask_was_drawn_on_it() -> None:
    tilt = np.eye(4)
    tilt[1, 2] = 0.2
    grid = Grid(FIXED_GRID.shape, tilt @ FIXED_GRID.affine)
    tilted = seen(grid, MatrixTransform.identity(), ANATOMY)

    found = register_rigid(
        tilted, seen(MOVING_GRID, TURNED.inverse(), FUNCTION), restarts=1, start=NEAR
    )

    assert errors(found.transform, TURNED).mean() < 0.75
    with pytest.raises(SkewedGrid):
        register_rigid(tilted, FIXED, fixed_mask=np.ones(grid.shape, dtype=np.bool_))
