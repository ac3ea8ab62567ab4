"""Reading a scenario from TOML: strict, one sentence for what is wrong, with the key's path."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from datetime import time
from enum import StrEnum
from typing import Any, TypeVar

from tongying.consult.capacity.scenario import (
    DAYS,
    HOURS,
    Demand,
    Group,
    Horizon,
    Law,
    Lever,
    Pauses,
    Scenario,
    ScenarioRefused,
    Service,
    Training,
    WeeklyShift,
)
from tongying.consult.capacity.scenario_table import (
    BETWEEN,
    KIND,
    MISSING,
    ONE_OF,
    Reader,
    choice_of,
    number_of,
    whole_of,
)
from tongying.consult.case import Urgency
from tongying.consult.roster import Duty
from tongying.consult.specialty import Specialty

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MODALITIES = frozenset({"CR", "CT", "DX", "MG", "MR", "NM", "OT", "PT", "RF", "US", "XA"})
ASKED = (Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE)
"""Booked panels are appointments and no queue; they are not simulated."""
SHARES_SUM = 1e-6
LARGEST_BYTES = 256 * 1024
MOST = {"cases_per_day": 20_000.0, "experts": 1000, "years": 30, "days": 366, "seeds": 50}
"""Limits that keep a run from taking days (operator's choice)."""

UNREADABLE = "The scenario is not TOML: line %(line)s."
NOT_TOML = "The scenario is not a TOML file."
SUM = "The shares of the scenario's %(path)s must add up to 1; they add up to %(sum)s."
SAME = "The scenario names %(path)s %(name)s twice."
LENGTH = "The scenario's %(path)s must have %(count)s numbers that are not all 0."


def read_scenario(text: str) -> Scenario:
    """Return the scenario that a TOML text describes.

    Raises
    ------
    ScenarioRefused
        With one sentence for the first thing that is wrong.
    """
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = str(getattr(error, "lineno", "")) or _line_of(str(error))
        raise (
            ScenarioRefused(UNREADABLE, line=line) if line else ScenarioRefused(NOT_TOML)
        ) from None
    top = Reader(value)
    demand = _demand(top.table("demand"))
    staff = top.optional("staff")
    scenario = Scenario(
        name=top.text("name"),
        demand=demand,
        service=_service(top.table("service"), demand),
        pauses=_pauses(top.optional("pauses")),
        groups=tuple(top.many("group", _group, needed=True)),
        staff_growth_percent=staff.number("growth_percent_per_year", -50, 200, 0.0),
        attrition_percent=staff.number("attrition_percent_per_year", 0, 99, 0.0),
        training=tuple(top.many("training", _training)),
        levers=tuple(top.many("lever", _lever)),
        horizon=_horizon(top.optional("horizon")),
    )
    staff.close()
    top.close()
    _once("group", [one.name for one in scenario.groups])
    _once("lever", [one.name for one in scenario.levers])
    return scenario


def _demand(table: Reader) -> Demand:
    found = Demand(
        hospitals=table.whole("hospitals", 1, 5000),
        cases_per_day=table.number("cases_per_day", 0.01, MOST["cases_per_day"]),
        growth_percent=table.number("growth_percent_per_year", -50, 200, 0.0),
        hours=_weights(table, "hours", HOURS),
        weekdays=_weights(table, "weekdays", DAYS),
        urgency=_shares(table, "urgency", _urgency),
        modality=_shares(table, "modality", _modality),
        specialty=_shares(table, "specialty", _specialty) if table.has("specialty") else {},
    )
    table.close()
    return found


def _service(table: Reader, demand: Demand) -> Service:
    law = table.choice("law", Law, Law.LOG_NORMAL)
    medians = table.table("median_minutes")
    minutes = {
        _modality(key, medians.path(key)): number_of(value, medians.path(key), 0.1, 1440)
        for key, value in medians.items()
    }
    for modality in demand.modality:
        if modality not in minutes:
            raise ScenarioRefused(MISSING, path=medians.path(modality))
    found = Service(law, minutes, table.number("sigma", 0, 3, 0.6))
    table.close()
    return found


def _pauses(table: Reader) -> Pauses:
    base = Pauses()
    found = Pauses(
        table.number("share", 0, 1, base.share),
        table.number("median_minutes", 1, 20_000, base.median_minutes),
        table.number("sigma", 0, 3, base.sigma),
    )
    table.close()
    return found


def _horizon(table: Reader) -> Horizon:
    years = table.many("years", lambda value, path: whole_of(value, path, 0, int(MOST["years"])))
    seeds = table.many("seeds", lambda value, path: whole_of(value, path, 0, 2**31))
    found = Horizon(
        years=tuple(sorted(set(years))) or (0,),
        lever_years=tuple(sorted(set(years))) or (0,),
        days=table.whole("days", 1, int(MOST["days"]), 7),
        warm_up_days=table.whole("warm_up_days", 0, 60, 7),
        seeds=tuple(dict.fromkeys(seeds)) or (1, 2, 3, 4, 5),
    )
    if len(found.seeds) > MOST["seeds"]:
        raise ScenarioRefused(BETWEEN, path=table.path("seeds"), low="1", high=str(MOST["seeds"]))
    table.close()
    return found


def _group(value: Any, path: str) -> Group:
    table = Reader(value, path)
    found = Group(
        name=table.text("name"),
        experts=table.whole("experts", 1, int(MOST["experts"])),
        specialties=frozenset(table.many("specialties", _specialty)),
        modalities=frozenset(table.many("modalities", _modality)),
        shifts=tuple(table.many("shift", _shift, needed=True)),
    )
    table.close()
    for shift in found.shifts:
        if shift.on_duty is not None and shift.on_duty > found.experts:
            raise ScenarioRefused(
                BETWEEN, path=f"{path}.shift.on_duty", low="1", high=str(found.experts)
            )
    return found


def _shift(value: Any, path: str) -> WeeklyShift:
    table = Reader(value, path)
    days = table.many("days", _day) or list(range(DAYS))
    found = WeeklyShift(
        days=tuple(sorted(set(days))),
        begins=_time(table.take("from"), table.path("from")),
        ends=_time(table.take("to"), table.path("to")),
        duty=table.choice("duty", Duty, Duty.DESK),
        on_duty=table.whole("on_duty", 1, int(MOST["experts"])) if table.has("on_duty") else None,
    )
    table.close()
    return found


def _training(value: Any, path: str) -> Training:
    table = Reader(value, path)
    found = Training(
        table.text("name"), table.number("years", 0, 20), table.number("intake", 0, 1000)
    )
    table.close()
    return found


def _lever(value: Any, path: str) -> Lever:
    table = Reader(value, path)
    found = Lever(
        name=table.text("name"),
        groups=tuple(table.many("group", _group)),
        replace_groups=table.flag("replace_groups"),
        pooled=table.flag("pooled"),
        service_percent=table.number("service_percent", -95, 300, 0.0),
        modalities=frozenset(table.many("modalities", _modality)),
        training=tuple(table.many("training", _training)),
    )
    table.close()
    return found


def _shares(table: Reader, key: str, name: Callable[[Any, str], T]) -> Mapping[T, float]:
    shares = table.table(key)
    found = {
        name(one, shares.path(one)): number_of(value, shares.path(one), 0, 1)
        for one, value in shares.items()
    }
    total = math.fsum(found.values())
    if abs(total - 1) > SHARES_SUM:
        raise ScenarioRefused(SUM, path=table.path(key), sum=f"{total:g}")
    return {one: share for one, share in found.items() if share > 0}


def _weights(table: Reader, key: str, count: int) -> tuple[float, ...]:
    if not table.has(key):
        return (1.0,) * count
    values = table.many(key, lambda value, path: number_of(value, path, 0, 1e6))
    if len(values) != count or not any(values):
        raise ScenarioRefused(LENGTH, path=table.path(key), count=str(count))
    return tuple(values)


def _urgency(value: Any, path: str) -> Urgency:
    if value not in {one.value for one in ASKED}:
        raise ScenarioRefused(ONE_OF, path=path, choices=", ".join(ASKED))
    return Urgency(value)


def _specialty(value: Any, path: str) -> Specialty:
    return choice_of(value, path, Specialty)


def _modality(value: Any, path: str) -> str:
    if not isinstance(value, str) or value not in MODALITIES:
        raise ScenarioRefused(ONE_OF, path=path, choices=", ".join(sorted(MODALITIES)))
    return value


def _day(value: Any, path: str) -> int:
    if not isinstance(value, str) or value not in DAY_NAMES:
        raise ScenarioRefused(ONE_OF, path=path, choices=", ".join(DAY_NAMES))
    return DAY_NAMES.index(value)


def _time(value: Any, path: str) -> time:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError):
        raise ScenarioRefused(KIND, path=path, kind="a time as 08:00") from None


def _once(path: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise ScenarioRefused(SAME, path=path, name=name)


def _line_of(message: str) -> str:
    _, _, rest = message.partition("(at line ")
    return rest.split(",")[0] if rest else ""
