"""Bringing series together in the worker, in a process of its own that can be killed."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tongying.kernel.errors import TongyingError
from tongying.services.fusion_run import (
    LOG,
    ComputationCancelled,
    ComputationFailed,
    Watching,
    compute,
)
from tongying.web.fusion import perform, perform_tables
from tongying.web.fusion.asking import FUSION
from tongying.web.fusion.tables import TABLE
from tongying.web.jobs.store import take_on

STAGES: Final = "out"
"""Below the work folder: what `run_fusion` keeps and writes."""
KINDS: Final = frozenset({FUSION, TABLE})
"""Work that takes minutes; the worker keeps it apart from what takes moments."""

GIVEN_UP: Final = "fusion.given-up"

_log = logging.getLogger("tongying.fusion")


def install() -> None:
    """Make the worker able to do this work."""
    take_on(FUSION, work, gave_up)
    take_on(TABLE, work_on_table, gave_up_table)


def gave_up(payload: dict[str, Any], sentence: str) -> None:
    """End a fusion that the worker gave up: it may be asked for again."""
    perform.end_refused(payload["fusion"], sentence, GIVEN_UP)


def gave_up_table(payload: dict[str, Any], sentence: str) -> None:
    """End a table that the worker gave up: it may be asked for again."""
    perform_tables.end_refused(payload["table"], sentence, GIVEN_UP)


def work(payload: dict[str, Any], progress: Callable[[int, int, str], None]) -> None:
    """Bring two series together; done again after a crash it goes on where it was.

    Parameters
    ----------
    payload : dict
        ``fusion``: its number.
    progress : callable
        Not used: a fusion tells its stage and time as well.
    """
    number = payload["fusion"]
    task = perform.begin(number)
    if task is None:
        return
    job = {
        "kind": "fusion",
        "fixed": [str(path) for path in task.fixed],
        "moving": [str(path) for path in task.moving],
        "out": str(task.folder / STAGES),
        "method": task.method,
        "seed": task.code,
        "linked": task.linked,
        "written_at": task.written_at.isoformat(),
    }
    row = perform.job_of(number)
    watching = Watching(
        tell=lambda fraction, stage, seconds: perform.tell(row, fraction, stage, seconds),
        cancelled=lambda: perform.is_cancelled(number),
    )
    try:
        perform.end_done(number, compute(job, task.folder, watching))
    except ComputationCancelled:
        perform.end_cancelled(number)
    except TongyingError as refusal:
        _note_failure(refusal, task.folder)
        perform.end_refused(number, refusal.sentence, refusal.error_code)
    shutil.rmtree(task.folder, ignore_errors=True)


def work_on_table(payload: dict[str, Any], progress: Callable[[int, int, str], None]) -> None:
    """Compute values on a fused pair.

    Parameters
    ----------
    payload : dict
        ``table``: its number.
    progress : callable
        Not used, as in `work`.
    """
    number = payload["table"]
    task = perform_tables.begin(number)
    if task is None:
        return
    row = perform_tables.job_of(number)
    watching = Watching(
        tell=lambda fraction, stage, seconds: perform.tell(row, fraction, stage, seconds),
        cancelled=lambda: False,
    )
    job = {"kind": "table", "out": str(task.folder / STAGES), **task.job}
    try:
        perform_tables.end_done(number, compute(job, task.folder, watching))
    except TongyingError as refusal:
        _note_failure(refusal, task.folder)
        perform_tables.end_refused(number, refusal.sentence, refusal.error_code)
    shutil.rmtree(task.folder, ignore_errors=True)


def _note_failure(refusal: TongyingError, folder: Path) -> None:
    if not isinstance(refusal, ComputationFailed):
        return
    log = folder / LOG
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    # Where it broke and with what kind of error; a message may quote a header.
    where = [line.strip() for line in lines if line.startswith("  File ")][-6:]
    kind = lines[-1].partition(":")[0][:80] if lines else ""
    _log.error("a computation in %s failed: %s at %s", folder.name, kind, where)
