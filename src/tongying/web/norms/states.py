"""States of fits and releases, as the rows keep them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class FitState(StrEnum):
    """How far a fit is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ReleaseState(StrEnum):
    """What may be done with a release."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


OPEN: Final = (FitState.WAITING.value, FitState.RUNNING.value)
"""Fits that have not ended."""
