"""How wrong a registration may be: its parts, and the estimate that is made of them.

The alignment under test is compared with independent check registrations (from perturbed starts,
one of them in the other direction), with block matching, and with its own restarts. The weights
were fitted on pairs whose truth is known and tried on others; docs/fusion-error.md has the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongying.imaging.grid import Points
from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.quality.check import STARTS, Check, check_from
from tongying.imaging.quality.estimate import ErrorEstimate, Jacobian
from tongying.imaging.quality.information import mutual_information
from tongying.imaging.quality.jacobian import jacobian
from tongying.imaging.quality.local_similarity import LocalShifts, local_shifts
from tongying.imaging.quality.overlap import overlap
from tongying.imaging.quality.own_check import OwnChecks
from tongying.imaging.quality.working import Working, coarse_body, targets_of, working_pair
from tongying.imaging.registration.result import Registration
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume

TARGETS = 200
NEAR_MM = 5.0
"""So near must a block's shift lie to what the checks say, to agree with them."""
WEIGHT_SPREAD = 0.5
"""Of the checks' spread, and of the restarts'."""
AGREEING = 0.6
"""Share of blocks that agree in most rightly aligned pairs."""
MISMATCH_MM = 3.0
"""Added (in squares) if no block agrees: the images may not be of the same child."""
P95_FACTOR = 1.5
"""The 95th percentile over the body is at least this many times the mean."""
_CHECKS = ((STARTS[0], False), (STARTS[0], False), (STARTS[1], False), (STARTS[0], True))
"""Starts, and whether in the other direction; the first check is another program's."""
FLOOR_VOXELS = 0.1
"""Of the working grid: the checks see nothing smaller."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the estimate is made of.

    Attributes
    ----------
    check_mm, check_p95_mm : float
        Over the targets: how far the checks together would move them.
    check_spread_mm : float
    restart_spread_mm : float
        0 if there were no restarts.
    agreeing : float
        0 to 1.
    voxel_mm : float
        Of the working grid.
    """

    check_mm: float
    check_p95_mm: float
    check_spread_mm: float
    restart_spread_mm: float
    agreeing: float
    voxel_mm: float


def combine(parts: Parts) -> tuple[float, float]:
    """Return the estimated mean error and 95th percentile, in mm.

    ``e² = check² + (w·spread)² + (w·restarts)² + mismatch² + floor²``; the mismatch grows as fewer
    blocks than usual agree with the checks.

    Parameters
    ----------
    parts : Parts
    """
    missing = max(AGREEING - parts.agreeing, 0.0) / AGREEING
    rest = (
        (WEIGHT_SPREAD * parts.check_spread_mm) ** 2
        + (WEIGHT_SPREAD * parts.restart_spread_mm) ** 2
        + MISMATCH_MM**2 * missing
        + (FLOOR_VOXELS * parts.voxel_mm) ** 2
    )
    mean = float(np.sqrt(parts.check_mm**2 + rest))
    most = float(np.sqrt(parts.check_p95_mm**2 + P95_FACTOR**2 * rest))
    return mean, max(most, P95_FACTOR * mean)


