"""Cole's power transform and its inverse, which the LMS families share.

``z = ((y/M)^L - 1) / (L S)``, or ``ln(y/M)/S`` where L is 0 (Cole and Green, Statistics in
Medicine 1992; 11: 1305-1319).
"""

from __future__ import annotations

import numpy as np

from tongying.norms.arrays import FloatArray

NEAR_ZERO = 1e-7
"""Below this |L| the logarithm is used: both agree to about 1e-7 there."""


def to_z(value: FloatArray, mu: FloatArray, sigma: FloatArray, nu: FloatArray) -> FloatArray:
    """Return the transformed values, of whatever shape the inputs broadcast to."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        log_ratio = np.log(value / mu)
        straight = np.abs(nu) < NEAR_ZERO
        safe = np.where(straight, 1.0, nu)
        z: FloatArray = np.where(straight, log_ratio, np.expm1(safe * log_ratio) / safe) / sigma
    return z


def from_z(z: FloatArray, mu: FloatArray, sigma: FloatArray, nu: FloatArray) -> FloatArray:
    """Return values; NaN where the transform reaches no value (1 + L S z not above 0)."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        straight = np.abs(nu) < NEAR_ZERO
        safe = np.where(straight, 1.0, nu)
        inner = nu * sigma * z
        power = np.where(inner > -1.0, np.log1p(np.where(inner > -1.0, inner, 0.0)) / safe, np.nan)
        value: FloatArray = mu * np.exp(np.where(straight, sigma * z, power))
    return value
