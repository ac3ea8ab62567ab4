"""How sites differ: the effects of the fitted ones, and the calibration of a new one.

A site moves the middle of the curve and nothing else: log mu of the positive families, mu of the
others. Of a curve and its sites' effects only the sums are told by the data; how the sum is split
between the curve and the mean of its sites is told only by the sites being a sample of all sites.
Every score is made at a site, so the split never matters to a score if errors are given to match:
the curve's error is that of the curve with the mean of the fitted sites' effects
(`tongying.norms.fit.error_grid`), and an effect's error is that of the effect against that mean.
The two are weighted so that they hang together no more, and their squares may be added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import stdtrit
from scipy.stats import chi2

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.family import Family
from tongying.norms.distributions.registry import family_of
from tongying.norms.fit.bootstrap import Replicates
from tongying.norms.fit.engine import Fit
from tongying.norms.fit.error_grid import site_shares
from tongying.norms.fit.sample import Sample
from tongying.norms.forms.form import Distribution
from tongying.norms.norm import Norm
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SiteEffect, SiteEffects, Uncertainty

FEWEST_CONTROLS = 20
"""Normal children a new site must measure first: 20 to 30 (domain.md 3.2; needs sign-off)."""
SPREAD_ALPHA = 0.001
"""Controls whose scores scatter in a way that has less than this chance at a site that differs by
a shift alone are refused (needs sign-off)."""
LONE_SITE_SPREADS = 1.0
"""Prior of a new site, in standard deviations between children, where only one site was fitted and
nothing is known of how sites differ: wide, so that the controls decide (needs sign-off)."""
STEP = 1e-4


class SitesUnknown(BadInput):
    """The norm does not know how sites differ, so no site can be calibrated to it."""

    code: ClassVar[str] = "norms.sites-unknown"


class TooFewControls(BadInput):
    """Too few normal children of a site were measured to calibrate it."""

    code: ClassVar[str] = "norms.calibration-too-few"


class ControlsOutside(BadInput):
    """Controls of a site lie outside the norm's range, or where the norm itself is not known."""

    code: ClassVar[str] = "norms.calibration-outside"


class ControlsScatter(BadInput):
    """Controls of a site scatter otherwise than normal children: a shift does not describe it."""

    code: ClassVar[str] = "norms.calibration-scatter"


@dataclass(frozen=True, slots=True)
class _Controls:
    family: Family
    value: FloatArray
    natural: FloatArray

    def shifted(self, effect: float) -> FloatArray:
        predictors = self.family.predictors(self.natural)
        predictors[0] += effect
        return predictors

    def log_likelihood(self, effect: float) -> float:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            density, _ = self.family.likelihood(self.value, self.shifted(effect))
        total = float(density.sum())
        return total if np.isfinite(total) else -1e300

    def slope(self, effect: float) -> float:
        return float(self.family.likelihood(self.value, self.shifted(effect))[1][0].sum())

    def scores(self, effect: float) -> FloatArray:
        return self.family.z(self.value, self.family.natural(self.shifted(effect)))


def effects_of(
    fitted: Fit, sample: Sample, *, replicates: Replicates | None = None
) -> dict[str, SiteEffect]:
    """Return each fitted site's effect; empty where the sites were not told apart.

    Parameters
    ----------
    fitted : Fit
    sample : Sample
        That was fitted.
    replicates : Replicates, optional
        Without them the posterior covariance of the fit gives the errors.
    """
    if not fitted.sites:
        return {}
    where = fitted.site_slice()
    effects = fitted.coefficients[where]
    share = site_shares(fitted, sample)
    against = np.eye(len(effects)) - share[None, :]
    if replicates is None:
        spread = against @ fitted.covariance[where, where] @ against.T
        errors = np.sqrt(np.diag(spread))
    else:
        errors = (replicates.coefficients[:, where] @ against.T).std(axis=0, ddof=1)
    return {
        code: SiteEffect(
            effect=float(effects[number]),
            error=float(errors[number]),
            n=len(np.unique(sample.subject[sample.site == number])),
        )
        for number, code in enumerate(fitted.sites)
    }


def between_sites(fitted: Fit, effects: dict[str, SiteEffect]) -> float:
    """Return the standard deviation of the prior of a new site's effect.

    It is wider than the fitted variance between sites says: the few sites' own mean stands for that
    of all sites (1 + 1/J), the variance itself rests on J - 1 differences (Student's t, matched at
    95 %), and sites cannot be said to be more alike than the errors of their effects allow.

    Parameters
    ----------
    fitted : Fit
        With sites.
    effects : dict
        As `effects_of` gave them.
    """
    count = len(fitted.sites)
    fitted_variance = 1.0 / float(fitted.smoothing[-1])
    own = float(np.mean([effect.error**2 for effect in effects.values()]))
    wider = float(stdtrit(count - 1, 0.975)) / 1.959963984540054
    return float(np.sqrt((1.0 + 1.0 / count) * max(fitted_variance, own))) * wider


def lone_site(fitted: Fit, sample: Sample) -> tuple[dict[str, SiteEffect], float]:
    """Return the one site's effect, 0 without error, and a wide prior of any other's."""
    spread = _spread(fitted.family, fitted.natural(fitted.axis.grid(21)))
    effect = SiteEffect(effect=0.0, error=0.0, n=len(np.unique(sample.subject)))
    return {sample.sites[0]: effect}, LONE_SITE_SPREADS * float(np.median(spread))


