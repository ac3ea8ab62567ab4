"""Whether a scenario can be met at all: who takes what, and how much of their time it needs.

The load is the smallest share of everybody's rostered time at which all the work can be done, each
case by a group that takes it (a linear programme). At 1 or more the queue grows for ever.
"""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from tongying.consult.capacity.arrivals import fields_of
from tongying.consult.capacity.growth import factor
from tongying.consult.capacity.scenario import (
    DAYS,
    Group,
    Law,
    Scenario,
    ScenarioRefused,
    Service,
)
from tongying.consult.capacity.staffing import experts_by_group
from tongying.consult.eligibility import PRESSING
from tongying.consult.specialty import Specialty

Matrix = NDArray[np.float64]

OVERLOADED = (
    "The scenario cannot be met: its work is %(load)s percent of what its roster can do, so that"
    " the queue would grow for ever."
)
NOBODY_READS = "The scenario cannot be met: no group reads the modality %(modality)s."
NOBODY_KNOWS = "The scenario cannot be met: no group takes the field %(specialty)s."
NOBODY_BOTH = (
    "The scenario cannot be met: no group reads the modality %(modality)s in the field"
    " %(specialty)s."
)
ON_CALL_ONLY = (
    "The scenario cannot be met: nobody takes %(urgency)s cases, because every group that could is"
    " only on call."
)


class Work(NamedTuple):
    """Cases of one kind and the minutes a week they need."""

    specialty: Specialty | None
    modality: str
    pressing: bool
    minutes: float


class _Ways(NamedTuple):
    """Which work (rows) can be done in whose time (columns: each group at the desk, on call)."""

    work: list[Work]
    capacity: list[float]
    pairs: list[tuple[int, int]]

    def sums(self, every: int) -> tuple[Matrix, Matrix]:
        """Return the matrices that sum the ways by work and by whose time, `every` wide."""
        done, used = np.zeros((len(self.work), every)), np.zeros((len(self.capacity), every))
        for place, (number, column) in enumerate(self.pairs):
            done[number, place] = used[column, place] = 1.0
        return done, used


def mean_minutes(service: Service, modality: str) -> float:
    """Return the expected minutes of a case of a modality.

    Examples
    --------
    >>> round(mean_minutes(Service(Law.LOG_NORMAL, {"CT": 18.0}, 0.6), "CT"), 2)
    21.55
    >>> round(mean_minutes(Service(Law.EXPONENTIAL, {"CT": 18.0}, 0.0), "CT"), 2)
    25.97
    """
    median = service.median_minutes[modality]
    if service.law is Law.EXPONENTIAL:
        return median / math.log(2)
    return median * math.exp(service.sigma**2 / 2)


def weekly_work(scenario: Scenario, year: float) -> list[Work]:
    """Return the work of a week after some years, by kind."""
    demand = scenario.demand
    cases = demand.cases_per_day * DAYS * factor(demand.growth_percent, year)
    specialties = fields_of(demand)
    pressing = {
        True: math.fsum(share for one, share in demand.urgency.items() if one in PRESSING),
        False: math.fsum(share for one, share in demand.urgency.items() if one not in PRESSING),
    }
    found = []
    for specialty, modality, urgent in product(specialties, demand.modality, (True, False)):
        share = specialties[specialty] * demand.modality[modality] * pressing[urgent]
        if share > 0:
            minutes = cases * share * mean_minutes(scenario.service, modality)
            found.append(Work(specialty, modality, urgent, minutes))
    return found


def load_of(scenario: Scenario, year: float) -> float:
    """Return the load after some years: below 1 the work can be done.

    Raises
    ------
    ScenarioRefused
        If nobody takes some kind of case.
    """
    ways = _ways(scenario, year)
    _check_taken(scenario, ways)
    # Variables: minutes of each way, then the load; minimise the load.
    every = len(ways.pairs) + 1
    done, used = ways.sums(every)
    used[:, -1] = [-one for one in ways.capacity]
    found = linprog(
        np.eye(every)[-1],
        A_ub=used,
        b_ub=np.zeros(len(ways.capacity)),
        A_eq=done,
        b_eq=[one.minutes for one in ways.work],
        method="highs",
    )
    return float(found.x[-1])


def unmet_hours(scenario: Scenario, year: float) -> float:
    """Return the hours of a week's work that the roster cannot do, however it is shared out."""
    ways = _ways(scenario, year)
    if not ways.pairs:
        return math.fsum(one.minutes for one in ways.work) / 60
    every = len(ways.pairs)
    done, used = ways.sums(every)
    found = linprog(
        -np.ones(every),
        A_ub=np.vstack([done, used]),
        b_ub=[*(one.minutes for one in ways.work), *ways.capacity],
        method="highs",
    )
    total = math.fsum(one.minutes for one in ways.work)
    return max(0.0, total + float(found.fun)) / 60


def check_can_be_met(scenario: Scenario, year: float) -> float:
    """Return the load, or refuse.

    Raises
    ------
    ScenarioRefused
        If nobody takes some kind of case, or the load is 1 or more.
    """
    load = load_of(scenario, year)
    if load >= 1:
        raise ScenarioRefused(OVERLOADED, load=f"{load * 100:.0f}")
    return load


def _takes(group: Group, work: Work) -> bool:
    knows = not group.specialties or work.specialty is None or work.specialty in group.specialties
    return knows and (not group.modalities or work.modality in group.modalities)


def _ways(scenario: Scenario, year: float) -> _Ways:
    work = weekly_work(scenario, year)
    counts = experts_by_group(scenario, year)
    cells = [
        (group, desk, group.weekly_minutes(count)[0 if desk else 1])
        for group, count in zip(scenario.groups, counts, strict=True)
        for desk in (True, False)
    ]
    pairs = [
        (number, column)
        for number, one in enumerate(work)
        for column, (group, desk, minutes) in enumerate(cells)
        if minutes > 0 and _takes(group, one) and (desk or one.pressing)
    ]
    return _Ways(work, [minutes for _, _, minutes in cells], pairs)


def _check_taken(scenario: Scenario, ways: _Ways) -> None:
    groups, taken = scenario.groups, {number for number, _ in ways.pairs}
    for number, one in enumerate(ways.work):
        if number in taken:
            continue
        if any(_takes(group, one) for group in groups):
            urgency = next(
                name for name in scenario.demand.urgency if (name in PRESSING) == one.pressing
            )
            raise ScenarioRefused(ON_CALL_ONLY, urgency=urgency.value)
        if not any(not group.modalities or one.modality in group.modalities for group in groups):
            raise ScenarioRefused(NOBODY_READS, modality=one.modality)
        field = "" if one.specialty is None else one.specialty.value
        if not any(not group.specialties or one.specialty in group.specialties for group in groups):
            raise ScenarioRefused(NOBODY_KNOWS, specialty=field)
        raise ScenarioRefused(NOBODY_BOTH, modality=one.modality, specialty=field)
