"""The worker: takes promised work from the outbox into durable workflows.

A row of the outbox becomes the workflow ``outbox-<number>``, so it is never enqueued twice. A
worker that is killed takes its unfinished workflows up again when it starts anew under the same
name; every step bears being run again.
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from dbos import DBOS, DBOSConfig, SetWorkflowID

from tongying.kernel.errors import TongyingError
from tongying.services import capacity_work, fusion_work, norm_work, referral_push
from tongying.services.ai_work import AiWatch, AiWork
from tongying.web import now as clock
from tongying.web.boot import end_of_work
from tongying.web.desk.watch import Round, rounds, watch
from tongying.web.jobs import store
from tongying.web.referrals.chase import chase
from tongying.web.rooms.keeping import look_after_recordings
from tongying.web.rooms.store import end_dead_rooms
from tongying.web.uploads import store as uploads
from tongying.web.uploads.intake import take_in_waiting

APPLICATION_VERSION = "tongying-1"
"""Pinned: otherwise a new release would not take up the old one's unfinished work."""
SWEEP_SECONDS = 0.5
TRIAL_SWEEP_SECONDS = 0.02
"""In a trial with a clock of its own, in which a minute may be over in a moment."""
UPKEEP_SECONDS = 60.0
TRIES = 3
CONCURRENCY = 2
QUEUE = "tongying"
SLOW_QUEUE = "tongying-slow"
"""For fusions and fits: one at a time, and nobody's notice or document waits behind it."""
SLOW_KINDS = fusion_work.KINDS | norm_work.KINDS

_log = logging.getLogger("tongying.worker")


class Unforeseen(Exception):
    """Work failed for a reason nobody planned for; worth another try."""


@DBOS.workflow(name="outbox")
def do_promised(job_id: int) -> None:
    """Do one piece of promised work, and say so where it cannot be done."""
    try:
        try_promised(job_id)
    except TongyingError as error:
        give_up(job_id, error.sentence)
    except Exception:  # noqa: BLE001 - the outermost edge; logged and shown
        # The outermost edge of the worker: whatever it was, the page that waits must hear of it.
        _log.exception("promised work %s failed for good", job_id)
        give_up(job_id, store.UNFORESEEN)


@DBOS.step(name="try", retries_allowed=True, max_attempts=TRIES, interval_seconds=1.0)
def try_promised(job_id: int) -> None:
    """Run the work's handler."""
    try:
        store.run(job_id)
    finally:
        end_of_work()


@DBOS.step(name="give-up")
def give_up(job_id: int, sentence: str) -> None:
    """Note a failure."""
    try:
        store.give_up(job_id, sentence)
    finally:
        end_of_work()


def run_worker(data: Path, *, name: str = "worker-1", database_url: str = "") -> None:
    """Work until told to stop (SIGTERM or SIGINT).

    Parameters
    ----------
    data : Path
        The data directory; the worker's own state is ``jobs.sqlite3`` there.
    name : str, optional
        The worker's name; one that starts under the name of a dead one takes up its work.
    database_url : str, optional
        PostgreSQL address in place of the file.
    """
    stop = threading.Event()

    def stopping(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, stopping)
    signal.signal(signal.SIGINT, stopping)
    # Before the launch, which takes up work of every kind that was left unfinished.
    referral_push.install()
    capacity_work.install()
    fusion_work.install()
    norm_work.install()
    _launch(data, name, database_url)
    next_upkeep = 0.0
    at_hand = rounds()
    models = AiWork(name)
    models.start()
    looks = AiWatch()
    looks.start()
    pause = TRIAL_SWEEP_SECONDS if clock.is_turned() else SWEEP_SECONDS
    try:
        while not stop.is_set():
            _take_over_promises()
            _watch(at_hand)
            if time.monotonic() >= next_upkeep:
                _look_after_uploads()
                _chase_outcomes()
                _look_after_recordings()
                _end_dead_rooms()
                next_upkeep = time.monotonic() + UPKEEP_SECONDS
            stop.wait(pause)
    finally:
        models.stop()
        looks.stop()
        DBOS.destroy(workflow_completion_timeout_sec=10)


def _launch(data: Path, name: str, database_url: str) -> None:
    path = data / "jobs.sqlite3"
    if not database_url:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
    os.environ.setdefault("DBOS__APPVERSION", APPLICATION_VERSION)
    config: DBOSConfig = {
        "name": "tongying",
        "system_database_url": database_url or f"sqlite:///{path}",
        "run_admin_server": False,
        "executor_id": name,
        "application_version": APPLICATION_VERSION,
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=CONCURRENCY, polling_interval_sec=SWEEP_SECONDS)
    DBOS.register_queue(SLOW_QUEUE, worker_concurrency=1, polling_interval_sec=SWEEP_SECONDS)


def _look_after_uploads() -> None:
    """Take in uploads that were complete when the web died; drop what was given up long ago."""
    try:
        take_in_waiting(uploads.waiting_codes())
        uploads.sweep(datetime.now(UTC))
    finally:
        end_of_work()


def _watch(at_hand: tuple[Round, ...]) -> None:
    """Look at the clocks of the cases, assign, forecast."""
    try:
        watch(at_hand, clock.now())
    finally:
        end_of_work()


def _chase_outcomes() -> None:
    """Tell of referrals whose outcome is missing."""
    try:
        chase(clock.now())
    finally:
        end_of_work()


def _look_after_recordings() -> None:
    """Remove recordings of live rooms that are past their time; give up those that never came."""
    try:
        look_after_recordings(clock.now())
    finally:
        end_of_work()


def _end_dead_rooms() -> None:
    """End live rooms whose time is over or whose case has left them."""
    try:
        end_dead_rooms()
    finally:
        end_of_work()


def _take_over_promises() -> None:
    try:
        for job in store.waiting():
            with SetWorkflowID(f"outbox-{job.id}"):
                queue = SLOW_QUEUE if job.kind in SLOW_KINDS else QUEUE
                DBOS.enqueue_workflow(queue, do_promised, job.id)
            store.mark_enqueued(job.id)
    finally:
        end_of_work()
