"""Box-Cox t: the LMS transform with tails heavier than normal."""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln, ndtr, ndtri, stdtr, stdtrit

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.bccg import log_start, transformed
from tongying.norms.distributions.power import from_z, to_z


class Bct:
    """``((y/mu)^nu - 1) / (nu sigma)`` has a t distribution with tau degrees of freedom.

    Rigby and Stasinopoulos, Statistical Modelling 2006; 6: 209-229; without their truncation, as in
    `Bccg`. Links: log mu, log sigma, nu, log tau.
    """

    name = "bct"
    parameters: tuple[str, ...] = ("mu", "sigma", "nu", "tau")
    positive = True

    def natural(self, predictors: FloatArray) -> FloatArray:
        """Return mu, sigma, nu, tau."""
        return np.stack(
            [np.exp(predictors[0]), np.exp(predictors[1]), predictors[2], np.exp(predictors[3])]
        )

    def predictors(self, natural: FloatArray) -> FloatArray:
        """Return log mu, log sigma, nu, log tau."""
        return np.stack([np.log(natural[0]), np.log(natural[1]), natural[2], np.log(natural[3])])

    def z(self, value: FloatArray, natural: FloatArray) -> FloatArray:
        """Return standard normal scores of the t scores' probabilities."""
        score = to_z(value, natural[0], natural[1], natural[2])
        tau = natural[3]
        lower = stdtr(tau, -np.abs(score))
        z: FloatArray = np.sign(score) * -ndtri(lower)
        return np.where(np.isnan(score), np.nan, z)

    def value(self, z: FloatArray, natural: FloatArray) -> FloatArray:
        """Return values of standard normal scores."""
        score = np.sign(z) * -stdtrit(natural[3], ndtr(-np.abs(z)))
        return from_z(score, natural[0], natural[1], natural[2])

    def likelihood(
        self, value: FloatArray, predictors: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return log densities and their gradients in log mu, log sigma, nu, log tau."""
        z, power, slope, log_ratio = transformed(value, predictors)
        nu, sigma, tau = predictors[2], np.exp(predictors[1]), np.exp(predictors[3])
        square = z * z
        heavy = np.log1p(square / tau)
        half = 0.5 * (tau + 1.0)
        log_density = (
            nu * log_ratio
            - np.log(value)
            - predictors[1]
            + gammaln(half)
            - gammaln(0.5 * tau)
            - 0.5 * np.log(np.pi * tau)
            - half * heavy
        )
        pull = (tau + 1.0) / (tau + square) * z
        in_tau = 0.5 * (digamma(half) - digamma(0.5 * tau) - 1.0 / tau - heavy + pull * z / tau)
        gradient = np.stack(
            [pull * power / sigma - nu, pull * z - 1.0, log_ratio - pull * slope, in_tau * tau]
        )
        return log_density, gradient

    def start(self, value: FloatArray, weight: FloatArray) -> FloatArray:
        """Begin near the normal, so that heavy tails must be earned."""
        return log_start(value, weight, extra=(1.0, np.log(10.0)))


BCT = Bct()
