"""How much a fitted curve would differ had other children come: bootstrap by child within site.

Children are drawn anew within their site, all measurements of a child together, and the curve is
refitted. Such replicates scatter as the estimate does, but two things they do not know:

- A smoothed curve is pulled off the truth. What the prior behind the penalty says of that pull, a
  normal distribution with covariance Vp S Vp (Vp the posterior covariance, S the penalty), is added
  to each replicate. Bootstrap and pull together stand for the Bayesian covariance Vp, whose
  intervals cover as they say on average over the curve (Nychka, J Am Stat Assoc 1988; 83:
  1134-1143; Marra and Wood, Scand J Stat 2012; 39: 53-74).
- How smooth the curve should be is itself estimated. Each replicate is refitted with smoothing
  parameters drawn from their approximate posterior (Wood, Pya and Saefken, J Am Stat Assoc 2016;
  111: 1548-1563, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray
from tongying.norms.fit.basis import penalty
from tongying.norms.fit.design import TAIL_RIDGE
from tongying.norms.fit.engine import Fit, FitFailed, refit
from tongying.norms.fit.progress import Progress, silent
from tongying.norms.fit.sample import Sample

PRIOR_LOG_SMOOTHING_SD = 10.0**0.5
"""Prior of a smoothing parameter's logarithm about its estimate: a factor of 24 either way."""
MOST_FAILED = 0.05
"""Share of replicates that may fail to converge; with more the interval is not known."""


class BootstrapFailed(BadInput):
    """Too many refits did not converge, so the interval of the centiles is not known."""

    code: ClassVar[str] = "norms.bootstrap-failed"


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """Curves that might have been found.

    Attributes
    ----------
    coefficients : FloatArray
        (b, p), in the order of `Fit.coefficients`.
    failed : int
        Refits that did not converge and are not among them.
    """

    coefficients: FloatArray
    failed: int


def replicates_of(
    sample: Sample,
    fitted: Fit,
    *,
    count: int,
    seed: int,
    progress: Progress = silent,
) -> Replicates:
    """Return coefficients that might have been found with other children.

    Parameters
    ----------
    sample : Sample
        The one that was fitted.
    fitted : Fit
    count : int
        How many.
    seed : int
    progress : callable, optional
        Told after each refit.

    Raises
    ------
    BootstrapFailed
        If more than one in twenty does not converge.
    """
    random = np.random.default_rng(seed)
    information = np.linalg.inv(fitted.covariance) - penalty_of(fitted)
    spread = _root(smoothing_covariance(fitted))
    kept: list[FloatArray] = []
    for number in range(count):
        weight = draw_children(sample, random)[None, :]
        shaken = np.exp(spread @ random.standard_normal(len(fitted.smoothing)))
        drawn = replace(fitted, smoothing=fitted.smoothing * shaken)
        pull = _root(smoothing_pull(drawn, information)) @ random.standard_normal(len(information))
        try:
            kept.append(refit(sample, drawn, weight)[0] + pull)
        except FitFailed:
            if number + 1 - len(kept) > MOST_FAILED * count:
                raise BootstrapFailed(
                    "Too many of the refits did not converge, so the interval of the centiles is "
                    "not known."
                ) from None
        progress((number + 1) / count, "interval")
    return Replicates(coefficients=np.stack(kept), failed=count - len(kept))


def draw_children(sample: Sample, random: np.random.Generator) -> FloatArray:
    """Return how often each row counts, (n,), when every site's children are drawn anew."""
    children, first, of_row = np.unique(sample.subject, return_index=True, return_inverse=True)
    site = sample.site[first]
    times = np.zeros(len(children))
    for number in range(len(sample.sites)):
        here = np.flatnonzero(site == number)
        if len(here):
            times[here] = random.multinomial(len(here), np.full(len(here), 1.0 / len(here)))
    return np.asarray(times[of_row])


def penalties_of(fitted: Fit) -> tuple[FloatArray, list[FloatArray]]:
    """Return the fixed ridge, (p, p), and each penalty times its smoothing parameter, (p, p)."""
    width = fitted.offsets[-1]
    ridge, parts = np.zeros((width, width)), []
    smoothing = iter(fitted.smoothing)
    for number, bend in enumerate(fitted.plan.bends):
        begin = fitted.offsets[number]
        if bend.intervals:
            rough = penalty(bend.intervals, bend.order)
            parts.append(_placed(next(smoothing) * rough, begin, width))
        elif fitted.family.parameters[number] == "tau":
            ridge[begin, begin] += TAIL_RIDGE
    if fitted.sites:
        begin = fitted.site_slice().start
        parts.append(_placed(next(smoothing) * np.eye(len(fitted.sites)), begin, width))
    return ridge, parts


def penalty_of(fitted: Fit) -> FloatArray:
    """Return the penalty matrix of a fit, (p, p), with its smoothing parameters in it."""
    ridge, parts = penalties_of(fitted)
    return np.asarray(ridge + sum(parts))


def smoothing_pull(fitted: Fit, information: FloatArray) -> FloatArray:
    """Return the covariance of how far smoothing may have pulled the coefficients, (p, p).

    Parameters
    ----------
    fitted : Fit
    information : FloatArray
        (p, p), of the likelihood alone, without the penalty.
    """
    total = penalty_of(fitted)
    covariance = np.linalg.inv(information + total)
    return np.asarray(covariance @ total @ covariance)


def smoothing_covariance(fitted: Fit) -> FloatArray:
    """Return the covariance of the logarithms of the smoothing parameters.

    The inverse of the curvature of the Laplace approximate marginal likelihood at its maximum, the
    likelihood's own curvature held, under a wide normal prior that keeps it finite where the data
    say nothing of a parameter, as where a curve came out straight.
    """
    _, parts = penalties_of(fitted)
    ranks = [float(np.linalg.matrix_rank(part)) for part in parts]
    moved = [part @ fitted.coefficients for part in parts]
    turned = [fitted.covariance @ part for part in parts]
    count = len(parts)
    curve = np.empty((count, count))
    for j in range(count):
        for k in range(count):
            bend = moved[j] @ fitted.covariance @ moved[k]
            curve[j, k] = -bend - 0.5 * float(np.sum(turned[j] * turned[k].T))
    curve += 0.5 * np.diag(ranks)
    values, vectors = np.linalg.eigh(0.5 * (curve + curve.T))
    return np.asarray(
        (vectors / (np.maximum(values, 0.0) + PRIOR_LOG_SMOOTHING_SD**-2)) @ vectors.T
    )


def _placed(block: FloatArray, begin: int, width: int) -> FloatArray:
    whole = np.zeros((width, width))
    end = begin + len(block)
    whole[begin:end, begin:end] = block
    return whole


def _root(covariance: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
