"""``make bench``: our archive and Orthanc under the same load, in the same run, in turns.

Both servers run on loopback during the whole run. Every measurement is made on one, then on the
other, and the order changes from round to round; medians are shown.

    python -m bench.archive [--quick] [--only store,search,read,worklist] [--rounds 3]
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bench import measures, peer, report, series
from bench.http_load import median, stow
from bench.machine import machine
from bench.measures import Result, Server
from bench.ours import Ours
from bench.worklist import worklist_milliseconds

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PARTS = ("store", "search", "read", "worklist")
Values = dict[str, dict[str, list[Result]]]


def main() -> int:
    """Measure, print, and write the table down."""
    options = _options()
    before = machine()
    started = datetime.now().astimezone()
    peer.check_installed()
    ours, other = Ours(BUILD / "ours"), peer.Peer(BUILD / "peer")
    values: Values = defaultdict(lambda: defaultdict(list))
    worklist = None
    try:
        ours.start()
        other.start()
        for server in (ours, other):
            measures.warm_up(server)
        for run in _runs(options, [ours, other]):
            _in_turns(run, [ours, other], options.rounds, values)
        if "worklist" in options.only:
            worklist = worklist_milliseconds(ours.directory, rows=options.studies)
    finally:
        ours.stop()
        other.stop()
    table = report.table(values, worklist)
    print(table)
    if not options.no_document:
        what = report.Run(
            started, before, peer.version(), options.rounds, options.slices, options.studies
        )
        report.append(DOCUMENT, what, table)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100 slices, 500 studies, one round")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, comma-separated")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slices", type=int, default=series.SLICES)
    parser.add_argument("--studies", type=int, default=series.STUDIES)
    parser.add_argument("--no-document", action="store_true", help="only print")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}; not {', '.join(sorted(unknown))}")
    if options.quick:
        options.rounds, options.slices, options.studies = 1, 100, 5000
        options.no_document = True
    return options


def _runs(
    options: argparse.Namespace, servers: Sequence[Server]
) -> list[Callable[[Server], Result | list[Result]]]:
    runs: list[Callable[[Server], Result | list[Result]]] = []
    files: list[bytes] = []
    if {"store", "read"} & set(options.only):
        files = series.template(options.slices)
    if "store" in options.only:
        runs += measures.store_rounds(files)
    if "search" in options.only:
        studies = [series.small_study(number) for number in range(options.studies)]
        for server in servers:
            for count in measures.fill(server, studies):
                _say(f"{server.name}: {count} studies")
        runs += measures.search_rounds(seconds=1.0 if options.quick else 3.0)
    if "read" in options.only:
        shared = series.fresh(files)
        for server in servers:
            stow(server, [data for _, data in shared.instances], batch=50, connections=1)
        runs += measures.read_rounds(shared)
    return runs


def _in_turns(
    run: Callable[[Server], Result | list[Result]],
    servers: Sequence[Server],
    rounds: int,
    values: Values,
) -> None:
    for number in range(rounds):
        for server in servers if number % 2 == 0 else reversed(servers):
            found = run(server)
            for result in found if isinstance(found, list) else [found]:
                values[result.label][server.name].append(result)
                _say(f"{result.label}: {server.name} {result.value:.1f} {result.unit}")
    for result in found if isinstance(found, list) else [found]:
        middle = {
            server.name: median(one.value for one in values[result.label][server.name])
            for server in servers
        }
        _say(f"{result.label}: " + ", ".join(f"{k} {v:.1f}" for k, v in middle.items()))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
