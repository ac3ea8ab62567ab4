"""``make bench``: rigid registration beside SimpleITK, elastix, ANTs and greedy, in the same run.

    python -m bench.registration [--seeds 3] [--first 11] [--case TEXT] [--no-document] [--curve]

Every program, ours too, registers every pair in a process of its own, from images in memory to the
matrix, with two threads, from where the headers place the images. The peers live in an environment
of their own, made from bench/peers.txt; its interpreter is named by ``TONGYING_PEERS_PYTHON``. A
peer that is not there, or ends with an error, is written into the table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813

from bench import capture_range, registration_cases
from bench.machine import machine
from bench.registration_cases import Case
from tongying.imaging.registration.rigid import register_rigid
from tongying.imaging.volume import Quantity, Volume

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PEERS_SCRIPT = Path(__file__).with_name("registration_peers.py")
OURS = "ours"
PEERS = ("SimpleITK", "greedy", "itk-elastix", "ANTs")
_LIMIT_S = 900
_PROBABLY = 1.05
"""A mean error within 5 % of another is called as good."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One registration by one program."""

    case: str
    seed: int
    tool: str
    errors_mm: np.ndarray | None
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    failure: str = ""


def main() -> int:
    """Measure, print, and write the tables down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=11, help="seed of the first pair")
    parser.add_argument("--case", default="", help="only cases whose name has this text")
    parser.add_argument("--no-document", action="store_true", help="only print")
    parser.add_argument("--curve", action="store_true", help="only the capture range")
    parser.add_argument("--one", nargs=6, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return _one(*options.one)
    before, started = machine(), datetime.now().astimezone()
    parts: list[str] = []
    if not options.curve:
        parts.append(compared(range(options.first, options.first + options.seeds), options.case))
    parts.append(capture_range.measured())
    text = "\n\n".join(parts)
    print(text)
    if not options.no_document:
        earlier = DOCUMENT.read_text() if DOCUMENT.exists() else "# Benchmarks\n"
        head = f"\n## {started:%Y-%m-%d %H:%M}, rigid registration\n\n{before}.\n\n"
        DOCUMENT.write_text(earlier + head + text + "\n")
    return 0


def peers_python() -> Path | None:
    """Return the interpreter of the peers, if there is one."""
    named = Path(os.environ.get("TONGYING_PEERS_PYTHON", ROOT / ".venv-peers/bin/python"))
    return named if named.exists() else None


def compared(seeds: range, only: str) -> str:
    """Run every program on every pair and return the table."""
    peers = peers_python()
    said = "" if peers else "The peers are not installed (bench/peers.txt): only ours was run.\n\n"
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="tongying-bench-") as folder:
        for seed in seeds:
            for number, name in enumerate(registration_cases.names()):
                if only not in name:
                    continue
                where = Path(folder) / f"{number}-{seed}"
                case = registration_cases.make(name, seed, where, peers)
                if isinstance(case, str):
                    said += f"{name}: {case}.\n\n" if seed == seeds[0] else ""
                    continue
                for tool in (OURS, *PEERS) if peers else (OURS,):
                    runs.append(run_one(tool, case, seed, peers))
                    print(_line(runs[-1]), file=sys.stderr, flush=True)
    return said + table_of(runs)


def run_one(tool: str, case: Case, seed: int, peers: Path | None) -> Run:
    """Register one pair with one program."""
    answer = case.fixed.parent / "answer.json"
    answer.unlink(missing_ok=True)
    given = [str(case.fixed), str(case.moving), str(answer), *case.modalities, str(seed)]
    if tool == OURS:
        command = [sys.executable, "-m", "bench.registration", "--one", *given]
    else:
        command = [str(peers), str(PEERS_SCRIPT), tool, *given]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_LIMIT_S, cwd=ROOT, check=False
        )
    except subprocess.TimeoutExpired:
        return Run(case.name, seed, tool, None, failure="took too long")
    if not answer.exists():
        last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        return Run(case.name, seed, tool, None, failure=last[:80])
    got = json.loads(answer.read_text())
    errors = errors_of(np.array(got["matrix"]), case)
    return Run(case.name, seed, tool, errors, got["wall_s"], got["cpu_s"], got["peak_mb"])


def errors_of(matrix: np.ndarray, case: Case) -> np.ndarray:
    """Return how far each target ends from where it should."""
    apart = matrix - case.truth
    return np.linalg.norm(case.targets @ apart[:3, :3].T + apart[:3, 3], axis=1)


def _one(fixed: str, moving: str, answer: str, one: str, two: str, seed: str) -> int:
    volumes = [volume_of(Path(fixed), one), volume_of(Path(moving), two)]
    wall, spent = time.perf_counter(), time.process_time()
    found = register_rigid(volumes[0], volumes[1], seed=int(seed))
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    text = {
        "matrix": found.transform.matrix.tolist(),
        "wall_s": wall,
        "cpu_s": spent,
        "peak_mb": peak_mb(),
    }
    Path(answer).write_text(json.dumps(text))
    return 0


def peak_mb() -> float:
    """Return this process's peak of resident memory; rusage counts the parent's before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def volume_of(path: Path, modality: str) -> Volume:
    """Return a NIfTI file as the volume a DICOM series of this modality would be."""
    image = sitk.ReadImage(str(path), sitk.sitkFloat32)
    quantity = Quantity.HU if modality == "CT" else Quantity.UNKNOWN
    return Volume.from_sitk(image, quantity=quantity, modality=modality)


