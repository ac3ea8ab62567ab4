"""The penalised likelihood fit of location, scale, skewness and tail along an axis.

Newton steps on the penalised log likelihood, gradients analytic in the predictors, second
derivatives differences of those gradients; the smoothing parameters and the variance between
sites follow `tongying.norms.fit.smoothing`. What converges is looked at once more before it is
handed out: a curve without a 3rd or 97th centile, or one that does not describe the values it was
fitted to, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar, Final

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.family import Family
from tongying.norms.distributions.registry import family_of
from tongying.norms.fit import smoothing as smooth
from tongying.norms.fit.basis import Axis, columns
from tongying.norms.fit.design import Design, design_of, first_coefficients
from tongying.norms.fit.one_thread import one_thread
from tongying.norms.fit.plan import Plan
from tongying.norms.fit.sample import Sample
from tongying.norms.fit.scale import Scale

MAX_STEPS: Final = 200
MAX_HALVINGS: Final = 30
MAX_RIDGES: Final = 40
DECREMENT_SETTLED: Final = 1e-6
SETTLING: Final = 1.0
"""Smoothing parameters move once the Newton decrement is below this."""
DIFFERENCE: Final = 1e-5
FEWEST_PER_COLUMN: Final = 2
MOST_NARROWED: Final = float(np.log(1e8))
"""A spread that falls below its start by more has met values that do not differ at some age."""
GRID: Final = 101
FARTHEST_Z: Final = 2.0
"""Just beyond P3 and P97: a curve must have values there at every age."""
WIDEST_MEAN: Final = 0.5
WIDEST_SPREAD: Final = (0.5, 2.0)
"""Limits of mean and standard deviation of the residuals of a curve that describes its data; a fit
that has converged lies within a few hundredths of 0 and 1."""


class FitFailed(BadInput):
    """The fit did not converge, so there is no curve."""

    code: ClassVar[str] = "norms.fit-failed"


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted curve.

    Attributes
    ----------
    plan : Plan
    axis : Axis
    sites : tuple of str
        Codes in the order of the site effects; empty without them.
    coefficients : FloatArray
        (p,), parameters in order, each block's spline coefficients, the sites' after the first.
    offsets : tuple of int
        Where each parameter's block begins, and the end.
    covariance : FloatArray
        (p, p), inverse of the penalised information: the posterior covariance.
    smoothing : FloatArray
        Estimated penalties, one for each penalised block, sites last.
    log_likelihood, effective, bic : float
        `effective` is the effective number of parameters; BIC is -2 log L + effective ln n.
    steps : int
    count : int
        Rows that count, those of weight 0 left out.
    freedom : FloatArray
        (k,), effective parameters of each parameter's curve, without the sites.
    """

    plan: Plan
    axis: Axis
    sites: tuple[str, ...]
    coefficients: FloatArray
    offsets: tuple[int, ...]
    covariance: FloatArray
    smoothing: FloatArray
    log_likelihood: float
    effective: float
    bic: float
    steps: int
    count: int
    freedom: FloatArray

    @property
    def family(self) -> Family:
        """The distribution."""
        return family_of(self.plan.family)

    def rows(self, x: FloatArray) -> tuple[FloatArray, ...]:
        """Return each parameter's columns at `x`, without any site's effect."""
        place = self.axis.place(np.asarray(x, dtype=np.float64))
        blocks = [columns(place, bend.intervals) for bend in self.plan.bends]
        if self.sites:
            blocks[0] = np.hstack([blocks[0], np.zeros((len(place), len(self.sites)))])
        return tuple(blocks)

    def predictors(self, x: FloatArray, coefficients: FloatArray | None = None) -> FloatArray:
        """Return predictors, (k, n), at `x` for the middle of the sites."""
        use = self.coefficients if coefficients is None else coefficients
        return np.stack(
            [
                block @ use[self.offsets[k] : self.offsets[k + 1]]
                for k, block in enumerate(self.rows(x))
            ]
        )

    def natural(self, x: FloatArray) -> FloatArray:
        """Return the distribution's parameters, (k, n), at `x` for the middle of the sites."""
        return self.family.natural(self.predictors(x))

    def site_slice(self) -> slice:
        """Return where the sites' effects lie among the coefficients."""
        end = self.offsets[1]
        return slice(end - len(self.sites), end)


