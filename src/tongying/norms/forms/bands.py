"""Neighbouring bands of an axis: ``0 to 3 months``, ``3 to 6 months``, with their edges."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from tongying.norms.forms.refusal import require


def check_edges(edges: tuple[float, ...], rows: int) -> None:
    """Let edges pass that rise and enclose so many rows.

    Raises
    ------
    FormRefused
        If they do not.
    """
    require(rows > 0 and len(edges) == rows + 1, "A norm's bands and rows are not equally many.")
    rising = all(low < high for low, high in pairwise(edges))
    require(rising, "A norm's bands do not follow one another.")


def band_at(edges: tuple[float, ...], x: float) -> int:
    """Return the number of the band with `x`: an edge belongs to the band it begins.

    The last edge belongs to the last band.

    Examples
    --------
    >>> [band_at((0.0, 3.0, 6.0), x) for x in (0.0, 2.9, 3.0, 6.0)]
    [0, 0, 1, 1]
    """
    return min(max(bisect_right(edges, x) - 1, 0), len(edges) - 2)
