"""``tongying capacity``: demand, people and the promise, simulated."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from tongying.consult.capacity.case_c import CASE_C, case_c
from tongying.consult.capacity.report import Caveat
from tongying.consult.capacity.report import as_json as plain
from tongying.consult.capacity.scenario import Scenario
from tongying.consult.capacity.scenario_reading import LARGEST_BYTES, read_scenario
from tongying.consult.capacity.study import (
    check_scenario,
    run_study,
    sampled,
    with_horizon,
)
from tongying.kernel.errors import BadInput
from tongying.services.capacity_pool import processes
from tongying.services.command import Json, refusing, say

QUICK_SEEDS = 3
"""Runs of the case of source C when nobody says how many: an answer in about 20 seconds."""

CAVEATS = {
    Caveat.SAMPLED: "Each year is sampled: days measured {days},"
    " days of warm-up before them {warm_up_days}.",
    Caveat.FEW_RUNS: "With fewer than 5 runs a band is little more than their range.",
    Caveat.OVERLOADED: "Overloaded: more work than the roster can do; the queue has no length.",
    Caveat.NEARLY_FULL: "From 95 % load on, days do not show how long the queue becomes.",
}


@refusing
def capacity(
    scenario: Annotated[
        Path | None, typer.Argument(help="A scenario; without one, the case of source C.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Runs of each year, with seeds 1, 2, …", min=1, max=50)
    ] = None,
    example: Annotated[bool, typer.Option(help="Print the case of source C as TOML.")] = False,
    as_json: Json = False,
) -> None:
    """Simulate demand, people and deadlines with the rules of the live desk."""
    if example:
        typer.echo(CASE_C, nl=False)
        return
    asked = _asked(scenario, seeds)
    check_scenario(asked)
    result = _run(asked, quiet=as_json)
    say(result, as_json=as_json, words="" if as_json else _words(result))


def _asked(path: Path | None, seeds: int | None) -> Scenario:
    found = case_c() if path is None else _read(path)
    if seeds is not None:
        return with_horizon(found, replace(found.horizon, seeds=tuple(range(1, seeds + 1))))
    return sampled(found, seeds=QUICK_SEEDS) if path is None else found


def _read(path: Path) -> Scenario:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"The scenario {path} cannot be read: {error.strerror}.", code="capacity.unreadable"
        ) from None
    if len(data) > LARGEST_BYTES:
        raise BadInput("A scenario is at most 256 KB long.", code="capacity.too-long")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("A scenario is a text in UTF-8.", code="capacity.not-utf8") from None
    return read_scenario(text)


def _run(scenario: Scenario, *, quiet: bool) -> dict[str, Any]:
    def progress(done: int, total: int, lever: str) -> None:
        if not quiet and sys.stderr.isatty():
            typer.echo(f"\r{done}/{total}", nl=done == total, err=True)

    cores = os.cpu_count() or 1
    if cores == 1:
        return plain(run_study(scenario, progress))
    with processes(cores) as run_all:
        return plain(run_study(scenario, progress, run_all=run_all))


def _words(result: dict[str, Any]) -> str:
    doubling = result["doubling_years"]
    lines = [
        result["name"],
        f"Workload per head {result['workload_growth_percent']:+.1f} % a year"
        + ("" if doubling is None else f", doubled after {doubling:.1f} years")
        + f"; x{result['factor_5y']:.2f} after 5 and x{result['factor_7y']:.2f} after 7 years.",
        "",
        f"{'':26}{'year':>5}{'experts':>9}{'load %':>8}{'within 6 h % (5-95)':>22}"
        f"{'kept %':>8}{'P95 h (5-95)':>20}{'queue':>7}",
    ]
    verdicts = {
        (one["lever"], one["year"]): one["verdict"]
        for one in result["comparisons"]
        if one["figure"] == "within_6h"
    }
    lines += [
        _line(one, verdicts.get((one["lever"], one["year"]), "")) for one in result["results"]
    ]
    sampled_ = result["sampled"]
    lines += [
        "",
        f"n = {sampled_['cases']:,} simulated cases, {len(sampled_['seeds'])} runs of each line;"
        " > and < mark a lever whose band of the share within 6 h does not touch the base's.",
    ]
    lines += [CAVEATS[Caveat(one)].format(**sampled_) for one in result["caveats"]]
    return "\n".join(lines)


def _line(one: dict[str, Any], verdict: str) -> str:
    name = (one["lever"] or "as it is")[:24]
    mark = {"better": ">", "worse": "<"}.get(verdict, " ")
    head = f"{mark} {name:24}{one['year']:>5}{one['experts']:>9}{one['load'] * 100:>8.0f}"
    figures = one["figures"]
    if one["overloaded"]:
        backlog = one["backlog_hours_per_week"]
        return f"{head}   overloaded: the backlog grows by {backlog:.0f} h of reading a week"
    share, late, queue = figures["within_6h"], figures["wall_p95_hours"], figures["queue"]
    if share is None:
        return f"{head}   no case came in the measured days"
    within = f"{share['median'] * 100:.1f} ({share['low'] * 100:.1f}-{share['high'] * 100:.1f})"
    p95 = f"{late['median']:.1f} ({late['low']:.1f}-{late['high']:.1f})"
    return (
        f"{head}{within:>22}{figures['kept']['median'] * 100:>8.1f}{p95:>20}{queue['median']:>7.1f}"
    )