def calibrate(norm: Norm, sex: Sex | None, values: FloatArray, x: FloatArray) -> SiteEffect:
    """Return a new site's effect from a few of its normal children.

    The posterior mode and its standard error under the prior of new sites; the error is never less
    than the controls' own scatter says, and has the norm's own error at their ages in it.

    Parameters
    ----------
    norm : Norm
        That differs between sites.
    sex : Sex or None
        None only where the norm has the sexes together.
    values : FloatArray
        (n,), one of each child, in the norm's unit, measured by the norm's method.
    x : FloatArray
        (n,), where on the norm's axis each child stands.

    Raises
    ------
    SitesUnknown
        If the norm does not know how sites differ, or not for this sex.
    TooFewControls
        If there are fewer than 20.
    ControlsOutside
        If one lies outside the norm's range, or too few children stand behind the norm at its age.
    ControlsScatter
        If a value is impossible by the norm, or they scatter otherwise than normal children do.
    """
    form, sites = norm.form, norm.sites
    key = sex if form.by_sex() else None
    if sites is None or key not in sites.between or not isinstance(form, Distribution):
        raise SitesUnknown("The norm does not know how sites differ, so none can be calibrated.")
    if len(values) < FEWEST_CONTROLS or len(values) != len(x):
        raise TooFewControls(
            f"{len(values)} normal children are too few to calibrate a site; "
            f"{FEWEST_CONTROLS} or more are needed."
        )
    low, high = form.range(sex)
    if x.min() < low or x.max() > high or not _known(norm.uncertainty, key, x).all():
        raise ControlsOutside(
            "Some of the children lie at ages where the norm does not speak, so the site cannot "
            "be calibrated by them."
        )
    controls = _Controls(family_of(form.family), values, form.natural(x, key))
    effect, error = _posterior(controls, sites.between[key])
    _check_scatter(controls, effect)
    curve = _curve_error(norm.uncertainty, key, controls, x)
    return SiteEffect(effect=effect, error=float(np.hypot(error, curve)), n=len(values))


def with_site(
    norm_sites: SiteEffects, sex: Sex | None, code: str, effect: SiteEffect
) -> SiteEffects:
    """Return the sites of a norm with one more."""
    by_sex = {key: dict(sites) for key, sites in norm_sites.by_sex.items()}
    by_sex.setdefault(sex, {})[code] = effect
    return SiteEffects(by_sex=by_sex, between=dict(norm_sites.between))


def _posterior(controls: _Controls, between: float) -> tuple[float, float]:
    scale = float(np.median(_spread(controls.family, controls.natural)))
    reach = 6.0 * max(between, scale)

    def depth(effect: float) -> float:
        return -controls.log_likelihood(effect) + 0.5 * (effect / between) ** 2

    effect = float(minimize_scalar(depth, bounds=(-reach, reach), method="bounded").x)
    step = STEP * scale
    bend = (controls.slope(effect - step) - controls.slope(effect + step)) / (2.0 * step)
    variance = 1.0 / (max(bend, 1e-12) + between**-2)
    scatter = float(controls.scores(effect).std(ddof=1))
    return effect, float(np.sqrt(variance)) * max(scatter, 1.0)


def _check_scatter(controls: _Controls, effect: float) -> None:
    scores = controls.scores(effect)
    freedom = len(scores) - 1
    squares = float(((scores - scores.mean()) ** 2).sum())
    tail = min(float(chi2.cdf(squares, freedom)), float(chi2.sf(squares, freedom)))
    if not np.isfinite(squares) or 2.0 * tail < SPREAD_ALPHA:
        raise ControlsScatter(
            "The children scatter otherwise than the norm's normal children do, so a shift alone "
            "does not make the site comparable."
        )


def _spread(family: Family, natural: FloatArray) -> FloatArray:
    """Return half the distance from -1 to 1 SD, in the first predictor's unit."""
    one = np.ones(natural.shape[1])
    low, high = family.value(-one, natural), family.value(one, natural)
    if family.positive:
        low, high = np.log(low), np.log(high)
    return np.asarray(0.5 * (high - low))


def _known(uncertainty: Uncertainty | None, key: Sex | None, x: FloatArray) -> FloatArray:
    if uncertainty is None or key not in uncertainty.by_sex:
        return np.ones(len(x), dtype=bool)
    grid = uncertainty.by_sex[key]
    return np.asarray(np.interp(x, grid.x, grid.n_near) >= uncertainty.fewest_near)


def _curve_error(
    uncertainty: Uncertainty | None, key: Sex | None, controls: _Controls, x: FloatArray
) -> float:
    """Return the error of the norm's own middle at the controls' ages, as an effect."""
    if uncertainty is None or key not in uncertainty.by_sex:
        return 0.0
    grid = uncertainty.by_sex[key]
    middle = np.array([np.interp(0.0, grid.z, row) for row in grid.z_error])
    error = np.interp(x, grid.x, middle) * _spread(controls.family, controls.natural)
    return float(np.sqrt(np.mean(error**2)))
