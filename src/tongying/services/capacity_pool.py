"""Processes that simulate: apart from everything else, and gone with whoever started them.

Nothing here may import Django: every process starts anew and reads this module first.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from tongying.consult.capacity.study import Outcome, Task, run_task
from tongying.services.parent import end_with_parent

RunAll = Callable[[Iterable[Task]], Iterator[Outcome]]


@contextmanager
def processes(count: int, *, niceness: int = 0) -> Iterator[RunAll]:
    """Give a function that runs a study's tasks in processes, in their order.

    Parameters
    ----------
    count : int
        How many processes.
    niceness : int, optional
        By how much they stand back for others.
    """
    pool = ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(niceness,),
    )
    try:
        yield lambda tasks: pool.map(run_task, tasks)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(niceness: int) -> None:
    os.environ["TONGYING_PARENT"] = str(os.getppid())
    end_with_parent()
    os.nice(niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
