"""``make bench``: the assignment against a greedy dispatcher and the bare solver, in the same run.

    python -m bench.assignment [--rounds 5] [--no-document]

The peers: **greedy** gives the case that is due first to whoever can sign it first (earliest due
date, as a dispatcher with a list would); **solver** is `scipy.optimize.linear_sum_assignment` alone
on the costs of the same cases in all positions that our plan considered. Shares of processor time
are shown, because the machine is shared; the wall clock is shown beside them.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.machine import machine
from tongying.consult import matching
from tongying.consult.accepted import busy_with, in_hands
from tongying.consult.assignment import Situation, make_plan
from tongying.consult.case import ANSWER_WITHIN, Urgency
from tongying.consult.crew import crew_of
from tongying.consult.eligibility import PRESSING, OpenCase, Policy
from tongying.consult.expert import Expert, Licence, Pace
from tongying.consult.lateness import expected_excess, log_law
from tongying.consult.positions import needed_positions
from tongying.consult.prices import URGENCY_WEIGHT
from tongying.consult.roster import Duty, Roster, Shift
from tongying.consult.specialty import Specialty
from tongying.consult.watch import minutes_of

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EXPERTS = 60
QUEUES = ((1, 15), (3, 15), (5, 15), (30, 20), (100, 30), (500, 30))
"""Open cases that nobody has accepted yet, and cases that somebody has."""
TARGET_MS = {500: 200.0, 1: 0.4, 3: 0.4, 5: 0.4}
MODALITIES = ("CT", "MR", "US", "DX")
SITUATIONS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured for one length of the queue."""

    cases: int
    accepted: int
    cpu_ms: float
    wall_ms: float
    greedy_ms: float
    solver_ms: float
    late: float
    greedy_late: float


