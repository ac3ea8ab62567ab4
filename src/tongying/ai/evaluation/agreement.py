"""How two readers, or a reader and a model, agree: kappa, intraclass correlation, limits.

References
----------
.. [1] Cohen J. Weighted kappa. Psychol Bull 1968; 70: 213-220.
.. [2] Fleiss JL, Cohen J, Everitt BS. Large sample standard errors of kappa and weighted kappa.
   Psychol Bull 1969; 72: 323-327.
.. [3] Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability. Psychol
   Bull 1979; 86: 420-428.
.. [4] McGraw KO, Wong SP. Forming inferences about some intraclass correlation coefficients.
   Psychol Methods 1996; 1: 30-46.
.. [5] Bland JM, Altman DG. Statistical methods for assessing agreement between two methods of
   clinical measurement. Lancet 1986; 327: 307-310.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import f, norm, t

from tongying.ai.evaluation.figure import (
    SHARE_95,
    EvaluationRefused,
    Figure,
    Silence,
    Told,
    Untold,
)
from tongying.norms.arrays import FloatArray

FEWEST = 3
"""Pairs or subjects below which there is no interval to speak of."""


class Weights(StrEnum):
    """How far apart two grades are held to be."""

    NONE = "none"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


class Form(StrEnum):
    """Which intraclass correlation; names of [3]_, single rating."""

    ONE_WAY = "1,1"
    """Each subject has raters of its own."""
    AGREEMENT = "2,1"
    """The same raters, drawn from many; whether they give the same number."""
    CONSISTENCY = "3,1"
    """These raters; whether they order subjects alike."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Differences of paired measurements, the first less the second.

    Attributes
    ----------
    bias : Figure
    low, high : Figure
        Limits of agreement, 95 % of differences, each with its interval.
    """

    bias: Figure
    low: Figure
    high: Figure

    def as_json(self) -> dict[str, object]:
        """Return the limits as a JSON object."""
        return {
            "bias": self.bias.as_json(),
            "low": self.low.as_json(),
            "high": self.high.as_json(),
        }


def kappa_of(table: ArrayLike, *, weights: Weights = Weights.NONE) -> Told:
    """Return kappa of a square table of counts.

    Parameters
    ----------
    table : array_like of int, shape (grades, grades)
        First reader by rows, grades in order.
    weights : Weights

    Raises
    ------
    EvaluationRefused
        If the table is not square, smaller than two or has a negative count.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or len(counts) < 2:
        raise EvaluationRefused("Agreement needs a square table of at least two grades.")
    if (counts < 0).any() or counts.sum() == 0:
        raise EvaluationRefused("Agreement needs counts of studies.")
    total, grades = counts.sum(), len(counts)
    shares = counts / total
    apart = np.abs(np.subtract.outer(np.arange(grades), np.arange(grades))) / (grades - 1)
    agreed = {
        Weights.NONE: np.eye(grades),
        Weights.LINEAR: 1.0 - apart,
        Weights.QUADRATIC: 1.0 - apart**2,
    }[weights]
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    seen, chance = float((agreed * shares).sum()), float(rows @ agreed @ columns)
    n = int(total)
    if chance >= 1.0 - 1e-12:
        return Untold(Silence.NO_SPREAD, n)
    value = (seen - chance) / (1.0 - chance)
    margin = (agreed @ columns)[:, None] + (agreed.T @ rows)[None, :]
    inner = agreed * (1.0 - chance) - margin * (1.0 - seen)
    variance = float((shares * inner**2).sum()) - (seen * chance - 2.0 * chance + seen) ** 2
    error = sqrt(max(variance, 0.0) / total) / (1.0 - chance) ** 2
    half = float(norm.ppf(0.5 + SHARE_95 / 2.0)) * error
    return Figure(value, max(-1.0, value - half), min(1.0, value + half), n, "fleiss-1969")


def kappa(
    first: ArrayLike, second: ArrayLike, *, grades: int, weights: Weights = Weights.NONE
) -> Told:
    """Return kappa of two readings.

    Parameters
    ----------
    first, second : array_like of int, shape (studies,)
        Grades, from 0.
    grades : int
        How many there are.
    weights : Weights

    Raises
    ------
    EvaluationRefused
        If sizes differ or a grade is not one of them.
    """
    one, two = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    if one.shape != two.shape or one.ndim != 1:
        raise EvaluationRefused("Every study needs both readings.")
    both = np.concatenate([one, two])
    if len(both) and (both.min() < 0 or both.max() >= grades):
        raise EvaluationRefused("A grade is not on the scale.")
    table = np.zeros((grades, grades))
    np.add.at(table, (one, two), 1)
    return kappa_of(table, weights=weights)


