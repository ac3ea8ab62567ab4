"""Box-Cox Cole and Green: the LMS method (median, coefficient of variation, skewness)."""

from __future__ import annotations

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.power import NEAR_ZERO, from_z, to_z

HALF_LOG_TWO_PI = 0.9189385332046727


class Bccg:
    """``((y/mu)^nu - 1) / (nu sigma)`` is standard normal.

    As in published LMS tables, the small probability of a value below zero is not taken out of
    the density. Links: log mu, log sigma, nu.

    Examples
    --------
    >>> import numpy as np
    >>> natural = np.array([[10.0], [0.1], [-1.0]])
    >>> BCCG.z(np.array([11.0]), natural).round(4).tolist()
    [0.9091]
    """

    name = "bccg"
    parameters: tuple[str, ...] = ("mu", "sigma", "nu")
    positive = True

    def natural(self, predictors: FloatArray) -> FloatArray:
        """Return mu, sigma, nu."""
        return np.stack([np.exp(predictors[0]), np.exp(predictors[1]), predictors[2]])

    def predictors(self, natural: FloatArray) -> FloatArray:
        """Return log mu, log sigma, nu."""
        return np.stack([np.log(natural[0]), np.log(natural[1]), natural[2]])

    def z(self, value: FloatArray, natural: FloatArray) -> FloatArray:
        """Return LMS scores."""
        return to_z(value, natural[0], natural[1], natural[2])

    def value(self, z: FloatArray, natural: FloatArray) -> FloatArray:
        """Return values of LMS scores."""
        return from_z(z, natural[0], natural[1], natural[2])

    def likelihood(
        self, value: FloatArray, predictors: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return log densities and their gradients in log mu, log sigma, nu."""
        z, power, slope, log_ratio = transformed(value, predictors)
        nu, sigma = predictors[2], np.exp(predictors[1])
        log_density = nu * log_ratio - np.log(value) - predictors[1] - 0.5 * z * z - HALF_LOG_TWO_PI
        gradient = np.stack([z * power / sigma - nu, z * z - 1.0, log_ratio - z * slope])
        return log_density, gradient

    def start(self, value: FloatArray, weight: FloatArray) -> FloatArray:
        """Begin at the log-normal of the same middle and spread."""
        return log_start(value, weight, extra=(1.0,))


def transformed(
    value: FloatArray, predictors: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return z, (y/mu)^nu, dz/dnu and ln(y/mu)."""
    log_ratio = np.log(value) - predictors[0]
    sigma, nu = np.exp(predictors[1]), predictors[2]
    straight = np.abs(nu) < 1e-4
    safe = np.where(straight, 1.0, nu)
    product = nu * log_ratio
    power = np.exp(product)
    grown = np.expm1(product)
    z = (
        np.where(straight, log_ratio * (1.0 + product / 2.0 + product**2 / 6.0), grown / safe)
        / sigma
    )
    slope = (
        np.where(
            straight,
            log_ratio**2 * (0.5 + product / 3.0 + product**2 / 8.0),
            (power * product - grown) / (safe * safe),
        )
        / sigma
    )
    return z, power, slope, log_ratio


def log_start(value: FloatArray, weight: FloatArray, extra: tuple[float, ...]) -> FloatArray:
    """Return the mean and log spread of the logarithm, then `extra`."""
    logs = np.log(value)
    mean = float(np.average(logs, weights=weight))
    spread = float(np.sqrt(np.average((logs - mean) ** 2, weights=weight)))
    return np.array([mean, np.log(max(spread, NEAR_ZERO)), *extra])


BCCG = Bccg()
