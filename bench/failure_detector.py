"""Whether the estimated error tells rightly aligned pairs from spoiled ones.

    python -m bench.failure_detector [--each 200] [--seed 1] [--no-real] [--no-document]

Right pairs are claimed as acquired or within 0.4 mm; spoiled ones are shifted or turned though they
claim one frame of reference, were left unregistered, or show another child. A spoiled pair of 10 mm
and more, or of another child, that is called good is a failure of the detector.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from bench.failure_pairs import Claim, claims
from bench.machine import machine
from tongying.imaging.quality.error import estimate_error
from tongying.imaging.quality.estimate import ErrorEstimate, Verdict
from tongying.imaging.quality.verdict import judge
from tongying.imaging.registration.result import Registration

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
AUC_TARGET = 0.95
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Row:
    images: str
    what: str
    spoiled: bool
    true_mm: float | None
    estimate: ErrorEstimate
    verdict: Verdict
    cpu_s: float


def measure(claim: Claim, seed: int) -> Row:
    begin = time.process_time()
    estimate = estimate_error(
        claim.fixed, claim.moving, Registration(claim.claimed, claim.method, 0.0), seed=seed
    )
    spent = time.process_time() - begin
    judged = judge(
        estimate,
        fixed_grid=claim.fixed.grid,
        moving_grid=claim.moving.grid,
        method=claim.method,
    )
    return Row(
        claim.images, claim.what, claim.spoiled, claim.true_mm, estimate, judged.verdict, spent
    )


def auc(good: np.ndarray, spoiled: np.ndarray) -> float:
    """Return the probability that a spoiled pair's estimate exceeds a right pair's."""
    ranks = rankdata(np.concatenate([good, spoiled]))
    above = ranks[len(good) :].sum() - len(spoiled) * (len(spoiled) + 1) / 2
    return float(above / (len(good) * len(spoiled)))


def interval(good: np.ndarray, spoiled: np.ndarray) -> tuple[float, float]:
    """Return the central 95 % of the AUC over bootstrap draws."""
    random = np.random.default_rng(0)
    drawn = [
        auc(random.choice(good, len(good)), random.choice(spoiled, len(spoiled)))
        for _ in range(DRAWS)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)


def report(rows: list[Row], seed: int) -> str:
    """Return the document's section."""
    good = np.array([row.estimate.estimated_mm for row in rows if not row.spoiled])
    bad = np.array([row.estimate.estimated_mm for row in rows if row.spoiled])
    value, (low, high) = auc(good, bad), interval(good, bad)
    missed = [row for row in rows if _must_be_caught(row) and row.verdict is Verdict.GOOD]
    holds = "yes" if value >= AUC_TARGET and not missed else "**no**"
    lines = [
        f"## {datetime.now(UTC):%Y-%m-%d %H:%M}, failure detector of fusion",
        "",
        f"{machine()}. `python -m bench.failure_detector --seed {seed}`: {len(good)} right and "
        f"{len(bad)} spoiled pairs; median processor time of an estimate "
        f"{np.median([row.cpu_s for row in rows]):.1f} s.",
        "",
        f"AUC {value:.3f} (95 % bootstrap interval {low:.3f} to {high:.3f}; target "
        f"{AUC_TARGET}); spoiled by 5 mm and more, or another child, and called good: "
        f"{len(missed)}. Holds: {holds}.",
        "",
        "| pairs | n | true mm | estimated mm, median (5 to 95 %) | good | look | refuse |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [_line(what, part) for what, part in _by(rows, "what").items()]
    lines += [
        "",
        "| images | right: good, look, refuse | spoiled: good, look, refuse | AUC |",
        "|---|---:|---:|---:|",
    ]
    for images, part in _by(rows, "images").items():
        right = [row for row in part if not row.spoiled]
        wrong = [row for row in part if row.spoiled]
        if right and wrong:
            within = auc(_estimates(right), _estimates(wrong))
            lines.append(f"| {images} | {_verdicts(right)} | {_verdicts(wrong)} | {within:.3f} |")
    return "\n".join(lines) + "\n"


def _must_be_caught(row: Row) -> bool:
    return row.spoiled and (row.true_mm is None or row.true_mm >= 4.9)


def _by(rows: list[Row], name: str) -> dict[str, list[Row]]:
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[getattr(row, name)].append(row)
    return dict(sorted(parts.items()))


def _estimates(rows: list[Row]) -> np.ndarray:
    return np.array([row.estimate.estimated_mm for row in rows])


def _verdicts(rows: list[Row]) -> str:
    count = Counter(row.verdict for row in rows)
    return ", ".join(str(count[verdict]) for verdict in Verdict)


def _line(what: str, rows: list[Row]) -> str:
    true = [row.true_mm for row in rows if row.true_mm is not None]
    shown = f"{min(true):.1f} to {max(true):.1f}" if true else "none"
    low, middle, high = np.percentile(_estimates(rows), (5, 50, 95))
    return (
        f"| {what} | {len(rows)} | {shown} | {middle:.1f} ({low:.1f} to {high:.1f}) | "
        + _verdicts(rows).replace(", ", " | ")
        + " |"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-real", action="store_true")
    parser.add_argument("--no-document", action="store_true")
    asked = parser.parse_args()
    left = {False: asked.each, True: asked.each}
    rows: list[Row] = []
    for claim in claims(asked.seed, not asked.no_real):
        if not any(left.values()):
            break
        if left[claim.spoiled] == 0:
            continue
        left[claim.spoiled] -= 1
        rows.append(measure(claim, asked.seed))
    section = report(rows, asked.seed)
    print(section)
    if not asked.no_document:
        with DOCUMENT.open("a", encoding="utf-8") as document:
            document.write("\n" + section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
