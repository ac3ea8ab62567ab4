"""The table of a run, and its dated section in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.http_load import median
from bench.machine import machine
from bench.measures import Result

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
OURS, PEER = "Tongying", "Orthanc"
WORKLIST_TARGET_MS = 150

HEAD = """# Benchmarks

Measured by `make bench`, written down as they came out. Both archives run on the same machine in
the same run, on loopback, and are loaded in turns; each value is the median of the rounds. The
ratio is ours to Orthanc's speed (above 1 we are faster). The machine is small and shared: trust
the ratios, not the absolute figures.

**Ours**: two web processes and the DICOM listener, SQLite in WAL with `synchronous=FULL`; every
instance is written, synced (file and directory) and indexed in one transaction with its audit event
before it is acknowledged. Access rule and audit are on; the load carries a bearer token.

**Orthanc**: Debian's package with Debian's defaults (files synced, MD5 of attachments computed,
its own SQLite index), except: HTTP compression off (its default gzips every frame for clients that
accept it and makes it look slow), `TCP_NODELAY=1` in its environment (the default delays C-STORE
about sixfold), 50 HTTP threads, `StudiesMetadata` and `SeriesMetadata` `Full`, overwriting
allowed, no authentication, bound to loopback by a preloaded shim.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """The circumstances of a run."""

    at: datetime
    machine: str
    peer: str
    rounds: int
    slices: int
    studies: int


def table(values: Mapping[str, Mapping[str, list[Result]]], worklist_ms: float | None) -> str:
    """Return a run's results as a Markdown table."""
    lines = [
        "| measure | unit | ours | Orthanc | ratio | target | holds |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for label, found in values.items():
        first = found[OURS][0]
        ours, peer = (median(one.value for one in found[name]) for name in (OURS, PEER))
        ratio = peer / ours if first.less_is_better else ours / peer
        holds = "" if first.target is None else "yes" if ratio >= first.target else "**no**"
        target = "" if first.target is None else f"≥ {first.target:g}"
        lines.append(
            f"| {label} | {first.unit} | {ours:.1f} | {peer:.1f} | {ratio:.2f} | {target} |"
            f" {holds} |"
        )
    if worklist_ms is not None:
        holds = "yes" if worklist_ms <= WORKLIST_TARGET_MS else "**no**"
        lines.append(
            f"| Worklist page, on the server | ms | {worklist_ms:.0f} | | |"
            f" ≤ {WORKLIST_TARGET_MS} ms | {holds} |"
        )
    return "\n".join(lines)


def append(document: Path, run: Run, lines: str) -> None:
    """Add a dated section to the document, newest last."""
    document.parent.mkdir(parents=True, exist_ok=True)
    text = document.read_text() if document.exists() else HEAD
    section = (
        f"\n## {run.at:%Y-%m-%d %H:%M}\n\n{run.machine}. {run.peer}. {run.slices} slices of"
        f" 512 × 512 × 16 bit; {run.studies} studies to search; {run.rounds} rounds.\n\n{lines}\n"
    )
    document.write_text(text + section)


def append_section(document: Path, title: str, said: str) -> None:
    """Add a dated section in words, newest last."""
    now = datetime.now(UTC).astimezone()
    with document.open("a", encoding="utf-8") as file:
        file.write(f"\n## {title} ({now:%Y-%m-%d %H:%M})\n\n{machine()}. {said}\n")