def main() -> int:
    """Measure, print, and write the table down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-document", action="store_true", help="only print")
    options = parser.parse_args()
    before, started = machine(), datetime.now().astimezone()
    rows = [measure(cases, accepted, options.rounds) for cases, accepted in QUEUES]
    table = table_of(rows)
    print(table)
    if not options.no_document:
        text = DOCUMENT.read_text() if DOCUMENT.exists() else "# Benchmarks\n"
        section = (
            f"\n## {started:%Y-%m-%d %H:%M}, assignment\n\n{before}. {EXPERTS} experts on three"
            f" shifts; {SITUATIONS} situations of each length, {options.rounds} rounds; medians of"
            " the processor time of one plan. Lateness is the expected sum over the queue in"
            f" minutes, weighted by urgency.\n\n{table}\n"
        )
        DOCUMENT.write_text(text + section)
    return 0


def table_of(rows: list[Row]) -> str:
    """Return the results as a Markdown table."""
    lines = [
        "| open cases | accepted | plan, ms | wall, ms | greedy, ms | solver alone, ms"
        " | to solver | lateness | greedy's | ratio | target | holds |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---|",
    ]
    for row in rows:
        target = TARGET_MS.get(row.cases)
        holds = "" if target is None else "yes" if row.cpu_ms < target else "**no**"
        named = "" if target is None else f"< {target:g} ms"
        ratio = row.greedy_late / row.late if row.late > 0 else 1.0
        lines.append(
            f"| {row.cases} | {row.accepted} | {row.cpu_ms:.2f} | {row.wall_ms:.2f} |"
            f" {row.greedy_ms:.2f} | {row.solver_ms:.2f} | {row.cpu_ms / row.solver_ms:.2f} |"
            f" {row.late:.0f} | {row.greedy_late:.0f} | {ratio:.2f} | {named} | {holds} |"
        )
    return "\n".join(lines)


def measure(cases: int, accepted: int, rounds: int) -> Row:
    """Measure plans for queues of one length, ours and the peers' in turns."""
    draw = random.Random(cases)
    experts = draw_experts(draw)
    roster = draw_roster(draw, experts)
    situations = [
        Situation(NOW, draw_cases(draw, cases, accepted, experts), experts, roster, Policy())
        for _ in range(SITUATIONS)
    ]
    ours: list[tuple[float, float]] = []
    greedy: list[float] = []
    solver: list[float] = []
    repeats = max(1, 50 // cases)
    for _ in range(rounds):
        for one in situations:
            ours.append(_timed(lambda one=one: make_plan(one), repeats))
            greedy.append(_timed(lambda one=one: dispatch(one), repeats)[0])
            cost = costs_of(one)
            solver.append(_timed(lambda cost=cost: linear_sum_assignment(cost), repeats)[0])
    return Row(
        cases,
        accepted,
        _middle([cpu for cpu, _ in ours]),
        _middle([wall for _, wall in ours]),
        _middle(greedy),
        _middle(solver),
        sum(planned_lateness(one) for one in situations) / SITUATIONS,
        sum(dispatched_lateness(one) for one in situations) / SITUATIONS,
    )


def planned_lateness(situation: Situation) -> float:
    """Return the weighted expected lateness of our plan."""
    weight = {case.id: URGENCY_WEIGHT[case.urgency] for case in situation.cases}
    placed = make_plan(situation).placements.placed.values()
    return sum(weight[one.case] * one.expected_late_minutes for one in placed)


def dispatch(situation: Situation) -> tuple[matching.Queue, matching.Positions, list[int]]:
    """Give each case, by due date, the position where it is first done.

    It is laid out in the same positions, under the same rules, as our plan.
    """
    queue, positions = _problem(situation)
    open_to = queue.may_take[:, positions.expert] & positions.usable
    open_to &= queue.pressing[:, np.newaxis] | ~positions.on_call
    done = positions.offset + positions.mean
    chosen = [0] * len(queue.due)
    for row in np.argsort(queue.due, kind="stable"):
        best = int(np.where(open_to[row], done, np.inf).argmin())
        chosen[row] = best
        open_to[:, best] = False
    return queue, positions, chosen


def dispatched_lateness(situation: Situation) -> float:
    """Return the weighted expected lateness of the greedy dispatcher."""
    queue, positions, chosen = dispatch(situation)
    mean = positions.mean[chosen]
    limit = queue.due - positions.offset[chosen]
    late = expected_excess(mean, log_law(mean, positions.variance[chosen]), limit)
    return float((queue.weight * late).sum())


def costs_of(situation: Situation) -> np.ndarray:
    """Return the costs of a situation's cases in all positions, for the bare solver."""
    return matching.cost_matrix(*_problem(situation))[0]


def _problem(situation: Situation) -> tuple[matching.Queue, matching.Positions]:
    crew, now = crew_of(situation.experts), minutes_of(situation.now)
    cases = [case for case in situation.cases if case.accepted_at is None]
    queue = matching.Queue(
        np.array([URGENCY_WEIGHT[case.urgency] for case in cases]),
        np.array([minutes_of(case.due_at) - now for case in cases]),
        np.array([case.urgency in PRESSING for case in cases]),
        np.array([crew.may_take(case, situation.now.date(), situation.policy) for case in cases]),
        crew.case_prices(cases),
    )
    watch = crew.watch(situation.roster, situation.now)
    busy = busy_with(in_hands(situation.cases), crew, now)
    # The greedy one needs more positions with few experts than with many: enough for any of them.
    depth = min(len(cases), 8 + 3 * len(cases) // 10)
    wanted = np.full(len(crew.ids), depth)
    return queue, needed_positions(crew, watch, busy, wanted, now)


def draw_experts(draw: random.Random) -> tuple[Expert, ...]:
    """Return experts of several fields and paces, some of whom little is known."""
    fields = list(Specialty)
    return tuple(
        Expert(
            number,
            f"E{number}",
            "CHILDREN",
            Licence("L", date(2030, 1, 1)) if draw.random() < 0.9 else None,
            frozenset(draw.sample(fields, 4)) if draw.random() < 0.9 else frozenset(),
            frozenset(draw.sample(MODALITIES, 3)) if draw.random() < 0.8 else frozenset(),
            None,
            None,
            None,
            Pace(draw.uniform(8, 30), draw.uniform(0.3, 0.8), 3),
            draw.uniform(0, 800),
        )
        for number in range(1, EXPERTS + 1)
    )


def draw_roster(draw: random.Random, experts: tuple[Expert, ...]) -> Roster:
    """Return thirty days of three shifts; nights are on call."""
    shifts = []
    for expert in experts:
        hour = draw.choice([0, 8, 16])
        duty = Duty.ON_CALL if hour == 0 else Duty.DESK
        for day in range(-1, 30):
            begin = NOW.replace(hour=hour, minute=0) + timedelta(days=day)
            shifts.append(Shift(expert.id, begin, begin + timedelta(hours=8), duty))
    return Roster(shifts)


def draw_cases(
    draw: random.Random, count: int, accepted: int, experts: tuple[Expert, ...]
) -> tuple[OpenCase, ...]:
    """Return cases of the past hours, some of them accepted."""
    cases = []
    for number in range(1, count + accepted + 1):
        urgency = draw.choice((Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE, Urgency.ROUTINE))
        submitted = NOW - timedelta(minutes=draw.uniform(0, 200))
        case = OpenCase(
            number,
            f"COUNTY{draw.randrange(100)}",
            urgency,
            submitted,
            submitted + ANSWER_WITHIN[urgency],
            draw.choice([*Specialty, None]),
            frozenset([draw.choice(MODALITIES)]),
            draw.randrange(5000),
        )
        if number > count:
            since = NOW - timedelta(minutes=draw.uniform(0, 40))
            holder = experts[number % len(experts)].id
            case = replace(case, assignee=holder, accepted_at=since)
        cases.append(case)
    return tuple(cases)


def _timed(run: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return the processor and wall time of one run in milliseconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(repeats):
        run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return 1000 * cpu / repeats, 1000 * wall / repeats


def _middle(values: list[float]) -> float:
    return float(np.median(values))


if __name__ == "__main__":
    sys.exit(main())
