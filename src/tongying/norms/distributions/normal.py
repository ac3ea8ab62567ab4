"""The normal distribution, for measures whose spread does not grow with their size."""

from __future__ import annotations

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.bccg import HALF_LOG_TWO_PI


class Normal:
    """``(y - mu) / sigma`` is standard normal. Links: mu, log sigma."""

    name = "normal"
    parameters: tuple[str, ...] = ("mu", "sigma")
    positive = False

    def natural(self, predictors: FloatArray) -> FloatArray:
        """Return mu, sigma."""
        return np.stack([predictors[0], np.exp(predictors[1])])

    def predictors(self, natural: FloatArray) -> FloatArray:
        """Return mu, log sigma."""
        return np.stack([natural[0], np.log(natural[1])])

    def z(self, value: FloatArray, natural: FloatArray) -> FloatArray:
        """Return standard scores."""
        return np.asarray((value - natural[0]) / natural[1])

    def value(self, z: FloatArray, natural: FloatArray) -> FloatArray:
        """Return values of standard scores."""
        return np.asarray(natural[0] + z * natural[1])

    def likelihood(
        self, value: FloatArray, predictors: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return log densities and their gradients in mu, log sigma."""
        sigma = np.exp(predictors[1])
        z = (value - predictors[0]) / sigma
        return (
            -predictors[1] - 0.5 * z * z - HALF_LOG_TWO_PI,
            np.stack([z / sigma, z * z - 1.0]),
        )

    def start(self, value: FloatArray, weight: FloatArray) -> FloatArray:
        """Begin at the mean and spread."""
        mean = float(np.average(value, weights=weight))
        spread = float(np.sqrt(np.average((value - mean) ** 2, weights=weight)))
        return np.array([mean, np.log(max(spread, 1e-12))])


NORMAL = Normal()
