"""Where made nodules go: free in the lung, at its wall, at a vessel, and never in each other."""

from __future__ import annotations

from collections.abc import Sequence
from math import dist

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.ai.lung.lung_field import LungField
from tongying.ai.lung.phantoms.nodules import MadeNodule, NoduleKind, Place, make_nodule
from tongying.imaging.volume import Mask, Volume

APART_MM = 6.0
"""Least gap between two made nodules."""
_VESSEL_HU = -550.0
_TRIES = 400
_COARSE_MM = 2.0
"""Places are looked for at about this distance."""


def place_nodules(
    volume: Volume,
    field: LungField,
    random: np.random.Generator,
    diameters_mm: Sequence[float],
    *,
    avoid: Mask | None = None,
) -> tuple[MadeNodule, ...]:
    """Return nodules of these diameters at random places of each kind.

    Parameters
    ----------
    volume : Volume
    field : LungField
        Of the volume.
    random : Generator
    diameters_mm : sequence of float
    avoid : ndarray of bool, optional
        Where none may lie, such as in a tumour that is there.
    """
    spacing = volume.grid.spacing_mm[::-1]
    steps = np.maximum(np.round(_COARSE_MM / spacing), 1.0).astype(int)
    coarse = tuple(slice(None, None, int(step)) for step in steps)
    lungs, values = field.mask[coarse], volume.array[coarse]
    free = lungs & (values < _VESSEL_HU)
    depth = ndimage.distance_transform_edt(lungs, sampling=spacing * steps)
    if avoid is not None:
        free &= ~avoid[coarse]
    vessel = ndimage.distance_transform_edt(
        ~(lungs & (values > _VESSEL_HU)), sampling=spacing * steps
    )
    open_at = np.argwhere(free)
    placed: list[MadeNodule] = []
    for diameter in diameters_mm:
        place = random.choice(list(Place), p=[0.45, 0.25, 0.30])
        kind = random.choice(list(NoduleKind), p=[0.75, 0.15, 0.10])
        for _ in range(_TRIES):
            at = open_at[int(random.integers(len(open_at)))]
            if not _fits(
                Place(place), diameter / 2.0, float(depth[tuple(at)]), float(vessel[tuple(at)])
            ):
                continue
            point = _lps(volume, at * steps, random)
            if all(
                dist(point, one.centre_mm) > (diameter + one.diameter_mm) / 2.0 + APART_MM
                for one in placed
            ):
                made = make_nodule(random, point, float(diameter), NoduleKind(kind), Place(place))
                placed.append(made)
                break
    return tuple(placed)


def _fits(place: Place, radius: float, depth: float, vessel: float) -> bool:
    if place is Place.WALL:
        return 0.4 * radius < depth < 1.1 * radius
    if place is Place.VESSEL:
        return depth > 1.3 * radius and 0.3 * radius < vessel < 1.1 * radius
    return depth > radius + 2.0 and vessel > radius + 1.0


def _lps(
    volume: Volume, at: NDArray[np.int64], random: np.random.Generator
) -> tuple[float, float, float]:
    x, y, z = volume.grid.to_lps([at[::-1] + random.uniform(-0.5, 0.5, size=3)])[0]
    return float(x), float(y), float(z)
