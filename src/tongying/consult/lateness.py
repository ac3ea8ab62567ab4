"""Expected lateness in closed form.

The minutes that an expert needs for a case follow a log-normal law, given here by its centre and
spread: mean and standard deviation of the natural logarithm. What comes before it in the queue adds
up; the sum of independent log-normals is taken as the log-normal of the same mean and variance
(Fenton and Wilkinson's approximation), which is exact for a single case. All functions work on
arrays, with broadcasting; all times are in minutes.

References
----------
L. Fenton, "The sum of log-normal probability distributions in scatter transmission systems",
IRE Trans. Commun. Syst. 8 (1960) 57-67. The partial expectation of the log-normal is textbook
matter (Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions vol. 1, chapter 14).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

Floats = NDArray[np.float64]

TINY = 1e-9
"""Stands for zero where a logarithm or a quotient needs a positive number."""


def moments(centre: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of log-normal minutes.

    Examples
    --------
    >>> mean, variance = moments(np.log([18.0]), np.array([0.6]))
    >>> round(float(mean[0]), 3), round(float(variance[0]), 2)
    (21.55, 201.24)
    """
    square = spread * spread
    mean = np.exp(centre + square / 2)
    return mean, mean * mean * np.expm1(square)


def log_law(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Return centre and spread of the log-normal law of given moments."""
    square = np.log1p(variance / (mean * mean))
    return np.log(mean) - square / 2, np.maximum(np.sqrt(square), TINY)


def expected_excess(mean: Floats, law: tuple[Floats, Floats], limit: Floats) -> Floats:
    """Return E[max(0, T - limit)] for log-normal minutes T.

    Parameters
    ----------
    mean : array
    law : tuple of two arrays
        Centre and spread, as `log_law` returns them for that mean.
    limit : array
        One in the past (below 0) adds to what is left over.

    Examples
    --------
    >>> mean = np.array([20.0, 20.0])
    >>> expected_excess(mean, log_law(mean, np.zeros(2)), np.array([15.0, -5.0])).round(6)
    array([ 5., 25.])
    """
    centre, spread = law
    score = (centre - np.log(np.maximum(limit, TINY))) / spread
    excess: Floats = np.maximum(mean * ndtr(score + spread) - limit * ndtr(score), 0.0)
    return excess


def exceeds(law: tuple[Floats, Floats], limit: Floats) -> Floats:
    """Return P(T > limit) for log-normal minutes T of given centre and spread."""
    centre, spread = law
    probability: Floats = ndtr((centre - np.log(np.maximum(limit, TINY))) / spread)
    return probability


def residual_moments(centre: Floats, spread: Floats, elapsed: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of T - elapsed, given that T > elapsed.

    Parameters
    ----------
    centre, spread : arrays
        The law of T; a spread of nothing is taken as a very small one.
    elapsed : array
        Minutes it has taken already; nothing or less counts as nothing.
    """
    spread, gone = np.maximum(spread, TINY), np.maximum(elapsed, TINY)
    score = (centre - np.log(gone)) / spread
    alive, half = log_ndtr(score), spread * spread / 2
    first = np.exp(centre + half + log_ndtr(score + spread) - alive)
    second = np.exp(2 * centre + 4 * half + log_ndtr(score + 2 * spread) - alive)
    return np.maximum(first - gone, 0.0), np.maximum(second - first * first, 0.0)


def residual_excess(centre: Floats, spread: Floats, elapsed: Floats, limit: Floats) -> Floats:
    """Return E[max(0, T - elapsed - limit)], given that T > elapsed."""
    spread, gone = np.maximum(spread, TINY), np.maximum(elapsed, TINY)
    mark = gone + np.maximum(limit, 0.0)
    alive = log_ndtr((centre - np.log(gone)) / spread)
    score = (centre - np.log(mark)) / spread
    part = np.exp(centre + spread * spread / 2 + log_ndtr(score + spread) - alive)
    beyond = np.exp(log_ndtr(score) - alive)
    excess: Floats = np.maximum(part - mark * beyond, 0.0) - np.minimum(limit, 0.0)
    return excess


def residual_exceeds(centre: Floats, spread: Floats, elapsed: Floats, limit: Floats) -> Floats:
    """Return P(T > elapsed + limit), given that T > elapsed; 1 for a limit in the past."""
    spread, gone = np.maximum(spread, TINY), np.maximum(elapsed, TINY)
    mark = gone + np.maximum(limit, 0.0)
    alive = log_ndtr((centre - np.log(gone)) / spread)
    later = log_ndtr((centre - np.log(mark)) / spread)
    probability: Floats = np.exp(np.minimum(later - alive, 0.0))
    return probability
