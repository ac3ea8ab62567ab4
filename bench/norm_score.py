"""``make bench``: scores per second on one core, ours beside two growth libraries, in one run.

    python -m bench.norm_score [--rounds 5] [--no-document]

The peers score one child at a time: **pygrowup2** the WHO's day tables (in decimal arithmetic, two
digits), **rcpchgrowth** UK-WHO (in its own environment). Rates are of processor time, because the
machine is shared; the ratio is ours to the peer's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from pygrowup import Observation

from bench.machine import machine
from tongying.norms.axis import AxisKind
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.forms.parameter_table import ParameterTable, SexTable
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm, Origin, Population, Route
from tongying.norms.score.bulk import BulkScorer
from tongying.norms.score.result import ChildFacts, Measured
from tongying.norms.score.score import score
from tongying.norms.sex import Sex

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
CHILDREN = 500_000
ONE_BY_ONE = 2_000
RELEASE_ROWS = 200
TARGET = 1e6
SEED = 20260301

PEER = """
import sys, time
from rcpchgrowth import sds_for_measurement
rows = [line.split() for line in sys.stdin]
rows = [(float(age), float(value), sex) for age, value, sex in rows]
begin = time.process_time()
for age, value, sex in rows:
    sds_for_measurement(reference="uk-who", age=age, measurement_method="height",
                        observation_value=value, sex=sex)
print(len(rows) / (time.process_time() - begin))
"""


@dataclass(frozen=True, slots=True)
class Row:
    """Scores per second of one way."""

    name: str
    per_second: float
    target: bool


def main() -> int:
    """Measure, print, and write the table down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-document", action="store_true", help="only print")
    options = parser.parse_args()
    before, started = machine(), datetime.now().astimezone()
    children = draw()
    known = catalogue()
    ours = [
        ("WHO height by day, BCCG", known["who-2006.height@1"], True),
        ("WHO weight by day, BCCG, straight tails", known["who-2006.weight@1"], True),
        ("China 2013 height, BCCG", known["china-2013.height@1"], True),
        (f"a release of {RELEASE_ROWS} rows, BCCG", release("bccg"), True),
        (f"a release of {RELEASE_ROWS} rows, BCT", release("bct"), True),
        (f"a release of {RELEASE_ROWS} rows, SHASH", release("shash"), False),
        (f"a release of {RELEASE_ROWS} rows, normal", release("normal"), True),
    ]
    rows = [Row(name, bulk(of, children, options.rounds), aim) for name, of, aim in ours]
    rows.append(Row("one by one, with interval and caveats", single(children), False))
    peers = {"pygrowup2": pygrowup(children), "rcpchgrowth": rcpchgrowth(children)}
    table = table_of(rows, peers)
    print(table)
    if not options.no_document:
        text = DOCUMENT.read_text() if DOCUMENT.exists() else "# Benchmarks\n"
        section = (
            f"\n## {started:%Y-%m-%d %H:%M}, scores of reference values\n\n{before}."
            f" {CHILDREN:,} children at once, {ONE_BY_ONE:,} one by one; medians of"
            f" {options.rounds} rounds; scores per second of processor time on one core."
            f" {agreement(children)}\n\n{table}\n"
        )
        DOCUMENT.write_text(text + section)
    return 0


@dataclass(frozen=True, slots=True)
class Children:
    """Made-up children of 0 to 5 years."""

    age_days: np.ndarray
    height: np.ndarray
    weight: np.ndarray
    sex: np.ndarray


def draw() -> Children:
    """Return children near the middle of the WHO's tables."""
    random = np.random.default_rng(SEED)
    age = random.integers(1, 1826, CHILDREN).astype(np.float64)
    sex = random.choice(np.array(["F", "M"]), CHILDREN)
    known, z = catalogue(), random.standard_normal((2, CHILDREN))
    heights, weights = np.empty(CHILDREN), np.empty(CHILDREN)
    for one in Sex:
        of = sex == one.value
        heights[of] = known["who-2006.height@1"].form.value(z[0][of], age[of], one)
        weights[of] = known["who-2006.weight@1"].form.value(z[1][of], age[of], one)
    return Children(age, heights, weights, sex)


def release(family: str) -> Norm:
    """Return a norm as releases are: a table of a fitted distribution along age."""
    x = np.linspace(0.0, 6600.0, RELEASE_ROWS)
    rise = np.sqrt(x / 6600.0)
    middle, spread = 50.0 + 120.0 * rise, 0.04 + 0.01 * rise
    columns = {
        "bccg": [middle, spread, 1.0 - rise],
        "bct": [middle, spread, 1.0 - rise, 6.0 + rise],
        "shash": [middle, middle * spread, 0.1 * rise, 0.9 + 0.1 * rise],
        "normal": [middle, middle * spread],
    }[family]
    tables: dict[Sex | None, SexTable] = {
        sex: SexTable(x, np.array(columns) * (1.0 if sex is Sex.FEMALE else 1.01)) for sex in Sex
    }
    return Norm(
        "bench.height@1",
        "height",
        "cm",
        AxisKind.AGE,
        ParameterTable(family, tables),
        MeasuringMethod(),
        Population("Made up", "虚构", "CN", 3000),
        Route.DIRECT,
        Origin.RELEASED,
        None,
    )


