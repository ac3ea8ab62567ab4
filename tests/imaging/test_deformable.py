"""Deformable registration on phantoms whose true deformation is known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tongying.imaging.grid import Grid
from tongying.imaging.phantoms.modality import Kind
from tongying.imaging.phantoms.pairs import Pair, Sight, deformed_pair, pair_of
from tongying.imaging.quality.jacobian import jacobian
from tongying.imaging.registration import deformable
from tongying.imaging.registration.deformable import (
    Folds,
    TooLittleExplained,
    TooLittleShared,
    register_deformable,
)
from tongying.imaging.registration.prepare import prepare
from tongying.imaging.registration.result import Method, Registration
from tongying.imaging.transform import DisplacementTransform, MatrixTransform
from tongying.imaging.volume import Quantity, Volume

STILL = Registration(
    MatrixTransform.identity(), Method.FRAME_OF_REFERENCE, similarity=0.0, start="geometry"
)
SHAPE = (64, 72, 72)


@cache
def across() -> Pair:
    """Return T1 against T2, deformed by a B-spline of up to 10 mm."""
    return deformed_pair(Sight(shape=SHAPE), np.random.default_rng(4))


@cache
def found() -> Registration:
    return register_deformable(across().fixed, across().moving, rigid=STILL)


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the coarse level only, where its accuracy does not matter."""
    monkeypatch.setattr(deformable, "LEVELS", deformable.LEVELS[:1])
    monkeypatch.setattr(deformable, "_SHARES", (0.8,))


def error_mm(pair: Pair, registration: Registration) -> float:
    return float(pair.error_mm(registration.transform).mean())


def test_the_target_error_falls_below_half_of_the_rigid_one() -> None:
    pair = across()
    assert len(pair.targets) >= 20
    before = error_mm(pair, STILL)
    assert before > 2.5
    assert error_mm(pair, found()) < 0.5 * before
    assert found().method is Method.DEFORMABLE


def test_nothing_folds_in_the_body() -> None:
    body = prepare(across().fixed)
    swelling = jacobian(found().transform, body.body, body.grid)
    assert swelling.folded_fraction == 0
    assert deformable.LEAST_DETERMINANT <= swelling.minimum < 1 < swelling.maximum < 5


def test_the_field_covers_the_fixed_image_and_holds_the_rigid_part() -> None:
    transform = found().transform
    assert isinstance(transform, DisplacementTransform)
    fixed = across().fixed.grid
    index = transform.grid.to_index(fixed.corners())[:, ::-1]
    assert (index >= -0.01).all()
    assert (index <= np.array(transform.grid.shape) - 0.99).all()
    assert transform.grid.spacing_mm.max() <= deformable.FIELD_MM
    np.testing.assert_array_equal(transform.matrix, np.eye(4))


@pytest.mark.usefixtures("coarse")
def test_a_rigid_start_is_part_of_the_total_displacement() -> None:
    pair = across()
    plain = register_deformable(pair.fixed, pair.moving, rigid=STILL).transform
    shift = np.array([30.0, -12.0, 7.0])
    grid = pair.moving.grid
    affine = grid.affine.copy()
    affine[:3, 3] += shift
    elsewhere = Volume(
        pair.moving.array, Grid(grid.shape, affine), pair.moving.quantity, pair.moving.modality
    )
    rigid = Registration(MatrixTransform.translation(shift), Method.RIGID, similarity=0.0)
    moved = register_deformable(pair.fixed, elsewhere, rigid=rigid).transform
    here = plain.points(pair.targets)
    np.testing.assert_allclose(moved.points(pair.targets), here + shift, atol=0.05)


@pytest.mark.usefixtures("coarse")
def test_the_same_input_gives_the_same_field_and_another_seed_another() -> None:
    points = across().targets
    one, same, other = (
        register_deformable(across().fixed, across().moving, rigid=STILL, seed=seed)
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.transform.points(points), same.transform.points(points))
    assert one.similarity == same.similarity
    apart = np.linalg.norm(one.transform.points(points) - other.transform.points(points), axis=1)
    assert 0 < apart.mean() < 1.0


@pytest.mark.long
def test_a_pair_that_is_aligned_already_stays_so_within_a_millimetre() -> None:
    random = np.random.default_rng(9)
    pair = pair_of(
        Sight(fixed=Kind.T1, moving=Kind.PET, shape=SHAPE), random, MatrixTransform.identity()
    )
    registration = register_deformable(pair.fixed, pair.moving, rigid=STILL)
    assert error_mm(pair, registration) < 1.0


@pytest.mark.long
def test_a_follow_up_of_the_same_modality_is_found() -> None:
    random = np.random.default_rng(12)
    pair = deformed_pair(
        Sight(fixed=Kind.T1, moving=Kind.T1, shape=SHAPE), random, amplitude_mm=8.0
    )
    registration = register_deformable(pair.fixed, pair.moving, rigid=STILL)
    assert error_mm(pair, registration) < 0.4 * error_mm(pair, STILL)


@pytest.mark.usefixtures("coarse")
def test_progress_never_falls_and_can_end_it() -> None:
    told: list[float] = []

    def note(fraction: float, what: str) -> None:
        told.append(fraction)
        if len(told) > 20:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        register_deformable(across().fixed, across().moving, rigid=STILL, progress=note)
    assert told == sorted(told)
    assert len(set(told)) > 12


def test_images_apart_are_refused() -> None:
    away = Registration(MatrixTransform.translation((900, 0, 0)), Method.RIGID, similarity=0.0)
    with pytest.raises(TooLittleShared):
        register_deformable(across().fixed, across().moving, rigid=away)


@pytest.mark.usefixtures("coarse")
def test_a_field_that_cannot_be_kept_from_folding_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deformable, "LEAST_DETERMINANT", 2.0)
    monkeypatch.setattr(deformable, "STIFFEST", deformable.STIFFNESS)
    with pytest.raises(Folds):
        register_deformable(across().fixed, across().moving, rigid=STILL)


@pytest.mark.usefixtures("coarse")
def test_noise_explains_nothing_and_is_refused() -> None:
    fixed = across().fixed
    noise = np.random.default_rng(1).normal(100, 10, fixed.array.shape).astype(np.float32)
    moving = Volume(noise, fixed.grid, Quantity.COUNTS, "NM")
    with pytest.raises(TooLittleExplained):
        register_deformable(fixed, moving, rigid=STILL)
