"""The states of a run, and where a model stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RunState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    """By the gate, or by the model: a result with its reasons."""
    FAILED = "failed"
    CANCELLED = "cancelled"


class Standing(StrEnum):
    """Where a model stands at a hospital."""

    OFF = "off"
    SHADOW = "shadow"
    """It runs and nobody sees what it says."""
    TRIAL = "trial"
    CLINICAL = "clinical"
    STOPPED = "stopped"
    """By the kill switch; a person begins it again in shadow."""


OPEN_RUNS: Final = frozenset({RunState.WAITING.value, RunState.RUNNING.value})
RUNS_IN: Final = frozenset({Standing.SHADOW, Standing.TRIAL, Standing.CLINICAL})
"""Standings in which a model is run at all."""
SPEAKS_IN: Final = frozenset({Standing.TRIAL, Standing.CLINICAL})
"""Standings in which people see what it says."""
