"""Normal scores of the children a curve was fitted to: what the diagnostics look at."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.fit.engine import Fit
from tongying.norms.fit.sample import Sample

FARTHEST: Final = 8.0
"""Scores beyond are held here: their probabilities are below those of a number's last digit."""


def residuals(fit: Fit, sample: Sample) -> FloatArray:
    """Return each row's normal score, (n,), under the fit, with the effect of its site.

    A value that the fitted distribution cannot reach, or only with a probability below 1e-15, is
    held at -8 or 8 on the side of the median where it lies.
    """
    natural = fit.family.natural(predictors_of(fit, sample))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        z = fit.family.z(sample.value, natural)
    side = np.where(sample.value < natural[0], -FARTHEST, FARTHEST)
    return np.clip(np.where(np.isnan(z), side, z), -FARTHEST, FARTHEST)


def predictors_of(fit: Fit, sample: Sample) -> FloatArray:
    """Return the predictors, (k, n), of each row of the sample at its own site."""
    predictors = fit.predictors(sample.x)
    if fit.sites:
        effect = dict(zip(fit.sites, fit.coefficients[fit.site_slice()], strict=True))
        by_index = np.array([effect.get(name, 0.0) for name in sample.sites])
        predictors[0] = predictors[0] + by_index[sample.site]
    return predictors
