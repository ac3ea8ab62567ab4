"""Values brought to a middle of about 0 or 1 and a spread of about 1 before they are fitted.

So that a measure in micrometres converges as one in metres does: steps, differences and limits of
the engine are then those of numbers near 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.fit.design import Design


@dataclass(frozen=True, slots=True)
class Scale:
    """``(value - shift) / size``; families of positive values are only divided."""

    shift: float
    size: float

    @classmethod
    def of(cls, value: FloatArray, *, positive: bool) -> Scale:
        """Return the scale of values that are not all the same."""
        if positive:
            return cls(0.0, float(np.exp(np.mean(np.log(value)))))
        return cls(float(np.mean(value)), float(np.std(value)))

    def standard(self, value: FloatArray) -> FloatArray:
        """Return the values brought to the scale."""
        return np.asarray((value - self.shift) / self.size)

    def factors(self, design: Design) -> FloatArray:
        """Return by what each coefficient, (p,), is multiplied on the way back."""
        factor = np.ones(design.width)
        if not design.family.positive:
            factor[: design.offsets[1]] = self.size
        return factor

    def added(self, design: Design) -> FloatArray:
        """Return what each coefficient, (p,), is given on the way back, after `factors`.

        The columns of a spline add up to 1, so a constant is added to a curve by adding it to each.
        """
        added = np.zeros(design.width)
        end = design.offsets[1] - design.sites
        if design.family.positive:
            added[:end] = np.log(self.size)
        else:
            added[:end] = self.shift
            added[design.offsets[1] : design.offsets[2]] = np.log(self.size)
        return added

    def smoothing_factors(self, design: Design) -> FloatArray:
        """Return by what each smoothing parameter is divided on the way back."""
        factor = self.factors(design)
        return np.array([factor[one.where.start] ** 2 for one in design.penalties])