def table_of(runs: list[Run]) -> str:
    """Return the results as a Markdown table: means over the seeds, and whether the goal holds."""
    lines = [
        "Target error over 2,000 points of the body: mean over the seeds of mean / 95 % / largest,"
        " mm. Ratios are ours to that program's; the goal is an error no larger than the best's,"
        " in no more time than the fastest program that reaches that error.",
        "",
        "| case | program | runs | error, mm | wall, s | processor, s | peak, MB | error ratio"
        " | wall ratio | processor ratio |",
        "|---|---|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    verdicts = ["", "| case | error goal | time goal |", "|---|---|---|"]
    for case in dict.fromkeys(run.case for run in runs):
        rows = {tool: _means(runs, case, tool) for tool in (OURS, *PEERS)}
        ours = rows[OURS]
        for tool, row in rows.items():
            failures = [run.failure for run in runs if (run.case, run.tool) == (case, tool)]
            failed = [text for text in failures if text]
            if row is None:
                if failures:
                    lines.append(f"| {case} | {tool} | 0 | failed: {failed[0]} |" + " |" * 6)
                continue
            mean, p95, largest, wall, cpu, peak, count = row
            ratios = "| | | |"
            if ours is not None and tool != OURS:
                ratios = f"| {ours[0] / mean:.2f} | {ours[3] / wall:.2f} | {ours[4] / cpu:.2f} |"
            lines.append(
                f"| {case} | {tool} | {count:.0f} | {mean:.2f} / {p95:.2f} / {largest:.2f}"
                f" | {wall:.1f} | {cpu:.1f} | {peak:.0f} {ratios}"
            )
        verdicts.append(_verdict(case, rows))
    return "\n".join([*lines, *verdicts])


def _verdict(case: str, rows: dict[str, tuple[float, ...] | None]) -> str:
    ours = rows[OURS]
    others = [row for tool, row in rows.items() if tool != OURS and row is not None]
    if ours is None or not others:
        return f"| {case} | not compared | not compared |"
    best = min(row[0] for row in others)
    as_good = [row for row in others if row[0] <= max(best, ours[0]) * _PROBABLY]
    wall, cpu = (min(row[part] for row in as_good) for part in (3, 4))
    error = "yes" if ours[0] <= best else "**no**"
    quick = "yes" if ours[3] <= wall and ours[4] <= cpu else "**no**"
    return (
        f"| {case} | {error}: {ours[0]:.2f} v {best:.2f} mm | {quick}: wall {ours[3]:.1f} v"
        f" {wall:.1f} s, processor {ours[4]:.1f} v {cpu:.1f} s |"
    )


def _means(runs: list[Run], case: str, tool: str) -> tuple[float, ...] | None:
    some = [
        (
            run.errors_mm.mean(),
            np.percentile(run.errors_mm, 95),
            run.errors_mm.max(),
            run.wall_s,
            run.cpu_s,
            run.peak_mb,
        )
        for run in runs
        if run.case == case and run.tool == tool and run.errors_mm is not None
    ]
    if not some:
        return None
    return (*(float(one) for one in np.mean(some, axis=0)), float(len(some)))


def _line(run: Run) -> str:
    if run.errors_mm is None:
        return f"{run.case}, seed {run.seed}, {run.tool}: failed, {run.failure}"
    error, worst = run.errors_mm.mean(), run.errors_mm.max()
    return (
        f"{run.case}, seed {run.seed}, {run.tool}: {error:.2f} (largest {worst:.2f}) mm,"
        f" {run.wall_s:.1f} s, processor {run.cpu_s:.1f} s, {run.peak_mb:.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
