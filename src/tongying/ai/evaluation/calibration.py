"""Whether a probability means what it says.

References
----------
.. [1] Cox DR. Two further applications of a model for binary regression. Biometrika 1958; 45:
   562-565. (slope and intercept)
.. [2] Brier GW. Verification of forecasts expressed in terms of probability. Mon Weather Rev 1950;
   78: 1-3.
.. [3] Guo C, Pleiss G, Sun Y, Weinberger KQ. On calibration of modern neural networks. ICML 2017.
   (expected calibration error)
.. [4] Hosmer DW, Lemeshow S. Goodness of fit tests for the multiple logistic regression model.
   Commun Stat Theory Methods 1980; 9: 1043-1069.
.. [5] Spiegelhalter DJ. Probabilistic prediction in patient management and clinical trials. Stat
   Med 1986; 5: 421-433. (a test without groups, which [4]_ depends on)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit
from scipy.stats import chi2, norm

from tongying.ai.evaluation.figure import (
    SHARE_95,
    SMALLEST_GROUP,
    EvaluationRefused,
    Figure,
    Silence,
    Told,
    Untold,
)
from tongying.ai.evaluation.resampling import bootstrap
from tongying.norms.arrays import BoolArray, FloatArray

BINS: Final = 10
EDGE: Final = 1e-6
"""A probability of 0 or 1 has no logit; it is taken this far inside, and how many were is told."""
STEPS: Final = 50
FLAT: Final = 1e-10


@dataclass(frozen=True, slots=True)
class Bin:
    """Studies with probabilities from `low` to `high`.

    Attributes
    ----------
    low, high : float
    n : int
    said, seen : float
        Mean probability, and share that had the finding.
    """

    low: float
    high: float
    n: int
    said: float
    seen: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How probabilities agree with what was so.

    Attributes
    ----------
    slope : Figure or Untold
        1 is right; below it the probabilities are too extreme.
    intercept : Figure or Untold
        Of a model with the slope held at 1: 0 is right; above it too low on the whole.
    brier, expected_error : Figure
        Intervals by bootstrap of children; the expected error is never below 0 and therefore
        somewhat too high in small samples.
    hosmer_lemeshow : tuple of (float, int, float) or None
        Chi-squared, degrees of freedom and p in groups of equal size; None with too few groups.
    spiegelhalter : tuple of (float, float) or None
        z and two-sided p; None where every probability is 0, 0.5 or 1.
    bins : tuple of Bin
        Ten of equal width; those without a study are left out.
    clipped : int
        Probabilities of 0 or 1 that were moved inside for slope and intercept.
    """

    slope: Told
    intercept: Told
    brier: Figure
    expected_error: Figure
    hosmer_lemeshow: tuple[float, int, float] | None
    spiegelhalter: tuple[float, float] | None
    bins: tuple[Bin, ...]
    clipped: int

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "slope": self.slope.as_json(),
            "intercept": self.intercept.as_json(),
            "brier": self.brier.as_json(),
            "expected_error": self.expected_error.as_json(),
            "hosmer_lemeshow": None if self.hosmer_lemeshow is None else list(self.hosmer_lemeshow),
            "spiegelhalter": None if self.spiegelhalter is None else list(self.spiegelhalter),
            "bins": [[one.low, one.high, one.n, one.said, one.seen] for one in self.bins],
            "clipped": self.clipped,
        }


def calibration(
    probabilities: ArrayLike,
    truth: ArrayLike,
    children: Sequence[str],
    *,
    replicates: int,
    seed: int,
) -> Calibration:
    """Set probabilities against what was so.

    Parameters
    ----------
    probabilities : array_like of float, shape (studies,)
        0 to 1.
    truth : array_like of bool, shape (studies,)
    children : sequence of str
        Whose each study is.
    replicates : int
        Bootstrap samples.
    seed : int

    Raises
    ------
    EvaluationRefused
        If sizes differ, nothing is given or a number is no probability.
    """
    said, ill = np.asarray(probabilities, np.float64), np.asarray(truth, dtype=bool)
    if not said.shape == ill.shape == (len(children),) or not len(said):
        raise EvaluationRefused("Every study needs a probability, a truth and its child.")
    if not (np.isfinite(said) & (said >= 0.0) & (said <= 1.0)).all():
        raise EvaluationRefused("A probability must lie between 0 and 1.")
    n = len(said)
    brier = bootstrap(
        children, lambda at: _brier(said[at], ill[at]), replicates=replicates, seed=seed
    )
    error = bootstrap(
        children, lambda at: expected_error(said[at], ill[at]), replicates=replicates, seed=seed
    )
    slope, intercept = slope_and_intercept(said, ill)
    return Calibration(
        slope=slope,
        intercept=intercept,
        brier=Figure(_brier(said, ill), *brier, n, "bootstrap"),
        expected_error=Figure(expected_error(said, ill), *error, n, "bootstrap"),
        hosmer_lemeshow=hosmer_lemeshow(said, ill),
        spiegelhalter=spiegelhalter(said, ill),
        bins=bins(said, ill),
        clipped=int(((said < EDGE) | (said > 1.0 - EDGE)).sum()),
    )


