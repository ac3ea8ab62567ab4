"""A norm at one site: its middle is shifted by what the site is known to differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.registry import FAMILIES
from tongying.norms.forms.form import Distribution
from tongying.norms.norm import Norm
from tongying.norms.score.result import SiteUncalibrated
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SiteEffect

NO_SHIFT = SiteEffect(effect=0.0, error=0.0, n=0)


@dataclass(frozen=True, slots=True)
class AtSite:
    """A distribution at a site.

    Attributes
    ----------
    form : Distribution
    positive : bool
        Whether effects are of the logarithm: the middle is multiplied, not moved.
    effect : SiteEffect
    """

    form: Distribution
    positive: bool
    effect: SiteEffect = NO_SHIFT

    def z(self, value: float, x: float, sex: Sex | None, *, errors: float = 0.0) -> float:
        """Return a score; `errors` adds so many standard errors to the site's effect."""
        shift = self.effect.effect + errors * self.effect.error
        # Every family here depends on the value by its ratio to, or distance from, the middle.
        common = value * np.exp(-shift) if self.positive else value - shift
        with np.errstate(all="ignore"):
            return float(self.form.z(np.array([common]), np.array([x]), sex)[0])

    def values(self, z: FloatArray, x: float, sex: Sex | None) -> FloatArray:
        """Return the values of scores at the site, NaN where the transform reaches none."""
        with np.errstate(all="ignore"):
            common = self.form.value(z, np.full(len(z), x), sex)
            shift = self.effect.effect
            return np.asarray(common * np.exp(shift) if self.positive else common + shift)

    def z_error(self, value: float, x: float, sex: Sex | None) -> float:
        """Return how much one standard error of the site's effect moves the score."""
        if self.effect.error == 0.0:
            return 0.0
        above, below = (self.z(value, x, sex, errors=side) for side in (1.0, -1.0))
        return abs(above - below) / 2.0


def at_site(norm: Norm, form: Distribution, sex: Sex | None, site: str | None) -> AtSite:
    """Return a norm's distribution as it holds at a site.

    Raises
    ------
    SiteUncalibrated
        If the norm differs between sites and the site is not given or not known to it, or its
        distribution cannot be shifted.
    """
    family = FAMILIES.get(form.family)
    if norm.sites is None:
        return AtSite(form, family.positive if family else False)
    if site is None:
        raise SiteUncalibrated(
            "This norm differs between hospitals, and the hospital of the measurement is not known."
        )
    known = norm.sites.by_sex.get(sex)
    if known is None:
        known = norm.sites.by_sex.get(None, {})
    if site not in known or family is None:
        raise SiteUncalibrated(
            "This norm differs between hospitals and is not calibrated for this one; calibrate it"
            " with normal children examined there."
        )
    return AtSite(form, family.positive, known[site])
