"""Area of the surface within a cell of eight voxel centres, for each of the 256 ways to fill it.

As in marching cubes on a mask: the surface crosses edges of the cell half-way; crossings are joined
across each face and the loops that arise are filled. On a face whose filled corners lie
diagonally, the filled corners are kept apart. A loop that is not plane is filled as a fan about its
centre.

References
----------
Lorensen WE, Cline HE. Marching cubes: a high resolution 3D surface construction algorithm. Comput
Graph 1987; 21: 163-169.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tongying.norms.arrays import FloatArray

Corner = tuple[int, int, int]
Edge = frozenset[Corner]


@lru_cache(maxsize=32)
def areas_of_cells(spacing_mm: tuple[float, float, float]) -> tuple[float, ...]:
    """Return the area in mm2 for each code.

    Parameters
    ----------
    spacing_mm : tuple of float
        Along slices, rows and columns. Bit 4k + 2j + i of a code is the voxel at (k, j, i).

    Examples
    --------
    >>> areas = areas_of_cells((1.0, 1.0, 1.0))
    >>> areas[0], areas[0b00001111], round(areas[1], 4)
    (0.0, 1.0, 0.2165)
    """
    scale = np.array(spacing_mm)
    return tuple(
        sum(_fan(loop, scale) for loop in _loops(_filled(code))) if 0 < code < 255 else 0.0
        for code in range(256)
    )


def _filled(code: int) -> frozenset[Corner]:
    return frozenset((bit >> 2 & 1, bit >> 1 & 1, bit & 1) for bit in range(8) if code >> bit & 1)


def _loops(filled: frozenset[Corner]) -> list[list[Edge]]:
    """Return closed paths over crossed edges."""
    joined: dict[Edge, list[Edge]] = {}
    for axis in range(3):
        for side in (0, 1):
            for one, two in _segments(filled, _face(axis, side)):
                joined.setdefault(one, []).append(two)
                joined.setdefault(two, []).append(one)
    found: list[list[Edge]] = []
    waiting = dict(joined)
    while waiting:
        loop = [next(iter(sorted(waiting, key=sorted)))]
        before: Edge | None = None
        while True:
            first, second = waiting.pop(loop[-1])
            after = second if first == before else first
            before = loop[-1]
            if after == loop[0]:
                break
            loop.append(after)
        found.append(loop)
    return found


def _face(axis: int, side: int) -> list[Corner]:
    """Return a face's corners, going round."""
    corners: list[Corner] = []
    for first, second in ((0, 0), (0, 1), (1, 1), (1, 0)):
        place = [first, second]
        place.insert(axis, side)
        corners.append((place[0], place[1], place[2]))
    return corners


def _segments(filled: frozenset[Corner], face: list[Corner]) -> list[tuple[Edge, Edge]]:
    inside = [corner in filled for corner in face]
    edges = [frozenset((face[at], face[(at + 1) % 4])) for at in range(4)]
    crossed = [at for at in range(4) if inside[at] != inside[(at + 1) % 4]]
    if len(crossed) == 2:
        return [(edges[crossed[0]], edges[crossed[1]])]
    if len(crossed) == 4:
        # Diagonal: the two edges at each filled corner belong together.
        return [(edges[at - 1], edges[at]) for at in range(4) if inside[at]]
    return []


def _fan(loop: list[Edge], scale: FloatArray) -> float:
    points = np.array([np.mean(sorted(edge), axis=0) for edge in loop]) * scale
    spokes = points - points.mean(axis=0)
    normals = np.cross(spokes, np.roll(spokes, -1, axis=0))
    return float(np.linalg.norm(normals, axis=1).sum() / 2.0)
