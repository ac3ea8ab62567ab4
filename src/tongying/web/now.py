"""What time it is. The one place the platform's own clocks ask.

``TONGYING_CLOCK_FILE`` names a file that holds the time as seconds since 1970; it exists for
trials that run thirty days in minutes. Without it, it is now.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from django.utils import timezone

_FILE = os.environ.get("TONGYING_CLOCK_FILE", "")


def is_turned() -> bool:
    """Say whether a trial turns the clock: then a minute may be over in a moment."""
    return bool(_FILE)


def now() -> datetime:
    """Return the present moment, with time zone."""
    if not _FILE:
        return timezone.now()
    return datetime.fromtimestamp(float(Path(_FILE).read_text()), UTC)
