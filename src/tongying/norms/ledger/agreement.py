"""How far two readers of one examination differ: the error of measurement that readers make."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final

FEWEST_PAIRS: Final = 20
"""Pairs below which no error is told: its own standard error is then 16 % (needs sign-off)."""


def technical_error(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return the technical error of measurement between readers, or None of too few pairs.

    ``sqrt(sum(d^2) / (2 n))`` of the differences d (Dahlberg 1940; Ulijaszek and Kerr, Br J Nutr
    1999; 82: 165-177): the standard deviation of one reading about what is common to both.

    Parameters
    ----------
    pairs : sequence of (float, float)
        What two readers measured on the same examination, in one unit.

    Examples
    --------
    >>> round(technical_error([(10.0, 11.0)] * 20), 4)
    0.7071
    >>> technical_error([(10.0, 11.0)] * 19) is None
    True
    """
    if len(pairs) < FEWEST_PAIRS:
        return None
    error = sqrt(sum((one - other) ** 2 for one, other in pairs) / (2 * len(pairs)))
    return error if error > 0 else None