@one_thread
def fit(sample: Sample, plan: Plan, *, weight: FloatArray | None = None) -> Fit:
    """Fit a plan to a sample.

    Parameters
    ----------
    sample : Sample
        One sex, one measure.
    plan : Plan
    weight : FloatArray, optional
        (n,), how often each row counts, 0 or more; 1 unless told.

    Raises
    ------
    FitFailed
        If a value is not positive where the family needs it, the values or ages do not vary, there
        are too few for the plan, a weight is negative, the steps do not converge, or they converge
        to a curve that has no 3rd or 97th centile somewhere or does not describe the values.
    """
    weights = np.ones(len(sample)) if weight is None else np.asarray(weight, dtype=np.float64)
    if not (np.isfinite(weights).all() and weights.min(initial=0.0) >= 0.0):
        raise FitFailed("A weight is negative or not a number.")
    kept = weights > 0.0
    rows, weights = _rows(sample, kept), weights[kept]
    _check_values(rows, plan)
    axis = Axis(float(rows.x.min()), float(rows.x.max()), plan.power, plan.shift)
    design = design_of(rows, plan, axis)
    if len(rows) < FEWEST_PER_COLUMN * design.width:
        raise FitFailed(
            f"{len(rows)} measurements are too few for this model of {design.width} coefficients."
        )
    scale = Scale.of(rows.value, positive=design.family.positive)
    value = scale.standard(rows.value)
    start = first_coefficients(design, value, weights)
    state = _climb(design, value, weights, start, None)
    _check_curve(design, state, value, axis, plan)
    factor, count = scale.factors(design), float(weights.sum())
    log_likelihood = state.log_likelihood - count * float(np.log(scale.size))
    ends = [design.offsets[1] - design.sites, *design.offsets[2:]]
    used = np.diag(state.covariance @ state.information)
    return Fit(
        plan=plan,
        axis=axis,
        sites=sample.sites if plan.by_site else (),
        coefficients=state.coefficients * factor + scale.added(design),
        offsets=design.offsets,
        covariance=state.covariance * np.outer(factor, factor),
        smoothing=state.smoothing / scale.smoothing_factors(design),
        log_likelihood=log_likelihood,
        effective=float(used.sum()),
        bic=-2.0 * log_likelihood + float(used.sum()) * float(np.log(count)),
        steps=state.steps,
        count=len(rows),
        freedom=np.array([used[a:b].sum() for a, b in zip(design.offsets[:-1], ends, strict=True)]),
    )


@one_thread
def refit(sample: Sample, fitted: Fit, weights: FloatArray) -> FloatArray:
    """Return coefficients, (b, p), refitted to each row of weights, (b, n), the smoothing held.

    Raises
    ------
    FitFailed
        If one of them does not converge.
    """
    whole = design_of(sample, fitted.plan, fitted.axis)
    scale = Scale.of(sample.value, positive=whole.family.positive)
    value = scale.standard(sample.value)
    factor, added = scale.factors(whole), scale.added(whole)
    held = fitted.smoothing * scale.smoothing_factors(whole)
    start = (fitted.coefficients - added) / factor
    found = []
    for weight in weights:
        kept = weight > 0.0
        design = replace(whole, blocks=tuple(block[kept] for block in whole.blocks))
        state = _climb(design, value[kept], weight[kept], start, held)
        found.append(state.coefficients * factor + added)
    return np.stack(found)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    coefficients: FloatArray
    covariance: FloatArray
    information: FloatArray
    smoothing: FloatArray
    log_likelihood: float
    steps: int


