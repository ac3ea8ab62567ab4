"""A fitted curve as a table of parameters, fine enough that straight lines between rows do."""

from __future__ import annotations

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.fit.engine import Fit
from tongying.norms.forms.parameter_table import SexTable

LARGEST_ERROR = 5e-4
"""In standard deviations, of any score between -3 and 3, midway between two rows."""
FIRST_ROWS, MOST_ROWS = 129, 4097
SCORES = np.array([-3.0, -1.5, 0.0, 1.5, 3.0])


def table_of(fitted: Fit) -> SexTable:
    """Return the curve at the middle of the sites, in rows evenly spaced on the transformed axis.

    Rows are doubled until a straight line between them errs by less than 0.0005 SD.
    """
    rows = FIRST_ROWS
    while True:
        x = fitted.axis.grid(rows)
        table = SexTable(x=x, natural=fitted.natural(x))
        if rows >= MOST_ROWS or line_error(fitted, table) < LARGEST_ERROR:
            return table
        rows = 2 * rows - 1


def line_error(fitted: Fit, table: SexTable) -> float:
    """Return the largest error of a score midway between two rows, in standard deviations."""
    middle = 0.5 * (table.x[1:] + table.x[:-1])
    exact = fitted.natural(middle)[:, :, None]
    straight = np.stack([np.interp(middle, table.x, row) for row in table.natural])
    value: FloatArray = fitted.family.value(SCORES[None, :], exact)
    score = fitted.family.z(value, straight[:, :, None])
    return float(np.nanmax(np.abs(score - SCORES)))
