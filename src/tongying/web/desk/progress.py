"""Until when a round of the platform has looked at everything."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tongying.web import now as clock
from tongying.web.desk.models import SweepRow

NOTED_EVERY: Final = timedelta(seconds=10)
"""The row is not written more often, so that a quiet night does not write to the disk."""


def note_done(name: str, now: datetime) -> None:
    """Write down until when a round of the platform has looked at everything."""
    every = timedelta() if clock.is_turned() else NOTED_EVERY
    recent = SweepRow.objects.filter(name=name, done_until__gt=now - every, done_until__lte=now)
    if not recent.exists():
        SweepRow.objects.update_or_create(name=name, defaults={"done_until": now})
