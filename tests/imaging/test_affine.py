"""Affine registration on phantoms whose alignment is known."""

from __future__ import annotations

import numpy as np
import pytest
from registration_pairs import (
    ANATOMY,
    FIXED_GRID,
    FUNCTION,
    MOVING_GRID,
    errors,
    seen,
    turn,
)

from tongying.imaging.registration.affine import register_affine
from tongying.imaging.registration.result import Method
from tongying.imaging.registration.rigid import register_rigid
from tongying.imaging.transform import MatrixTransform

FIXED = seen(FIXED_GRID, MatrixTransform.identity(), ANATOMY)
TURNED = MatrixTransform.rigid(turn((1, 1, 1), 8), (10, -8, 6))


def test_growth_and_shear_are_found_where_a_rigid_matrix_cannot() -> None:
    linear = turn((1, 1, 1), 8) @ np.array([[1.08, 0.04, 0], [0, 0.95, -0.03], [0.02, 0, 1.05]])
    truth = MatrixTransform.rigid(linear, (10, -8, 6))
    moving = seen(MOVING_GRID, truth.inverse(), FUNCTION, seed=1)

    found = register_affine(FIXED, moving)
    stiff = register_rigid(FIXED, moving, restarts=1)

    # A quarter of the moving voxel; the rigid answer cannot be better than a few mm.
    assert errors(found.transform, truth).mean() < 1.0
    assert errors(stiff.transform, truth).mean() > 2.0
    assert found.method is Method.AFFINE
    assert len(found.restarts) == 3


def test_where_the_truth_is_rigid_it_is_hardly_worse_than_rigid() -> None:
    moving = seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)

    found = register_affine(FIXED, moving, restarts=1)
    stiff = register_rigid(FIXED, moving, restarts=1)

    # Twice the parameters on the same noise: half a millimetre is allowed.
    assert errors(found.transform, TURNED).mean() < errors(stiff.transform, TURNED).mean() + 0.5
    lengths = np.linalg.svd(found.transform.matrix[:3, :3])[1]
    assert np.abs(lengths - 1).max() < 0.02


@pytest.mark.long
def test_the_same_input_and_seed_give_the_same_matrix_to_the_bit() -> None:
    moving = seen(MOVING_GRID, TURNED.inverse(), FUNCTION, seed=1)
    one, two = (register_affine(FIXED, moving, seed=3, restarts=1) for _ in range(2))
    assert np.array_equal(one.transform.matrix, two.transform.matrix)
