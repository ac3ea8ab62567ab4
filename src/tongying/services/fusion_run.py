"""Running `fusion_process` from the worker: hear its progress, kill it when asked, read its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, Final

from tongying.kernel.errors import Conflict, TongyingError
from tongying.services.fusion_process import REFUSED, RESULT

JOB: Final = "job.json"
LOG: Final = "log.txt"
LOOK_SECONDS: Final = 0.5
"""How often it is asked whether somebody wants it to end, and how often progress is kept."""
UNFORESEEN: Final = "Something went wrong here; it has been noted and will not be tried again."
NO_MEMORY: Final = "The computation was ended by the machine, most often for lack of memory."


class ComputationFailed(Conflict):
    """The process ended without a result."""

    code: ClassVar[str] = "fusion.process-failed"


class ComputationCancelled(Exception):
    """Somebody asked that it end."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What the worker does while the process computes.

    Attributes
    ----------
    tell : callable
        Takes the fraction, the stage and the seconds since the start.
    cancelled : callable
        Says whether somebody asked that it end.
    """

    tell: Callable[[float, str, float], None]
    cancelled: Callable[[], bool]


def compute(job: dict[str, Any], folder: Path, watching: Watching) -> dict[str, Any]:
    """Run a job in a process of its own and return its result; one that lies there already counts.

    Parameters
    ----------
    job : dict
        As `fusion_process` reads it.
    folder : Path
        Where the job, its stages and its result are kept.
    watching : Watching

    Raises
    ------
    ComputationCancelled
        If somebody asked that it end; process and children are gone by then.
    ComputationFailed
        If it broke.
    TongyingError
        If it refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / JOB
    path.write_text(json.dumps(job), encoding="utf-8")
    if not (folder / RESULT).exists():
        _run(path, watching)
    result: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return result


def _run(path: Path, watching: Watching) -> None:
    with (path.with_name(LOG)).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tongying.services.fusion_process", str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "TONGYING_PARENT": str(os.getpid())},
            start_new_session=True,
        )
    heard: SimpleQueue[dict[str, Any]] = SimpleQueue()
    listener = threading.Thread(target=_listen, args=(process, heard), name="fusion-progress")
    listener.start()
    try:
        refusal = _watch(process, heard, listener, watching)
        code = process.wait()
    finally:
        _kill(process)
        listener.join()
        if process.stdout is not None:
            process.stdout.close()
    if refusal is not None and code == REFUSED:
        raise TongyingError(refusal["sentence"], refusal["code"])
    if code == -signal.SIGKILL:
        raise ComputationFailed(NO_MEMORY)
    if code != 0:
        raise ComputationFailed(UNFORESEEN)


def _watch(
    process: subprocess.Popen[bytes],
    heard: SimpleQueue[dict[str, Any]],
    listener: threading.Thread,
    watching: Watching,
) -> dict[str, str] | None:
    """Forward progress until the process closes its channel; return what it refused with."""
    refusal: dict[str, str] | None = None
    latest: dict[str, Any] | None = None
    next_look = time.monotonic()
    while listener.is_alive() or not heard.empty():
        try:
            message = heard.get(timeout=LOOK_SECONDS / 5)
        except Empty:
            message = {}
        refusal = message.get("refused", refusal)
        latest = message if "fraction" in message else latest
        if time.monotonic() < next_look:
            continue
        next_look = time.monotonic() + LOOK_SECONDS
        if watching.cancelled():
            _kill(process)
            raise ComputationCancelled
        if latest is not None:
            watching.tell(latest["fraction"], latest["what"], latest["seconds"])
            latest = None
    return refusal


def _listen(process: subprocess.Popen[bytes], heard: SimpleQueue[dict[str, Any]]) -> None:
    if process.stdout is None:
        return
    for line in process.stdout:
        heard.put(json.loads(line))


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process with everything it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
