"""Vessels and airways of a made lung: trees that branch until they are thin.

[K]: from memory, not opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

VESSEL_HU: Final = 40.0
WALL_HU: Final = 0.0
THINNEST_MM: Final = 0.35
"""Radius at which a vessel is no longer drawn."""
SHRINKS: Final = 2.0 ** (-1.0 / 3.0)
"""Radius from parent to equal children: the sum of cubes stays the same (Murray 1926; [K])."""
_AIRWAY_GENERATIONS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Tube:
    """A straight piece.

    Attributes
    ----------
    begin, end : ndarray, shape (3,)
        LPS mm.
    radius_mm : float
    hu : float
    lumen_mm : float
        Radius of the air within; 0 for a vessel.
    """

    begin: NDArray[np.float64]
    end: NDArray[np.float64]
    radius_mm: float
    hu: float
    lumen_mm: float = 0.0


def grow_trees(random: np.random.Generator, scale: float) -> list[Tube]:
    """Return vessels and airways of both lungs, in the order in which they are drawn."""
    tubes: list[Tube] = []
    for side in (-1.0, 1.0):
        hilum = np.array([side * 18.0, 8.0, -5.0]) * scale
        for tree in range(9):
            way = np.array([side, random.uniform(-0.9, 0.9), random.uniform(-1.4, 1.4)])
            start = hilum + random.normal(scale=5.0 * scale, size=3)
            air = tree % 3 == 0
            tubes += _grow(random, start, way, scale * random.uniform(3.2, 4.6), air)
    return tubes


def _grow(
    random: np.random.Generator,
    start: NDArray[np.float64],
    way: NDArray[np.float64],
    radius: float,
    air: bool,
) -> Iterator[Tube]:
    todo = [(start, way / np.linalg.norm(way), radius, 0)]
    while todo:
        begin, way, radius, generation = todo.pop()
        if radius < THINNEST_MM:
            continue
        length = radius * random.uniform(5.0, 10.0)
        bends = int(random.integers(1, 4))
        for _ in range(bends):
            way = way + random.normal(scale=0.15, size=3)
            way /= np.linalg.norm(way)
            end = begin + way * length / bends
            yield Tube(begin, end, radius, VESSEL_HU)
            if air and generation < _AIRWAY_GENERATIONS:
                beside = np.cross(way, [0.3, 0.5, 0.8])
                beside *= 2.1 * radius / max(float(np.linalg.norm(beside)), 1e-9)
                yield Tube(begin + beside, end + beside, radius, WALL_HU, 0.75 * radius)
            begin = end
        uneven = random.uniform(0.75, 1.15)
        for share, sign in ((uneven, 1.0), (2.0 - uneven, -1.0)):
            aside = np.cross(way, random.normal(size=3))
            aside /= max(float(np.linalg.norm(aside)), 1e-9)
            turned = way + sign * aside * random.uniform(0.25, 0.9)
            smaller = radius * SHRINKS * share ** (1.0 / 3.0)
            todo.append((begin, turned / np.linalg.norm(turned), smaller * 0.97, generation + 1))
