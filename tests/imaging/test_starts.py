"""Automatic starts reach far, say which of them won, and refuse what has nothing in common."""

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
    seen,
    turn,
)

from tongying.imaging.grid import Grid
from tongying.imaging.registration.prepare import prepare
from tongying.imaging.registration.start import (
    CENTRES,
    GEOMETRY,
    MASS,
    SEARCH,
    NoOverlap,
    find_start,
)
from tongying.imaging.transform import MatrixTransform

FIXED = seen(FIXED_GRID, MatrixTransform.identity(), ANATOMY)
MOVING = seen(MOVING_GRID, MatrixTransform.identity(), FUNCTION, seed=1)


def _moved(matrix: np.ndarray):
    return replace(MOVING, grid=Grid(MOVING_GRID.shape, matrix @ MOVING_GRID.affine))


@pytest.mark.parametrize("number", range(4))
def test_forty_millimetres_and_thirty_degrees_are_within_reach(number: int) -> None:
    random = np.random.default_rng(number)
    along, axis = random.normal(size=3), random.normal(size=3)
    truth = MatrixTransform.rigid(turn(tuple(axis), 30), 40 * along / np.linalg.norm(along))

    start = find_start(prepare(FIXED), prepare(_moved(truth.matrix)))

    # Half of the tiny volumes' voxel: from there the fine stages find it.
    assert errors(MatrixTransform(start.matrix), truth).mean() < 4.0
    assert start.name in {GEOMETRY, CENTRES, MASS, SEARCH}


def test_what_lies_far_away_is_brought_together_by_its_middle() -> None:
    truth = MatrixTransform.translation((400, -300, 900))
    start = find_start(prepare(FIXED), prepare(_moved(truth.matrix)))
    assert errors(MatrixTransform(start.matrix), truth).mean() < 4.0
    assert start.name != GEOMETRY


def test_a_start_without_overlap_is_refused() -> None:
    far = MatrixTransform.translation((900, 0, 0))
    with pytest.raises(NoOverlap) as refused:
        find_start(prepare(FIXED), prepare(MOVING), given=far)
    assert refused.value.error_code == "fusion.no-overlap"


def test_the_search_depends_on_nothing_but_its_input() -> None:
    ready = prepare(FIXED), prepare(MOVING)
    one, two = (find_start(*ready, seed=2) for _ in range(2))
    assert np.array_equal(one.matrix, two.matrix)
    assert one.name == two.name
