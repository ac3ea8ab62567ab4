"""What the live role expects of a relay of sound and picture."""

from __future__ import annotations

from typing import Any, Protocol

Signal = dict[str, Any]


class Relay(Protocol):
    """Passes packets on between two peers of a room that do not reach one another."""

    def through(self, room_code: str, sender: str, reader: str, data: Signal) -> Signal | None:
        """Return a signal as the reader gets it, so that both reach the relay; None: nothing."""

    async def leave(self, room_code: str, peer: str) -> None:
        """Let go of somebody who may not be in the room any more."""

    async def close_room(self, room_code: str) -> None:
        """Let go of everybody in a room that is over."""

    async def stop(self) -> None:
        """End the relay."""

    async def close_media(self, room_code: str) -> None:
        """Stop every picture of a room whose consent was withdrawn; voices go on."""
