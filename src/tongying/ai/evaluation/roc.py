"""Receiver operating characteristic: curve, area, DeLong's variance and comparisons.

References
----------
.. [1] DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated
   receiver operating characteristic curves: a nonparametric approach. Biometrics 1988; 44: 837-845.
.. [2] Sun X, Xu W. Fast implementation of DeLong's algorithm for comparing the areas under
   correlated receiver operating characteristic curves. IEEE Signal Process Lett 2014; 21:
   1389-1393.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata, t

from tongying.ai.evaluation.figure import SHARE_95, EvaluationRefused, Figure
from tongying.norms.arrays import FloatArray

FEWEST_OF_A_CLASS = 2
"""A variance needs two."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """An empirical ROC curve, from (0, 0) to (1, 1).

    Attributes
    ----------
    false_positive_rate, true_positive_rate : FloatArray
        (points,), not falling.
    thresholds : FloatArray
        (points,), falling; a score at or above it is a call. The first is infinite.
    """

    false_positive_rate: FloatArray
    true_positive_rate: FloatArray
    thresholds: FloatArray

    @property
    def area(self) -> float:
        """Area under the curve by trapezia."""
        return float(np.trapezoid(self.true_positive_rate, self.false_positive_rate))


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Areas of several readings of the same studies.

    Attributes
    ----------
    areas : FloatArray
        (readings,).
    covariance : FloatArray
        (readings, readings), DeLong's.
    diseased, healthy : int
    """

    areas: FloatArray
    covariance: FloatArray
    diseased: int
    healthy: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How two areas differ.

    Attributes
    ----------
    first, second, difference : float
        `difference` is the first less the second.
    low, high : float
        95 % interval of the difference.
    statistic : float
    degrees : float or None
        Of Student's distribution; None where the statistic is normal.
    p : float
        Two-sided.
    method : str
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    statistic: float
    degrees: float | None
    p: float
    method: str

    def as_json(self) -> dict[str, float | str | None]:
        """Return the comparison as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


def curve(scores: ArrayLike, truth: ArrayLike) -> Curve:
    """Return the empirical curve.

    Parameters
    ----------
    scores : array_like of float, shape (studies,)
        Higher speaks for disease.
    truth : array_like of bool, shape (studies,)

    Raises
    ------
    EvaluationRefused
        If sizes differ, a score is not a number or a class is missing.
    """
    values, ill = _checked(scores, truth)
    order = np.argsort(-values[0], kind="stable")
    values_in_order, ill = values[0][order], ill[order]
    last = np.append(np.flatnonzero(np.diff(values_in_order)), len(ill) - 1)
    hits = np.cumsum(ill)[last]
    alarms = last + 1 - hits
    zero = np.zeros(1)
    return Curve(
        false_positive_rate=np.concatenate([zero, alarms / (~ill).sum()]),
        true_positive_rate=np.concatenate([zero, hits / ill.sum()]),
        thresholds=np.concatenate([np.array([np.inf]), values_in_order[last]]),
    )


def areas(scores: ArrayLike, truth: ArrayLike) -> Areas:
    """Return areas under the curve with DeLong's covariance.

    Parameters
    ----------
    scores : array_like of float, shape (studies,) or (readings, studies)
    truth : array_like of bool, shape (studies,)

    Raises
    ------
    EvaluationRefused
        If sizes differ, a score is not a number or a class has fewer than two studies.
    """
    values, ill = _checked(scores, truth)
    diseased, healthy = int(ill.sum()), int((~ill).sum())
    if min(diseased, healthy) < FEWEST_OF_A_CLASS:
        raise EvaluationRefused("An area needs two studies with the finding and two without.")
    among_all = rankdata(values, axis=1)
    among_ill = rankdata(values[:, ill], axis=1)
    among_healthy = rankdata(values[:, ~ill], axis=1)
    of_ill = (among_all[:, ill] - among_ill) / healthy
    of_healthy = 1.0 - (among_all[:, ~ill] - among_healthy) / diseased
    covariance = (
        np.atleast_2d(np.cov(of_ill)) / diseased + np.atleast_2d(np.cov(of_healthy)) / healthy
    )
    return Areas(of_ill.mean(axis=1), covariance, diseased, healthy)


def area(scores: ArrayLike, truth: ArrayLike) -> Figure:
    """Return the area with DeLong's 95 % interval, cut at 0 and 1.

    Where the classes do not overlap the variance is 0 and says nothing: the interval then is None.

    Parameters
    ----------
    scores : array_like of float, shape (studies,)
    truth : array_like of bool, shape (studies,)
    """
    found = areas(scores, truth)
    value, variance = float(found.areas[0]), float(found.covariance[0, 0])
    n = found.diseased + found.healthy
    if variance <= 0.0:
        return Figure(value, None, None, n)
    half = float(norm.ppf(0.5 + SHARE_95 / 2.0)) * sqrt(variance)
    return Figure(value, max(0.0, value - half), min(1.0, value + half), n, "delong")


def compare_paired(first: ArrayLike, second: ArrayLike, truth: ArrayLike) -> Difference:
    """Compare two readings of the same studies by DeLong's test.

    Parameters
    ----------
    first, second : array_like of float, shape (studies,)
    truth : array_like of bool, shape (studies,)

    Raises
    ------
    EvaluationRefused
        If they differ and yet their difference has no variance.
    """
    found = areas(np.stack([np.asarray(first, float), np.asarray(second, float)]), truth)
    away = np.array([1.0, -1.0])
    variance = float(away @ found.covariance @ away)
    gap = float(found.areas[0] - found.areas[1])
    if variance <= 1e-15:
        if abs(gap) > 1e-12:
            raise EvaluationRefused("The areas differ, but their difference has no variance.")
        return Difference(
            float(found.areas[0]), float(found.areas[1]), 0.0, 0.0, 0.0, 0.0, None, 1.0,
            "delong-paired",
        )  # fmt: skip
    error = sqrt(variance)
    half = float(norm.ppf(0.5 + SHARE_95 / 2.0)) * error
    return Difference(
        first=float(found.areas[0]),
        second=float(found.areas[1]),
        difference=gap,
        low=gap - half,
        high=gap + half,
        statistic=gap / error,
        degrees=None,
        p=float(2.0 * norm.sf(abs(gap / error))),
        method="delong-paired",
    )


def compare_unpaired(
    first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]
) -> Difference:
    """Compare areas of two sets of different children.

    Parameters
    ----------
    first, second : tuple of array_like
        Scores and truth of each set.

    Raises
    ------
    EvaluationRefused
        If neither area has a variance.
    """
    one, two = areas(*first), areas(*second)
    part_one, part_two = float(one.covariance[0, 0]), float(two.covariance[0, 0])
    variance = part_one + part_two
    if variance <= 0.0:
        raise EvaluationRefused("Neither area has a variance, so they cannot be compared.")
    n_one, n_two = one.diseased + one.healthy, two.diseased + two.healthy
    degrees = variance**2 / (part_one**2 / (n_one - 1) + part_two**2 / (n_two - 1))
    gap, error = float(one.areas[0] - two.areas[0]), sqrt(variance)
    half = float(t.ppf(0.5 + SHARE_95 / 2.0, degrees)) * error
    return Difference(
        first=float(one.areas[0]),
        second=float(two.areas[0]),
        difference=gap,
        low=gap - half,
        high=gap + half,
        statistic=gap / error,
        degrees=degrees,
        p=float(2.0 * t.sf(abs(gap / error), degrees)),
        method="delong-unpaired",
    )


def _checked(scores: ArrayLike, truth: ArrayLike) -> tuple[FloatArray, NDArray[np.bool_]]:
    values = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    ill = np.asarray(truth, dtype=bool)
    if ill.ndim != 1 or values.ndim != 2 or values.shape[1] != len(ill):
        raise EvaluationRefused("Every study needs one score and one truth.")
    if not np.isfinite(values).all():
        raise EvaluationRefused("A score is not a number.")
    if ill.all() or not ill.any():
        raise EvaluationRefused("Studies with the finding and studies without it are needed.")
    return values, ill
