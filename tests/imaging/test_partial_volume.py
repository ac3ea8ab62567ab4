"""Partial-volume correction against dense matrices, a formula of a blurred ball, and a phantom."""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from tongying.imaging.grid import Grid
from tongying.imaging.partial_volume import correct_partial_volume
from tongying.imaging.partial_volume_model import (
    PartialVolumeRefused,
    RegionsAlike,
    blurred,
    fractions_of,
    iterate_yang,
    region_means,
    transfer_matrix,
    unmixed_means,
    voxel_wise,
)
from tongying.imaging.phantoms.uptake import UptakePhantom, uptake_phantom
from tongying.imaging.progress import silent
from tongying.imaging.region import Region
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Quantity, Volume

SAME = MatrixTransform.identity()
FWHM_PER_SIGMA = 2.354820045


def dense_blur(count: int, sigma: float) -> np.ndarray:
    """The blur as a matrix, row by row, beyond the edge as at the edge: not our code's way."""
    reach = int(5 * sigma + 0.5)
    steps = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (steps / sigma) ** 2)
    kernel /= kernel.sum()
    matrix = np.zeros((count, count))
    for row in range(count):
        for step, share in zip(steps, kernel, strict=True):
            matrix[row, min(max(row + step, 0), count - 1)] += share
    return matrix


def line(*fractions: list[float]) -> np.ndarray:
    return np.array(fractions, dtype=np.float32)[:, None, None, :]


ALONG_COLUMNS = np.array([0.0, 0.0, 1.3])
# Nine voxels: a region with an edge through a voxel, a neighbour, the background.
FIRST = [0, 0, 1, 1, 0.4, 0, 0, 0, 0]
SECOND = [0, 0, 0, 0, 0.6, 1, 1, 0, 0]
REST = [1, 1, 0, 0, 0, 0, 0, 1, 1]
TRUE = np.array([5.0, 2.0, 1.0])


def test_transfer_matrix_as_written_out():
    fractions = line(FIRST, SECOND, REST)
    blur = dense_blur(9, 1.3)
    regions = np.array([FIRST, SECOND, REST])
    expected = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            seen = sum(
                regions[i, x] * blur[x, y] * regions[j, y] for x in range(9) for y in range(9)
            )
            expected[i, j] = seen / regions[i].sum()
    np.testing.assert_allclose(transfer_matrix(fractions, ALONG_COLUMNS), expected, atol=1e-6)
    np.testing.assert_allclose(expected.sum(axis=1), 1.0)


def test_transfer_matrix_finds_the_truth():
    fractions = line(FIRST, SECOND, REST)
    image = dense_blur(9, 1.3) @ (TRUE @ np.array([FIRST, SECOND, REST]))
    means = region_means(image[None, None], fractions)
    assert means[0] < 4.0  # a fifth and more is lost
    found = np.linalg.solve(transfer_matrix(fractions, ALONG_COLUMNS), means)
    np.testing.assert_allclose(found, TRUE, rtol=1e-5)


def test_one_step_of_yang_as_written_out():
    fractions = line(FIRST, SECOND, REST)
    regions, blur = np.array([FIRST, SECOND, REST]), dense_blur(9, 1.3)
    image = blur @ (TRUE @ regions)
    uptake = np.array([3.0, 2.5, 1.2])
    synthetic = uptake @ regions
    expected = image * synthetic / (blur @ synthetic)
    found = voxel_wise(image[None, None], fractions, uptake, ALONG_COLUMNS)
    np.testing.assert_allclose(found[0, 0], expected, rtol=1e-6)


def test_yang_settles_at_the_truth():
    regions = np.array([FIRST, SECOND, REST])
    image = (dense_blur(9, 1.3) @ (TRUE @ regions))[None, None]
    corrected, uptake, change = iterate_yang(
        image, line(FIRST, SECOND, REST), ALONG_COLUMNS, 200, silent
    )
    np.testing.assert_allclose(uptake, TRUE, rtol=2e-3)
    np.testing.assert_allclose(corrected[0, 0], TRUE @ regions, rtol=5e-3)
    assert change < 1e-3


def test_means_of_whole_voxels_need_no_unmixing():
    fractions = line([1, 1, 0, 0], [0, 0, 1, 1])
    image = np.array([1.0, 3.0, 5.0, 8.0])[None, None]
    np.testing.assert_allclose(unmixed_means(image, fractions), [2.0, 6.5])
    mixed = line([1, 0.5, 0, 0], [0, 0.5, 1, 1])
    # An unblurred image of 4 and 2: the shared voxel is 3.
    np.testing.assert_allclose(
        unmixed_means(np.array([4.0, 3, 2, 2])[None, None], mixed), [4, 2], rtol=1e-6
    )


