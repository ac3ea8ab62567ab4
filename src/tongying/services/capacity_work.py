"""Simulating a promised capacity run in a process of its own, out of the way of the deadlines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tongying.services.capacity_pool import processes
from tongying.web.capacity.store import CAPACITY, perform
from tongying.web.jobs.store import take_on

NICENESS = 15
"""Whatever else the machine has to do comes first."""


def install() -> None:
    """Make the worker able to do this work."""
    take_on(CAPACITY, work)


def work(payload: dict[str, Any], progress: Callable[[int, int, str], None]) -> None:
    """Simulate a promised run; it may be done again after a crash.

    Parameters
    ----------
    payload : dict
        ``run``: the run's number.
    progress : callable
    """
    with processes(1, niceness=NICENESS) as run_all:
        perform(payload["run"], progress, run_all)
