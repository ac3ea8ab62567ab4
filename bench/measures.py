"""What is measured, in which unit, and the ratio that is aimed at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from bench import dicom_load, http_load
from bench.http_load import DICOM, FRAMES, JSON, Connection
from bench.series import Slices, fresh, small_uid

QUERIES = {
    "first 25 studies": "/studies?limit=25",
    "by PatientID": "/studies?PatientID=H005-00125",
    "by StudyInstanceUID": f"/studies?StudyInstanceUID={small_uid(2500)}",
    "name wildcard, 50 rows": "/studies?PatientName=Wang*&limit=50",
    "date range, 100 rows": "/studies?StudyDate=20250101-20250131&limit=100&includefield=00081030",
    "series of a study": f"/studies/{small_uid(2500)}/series",
    "by AccessionNumber": "/studies?AccessionNumber=ACC003210",
}
FILL_BATCH = 100


class Server(Protocol):
    """A server under load."""

    name: str
    base: str
    headers: dict[str, str]
    dicom_port: int
    ae_title: str


@dataclass(frozen=True, slots=True)
class Result:
    """One measured value.

    Attributes
    ----------
    label, unit : str
    value : float
    less_is_better : bool
        For latencies.
    target : float or None
        Least ratio ours to the peer's speed; None where none is set.
    """

    label: str
    unit: str
    value: float
    less_is_better: bool = False
    target: float | None = None


def store_rounds(files: list[bytes]) -> list[Callable[[Server], Result]]:
    """Return the measurements of storing, each of a series nobody has yet."""

    def by_stow(label: str, batch: int, connections: int) -> Callable[[Server], Result]:
        def run(server: Server) -> Result:
            data = [data for _, data in fresh(files).instances]
            seconds = http_load.stow(server, data, batch=batch, connections=connections)
            return Result(f"STOW, {label}", "instances/s", len(data) / seconds, target=0.9)

        return run

    def by_c_store(server: Server) -> Result:
        seconds = dicom_load.c_store(server, fresh(files))
        return Result("C-STORE (storescu)", "instances/s", len(files) / seconds, target=0.9)

    return [
        by_stow("one by one", 1, 1),
        by_stow("one by one, 4 connections", 1, 4),
        by_stow("batches of 50", 50, 1),
        by_stow("all in one request", len(files), 1),
        by_c_store,
    ]


def search_rounds(*, seconds: float) -> list[Callable[[Server], list[Result]]]:
    """Return the measurements of searching, about `seconds` each."""

    def by(label: str, path: str) -> Callable[[Server], list[Result]]:
        def run(server: Server) -> list[Result]:
            times, rows = http_load.latencies(server, path, most=200, seconds=seconds)
            if not rows:
                raise SystemExit(f"{server.name} finds nothing for {path}")
            middle = http_load.median(times)
            rate = http_load.rate(server, path, connections=8, expected=middle)
            name = f"QIDO {label}"
            p50, p95 = (http_load.percentile(times, share) for share in (0.5, 0.95))
            return [
                Result(f"{name}, p50", "ms", p50, less_is_better=True, target=5),
                Result(f"{name}, p95", "ms", p95, less_is_better=True),
                Result(f"{name}, 8 connections", "requests/s", rate, target=5),
            ]

        return run

    return [by(label, path) for label, path in QUERIES.items()]


def read_rounds(series: Slices) -> list[Callable[[Server], Result]]:
    """Return the measurements of reading one series that both have."""
    root = f"/studies/{series.study}/series/{series.series}"

    def metadata(server: Server) -> Result:
        def ask(one: Connection) -> None:
            data, _ = one.ask(f"{root}/metadata", JSON)
            if data.count(b'"00080018"') < len(series.instances):
                raise SystemExit(f"{server.name} leaves out instances of the metadata")

        seconds = http_load.spread(server, [ask], 1)
        return Result("Series metadata", "ms", 1000 * seconds, less_is_better=True, target=20)

    def whole(server: Server) -> Result:
        def ask(one: Connection) -> None:
            _, length = one.ask(root, DICOM, keep=False)
            if length < series.bytes:
                raise SystemExit(f"{server.name} sends less than the series")

        seconds = http_load.spread(server, [ask], 1)
        return Result("Whole series", "MB/s", series.bytes / 1e6 / seconds, target=1)

    def frames(connections: int) -> Callable[[Server], Result]:
        def run(server: Server) -> Result:
            paths = [f"{root}/instances/{uid}/frames/1" for uid, _ in series.instances]
            asks = [lambda one, path=path: one.ask(path, FRAMES) for path in paths]
            seconds = http_load.spread(server, asks, connections)
            label = "1 connection" if connections == 1 else f"{connections} connections"
            return Result(f"Frames, {label}", "frames/s", len(paths) / seconds, target=3)

        return run

    return [metadata, whole, frames(1), frames(8)]


def warm_up(server: Server) -> None:
    """Let every process and thread of a server load what it loads on its first requests."""
    http_load.spread(server, [lambda one: one.ask("/studies?limit=1", JSON)] * 64, connections=8)


def fill(server: Server, studies: list[bytes]) -> Iterator[int]:
    """Store the small studies, telling how many are there."""
    for at in range(0, len(studies), FILL_BATCH):
        http_load.stow(server, studies[at : at + FILL_BATCH], batch=FILL_BATCH, connections=1)
        yield min(at + FILL_BATCH, len(studies))
