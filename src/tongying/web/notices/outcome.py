"""How a way out of the app ended."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The state of a way in ``sent_by``."""

    GOING = "going"
    """Being sent now: written before the first byte leaves, so that it never goes twice."""
    SENT = "sent"
    LATER = "later"
    """It did not work; it is tried again."""
    FAILED = "failed"
    """It did not work and is not tried again."""
    INTERRUPTED = "interrupted"
    """The worker ended while it was being sent; it may have gone and is not sent again."""
    GONE = "gone"
    """The browser no longer takes pushes; its subscription was dropped."""
    READ = "read"
    """Read in the app before it went."""
    OFF = "off"
    """This installation has no mail server."""
    NO_ADDRESS = "no-address"
    NO_BROWSER = "no-browser"
