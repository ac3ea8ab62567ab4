"""One distribution for all groups of a norm: its table has one set of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf

from tongying.kernel.caveat import Caveat
from tongying.norms.fit.choose import Choice, choose
from tongying.norms.fit.progress import Progress, part_of
from tongying.norms.fit.sample import Sample
from tongying.norms.fit.settings import FitSettings
from tongying.norms.sex import Sex

ONE_FAMILY = Caveat(
    "norms.one-family",
    "Girls and boys were best described by different distributions; the one with the smaller BIC"
    " in both together was taken.",
)


def choose_together(
    samples: Mapping[Sex | None, Sample], settings: FitSettings, progress: Progress
) -> dict[Sex | None, Choice]:
    """Return each group's curve, all of the distribution whose BICs have the smallest sum.

    Raises
    ------
    FitFailed
        If a group has none that converges, or none that converges in all.
    """
    count = max(len(samples), 1)
    choices = {
        sex: _one(
            sample, settings, settings.families, part_of(progress, k / count, (k + 1) / count)
        )
        for k, (sex, sample) in enumerate(samples.items())
    }
    if len({choice.best.plan.family for choice in choices.values()}) <= 1:
        return choices
    family = min(
        settings.families, key=lambda name: sum(_bic(one, name) for one in choices.values())
    )
    return {
        sex: choice
        if choice.best.plan.family == family
        else _moved(choice, _one(samples[sex], settings, (family,), progress))
        for sex, choice in choices.items()
    }


def _one(
    sample: Sample, settings: FitSettings, families: tuple[str, ...], progress: Progress
) -> Choice:
    return choose(
        sample,
        families=families,
        powers=settings.powers,
        shift=settings.shift,
        by_site=settings.by_site and len(sample.sites) > 1,
        progress=progress,
    )


def _bic(choice: Choice, family: str) -> float:
    return min(
        (one.bic for one in choice.candidates if one.plan.family == family and one.bic is not None),
        default=inf,
    )


def _moved(choice: Choice, common: Choice) -> Choice:
    known = {one.plan for one in choice.candidates}
    more = tuple(one for one in common.candidates if one.plan not in known)
    return replace(
        choice,
        best=common.best,
        candidates=choice.candidates + more,
        caveats=(*choice.caveats, ONE_FAMILY),
    )
