"""An event of the log as it goes over a socket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tongying.web.rooms.tail import Told

Plain = dict[str, Any]


def event_message(told: Told) -> Plain:
    """Return an event as a message of its own."""
    return {"t": "event", **event_body(told)}


def event_body(told: Told) -> Plain:
    """Return an event as plain values."""
    event = told.event
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "author": event.author,
        "kind": event.kind.value,
        "body": event.body,
        "client_id": told.client_id,
    }


def event_bodies(all_told: Iterable[Told]) -> list[Plain]:
    """Return events as plain values."""
    return [event_body(told) for told in all_told]
