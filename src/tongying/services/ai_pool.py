"""Models that stay loaded, each in a process of its own, and the runs that are made with them.

A run writes into a folder that nobody looks at and moves it to where it belongs when it is whole:
what cannot finish leaves nothing behind, and what lies there is whole. The same request of the same
model that lies there already is not run again.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from tongying.ai.answer_files import AnswerBroken, answer_digest, canonical, read_answer
from tongying.ai.backends.protocol import Request
from tongying.ai.card.definition import ModelCard
from tongying.ai.plain import plain
from tongying.services.ai_warm import NotBegun, ProcessFailed, WarmProcess
from tongying.services.fusion_run import Watching

MOST_WARM: Final = 3
"""Processes that are kept; a chain on one study has about as many models."""
KEPT_WARM_MB: Final = 1000.0
"""Memory that idle models may keep together while another one runs."""
IDLE_SECONDS: Final = 300.0
"""A model that nobody asked for so long gives its memory back."""
RUN: Final = "run.json"
_PART = ".{name}.part-"


@dataclass(frozen=True, slots=True)
class RunDone:
    """A run that has an answer.

    Attributes
    ----------
    folder : Path
        As `tongying.ai.answer_files.read_answer` reads it.
    seconds : float
        That the run took.
    peak_mb : float
        Greatest resident memory of the model's processes.
    digest : str
        Of the answer.
    """

    folder: Path
    seconds: float
    peak_mb: float
    digest: str


class ModelPool:
    """Holds processes that are warm.

    Parameters
    ----------
    most_warm : int, optional
    idle_seconds : float, optional
    """

    def __init__(self, most_warm: int = MOST_WARM, idle_seconds: float = IDLE_SECONDS) -> None:
        self._most_warm = most_warm
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._idle: dict[str, WarmProcess] = {}
        self._busy: set[WarmProcess] = set()

    def run(
        self, card: ModelCard, pack: Path | None, request: Request, folder: Path, watching: Watching
    ) -> RunDone:
        """Run a model on a request; parameters and refusals are those of `run_in_pool`."""
        folder = folder.absolute()
        pack = None if pack is None else pack.absolute()
        asked = plain(_absolute(request))
        key = sha256(canonical([plain(card), None if pack is None else str(pack), asked]))
        done = _done(folder, key.hexdigest())
        if done is not None:
            return done
        began = time.monotonic()
        with _part(folder) as part:
            peak_mb = self._ask(card, pack, asked, part, watching)
            seconds = round(time.monotonic() - began, 3)
            told = {"asked": key.hexdigest(), "seconds": seconds, "peak_mb": round(peak_mb, 1)}
            _check_whole(part)
            (part / RUN).write_text(json.dumps(told), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            part.replace(folder)
        return RunDone(folder, seconds, told["peak_mb"], answer_digest(folder))

    def close(self) -> None:
        """End every process."""
        with self._lock:
            for process in (*self._idle.values(), *self._busy):
                process.end()
            self._idle.clear()

    def _ask(
        self,
        card: ModelCard,
        pack: Path | None,
        asked: dict[str, Any],
        part: Path,
        watching: Watching,
    ) -> float:
        # One that went idle in this very moment never took the job up: another one does.
        with contextlib.suppress(NotBegun), self._process(card, pack) as process:
            return process.ask(asked, part, watching)
        try:
            with self._process(card, pack) as process:
                return process.ask(asked, part, watching)
        except NotBegun:
            raise ProcessFailed("The model's process cannot be started.") from None

    @contextmanager
    def _process(self, card: ModelCard, pack: Path | None) -> Iterator[WarmProcess]:
        """Give a process of the model for one job, warm if there is one."""
        key = sha256(canonical([plain(card), None if pack is None else str(pack)])).hexdigest()
        process = self._taken(key)
        if process is None:
            process = WarmProcess(card, pack, self._idle_seconds)
        with self._lock:
            self._busy.add(process)
        try:
            yield process
        finally:
            self._put_back(key, process)

    def _taken(self, key: str) -> WarmProcess | None:
        """Take a warm process, after making room for what will run."""
        with self._lock:
            process = self._idle.pop(key, None)
            for other in [name for name, one in self._idle.items() if not one.alive]:
                self._idle.pop(other).end()
            held = {name: one.memory_mb for name, one in self._idle.items()}
            for other in sorted(self._idle, key=lambda name: self._idle[name].used_at):
                if sum(held.values()) <= KEPT_WARM_MB and len(self._idle) < self._most_warm:
                    break
                self._idle.pop(other).end()
                del held[other]
        if process is not None and not process.alive:
            process.end()
            return None
        return process

    def _put_back(self, key: str, process: WarmProcess) -> None:
        with self._lock:
            self._busy.discard(process)
            if process.alive and key not in self._idle:
                self._idle[key] = process
                return
        process.end()


_pool = ModelPool()
atexit.register(_pool.close)


def run_in_pool(
    card: ModelCard, pack: Path | None, request: Request, folder: Path, watching: Watching
) -> RunDone:
    """Run a model on a request in its warm process.

    Parameters
    ----------
    card : ModelCard
    pack : Path or None
        Folder of the pack; None for a built-in or a service.
    request : Request
    folder : Path
        Where the answer will lie. Not there before, unless from the same run of an earlier attempt,
        which is then returned; what else lies there is replaced.
    watching : Watching
        Is told of progress, and asked whether to end.

    Raises
    ------
    ComputationCancelled
        If `watching` said so; the process is gone by then.
    MemoryExceeded, TimeExceeded
        If the model took more than its card allows; it was ended.
    ProcessFailed
        If the model broke.
    AnswerBroken
        If it wrote something else than an answer.
    TongyingError
        If the model, its runtime or its pack refused: with its own code and sentence.
    """
    return _pool.run(card, pack, request, folder, watching)


def end_warm_processes() -> None:
    """End every model's process of this program."""
    _pool.close()


def _absolute(request: Request) -> Request:
    """Return the request with paths that mean the same wherever they are opened from."""
    series, prior = (
        tuple(replace(one, files=tuple(file.absolute() for file in one.files)) for one in part)
        for part in (request.series, request.prior)
    )
    return replace(request, series=series, prior=prior)


@contextmanager
def _part(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside the one that is meant; whatever happens, it is gone after."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = _PART.format(name=folder.name)
    for left in folder.parent.glob(f"{prefix}*"):
        # Of a run whose program died; its process dies with it.
        shutil.rmtree(left, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_whole(part: Path) -> None:
    """Read what the process wrote before anybody relies on it.

    Raises
    ------
    AnswerBroken
        If it is no answer.
    """
    read_answer(part)


def _done(folder: Path, asked: str) -> RunDone | None:
    try:
        told = json.loads((folder / RUN).read_text(encoding="utf-8"))
        if told["asked"] != asked:
            return None
        read_answer(folder)
        return RunDone(folder, told["seconds"], told["peak_mb"], answer_digest(folder))
    except (OSError, ValueError, KeyError, AnswerBroken):
        return None
