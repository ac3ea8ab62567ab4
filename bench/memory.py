"""What the server needs of memory: a 2 GB multi-frame object and a 500-slice series, in and out.

    python -m bench.memory [--gigabytes 2] [--slices 500]

Prints the peak memory of every step: resident memory of the largest process and of the web
processes together, and the share of the whole server with the listener (PSS: a page that several
processes share counts once; their resident memory counts it every time). Ends with 1 if any of the
three went beyond 600 MB.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import dicom_load, http_load, series
from bench.http_load import DICOM, FRAMES, STOW_HEADERS, Connection
from bench.ours import Ours

LIMIT_MB = 600
ROWS = 512
FRAME_BYTES = ROWS * ROWS * 2
SLOW_EVERY_BYTES = 256 << 20
"""A slow reader pauses a second after so much: what it does not take must not pile up here."""
BUILD = Path(__file__).resolve().parents[1] / "build" / "bench"


@dataclass(frozen=True, slots=True)
class Cine:
    """A native multi-frame object that is generated while it is sent."""

    path: str
    head: bytes
    frames: int

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.head) + self.frames * FRAME_BYTES

    def chunks(self) -> Iterator[bytes]:
        """Yield the file."""
        yield self.head
        for number in range(self.frames):
            yield number.to_bytes(4, "little") * (FRAME_BYTES // 4)


def cine(frames: int) -> Cine:
    """Return a multi-frame object of so many frames of 512 × 512 × 16 bit."""
    one = series.fresh(series.template(1, ROWS))
    uid, data = one.instances[0]
    head = data[: len(data) - FRAME_BYTES]
    # Number of Frames belongs between (0028,0008)'s neighbours: before Rows (0028,0010).
    count = str(frames).encode()
    count += b" " * (len(count) % 2)
    element = b"\x28\x00\x08\x00IS" + len(count).to_bytes(2, "little") + count
    at = head.index(b"\x28\x00\x10\x00US")
    length = (frames * FRAME_BYTES).to_bytes(4, "little")
    path = f"/studies/{one.study}/series/{one.series}/instances/{uid}"
    return Cine(path, head[:at] + element + head[at:-4] + length, frames)


@dataclass(slots=True)
class Peak:
    """The largest values seen, in MB."""

    process: float = 0.0
    web: float = 0.0
    server: float = 0.0

    @property
    def good(self) -> bool:
        """Whether all are within the limit."""
        return max(self.process, self.web, self.server) <= LIMIT_MB


class Watch:
    """Samples the memory of the server's processes while something runs."""

    def __init__(self, ours: Ours) -> None:
        self._ours = ours
        self._done = threading.Event()
        self.peak = Peak()

    def run(self, act: Callable[[], object]) -> float:
        """Run something and return the seconds it took."""
        sampler = threading.Thread(target=self._sample)
        sampler.start()
        started = time.perf_counter()
        try:
            act()
        finally:
            self._done.set()
            sampler.join()
        return time.perf_counter() - started

    def _sample(self) -> None:
        peak = self.peak
        while not self._done.is_set():
            web = [_memory_mb(pid) for pid in self._ours.pids("web")]
            both = [*web, *(_memory_mb(pid) for pid in self._ours.pids("listen"))]
            peak.process = max(peak.process, *(resident for resident, _ in both))
            peak.web = max(peak.web, sum(resident for resident, _ in web))
            peak.server = max(peak.server, sum(share for _, share in both))
            self._done.wait(0.1)


def main() -> int:
    """Run every step and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--slices", type=int, default=series.SLICES)
    options = parser.parse_args()
    ours = Ours(BUILD / "memory")
    held = True
    try:
        ours.start()
        big = cine(int(options.gigabytes * 2**30) // FRAME_BYTES)
        shared = series.fresh(series.template(options.slices))
        for label, act in _steps(ours, big, shared):
            watch = Watch(ours)
            seconds = watch.run(act)
            peak = watch.peak
            held = held and peak.good
            print(
                f"{label:36s} {seconds:6.1f} s   largest process {peak.process:4.0f} MB   web"
                f" {peak.web:4.0f} MB   server {peak.server:4.0f} MB  "
                f" {'ok' if peak.good else 'TOO MUCH'}",
                flush=True,
            )
    finally:
        ours.stop()
    return 0 if held else 1


def _steps(ours: Ours, big: Cine, shared: series.Slices) -> list[tuple[str, Callable[[], object]]]:
    files = [data for _, data in shared.instances]
    return [
        (f"STOW of {big.size / 2**30:.1f} GB in one instance", lambda: _stow_big(ours, big)),
        ("frames of it", lambda: _frames(ours, big)),
        ("the whole instance", lambda: _whole(ours, big.path, big.size, slow=False)),
        ("the whole instance, slow reader", lambda: _whole(ours, big.path, big.size, slow=True)),
        (
            f"STOW of {len(files)} slices in one request",
            lambda: http_load.stow(ours, files, batch=len(files), connections=1),
        ),
        (
            "the whole series",
            lambda: _whole(
                ours, f"/studies/{shared.study}/series/{shared.series}", shared.bytes, slow=False
            ),
        ),
        (
            f"C-STORE of {len(files)} slices",
            lambda: dicom_load.c_store(ours, series.fresh(series.template(len(files)))),
        ),
    ]


def _stow_big(ours: Ours, big: Cine) -> None:
    head = f"--{http_load.BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    tail = f"\r\n--{http_load.BOUNDARY}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head
        yield from big.chunks()
        yield tail

    length = str(len(head) + big.size + len(tail))
    Connection(ours).ask("/studies", {**STOW_HEADERS, "Content-Length": length}, body())


def _frames(ours: Ours, big: Cine) -> None:
    connection = Connection(ours)
    for number in (1, big.frames // 2, big.frames):
        data, _ = connection.ask(f"{big.path}/frames/{number}", FRAMES)
        wanted = (number - 1).to_bytes(4, "little") * (FRAME_BYTES // 4)
        if wanted not in data:
            raise SystemExit(f"frame {number} is not the one that was sent")


def _whole(ours: Ours, path: str, size: int, *, slow: bool) -> None:
    connection = Connection(ours)
    pause = SLOW_EVERY_BYTES if slow else 0
    _, length = connection.ask(path, DICOM, keep=False, pause_every=pause)
    if length < size:
        raise SystemExit("less came back than was sent")


def _memory_mb(pid: int) -> tuple[float, float]:
    """Return resident memory and proportional share (PSS) of a process; nothing once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    values = {line.partition(":")[0]: line.split()[1] for line in lines[1:]}
    return int(values.get("Rss", 0)) / 1024, int(values.get("Pss", 0)) / 1024


if __name__ == "__main__":
    sys.exit(main())
