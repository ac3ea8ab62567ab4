"""Which nodule of today is which of an earlier scan, through a registration of both lungs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from tongying.ai.lung.lung_field import LungField
from tongying.imaging.progress import Progress, silent
from tongying.imaging.registration.affine import register_affine
from tongying.imaging.transform import Transform
from tongying.imaging.volume import Mask, Volume

FARTHEST_MM: Final = 12.0
"""Beyond it two nodules are not one; breath moves the lung by more near the diaphragm, so that a
pair there may be told as new and gone (the project's own choice; needs sign-off)."""
SIZE_MM: Final = 4.0
"""What a ratio of 2 between two diameters costs, as a distance."""
MARGIN_MM: Final = 6.0
"""Around the lungs, so that the wall and the diaphragm are seen by the registration."""
_NEVER: Final = 1e6
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """A nodule of one scan.

    Attributes
    ----------
    number : int
    centre_mm : tuple of float
        LPS of its scan.
    diameter_mm : float
    """

    number: int
    centre_mm: Point
    diameter_mm: float


@dataclass(frozen=True, slots=True)
class Match:
    """A nodule of today and the same one before.

    Attributes
    ----------
    number, prior_number : int
    apart_mm : float
        Between where the registration expects it and where it is.
    """

    number: int
    prior_number: int
    apart_mm: float


def to_prior(
    now: Volume,
    now_field: LungField,
    prior: Volume,
    prior_field: LungField,
    *,
    progress: Progress = silent,
) -> Transform:
    """Return the transform from points of today's scan to points of the earlier one.

    Parameters
    ----------
    now, prior : Volume
        In Hounsfield units.
    now_field, prior_field : LungField
        Of each.
    progress : callable, optional
        Told how far it is.

    Raises
    ------
    RegistrationRefused
        As `register_affine`.
    """
    found = register_affine(
        now,
        prior,
        fixed_mask=_with_margin(now_field),
        moving_mask=_with_margin(prior_field),
        restarts=1,
        progress=progress,
    )
    return found.transform


def match(now: Sequence[Seen], prior: Sequence[Seen], transform: Transform) -> tuple[Match, ...]:
    """Return the pairs that together lie nearest; what is left is new, or gone.

    Parameters
    ----------
    now, prior : sequence of Seen
    transform : Transform
        From today's points to the earlier scan's.
    """
    if not now or not prior:
        return ()
    expected = transform.points([one.centre_mm for one in now])
    there = np.array([one.centre_mm for one in prior])
    away = np.linalg.norm(expected[:, None] - there[None], axis=2)
    ratio = np.array([[abs(np.log2(a.diameter_mm / b.diameter_mm)) for b in prior] for a in now])
    reach = np.array(
        [[max(FARTHEST_MM, (a.diameter_mm + b.diameter_mm) / 2.0) for b in prior] for a in now]
    )
    cost = np.where(away <= reach, away + SIZE_MM * ratio, _NEVER)
    rows, columns = linear_sum_assignment(cost)
    return tuple(
        Match(now[row].number, prior[column].number, float(away[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if cost[row, column] < _NEVER
    )


def _with_margin(field: LungField) -> Mask:
    spacing = field.grid.spacing_mm[::-1]
    steps = np.maximum(np.round(MARGIN_MM / spacing).astype(int), 1)
    grown: Mask = field.mask
    for axis, count in enumerate(steps):
        shape = [1, 1, 1]
        shape[axis] = 2 * int(count) + 1
        grown = ndimage.binary_dilation(grown, np.ones(shape, dtype=bool))
    return grown
