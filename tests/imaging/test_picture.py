"""Pictures by which a person checks a fusion."""

from __future__ import annotations

import numpy as np
import pytest

from tongying.imaging.grid import Grid
from tongying.imaging.quality.picture import (
    INNER,
    MOST_PIXELS,
    OUTLINE,
    SOFT_TISSUE_HU,
    Plane,
    checkerboard,
    cine,
    cut_through,
    middle_mm,
    outlined,
    pictures,
    window_of,
)
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Quantity, Volume

SPACING = (2.0, 2.0, 5.0)
STILL = MatrixTransform.identity()


def ball(centre: tuple[float, float, float], radius: float = 24.0, bone: float = 9.0) -> Volume:
    """Return a ball of soft tissue with a ball of bone inside, as CT with thick slices."""
    grid = Grid.of((17, 40, 48), spacing_mm=SPACING, origin_mm=(-47.0, -39.0, -40.0))
    k, j, i = np.indices(grid.shape)
    points = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    away = np.linalg.norm(points - centre, axis=1).reshape(grid.shape)
    array = np.where(away < radius, 40.0, -1000.0)
    array[away < bone] = 900.0
    return Volume(array.astype(np.float32), grid, Quantity.HU, "CT")


def colour(picture: np.ndarray, wanted: tuple[int, int, int]) -> np.ndarray:
    return np.asarray((picture == wanted).all(axis=-1))


def test_pixels_are_square_in_millimetres() -> None:
    volume = ball((0.0, 0.0, 0.0))
    for plane, size in (
        (Plane.AXIAL, (94, 78)),
        (Plane.CORONAL, (94, 80)),
        (Plane.SAGITTAL, (78, 80)),
    ):
        cut = cut_through(volume, volume, STILL, plane, (0.0, 0.0, 0.0))
        rows, columns = cut.fixed.shape
        assert columns * cut.pixel_mm == pytest.approx(size[0], abs=2 * cut.pixel_mm)
        assert rows * cut.pixel_mm == pytest.approx(size[1], abs=2 * cut.pixel_mm)
        assert max(rows, columns) <= MOST_PIXELS + 1


def test_a_ball_is_round_in_all_planes() -> None:
    volume = ball((4.0, -3.0, 0.0))
    for plane in Plane:
        cut = cut_through(volume, volume, STILL, plane, (4.0, -3.0, 0.0))
        rows, columns = np.nonzero(cut.fixed > -480)
        high, wide = (np.ptp(rows) + 1) * cut.pixel_mm, (np.ptp(columns) + 1) * cut.pixel_mm
        # Between slices of 5 mm the surface is known to half a slice.
        assert wide == pytest.approx(48, abs=4)
        assert high == pytest.approx(48, abs=4 if plane is Plane.AXIAL else 6)


def test_the_head_is_up_and_the_front_is_up() -> None:
    volume = ball((20.0, -12.0, 15.0), radius=12.0, bone=0.0)
    places = {}
    for plane in Plane:
        cut = cut_through(volume, volume, STILL, plane, (20.0, -12.0, 15.0))
        rows, columns = np.nonzero(cut.fixed > -480)
        places[plane] = (rows.mean() / cut.fixed.shape[0], columns.mean() / cut.fixed.shape[1])
    assert places[Plane.AXIAL][0] < 0.5 < places[Plane.AXIAL][1], "front up, left on the right"
    assert places[Plane.CORONAL][0] < 0.5 < places[Plane.CORONAL][1], "head up"
    assert places[Plane.SAGITTAL][0] < 0.5
    assert places[Plane.SAGITTAL][1] < 0.5, "front on the left"


