"""The whole fit: rows to a draft of a norm, with all that its signers must see."""

from __future__ import annotations

from dataclasses import replace

from tongying.kernel.age import CORRECT_UNTIL_MONTHS
from tongying.kernel.caveat import Caveat
from tongying.norms.axis import DAYS_PER_MONTH, AxisKind
from tongying.norms.fit.error_grid import FEWEST_NEAR, NEAR
from tongying.norms.fit.family_choice import choose_together
from tongying.norms.fit.fitted import FittedNorm
from tongying.norms.fit.group import (
    CurvePart,
    MadeGroup,
    has_curve,
    make_curve,
    make_interval,
    sample_of,
)
from tongying.norms.fit.progress import Progress, part_of, silent
from tongying.norms.fit.rows import FitRow, RowsRefused, UsableRow, check_rows
from tongying.norms.fit.settings import FitSettings, Sexes
from tongying.norms.fit.sexes_apart import compare_sexes
from tongying.norms.forms.centile_bands import CentileBands, CentileRows
from tongying.norms.forms.form import Form
from tongying.norms.forms.parameter_table import ParameterTable
from tongying.norms.intervals.partition import Advice, Partition
from tongying.norms.measure import measure_of
from tongying.norms.norm import Norm, Origin, Route
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SiteEffects, Uncertainty

CHOOSING = 0.2
"""Share of the time that choosing takes; only for the progress that is told."""
LIMITS = (2.5, 50.0, 97.5)
INDIRECT = Caveat(
    "norms.indirect-route",
    "Made from routine examinations read as normal, not from healthy volunteers.",
)
SEX_LEFT_OUT = Caveat(
    "norms.sex-left-out", "For one sex there were too few children: the norm does not speak of it."
)
ONE_SITE = Caveat(
    "norms.one-site",
    "All children come from one hospital: how hospitals differ is not known.",
)
SITES_POOLED = Caveat(
    "norms.sites-pooled", "Several hospitals were taken as one: a shift of one of them is in it."
)
GESTATION_MISSING = Caveat(
    "norms.gestation-missing",
    "Of some children below two years the gestation at birth was not known: they stand at their"
    " chronological age.",
)


def fit_norm(
    rows: list[FitRow], settings: FitSettings, *, progress: Progress = silent
) -> FittedNorm:
    """Fit a norm.

    Each sex gets a curve from 120 children on, provisional limits from 40 on, and below that its
    raw values only (CLSI EP28-A3c).

    Parameters
    ----------
    rows : list of FitRow
        One measure by one method.
    settings : FitSettings
    progress : callable, optional
        Told the share that is done, 0 to 1, and what is being done.

    Raises
    ------
    RoutesMixed
        If a row came by another route than the norm.
    RowsRefused
        If a row is wrong and the settings do not say that the fit goes on without it, or none is
        left.
    FitFailed
        If no curve converges.
    BootstrapFailed
        If the interval of the centiles cannot be known.
    """
    usable, refused = check_rows(rows, settings)
    if refused and not settings.skip_refused:
        raise RowsRefused(f"{len(refused)} of {len(rows)} rows are wrong.", refused)
    if not usable:
        raise RowsRefused("No row is left to be fitted.", refused)
    test = compare_sexes(sample_of(usable), [one.sex for one in usable], settings)
    made = _made(_split(usable, settings.sexes, test), settings, progress)
    return FittedNorm(
        norm=_draft(made, usable, settings),
        groups=tuple(one.account for one in made),
        sexes=test,
        refused=refused,
        used=tuple(one.index for one in usable),
    )


