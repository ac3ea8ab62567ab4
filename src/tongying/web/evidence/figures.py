"""What stands behind a model at a hospital: how many cases of which age, and how good it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from tongying.ai.evaluation.evaluating import evaluate
from tongying.ai.evaluation.strata import UNKNOWN, AgeBand, age_band
from tongying.web.ai.badges import card_of
from tongying.web.ai.effect import Effect, effect_of, read_pairs
from tongying.web.ai.models import ModelRow, RunRow
from tongying.web.evidence.gathering import age_of, cases_with_truth, runs_of, truths_of
from tongying.web.evidence.kinds import kinds_of
from tongying.web.evidence.models import AlarmRow, IncidentRow
from tongying.web.people.models import Hospital

FEWEST_SILENT: Final = 100
"""Silent cases per site and age band before a model may speak (domain.md §3.8)."""
REPLICATES: Final = 500
SEED: Final = 20220607
CHILD_BANDS: Final = tuple(one.value for one in AgeBand if one is not AgeBand.GROWN)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an approver is shown, and what the rule for a model's moves asks.

    Attributes
    ----------
    silent : dict of str to int
        Age band -> studies on which it ran in shadow here and ended with a result.
    bands : tuple of str
        Age bands that its card speaks about.
    figures : dict of str to dict
        Kind of finding -> `tongying.ai.evaluation.evaluating.Evaluation.as_json`, of studies whose
        truth is known; a kind without any is absent.
    refused, failed : int
        Runs here that ended so.
    open_alarms, open_incidents : int
    """

    silent: dict[str, int]
    bands: tuple[str, ...]
    figures: dict[str, dict[str, Any]]
    refused: int
    failed: int
    open_alarms: int
    open_incidents: int

    @property
    def lacking(self) -> dict[str, int]:
        """Return the age bands in which silent cases are missing, and how many."""
        return {
            band: FEWEST_SILENT - self.silent.get(band, 0)
            for band in self.bands
            if self.silent.get(band, 0) < FEWEST_SILENT
        }

    @property
    def ready_bands(self) -> tuple[str, ...]:
        """Return the age bands with silent cases enough."""
        lacking = self.lacking
        return tuple(band for band in self.bands if band not in lacking)

    def as_json(self) -> dict[str, Any]:
        """Return the evidence as a JSON object, as an approval keeps it."""
        return {
            "silent": dict(self.silent),
            "fewest": FEWEST_SILENT,
            "bands": list(self.bands),
            "lacking": self.lacking,
            "figures": self.figures,
            "refused": self.refused,
            "failed": self.failed,
            "open_alarms": self.open_alarms,
            "open_incidents": self.open_incidents,
        }


def evidence_for(model: ModelRow, hospital: str) -> Evidence:
    """Gather what stands behind a model at a hospital.

    Parameters
    ----------
    model : ModelRow
    hospital : str
        Code.
    """
    card = card_of(model)
    runs = RunRow.objects.filter(model=model, hospital_id=hospital)
    figures = {}
    for kind in kinds_of(card):
        cases = cases_with_truth(model, hospital, kind)
        if cases:
            figures[kind] = evaluate(cases, replicates=REPLICATES, seed=SEED).as_json()
    return Evidence(
        silent=_silent(model, hospital),
        bands=bands_of(card.scope.age_days.low, card.scope.age_days.high) if card else (),
        figures=figures,
        refused=runs.filter(state="refused").count(),
        failed=runs.filter(state="failed").count(),
        open_alarms=AlarmRow.objects.filter(
            model=model, hospital_id=hospital, answered_at=None
        ).count(),
        open_incidents=IncidentRow.objects.filter(
            model=model, hospital_id=hospital, closed_at=None
        ).count(),
    )


def reading_effect(model: ModelRow, hospital: str) -> Effect:
    """Return what showing a model did to the readers of a hospital's studies.

    Something was there where any kind of finding that the model speaks of turned out to be so; a
    study none of whose kinds is known counts as unknown.
    """
    truth: dict[int, bool] = {}
    studies = [row.study_id for row in runs_of(model, hospital)]
    for kind in kinds_of(card_of(model)):
        for study, present in truths_of(studies, kind).items():
            truth[study] = truth.get(study, False) or present
    return effect_of(read_pairs(model, Hospital.objects.get(code=hospital)), truth)


def bands_of(low_days: float | None, high_days: float | None) -> tuple[str, ...]:
    """Return the age bands of childhood that a span of ages touches.

    Examples
    --------
    >>> bands_of(4383, 6573), bands_of(None, 800)
    (('12-17',), ('<2', '2-5'))
    """
    order = list(AgeBand)
    first = order.index(age_band(int(low_days or 0)))
    last = len(order) - 1 if high_days is None else order.index(age_band(int(high_days)))
    return tuple(one.value for one in order[first : last + 1] if one.value in CHILD_BANDS)


def _silent(model: ModelRow, hospital: str) -> dict[str, int]:
    """Count studies that ran in shadow with a result; one study counts once."""
    rows = RunRow.objects.filter(
        model=model, hospital_id=hospital, standing="shadow", state="done"
    ).select_related("study__child")
    bands = {}
    for row in rows:
        age = age_of(row.study)
        bands[row.study_id] = UNKNOWN if age is None else age_band(age).value
    return dict(Counter(bands.values()))
