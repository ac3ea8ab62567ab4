"""Where registration begins, found without anybody's help.

Candidates are judged on tiny volumes by how much both images tell of each other there; the best are
climbed a little, and the best of these is the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tongying.imaging.grid import Matrix
from tongying.imaging.registration.descent import Pair, Told, climb
from tongying.imaging.registration.motion import RigidMotion
from tongying.imaging.registration.prepare import Prepared
from tongying.imaging.registration.result import RegistrationRefused
from tongying.imaging.transform import MatrixTransform

GIVEN, GEOMETRY, CENTRES, MASS, SEARCH = (
    "given",
    "geometry",
    "centre-of-images",
    "centre-of-mass",
    "search",
)
SPACING_MM = 8.0
SAMPLES = 2500
TURNS_DEG = (-25.0, 0.0, 25.0)
SHIFTS_MM = (-30.0, 0.0, 30.0)
CLIMBED = 8
"""So many candidates are climbed."""
_STEPS = 25
_TOLERANCE = 1e-5
_LEAST_SHARE = 0.05
_SAME_MM, _SAME_DEG = 12.0, 12.0


class NoOverlap(RegistrationRefused):
    """The two images show no common part of the child."""

    code: ClassVar[str] = "fusion.no-overlap"


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A first matrix.

    Attributes
    ----------
    matrix : ndarray, shape (4, 4)
        Fixed to moving point.
    name : str
        Which candidate it came from.
    nats : float
        How much both images tell of each other there.
    """

    matrix: Matrix
    name: str
    nats: float


def find_start(
    fixed: Prepared,
    moving: Prepared,
    *,
    given: MatrixTransform | None = None,
    seed: int = 0,
    told: Told = lambda: None,
) -> Start:
    """Return where to begin.

    Parameters
    ----------
    fixed, moving : Prepared
    given : MatrixTransform, optional
        Somebody's start; then nothing is searched.
    seed : int
    told : callable
        Called at every evaluation of the measure; may raise to end it.

    Raises
    ------
    NoOverlap
        If no candidate brings a part of one image onto the other.
    """
    pair = Pair.draw(
        fixed.level(SPACING_MM, 0.5 * SPACING_MM),
        moving.level(SPACING_MM, 0.5 * SPACING_MM),
        SAMPLES,
        np.random.default_rng([seed, 1]),
    )
    if given is not None:
        nats, share = pair.told(given.matrix)
        if share < _LEAST_SHARE:
            raise NoOverlap("At the given start the two images do not overlap.")
        return Start(given.matrix, GIVEN, nats)
    ranked = _ranked(pair, _candidates(fixed, _plain(fixed, moving)), told)
    if not ranked:
        raise NoOverlap("The two images show no common part of the child.")
    best = [ranked[0]]
    for one in _apart(ranked, fixed):
        motion = RigidMotion(one.matrix, fixed.mass_mm, fixed.radius_mm)
        matrix = climb(pair, motion, steps=_STEPS, told=told, tolerance=_TOLERANCE)
        nats, share = pair.told(matrix)
        if share >= _LEAST_SHARE:
            best.append(Start(matrix, one.name, nats))
    return max(best, key=lambda one: one.nats)


def _plain(fixed: Prepared, moving: Prepared) -> list[tuple[str, Matrix]]:
    shifts = (
        (GEOMETRY, np.zeros(3)),
        (CENTRES, moving.centre_mm - fixed.centre_mm),
        (MASS, moving.mass_mm - fixed.mass_mm),
    )
    return [(name, MatrixTransform.translation(by).matrix) for name, by in shifts]


def _candidates(fixed: Prepared, plain: list[tuple[str, Matrix]]) -> list[tuple[str, Matrix]]:
    """Return the plain starts, each turned and shifted."""
    found = list(plain)
    around: list[Matrix] = []
    for _, first in plain:
        if all(np.linalg.norm(first[:3, 3] - other[:3, 3]) > _SAME_MM for other in around):
            around.append(first)
    for first, turn in product(around, product(TURNS_DEG, repeat=3)):
        if any(turn):
            found.append((SEARCH, _turned(first, turn, fixed.mass_mm)))
    for first, shift in product(around, product(SHIFTS_MM, repeat=3)):
        if any(shift):
            moved = first.copy()
            moved[:3, 3] += shift
            found.append((SEARCH, moved))
    return found


def _turned(first: Matrix, degrees: tuple[float, ...], centre_mm: NDArray[np.float64]) -> Matrix:
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_rotvec(degrees, degrees=True).as_matrix()
    turn[:3, 3] = centre_mm - turn[:3, :3] @ centre_mm
    matrix: Matrix = first @ turn
    return matrix


def _ranked(pair: Pair, candidates: list[tuple[str, Matrix]], told: Told) -> list[Start]:
    ranked = []
    for name, matrix in candidates:
        told()
        nats, share = pair.told(matrix)
        if share >= _LEAST_SHARE:
            ranked.append(Start(matrix, name, nats))
    return sorted(ranked, key=lambda one: -one.nats)


def _apart(ranked: list[Start], fixed: Prepared) -> list[Start]:
    """Return some that are not much the same as a better one; the plain ones first."""
    kept: list[Start] = []
    plain = [one for one in ranked if one.name != SEARCH]
    for one in [*plain, *ranked]:
        if len(kept) == CLIMBED:
            break
        if all(_differ(one.matrix, other.matrix, fixed.mass_mm) for other in kept):
            kept.append(one)
    return kept


def _differ(one: Matrix, other: Matrix, centre_mm: NDArray[np.float64]) -> bool:
    between = np.linalg.inv(other) @ one
    moved = between[:3, :3] @ centre_mm + between[:3, 3] - centre_mm
    turn = np.degrees(np.arccos(np.clip((np.trace(between[:3, :3]) - 1) / 2, -1.0, 1.0)))
    return bool(np.linalg.norm(moved) > _SAME_MM or turn > _SAME_DEG)