def estimate_error(
    fixed: Volume,
    moving: Volume,
    registration: Registration,
    *,
    progress: Progress = silent,
    seed: int = 0,
) -> ErrorEstimate:
    """Estimate the target error of a registration without knowing the truth.

    The alignment is left as it is, whatever the checks say. The same input and seed give the same
    estimate, to a thousandth of a millimetre.

    Parameters
    ----------
    fixed, moving : Volume
    registration : Registration
        Also one that computed nothing, because the images share a frame of reference.
    progress : Progress
    seed : int
        Of starts, samples and blocks.

    Raises
    ------
    NoBody
        If no child is seen in one of the images.
    NotInvertible
        If the moving body is the smaller one and the deformation folds space.
    """
    random = np.random.default_rng(seed)
    progress(0.0, "error")
    bodies = coarse_body(fixed), coarse_body(moving)
    shared = overlap(fixed, moving, registration.transform, bodies)
    folds = _jacobian(bodies[0], registration)
    progress(0.1, "error")
    working = working_pair(fixed, moving, registration.transform, bodies[0])
    if working is None:
        return _apart(bodies[0], registration, shared, folds)
    progress(0.2, "error")
    targets = targets_of(working, TARGETS, random)
    checks: list[Check] = []
    backward: float | None = None
    checking = Share(progress, 0.2, 0.85)
    for check, back in _checks((fixed, moving), registration, working, random, checking):
        if check is None:
            continue
        checks.append(check)
        if back:
            backward = float(_lengths(check.moved.points(targets) - targets).mean())
    if not checks:
        return _apart(bodies[0], registration, shared, folds)
    moves = np.array([check.moved.points(targets) - targets for check in checks])
    middle = np.median(moves, axis=0)
    spread = float(np.sqrt(((moves - middle) ** 2).sum(axis=-1).mean()))
    # The checks count their similarity each in its own way: the one nearest to all is taken.
    best = checks[int(np.argmin(((moves - middle) ** 2).sum(axis=(1, 2))))].moved
    shifts = local_shifts(fixed, moving, registration.transform, working, random)
    agreeing = _agreeing(shifts, best)
    progress(0.95, "error")
    told = mutual_information(working.fixed[working.region], working.moving[working.region])
    restarts = _restart_spread(registration, targets)
    mean, most = combine(
        Parts(
            float(_lengths(middle).mean()),
            float(np.percentile(_lengths(middle), 95)),
            spread,
            restarts or 0.0,
            agreeing or 0.0,
            working.voxel_mm,
        )
    )
    progress(1.0, "error")
    return ErrorEstimate(
        estimated_mm=mean,
        p95_mm=most,
        restart_spread_mm=restarts,
        inverse_consistency_mm=backward,
        local_mm=shifts.median_mm,
        local_blocks=shifts.count,
        overlap=shared,
        similarity=told,
        targets=len(targets),
        jacobian=folds,
        check_mm=float(_lengths(middle).mean()),
        check_spread_mm=spread,
        agreeing=agreeing,
    )


def _checks(
    images: tuple[Volume, Volume],
    registration: Registration,
    working: Working,
    random: np.random.Generator,
    progress: Progress,
) -> Iterator[tuple[Check | None, bool]]:
    """Yield checks, and whether each goes in the other direction.

    A deformation is checked on the working grid, where the moving image lies as it says.
    """
    claimed = registration.transform
    own = OwnChecks.of(*images, claimed) if isinstance(claimed, MatrixTransform) else None
    for number, (away, back) in enumerate(_CHECKS):
        part = Share(progress, number / len(_CHECKS), (number + 1) / len(_CHECKS))
        if number == 0 or own is None:
            yield check_from(working, random, away=away, swapped=back), back
        else:
            yield own.from_start(random, away=away, swapped=back, progress=_named(part)), back
        part(1.0, "error")


def _named(progress: Progress) -> Progress:
    """Tell one name for all that a check does."""

    def told(fraction: float, _: str) -> None:
        progress(fraction, "error")

    return told


def _apart(
    body: Volume, registration: Registration, shared: float, folds: Jacobian | None
) -> ErrorEstimate:
    """Answer for images that share nothing to compare: wrong by half the body, for all we know."""
    points = body.grid.to_lps(np.argwhere(body.array)[:, ::-1])
    half = float(np.ptp(points, axis=0).max() / 2)
    return ErrorEstimate(
        estimated_mm=half,
        p95_mm=2 * half,
        restart_spread_mm=_restart_spread(registration, points),
        inverse_consistency_mm=None,
        local_mm=None,
        local_blocks=0,
        overlap=shared,
        similarity=0.0,
        targets=0,
        jacobian=folds,
    )


def _jacobian(body: Volume, registration: Registration) -> Jacobian | None:
    if isinstance(registration.transform, MatrixTransform):
        return None
    return jacobian(registration.transform, body.array, body.grid)


def _restart_spread(registration: Registration, targets: Points) -> float | None:
    if len(registration.restarts) < 2:
        return None
    ends = np.array([end.points(targets) for end in registration.restarts])
    return float(np.sqrt(((ends - ends.mean(axis=0)) ** 2).sum(axis=-1).mean()))


def _agreeing(shifts: LocalShifts, best: MatrixTransform) -> float | None:
    if not shifts.count:
        return None
    off = shifts.shifts_mm - (best.points(shifts.centres) - shifts.centres)
    return float((_lengths(off) <= NEAR_MM).mean())


def _lengths(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(vectors, axis=-1), dtype=np.float64)