def bulk(norm: Norm, children: Children, rounds: int) -> float:
    """Return scores per second of many at once."""
    value = children.weight if norm.measure == "weight" else children.height
    scorer = BulkScorer(norm)
    scored = scorer.score(value, children.age_days, children.sex)
    if scored.refusal.any():
        sys.exit(f"{norm.id}: {int((scored.refusal > 0).sum())} children were refused")
    times = [
        cpu_of(lambda: scorer.score(value, children.age_days, children.sex)) for _ in range(rounds)
    ]
    return CHILDREN / float(np.median(times))


def single(children: Children) -> float:
    """Return scores per second of one after the other, with all that a page shows."""
    norms = {"who-2006.height@1": catalogue()["who-2006.height@1"]}
    asked = [
        (
            Measured("height", float(children.height[number]), "cm"),
            ChildFacts(
                sex=Sex(str(children.sex[number])), age_days=float(children.age_days[number])
            ),
        )
        for number in range(ONE_BY_ONE)
    ]

    def run() -> None:
        for measured, child in asked:
            score(measured, child, None, norms, norm="who-2006.height@1")

    return ONE_BY_ONE / cpu_of(run)


def pygrowup(children: Children) -> float:
    """Return scores per second of pygrowup2."""

    def run() -> None:
        for number in range(ONE_BY_ONE):
            peer_z(children, number)

    run()
    return ONE_BY_ONE / cpu_of(run)


def peer_z(children: Children, number: int) -> float:
    """Return pygrowup2's score of one child's height."""
    sex = "female" if children.sex[number] == "F" else "male"
    observation = Observation(sex, age_in_days=int(children.age_days[number]))
    return float(observation.length_or_height_for_age(float(children.height[number])))


def agreement(children: Children) -> str:
    """Return how far our scores and pygrowup2's differ, in words."""
    few = slice(0, ONE_BY_ONE)
    scorer = BulkScorer(catalogue()["who-2006.height@1"])
    ours = scorer.score(children.height[few], children.age_days[few], children.sex[few]).z
    theirs = np.array([peer_z(children, number) for number in range(ONE_BY_ONE)])
    return (
        f"The scores of {ONE_BY_ONE:,} heights differ from pygrowup2's, which rounds to two digits,"
        f" by at most {np.abs(ours - theirs).max():.4f}."
    )


def rcpchgrowth(children: Children) -> float | None:
    """Return scores per second of rcpchgrowth, or None where it is not installed."""
    python = Path(os.environ.get("TONGYING_PEERS_PYTHON", ROOT / ".venv-peers" / "bin" / "python"))
    if not python.is_file():
        return None
    # Between its tables' joins, where it answers for every age.
    old = np.flatnonzero((children.age_days > 800) & (children.age_days < 1400))[:ONE_BY_ONE]
    lines = [
        f"{children.age_days[number] / 365.25} {children.height[number]}"
        f" {'female' if children.sex[number] == 'F' else 'male'}"
        for number in old
    ]
    done = subprocess.run(
        [str(python), "-c", PEER],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=300,
    )
    return float(done.stdout) if done.returncode == 0 else None


def cpu_of(run: Callable[[], object]) -> float:
    """Return the processor time of one run in seconds."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def ratio_of(ratio: float) -> str:
    """Return a ratio in words: two digits where it is small."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"


def table_of(rows: list[Row], peers: dict[str, float | None]) -> str:
    """Return the results as a Markdown table."""
    named = [f" to {name}" for name in peers]
    lines = [
        f"| way | scores/s |{' |'.join(named)} | target | holds |",
        f"|---|---:|{'---:|' * len(peers)}---|---|",
    ]
    for row in rows:
        ratios = [
            "not there" if rate is None else ratio_of(row.per_second / rate)
            for rate in peers.values()
        ]
        holds = "" if not row.target else "yes" if row.per_second >= TARGET else "**no**"
        aim = "≥ 1 million/s" if row.target else ""
        lines.append(
            f"| {row.name} | {row.per_second:,.0f} | {' | '.join(ratios)} | {aim} | {holds} |"
        )
    for name, rate in peers.items():
        shown = "not there" if rate is None else f"{rate:,.0f}"
        lines.append(f"| {name}, one by one | {shown} |{' |' * (len(peers) + 2)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
