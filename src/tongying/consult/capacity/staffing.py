"""How many experts a scenario has in a year, and the roster they serve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tongying.consult.capacity.growth import factor
from tongying.consult.capacity.scenario import (
    Group,
    Lever,
    Scenario,
    ScenarioRefused,
    WeeklyShift,
)
from tongying.consult.roster import Roster, Shift
from tongying.kernel.ids import UserId

REST_HOURS = 8
"""Whoever has had less since the last shift serves only when nobody else can. Needs sign-off."""

TOO_FEW = (
    "The group %(group)s has too few people for its shift from %(begins)s: %(needed)s are needed"
    " and %(free)s are not on another shift."
)


@dataclass(frozen=True, slots=True)
class Staff:
    """The experts of a year.

    Attributes
    ----------
    members : tuple of (UserId, Group)
    roster : Roster
    shifts : tuple of Shift
        The roster's, in no order.
    """

    members: tuple[tuple[UserId, Group], ...]
    roster: Roster
    shifts: tuple[Shift, ...]


def with_lever(scenario: Scenario, lever: Lever) -> Scenario:
    """Return the scenario as it is with a lever pulled."""
    groups = lever.groups if lever.replace_groups else scenario.groups + lever.groups
    if lever.pooled:
        groups = tuple(
            replace(one, specialties=frozenset(), modalities=frozenset()) for one in groups
        )
    times = 1 + lever.service_percent / 100
    medians = {
        one: minutes * (times if not lever.modalities or one in lever.modalities else 1.0)
        for one, minutes in scenario.service.median_minutes.items()
    }
    return replace(
        scenario,
        groups=groups,
        service=replace(scenario.service, median_minutes=medians),
        training=scenario.training + lever.training,
    )


def experts_total(scenario: Scenario, year: float) -> float:
    """Return how many experts there are after some years, with what training has added."""
    today = sum(group.experts for group in scenario.groups)
    index = factor(scenario.staff_growth_percent, year) * factor(-scenario.attrition_percent, year)
    return today * index + sum(one.ready(year) for one in scenario.training)


def experts_by_group(scenario: Scenario, year: float) -> tuple[int, ...]:
    """Return how many experts each group has after some years.

    The whole is rounded and shared out as it is today (largest remainders); nobody's group is left
    empty.
    """
    today = [group.experts for group in scenario.groups]
    total = max(len(today), round(experts_total(scenario, year)))
    exact = [total * count / sum(today) for count in today]
    counts = [max(1, math.floor(one)) for one in exact]
    order = sorted(range(len(today)), key=lambda one: counts[one] - exact[one])
    for number in range(total - sum(counts)):
        counts[order[number % len(order)]] += 1
    return tuple(counts)


def staff_of(scenario: Scenario, year: float, start: datetime, days: int) -> Staff:
    """Return the experts of a year and their shifts over some days.

    Parameters
    ----------
    scenario : Scenario
    year : float
        Years from today.
    start : datetime
        Midnight of a Monday, with time zone.
    days : int

    Raises
    ------
    ScenarioRefused
        If a group is too small for a shift.
    """
    members: list[tuple[UserId, Group]] = []
    shifts: list[Shift] = []
    for group, count in zip(scenario.groups, experts_by_group(scenario, year), strict=True):
        mine = [UserId(len(members) + number + 1) for number in range(count)]
        members += [(one, group) for one in mine]
        shifts += _served(group, mine, start, days)
    return Staff(tuple(members), Roster(shifts), tuple(shifts))


def _served(group: Group, members: Sequence[UserId], start: datetime, days: int) -> list[Shift]:
    """Return the shifts of a group, those who have served least first."""
    free_from = dict.fromkeys(members, start - timedelta(days=2))
    minutes = dict.fromkeys(members, 0)
    served: list[Shift] = []
    # One day before the start: a night shift reaches into the first morning.
    for day in range(-1, days):
        today = start + timedelta(days=day)
        for shift in sorted(group.shifts, key=lambda one: one.begins):
            if today.weekday() not in shift.days:
                continue
            begins = datetime.combine(today.date(), shift.begins, start.tzinfo)
            ends = begins + timedelta(minutes=shift.minutes)
            for one in _serving(group, shift, begins, free_from, minutes):
                free_from[one] = ends
                minutes[one] += shift.minutes
                served.append(Shift(one, begins, ends, shift.duty))
    return served


def _serving(
    group: Group,
    shift: WeeklyShift,
    begins: datetime,
    free_from: dict[UserId, datetime],
    minutes: dict[UserId, int],
) -> list[UserId]:
    free = [one for one, since in free_from.items() if since <= begins]
    needed = len(free_from)
    if shift.on_duty is not None:
        needed = group.serving(shift.on_duty, len(free_from))
    if len(free) < needed:
        raise ScenarioRefused(
            TOO_FEW,
            group=group.name,
            begins=f"{shift.begins:%H:%M}",
            needed=str(needed),
            free=str(len(free)),
        )
    rested = begins - timedelta(hours=REST_HOURS)
    free.sort(key=lambda one: (free_from[one] > rested, minutes[one], one))
    return free[:needed]
