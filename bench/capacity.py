"""``python -m bench.capacity``: one simulated year of the default scenario, against plain SimPy.

Ours plays 123 hospitals with 120 cases a day by the desk's own rules: rosters, specialties,
deadlines, pauses, a plan at every event. The peer is a plain SimPy `Resource` that serves the very
same cases first come, first served, with nobody ever off duty and no rules at all: what the event
loop itself costs. Both run in this process, one after the other, on one core.

    python -m bench.capacity [--days 365] [--rounds 1] [--no-document]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import simpy

from bench.machine import machine
from tongying.consult.capacity.arrivals import Arrival, arrivals
from tongying.consult.capacity.case_c import case_c
from tongying.consult.capacity.scenario import Scenario
from tongying.consult.capacity.study import run_once, with_horizon

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
TARGET_S = 60.0
SEED = 1


def main() -> int:
    """Measure, print, and write the table down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--no-document", action="store_true", help="only print")
    options = parser.parse_args()
    before, started = machine(), datetime.now().astimezone()
    scenario = case_c()
    horizon = replace(scenario.horizon, days=options.days, warm_up_days=0)
    scenario = with_horizon(scenario, horizon)
    ours = [_timed(lambda: _ours(scenario)) for _ in range(options.rounds)]
    cases = arrivals(scenario, 0, options.days, SEED)
    peer = [_timed(lambda: _peer(cases, experts=12)) for _ in range(options.rounds)]
    lines = _table(options.days, min(ours), min(peer))
    print(lines)
    if not options.no_document:
        section = f"\n## {started:%Y-%m-%d %H:%M}, capacity simulation\n\n{before}.\n\n{lines}\n"
        DOCUMENT.write_text(DOCUMENT.read_text() + section)
    return 0


def _timed(what: Any) -> tuple[float, float, int]:
    """Return the seconds on the clock, those of the processor, and the cases."""
    clock, processor = time.perf_counter(), time.process_time()
    cases = what()
    return time.perf_counter() - clock, time.process_time() - processor, cases


def _ours(scenario: Scenario) -> int:
    run, _ = run_once(scenario, 0, SEED)
    return run.cases


def _peer(cases: list[Arrival], *, experts: int) -> int:
    environment = simpy.Environment()
    desk = simpy.Resource(environment, capacity=experts)
    signed = 0

    def answer(case: Arrival) -> Generator[Any, Any, None]:
        nonlocal signed
        with desk.request() as turn:
            yield turn
            yield environment.timeout(case.minutes)
        signed += 1

    def arrive() -> Generator[Any, Any, None]:
        for case in cases:
            yield environment.timeout(case.at_minute - environment.now)
            environment.process(answer(case))

    environment.process(arrive())
    environment.run()
    return signed


def _table(days: int, ours: tuple[float, float, int], peer: tuple[float, float, int]) -> str:
    year = ours[0] / days * 365
    speed, other = ours[2] / ours[0], peer[2] / peer[0]
    holds = "yes" if year <= TARGET_S else "**no**"
    return "\n".join(
        [
            "| measure | unit | ours | plain SimPy | ratio | target | holds |",
            "|---|---|---:|---:|---:|---:|---|",
            f"| simulated cases | cases/s | {speed:.0f} | {other:.0f} |"
            f" {speed / other:.3f} |  |  |",
            f"| the same by processor time | cases/s | {ours[2] / ours[1]:.0f} |"
            f" {peer[2] / peer[1]:.0f} | {ours[2] / ours[1] / (peer[2] / peer[1]):.3f} |  |  |",
            f"| {days} days, 123 hospitals, {ours[2]:,} cases | s | {ours[0]:.1f} | {peer[0]:.1f} |"
            f"  |  |  |",
            f"| one year, processor time | s | {ours[1] / days * 365:.1f} |  |  |  |  |",
            f"| one year | s | {year:.1f} |  |  | ≤ {TARGET_S:.0f} s | {holds} |",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
