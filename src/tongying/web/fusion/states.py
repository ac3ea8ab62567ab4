"""The states a fusion passes through."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db.models import Q


class State(StrEnum):
    """Where a fusion stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Judgement(StrEnum):
    """What an expert says who looked at it."""

    APPROVED = "approved"
    REJECTED = "rejected"


class TableKind(StrEnum):
    """What may be computed on a fused pair."""

    JOINT = "joint"
    """Joint regions: one contour, every image's values."""
    PARTIAL_VOLUME = "partial-volume"
    """Correction for partial volume, guided by anatomy."""
    TARGET = "target"
    """A target on the anatomy, driven by uptake."""


OPEN: Final = frozenset({State.WAITING.value, State.RUNNING.value})
APPROVED_OR_OPEN: Final = Q(state__in=OPEN) | (
    Q(state=State.DONE.value) & ~Q(judgement=Judgement.REJECTED.value)
)
"""Requests that an equal one need not repeat."""
