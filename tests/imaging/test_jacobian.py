"""Determinants against fields whose determinant is known on paper."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tongying.imaging.grid import Grid
from tongying.imaging.quality.jacobian import JacobianRefused, determinants, jacobian
from tongying.imaging.transform import DisplacementTransform, MatrixTransform

OBLIQUE = Rotation.from_euler("xyz", (20, -35, 50), degrees=True).as_matrix()
GRID = Grid.of((20, 14, 17), spacing_mm=(2.0, 3.0, 2.5), origin_mm=(-5, 8, 30), directions=OBLIQUE)
BODY = np.ones(GRID.shape, dtype=bool)


def sampled(transform: MatrixTransform, grid: Grid) -> DisplacementTransform:
    """Return a matrix as displacements on a grid."""
    k, j, i = np.indices(grid.shape)
    points = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    field = (transform.points(points) - points).reshape((*grid.shape, 3))
    return DisplacementTransform(transform.matrix, field.astype(np.float32), grid)


def linear(upper: np.ndarray) -> MatrixTransform:
    matrix = np.eye(4)
    matrix[:3, :3] = upper
    matrix[:3, 3] = (4.0, -2.0, 1.0)
    return MatrixTransform(matrix)


@pytest.mark.parametrize(
    ("upper", "determinant"),
    [
        (np.diag([1.1, 0.9, 1.2]), 1.1 * 0.9 * 1.2),
        (np.array([[1, 0.3, 0], [0, 1, -0.2], [0, 0, 1]]), 1.0),
        (Rotation.from_euler("zyx", (30, 10, -20), degrees=True).as_matrix(), 1.0),
        (np.diag([0.5, 1.0, 1.0]), 0.5),
    ],
    ids=["scaling", "shear", "rotation", "half"],
)
def test_linear_maps_have_their_matrix_determinant(upper, determinant) -> None:
    transform = linear(upper)
    for one in (transform, sampled(transform, GRID)):
        found = jacobian(one, BODY, GRID)
        assert found.minimum == pytest.approx(determinant, abs=1e-4)
        assert found.maximum == pytest.approx(determinant, abs=1e-4)
        assert found.percentile_1 == pytest.approx(determinant, abs=1e-4)
        assert found.folded_fraction == 0


def wave(amplitude_mm: float, length_mm: float) -> tuple[DisplacementTransform, np.ndarray]:
    """Return x -> x + a sin(2 pi x / l) on a fine grid and its determinant by hand."""
    grid = Grid.of((3, 3, 400), spacing_mm=(0.5, 2.0, 2.0), origin_mm=(0, 0, 0))
    x = 0.5 * np.arange(400)
    field = np.zeros((*grid.shape, 3), np.float32)
    field[..., 0] = amplitude_mm * np.sin(2 * np.pi * x / length_mm)
    slope = 1 + 2 * np.pi * amplitude_mm / length_mm * np.cos(2 * np.pi * x / length_mm)
    return DisplacementTransform(np.eye(4), field, grid), slope


def test_a_wave_has_the_determinant_of_its_derivative() -> None:
    transform, slope = wave(4.0, 50.0)
    inner = determinants(transform)[1, 1, 1:-1]
    np.testing.assert_allclose(inner, slope[1:-1], atol=0.002)


def test_folding_is_counted() -> None:
    transform, slope = wave(12.0, 50.0)
    found = jacobian(transform, np.ones(transform.grid.shape, bool), transform.grid)
    assert (slope <= 0).mean() > 0.2
    assert found.folded_fraction == pytest.approx((slope <= 0).mean(), abs=0.01)
    assert found.minimum == pytest.approx(slope.min(), abs=0.01)
    assert found.maximum == pytest.approx(slope.max(), abs=0.01)


def test_only_the_mask_is_looked_at() -> None:
    transform, slope = wave(12.0, 50.0)
    mask = np.broadcast_to(slope > 0.5, transform.grid.shape)
    assert jacobian(transform, mask, transform.grid).folded_fraction == 0


def test_a_mask_smaller_than_the_fields_voxels_is_looked_up() -> None:
    transform, slope = wave(12.0, 50.0)
    fine = Grid.of((1, 1, 1), spacing_mm=(0.1, 0.1, 0.1), origin_mm=(25.12, 0.7, 0.7))
    found = jacobian(transform, np.ones((1, 1, 1), bool), fine)
    assert found.minimum == pytest.approx(slope[50], abs=0.01)
    assert found.folded_fraction == 1


def test_outside_the_field_the_affine_part_counts() -> None:
    field = sampled(linear(np.diag([1.5, 1, 1])), GRID)
    far = Grid.of((2, 2, 2), spacing_mm=(1, 1, 1), origin_mm=(900, 900, 900))
    assert jacobian(field, np.ones((2, 2, 2), bool), far).maximum == pytest.approx(1.5)


@pytest.mark.parametrize("mask", [np.zeros(GRID.shape, bool), np.ones((2, 2, 2), bool)])
def test_no_body_is_refused(mask) -> None:
    with pytest.raises(JacobianRefused):
        jacobian(MatrixTransform.identity(), mask, GRID)
