"""Deformations turned round, joined, smoothed and taken from SimpleITK."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.spatial.transform import Rotation

from tongying.imaging.deformation import (
    DeformationRefused,
    beyond_affine_mm,
    closest_affine,
    composed,
    from_sitk,
    inverse,
    inverse_consistency_mm,
    sampled,
    smoothed,
)
from tongying.imaging.grid import Grid
from tongying.imaging.inversion import NotInvertible
from tongying.imaging.transform import DisplacementTransform, MatrixTransform

GRID = Grid.of((22, 24, 26), spacing_mm=(4, 4, 4), origin_mm=(-50, -45, 10))


def turned(degrees: float = 5.0, shift_mm: float = 8.0) -> MatrixTransform:
    turn = Rotation.from_rotvec(np.radians(degrees) * np.array([0.6, 0.0, 0.8])).as_matrix()
    return MatrixTransform.rigid(turn, (shift_mm, -2.0, 1.0), GRID.centre_mm)


def smooth(seed: int, amplitude_mm: float) -> DisplacementTransform:
    """Return a smooth field that fades at its rim."""
    noise = np.random.default_rng(seed).normal(size=(*GRID.shape, 3))
    field = gaussian_filter(noise, (6, 6, 6, 0), mode="wrap")
    for axis, length in enumerate(GRID.shape):
        shape = [1, 1, 1, 1]
        shape[axis] = length
        field *= np.sin(np.pi * np.arange(length) / (length - 1)).reshape(shape)
    field *= amplitude_mm / np.linalg.norm(field, axis=-1).max()
    return DisplacementTransform(np.eye(4), field.astype(np.float32), GRID)


def bent(seed: int = 3, amplitude_mm: float = 6.0) -> DisplacementTransform:
    return composed(smooth(seed, amplitude_mm), turned(), GRID)


def inner_points(count: int = 300, seed: int = 0) -> np.ndarray:
    ends = GRID.corners()
    low, high = ends.min(axis=0) + 12, ends.max(axis=0) - 12
    return np.random.default_rng(seed).uniform(low, high, (count, 3))


def test_the_inverse_of_a_smooth_field_undoes_it_to_a_twentieth_of_a_millimetre() -> None:
    # A field that is linear between voxels of 4 mm has kinks, which its inverse cannot follow.
    there = bent(amplitude_mm=4.0)
    wide = Grid.of((64, 68, 70), spacing_mm=(2.5, 2.5, 2.5), origin_mm=(-82, -78, -26))
    back = inverse(there, wide)
    points = inner_points()
    assert np.linalg.norm(there.points(points) - points, axis=1).max() > 7
    assert np.linalg.norm(back.points(there.points(points)) - points, axis=1).max() < 0.05
    assert inverse_consistency_mm(there, back, points) < 0.02
    np.testing.assert_allclose(back.matrix @ there.matrix, np.eye(4), atol=1e-9)


def test_what_folds_cannot_be_turned_round() -> None:
    field = np.zeros((*GRID.shape, 3), np.float32)
    x = GRID.origin_mm[0] + 4 * np.arange(GRID.shape[2])
    field[..., 0] = 15 * np.sin(2 * np.pi * x / 40)
    with pytest.raises(NotInvertible):
        inverse(DisplacementTransform(np.eye(4), field, GRID), GRID)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(-12, 12))
def test_joining_is_applying_one_after_the_other(one: int, two: int, shift: float) -> None:
    first, then = bent(one, 5.0), turned(4.0, shift)
    both = composed(first, then, first.grid)
    points = inner_points(50, two)
    # Both fields are linear between voxels of 4 mm, and a rigid map keeps what is linear.
    np.testing.assert_allclose(both.points(points), then.points(first.points(points)), atol=1e-3)
    np.testing.assert_allclose(both.matrix, then.matrix @ first.matrix, atol=1e-9)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_joining_is_associative(seed: int) -> None:
    random = np.random.default_rng(seed)
    a, b, c = (smooth(int(random.integers(1000)), 3.0) for _ in range(3))
    left = composed(composed(a, b, a.grid), c, a.grid)
    right = composed(a, composed(b, c, b.grid), a.grid)
    points = inner_points(60, seed)
    # What differs is only the linear interpolation of smooth fields of a few millimetres.
    np.testing.assert_allclose(left.points(points), right.points(points), atol=0.08)


def test_the_identity_changes_nothing() -> None:
    still, field = MatrixTransform.identity(), bent()
    points = inner_points()
    for both in (composed(field, still, field.grid), composed(still, field, field.grid)):
        np.testing.assert_allclose(both.points(points), field.points(points), atol=1e-4)


def test_smoothing_leaves_the_affine_part_alone() -> None:
    affine = sampled(turned(), GRID)
    kept = smoothed(affine, 6.0)
    np.testing.assert_allclose(kept.displacement_mm, affine.displacement_mm, atol=1e-3)
    rough = bent()
    soft = smoothed(rough, 20.0)
    body = np.ones(rough.grid.shape, bool)
    assert beyond_affine_mm(soft, body, soft.grid) < 0.8 * beyond_affine_mm(rough, body, rough.grid)


def test_a_field_of_simpleitk_maps_as_simpleitk_says() -> None:
    mesh = [4, 4, 4]
    box = sitk.Image([26, 24, 22], sitk.sitkUInt8)
    box.SetSpacing([4.0] * 3)
    box.SetOrigin([float(mm) for mm in GRID.origin_mm])
    spline = sitk.BSplineTransformInitializer(box, mesh)
    random = np.random.default_rng(5)
    spline.SetParameters(random.normal(0, 3, len(spline.GetParameters())).tolist())
    found = from_sitk(spline, GRID)
    points = inner_points()
    said = np.array([spline.TransformPoint(point) for point in points.tolist()])
    # Linear between voxels of 4 mm against the spline itself.
    np.testing.assert_allclose(found.points(points), said, atol=0.1)


def test_the_affine_part_is_found_again() -> None:
    matrix = np.eye(4)
    matrix[:3] = [[1.1, 0.05, 0, 3], [0, 0.95, 0.1, -4], [0.02, 0, 1, 5]]
    field = sampled(MatrixTransform(matrix), GRID)
    found = closest_affine(field.displacement_mm, GRID)
    np.testing.assert_allclose(found.matrix, matrix, atol=1e-4)


def test_beyond_affine_is_the_largest_in_the_mask() -> None:
    field = sampled(turned(), GRID).displacement_mm.copy()
    field[5, 6, 7] += (3.0, 0.0, 4.0)
    field[20, 6, 7] += (9.0, 0.0, 0.0)
    transform = DisplacementTransform(turned().matrix, field, GRID)
    mask = np.zeros(GRID.shape, bool)
    mask[:10] = True
    assert beyond_affine_mm(transform, mask, GRID) == pytest.approx(5.0, abs=1e-3)
    assert beyond_affine_mm(turned(), mask, GRID) == 0


def test_what_is_no_deformation_is_refused() -> None:
    flat = sitk.AffineTransform(2)
    thin = Grid.of((1, 4, 4), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0))
    with pytest.raises(DeformationRefused):
        from_sitk(flat, GRID)
    with pytest.raises(DeformationRefused):
        closest_affine(np.zeros((1, 4, 4, 3)), thin)
    with pytest.raises(DeformationRefused):
        smoothed(bent(), -1.0)
    with pytest.raises(DeformationRefused):
        beyond_affine_mm(bent(), np.zeros(GRID.shape, bool), GRID)
    with pytest.raises(DeformationRefused):
        inverse_consistency_mm(turned(), turned(), np.zeros((0, 3)))
