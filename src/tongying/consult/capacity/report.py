"""A study as plain values for JSON: growth, bands, comparisons that the bands bear, caveats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

import numpy as np

from tongying.consult.capacity import growth
from tongying.consult.capacity.outcome import Measured
from tongying.consult.capacity.study import (
    BASE,
    COOL_DOWN_DAYS,
    NEARLY_FULL,
    Band,
    Study,
    YearResult,
    band_of,
    staff_growth_percent,
)
from tongying.consult.case import Urgency


class Verdict(StrEnum):
    """What may be said of a lever: nothing where its band touches the base's."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "not-shown"


class Caveat(StrEnum):
    """What the reader must know beside the figures."""

    SAMPLED = "sampled"
    """Days stand for years."""
    FEW_RUNS = "few-runs"
    OVERLOADED = "overloaded"
    NEARLY_FULL = "nearly-full"


FEW_RUNS = 5
"""With fewer runs a 5-95 % band is little more than their range."""

FIGURES: dict[str, Callable[[Measured], float]] = {
    "within_6h": lambda one: one.within_6h,
    "within_4h": lambda one: one.within_4h,
    "kept": lambda one: one.kept_all,
    "wall_p50_hours": lambda one: one.wall_hours[0],
    "wall_p90_hours": lambda one: one.wall_hours[1],
    "wall_p95_hours": lambda one: one.wall_hours[2],
    "service_p50_hours": lambda one: one.service_hours[0],
    "service_p90_hours": lambda one: one.service_hours[1],
    "service_p95_hours": lambda one: one.service_hours[2],
    "wait_minutes": lambda one: one.wait_minutes,
    "queue": lambda one: float(np.mean(one.queue_by_hour)),
    "utilisation": lambda one: float(np.mean(one.utilisation)) if one.utilisation else 0.0,
    "gini": lambda one: one.gini,
}
COMPARED = {"within_6h": True, "kept": True, "wall_p95_hours": False}
"""Figures in which levers are compared, and whether more is better."""


def as_json(study: Study) -> dict[str, Any]:
    """Return a study as plain values."""
    demand, staff = study.scenario.demand.growth_percent, staff_growth_percent(study.scenario)
    grown = growth.workload_growth_percent(demand, staff)
    horizon = study.scenario.horizon
    return {
        "name": study.scenario.name,
        "hospitals": study.scenario.demand.hospitals,
        "cases_per_day": study.scenario.demand.cases_per_day,
        "demand_growth_percent": demand,
        "staff_growth_percent": staff,
        "workload_growth_percent": grown,
        "doubling_years": growth.doubling_years(grown),
        "factor_5y": growth.workload_factor(demand, staff, 5),
        "factor_7y": growth.workload_factor(demand, staff, 7),
        "growth": [asdict(one) | {"gap": one.needed - one.experts} for one in study.growth],
        "sampled": {
            "years": list(horizon.years),
            "lever_years": list(horizon.lever_years),
            "days": horizon.days,
            "warm_up_days": horizon.warm_up_days,
            "cool_down_days": COOL_DOWN_DAYS,
            "seeds": list(horizon.seeds),
            "cases": study.cases,
        },
        "results": [_result(one) for one in study.results],
        "comparisons": _comparisons(study),
        "caveats": [one.value for one in caveats(study)],
    }


def caveats(study: Study) -> tuple[Caveat, ...]:
    """Return what must be said beside the figures."""
    found = [Caveat.SAMPLED] if study.scenario.horizon.days < 365 else []
    if len(study.scenario.horizon.seeds) < FEW_RUNS:
        found.append(Caveat.FEW_RUNS)
    if any(one.overloaded for one in study.results):
        found.append(Caveat.OVERLOADED)
    if any(NEARLY_FULL <= one.load < 1 for one in study.results):
        found.append(Caveat.NEARLY_FULL)
    return tuple(found)


def verdict(base: Band, other: Band, *, more_is_better: bool) -> Verdict:
    """Return what two bands bear: a difference only where they do not touch.

    Examples
    --------
    >>> verdict(Band(0.5, 0.4, 0.6, 5), Band(0.9, 0.8, 1.0, 5), more_is_better=True)
    <Verdict.BETTER: 'better'>
    >>> verdict(Band(0.5, 0.4, 0.6, 5), Band(0.7, 0.6, 0.8, 5), more_is_better=True)
    <Verdict.NOT_SHOWN: 'not-shown'>
    """
    if other.low > base.high:
        return Verdict.BETTER if more_is_better else Verdict.WORSE
    if other.high < base.low:
        return Verdict.WORSE if more_is_better else Verdict.BETTER
    return Verdict.NOT_SHOWN


def _comparisons(study: Study) -> list[dict[str, Any]]:
    base = {one.year: one for one in study.of(BASE)}
    found = []
    for one in study.results:
        if one.lever == BASE:
            continue
        for name, more_is_better in COMPARED.items():
            mine, other = base[one.year].band(FIGURES[name]), one.band(FIGURES[name])
            if mine is None and other is None:
                said = Verdict.NOT_SHOWN
            elif mine is None:
                said = Verdict.BETTER
            elif other is None:
                said = Verdict.WORSE
            else:
                said = verdict(mine, other, more_is_better=more_is_better)
            found.append(
                {
                    "lever": one.lever,
                    "year": one.year,
                    "figure": name,
                    "base": _band(mine),
                    "with_lever": _band(other),
                    "verdict": said.value,
                }
            )
    return found


def _result(one: YearResult) -> dict[str, Any]:
    return {
        "lever": one.lever,
        "year": one.year,
        "experts": one.experts,
        "desk_hours_per_week": one.desk_hours,
        "on_call_hours_per_week": one.call_hours,
        "work_hours_per_week": one.work_hours,
        "backlog_hours_per_week": one.unmet_hours,
        "load": one.load,
        "overloaded": one.overloaded,
        "cases": sum(run.cases for run in one.measured),
        "unsigned": sum(run.unsigned for run in one.measured),
        "figures": {name: _band(one.band(figure)) for name, figure in FIGURES.items()},
        "kept_by_urgency": {
            urgency.value: _band(_kept(one.measured, urgency))
            for urgency in Urgency
            if any(urgency in run.kept for run in one.measured)
        },
        "queue_by_hour": _hours(one.measured, lambda run: run.queue_by_hour),
        "arrivals_by_hour": _hours(one.measured, lambda run: run.arrivals_by_hour),
        "late_by_hour": _hours(one.measured, lambda run: run.late_by_hour),
        "utilisation_by_expert": _each(one.measured),
    }


def _kept(measured: Sequence[Measured], urgency: Urgency) -> Band | None:
    from_runs = [run.kept[urgency][0] for run in measured if urgency in run.kept]
    return band_of(from_runs)


def _hours(
    measured: Sequence[Measured], figure: Callable[[Measured], tuple[float, ...]]
) -> list[dict[str, Any] | None]:
    if not measured:
        return []
    return [_band(band_of(list(values))) for values in zip(*map(figure, measured), strict=True)]


def _each(measured: Sequence[Measured]) -> list[float]:
    if not measured:
        return []
    each = np.median([sorted(run.utilisation, reverse=True) for run in measured], axis=0)
    found: list[float] = each.tolist()
    return found


def _band(band: Band | None) -> dict[str, Any] | None:
    return None if band is None else asdict(band)
