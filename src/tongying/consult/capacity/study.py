"""A study: base and levers over the years, each with repeated seeds; what comes out as bands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, time
from typing import NamedTuple

import numpy as np

from tongying.consult.capacity import growth
from tongying.consult.capacity.arrivals import arrivals
from tongying.consult.capacity.load import (
    check_can_be_met,
    load_of,
    mean_minutes,
    unmet_hours,
    weekly_work,
)
from tongying.consult.capacity.outcome import Measured, measure
from tongying.consult.capacity.scenario import DAYS, HOURS, Group, Horizon, Scenario
from tongying.consult.capacity.simulate import MONDAY, Run, Span, simulate
from tongying.consult.capacity.staffing import (
    Staff,
    experts_by_group,
    experts_total,
    staff_of,
    with_lever,
)
from tongying.consult.expert import Pace
from tongying.consult.roster import Duty
from tongying.consult.service_hours import ServiceHours

COOL_DOWN_DAYS = 7
"""A run goes on this long after the measured days, or until all their cases are signed."""
DAY_MINUTES = HOURS * 60.0
NEARLY_FULL = 0.95
"""From this load on a few weeks do not show how long the queue becomes: a caveat says so."""
BASE = ""
GROWTH_YEARS = 7
"""The arithmetic of growth reaches at least as far as full training takes (source C)."""

Progress = Callable[[int, int, str], None]
Outcome = tuple[int, Measured | None]
"""Cases that came in, and the figures."""


class Task(NamedTuple):
    """One run: a scenario (with its lever pulled), a year, a seed."""

    scenario: Scenario
    year: int
    seed: int


@dataclass(frozen=True, slots=True)
class Band:
    """The median of several runs, and their 5th and 95th centile (interpolated); `runs` is n."""

    median: float
    low: float
    high: float
    runs: int


@dataclass(frozen=True, slots=True)
class YearResult:
    """A year under one lever.

    Attributes
    ----------
    lever : str
        Name; `BASE` for the scenario as it is.
    year : int
        Years from today.
    experts : int
    desk_hours, call_hours : float
        Rostered in a week.
    work_hours : float
        Of reading that come in within a week.
    unmet_hours : float
        Of these, what the roster cannot do: by so much the backlog grows every week.
    load : float
        See `load`; at 1 or more nothing is simulated, because no run would come to rest.
    measured : tuple of Measured
        One for each seed.
    """

    lever: str
    year: int
    experts: int
    desk_hours: float
    call_hours: float
    work_hours: float
    unmet_hours: float
    load: float
    measured: tuple[Measured, ...]

    @property
    def overloaded(self) -> bool:
        """Return whether the queue grows for ever."""
        return self.load >= 1

    def band(self, figure: Callable[[Measured], float]) -> Band | None:
        """Return the band of a figure over the runs."""
        return band_of([figure(one) for one in self.measured])


@dataclass(frozen=True, slots=True)
class GrowthYear:
    """A year by arithmetic alone.

    Attributes
    ----------
    year : int
    demand, staff, per_head : float
        Compared with today; `staff` from the growth rates and without training.
    experts : float
        With what training has added.
    needed : float
        Experts for today's workload per head.
    """

    year: int
    demand: float
    staff: float
    per_head: float
    experts: float
    needed: float


@dataclass(frozen=True, slots=True)
class Study:
    """All results. `cases` is how many cases came in over all runs."""

    scenario: Scenario
    growth: tuple[GrowthYear, ...]
    results: tuple[YearResult, ...]
    cases: int

    def of(self, lever: str) -> tuple[YearResult, ...]:
        """Return the years of a lever, in order."""
        return tuple(one for one in self.results if one.lever == lever)


def band_of(values: Sequence[float]) -> Band | None:
    """Return the band of some values, or None where there are none.

    Examples
    --------
    >>> band_of([1.0, 2.0, 3.0])
    Band(median=2.0, low=1.1, high=2.9, runs=3)
    """
    if not values:
        return None
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95)).tolist()
    return Band(middle, low, high, len(values))


def growth_years(scenario: Scenario, until: int) -> tuple[GrowthYear, ...]:
    """Return the arithmetic of the years from today on."""
    today = sum(group.experts for group in scenario.groups)
    staff_percent = staff_growth_percent(scenario)
    found = []
    for year in range(until + 1):
        demand = growth.factor(scenario.demand.growth_percent, year)
        staff = growth.factor(staff_percent, year)
        found.append(
            GrowthYear(
                year, demand, staff, demand / staff, experts_total(scenario, year), today * demand
            )
        )
    return tuple(found)


def staff_growth_percent(scenario: Scenario) -> float:
    """Return the growth of the staff a year, attrition taken off."""
    grown = growth.factor(scenario.staff_growth_percent, 1.0)
    return (grown * growth.factor(-scenario.attrition_percent, 1.0) - 1) * 100


def check_scenario(scenario: Scenario) -> None:
    """Raise unless the scenario can be met today, and every lever leaves somebody for every case.

    Raises
    ------
    tongying.consult.capacity.scenario.ScenarioRefused
        With the first thing that is missing.
    """
    first = scenario.horizon.years[0]
    check_can_be_met(scenario, first)
    last = scenario.horizon.years[-1]
    for one in (scenario, *(with_lever(scenario, lever) for lever in scenario.levers)):
        for year in {first, last}:
            load_of(one, year)
            staff_of(one, year, MONDAY, 2 * DAYS)


def run_study(
    scenario: Scenario,
    progress: Progress | None = None,
    *,
    run_all: Callable[[Iterable[Task]], Iterable[Outcome]] | None = None,
) -> Study:
    """Simulate a scenario's base and levers over its years, with every seed.

    Parameters
    ----------
    scenario : Scenario
    progress : callable, optional
        Told after every run: how many are done, of how many, and which lever's it was.
    run_all : callable, optional
        Runs all tasks and gives their outcomes in the same order, perhaps in several processes;
        one after the other if left out.

    Raises
    ------
    tongying.consult.capacity.scenario.ScenarioRefused
        If the scenario cannot be met.
    """
    check_scenario(scenario)
    horizon = scenario.horizon
    plays = {BASE: scenario}
    plays |= {lever.name: with_lever(scenario, lever) for lever in scenario.levers}
    loads = {
        (name, year): load_of(played, year)
        for name, played in plays.items()
        for year in (horizon.lever_years if name else horizon.years)
    }
    keys = [(name, year) for (name, year), load in loads.items() if load < 1]
    tasks = [Task(plays[name], year, seed) for name, year in keys for seed in horizon.seeds]
    outcomes = iter(map(run_task, tasks) if run_all is None else run_all(tasks))
    measured: dict[tuple[str, int], list[Measured]] = {key: [] for key in loads}
    cases = 0
    for number, key in enumerate(key for key in keys for _ in horizon.seeds):
        count, figures = next(outcomes)
        cases += count
        measured[key] += [figures] if figures is not None else []
        if progress is not None:
            progress(number + 1, len(tasks), key[0])
    results = [
        _result(name, plays[name], year, load, tuple(measured[name, year]))
        for (name, year), load in loads.items()
    ]
    return Study(
        scenario,
        growth_years(scenario, max(GROWTH_YEARS, horizon.years[-1])),
        tuple(results),
        cases,
    )


def run_task(task: Task) -> Outcome:
    """Run one task: the one thing of a study that takes long, fit to be sent to a process."""
    run, figures = run_once(task.scenario, task.year, task.seed)
    return run.cases, figures


def run_once(scenario: Scenario, year: int, seed: int) -> tuple[Run, Measured | None]:
    """Simulate one year of a scenario with one seed.

    Raises
    ------
    tongying.consult.capacity.scenario.ScenarioRefused
        If a group is too small for its shifts.
    """
    horizon = scenario.horizon
    days = horizon.warm_up_days + horizon.days + COOL_DOWN_DAYS
    span = Span(
        horizon.warm_up_days * DAY_MINUTES,
        (horizon.warm_up_days + horizon.days) * DAY_MINUTES,
        days * DAY_MINUTES,
    )
    staff: Staff = staff_of(scenario, year, MONDAY, days + 1)
    run = simulate(arrivals(scenario, year, days, seed), staff, pace_of(scenario), span)
    return run, measure(run, staff, span, service_hours_of(scenario.groups))


def pace_of(scenario: Scenario) -> Pace:
    """Return the pace that the desk has measured: a log-normal law with the mixture's moments."""
    first = second = 0.0
    for modality, share in scenario.demand.modality.items():
        mean = mean_minutes(scenario.service, modality)
        median = scenario.service.median_minutes[modality]
        ratio = mean / median
        square = 2.0 if scenario.service.law.value == "exponential" else ratio**2
        first += share * mean
        second += share * mean**2 * square
    spread = np.log(second / first**2)
    return Pace(float(first / np.exp(spread / 2)), float(np.sqrt(spread)))


