"""One contour on every image: shares, values by hand, refusals; real series against SimpleITK."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from tongying.imaging.coverage import cover, smooth_shares
from tongying.imaging.grid import Grid
from tongying.imaging.joint_regions import (
    JointRegionRefused,
    JointRow,
    Layer,
    joint_rows,
)
from tongying.imaging.quality.verdict import may_quantify
from tongying.imaging.region import Region, RegionRefused
from tongying.imaging.transform import DisplacementTransform, MatrixTransform
from tongying.imaging.uptake import OF_MAXIMUM_41, PEAK_RADIUS_MM, Sampled, peak, sphere_weights
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.caveat import Caveat

STS = Path(__file__).resolve().parents[3] / "shared" / "data" / "sts_tri_modality"
SAME = MatrixTransform.identity()
ONE_MM = Grid.of((60, 60, 60), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0))


def ball(radius_mm: float, grid: Grid = ONE_MM, at: float = 30.0) -> Region:
    k, j, i = np.indices(grid.shape)
    points = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    inside = np.linalg.norm(points - at, axis=1) <= radius_mm
    return Region("lesion", inside.reshape(grid.shape), grid)


def turned(degrees: float = 20.0) -> MatrixTransform:
    angle = np.deg2rad(degrees)
    c, s = np.cos(angle), np.sin(angle)
    turn = [[c, -s, 0], [s, c, 0], [0, 0, 1]]
    return MatrixTransform.rigid(turn, (3.0, -2.0, 1.0), (30.0, 30.0, 30.0))


# Shares.


def test_a_region_on_its_own_grid_is_itself():
    region = ball(8.0)
    found = cover(region, ONE_MM, SAME)
    assert np.array_equal(found.weights > 0, region.mask[found.box])
    assert set(np.unique(found.weights)) == {0.0, 1.0}
    assert found.inside == 1.0


def test_half_covered_voxels_count_half():
    mask = np.zeros((4, 4, 8), dtype=bool)
    mask[:, :, 1:4] = True
    region = Region("slab", mask, Grid.of(mask.shape, spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0)))
    # Voxels of 2 mm along i, faces at -0.5, 1.5, 3.5: the slab from 0.5 to 3.5 fills half, all.
    image = Grid.of((4, 4, 4), spacing_mm=(2, 1, 1), origin_mm=(0.5, 0, 0))
    found = cover(region, image, SAME)
    row = np.zeros(4)
    row[found.box[2]] = found.weights[1, 1]
    np.testing.assert_allclose(row, [0.5, 1.0, 0.0, 0.0], atol=1e-6)
    assert found.inside == 1.0


@pytest.mark.parametrize("spacing", [(4.7, 4.7, 3.3), (0.7, 0.7, 2.0)])
def test_turning_keeps_volume_and_place(spacing: tuple[float, float, float]):
    region, image = ball(12.0), Grid.of((40, 100, 100), spacing_mm=spacing, origin_mm=(-8, -8, -5))
    transform = turned()
    found = cover(region, image, transform)
    assert found.weights.sum() * image.voxel_mm3 / 1000 == pytest.approx(region.volume_ml, rel=0.01)
    index = np.argwhere(found.weights > 0)
    shares = found.weights[found.weights > 0]
    centre = np.average(index + [part.start for part in found.box], axis=0, weights=shares)
    at = transform.points(image.to_lps([centre[::-1]]))[0]
    np.testing.assert_allclose(at, [30, 30, 30], atol=0.1)


def test_a_region_thinner_than_a_voxel_is_not_lost():
    mask = np.zeros((60, 60, 60), dtype=bool)
    mask[20:40, 30, 20:40] = True
    coarse = Grid.of((15, 15, 15), spacing_mm=(4, 4, 4), origin_mm=(1.5, 1.5, 1.5))
    found = cover(Region("septum", mask, ONE_MM), coarse, SAME)
    assert found.weights.max() == pytest.approx(0.25)  # 1 of 4 mm


def test_what_lies_beyond_the_image_is_told():
    small = Grid.of((60, 60, 30), spacing_mm=(1, 1, 1), origin_mm=(0.5, 0, 0))
    found = cover(ball(10.0), small, SAME)  # i from 0 to 30: half of the ball
    assert found.inside == pytest.approx(0.5, abs=0.03)
    away = cover(ball(10.0), ONE_MM, MatrixTransform.translation((200, 0, 0)))
    assert (away.inside, away.weights.size) == (0.0, 0)


def test_a_deformation_carries_the_region():
    coarse = Grid.of((7, 7, 7), spacing_mm=(10, 10, 10), origin_mm=(0, 0, 0))
    field = np.zeros((7, 7, 7, 3), dtype=np.float32)
    field[..., 0] = 12.0  # total displacement; the affine part does not know of it
    transform = DisplacementTransform(np.eye(4), field, coarse)
    region = ball(8.0)
    found = cover(region, ONE_MM, transform)
    assert found.weights.sum() == np.count_nonzero(region.mask)
    columns = np.flatnonzero(found.weights.any(axis=(0, 1))) + found.box[2].start
    assert columns.mean() == 18.0


@dataclass(frozen=True, slots=True)
class Sine:
    """A smooth deformation that is neither a matrix nor a field; knows only points."""

    matrix: np.ndarray

    def points(self, fixed: np.ndarray) -> np.ndarray:
        moved = np.array(fixed, dtype=float)
        moved[:, 0] += 6.0 * np.sin(moved[:, 1] / 15.0)
        return moved


def test_any_deformation_is_followed_and_not_its_affine_part_alone():
    region, transform = ball(14.0), Sine(np.eye(4))
    image = Grid.of((30, 30, 40), spacing_mm=(2, 2, 2), origin_mm=(-6, 0.5, 0.5))
    found = cover(region, image, transform)
    # Shearing along x by a function of y keeps the volume.
    assert found.weights.sum() * image.voxel_mm3 / 1000 == pytest.approx(region.volume_ml, rel=0.01)
    full = np.zeros(image.shape, dtype=np.float32)
    full[found.box] = found.weights
    # Counted again, point by point, the slow way.
    step = (np.arange(4) + 0.5) / 4 - 0.5
    for k, j, i in ((14, 14, 17), (14, 20, 13), (17, 11, 24), (14, 15, 8)):
        around = np.array([(i + a, j + b, k + c) for a in step for b in step for c in step])
        at = ONE_MM.to_index(transform.points(image.to_lps(around)))
        inside = region.mask[tuple(np.floor(at[:, ::-1] + 0.5).astype(int).T)]
        assert full[k, j, i] == pytest.approx(inside.mean(), abs=0.12)


def test_smooth_shares_run_through_half_at_the_face():
    mask = np.zeros((4, 4, 4), dtype=bool)
    mask[:, :, 2:] = True
    region = Region("half", mask, Grid.of(mask.shape, spacing_mm=(4, 4, 4), origin_mm=(0, 0, 0)))
    fine = Grid.of((12, 12, 16), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0))
    box, shares = smooth_shares(region, fine, SAME)
    line = np.zeros(16)
    line[box[2]] = shares[6 - box[0].start, 6 - box[1].start]
    np.testing.assert_allclose(line[3:10], [0, 0, 0.25, 0.5, 0.75, 1, 1], atol=1e-6)


def test_regions_that_are_none():
    with pytest.raises(RegionRefused):
        Region(
            "",
            np.zeros((2, 2, 2), dtype=bool),
            Grid.of((2, 2, 2), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0)),
        )
    with pytest.raises(RegionRefused):
        Region("", np.ones((2, 2, 3), dtype=bool), ONE_MM)


# The short axis.


@pytest.mark.parametrize("radius", [4.0, 10.0, 20.0])
def test_short_axis_of_a_ball(radius: float):
    # A voxelised ball is up to about a voxel thinner than the true one.
    assert 2 * radius - 1.5 <= ball(radius).short_axis_mm() <= 2 * radius + 0.3


def test_short_axis_of_an_ellipsoid_with_thick_slices():
    grid = Grid.of((30, 80, 80), spacing_mm=(1, 1, 3), origin_mm=(-40, -40, -45))
    k, j, i = np.indices(grid.shape)
    x, y, z = (grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))).T
    inside = (x / 25) ** 2 + (y / 9) ** 2 + (z / 30) ** 2 <= 1
    region = Region("e", inside.reshape(grid.shape), grid)
    assert region.short_axis_mm() == pytest.approx(18.0, abs=1.5)


def test_short_axis_of_a_shell_is_its_wall():
    outer, inner = ball(20.0).mask, ball(15.0).mask
    assert Region("shell", outer & ~inner, ONE_MM).short_axis_mm() == pytest.approx(5.0, abs=1.0)


def test_short_axis_of_a_single_voxel():
    mask = np.zeros((60, 60, 60), dtype=bool)
    mask[30, 30, 30] = True
    assert 0.6 < Region("v", mask, ONE_MM).short_axis_mm() < 1.3


# Values by hand.

FOUR = Sampled(np.array([2.0, 4.0, 10.0, 6.0]), np.array([1.0, 0.5, 0.4, 1.0]))


def test_weighted_values_by_hand():
    # (2·1 + 4·0.5 + 10·0.4 + 6·1) / 2.9 = 14 / 2.9
    assert FOUR.mean() == pytest.approx(14 / 2.9)
    assert FOUR.voxels == pytest.approx(2.9)
    # 10 is less than half inside: the maximum is 6.
    assert FOUR.maximum() == 6.0
    # Σw(v−m)² = 1·8.0048+0.5·0.6849+0.4·26.7325+1·1.3743 with m=4.827586
    assert FOUR.deviation() == pytest.approx(np.sqrt((4 + 8 + 40 + 36) / 2.9 - (14 / 2.9) ** 2))
    # Ordered 2, 4, 6, 10 their shares end at 1, 1.5, 2.5, 2.9; middles .5, 1.25, 2, 2.7 of 2.9.
    assert FOUR.quantile(0.5) == pytest.approx(4 + 2 * (1.45 - 1.25) / (2.0 - 1.25))
    # From 0.41 × 6 = 2.46 on: weights 0.5, 0.4, 1; mean (2 + 4 + 6) / 1.9.
    assert FOUR.active(OF_MAXIMUM_41) == pytest.approx((1.9, 12 / 1.9))


def test_maximum_of_a_region_without_a_half_voxel():
    assert Sampled(np.array([3.0, 5.0]), np.array([0.2, 0.1])).maximum() == 5.0


def test_peak_of_even_uptake_and_of_one_voxel():
    grid = Grid.of((21, 21, 21), spacing_mm=(4, 4, 4), origin_mm=(0, 0, 0))
    region = ball(12.0, grid, at=40.0)
    shares = cover(region, grid, SAME)
    even = Volume(np.full(grid.shape, 3.0), grid, Quantity.SUV_BW, "PT")
    assert peak(even, shares) == pytest.approx(3.0)
    # A single hot voxel of 64 mm³ lies wholly in the sphere of 1000 mm³.
    array = np.zeros(grid.shape)
    array[10, 10, 10] = 100.0
    single = Volume(array, grid, Quantity.SUV_BW, "PT")
    assert peak(single, shares) == pytest.approx(6.4, rel=0.01)


def test_sphere_of_one_millilitre():
    assert 4 / 3 * np.pi * PEAK_RADIUS_MM**3 == pytest.approx(1000.0)
    for spacing in ((4, 4, 4), (1.3, 1.3, 3.0)):
        grid = Grid.of((9, 9, 9), spacing_mm=spacing, origin_mm=(0, 0, 0))
        kernel = sphere_weights(grid)
        assert kernel.sum() * grid.voxel_mm3 == pytest.approx(1000.0, rel=0.01)
        np.testing.assert_allclose(kernel, kernel[::-1, ::-1, ::-1])
        assert kernel[0].max() == kernel[-1].max() == 0.0


def test_peak_needs_a_whole_sphere():
    thin = Grid.of((1, 21, 21), spacing_mm=(4, 4, 4), origin_mm=(0, 0, 40))
    region = ball(12.0, thin, at=40.0)
    volume = Volume(np.ones(thin.shape), thin, Quantity.SUV_BW, "PT")
    assert peak(volume, cover(region, thin, SAME)) is None
    row = row_of(region, volume)
    assert "joint.no-peak" in codes(row)
    assert row.value("peak") is None


# Rows.


def row_of(
    region: Region,
    volume: Volume,
    *,
    error_mm: float | None = None,
    fwhm_mm: float | None = None,
    reference: Region | None = None,
) -> JointRow:
    layer = Layer("image", volume, SAME, error_mm, fwhm_mm)
    return joint_rows([region], [layer], reference=reference)[0]


def codes(row: JointRow) -> set[str]:
    return {caveat.code for caveat in row.caveats}


def image(quantity: Quantity, value: float = 2.0, **more: object) -> Volume:
    return Volume(np.full(ONE_MM.shape, value), ONE_MM, quantity, "", None, **more)


def test_uptake_values_of_a_known_ball():
    region = ball(12.0)
    array = np.where(region.mask, 8.0, 1.0)
    array[30, 30, 30] = 10.0
    row = row_of(region, Volume(array, ONE_MM, Quantity.SUV_BW, "PT"))
    voxels = np.count_nonzero(region.mask)
    assert row.value("max") == 10.0
    assert row.value("mean") == pytest.approx(8 + 2 / voxels)
    # 1 mm³ of 10 in 1000 mm³ of 8.
    assert row.value("peak") == pytest.approx(8.002, abs=1e-4)
    assert row.value("active-volume-41%") == pytest.approx(voxels / 1000)
    assert row.value("active-total-4") == pytest.approx((8 * voxels + 2) / 1000)
    assert row.volume_ml == pytest.approx(voxels / 1000)
    assert (row.voxels, row.inside, row.refused) == (voxels, 1.0, None)
    assert row.as_json()["values"][0]["unit"] == "g/ml"


def test_what_each_quantity_shows():
    def names(quantity: Quantity) -> list[str]:
        return [one.name for one in row_of(ball(7.0), image(quantity)).values]

    fixed = ["active-volume-2.5", "active-total-2.5", "active-volume-4", "active-total-4"]
    relative = ["active-volume-41%", "active-total-41%"]
    assert names(Quantity.SUV_BW) == ["max", "peak", "mean", *relative, *fixed]
    assert names(Quantity.SUV_BSA) == ["max", "peak", "mean", *relative]
    assert names(Quantity.BQML) == ["max", "peak", "mean", *relative]
    assert names(Quantity.ADC) == ["mean", "median", "p10"]
    assert names(Quantity.HU) == ["mean", "sd", "p10", "p90"]
    assert names(Quantity.SIGNAL) == ["mean", "sd", "p10", "p90"]
    assert names(Quantity.COUNTS) == names(Quantity.LABEL) == []


def test_percentiles_of_hounsfield_units():
    region = ball(12.0)
    array = np.arange(ONE_MM.shape[0] ** 3, dtype=float).reshape(ONE_MM.shape)
    row = row_of(region, Volume(array, ONE_MM, Quantity.HU, "CT"))
    inside = array[region.mask]
    for name, share in (("p10", 10), ("p90", 90)):
        expected = np.percentile(inside, share, method="hazen")
        assert row.value(name) == pytest.approx(expected, rel=1e-9)
    assert row.value("sd") == pytest.approx(inside.std())


def test_counts_give_ratios_only():
    region, liver = ball(8.0, at=20.0), ball(8.0, at=45.0)
    array = np.where(region.mask, 90.0, 30.0)
    counts = Volume(array, ONE_MM, Quantity.COUNTS, "NM")
    alone = row_of(region, counts)
    assert alone.values == ()
    assert codes(alone) >= {"joint.counts", "joint.no-reference"}
    beside = row_of(region, counts, reference=Region("liver", liver.mask, ONE_MM))
    assert [(one.name, one.value, one.unit) for one in beside.values] == [("ratio", 3.0, "1")]
    assert "liver" in beside.values[0].method
    assert "joint.no-reference" not in codes(beside)


def test_an_error_above_half_the_short_axis_refuses_values():
    region = ball(8.0)  # short axis about 15 mm
    half = region.short_axis_mm() / 2
    assert row_of(region, image(Quantity.SUV_BW), error_mm=half - 0.01).values
    row = row_of(region, image(Quantity.SUV_BW), error_mm=half + 0.01)
    assert row.values == ()
    assert row.refused is not None
    assert row.refused.code == "joint.error-above-half-short-axis"
    assert row.volume_ml > 0  # of the drawing itself, still true
    assert may_quantify(None, 1.0) and may_quantify(0.5, 1.0) and not may_quantify(0.51, 1.0)


def test_small_and_blurred_regions_are_told():
    region = ball(8.0)
    pet = image(Quantity.SUV_BW)
    assert "joint.partial-volume-strong" in codes(row_of(region, pet, fwhm_mm=9.0))
    assert "joint.partial-volume" in codes(row_of(region, pet, fwhm_mm=6.0))
    assert not codes(row_of(region, pet, fwhm_mm=4.0))
    assert "joint.resolution-unknown" in codes(row_of(region, pet))
    assert not codes(row_of(ball(14.0), pet))
    assert not codes(row_of(region, image(Quantity.HU)))
    coarse = Grid.of((15, 15, 15), spacing_mm=(4, 4, 4), origin_mm=(1.5, 1.5, 1.5))
    volume = Volume(np.ones(coarse.shape), coarse, Quantity.SUV_BW, "PT")
    assert "joint.few-voxels" in codes(row_of(ball(4.0), volume, fwhm_mm=1.0))


def test_padding_is_not_measured_and_the_images_own_doubts_travel():
    region = ball(8.0)
    doubt = Caveat("dicom.uneven", "The distance of slices is uneven.")
    valid = np.ones(ONE_MM.shape, dtype=bool)
    valid[:30] = False
    array = np.where(valid, 5.0, -2000.0)
    row = row_of(region, Volume(array, ONE_MM, Quantity.HU, "CT", None, valid, (doubt,)))
    assert row.value("mean") == 5.0
    assert doubt in row.caveats
    nowhere = row_of(region, image(Quantity.HU, valid=np.zeros(ONE_MM.shape, dtype=bool)))
    assert nowhere.refused is not None
    assert nowhere.refused.code == "joint.outside"


def test_every_region_in_every_image():
    told: list[float] = []
    layers = [Layer(name, image(Quantity.HU), SAME, None) for name in ("a", "b")]
    regions = [ball(8.0), ball(9.0)]
    rows = joint_rows(regions, layers, progress=lambda fraction, what: told.append(fraction))
    assert [(row.region, row.layer) for row in rows] == [("lesion", "a"), ("lesion", "b")] * 2
    assert told == [0.25, 0.5, 0.75, 1.0]
    with pytest.raises(JointRegionRefused):
        joint_rows([], layers)


# Real tri-modality: one contour over CT, PET and MR.


@pytest.mark.skipif(not STS.exists(), reason="shared data (sts_tri_modality) is not here")
@pytest.mark.parametrize("child", ["STS_001", "STS_002"])
def test_one_contour_over_three_modalities_as_simpleitk_sees_it(child: str):
    """Ours weighs PET voxels by share; theirs samples PET at every CT voxel and takes label means.

    Both average the same field; edges differ by the sampling, hence 1 % for means.
    """
    drawn = sitk.ReadImage(str(STS / child / "CT_mask.nii.gz")) > 0
    mask = Volume.from_sitk(drawn, quantity=Quantity.LABEL)
    region = Region("GTV", mask.array > 0, mask.grid)
    for name, quantity in (
        ("CT", Quantity.HU),
        ("PET", Quantity.SUV_BW),
        ("MR_T1", Quantity.SIGNAL),
    ):
        picture = sitk.ReadImage(str(STS / child / f"{name}_image.nii.gz"))
        volume = Volume.from_sitk(picture, quantity=quantity, modality=name[:2])
        row = joint_rows([region], [Layer(name, volume, SAME, 2.0)])[0]
        beside = sitk.Resample(picture, drawn, sitk.Transform(), sitk.sitkNearestNeighbor, np.nan)
        values = sitk.GetArrayFromImage(beside)[mask.array > 0]
        values = values[np.isfinite(values)]
        assert row.value("mean") == pytest.approx(float(values.mean()), rel=0.01)
        if name == "PET":
            assert row.value("max") == pytest.approx(float(values.max()), rel=0.02)
            assert row.voxels * volume.grid.voxel_mm3 / 1000 == pytest.approx(
                row.volume_ml * row.inside, rel=0.01
            )
