"""Resampling against SimpleITK in physical space, and what it promises beyond it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial.transform import Rotation

from tongying.imaging import resample as resampling
from tongying.imaging.grid import Grid
from tongying.imaging.resample import ResampleRefused, resample, straighten
from tongying.imaging.transform import DisplacementTransform, MatrixTransform
from tongying.imaging.volume import Quantity, Volume

IDENTITY = MatrixTransform.identity()


def turned(degrees: tuple[float, float, float]) -> np.ndarray:
    return Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()


def smooth_volume(shape=(14, 18, 22), seed=1, **more) -> Volume:
    rng = np.random.default_rng(seed)
    array = gaussian_filter(rng.normal(0, 400, shape), 1.5).astype(np.float32)
    grid = Grid.of(
        shape,
        spacing_mm=(1.4, 1.7, 2.5),
        origin_mm=(-20.0, 7.0, 100.0),
        directions=turned((4, -7, 12)),
    )
    return Volume(array, grid, **more)


def other_grid() -> Grid:
    return Grid.of(
        (16, 15, 19),
        spacing_mm=(1.9, 1.6, 2.1),
        origin_mm=(-17.0, 10.0, 97.0),
        directions=turned((-3, 5, 0)),
    )


def by_sitk(volume: Volume, grid: Grid, transform: sitk.Transform, interpolator: int) -> np.ndarray:
    lattice = Volume(np.zeros(grid.shape, np.uint8), grid).to_sitk()
    moved = sitk.Resample(
        volume.to_sitk(), lattice, transform, interpolator, float("nan"), sitk.sitkFloat32
    )
    return sitk.GetArrayFromImage(moved)


def affine_of(matrix: np.ndarray) -> sitk.AffineTransform:
    made = sitk.AffineTransform(3)
    made.SetMatrix(matrix[:3, :3].ravel().tolist())
    made.SetTranslation(matrix[:3, 3].tolist())
    return made


@pytest.mark.parametrize(
    ("order", "interpolator"),
    [
        ("nearest", sitk.sitkNearestNeighbor),
        ("linear", sitk.sitkLinear),
        ("cubic", sitk.sitkBSpline3),
    ],
)
def test_a_matrix_gives_what_simpleitk_gives(order, interpolator):
    volume = smooth_volume()
    moving = MatrixTransform.rigid(turned((9, -4, 6)), (2.0, -3.0, 1.5), volume.grid.centre_mm)
    expected = by_sitk(volume, other_grid(), affine_of(moving.matrix), interpolator)
    inside = ~np.isnan(expected)
    assert 0.3 < inside.mean() < 0.99
    found = resample(volume, other_grid(), moving, order=order, outside=-7.0)
    assert found.valid is not None
    assert (found.valid != inside).mean() < 1e-3  # a voxel on the very edge may fall either way
    both = inside & found.valid
    # Interpolation weights are computed in another order: single precision of values up to 1000.
    assert np.abs(found.array - expected)[both].max() < (2e-2 if order == "cubic" else 2e-3)
    assert (found.array[~found.valid] == -7.0).all()


def field_of(grid: Grid, matrix: np.ndarray, seed=3) -> DisplacementTransform:
    rng = np.random.default_rng(seed)
    bumps = gaussian_filter(rng.normal(0, 40, (*grid.shape, 3)), (2, 2, 2, 0))
    k, j, i = np.mgrid[tuple(slice(0, n) for n in grid.shape)]
    fixed = grid.to_lps(np.stack([i, j, k], axis=-1).reshape(-1, 3))
    linear = (MatrixTransform(matrix).points(fixed) - fixed).reshape(*grid.shape, 3)
    return DisplacementTransform(matrix, (linear + bumps).astype(np.float32), grid)


def field_grid(shape=(9, 8, 10)) -> Grid:
    return Grid.of(
        shape,
        spacing_mm=(4.6, 4.9, 4.4),
        origin_mm=(-22.0, 5.0, 95.0),
        directions=turned((2, 1, -3)),
    )


def test_a_displacement_gives_what_its_points_say_inside_and_outside_its_field():
    volume = smooth_volume()
    matrix = MatrixTransform.rigid(turned((3, 2, -4)), (1.0, -1.0, 0.5), volume.grid.centre_mm)
    transform = field_of(field_grid((6, 5, 6)), matrix.matrix)
    grid = other_grid()
    found = resample(volume, grid, transform, outside=0.0)
    k, j, i = np.mgrid[tuple(slice(0, n) for n in grid.shape)]
    moved = transform.points(grid.to_lps(np.stack([i, j, k], axis=-1).reshape(-1, 3)))
    index = volume.grid.to_index(moved)[:, ::-1].T
    ends = np.array(volume.grid.shape)[:, None] - 1
    inside = ((index >= 0) & (index <= ends)).all(axis=0)
    expected = map_coordinates(volume.array, index[:, inside], order=1)
    assert inside.sum() > 1000
    assert found.valid is not None
    assert found.valid.ravel()[inside].all()
    error = np.abs(found.array.ravel()[inside] - expected)
    # At the rim of the field a voxel may count as within or without by rounding.
    assert np.quantile(error, 0.999) < 1e-2


def test_a_displacement_gives_what_simpleitk_gives():
    volume = smooth_volume()
    transform = field_of(field_grid(), np.eye(4))
    image = sitk.GetImageFromArray(transform.displacement_mm.astype(np.float64), isVector=True)
    like = Volume(np.zeros(transform.grid.shape, np.uint8), transform.grid).to_sitk()
    image.CopyInformation(like)
    inner = Grid.of((6, 6, 6), spacing_mm=(2, 2, 2), origin_mm=volume.grid.centre_mm - 6)
    expected = by_sitk(volume, inner, sitk.DisplacementFieldTransform(image), sitk.sitkLinear)
    assert np.isfinite(expected).all()
    found = resample(volume, inner, transform)
    assert found.valid is None
    assert np.abs(found.array - expected).max() < 5e-3


def test_the_same_grid_gives_the_same_numbers_and_the_same_mask():
    rng = np.random.default_rng(5)
    volume = smooth_volume(quantity=Quantity.HU, frame_of_reference_uid="1.2.3")
    volume = replace(
        volume,
        array=volume.array.astype(np.int16),
        valid=rng.random(volume.grid.shape) > 0.1,
    )
    found = resample(volume, volume.grid, IDENTITY)
    assert (found.valid == volume.valid).all()
    assert np.abs(found.array - volume.array)[volume.valid].max() < 1e-3
    assert (found.array[~volume.valid] == -1000).all()
    assert found.frame_of_reference_uid == "1.2.3"
    moved = resample(volume, volume.grid, MatrixTransform.translation((1, 0, 0)))
    assert moved.frame_of_reference_uid is None


def test_a_value_with_an_unmeasured_neighbour_is_not_measured():
    valid = np.ones((3, 3, 5), bool)
    valid[:, :, 4] = False
    array = np.full((3, 3, 5), 10.0, np.float32)
    array[:, :, 4] = -2000
    grid = Grid.of((3, 3, 5), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0))
    volume = Volume(array, grid, valid=valid)
    found = resample(volume, grid, MatrixTransform.translation((0.5, 0, 0)), outside=0.0)
    assert found.array[1, 1].tolist() == [10, 10, 10, 0, 0]
    assert found.valid is not None
    assert found.valid[1, 1].tolist() == [True, True, True, False, False]


def test_labels_are_never_mixed():
    rng = np.random.default_rng(2)
    volume = replace(smooth_volume(), array=rng.choice([0, 3, 200], (14, 18, 22)).astype(np.uint8))
    label = replace(volume, quantity=Quantity.LABEL)
    found = resample(label, other_grid(), IDENTITY)
    assert found.array.dtype == np.uint8
    assert set(np.unique(found.array)) <= {0, 3, 200}
    mask = replace(volume, array=volume.array > 0)
    assert resample(mask, other_grid(), IDENTITY).array.dtype == np.bool_


def hot_sphere(radius_mm=5.0) -> Volume:
    grid = Grid.of((40, 44, 48), spacing_mm=(2.0, 2.0, 2.0), origin_mm=(-47, -43, -39))
    k, j, i = np.mgrid[:40, :44, :48]
    points = grid.to_lps(np.stack([i, j, k], axis=-1).reshape(-1, 3)).reshape(40, 44, 48, 3)
    inside = np.linalg.norm(points - (1.3, -0.7, 2.1), axis=-1) <= radius_mm
    return Volume((inside * 1000.0).astype(np.float32), grid, Quantity.BQML)


def total(volume: Volume) -> float:
    return float(volume.array.sum(dtype=np.float64)) * volume.grid.voxel_mm3


@pytest.mark.parametrize("spacing", [(3.1, 3.3, 3.7), (4.0, 4.0, 4.0), (7.3, 5.1, 6.6)])
@pytest.mark.parametrize("shift", [0.0, 1.7, 3.9])
def test_total_activity_stays_within_one_percent_on_a_coarser_grid(spacing, shift):
    volume = hot_sphere()
    grid = Grid.of(
        (22, 22, 24),
        spacing_mm=spacing,
        origin_mm=np.array([-40.0, -40.0, -40.0]) + shift,
        directions=turned((5, 8, -6)),
    )
    moving = MatrixTransform.rigid(turned((4, 3, 9)), (2.0, 1.0, -3.0))
    found = resample(volume, grid, moving, conserve=True)
    assert total(found) == pytest.approx(total(volume), rel=0.01)
    assert found.caveats == ()


def test_without_conserving_a_small_sphere_changes_its_total():
    """Shows that the promise above is not kept by chance."""
    volume = hot_sphere(3.0)
    grid = Grid.of((14, 14, 14), spacing_mm=(8, 8, 8), origin_mm=(-51, -51, -51))
    assert abs(total(resample(volume, grid, IDENTITY)) / total(volume) - 1) > 0.05
    kept = resample(volume, grid, IDENTITY, conserve=True)
    assert total(kept) == pytest.approx(total(volume), rel=0.01)


def test_on_its_own_grid_conserving_does_not_blur():
    volume = hot_sphere()
    found = resample(volume, volume.grid, IDENTITY, conserve=True)
    assert np.abs(found.array - volume.array).max() < 1e-3


def test_conserving_tells_when_the_transform_changes_volumes():
    volume = hot_sphere()
    wider = MatrixTransform(np.diag([1.05, 1.0, 1.0, 1.0]))
    (caveat,) = resample(volume, volume.grid, wider, conserve=True).caveats
    assert caveat.code == "imaging.activity-concentration-kept"
    with pytest.raises(ResampleRefused):
        resample(volume, volume.grid, IDENTITY, order="cubic", conserve=True)


def test_blocks_leave_no_seams_and_tell_how_far_they_are(monkeypatch):
    volume, grid = smooth_volume(), other_grid()
    transform = field_of(field_grid((6, 5, 6)), np.eye(4))
    whole = resample(volume, grid, transform)
    monkeypatch.setattr(resampling, "BLOCK_VOXELS", 3 * grid.shape[1] * grid.shape[2])
    told: list[tuple[float, str]] = []
    parts = resample(
        volume, grid, transform, progress=lambda fraction, what: told.append((fraction, what))
    )
    assert (parts.array == whole.array).all()
    assert [what for _, what in told] == ["resampling"] * 6
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert told[-1][0] == 1.0


def test_progress_may_end_it(monkeypatch):
    monkeypatch.setattr(resampling, "BLOCK_VOXELS", 1)

    def cancelled(fraction: float, what: str) -> None:
        raise InterruptedError(what)

    with pytest.raises(InterruptedError):
        resample(smooth_volume(), other_grid(), IDENTITY, progress=cancelled)


@pytest.mark.parametrize("tilt", [-20.0, 15.0])
def test_a_tilted_gantry_is_straightened_to_the_same_places(tilt):
    """A pattern that is linear in the plane of the slices comes out exactly where it lies."""
    affine = np.diag([1.2, 1.1, 4.0, 1.0])
    affine[1, 2] = 4.0 * np.tan(np.radians(tilt))
    affine[:3, 3] = (-8, -9, 20)
    grid = Grid((10, 17, 13), affine)

    def pattern(at: Grid) -> np.ndarray:
        k, j, i = np.mgrid[tuple(slice(0, n) for n in at.shape)]
        x, y, z = at.to_lps(np.stack([i, j, k], axis=-1).reshape(-1, 3)).T
        return (3 * x - 5 * y + np.round(z)).reshape(at.shape).astype(np.float32)

    tilted = Volume(pattern(grid), grid, Quantity.HU, "CT", "1.2")
    straight = straighten(tilted)
    assert straight.grid.is_orthogonal()
    assert straight.valid is not None
    k, j, i = np.mgrid[tuple(slice(0, n) for n in straight.grid.shape)]
    at = grid.to_index(straight.grid.to_lps(np.stack([i, j, k], axis=-1).reshape(-1, 3)))
    # Half a pixel beyond the outermost ones is theirs too, but there the pattern does not go on.
    between = ((at >= -1e-6) & (at <= np.array([12, 16, 9]) + 1e-6)).all(axis=1)
    between = between.reshape(straight.grid.shape)
    assert between.sum() >= 10 * 16 * 13
    assert straight.valid[between].all()
    assert np.abs(straight.array - pattern(straight.grid))[between].max() < 2e-3
    assert (straight.array[~straight.valid] == -1000).all()
    index = straight.grid.to_index(grid.corners())
    assert index.min() > -1e-6
    assert (index <= np.array(straight.grid.shape[::-1]) - 1 + 1e-6).all()
    assert straight.frame_of_reference_uid == "1.2"
    assert [caveat.code for caveat in straight.caveats] == ["imaging.straightened"]
    assert straighten(straight) is straight
