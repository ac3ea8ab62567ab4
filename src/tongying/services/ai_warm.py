"""One model's process as the pool sees it: started, asked, watched, and ended with all it started.

References
----------
proc(5): session and resident memory of processes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, Final

from tongying.ai.card.definition import Limits, ModelCard
from tongying.ai.plain import plain
from tongying.kernel.errors import Conflict, TongyingError
from tongying.services.ai_memory import processes_of, session_mb
from tongying.services.ai_process import IDLE, JOB, MEMORY_EXCEEDED
from tongying.services.fusion_run import ComputationCancelled, Watching

LOOK_SECONDS: Final = 0.2
"""How often memory and time are looked at."""
ASK_SECONDS: Final = 0.5
"""How often it is asked whether somebody wants it to end, and how often progress is kept."""
_THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
)  # fmt: skip
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
"""Of the platform's environment; its secrets are no business of a model's."""

_SCRATCH: Final = "tongying-model-"
"""Then the id of the program that holds the pool."""

_log = logging.getLogger("tongying.ai")


class MemoryExceeded(Conflict):
    """A model took more memory than its card allows, and was ended."""

    code: ClassVar[str] = MEMORY_EXCEEDED


class TimeExceeded(Conflict):
    """A model took longer than its card allows, and was ended."""

    code: ClassVar[str] = "ai.time-exceeded"


class ProcessFailed(Conflict):
    """A model's process broke."""

    code: ClassVar[str] = "ai.process-failed"


class NotBegun(Exception):
    """The process was gone before it took the job up: it may be asked anew elsewhere."""