def test_blur_keeps_the_total():
    array = np.zeros((21, 21, 21))
    array[10, 10, 10] = 1.0
    assert blurred(array, np.array([1.0, 1.5, 2.0])).sum() == pytest.approx(1.0)


# A ball in a cold background, blurred by a Gaussian: the value at its centre is known.


def recovery_at_centre(diameter_mm: float, fwhm_mm: float) -> float:
    """Kessler RM, Ellis JR, Eden M. J Comput Assist Tomogr 1984;8:514-22."""
    z = diameter_mm / 2 / (fwhm_mm / FWHM_PER_SIGMA)
    return erf(z / sqrt(2)) - sqrt(2 / pi) * z * exp(-(z**2) / 2)


@pytest.mark.parametrize("diameter", [10.0, 20.0, 30.0])
def test_the_blur_recovers_what_the_formula_says(diameter: float):
    grid = Grid.of((41, 41, 41), spacing_mm=(2, 2, 2), origin_mm=(-40, -40, -40))
    ball = fine_ball(diameter / 2)
    box, fractions = fractions_of(grid, [ball], to_region=SAME, fwhm_mm=(8.0, 8.0, 8.0))
    shown = blurred(fractions[0], np.full(3, 8.0 / FWHM_PER_SIGMA / 2.0))
    centre = tuple(20 - part.start for part in box)
    # Averaging into voxels of 2 mm and drawing in voxels of 1 mm blur as well, by 1/12 of their
    # squares; and the ball's drawn volume is up to 2 % off.
    widened = FWHM_PER_SIGMA * sqrt((8.0 / FWHM_PER_SIGMA) ** 2 + (2**2 + 1**2) / 12)
    assert shown[centre] == pytest.approx(recovery_at_centre(diameter, widened), rel=0.02)


def fine_ball(radius_mm: float) -> Region:
    grid = Grid.of((61, 61, 61), spacing_mm=(1, 1, 1), origin_mm=(-30, -30, -30))
    k, j, i = np.indices(grid.shape) - 30
    return Region("ball", i**2 + j**2 + k**2 <= radius_mm**2, grid)


# The whole correction.


def test_a_hot_ball_gets_its_uptake_back():
    ball = fine_ball(7.0)
    image = ball_image(ball, hot=6.0, cold=1.0)
    found = correct_partial_volume(image, [ball], to_region=SAME, fwhm_mm=(7.0, 7.0, 9.0))
    hot, cold = found.rows
    assert (hot.name, cold.name) == ("ball", "background")
    assert hot.before < 4.0
    assert hot.gtm == pytest.approx(6.0, rel=0.02)
    assert hot.rbv == pytest.approx(6.0, rel=0.03)
    assert hot.yang == pytest.approx(6.0, rel=0.05)
    assert cold.gtm == pytest.approx(1.0, rel=0.02)
    assert hot.gtm_if_sharper < hot.gtm < hot.gtm_if_blurrier
    assert hot.recovery < 0.7
    assert hot.meaning.code == "pvc.spill-out"
    assert cold.meaning.code == "pvc.unchanged"
    assert found.condition < 5
    assert [caveat.code for caveat in found.caveats] == ["pvc.even-uptake-assumed"]


def test_the_corrected_image_lies_where_the_image_lay():
    ball = fine_ball(9.0)
    image = ball_image(ball, hot=6.0, cold=1.0)
    found = correct_partial_volume(image, [ball], to_region=SAME, fwhm_mm=(7.0, 7.0, 9.0))
    low = image.grid.to_index([found.image.grid.origin_mm])[0]
    np.testing.assert_allclose(low, np.round(low), atol=1e-9)
    hottest = np.unravel_index(int(found.image.array.argmax()), found.image.array.shape)
    at = found.image.grid.to_lps([hottest[::-1]])[0]
    assert np.linalg.norm(at) < 9.0
    assert found.image.array.max() == pytest.approx(6.0, rel=0.06)


