"""Capacity runs for a viewer: ask for one, look at it; and for the worker: do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction

from tongying.consult.capacity.growth import factor
from tongying.consult.capacity.report import as_json
from tongying.consult.capacity.scenario import Scenario
from tongying.consult.capacity.scenario_reading import LARGEST_BYTES, read_scenario
from tongying.consult.capacity.study import (
    COOL_DOWN_DAYS,
    Outcome,
    Task,
    check_scenario,
    run_study,
)
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotAllowed, NotFound
from tongying.kernel.ids import new_code
from tongying.web import now as clock
from tongying.web.capacity.models import CapacityRun
from tongying.web.jobs.outbox import promise
from tongying.web.trail import store as trail

CAPACITY = "capacity"
"""Kind of promised work."""
CAPACITY_ROLES = frozenset({Role.COORDINATOR, Role.ADMIN, Role.RESEARCHER})
MOST_CASES = 600_000
"""Simulated cases that one run may take: about ten minutes of one processor (operator's choice)."""
LISTED = 50


class CapacityNotYours(NotAllowed):
    """The viewer's role does not plan capacity."""

    code: ClassVar[str] = "capacity.not-yours"


class RunNotFound(NotFound):
    """There is no such run for this viewer."""

    code: ClassVar[str] = "capacity.not-found"


class RunTooLong(BadInput):
    """The scenario would take too long here."""

    code: ClassVar[str] = "capacity.too-many-cases"


class ScenarioTooLong(BadInput):
    """The file is larger than any scenario."""

    code: ClassVar[str] = "capacity.file"


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run as the page shows it.

    Attributes
    ----------
    code, name, by : str
        `by` is who asked for it.
    created_at : datetime
    finished_at : datetime or None
    done, total : int
        Progress in simulated runs; 0 of 0 while it waits for the worker.
    lever : str
        What is being simulated.
    failure : str
        The sentence, where it could not be done.
    result : dict or None
        See `report.as_json`; lists of runs carry none.
    """

    code: str
    name: str
    by: str
    created_at: datetime
    finished_at: datetime | None
    done: int = 0
    total: int = 0
    lever: str = ""
    failure: str = ""
    result: dict[str, Any] | None = None

    @property
    def state(self) -> str:
        """Return ``done``, ``failed``, ``running`` or ``waiting``."""
        if self.finished_at is not None:
            return "done"
        if self.failure:
            return "failed"
        return "running" if self.total else "waiting"


def check_planning(viewer: Viewer) -> None:
    """Raise unless the viewer's role plans capacity.

    Raises
    ------
    CapacityNotYours
        If it does not.
    """
    if viewer.role not in CAPACITY_ROLES:
        raise CapacityNotYours(
            "Capacity is planned by coordinators, administrators and researchers."
        )


def ask(viewer: Viewer, text: str) -> str:
    """Promise a run of a scenario and return its code.

    Parameters
    ----------
    viewer : Viewer
    text : str
        The scenario as TOML.

    Raises
    ------
    CapacityNotYours
        If the viewer's role does not plan capacity.
    ScenarioTooLong
        If the text is longer than any scenario.
    RunTooLong
        If it asks for more than `MOST_CASES`.
    tongying.consult.capacity.scenario.ScenarioRefused
        If the scenario cannot be read, or cannot be met.
    """
    check_planning(viewer)
    if len(text.encode()) > LARGEST_BYTES:
        raise ScenarioTooLong("A scenario is at most 256 KB long.")
    scenario = read_scenario(text)
    check_scenario(scenario)
    if expected_cases(scenario) > MOST_CASES:
        raise RunTooLong(
            "The scenario asks for more than 600,000 simulated cases; take fewer days, years,"
            " seeds or levers, or run it with tongying capacity."
        )
    code, now = new_code(), clock.now()
    with transaction.atomic():
        row = CapacityRun.objects.create(
            code=code,
            hospital_id=viewer.hospital,
            member_id=viewer.user,
            created_at=now,
            name=scenario.name,
            scenario=text,
        )
        row.job_id = promise(CAPACITY, {"run": row.pk})
        row.save(update_fields=["job"])
        trail.append(
            [AuditEvent(now, viewer.login, Action.CREATE, "capacity", code, viewer.hospital)]
        )
    return code


def expected_cases(scenario: Scenario) -> float:
    """Return how many cases a study of a scenario would simulate."""
    horizon = scenario.horizon
    days = horizon.warm_up_days + horizon.days + min(2, COOL_DOWN_DAYS)
    years = [*horizon.years, *(horizon.lever_years * len(scenario.levers))]
    growth = sum(factor(scenario.demand.growth_percent, year) for year in years)
    return scenario.demand.cases_per_day * days * growth * len(horizon.seeds)


def runs(viewer: Viewer) -> list[ShownRun]:
    """List the runs of the viewer's hospital, newest first, without their results.

    Raises
    ------
    CapacityNotYours
        If the viewer's role does not plan capacity.
    """
    check_planning(viewer)
    rows = CapacityRun.objects.filter(hospital_id=viewer.hospital).defer("result", "scenario")
    return [_shown(row) for row in rows.select_related("member", "job").order_by("-pk")[:LISTED]]


def run_of(viewer: Viewer, code: str) -> ShownRun:
    """Return a run with its result.

    Raises
    ------
    CapacityNotYours
        If the viewer's role does not plan capacity.
    RunNotFound
        If it is not one of the viewer's hospital.
    """
    row = _row(viewer, code)
    return _shown(row, row.result)


def scenario_of(viewer: Viewer, code: str) -> str:
    """Return the scenario of a run as TOML.

    Raises
    ------
    CapacityNotYours
        If the viewer's role does not plan capacity.
    RunNotFound
        If it is not one of the viewer's hospital.
    """
    return _row(viewer, code).scenario


def perform(
    number: int,
    progress: Callable[[int, int, str], None],
    run_all: Callable[[Iterable[Task]], Iterable[Outcome]] | None = None,
) -> None:
    """Simulate a promised run and keep the result; done twice it is the same.

    Parameters
    ----------
    number : int
    progress : callable
    run_all : callable, optional
        See `study.run_study`.

    Raises
    ------
    RunNotFound
        If there is no such run.
    tongying.consult.capacity.scenario.ScenarioRefused
        If this version refuses the scenario.
    """
    row = CapacityRun.objects.filter(pk=number).first()
    if row is None:
        raise RunNotFound("There is no such capacity run.")
    if row.finished_at is not None:
        return
    result = as_json(run_study(read_scenario(row.scenario), progress, run_all=run_all))
    CapacityRun.objects.filter(pk=number, finished_at=None).update(
        result=result, finished_at=clock.now()
    )


def _row(viewer: Viewer, code: str) -> CapacityRun:
    check_planning(viewer)
    rows = CapacityRun.objects.select_related("member", "job")
    row = rows.filter(code=code, hospital_id=viewer.hospital).first()
    if row is None:
        raise RunNotFound("There is no such capacity run.")
    return row


def _shown(row: CapacityRun, result: dict[str, Any] | None = None) -> ShownRun:
    progress: dict[str, Any] = row.job.progress if row.job else {}
    return ShownRun(
        code=row.code,
        name=row.name,
        by=row.member.name or row.member.login,
        created_at=row.created_at,
        finished_at=row.finished_at,
        done=progress.get("done", 0),
        total=progress.get("total", 0),
        lever=progress.get("note", ""),
        failure=row.job.failure if row.job else "",
        result=result,
    )
