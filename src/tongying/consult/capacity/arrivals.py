"""The cases of a run: when each arrives and everything about it that is random, drawn beforehand.

Drawing it all before the run keeps two runs of one seed alike: base and lever meet the same cases,
and differ only in what is done with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tongying.consult.capacity.growth import factor
from tongying.consult.capacity.scenario import DAYS, HOURS, Demand, Law, Scenario
from tongying.consult.case import Urgency
from tongying.consult.specialty import Specialty

T = TypeVar("T")

MINUTES = 60.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A case that comes in.

    Attributes
    ----------
    at_minute : float
        Minutes from the start of the run.
    urgency : Urgency
    modality : str
    specialty : Specialty or None
    minutes : float
        What it takes its expert.
    pause_minutes : float
        How long it waits for county data; 0 for most.
    """

    at_minute: float
    urgency: Urgency
    modality: str
    specialty: Specialty | None
    minutes: float
    pause_minutes: float


def rates_per_hour(demand: Demand, year: float) -> NDArray[np.float64]:
    """Return the expected cases of each hour of the week, from Monday 00:00; shape (168,)."""
    hours = np.array(demand.hours) / sum(demand.hours)
    days = np.array(demand.weekdays) / sum(demand.weekdays) * DAYS
    daily = demand.cases_per_day * factor(demand.growth_percent, year)
    rates: NDArray[np.float64] = daily * np.outer(days, hours).ravel()
    return rates


def fields_of(demand: Demand) -> dict[Specialty | None, float]:
    """Return the shares of the fields; where the scenario names none, no case does."""
    found: dict[Specialty | None, float] = dict(demand.specialty.items())
    return found or {None: 1.0}


def arrivals(scenario: Scenario, year: float, days: int, seed: int) -> list[Arrival]:
    """Return the cases of some days from a Monday on, in order.

    A Poisson process whose rate is constant within each hour.

    Parameters
    ----------
    scenario : Scenario
    year : float
        Years from today.
    days : int
    seed : int
        The same seed gives the same moments and kinds under every lever.
    """
    when, what, pace, rest = (
        np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(4)
    )
    rates = rates_per_hour(scenario.demand, year)
    hours = np.arange(days * HOURS)
    counts = when.poisson(rates[hours % (DAYS * HOURS)])
    at = np.sort((np.repeat(hours, counts) + when.random(counts.sum())) * MINUTES)
    size = len(at)
    demand = scenario.demand
    urgency = _drawn(what, demand.urgency, size)
    modality = _drawn(what, demand.modality, size)
    fields = fields_of(demand)
    specialty = _drawn(what, fields, size)
    median = np.array([scenario.service.median_minutes[one] for one in modality])
    if scenario.service.law is Law.EXPONENTIAL:
        minutes = median / np.log(2) * pace.standard_exponential(size)
    else:
        minutes = median * np.exp(scenario.service.sigma * pace.standard_normal(size))
    pauses = scenario.pauses
    length = pauses.median_minutes * np.exp(pauses.sigma * rest.standard_normal(size))
    paused = np.where(rest.random(size) < pauses.share, length, 0.0)
    return [
        Arrival(*one)
        for one in zip(
            at.tolist(),
            urgency,
            modality,
            specialty,
            minutes.tolist(),
            paused.tolist(),
            strict=True,
        )
    ]


def _drawn(random: np.random.Generator, shares: Mapping[T, float], size: int) -> list[T]:
    names = list(shares)
    share = np.array([shares[one] for one in names])
    edges = np.cumsum(share / share.sum())
    places = np.minimum(np.searchsorted(edges, random.random(size), side="right"), len(names) - 1)
    return [names[one] for one in places]
