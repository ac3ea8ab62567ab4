"""Finds the row of a table below each of many places, in one step for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tongying.norms.arrays import FloatArray

Rows = NDArray[np.intp]

MOST_CELLS = 1_000_000
"""Beyond it a table is too uneven for cells, and rows are found by halving."""


class RowFinder:
    """Rows of a rising column.

    The column is cut into equal cells no wider than its narrowest gap, so that each holds at most
    one row: a division finds the cell, one comparison the row.

    Parameters
    ----------
    x : FloatArray
        (r,), rising, at least two.
    """

    def __init__(self, x: FloatArray) -> None:
        self._x = x
        self._first = float(x[0])
        self._last = len(x) - 2
        width = float(np.diff(x).min())
        cells = int(np.ceil((x[-1] - x[0]) / width)) + 2
        self._below: Rows | None = None
        if cells <= MOST_CELLS:
            self._per_width = 1.0 / width
            starts = self._first + width * np.arange(cells)
            self._below = np.clip(np.searchsorted(x, starts, side="right") - 1, 0, self._last)

    def rows(self, x: FloatArray) -> Rows:
        """Return the row at or below each place, (n,), from 0 to r - 2; places lie in the range."""
        if self._below is None:
            return np.clip(np.searchsorted(self._x, x, side="right") - 1, 0, self._last)
        cell = ((x - self._first) * self._per_width).astype(np.intp)
        np.clip(cell, 0, len(self._below) - 1, out=cell)
        row: Rows = self._below[cell]
        # A cell may begin before its row, and rounding may have taken the cell beside it.
        row += (x >= self._x[row + 1]) & (row < self._last)
        row -= (x < self._x[row]) & (row > 0)
        return row
