"""Which distribution and which power of the age: the smallest BIC of those that converge.

First the power is chosen with one family, then the family with that power: seven fits instead of
sixteen. Rigby and Stasinopoulos, Statistical Modelling 2006; 6: 209-229, choose their power of age
and their family by a generalised AIC in the same two steps; with BIC as the penalty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tongying.kernel.caveat import Caveat
from tongying.norms.distributions.registry import family_of
from tongying.norms.fit.engine import Fit, FitFailed, fit
from tongying.norms.fit.plan import DAYS_SHIFT, Plan, usual_plan
from tongying.norms.fit.progress import Progress, silent
from tongying.norms.fit.sample import Sample

FAMILIES: Final = ("normal", "bccg", "bct", "shash")
POWERS: Final = (0.25, 0.5, 0.75, 1.0)
FIRST: Final = ("bccg", "normal", "shash", "bct")
"""The order in which families are asked to choose the power: cheap and rarely wrong first."""
NOT_TOLD_APART: Final = 2.0
"""A smaller difference of BIC is worth no more than a bare mention (Kass and Raftery, J Am Stat
Assoc 1995; 90: 773-795)."""
FAMILIES_ALIKE: Final = "norms.families-not-told-apart"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that was tried.

    Attributes
    ----------
    plan : Plan
    bic, log_likelihood, effective : float or None
        None where it did not converge or does not fit these values.
    refused : str or None
        Why it was not fitted, in one sentence.
    """

    plan: Plan
    bic: float | None
    log_likelihood: float | None
    effective: float | None
    refused: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the candidate as a JSON object."""
        return {
            "family": self.plan.family,
            "power": self.plan.power,
            "bic": self.bic,
            "log_likelihood": self.log_likelihood,
            "effective": self.effective,
            "refused": self.refused,
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that was chosen.

    Attributes
    ----------
    best : Fit
        Smallest BIC.
    candidates : tuple of Candidate
        All that were tried, smallest BIC first, those that failed last.
    caveats : tuple of Caveat
    """

    best: Fit
    candidates: tuple[Candidate, ...]
    caveats: tuple[Caveat, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what was chosen from what, as a JSON object."""
        return {
            "family": self.best.plan.family,
            "power": self.best.plan.power,
            "shift": self.best.plan.shift,
            "by_site": self.best.plan.by_site,
            "bic": self.best.bic,
            "effective": self.best.effective,
            "candidates": [one.as_json() for one in self.candidates],
            "caveats": [one.as_json() for one in self.caveats],
        }


def choose(
    sample: Sample,
    *,
    families: Sequence[str] = FAMILIES,
    powers: Sequence[float] = POWERS,
    shift: float = DAYS_SHIFT,
    by_site: bool = False,
    progress: Progress | None = None,
) -> Choice:
    """Fit the candidates and choose the one with the smallest BIC.

    Parameters
    ----------
    sample : Sample
        One sex, one measure.
    families : sequence of str
        Names of `tongying.norms.distributions.registry.FAMILIES`; those that need values above 0
        are left out, with their sentence, where one is not.
    powers : sequence of float
        Powers of the axis.
    shift : float
        Added to the axis before the power is taken, in its unit.
    by_site : bool
        Whether the middle of each site may differ.
    progress : Progress, optional
        Told after each fit.

    Returns
    -------
    Choice

    Raises
    ------
    FitFailed
        If none of the candidates converges.
    """
    search = _Search(sample, shift, by_site, len(powers) + len(families) - 1, progress or silent)
    may = [name for name in families if not search.must_be_positive(name)]
    for name in sorted(set(families) - set(may)):
        search.refuse(name, powers[0])
    asked = sorted(may, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    for name in asked:
        for power in powers:
            search.attempt(name, power)
        if search.fits:
            break
    if search.fits:
        power = min(search.fits, key=lambda one: one.bic).plan.power
        for name in may:
            search.attempt(name, power)
    if not search.fits:
        why = search.candidates[0].refused if search.candidates else "No family was asked for."
        raise FitFailed(f"None of {len(search.candidates)} models could be fitted. {why}")
    best = min(search.fits, key=lambda one: one.bic)
    return Choice(
        best=best,
        candidates=tuple(sorted(search.candidates, key=_order)),
        caveats=_alike(best, search.fits),
    )


class _Search:
    """What was tried so far."""

    def __init__(
        self, sample: Sample, shift: float, by_site: bool, planned: int, progress: Progress
    ) -> None:
        self.sample, self.shift, self.by_site = sample, shift, by_site
        self.planned, self.progress = planned, progress
        self.fits: list[Fit] = []
        self.candidates: list[Candidate] = []

    def must_be_positive(self, family: str) -> bool:
        """Whether the family needs values above 0 and one is not."""
        return family_of(family).positive and float(self.sample.value.min(initial=1.0)) <= 0

    def refuse(self, family: str, power: float) -> None:
        """Keep a family that these values rule out."""
        plan = usual_plan(family, power=power, shift=self.shift, by_site=self.by_site)
        why = f"A value is not above zero, so the {family} distribution cannot be fitted."
        self.candidates.append(Candidate(plan, None, None, None, why))

    def attempt(self, family: str, power: float) -> None:
        """Fit one model, if it was not tried before."""
        plan = usual_plan(family, power=power, shift=self.shift, by_site=self.by_site)
        if any(one.plan == plan for one in self.candidates):
            return
        self.progress(min(len(self.candidates) / self.planned, 1.0), f"{family} {power:g}")
        try:
            found = fit(self.sample, plan)
        except FitFailed as failed:
            self.candidates.append(Candidate(plan, None, None, None, failed.sentence))
            return
        self.fits.append(found)
        self.candidates.append(
            Candidate(plan, found.bic, found.log_likelihood, found.effective, None)
        )


def _order(candidate: Candidate) -> tuple[bool, float]:
    return candidate.bic is None, 0.0 if candidate.bic is None else candidate.bic


def _alike(best: Fit, fits: Sequence[Fit]) -> tuple[Caveat, ...]:
    others = [one for one in fits if one.plan.family != best.plan.family]
    second = min(others, key=lambda one: one.bic, default=None)
    if second is None or second.bic - best.bic >= NOT_TOLD_APART:
        return ()
    return (
        Caveat(
            FAMILIES_ALIKE,
            f"The data do not tell the {best.plan.family} from the {second.plan.family}"
            f" distribution (difference of BIC {second.bic - best.bic:.1f}).",
        ),
    )
