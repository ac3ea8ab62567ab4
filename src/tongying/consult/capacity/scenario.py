"""A capacity scenario: demand, people, rosters, training, levers, and what is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import ClassVar

from tongying.consult.case import Urgency
from tongying.consult.roster import Duty
from tongying.consult.specialty import Specialty
from tongying.kernel.errors import BadInput

HOURS = 24
DAYS = 7


class ScenarioRefused(BadInput):
    """A scenario that cannot be read, or that nobody could meet.

    Parameters
    ----------
    template : str
        The sentence, with ``%(name)s`` where a value belongs: what translations are kept for.
    values : str
        The values by name.
    """

    code: ClassVar[str] = "capacity.scenario"

    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template % values if values else template)
        self.template = template
        self.values = values


class Law(StrEnum):
    """The law of the minutes that a case takes an expert."""

    LOG_NORMAL = "log-normal"
    EXPONENTIAL = "exponential"
    """For checks against queueing theory; the median is then a mean times the logarithm of 2."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked.

    Attributes
    ----------
    hospitals : int
    cases_per_day : float
        Of all hospitals together, today, averaged over the week.
    growth_percent : float
        A year.
    hours, weekdays : tuple of float
        24 and 7 weights; they say how a week's cases are spread over hours, and days from Monday.
    urgency, modality, specialty : mapping to float
        Shares; each sums to 1. An empty specialty means that cases name none.
    """

    hospitals: int
    cases_per_day: float
    growth_percent: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    urgency: Mapping[Urgency, float]
    modality: Mapping[str, float]
    specialty: Mapping[Specialty, float]


@dataclass(frozen=True, slots=True)
class Service:
    """Minutes that a case takes an expert, from acceptance to signature.

    Attributes
    ----------
    law : Law
    median_minutes : mapping of str to float
        By modality.
    sigma : float
        Standard deviation of the natural logarithm (log-normal law only).
    """

    law: Law
    median_minutes: Mapping[str, float]
    sigma: float


@dataclass(frozen=True, slots=True)
class Pauses:
    """Waiting for county data: which share of cases, and for how long (log-normal)."""

    share: float = 0.0
    median_minutes: float = 60.0
    sigma: float = 0.8


@dataclass(frozen=True, slots=True)
class WeeklyShift:
    """A shift that comes back every week.

    Attributes
    ----------
    days : tuple of int
        0 is Monday.
    begins, ends : time
        An end at or before the beginning is on the next day.
    duty : Duty
    on_duty : int or None
        How many of the group serve it, in turns; None is everybody.
    """

    days: tuple[int, ...]
    begins: time
    ends: time
    duty: Duty = Duty.DESK
    on_duty: int | None = None

    @property
    def minutes(self) -> int:
        """Return how long it lasts."""
        begin = self.begins.hour * 60 + self.begins.minute
        end = self.ends.hour * 60 + self.ends.minute
        return end - begin if end > begin else end - begin + HOURS * 60


@dataclass(frozen=True, slots=True)
class Group:
    """Experts who work alike.

    Attributes
    ----------
    name : str
    experts : int
        Today.
    specialties : frozenset of Specialty
        Empty: they take every field.
    modalities : frozenset of str
        Empty: they read every modality.
    shifts : tuple of WeeklyShift
    """

    name: str
    experts: int
    specialties: frozenset[Specialty]
    modalities: frozenset[str]
    shifts: tuple[WeeklyShift, ...]

    def weekly_minutes(self, experts: int | None = None) -> tuple[float, float]:
        """Return the minutes a week at the desk and on call, with some number of experts."""
        count = self.experts if experts is None else experts
        desk = call = 0.0
        for shift in self.shifts:
            serving = count if shift.on_duty is None else self.serving(shift.on_duty, count)
            minutes = shift.minutes * len(shift.days) * serving
            if shift.duty is Duty.DESK:
                desk += minutes
            else:
                call += minutes
        return desk, call

    def serving(self, on_duty: int, experts: int) -> int:
        """Return how many serve a shift when the group has grown or shrunk."""
        return min(experts, max(1, round(on_duty * experts / self.experts)))


@dataclass(frozen=True, slots=True)
class Training:
    """A way to become an expert: `intake` begin every year from today, ready after `years`."""

    name: str
    years: float
    intake: float

    def ready(self, after_years: float) -> float:
        """Return how many have finished after some years.

        Examples
        --------
        >>> Training("conversion", 1.5, 2.0).ready(3.0)
        4.0
        """
        return (
            0.0 if after_years < self.years else (int(after_years - self.years) + 1) * self.intake
        )


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that could be done, compared with the base.

    Attributes
    ----------
    name : str
    groups : tuple of Group
        Added to the base's, or in their place with `replace_groups`.
    replace_groups : bool
    pooled : bool
        Everybody takes every field and modality that the scenario knows.
    service_percent : float
        Change of the minutes a case takes: -15 is 15 % less.
    modalities : frozenset of str
        Modalities whose minutes change; empty for all.
    training : tuple of Training
        Added.
    """

    name: str
    groups: tuple[Group, ...] = ()
    replace_groups: bool = False
    pooled: bool = False
    service_percent: float = 0.0
    modalities: frozenset[str] = frozenset()
    training: tuple[Training, ...] = ()


@dataclass(frozen=True, slots=True)
class Horizon:
    """What is simulated.

    Attributes
    ----------
    years : tuple of int
        Years from today that are simulated; 0 is today.
    lever_years : tuple of int
        Those of them in which the levers are simulated as well.
    days : int
        Measured days of each.
    warm_up_days : int
        Simulated before them and not measured.
    seeds : tuple of int
        One run for each.
    """

    years: tuple[int, ...]
    lever_years: tuple[int, ...]
    days: int
    warm_up_days: int
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """All of it. `staff_growth_percent` and `attrition_percent` are percent of experts a year."""

    name: str
    demand: Demand
    service: Service
    pauses: Pauses
    groups: tuple[Group, ...]
    staff_growth_percent: float
    attrition_percent: float
    training: tuple[Training, ...]
    levers: tuple[Lever, ...]
    horizon: Horizon
