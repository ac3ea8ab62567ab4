"""``python -m tongying.services.ai_process``: one model, loaded once, asked again and again.

The pool starts it as the leader of a session of its own, so that it can be ended with whatever it
started. It ends when nobody asks for a while, when its channel closes, and with its parent. An
answer is written into the folder of its job; the pool moves it to where it belongs.

Nothing here may import Django.
"""

from __future__ import annotations

import json
import os
import select
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from tongying.ai.answer_files import write_answer
from tongying.ai.backends.protocol import Request, Session
from tongying.ai.backends.registry import backend_of
from tongying.ai.card.definition import ModelCard
from tongying.ai.plain import typed
from tongying.kernel.errors import TongyingError
from tongying.services.ai_telling import JobTeller
from tongying.services.parent import end_with_parent

NICENESS: Final = 10
"""The deadlines of the cases come first."""
MEMORY_EXCEEDED: Final = "ai.memory-exceeded"
OUT_OF_MEMORY: Final = "The model needed more memory than there is."
IDLE: Final = "--idle"
JOB: Final = "job.json"
"""Where the request of a job lies, in the process's own folder."""


def main(arguments: list[str]) -> int:
    """Load the model of the first line and answer the jobs of the following ones."""
    idle_seconds = float(arguments[arguments.index(IDLE) + 1])
    heard, teller = _channels()
    os.nice(NICENESS)
    end_with_parent(with_group=True)
    lines = _lines(heard, idle_seconds)
    model = next(lines, None)
    if model is None:
        return 0
    sessions: list[Session] = []

    def load() -> dict[str, Any]:
        card = typed(ModelCard, model["card"])
        folder = None if model["folder"] is None else Path(model["folder"])
        sessions.append(backend_of(card.running.runtime).load(card, folder))
        return {"ready": True}

    loaded = _ended(load)
    teller.say(loaded)
    if not sessions:
        return 0
    for job in lines:
        teller.begin(job["job"])
        ended = _ended(lambda job=job: _answer(sessions[0], job, teller))
        teller.end({**ended, "peak_mb": _peak_mb()})
        _reset_peak()
    sessions[0].close()
    return 0


def _answer(session: Session, job: dict[str, Any], teller: JobTeller) -> dict[str, Any]:
    folder = Path(job["folder"])
    request = typed(Request, json.loads(Path(job["request"]).read_text(encoding="utf-8")))
    answer = session.run(request, folder, teller)
    teller(0.99, "writing")
    return {"done": write_answer(folder, answer)}


def _ended(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do work; say a refusal as one. What nobody foresaw goes to the log without its message."""
    try:
        return work()
    except TongyingError as refusal:
        return {"refused": {"code": refusal.error_code, "sentence": refusal.sentence}}
    except MemoryError:
        return {"refused": {"code": MEMORY_EXCEEDED, "sentence": OUT_OF_MEMORY}}
    except Exception as error:  # noqa: BLE001 - the outermost edge: a model of anybody's making
        # A message may quote a header: where it broke and the kind of error are enough.
        traceback.print_tb(error.__traceback__, file=sys.stderr)
        sys.stderr.write(f"{type(error).__name__}\n")
        sys.stderr.flush()
        return {"failed": type(error).__name__}


def _channels() -> tuple[int, JobTeller]:
    """Keep stdin and stdout for what is told; what libraries print goes to stderr."""
    heard = os.dup(0)
    told: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return heard, JobTeller(told)


def _lines(heard: int, idle_seconds: float) -> Iterator[dict[str, Any]]:
    """Yield what is asked until the channel closes or nobody asks for a while."""
    kept = b""
    while True:
        line, newline, rest = kept.partition(b"\n")
        if newline:
            kept = rest
            yield json.loads(line)
            continue
        if not select.select([heard], [], [], idle_seconds)[0]:
            return
        more = os.read(heard, 1 << 16)
        if not more:
            return
        kept += more


def _reset_peak() -> None:
    """Begin to measure the greatest resident memory anew (proc(5), clear_refs)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak_mb() -> float:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return float(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
