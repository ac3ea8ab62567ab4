"""The places along an axis at which a norm is printed: closer where children change faster."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.axis import DAYS_PER_MONTH, AxisKind

MONTHLY_UNTIL_MONTHS: Final = 24
HALF_YEARLY_UNTIL_MONTHS: Final = 72
STEP_CM: Final = 5.0
STEP_M2: Final = 0.1
"""Habit of printed tables, and no property of a norm; needs sign-off."""
SLIVER: Final = 0.1
"""A last band narrower than this part of its neighbour is joined to it."""
_TINY: Final = 1e-9


def edges(axis: AxisKind, low: float, high: float) -> FloatArray:
    """Return the edges of bands from `low` to `high`, both among them.

    Ages: months until 2 years, half years until 6, then years, as whole days. Gestation: weeks.
    Height: 5 cm. Body surface: 0.1 m2.

    Examples
    --------
    >>> edges(AxisKind.GESTATIONAL_AGE, 20.5, 23.0).tolist()
    [20.5, 21.0, 22.0, 23.0]
    """
    inner = _inner(axis, low, high)
    kept = inner[(inner > low + _TINY) & (inner < high - _TINY)]
    if len(kept) > 1 and high - kept[-1] < SLIVER * (kept[-1] - kept[-2]):
        kept = kept[:-1]
    return np.array([low, *kept, high]) if high > low else np.array([low])


def _inner(axis: AxisKind, low: float, high: float) -> FloatArray:
    match axis:
        case AxisKind.AGE | AxisKind.CORRECTED_AGE:
            last = int(high / DAYS_PER_MONTH) + 12
            months = [
                *range(0, MONTHLY_UNTIL_MONTHS, 1),
                *range(MONTHLY_UNTIL_MONTHS, HALF_YEARLY_UNTIL_MONTHS, 6),
                *range(HALF_YEARLY_UNTIL_MONTHS, max(last, HALF_YEARLY_UNTIL_MONTHS) + 1, 12),
            ]
            return np.rint(np.array(months) * DAYS_PER_MONTH)
        case AxisKind.GESTATIONAL_AGE | AxisKind.POSTMENSTRUAL_AGE:
            return np.arange(np.floor(low), np.ceil(high) + 1.0)
        case AxisKind.HEIGHT:
            return STEP_CM * np.arange(np.floor(low / STEP_CM), np.ceil(high / STEP_CM) + 1)
        case AxisKind.BODY_SURFACE:
            steps = np.arange(np.floor(low / STEP_M2), np.ceil(high / STEP_M2) + 1)
            return np.round(STEP_M2 * steps, 9)
        case AxisKind.NONE:
            return np.empty(0)
