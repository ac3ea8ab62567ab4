"""Sinh-arcsinh: location and scale with skewness and tails, for values of either sign."""

from __future__ import annotations

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.bccg import HALF_LOG_TWO_PI
from tongying.norms.distributions.normal import NORMAL


class Shash:
    """``sinh(delta asinh((y - mu)/sigma) - epsilon)`` is standard normal.

    Jones and Pewsey, Biometrika 2009; 96: 761-780, in their parameters. Links: mu, log sigma,
    epsilon, log delta.
    """

    name = "shash"
    parameters: tuple[str, ...] = ("mu", "sigma", "nu", "tau")
    positive = False

    def natural(self, predictors: FloatArray) -> FloatArray:
        """Return mu, sigma, epsilon, delta."""
        return np.stack(
            [predictors[0], np.exp(predictors[1]), predictors[2], np.exp(predictors[3])]
        )

    def predictors(self, natural: FloatArray) -> FloatArray:
        """Return mu, log sigma, epsilon, log delta."""
        return np.stack([natural[0], np.log(natural[1]), natural[2], np.log(natural[3])])

    def z(self, value: FloatArray, natural: FloatArray) -> FloatArray:
        """Return standard normal scores."""
        mu, sigma, nu, tau = natural
        return np.asarray(np.sinh(tau * np.arcsinh((value - mu) / sigma) - nu))

    def value(self, z: FloatArray, natural: FloatArray) -> FloatArray:
        """Return values of standard normal scores."""
        mu, sigma, nu, tau = natural
        return np.asarray(mu + sigma * np.sinh((np.arcsinh(z) + nu) / tau))

    def likelihood(
        self, value: FloatArray, predictors: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return log densities and their gradients in mu, log sigma, epsilon, log delta."""
        sigma, nu, delta = np.exp(predictors[1]), predictors[2], np.exp(predictors[3])
        x = (value - predictors[0]) / sigma
        angle = np.arcsinh(x)
        inner = delta * angle - nu
        z, c = np.sinh(inner), np.cosh(inner)
        root = np.sqrt(1.0 + x * x)
        log_density = (
            predictors[3] - predictors[1] - np.log(root) + np.log(c) - 0.5 * z * z - HALF_LOG_TWO_PI
        )
        by_inner = np.tanh(inner) - z * c
        by_x = by_inner * delta / root - x / (root * root)
        gradient = np.stack(
            [-by_x / sigma, -by_x * x - 1.0, -by_inner, 1.0 + by_inner * delta * angle]
        )
        return log_density, gradient

    def start(self, value: FloatArray, weight: FloatArray) -> FloatArray:
        """Begin at the normal of the same middle and spread."""
        return np.concatenate([NORMAL.start(value, weight), [0.0, 0.0]])


SHASH = Shash()