def intraclass(ratings: ArrayLike, *, form: Form) -> Told:
    """Return an intraclass correlation with its interval by the F distribution.

    Parameters
    ----------
    ratings : array_like of float, shape (subjects, raters)
        None missing.
    form : Form

    Raises
    ------
    EvaluationRefused
        If there are fewer than three subjects or two raters, or a rating is missing.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] < FEWEST or table.shape[1] < 2:
        raise EvaluationRefused("An intraclass correlation needs three subjects and two raters.")
    if not np.isfinite(table).all():
        raise EvaluationRefused("A rating is missing.")
    n, k = table.shape
    between, raters, error, within = _mean_squares(table)
    tail = 0.5 + SHARE_95 / 2.0
    if error <= 0.0 or within <= 0.0:
        return Untold(Silence.NO_SPREAD, n)
    if form is Form.AGREEMENT:
        value = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
        low, high = _agreement_limits(value, between, raters, error, (n, k))
        return Figure(value, low, high, n, "mcgraw-wong")
    noise, free = (within, n * (k - 1)) if form is Form.ONE_WAY else (error, (n - 1) * (k - 1))
    ratio = between / noise
    below = ratio / float(f.ppf(tail, n - 1, free))
    above = ratio * float(f.ppf(tail, free, n - 1))
    return Figure(
        (ratio - 1.0) / (ratio + k - 1.0),
        (below - 1.0) / (below + k - 1.0),
        (above - 1.0) / (above + k - 1.0),
        n,
        "f",
    )


def limits_of_agreement(first: ArrayLike, second: ArrayLike) -> Limits:
    """Return bias and limits of agreement of paired measurements of different subjects.

    Parameters
    ----------
    first, second : array_like of float, shape (subjects,)

    Raises
    ------
    EvaluationRefused
        If sizes differ, a value is missing or there are fewer than three.
    """
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if one.shape != two.shape or one.ndim != 1 or len(one) < FEWEST:
        raise EvaluationRefused("Limits of agreement need three pairs.")
    gaps = one - two
    if not np.isfinite(gaps).all():
        raise EvaluationRefused("A measurement is missing.")
    n, bias, spread = len(gaps), float(gaps.mean()), float(gaps.std(ddof=1))
    reach = float(t.ppf(0.5 + SHARE_95 / 2.0, n - 1))
    wide = float(norm.ppf(0.5 + SHARE_95 / 2.0)) * spread
    of_bias = reach * spread / sqrt(n)
    of_limit = reach * spread * sqrt(3.0 / n)
    return Limits(
        bias=Figure(bias, bias - of_bias, bias + of_bias, n, "t"),
        low=Figure(bias - wide, bias - wide - of_limit, bias - wide + of_limit, n, "bland-altman"),
        high=Figure(bias + wide, bias + wide - of_limit, bias + wide + of_limit, n, "bland-altman"),
    )


def _mean_squares(table: FloatArray) -> tuple[float, float, float, float]:
    n, k = table.shape
    mean = table.mean()
    of_subjects = k * float(((table.mean(axis=1) - mean) ** 2).sum())
    of_raters = n * float(((table.mean(axis=0) - mean) ** 2).sum())
    rest = float(((table - mean) ** 2).sum()) - of_subjects
    return (
        of_subjects / (n - 1),
        of_raters / (k - 1),
        (rest - of_raters) / ((n - 1) * (k - 1)),
        rest / (n * (k - 1)),
    )


def _agreement_limits(
    value: float, between: float, raters: float, error: float, size: tuple[int, int]
) -> tuple[float, float]:
    n, k = size
    tail = 0.5 + SHARE_95 / 2.0
    a = k * value / (n * (1.0 - value))
    b = 1.0 + k * value * (n - 1) / (n * (1.0 - value))
    free = (a * raters + b * error) ** 2 / (
        (a * raters) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    )
    up, down = float(f.ppf(tail, n - 1, free)), float(f.ppf(tail, free, n - 1))
    other = k * raters + (k * n - k - n) * error
    low = n * (between - up * error) / (up * other + n * between)
    high = n * (down * between - error) / (other + n * down * between)
    return low, high
