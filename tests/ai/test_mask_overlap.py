"""Overlap and distance of surfaces, against published tests and shapes known by formula."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest

from tongying.ai.evaluation.figure import EvaluationRefused
from tongying.ai.evaluation.overlap import overlap, surfaces
from tongying.ai.evaluation.surfel import areas_of_cells
from tongying.imaging.grid import Grid


def grid(shape, spacing=(1.0, 1.0, 1.0)) -> Grid:
    """Spacing along columns, rows, slices."""
    return Grid.of(shape, spacing_mm=spacing, origin_mm=(0.0, 0.0, 0.0))


def test_two_voxels_two_millimetres_apart():
    """google-deepmind/surface-distance, surface_distance_test.py, 3D, spacing 3, 2, 1 mm."""
    truth, found = np.zeros((2, 128, 128, 128), bool)
    truth[50, 60, 70] = found[50, 60, 72] = True
    room = grid((128, 128, 128), (1.0, 2.0, 3.0))
    told = surfaces(truth, found, room)
    assert told.mean_mm == pytest.approx((1.5, 1.5))
    assert (told.hausdorff_mm(1.0), told.hausdorff_mm()) == (2.0, 2.0)
    assert told.within(1.0) == pytest.approx((0.5, 0.5))
    assert told.surface_dice(1.0) == pytest.approx(0.5)
    assert overlap(truth, found, room).dice == 0.0


def test_two_cubes_shifted_by_one_voxel():
    """The same file, spacing 2, 1, 1 mm; printed to three digits."""
    truth, found = np.zeros((2, 100, 100, 100), bool)
    truth[:50] = found[:51] = True
    room = grid((100, 100, 100), (1.0, 1.0, 2.0))
    told = surfaces(truth, found, room)
    assert told.mean_mm == pytest.approx((0.322, 0.339), abs=5e-4)
    assert (told.hausdorff_mm(1.0), told.hausdorff_mm()) == (2.0, 2.0)
    assert told.within(1.0) == pytest.approx((0.842, 0.830), abs=5e-4)
    assert told.surface_dice(1.0) == pytest.approx(0.836, abs=5e-4)
    cover = overlap(truth, found, room)
    assert cover.dice == pytest.approx(0.990, abs=5e-4)
    assert (cover.truth_ml, cover.found_ml) == (1000.0, 1020.0)
    assert cover.volume_error == pytest.approx(0.02)


def test_areas_of_single_cells_by_hand():
    spacing = (3.0, 2.0, 1.0)
    areas = areas_of_cells(spacing)
    assert len(areas) == 256
    corner = np.linalg.norm(np.cross([-1.5, 1.0, 0.0], [-1.5, 0.0, 0.5])) / 2
    for bit in range(8):
        assert areas[1 << bit] == pytest.approx(corner)
        assert areas[255 - (1 << bit)] == pytest.approx(corner)
    # One half of the cell: the face across; an edge of two corners: a slope across.
    assert areas[0b00001111] == pytest.approx(2.0 * 1.0)
    assert areas[0b00110011] == pytest.approx(3.0 * 1.0)
    assert areas[0b01010101] == pytest.approx(3.0 * 2.0)
    assert areas[0b00000011] == pytest.approx(sqrt(1.5**2 + 1.0**2) * 1.0)
    # Two corners across the cell: two corners' triangles.
    assert areas[0b10000001] == pytest.approx(2 * corner)
    assert (areas[0], areas[255]) == (0.0, 0.0)


def test_areas_do_not_depend_on_which_axis_is_which():
    plain = areas_of_cells((1.0, 1.0, 1.0))
    for code in range(256):
        cell = np.array([code >> bit & 1 for bit in range(8)]).reshape(2, 2, 2)
        turned = np.rot90(cell, axes=(0, 2)).transpose(1, 0, 2).ravel()
        other = sum(int(bit) << at for at, bit in enumerate(turned))
        assert plain[code] == pytest.approx(plain[other]), code


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.8, 0.8, 1.6)])
def test_spheres_at_a_known_distance(spacing):
    """Two spheres about one centre, 18 and 22 mm: the surfaces lie 4 mm apart everywhere.

    Elements sit at corners of voxels on both sides of the surface, so that distances come out up to
    one voxel's half diagonal too small.
    """
    room = grid((64, 64, 64), spacing)
    at = np.indices(room.shape)[::-1] * np.array(spacing)[:, None, None, None]
    middle = np.array([31.7, 31.2, 31.4]) * np.array(spacing)
    apart = np.sqrt(((at - middle[:, None, None, None]) ** 2).sum(axis=0))
    told = surfaces(apart <= 18.0, apart <= 22.0, room)
    half = sqrt(sum(step**2 for step in spacing)) / 2.0
    assert 4.0 - half < told.symmetric_mean_mm < 4.0
    assert told.hausdorff_mm() == pytest.approx(4.0, abs=0.75 * max(spacing))
    assert told.surface_dice(2.0) == 0.0
    assert told.surface_dice(6.0) == 1.0
    # Stairs are not smooth: marching cubes on a mask gives some 8 % too much.
    assert told.truth_mm2.sum() == pytest.approx(4 * pi * 18.0**2 * 1.085, rel=0.03)


def test_a_mask_agrees_with_itself_and_turning_round_changes_nothing():
    random = np.random.default_rng(4)
    one, two = random.random((2, 9, 10, 11)) > 0.6
    room = grid((9, 10, 11), (0.7, 0.9, 2.5))
    same = surfaces(one, one, room)
    assert (same.symmetric_mean_mm, same.hausdorff_mm(1.0), same.surface_dice(0.0)) == (0, 0, 1)
    there, back = surfaces(one, two, room), surfaces(two, one, room)
    assert there.mean_mm == back.mean_mm[::-1]
    assert there.surface_dice(1.0) == pytest.approx(back.surface_dice(1.0))
    cover = overlap(one, two, room)
    both, either = (one & two).sum(), (one | two).sum()
    assert cover.dice == pytest.approx(2 * both / (one.sum() + two.sum()))
    assert cover.jaccard == pytest.approx(both / either)


def test_empty_masks():
    none, some = np.zeros((2, 4, 4, 4), bool)
    some[1, 2, 3] = True
    room = grid((4, 4, 4))
    assert overlap(none, none, room).dice is None
    assert overlap(none, some, room).as_json()["volume_error"] is None
    assert overlap(some, none, room).dice == 0.0
    for pair in ((none, some), (some, none), (none, none)):
        with pytest.raises(EvaluationRefused):
            surfaces(*pair, room)


def test_masks_of_other_grids_are_refused():
    some = np.ones((4, 4, 4), bool)
    with pytest.raises(EvaluationRefused):
        overlap(some, some[:3], grid((4, 4, 4)))
    with pytest.raises(EvaluationRefused):
        overlap(some, some.astype(np.uint8), grid((4, 4, 4)))
    sheared = np.eye(4)
    sheared[0, 2] = 0.5
    with pytest.raises(EvaluationRefused):
        surfaces(some, some, Grid((4, 4, 4), sheared))
