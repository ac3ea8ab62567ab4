"""How well a norm knows the z-score of a value, on a grid of ages and scores."""

from __future__ import annotations

import numpy as np

from tongying.norms.arrays import FloatArray, IntArray
from tongying.norms.axis import DAYS_PER_YEAR, AxisKind
from tongying.norms.fit.bootstrap import Replicates
from tongying.norms.fit.engine import Fit
from tongying.norms.fit.sample import Sample
from tongying.norms.uncertainty import SexUncertainty

GRID_AGES = 81
GRID_SCORES = np.arange(-4.0, 4.01, 0.5)
BEYOND = 8.0
"""A value that a replicate puts beyond this score, or beyond its support, is held there."""
NEAR = {
    AxisKind.AGE: DAYS_PER_YEAR / 2,
    AxisKind.CORRECTED_AGE: DAYS_PER_YEAR / 2,
    AxisKind.GESTATIONAL_AGE: 1.0,
    AxisKind.POSTMENSTRUAL_AGE: 1.0,
    AxisKind.HEIGHT: 5.0,
    AxisKind.BODY_SURFACE: 0.1,
}
"""Half width within which children are counted, in the axis' unit: half a year for ages
(domain.md 3.2); the others are ours and need sign-off."""
NEAR_AT_BIRTH_DAYS = 30.0
NEAR_PER_DAY = 0.5
"""In infancy half a year is too wide: it would count children of eight months for one of two. Below
ten months children are counted within a month and half the age, so within a month at birth and
within two at two months (needs sign-off)."""
FEWEST_NEAR = 40
"""Fewer children than this nearby: no score. EP28-A3c makes no reference interval of fewer than 40;
that the same number holds for the children near an age is our choice, and needs sign-off. With 40
the standard error is about 0.16 SD at the median and 0.27 SD at the third centile, if the curve
borrowed nothing from other ages: sqrt((1 + z^2 / 2) / 40)."""


def half_width(x: FloatArray, axis: AxisKind) -> FloatArray:
    """Return within how much of each `x` children are counted.

    Examples
    --------
    >>> half_width(np.array([0.0, 60.0, 1000.0]), AxisKind.AGE).tolist()
    [30.0, 60.0, 182.625]
    """
    near = np.full(np.shape(x), NEAR[axis])
    if axis.unit != "d":
        return near
    return np.asarray(np.minimum(near, NEAR_AT_BIRTH_DAYS + NEAR_PER_DAY * x))


def count_near(sample: Sample, x: FloatArray, axis: AxisKind) -> IntArray:
    """Return how many children of the sample lie near each `x`; a child counts once."""
    order = np.argsort(sample.x, kind="stable")
    at, child = sample.x[order], sample.subject[order]
    width = half_width(x, axis)
    begin = np.searchsorted(at, x - width, side="left")
    end = np.searchsorted(at, x + width, side="right")
    return np.array(
        [len(np.unique(child[b:e])) for b, e in zip(begin, end, strict=True)], dtype=np.int64
    )


def sex_uncertainty(
    fitted: Fit, sample: Sample, replicates: Replicates, axis: AxisKind
) -> SexUncertainty:
    """Return the standard error of scores on a grid, and how many children lie near.

    The curve's level and the sites' mean effect are told apart only by the sites being a sample of
    all sites. A score is always made at a site, so what counts is the curve with the mean of the
    fitted sites' effects, weighted by their children: its error hangs together neither with the
    sites nor with the effect of one site against that mean, which `tongying.norms.fit.sites` gives.

    Parameters
    ----------
    fitted : Fit
    sample : Sample
        That was fitted.
    replicates : Replicates
    axis : AxisKind
    """
    x = fitted.axis.grid(GRID_AGES)
    share = site_shares(fitted, sample)
    family = fitted.family
    here = _natural(fitted, x, fitted.coefficients, share)
    value = family.value(GRID_SCORES[None, :], here)
    scores = np.stack(
        [
            family.z(value, _natural(fitted, x, coefficients, share))
            for coefficients in replicates.coefficients
        ]
    )
    scores = np.where(np.isnan(scores), np.sign(GRID_SCORES) * BEYOND, scores)
    error = np.clip(scores, -BEYOND, BEYOND).std(axis=0, ddof=1)
    return SexUncertainty(
        x=x,
        z=GRID_SCORES.copy(),
        z_error=_filled(np.where(np.isnan(value), np.nan, error)),
        n_near=count_near(sample, x, axis),
    )


def site_shares(fitted: Fit, sample: Sample) -> FloatArray:
    """Return each fitted site's share of the children, (sites,); empty without site effects."""
    if not fitted.sites:
        return np.zeros(0)
    counted = np.bincount(sample.site, minlength=len(fitted.sites)).astype(np.float64)
    return np.asarray(counted / counted.sum())


def _natural(fitted: Fit, x: FloatArray, coefficients: FloatArray, share: FloatArray) -> FloatArray:
    """Return parameters, (k, g, 1), at the fitted sites' mean."""
    predictors = fitted.predictors(x, coefficients)
    if fitted.sites:
        predictors[0] += float(share @ coefficients[fitted.site_slice()])
    return fitted.family.natural(predictors)[:, :, None]


def _filled(error: FloatArray) -> FloatArray:
    """Return the errors with scores that no value has given the error of the nearest that has."""
    whole = error.copy()
    for row in whole:
        known = np.flatnonzero(~np.isnan(row))
        row[:] = np.interp(np.arange(len(row)), known, row[known])
    return whole