def service_hours_of(groups: Sequence[Group]) -> ServiceHours:
    """Return the hours in which anybody is rostered at the desk: the frame of the service clock."""
    open_minutes = [np.zeros(int(DAY_MINUTES) + 1, dtype=bool) for _ in range(DAYS)]
    for shift in (one for group in groups for one in group.shifts if one.duty is Duty.DESK):
        begin = shift.begins.hour * 60 + shift.begins.minute
        end = begin + shift.minutes
        for day in shift.days:
            open_minutes[day][begin : min(end, int(DAY_MINUTES))] = True
            if end > DAY_MINUTES:
                open_minutes[(day + 1) % DAYS][: end - int(DAY_MINUTES)] = True
    return ServiceHours(tuple(_spans(one) for one in open_minutes), UTC)


def weekly_hours(scenario: Scenario, year: int) -> tuple[float, float]:
    """Return the rostered hours of a week at the desk and on call."""
    desk = call = 0.0
    counts = experts_by_group(scenario, year)
    for group, count in zip(scenario.groups, counts, strict=True):
        at_desk, on_call = group.weekly_minutes(count)
        desk += at_desk / 60
        call += on_call / 60
    return desk, call


def with_horizon(scenario: Scenario, horizon: Horizon) -> Scenario:
    """Return the scenario with another horizon."""
    return replace(scenario, horizon=horizon)


def sampled(scenario: Scenario, *, seeds: int) -> Scenario:
    """Return the scenario with fewer seeds, and levers in the first of its years alone.

    For an answer in seconds; the result says what was simulated.
    """
    horizon = scenario.horizon
    return with_horizon(
        scenario, replace(horizon, seeds=horizon.seeds[:seeds], lever_years=horizon.years[:1])
    )


def _result(
    name: str, scenario: Scenario, year: int, load: float, measured: tuple[Measured, ...]
) -> YearResult:
    desk, call = weekly_hours(scenario, year)
    return YearResult(
        lever=name,
        year=year,
        experts=sum(experts_by_group(scenario, year)),
        desk_hours=desk,
        call_hours=call,
        work_hours=sum(one.minutes for one in weekly_work(scenario, year)) / 60,
        unmet_hours=unmet_hours(scenario, year),
        load=load,
        measured=measured,
    )


def _spans(minutes: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[tuple[time, time], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], minutes)).astype(int)))
    return tuple(
        (_clock(int(begin)), _clock(int(end)))
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    )


def _clock(minute: int) -> time:
    return time(minute // 60 % HOURS, minute % 60)
