"""One sex, or both together: a curve where there are children enough, an interval where not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from tongying.kernel.caveat import Caveat
from tongying.norms.arrays import FloatArray
from tongying.norms.axis import AxisKind
from tongying.norms.fit.bands import bands_of
from tongying.norms.fit.bootstrap import replicates_of
from tongying.norms.fit.choose import Choice
from tongying.norms.fit.diagnose import diagnose
from tongying.norms.fit.error_grid import sex_uncertainty
from tongying.norms.fit.fitted import GroupFit
from tongying.norms.fit.progress import Progress
from tongying.norms.fit.rows import UsableRow
from tongying.norms.fit.sample import Sample
from tongying.norms.fit.settings import FitSettings
from tongying.norms.fit.sites import FEWEST_CONTROLS, between_sites, effects_of, lone_site
from tongying.norms.fit.table import table_of
from tongying.norms.forms.centile_bands import CentileRows
from tongying.norms.forms.parameter_table import SexTable
from tongying.norms.intervals.ep28 import ENOUGH, Tier, reference_interval
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SexUncertainty, SiteEffect

CHANGES_ALPHA = 0.05
"""Below this p of Spearman's rank correlation values are taken to change along the axis, and limits
that disregard it are not offered as a norm."""
NOT_BY_AGE = Caveat(
    "norms.not-by-age",
    "Too few children for a curve: the limits are the same for all ages in the range.",
)
CHANGES_WITH_AGE = Caveat(
    "norms.changes-with-age",
    "The values change with age, and there are too few children for a curve: no norm is made.",
)


@dataclass(frozen=True, slots=True, eq=False)
class CurvePart:
    """What a group's curve puts into the norm.

    Attributes
    ----------
    table : SexTable
    family : str
    uncertainty : SexUncertainty
    sites : dict or None
        Calibrated sites; None where the sites were not told apart.
    between : float or None
        Prior of a new site.
    """

    table: SexTable
    family: str
    uncertainty: SexUncertainty
    sites: dict[str, SiteEffect] | None
    between: float | None


@dataclass(frozen=True, slots=True, eq=False)
class MadeGroup:
    """A group's account, and what it puts into the norm: a curve, or limits, or nothing."""

    account: GroupFit
    curve: CurvePart | None = None
    limits: CentileRows | None = None


def sample_of(rows: list[UsableRow]) -> Sample:
    """Return the rows as a sample."""
    children = {code: number for number, code in enumerate(sorted({r.row.subject for r in rows}))}
    return Sample.of(
        np.array([one.row.value for one in rows]),
        np.array([one.x for one in rows]),
        subject=np.array([children[one.row.subject] for one in rows], dtype=np.int64),
        site=[one.row.site for one in rows],
    )


def has_curve(sample: Sample, settings: FitSettings) -> bool:
    """Whether there is an axis, and children enough for a curve along it."""
    return settings.axis is not AxisKind.NONE and len(np.unique(sample.subject)) >= ENOUGH


def make_curve(
    sample: Sample, sex: Sex | None, choice: Choice, settings: FitSettings, progress: Progress
) -> MadeGroup:
    """Return a group's curve with its errors and its sites.

    Parameters
    ----------
    sample : Sample
    sex : Sex or None
        None where the sexes are together.
    choice : Choice
        Of the family and its fit.
    settings : FitSettings
    progress : Progress
        Told after each refit.

    Raises
    ------
    BootstrapFailed
        If the interval of the curve's centiles cannot be known.
    """
    best = choice.best
    replicates = replicates_of(
        sample, best, count=settings.replicates, seed=settings.seed, progress=progress
    )
    effects, between = None, None
    if best.sites:
        every = effects_of(best, sample, replicates=replicates)
        between = between_sites(best, every)
        effects = {code: one for code, one in every.items() if one.n >= FEWEST_CONTROLS}
    elif settings.by_site:
        effects, between = lone_site(best, sample)
    account = replace(
        _counted(sample, sex, Tier.ESTABLISHED, settings),
        choice=choice,
        diagnostics=diagnose(best, sample, axis=settings.axis),
        replicates_failed=replicates.failed,
        caveats=choice.caveats,
    )
    part = CurvePart(
        table=table_of(best),
        family=best.plan.family,
        uncertainty=sex_uncertainty(best, sample, replicates, settings.axis),
        sites=effects,
        between=between,
    )
    return MadeGroup(account, curve=part)


def make_interval(sample: Sample, sex: Sex | None, settings: FitSettings) -> MadeGroup:
    """Return a group's limits for all ages together, or its raw values.

    Raises
    ------
    SpreadRefused
        If more than half of the values are the same.
    """
    _, first = np.unique(sample.subject, return_index=True)
    values, x = sample.value[first], sample.x[first]
    interval = reference_interval(values, seed=settings.seed)
    account = replace(
        _counted(sample, sex, interval.tier, settings), interval=interval, caveats=interval.caveats
    )
    if interval.low is None or interval.high is None:
        return MadeGroup(account)
    limits = ((interval.low, float(np.median(values)), interval.high),)
    if settings.axis is AxisKind.NONE:
        return MadeGroup(account, limits=CentileRows((0.0, 1.0), limits))
    if _changes(values, x):
        return MadeGroup(replace(account, caveats=(*account.caveats, CHANGES_WITH_AGE)))
    edges = (float(x.min()), max(float(x.max()), float(x.min()) + 1.0))
    return MadeGroup(
        replace(account, caveats=(*account.caveats, NOT_BY_AGE)), limits=CentileRows(edges, limits)
    )


def _changes(values: FloatArray, x: FloatArray) -> bool:
    return float(np.ptp(x)) > 0 and float(spearmanr(x, values).pvalue) < CHANGES_ALPHA


def _counted(sample: Sample, sex: Sex | None, tier: Tier, settings: FitSettings) -> GroupFit:
    return GroupFit(
        sex=sex,
        tier=tier,
        children=len(np.unique(sample.subject)),
        measurements=len(sample),
        bands=bands_of(sample, settings.axis),
        sites={
            code: len(np.unique(sample.subject[sample.site == number]))
            for number, code in enumerate(sample.sites)
        },
    )