def _rows(sample: Sample, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Sample:
    if kept.all():
        return sample
    return replace(
        sample,
        value=sample.value[kept],
        x=sample.x[kept],
        subject=sample.subject[kept],
        site=sample.site[kept],
    )


def _check_values(sample: Sample, plan: Plan) -> None:
    if len(sample) == 0:
        raise FitFailed("There are no measurements.")
    if family_of(plan.family).positive and sample.value.min() <= 0:
        raise FitFailed(
            f"A value is not above zero, so the {plan.family} distribution cannot be fitted."
        )
    if not sample.x.max() > sample.x.min():
        raise FitFailed("All children have the same age, so there is no curve along age.")
    middle = float(np.abs(sample.value).max())
    if float(np.ptp(sample.value)) <= 1e-9 * middle:
        raise FitFailed("All values are the same, so there is no distribution.")


def _climb(
    design: Design,
    value: FloatArray,
    weight: FloatArray,
    start: FloatArray,
    held: FloatArray | None,
) -> _State:
    """Climb to the maximum; the smoothing parameters are held, or estimated where None."""
    coefficients = start.copy()
    gradient, information = _derivatives(design, value, weight, coefficients)
    size = smooth.size_of(design, information)
    smoothing = smooth.FIRST * size if held is None else held
    before = ahead = np.zeros(len(smoothing))
    total = design.penalty(smoothing)
    height = _height(design, value, weight, coefficients, total)
    spread = slice(design.offsets[1], design.offsets[2])
    narrowest = float(start[spread].min()) - MOST_NARROWED
    for step in range(1, MAX_STEPS + 1):
        slope = gradient - total @ (coefficients - design.centre)
        factor, is_ridged = _factor(information + total)
        move = cho_solve(factor, slope)
        decrement = float(slope @ move)
        moved, height = _search(design, value, weight, coefficients, move, total, height)
        coefficients = coefficients + moved
        if coefficients[spread].min() < narrowest:
            raise FitFailed("The values at some age hardly differ, so no spread fits there.")
        is_settled = decrement < DECREMENT_SETTLED and not is_ridged
        if held is None and decrement < SETTLING and not is_ridged:
            inverse = cho_solve(factor, np.eye(design.width))
            change = smooth.change_of(design, coefficients, inverse, smoothing)
            if float(np.abs(change).max(initial=0.0)) >= smooth.LOG_SETTLED:
                ahead = smooth.jump(change, before, ahead)
                before = change
                smoothing = np.clip(
                    smoothing * np.exp(ahead), smooth.SMALLEST * size, smooth.LARGEST * size
                )
                total = design.penalty(smoothing)
                height = _height(design, value, weight, coefficients, total)
                is_settled = False
        if is_settled:
            log_density, _ = design.family.likelihood(value, design.predictors(coefficients))
            return _State(
                coefficients=coefficients,
                covariance=cho_solve(factor, np.eye(design.width)),
                information=information,
                smoothing=smoothing,
                log_likelihood=float(weight @ log_density),
                steps=step,
            )
        gradient, information = _derivatives(design, value, weight, coefficients)
    raise FitFailed(f"The fit of {design.family.name} did not converge in {MAX_STEPS} steps.")


def _height(
    design: Design,
    value: FloatArray,
    weight: FloatArray,
    coefficients: FloatArray,
    total: FloatArray,
) -> float:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        log_density, _ = design.family.likelihood(value, design.predictors(coefficients))
        away = coefficients - design.centre
        height = float(weight @ log_density) - 0.5 * float(away @ total @ away)
    return height if np.isfinite(height) else -np.inf


def _derivatives(
    design: Design, value: FloatArray, weight: FloatArray, coefficients: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the gradient, (p,), and the information, (p, p), of the log likelihood."""
    predictors = design.predictors(coefficients)
    count = len(design.blocks)
    second = np.empty((count, count, len(value)))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        _, scores = design.family.likelihood(value, predictors)
        for k in range(count):
            # A middle is moved by a part of the spread, which may itself be tiny.
            step = DIFFERENCE * (float(np.exp(predictors[1].mean())) if k == 0 else 1.0)
            shifted = predictors.copy()
            shifted[k] += step
            _, moved = design.family.likelihood(value, shifted)
            second[k] = (moved - scores) / step
    if not (np.isfinite(scores).all() and np.isfinite(second).all()):
        raise FitFailed(f"The fit of {design.family.name} ran out of the range of numbers.")
    gradient = np.concatenate(
        [block.T @ (weight * scores[k]) for k, block in enumerate(design.blocks)]
    )
    information = np.empty((design.width, design.width))
    for k in range(count):
        rows = slice(design.offsets[k], design.offsets[k + 1])
        for m in range(k, count):
            cols = slice(design.offsets[m], design.offsets[m + 1])
            pair = -0.5 * weight * (second[k, m] + second[m, k])
            block = design.blocks[k].T @ (design.blocks[m] * pair[:, None])
            information[rows, cols] = block
            information[cols, rows] = block.T
    return gradient, information


def _factor(curve: FloatArray) -> tuple[tuple[FloatArray, bool], bool]:
    """Return a Cholesky factor, and whether a ridge had to be added to find one."""
    ridge, scale = 0.0, float(np.abs(np.diag(curve)).max())
    for _attempt in range(MAX_RIDGES):
        try:
            return cho_factor(curve + ridge * np.eye(len(curve)), check_finite=False), ridge > 0
        except LinAlgError:
            ridge = max(ridge * 4.0, 1e-6 * scale)
    raise FitFailed("The curvature of the likelihood is not that of a maximum.")


def _search(
    design: Design,
    value: FloatArray,
    weight: FloatArray,
    coefficients: FloatArray,
    move: FloatArray,
    total: FloatArray,
    height: float,
) -> tuple[FloatArray, float]:
    """Return as much of the move as does not lead down, and the height reached."""
    for _halving in range(MAX_HALVINGS):
        reached = _height(design, value, weight, coefficients + move, total)
        if reached >= height - 1e-9 * abs(height):
            return move, reached
        move = move * 0.5
    return np.zeros_like(move), height


def _check_curve(design: Design, state: _State, value: FloatArray, axis: Axis, plan: Plan) -> None:
    """Refuse a curve that nobody may read a centile from."""
    family = design.family
    place = axis.place(axis.grid(GRID))
    end = design.offsets[1] - design.sites
    spans = [slice(0, end), *(slice(a, b) for a, b in pairwise(design.offsets[1:]))]
    predictors = np.stack(
        [
            columns(place, bend.intervals) @ state.coefficients[span]
            for bend, span in zip(plan.bends, spans, strict=True)
        ]
    )
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        natural = family.natural(predictors)
        ends = [family.value(np.full(GRID, z), natural) for z in (-FARTHEST_Z, FARTHEST_Z)]
        z = family.z(value, family.natural(design.predictors(state.coefficients)))
    if not all(np.isfinite(one).all() for one in (natural, *ends)):
        raise FitFailed(f"The {family.name} curve has no 3rd or 97th centile at some age.")
    low, high = WIDEST_SPREAD
    is_right = np.isfinite(z).all() and abs(z.mean()) < WIDEST_MEAN and low < z.std() < high
    if not is_right:
        raise FitFailed(f"The {family.name} curve does not describe the values it was fitted to.")
