"""Models in the worker: a loop of its own that takes the next run as soon as one has ended.

The run's row is the promise: it says who runs it and when that one last gave a sign of life, so a
run of a worker that died is taken up again, and what it had computed already is not done twice.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from typing import Final

from tongying.ai.answer_files import AnswerBroken
from tongying.kernel.errors import TongyingError
from tongying.services.ai_pool import end_warm_processes, run_in_pool
from tongying.services.ai_warm import MemoryExceeded, ProcessFailed, TimeExceeded
from tongying.services.fusion_run import ComputationCancelled, Watching
from tongying.web import now as clock
from tongying.web.ai import keeping, perform, queueing, watching
from tongying.web.ai.external import follow_external
from tongying.web.boot import end_of_work
from tongying.web.evidence.drift import watch_models

POLL_SECONDS: Final = 0.04
"""An empty queue is looked at so often; one indexed question."""
WATCH_SECONDS: Final = 1.0
QUICK_SECONDS: Final = 1.0
"""Of what is over sooner nobody needs to hear how far it is."""
UPKEEP_SECONDS: Final = 10.0
DRIFT_SECONDS: Final = 3600.0
"""Monitors find the same whenever they look; an hour is soon enough."""
UNFORESEEN: Final = "Something went wrong here; it has been noted."
UNFORESEEN_CODE: Final = "ai.unforeseen"

_log = logging.getLogger("tongying.ai")


class AiWork(threading.Thread):
    """Runs models one after the other until told to stop.

    Parameters
    ----------
    name : str
        Of the worker; one that begins under the same name takes up what was left.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name="ai", daemon=True)
        self._worker = name
        self._ending = threading.Event()

    def run(self) -> None:
        """Work."""
        try:
            queueing.take_up(self._worker, clock.now())
        finally:
            end_of_work()
        while not self._ending.is_set():
            try:
                taken = queueing.take_next(self._worker, clock.now())
                if taken is not None:
                    do(taken, self._ending)
                    continue
            except Exception:  # noqa: BLE001 - the loop outlives whatever one run or one look does
                _log.exception("the work on models stumbled")
            finally:
                end_of_work()
            self._ending.wait(POLL_SECONDS)

    def stop(self) -> None:
        """End after what runs, which is let go."""
        self._ending.set()
        self.join(timeout=10.0)
        end_warm_processes()


class AiWatch(threading.Thread):
    """Looks at studies that arrive and at deadlines, also while a long run computes."""

    def __init__(self) -> None:
        super().__init__(name="ai-watch", daemon=True)
        self._ending = threading.Event()

    def run(self) -> None:
        """Watch."""
        next_upkeep, next_drift = 0.0, time.monotonic() + DRIFT_SECONDS
        while not self._ending.wait(WATCH_SECONDS):
            try:
                _watch()
                if time.monotonic() >= next_upkeep:
                    _upkeep()
                    next_upkeep = time.monotonic() + UPKEEP_SECONDS
                if time.monotonic() >= next_drift:
                    watch_models()
                    next_drift = time.monotonic() + DRIFT_SECONDS
            except Exception:  # noqa: BLE001 - one look that fails must not end all later ones
                _log.exception("a look after models stumbled")
            finally:
                end_of_work()

    def stop(self) -> None:
        """End after the present look."""
        self._ending.set()
        self.join(timeout=10.0)


def do(number: int, stop: threading.Event) -> None:
    """Do one run that was taken; whatever happens it ends, or is let go for another worker.

    Parameters
    ----------
    number : int
        Of the run's row.
    stop : threading.Event
        Set when the worker is to end: the run stays for whoever begins next.
    """
    try:
        task = perform.prepare(number)
        if task is None:
            return
        if not _compute(task, stop):
            return
    except TongyingError as refusal:
        perform.end_failed(number, refusal.error_code, refusal.sentence)
    except Exception:  # noqa: BLE001 - the outermost edge of one run: the next study goes on
        _log.exception("run %s failed", number)
        perform.end_failed(number, UNFORESEEN_CODE, UNFORESEEN)
    else:
        shutil.rmtree(task.folder, ignore_errors=True)


def _compute(task: perform.RunTask, stop: threading.Event) -> bool:
    """Run a model and keep its answer; say whether the run has ended."""
    ended = threading.Event()

    def cancelled() -> bool:
        if stop.is_set():
            return True
        if perform.is_to_end(task.run):
            ended.set()
        return ended.is_set()

    told = Watching(
        tell=lambda fraction, what, seconds: (
            perform.tell(task.run, fraction, what) if seconds >= QUICK_SECONDS else None
        ),
        cancelled=cancelled,
    )
    try:
        done = run_in_pool(task.card, task.pack, task.request, task.folder, told)
    except ComputationCancelled:
        if ended.is_set():
            perform.end_asked(task.run)
        else:
            queueing.give_back(task.run)
        return ended.is_set()
    except (AnswerBroken, MemoryExceeded, ProcessFailed, TimeExceeded) as failure:
        perform.end_failed(task.run, failure.error_code, failure.sentence)
        return True
    except TongyingError as refusal:
        # The model, its runtime or its pack: a refusal is a result.
        perform.end_refused(task.run, refusal.error_code, refusal.sentence)
        return True
    keeping.keep(task, done.folder, done.seconds, done.peak_mb)
    return True


def _watch() -> None:
    now = clock.now()
    watching.notice_changes(now)
    watching.decide_due(now)
    follow_external(now)


def _upkeep() -> None:
    now = clock.now()
    queueing.end_overdue(now)
    queueing.end_outside()
    queueing.take_up_silent(now)
