"""``python -m bench.deformable``: our deformable registration and four peers on the same pairs.

    python -m bench.deformable [--seeds 3] [--peers greedy elastix-200 ...] [--no-document]

Each method gets the two images as files and nothing else; its own rigid registration is part of
its time. The peers run in the interpreter that TONGYING_PEERS_PYTHON names; one that is missing or
fails is said in the table. Times are of the processor, because the machine is shared; the wall
clock is shown beside them. The rows on pairs that were moved rigidly only show what a method
invents where nothing is deformed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - as its own documents write it

from bench.deformable_cases import Body, Case, Look, Maker, Motion
from bench.machine import machine
from tongying.imaging.quality.jacobian import jacobian
from tongying.imaging.registration.deformable import register_deformable
from tongying.imaging.registration.rigid import register_rigid

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PEERS = ("greedy", "elastix-20", "elastix-200", "ants", "sitk")
PATIENCE_S = 3600


@dataclass(frozen=True, slots=True)
class Run:
    """What one method did with one pair; `said` if it did nothing."""

    case: str
    method: str
    errors_mm: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    """Mean, 95th percentile, largest."""
    cpu_s: float = np.nan
    wall_s: float = np.nan
    said: str = ""


def main() -> int:
    """Measure, print, and write the table down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first", type=int, default=21, help="seed of the first pair")
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS)
    parser.add_argument("--bodies", nargs="*", default=list(Body), type=Body)
    parser.add_argument("--no-document", action="store_true", help="only print")
    options = parser.parse_args()
    before, started = machine(), datetime.now().astimezone()
    python = Path(os.environ.get("TONGYING_PEERS_PYTHON", ROOT / ".venv-peers" / "bin" / "python"))
    if not python.exists():
        print(f"{python}: no such interpreter, so there are no peers and no head")
        return 1
    runs = []
    seeds = range(options.first, options.first + options.seeds)
    for case, compared in _cases(Maker(python), options.bodies, seeds):
        peers = options.peers if compared else ()
        for run in (*_ours(case), *(_peer(case, peer, python) for peer in peers)):
            print(_line(run.case, run.method, [run]), flush=True)
            runs.append(run)
    table = table_of(runs)
    print(f"\n{table}")
    if not options.no_document:
        text = DOCUMENT.read_text() if DOCUMENT.exists() else "# Benchmarks\n"
        section = (
            f"\n## {started:%Y-%m-%d %H:%M}, deformable registration\n\n{before}."
            f" {options.seeds} seeds of each pair; target error in mm as mean / 95th percentile /"
            " largest, each the mean over the seeds; times in seconds, the method's own rigid"
            f" registration included.\n\n{table}\n"
        )
        DOCUMENT.write_text(text + section)
    return 0


def table_of(runs: list[Run]) -> str:
    """Return the results as a Markdown table, in the order they came."""
    lines = [
        "| pair | method | target error, mm | processor, s | wall, s |",
        "|---|---|---:|---:|---:|",
    ]
    for case, method in dict.fromkeys((run.case, run.method) for run in runs):
        same = [run for run in runs if (run.case, run.method) == (case, method)]
        lines.append(_line(case, method, same))
    return "\n".join(lines)


def _line(case: str, method: str, runs: list[Run]) -> str:
    said = next((run.said for run in runs if run.said), "")
    if said:
        return f"| {case} | {method} | {said} | | |"
    mean, p95, largest = np.mean([run.errors_mm for run in runs], axis=0)
    cpu, wall = np.mean([(run.cpu_s, run.wall_s) for run in runs], axis=0)
    return (
        f"| {case} | {method} | {mean:.2f} / {p95:.2f} / {largest:.2f} | {cpu:.1f} | {wall:.1f} |"
    )


def _cases(maker: Maker, bodies: list[Body], seeds: range) -> Iterator[tuple[Case, bool]]:
    """Yield the pairs, and whether the peers run on them too; the rest shows our own limits."""
    for body in bodies:
        for seed in seeds:
            yield maker.make(body, Motion.DEFORMED, seed=seed), True
        for motion, look in (
            (Motion.DEFORMED, Look.SAME),
            (Motion.DEFORMED, Look.PATCHY),
            (Motion.RIGID, None),
            (Motion.RIGID, Look.PATCHY),
        ):
            drawn = {} if look is None else {"look": look}
            yield maker.make(body, motion, seed=seeds[0], **drawn), False


def _ours(case: Case) -> Iterator[Run]:
    cpu, wall = time.process_time(), time.perf_counter()
    rigid = register_rigid(case.fixed, case.moving)
    yield _run(case, "ours, rigid", rigid.transform.points(case.targets), cpu, wall)
    found = register_deformable(case.fixed, case.moving, rigid=rigid)
    run = _run(case, "ours", found.transform.points(case.targets), cpu, wall)
    folded = jacobian(found.transform, case.body, case.fixed.grid).folded_fraction
    assert folded == 0, "space folds in the body"
    yield run


def _run(case: Case, method: str, moved: np.ndarray, cpu: float, wall: float) -> Run:
    took = time.process_time() - cpu, time.perf_counter() - wall
    return Run(case.name, method, _errors(case, moved), *took)


def _errors(case: Case, moved: np.ndarray) -> tuple[float, float, float]:
    errors = case.errors_mm(moved)
    return float(errors.mean()), float(np.percentile(errors, 95)), float(errors.max())


def _peer(case: Case, peer: str, python: Path) -> Run:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sitk.WriteImage(case.fixed.to_sitk(), str(folder / "fixed.nrrd"))
        sitk.WriteImage(case.moving.to_sitk(), str(folder / "moving.nrrd"))
        np.save(folder / "targets.npy", case.targets)
        script = Path(__file__).with_name("deformable_peer.py")
        try:
            ended = subprocess.run(
                [str(python), str(script), peer, name],
                capture_output=True, text=True, timeout=PATIENCE_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Run(case.name, peer, said=f"not done in {PATIENCE_S} s")
        if ended.returncode:
            last = (ended.stderr.strip().splitlines() or ["no message"])[-1]
            return Run(case.name, peer, said=f"ended with {ended.returncode}: {last[:80]}")
        took = json.loads((folder / "peer.json").read_text())
        moved = np.load(folder / "moved.npy")
        return Run(case.name, peer, _errors(case, moved), took["cpu_s"], took["wall_s"])


if __name__ == "__main__":
    raise SystemExit(main())
