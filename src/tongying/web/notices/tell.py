"""Where the other parts find `tell`."""

from __future__ import annotations

from tongying.web.notices.store import tell

__all__ = ["tell"]