def ball_image(ball: Region, *, hot: float, cold: float) -> Volume:
    fine = np.where(ball.mask, hot, cold)[:60, :60, :60]
    sigma = np.array([9.0, 7.0, 7.0]) / FWHM_PER_SIGMA
    shown = gaussian_filter(fine, sigma, mode="nearest", truncate=6)
    shown = shown.reshape(15, 4, 20, 3, 20, 3).mean(axis=(1, 3, 5))
    grid = Grid.of((15, 20, 20), spacing_mm=(3, 3, 4), origin_mm=(-29, -29, -28.5))
    return Volume(shown, grid, Quantity.SUV_BW, "PT")


def test_what_is_doubtful_is_told():
    ball = fine_ball(3.0)
    image = ball_image(ball, hot=1.0, cold=5.0)
    counts = Volume(image.array, image.grid, Quantity.COUNTS, "NM")
    found = correct_partial_volume(counts, [ball], to_region=SAME, fwhm_mm=(9.0, 9.0, 9.0))
    assert {"pvc.few-voxels", "pvc.negative"} <= {one.code for one in found.rows[0].caveats}
    assert "pvc.counts" in {one.code for one in found.caveats}
    cut = Region(
        "cut",
        np.ones((20, 61, 61), dtype=bool),
        Grid.of((20, 61, 61), spacing_mm=(1, 1, 1), origin_mm=(-30, -30, -30)),
    )
    edge = correct_partial_volume(image, [cut], to_region=SAME, fwhm_mm=(7.0, 7.0, 0.5))
    assert "pvc.touches-edge" in {one.code for one in edge.rows[0].caveats}
    assert "pvc.blur-below-voxel" in {one.code for one in edge.caveats}


def test_refusals():
    ball = fine_ball(9.0)
    image = ball_image(ball, hot=6.0, cold=1.0)
    wide = (7.0, 7.0, 7.0)

    def refused(volume: Volume, regions: list[Region], fwhm: tuple[float, float, float]) -> str:
        with pytest.raises(PartialVolumeRefused) as caught:
            correct_partial_volume(volume, regions, to_region=SAME, fwhm_mm=fwhm)
        return caught.value.sentence

    hounsfield = Volume(image.array, image.grid, Quantity.HU, "CT")
    assert "PET and SPECT" in refused(hounsfield, [ball], wide)
    for fwhm in ((0.0, 7.0, 7.0), (7.0, float("nan"), 7.0), (7.0, 7.0, 700.0)):
        assert "FWHM" in refused(image, [ball], fwhm)
    assert "at least one" in refused(image, [], wide)
    assert "overlap" in refused(image, [ball, fine_ball(5.0)], wide)
    away = Region(
        "away", ball.mask, Grid.of((61, 61, 61), spacing_mm=(1, 1, 1), origin_mm=(500, 0, 0))
    )
    assert "has no voxel" in refused(image, [ball, away], wide)
    holed = Volume(image.array, image.grid, Quantity.SUV_BW, "PT", valid=image.array < 3)
    assert "not measured" in refused(holed, [ball], wide)
    # Two halves of one thin plate, voxel by voxel like a chessboard, at a coarse resolution.
    k, j, i = np.indices((15, 20, 20))
    plate = (k == 7) & (abs(j - 10) < 3) & (abs(i - 10) < 3)
    odd = (i + j) % 2 == 1
    halves = [Region(f"{n}", plate & (odd == n), image.grid) for n in (False, True)]
    with pytest.raises(RegionsAlike) as caught:
        correct_partial_volume(image, halves, to_region=SAME, fwhm_mm=(14.0, 14.0, 14.0))
    assert caught.value.condition > 30


# The digital phantom.


@pytest.fixture(scope="module")
def phantom() -> UptakePhantom:
    return uptake_phantom(fwhm_mm=7.0, noise=0.05, seed=4)


@pytest.mark.parametrize("shift_mm", [0.0, 1.0, 2.0])
def test_with_anatomy_the_error_is_smaller_than_without(phantom: UptakePhantom, shift_mm: float):
    found = correct_partial_volume(
        phantom.image, phantom.anatomy(shift_mm), to_region=SAME, fwhm_mm=(7.0, 7.0, 7.0)
    )
    errors = {
        method: [
            abs(getattr(row, method) / phantom.truth[row.name] - 1.0) for row in found.rows[:-1]
        ]
        for method in ("before", "gtm", "yang")
    }
    assert np.mean(errors["gtm"]) < 0.6 * np.mean(errors["before"])
    assert np.mean(errors["yang"]) < 0.6 * np.mean(errors["before"])
    lesions = [at for at, row in enumerate(found.rows[:-1]) if row.name.startswith("lesion")]
    assert all(errors["gtm"][at] < errors["before"][at] for at in lesions)
