"""Exponentially weighted moving average of differences between model and reader.

References
----------
.. [1] Lucas JM, Saccucci MS. Exponentially weighted moving average control schemes: properties and
   enhancements. Technometrics 1990; 32: 1-12.
.. [2] Brook D, Evans DA. An approach to the probability distribution of cusum run length.
   Biometrika 1972; 59: 539-549.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from scipy.stats import chi2, norm, t

from tongying.ai.monitoring.psi import MonitorRefused

CELLS: Final = 201
"""Of the chain that stands for the moving average; odd, so that one lies at 0."""
SURE: Final = 0.9
"""How sure it is that the baseline's uncertainty does not add false alarms."""
WIDEST: Final = 6.0
"""Limits in standard errors beyond which none is looked for."""


@dataclass(frozen=True, slots=True)
class Ewma:
    """A two-sided chart of differences.

    Attributes
    ----------
    mean, spread : float
        Of the baseline, in the unit of the differences; `spread` is one that the true one hardly
        exceeds.
    weight : float
        Of the newest difference, above 0 and at most 1.
    width : float
        Limits, in standard errors of the moving average in the long run.
    """

    mean: float
    spread: float
    weight: float
    width: float

    @property
    def limit(self) -> float:
        """Greatest distance of the moving average from 0, standardised."""
        return self.width * sqrt(self.weight / (2.0 - self.weight))

    def after(self, average: float, difference: float) -> float:
        """Return the standardised moving average after one more difference."""
        new = (difference - self.mean) / self.spread
        return (1.0 - self.weight) * average + self.weight * new


def run_length(weight: float, width: float, shift: float) -> float:
    """Return the mean number of differences up to an alarm, from 0.

    Parameters
    ----------
    weight, width : float
        As in `Ewma`.
    shift : float
        Of normally distributed differences, in standard deviations.

    Raises
    ------
    MonitorRefused
        If the weight is not above 0 and at most 1, or the width not above 0.
    """
    if not 0.0 < weight <= 1.0 or not width > 0.0:
        raise MonitorRefused("A moving average needs a weight of at most 1 and a limit above 0.")
    limit = width * sqrt(weight / (2.0 - weight))
    step = 2.0 * limit / CELLS
    middle = -limit + step * (np.arange(CELLS) + 0.5)
    edges = -limit + step * np.arange(CELLS + 1)
    beneath = norm.cdf((edges[None, :] - (1.0 - weight) * middle[:, None]) / weight - shift)
    moves = np.diff(beneath, axis=1)
    return float(np.linalg.solve(np.eye(CELLS) - moves, np.ones(CELLS))[CELLS // 2])


def design(differences: Sequence[float], *, weight: float, run_length_at_least: float) -> Ewma:
    """Return a chart from a baseline.

    The baseline's mean and spread are estimates; the limit is set for the worst of the means, and
    the greatest of the spreads, that the baseline leaves likely.

    Parameters
    ----------
    differences : sequence of float
        Model less reader, of the baseline.
    weight : float
    run_length_at_least : float
        Mean number of differences between false alarms.

    Raises
    ------
    MonitorRefused
        If there are too few differences, they are all the same, or no limit holds that length.
    """
    values = np.asarray(differences, np.float64)
    n = len(values)
    if n < 10 or not np.isfinite(values).all() or values.std() == 0.0:
        raise MonitorRefused("A baseline needs ten differences that are not all the same.")
    seen = float(values.std(ddof=1))
    spread = seen * sqrt((n - 1) / float(chi2.ppf(1.0 - SURE, n - 1)))
    off = float(t.ppf(0.5 + SURE / 2.0, n - 1)) * seen / sqrt(n) / spread
    low, high = 0.5, WIDEST
    if run_length(weight, high, off) < run_length_at_least:
        raise MonitorRefused("The baseline is too small to hold that many studies without alarm.")
    while high - low > 1e-3:
        middle = (low + high) / 2.0
        if run_length(weight, middle, off) < run_length_at_least:
            low = middle
        else:
            high = middle
    return Ewma(float(values.mean()), spread, weight, high)