class WarmProcess:
    """A process that holds one model.

    Parameters
    ----------
    card : ModelCard
    pack : Path or None
        Folder of the pack.
    idle_seconds : float
        After which it ends by itself.
    """

    def __init__(self, card: ModelCard, pack: Path | None, idle_seconds: float) -> None:
        self.used_at = time.monotonic()
        self._ended = False
        self._limits: Limits = card.running.limits
        _sweep()
        self._scratch = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-"))
        self._log = (self._scratch / "log.txt").open("wb")
        self._jobs = 0
        self._loaded = False
        self._refused: dict[str, Any] | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tongying.services.ai_process", IDLE, str(idle_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=self._environment(),
            cwd=self._scratch,
            start_new_session=True,
        )
        self._heard: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name="model-listener", daemon=True)
        self._listener.start()
        with contextlib.suppress(NotBegun):
            # One that is already gone is noticed when it is asked.
            self._send({"card": plain(card), "folder": None if pack is None else str(pack)})

    @property
    def alive(self) -> bool:
        """Say whether it can be asked."""
        return not self._ended and self._refused is None and self._process.poll() is None

    @property
    def memory_mb(self) -> float:
        """Resident memory of the process and all it started."""
        return session_mb(self._process.pid)

    def ask(self, request: dict[str, Any], folder: Path, watching: Watching) -> float:
        """Have a job done; return the greatest memory in MB that was seen.

        Parameters
        ----------
        request : dict
            JSON of a `Request`.
        folder : Path
            Empty; the answer is written there.
        watching : Watching

        Raises
        ------
        NotBegun
            If the process was gone before.
        ComputationCancelled
            If somebody asked that it end; the process is gone by then.
        MemoryExceeded, TimeExceeded
            If it took more than its card allows; the process is gone by then.
        ProcessFailed
            If it broke.
        TongyingError
            If the model refused.
        """
        self._jobs += 1
        self._log.seek(0)
        self._log.truncate()
        # In a file: a long list of images would wait in the channel until the model is loaded.
        (self._scratch / JOB).write_text(json.dumps(request), encoding="utf-8")
        try:
            self._send({"job": self._jobs, "request": JOB, "folder": str(folder)})
            ended, peak = self._watch(watching)
        except BaseException:
            # Whatever ended the watch: a job that nobody watches does not go on.
            self.end()
            raise
        self.used_at = time.monotonic()
        if "refused" in ended:
            raise TongyingError(ended["refused"]["sentence"], ended["refused"]["code"])
        if "failed" in ended:
            self._note(ended["failed"])
            self.end()
            raise ProcessFailed("The model broke while it ran; it has been noted.")
        return peak

    def end(self) -> None:
        """End the process with everything it started, and remove what it kept."""
        if self._ended:
            return
        self._ended = True
        for process in (*processes_of(self._process.pid), self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()
        # Whatever was started between the look and the end is in the group or the session still.
        for process in processes_of(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._listener.join()
        for channel in (self._process.stdin, self._process.stdout):
            if channel is not None:
                with contextlib.suppress(BrokenPipeError):
                    channel.close()
        self._log.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        if "PYTHONPATH" in os.environ:
            places = os.environ["PYTHONPATH"].split(os.pathsep)
            passed["PYTHONPATH"] = os.pathsep.join(str(Path(one).absolute()) for one in places)
        threads = dict.fromkeys(_THREADS, str(self._limits.threads))
        return {
            **passed,
            **threads,
            "TONGYING_PARENT": str(os.getpid()),
            "TMPDIR": str(self._scratch),
            # The order of sets of words shall not change a result.
            "PYTHONHASHSEED": "0",
        }

    def _send(self, message: dict[str, Any]) -> None:
        try:
            assert self._process.stdin is not None  # noqa: S101 - it was asked for
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise NotBegun from None

    def _listen(self) -> None:
        if self._process.stdout is None:
            return
        for line in self._process.stdout:
            self._heard.put(json.loads(line))
        self._heard.put({"closed": True})

    def _watch(self, watching: Watching) -> tuple[dict[str, Any], float]:
        """Forward progress until the job ends; hold the process to its limits."""
        began = next_ask = time.monotonic()
        peak, latest, begun = 0.0, None, False
        while True:
            message = self._next()
            if "closed" in message:
                raise self._gone(begun)
            if "job" in message and "fraction" not in message:
                peak = max(peak, float(message.get("peak_mb", 0.0)))
                self._check(peak, 0.0)
                return message, peak
            if "refused" in message or "failed" in message:
                # The model could not even be loaded.
                self._refused = message
                return message, peak
            begun = begun or "begun" in message
            latest = message if "fraction" in message else latest
            now = time.monotonic()
            peak = max(peak, self.memory_mb)
            self._check(peak, now - began)
            if now < next_ask:
                continue
            next_ask = now + ASK_SECONDS
            if watching.cancelled():
                raise ComputationCancelled
            if latest is not None:
                watching.tell(latest["fraction"], latest["what"], latest["seconds"])
                latest = None

    def _next(self) -> dict[str, Any]:
        try:
            return self._heard.get(timeout=LOOK_SECONDS)
        except Empty:
            return {}

    def _check(self, memory_mb: float, seconds: float) -> None:
        if memory_mb > self._limits.memory_mb:
            raise MemoryExceeded(
                f"The model took more than the {self._limits.memory_mb} MB of memory that its card"
                " allows, and was ended."
            )
        if seconds > self._limits.seconds:
            raise TimeExceeded(
                f"The model took longer than the {self._limits.seconds} s that its card allows,"
                " and was ended."
            )

    def _gone(self, begun: bool) -> Exception:
        code = self._process.wait()
        if not begun and code == 0:
            return NotBegun()
        self._note(f"exit {code}")
        if code == -signal.SIGKILL:
            return ProcessFailed(
                "The model's process was ended by the machine, most often for lack of memory."
            )
        return ProcessFailed("The model's process ended before it had an answer.")

    def _note(self, kind: str) -> None:
        try:
            lines = (self._scratch / "log.txt").read_text("utf-8", "replace").splitlines()
        except OSError:
            lines = []
        # Where it broke; a message may quote a header.
        where = [line.strip() for line in lines if line.startswith("  File ")][-6:]
        _log.error("a model's process failed: %s at %s", kind, where)


def _sweep() -> None:
    """Remove what processes kept whose program was killed: they ended with it."""
    for left in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        holder = left.name.removeprefix(_SCRATCH).partition("-")[0]
        if not holder.isdigit():
            continue
        try:
            os.kill(int(holder), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except PermissionError:
            continue
