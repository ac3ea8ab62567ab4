"""``python -m tongying.services.fusion_process JOB.json``: one fusion or table, by itself.

The worker starts it as the leader of a process group of its own, so that it can be killed with
whatever it started, and so that a registration that breaks takes nothing else along. It tells its
progress as JSON lines on stdout, at least once a second, also while a library is silent. It ends
with 0 once the result lies beside the job, with 2 after a refusal.

Nothing here may import Django.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

from tongying.kernel.errors import TongyingError
from tongying.services.parent import end_with_parent

RESULT: Final = "result.json"
LOCK: Final = "lock"
NICENESS: Final = 10
"""The deadlines of the cases come first."""
BEAT_SECONDS: Final = 0.8
"""Progress moves at least every second."""
REFUSED: Final = 2


class Teller:
    """Says on a channel how far the computation is; repeats itself while it is silent."""

    def __init__(self, channel: TextIO) -> None:
        self._channel = channel
        self._began = time.monotonic()
        self._last = 0.0
        self._fraction, self._stage = 0.0, "begin"
        self._lock = threading.Lock()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def __call__(self, fraction: float, what: str) -> None:
        """Take note of progress; a new stage is told at once."""
        with self._lock:
            news = what != self._stage
            self._fraction, self._stage = max(self._fraction, fraction), what
        if news or time.monotonic() - self._last >= BEAT_SECONDS:
            self._tell()

    def say(self, message: dict[str, Any]) -> None:
        """Say something else."""
        with self._lock:
            self._write(message)

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS / 4)
            if time.monotonic() - self._last >= BEAT_SECONDS:
                self._tell()

    def _tell(self) -> None:
        with self._lock:
            self._last = time.monotonic()
            self._write(
                {
                    "fraction": round(self._fraction, 4),
                    "what": self._stage,
                    "seconds": round(self._last - self._began, 1),
                }
            )

    def _write(self, message: dict[str, Any]) -> None:
        try:
            self._channel.write(json.dumps(message) + "\n")
            self._channel.flush()
        except BrokenPipeError:
            # Whoever started this is gone: nobody waits for the result of this run.
            os.killpg(os.getpgrp(), signal.SIGKILL)


def main(arguments: list[str]) -> int:
    """Do the job of a file; return the exit code."""
    path = Path(arguments[0])
    job = json.loads(path.read_text(encoding="utf-8"))
    os.nice(NICENESS)
    end_with_parent(with_group=True)
    teller = Teller(_channel())
    with _alone(path.parent):
        try:
            answer = _COMPUTE[job["kind"]](job, teller)
        except TongyingError as refusal:
            teller.say({"refused": {"code": refusal.error_code, "sentence": refusal.sentence}})
            return REFUSED
        _write_whole(path.parent / RESULT, answer)
    return 0


def _fuse(job: dict[str, Any], teller: Teller) -> dict[str, Any]:
    from tongying.dicom.fusion.run import FusionRequest, run_fusion
    from tongying.imaging.registration.result import Method

    request = FusionRequest(
        fixed=tuple(Path(one) for one in job["fixed"]),
        moving=tuple(Path(one) for one in job["moving"]),
        out=Path(job["out"]),
        method=Method(job["method"]),
        seed=job["seed"],
        written_at=datetime.fromisoformat(job["written_at"]),
        linked=job["linked"],
    )
    return run_fusion(request, teller).as_json()


def _compute_table(job: dict[str, Any], teller: Teller) -> dict[str, Any]:
    from tongying.dicom.fusion.tables import run_table

    return run_table(job["table"], job, teller)


_COMPUTE: Final[dict[str, Callable[[dict[str, Any], Teller], dict[str, Any]]]] = {
    "fusion": _fuse,
    "table": _compute_table,
}


def _channel() -> TextIO:
    """Keep stdout for what is told; what libraries print goes to stderr."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return told


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other run works in the folder: the last one's parent may just have died."""
    with (folder / LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_whole(path: Path, value: dict[str, Any]) -> None:
    part = path.with_name(f".{path.name}")
    part.write_text(json.dumps(value), encoding="utf-8")
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
