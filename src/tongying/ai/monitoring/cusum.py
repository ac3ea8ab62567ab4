"""Cumulative sum of yes and no: whether a rate rose or fell, with run lengths computed exactly.

The sum of log-likelihood ratios is put on a lattice of whole numbers, so that the chart is a Markov
chain with few states and its run lengths follow from linear equations; nothing is read off a table.

References
----------
.. [1] Reynolds MR, Stoumbos ZG. A CUSUM chart for monitoring a proportion when inspecting
   continuously. J Qual Technol 1999; 31: 87-108.
.. [2] Brook D, Evans DA. An approach to the probability distribution of cusum run length.
   Biometrika 1972; 59: 539-549.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import log
from typing import Final

import numpy as np
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import spsolve

from tongying.ai.monitoring.psi import MonitorRefused
from tongying.norms.arrays import FloatArray

FINEST: Final = 60
"""Greatest step of the lattice."""
HIGHEST: Final = 20_000
"""States beyond which a chart is not looked for."""


@dataclass(frozen=True, slots=True)
class Cusum:
    """A chart for a rate that may rise from `usual` to `changed`, or fall to it.

    Attributes
    ----------
    usual, changed : float
        Rates; the chart is tuned to this change.
    on_yes, on_no : int
        Steps of the sum at a yes and at a no, towards the alarm where positive.
    limit : int
        An alarm is given when the sum reaches it; then the sum begins anew at 0.
    """

    usual: float
    changed: float
    on_yes: int
    on_no: int
    limit: int

    def after(self, total: int, yes: bool) -> int:
        """Return the sum after one more study."""
        return max(0, total + (self.on_yes if yes else self.on_no))

    def run_length(self, rate: float) -> float:
        """Return the mean number of studies up to an alarm, from 0, at a true rate.

        Parameters
        ----------
        rate : float
            Between 0 and 1, both outside.

        Raises
        ------
        MonitorRefused
            If it is not.
        """
        if not 0.0 < rate < 1.0:
            raise MonitorRefused("A rate must lie between 0 and 1.")
        moves = _moves(self.on_yes, self.on_no, self.limit, rate)
        lengths = spsolve(csc_array(eye_array(self.limit) - moves), np.ones(self.limit))
        return float(np.atleast_1d(lengths)[0])

    def alarm_chance(self, rate: float, studies: int) -> float:
        """Return the chance of an alarm within so many studies, from 0, at a true rate."""
        moves = _moves(self.on_yes, self.on_no, self.limit, rate).T.tocsr()
        at: FloatArray = np.zeros(self.limit)
        at[0] = 1.0
        for _ in range(studies):
            at = moves @ at
        return float(1.0 - at.sum())


def design(usual: float, changed: float, *, run_length: float) -> Cusum:
    """Return the quickest chart of its kind that seldom gives an alarm without cause.

    Parameters
    ----------
    usual : float
        Rate at which nothing is wrong.
    changed : float
        Rate to be found; above `usual` or below.
    run_length : float
        Mean number of studies between false alarms, at least.

    Raises
    ------
    MonitorRefused
        If rates are equal or not between 0 and 1, or so rare that no chart can be found.
    """
    if not (0.0 < usual < 1.0 and 0.0 < changed < 1.0) or usual == changed:
        raise MonitorRefused("A chart needs two different rates between 0 and 1.")
    yes = log(changed / usual)
    no = log((1.0 - changed) / (1.0 - usual))
    ratio = Fraction(abs(no) / (abs(yes) + abs(no))).limit_denominator(FINEST)
    share = min(max(ratio, Fraction(1, FINEST)), Fraction(FINEST - 1, FINEST))
    whole, part = share.denominator, share.numerator
    on_yes, on_no = (whole - part, -part) if yes > 0.0 else (part - whole, part)
    low, high = 1, 2
    while Cusum(usual, changed, on_yes, on_no, high).run_length(usual) < run_length:
        low, high = high, 2 * high
        if high > HIGHEST:
            raise MonitorRefused("The rate is too near to the one to be found.")
    while high - low > 1:
        middle = (low + high) // 2
        if Cusum(usual, changed, on_yes, on_no, middle).run_length(usual) < run_length:
            low = middle
        else:
            high = middle
    return Cusum(usual, changed, on_yes, on_no, high)


def together(first: float, second: float) -> float:
    """Return the mean run length of two charts of opposite directions on one stream.

    References
    ----------
    Kemp KW. The average run length of the cumulative sum chart when a V-mask is used. J R Stat Soc
    B 1961; 23: 149-153.

    Examples
    --------
    >>> together(2000.0, 2000.0)
    1000.0
    """
    return 1.0 / (1.0 / first + 1.0 / second)


def _moves(on_yes: int, on_no: int, limit: int, rate: float) -> csc_array:
    """Return chances of going from one sum below the limit to another, (limit, limit)."""
    sums = np.arange(limit)
    rows, columns, chances = [], [], []
    for step, chance in ((on_yes, rate), (on_no, 1.0 - rate)):
        to = np.maximum(0, sums + step)
        stays = to < limit
        rows.append(sums[stays])
        columns.append(to[stays])
        chances.append(np.full(int(stays.sum()), chance))
    where = (np.concatenate(rows), np.concatenate(columns))
    return csc_array((np.concatenate(chances), where), shape=(limit, limit))