def bins(said: FloatArray, ill: BoolArray) -> tuple[Bin, ...]:
    """Return ten bins of equal width; one that no study falls into is left out."""
    where = np.minimum((said * BINS).astype(int), BINS - 1)
    found = []
    for number in range(BINS):
        here = where == number
        if here.any():
            found.append(
                Bin(
                    number / BINS,
                    (number + 1) / BINS,
                    int(here.sum()),
                    float(said[here].mean()),
                    float(ill[here].mean()),
                )
            )
    return tuple(found)


def expected_error(said: FloatArray, ill: BoolArray) -> float:
    """Return the mean distance of what was said and what was seen, over ten bins."""
    return sum(one.n * abs(one.said - one.seen) for one in bins(said, ill)) / len(said)


def slope_and_intercept(said: FloatArray, ill: BoolArray) -> tuple[Told, Told]:
    """Return Cox's slope, and the intercept with the slope held at 1; Wald intervals."""
    few = min(int(ill.sum()), int((~ill).sum()))
    if few < SMALLEST_GROUP:
        silence = Untold(Silence.TOO_FEW, few, SMALLEST_GROUP)
        return silence, silence
    at = logit(np.clip(said, EDGE, 1.0 - EDGE))
    y, n = ill.astype(np.float64), len(said)
    half = float(norm.ppf(0.5 + SHARE_95 / 2.0))
    gap = _fit(np.ones((n, 1)), at, y)
    line = _fit(np.column_stack([np.ones(n), at]), np.zeros(n), y)
    answer: list[Told] = []
    for fitted, which in ((line, 1), (gap, 0)):
        if fitted is None:
            answer.append(Untold(Silence.NO_SPREAD, n))
            continue
        value, spread = float(fitted[0][which]), half * sqrt(float(fitted[1][which, which]))
        answer.append(Figure(value, value - spread, value + spread, n, "wald"))
    return answer[0], answer[1]


def hosmer_lemeshow(said: FloatArray, ill: BoolArray) -> tuple[float, int, float] | None:
    """Return chi-squared, degrees of freedom and p over ten groups of equal size.

    Degrees of freedom are the number of groups, since the probabilities were not fitted to these
    studies; None where a group expects nobody, or nobody without.
    """
    if len(said) < BINS * SMALLEST_GROUP:
        return None
    order = np.argsort(said, kind="stable")
    total = 0.0
    for group in np.array_split(order, BINS):
        expected, n = float(said[group].sum()), len(group)
        spread = expected * (1.0 - expected / n)
        if spread <= 0.0:
            return None
        total += (float(ill[group].sum()) - expected) ** 2 / spread
    return total, BINS, float(chi2.sf(total, BINS))


def spiegelhalter(said: FloatArray, ill: BoolArray) -> tuple[float, float] | None:
    """Return z and two-sided p that the Brier score is what the probabilities promise."""
    spread = float(np.sum((1.0 - 2.0 * said) ** 2 * said * (1.0 - said)))
    if spread <= 0.0:
        return None
    z = float(np.sum((ill - said) * (1.0 - 2.0 * said))) / sqrt(spread)
    return z, float(2.0 * norm.sf(abs(z)))


def _brier(said: FloatArray, ill: BoolArray) -> float:
    return float(np.mean((said - ill) ** 2))


def _fit(
    design: FloatArray, offset: FloatArray, y: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Fit a logistic regression by Newton's steps; None where the maximum lies nowhere."""
    at = np.zeros(design.shape[1])
    for _ in range(STEPS):
        mean = expit(offset + design @ at)
        weight = mean * (1.0 - mean)
        information = design.T @ (design * weight[:, None])
        if np.linalg.cond(information) > 1.0 / FLAT:
            return None
        step = np.linalg.solve(information, design.T @ (y - mean))
        at = at + step
        if float(np.abs(step).max()) < FLAT:
            return at, np.linalg.inv(information)
    return None