def test_an_aligned_pair_gives_one_picture_and_a_shifted_one_breaks_its_edges() -> None:
    volume = ball((0.0, 0.0, 0.0))
    window = window_of(volume)
    whole = cut_through(volume, volume, STILL, Plane.AXIAL, (0.0, 0.0, 0.0))
    shifted = cut_through(
        volume, volume, MatrixTransform.translation((10.0, 0, 0)), Plane.AXIAL, (0.0, 0.0, 0.0)
    )
    one, other = (checkerboard(cut, window, window)[..., 0] for cut in (whole, shifted))
    # The first colour shows both images with the same grey, so nothing tells the squares apart.
    flat = 255 * np.clip((whole.fixed - window[0]) / (window[1] - window[0]), 0, 1)
    assert np.abs(one.astype(float) - flat).max() <= 1
    assert np.abs(other.astype(float) - flat).max() > 100


def test_outlines_of_skin_and_bone_lie_on_the_edges_of_a_right_pair() -> None:
    volume = ball((0.0, 0.0, 0.0))
    window = window_of(volume)
    cut = cut_through(volume, volume, STILL, Plane.AXIAL, (0.0, 0.0, 0.0))
    drawn = outlined(cut, window, window, bone=True)
    for wanted, radius in ((OUTLINE, 24.0), (INNER, 9.0)):
        rows, columns = np.nonzero(colour(drawn, wanted))
        x = -47.0 + columns * cut.pixel_mm
        y = -39.0 + rows * cut.pixel_mm
        assert len(x) > 20
        assert np.abs(np.hypot(x, y) - radius).max() < 3.0


def test_outlines_of_a_shifted_pair_stay_with_the_fixed_image() -> None:
    volume = ball((0.0, 0.0, 0.0))
    window = window_of(volume)
    middle = (0.0, 0.0, 0.0)
    still, moved = (
        outlined(cut_through(volume, volume, by, Plane.AXIAL, middle), window, window, bone=True)
        for by in (STILL, MatrixTransform.translation((10.0, 0.0, 0.0)))
    )
    assert np.array_equal(colour(still, OUTLINE), colour(moved, OUTLINE))
    assert not np.array_equal(still, moved)


def test_where_the_moving_image_was_not_measured_is_shown() -> None:
    volume = ball((0.0, 0.0, 0.0))
    far = MatrixTransform.translation((60.0, 0.0, 0.0))
    cut = cut_through(volume, volume, far, Plane.AXIAL, (0.0, 0.0, 0.0))
    assert 0.5 < (~cut.inside).mean() < 0.8
    board = checkerboard(cut, window_of(volume), window_of(volume))
    assert colour(board, (0, 0, 30)).sum() > 0.3 * (~cut.inside).sum()


def test_all_pictures_are_colours_of_bytes_through_a_point_or_the_middle() -> None:
    fixed, moving = ball((0.0, 0.0, 0.0)), ball((6.0, 0.0, 0.0))
    by = MatrixTransform.translation((6.0, 0.0, 0.0))
    drawn = pictures(fixed, moving, by)
    assert len(drawn.checkerboards) == len(drawn.outlines) == 3
    for picture in (*drawn.checkerboards, *drawn.outlines, *cine(fixed, moving, by, count=4)):
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
    assert np.abs(middle_mm(fixed, moving, by)).max() < 2.5
    elsewhere = pictures(fixed, moving, by, at_mm=(0.0, 0.0, 18.0))
    assert not np.array_equal(elsewhere.outlines[0], drawn.outlines[0])


def test_a_cine_goes_from_low_to_high() -> None:
    volume = ball((0.0, 0.0, 0.0))
    frames = cine(volume, volume, STILL, count=5)
    widths = [int(colour(frame, OUTLINE).any(axis=0).sum()) for frame in frames]
    assert widths[2] > widths[0] > 0
    assert widths[2] > widths[4] > 0


def test_a_ct_has_a_window_and_others_percentiles() -> None:
    assert window_of(ball((0.0, 0.0, 0.0))) == SOFT_TISSUE_HU
    grid = Grid.of((8, 8, 8), spacing_mm=(4.0,) * 3, origin_mm=(0.0, 0.0, 0.0))
    array = np.zeros(grid.shape, dtype=np.float32)
    array[2:6, 2:6, 2:6] = 7.0
    low, high = window_of(Volume(array, grid, Quantity.SUV_BW, "PT"))
    assert (low, high) == pytest.approx((0.0, 7.0))