def _made(
    split: dict[Sex | None, list[UsableRow]], settings: FitSettings, progress: Progress
) -> list[MadeGroup]:
    samples = {sex: sample_of(group) for sex, group in split.items()}
    curved = {sex: sample for sex, sample in samples.items() if has_curve(sample, settings)}
    choices = choose_together(curved, settings, part_of(progress, 0.0, CHOOSING))
    made = []
    for sex, sample in samples.items():
        if sex not in choices:
            made.append(make_interval(sample, sex, settings))
            continue
        begin = CHOOSING + (1.0 - CHOOSING) * sum(one.curve is not None for one in made) / len(
            choices
        )
        end = begin + (1.0 - CHOOSING) / len(choices)
        part = part_of(progress, begin, end)
        made.append(make_curve(sample, sex, choices[sex], settings, part))
    return made


def _split(
    usable: list[UsableRow], sexes: Sexes, test: Partition | None
) -> dict[Sex | None, list[UsableRow]]:
    # Where the test cannot be made the sexes stay apart: nothing says that they may be pooled.
    alike = test is not None and test.harris_boyd is Advice.COMMON
    if sexes is Sexes.TOGETHER or (sexes is Sexes.BY_TEST and alike):
        return {None: usable}
    groups: dict[Sex | None, list[UsableRow]] = {}
    for sex in Sex:
        of_sex = [one for one in usable if one.sex is sex]
        if of_sex:
            groups[sex] = of_sex
    return groups


def _draft(made: list[MadeGroup], usable: list[UsableRow], settings: FitSettings) -> Norm | None:
    curves = {one.account.sex: one.curve for one in made if one.curve is not None}
    limits = {one.account.sex: one.limits for one in made if one.limits is not None}
    form = _form(curves, limits)
    if form is None:
        return None
    inside = [one for one in made if one.account.sex in (curves or limits)]
    children = sum(one.account.children for one in inside)
    caveats = dict.fromkeys(
        caveat
        for caveat in (
            *_caveats(usable, settings),
            *([SEX_LEFT_OUT] if len(inside) < len(made) else []),
            *(caveat for one in inside for caveat in one.account.caveats),
        )
    )
    return Norm(
        id=settings.norm_id,
        measure=settings.measure,
        unit=measure_of(settings.measure).unit,
        axis=settings.axis,
        form=form,
        method=settings.method,
        population=replace(settings.population, n=children),
        route=settings.route,
        origin=Origin.RELEASED,
        citation=None,
        caveats=tuple(caveats),
        uncertainty=_uncertainty(curves, settings.axis) if curves else None,
        sites=_sites(curves) if curves and settings.by_site else None,
    )


def _form(
    curves: dict[Sex | None, CurvePart], limits: dict[Sex | None, CentileRows]
) -> Form | None:
    """Return curves where there are any, else limits: a norm has one form, never two."""
    if curves:
        (family,) = {part.family for part in curves.values()}
        return ParameterTable(family, {sex: part.table for sex, part in curves.items()})
    if limits:
        return CentileBands(LIMITS, limits)
    return None


def _uncertainty(curves: dict[Sex | None, CurvePart], axis: AxisKind) -> Uncertainty:
    return Uncertainty(
        by_sex={sex: part.uncertainty for sex, part in curves.items()},
        near=NEAR[axis],
        fewest_near=FEWEST_NEAR,
    )


def _sites(curves: dict[Sex | None, CurvePart]) -> SiteEffects:
    return SiteEffects(
        by_sex={sex: dict(part.sites or {}) for sex, part in curves.items()},
        between={sex: part.between for sex, part in curves.items() if part.between is not None},
    )


def _caveats(usable: list[UsableRow], settings: FitSettings) -> list[Caveat]:
    found = []
    if settings.route is Route.INDIRECT:
        found.append(INDIRECT)
    sites = {one.row.site for one in usable}
    if len(sites) == 1:
        found.append(ONE_SITE)
    elif not settings.by_site:
        found.append(SITES_POOLED)
    if settings.axis is AxisKind.CORRECTED_AGE and any(
        one.row.gestation_days is None and one.x < CORRECT_UNTIL_MONTHS * DAYS_PER_MONTH
        for one in usable
    ):
        found.append(GESTATION_MISSING)
    return found
