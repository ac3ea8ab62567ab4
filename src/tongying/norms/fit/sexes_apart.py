"""Whether girls and boys differ once age is taken out of it (Harris and Boyd, Lahti)."""

from __future__ import annotations

import numpy as np

from tongying.norms.axis import AxisKind
from tongying.norms.fit.engine import fit
from tongying.norms.fit.plan import usual_plan
from tongying.norms.fit.residuals import residuals
from tongying.norms.fit.sample import Sample
from tongying.norms.fit.settings import FitSettings
from tongying.norms.intervals.ep28 import ENOUGH
from tongying.norms.intervals.partition import FEWEST, Partition, partition
from tongying.norms.sex import Sex


def compare_sexes(
    together: Sample, sexes: list[Sex | None], settings: FitSettings
) -> Partition | None:
    """Return how girls differ from boys, or None where that cannot be told.

    Along an axis their scores under one curve for both are compared, so that neither the ages nor
    the sites of the two groups matter; that needs children enough for a curve. Where there is no
    axis the values are compared. Each child counts once, by its first row.

    Parameters
    ----------
    together : Sample
        Girls and boys.
    sexes : list of Sex or None
        Of each row of it.
    settings : FitSettings

    Raises
    ------
    FitFailed
        If no curve for both can be fitted.
    """
    _, first = np.unique(together.subject, return_index=True)
    of_child = [sexes[row] for row in first]
    girls = np.array([sex is Sex.FEMALE for sex in of_child])
    boys = np.array([sex is Sex.MALE for sex in of_child])
    if min(int(girls.sum()), int(boys.sum())) < FEWEST:
        return None
    if settings.axis is AxisKind.NONE:
        return partition(together.value[first][girls], together.value[first][boys])
    if len(first) < ENOUGH:
        return None
    family = "bccg" if float(together.value.min()) > 0 else "normal"
    by_site = settings.by_site and len(together.sites) > 1
    plan = usual_plan(family, shift=settings.shift, by_site=by_site)
    scores = residuals(fit(together, plan), together)[first]
    return partition(scores[girls], scores[boys])
