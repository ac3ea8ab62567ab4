"""The nodule detector against made truth: curves, sizes, matches, time and memory.

    python -m bench.nodules [--chests 9] [--pairs 20] [--fresh] [--no-document]

Chests made by code from seeds that training never saw, and a real CT of a grown person with made
nodules put in (only where that data set is on the machine; never trained on). LUNA16's rules;
intervals by bootstrap over chests. The baseline is the response of the blob filter alone, without
the classifier. Scans are kept in build/nodules and used again unless ``--fresh``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.machine import machine
from bench.nodule_cases import REAL, ROOT, Kept, Truth, kept_scans, phantom_scans, real_scans
from bench.nodule_pairs import PairTold, run_pair
from tongying.ai.evaluation.froc import (
    Lesion,
    Mark,
    Scan,
    Scored,
    free_response,
    score_scan,
    summary,
)
from tongying.ai.lung.candidates import SIGMAS_MM, own_response
from tongying.ai.lung.classifier import Classifier, shipped
from tongying.ai.lung.detecting import surest_apart
from tongying.ai.lung.features import RADIUS_OF_SIGMA

DOCUMENT = ROOT / "docs" / "benchmarks.md"
FOLDER = ROOT / "build" / "nodules"
FIRST_PAIR = 3000
REPLICATES = 200
SEED = 1
BANDS_MM = ((3.5, 6.0), (6.0, 10.0), (10.0, 20.0))
HEAD = (
    "| scans | nodules | of them hit by a candidate | mean of the seven points | at 1 false mark "
    "per scan | at 4 | blob response alone, mean | at 1 | at 4 |\n"
    "|---|---|---|---|---|---|---|---|---|"
)
TIMED = """
import json, resource, sys, time
from pathlib import Path
from bench.nodule_cases import REAL
from tongying.ai.lung.detecting import detect
from tongying.dicom.volumes.reading import read_volume
from tongying.imaging.progress import silent
volume = read_volume(sorted(REAL.glob("ct_jpegls/*"))).volume
began, cpu = time.monotonic(), time.process_time()
found = detect(volume, silent)
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
print(json.dumps({"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu,
    "mb": peak / 1024, "told": len(found.nodules) + found.left_out, "shape": volume.array.shape}))
