"""How much one image tells about another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BINS = 24
AWAY_MM = 16.0
"""Shifts far enough that inner structures no longer meet, near enough that bodies still do."""

_POINTS = 12_000


def mutual_information(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return the mutual information, in nats, of paired values from 0 to 1.

    Parameters
    ----------
    first, second : ndarray, shape (n,)

    Examples
    --------
    >>> half = np.array([0.0, 0.0, 1.0, 1.0], dtype=np.float32)
    >>> round(mutual_information(half, 1 - half), 4) == round(float(np.log(2)), 4)
    True
    """
    one = np.minimum((first * BINS).astype(np.int64), BINS - 1)
    other = np.minimum((second * BINS).astype(np.int64), BINS - 1)
    joint = np.bincount(one * BINS + other, minlength=BINS * BINS).reshape(BINS, BINS)
    share = joint / max(len(one), 1)
    return _entropy(share.sum(axis=0)) + _entropy(share.sum(axis=1)) - _entropy(share.ravel())


def _entropy(share: NDArray[np.float64]) -> float:
    some = share[share > 0]
    return float(-(some * np.log(some)).sum())