"""
Counts = Callable[[Truth], bool]


def every(nodule: Truth) -> bool:
    """Count all."""
    return True


def within(low: float, high: float) -> Counts:
    """Count nodules of these diameters; others are neither right nor wrong."""
    return lambda nodule: low <= nodule.diameter_mm < high


def scored(scan: Kept, trees: Classifier | None, counts: Counts) -> Scored:
    """Apply the rules to one scan; without trees the blob response ranks."""
    responses = scan.rows[:, 1 : 1 + len(SIGMAS_MM)]
    scores = responses.max(axis=1) if trees is None else trees.scores(scan.rows)
    sigmas = scan.rows[:, 0]
    own = own_response(sigmas, responses)
    kept, scores = surest_apart(scan.centres_mm, scores, RADIUS_OF_SIGMA * sigmas, own)
    lesions = [Lesion(n.centre_mm, n.diameter_mm, counts(n)) for n in scan.nodules]
    lesions += [Lesion(tuple(at), across, False) for at, across in scan.ignored]
    marks = tuple(Mark(tuple(map(float, scan.centres_mm[one])), float(scores[one])) for one in kept)
    return score_scan(Scan(scan.name, tuple(lesions), marks, scan.child))


def row(name: str, scans: Sequence[Kept], trees: Classifier, counts: Counts = every) -> str:
    """Return one line of the table."""
    ours = [scored(scan, trees, counts) for scan in scans]
    told = summary(ours, replicates=REPLICATES, seed=SEED)
    plain = summary(
        [scored(scan, None, counts) for scan in scans], replicates=REPLICATES, seed=SEED
    )
    reached = np.concatenate([one.found for one in ours])
    mine, blob = dict(told.at), dict(plain.at)
    cells = [told.mean, mine[1.0], mine[4.0], plain.mean, blob[1.0], blob[4.0]]
    text = " | ".join(f"{one.value:.2f} ({one.low:.2f}-{one.high:.2f})" for one in cells)
    hit = float(np.isfinite(reached).mean())
    return f"| {name}: {len(scans)} | {told.lesions} | {hit:.2f} | {text} |"


def curves(scans: list[Kept], trees: Classifier) -> list[str]:
    """Return the table of curves."""
    lines = [HEAD]
    made = [one for one in scans if not one.real]
    real = [one for one in scans if one.real]
    for name, group in (("phantom", made), ("real CT", real)):
        if not group:
            lines.append(f"| {name}: not on this machine | | | | | | | | |")
            continue
        lines.append(row(name, group, trees))
        for low, high in BANDS_MM:
            lines.append(row(f"{name}, {low:g}-{high:g} mm", group, trees, within(low, high)))
        for body in sorted({one.body for one in group}):
            lines.append(row(f"{name}, body {body:g}", [o for o in group if o.body == body], trees))
        slices = sorted({round(one.slice_mm, 2) for one in group})
        if name == "phantom":
            for mm in slices:
                mine = [one for one in group if round(one.slice_mm, 2) == mm]
                lines.append(row(f"{name}, slices {mm:g} mm", mine, trees))
        for kind in ("ground-glass",):
            lines.append(row(f"{name}, {kind}", group, trees, lambda n, k=kind: n.kind == k))
        for place in ("free", "wall", "vessel"):
            lines.append(row(f"{name}, {place}", group, trees, lambda n, p=place: n.place == p))
    return lines


def at_the_score(scans: Sequence[Kept], trees: Classifier) -> str:
    """Say what a user sees: sensitivity and false marks at the score that tells."""
    ours = [scored(scan, trees, every) for scan in scans]
    found = np.concatenate([one.found for one in ours])
    false = np.concatenate([one.false for one in ours])
    curve = free_response(ours)
    return (
        f"{float((found >= trees.told_from).mean()):.2f} of {curve.lesions} nodules at "
        f"{float((false >= trees.told_from).sum()) / len(scans):.1f} false marks per scan"
    )


def errors(scans: Sequence[Kept]) -> list[str]:
    """Return the table of measured against made sizes, where a candidate hit."""
    lines = [
        "| nodules | measured | diameter, median error (2.5 to 97.5 %), mm "
        "| volume, median ratio (2.5 to 97.5 %) | within 25 % of the volume |",
        "|---|---|---|---|---|",
    ]
    for name, real in (("phantom", False), ("real CT", True)):
        for low, high in BANDS_MM:
            mine = [
                n
                for scan in scans
                if scan.real == real
                for n in scan.nodules
                if low <= n.diameter_mm < high and n.told_mm is not None and n.told_mm3 is not None
            ]
            if not mine:
                continue
            off = np.array([n.told_mm - n.diameter_mm for n in mine])
            ratio = np.array([n.told_mm3 / (np.pi / 6 * n.diameter_mm**3) for n in mine])
            a, b = np.quantile(off, [0.025, 0.975])
            c, d = np.quantile(ratio, [0.025, 0.975])
            near = float(((ratio > 0.75) & (ratio < 1.25)).mean())
            lines.append(
                f"| {name}, {low:g}-{high:g} mm | {len(mine)} | {np.median(off):+.1f} "
                f"({a:+.1f} to {b:+.1f}) | {np.median(ratio):.2f} ({c:.2f} to {d:.2f}) "
                f"| {near:.2f} |"
            )
    return lines


def pairs(count: int) -> str:
    """Run the scripted pairs."""
    told = [_pair(FIRST_PAIR + number) for number in range(count)]
    return (
        f"{sum(one.right for one in told)} of {count} scripted pairs wholly right "
        f"({sum(one.wrong for one in told)} wrong of {sum(one.pairs for one in told)} nodules); "
        f"registration {np.mean([one.error_mm for one in told]):.2f} mm off in the mean, "
        f"{max(one.error_mm for one in told):.2f} mm at most"
    )


def _pair(seed: int) -> PairTold:
    """Run a pair, or take what was kept of it."""
    kept = FOLDER / "pairs" / f"{seed}.json"
    if kept.exists():
        return PairTold(**json.loads(kept.read_text("utf-8")))
    told = run_pair(seed)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(asdict(told)), encoding="utf-8")
    return told


def timed() -> str:
    """Run the detector once in a process of its own on the real CT."""
    if not REAL.exists():
        return "not measured (the real CT is not on this machine)"
    done = subprocess.run(
        [sys.executable, "-c", TIMED], capture_output=True, text=True, check=True, cwd=ROOT
    )
    told = json.loads(done.stdout)
    shape = "×".join(str(one) for one in told["shape"])
    return (
        f"real CT of {shape}: {told['cpu']:.0f} s of processor time, {told['seconds']:.0f} s by "
        f"the clock, peak {told['mb']:.0f} MB; {told['told']} findings told (one grown person "
        "with cancer, without made nodules)"
    )


def main() -> None:
    """Run everything and write the page's section."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chests", type=int, default=9)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--no-document", action="store_true")
    told = parser.parse_args()
    if told.fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    phantom_scans(FOLDER, told.chests)
    if REAL.exists():
        real_scans(FOLDER)
    print(_document(told.pairs) if told.no_document else _written(told.pairs, DOCUMENT))


def _written(count: int, document: Path) -> str:
    text = _document(count)
    with document.open("a", encoding="utf-8") as file:
        file.write(text)
    return text


def _document(count: int) -> str:
    trees = shipped()
    scans = list(kept_scans(FOLDER))
    real = [one for one in scans if one.real]
    made = [one for one in scans if not one.real]
    lines = [
        "",
        f"## AI: lung nodules made by code ({datetime.now(UTC):%Y-%m-%d %H:%M})",
        "",
        f"{machine()} Command: `python -m bench.nodules`. LUNA16's rules, 95 % intervals by "
        "bootstrap over chests (on the real CT over its scans, which are all of one person).",
        "",
        *curves(scans, trees),
        "",
        f"- At the score that tells findings, phantom: {at_the_score(made, trees)}.",
    ]
    if real:
        lines.append(f"- At the score that tells findings, real CT: {at_the_score(real, trees)}.")
    lines += [
        f"- Match with an earlier scan: {pairs(count)}.",
        f"- A run: {timed()}.",
        "",
        *errors(scans),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
