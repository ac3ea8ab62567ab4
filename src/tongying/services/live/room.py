"""Who is connected to one room."""

from __future__ import annotations

import json
from typing import Any

from tongying.consult.people import Viewer
from tongying.services.live.messages import Message
from tongying.services.live.peer import Peer
from tongying.services.live.told import event_message
from tongying.web.rooms.tail import Told


class LiveRoom:
    """The connections to one room, and who of its people is here.

    Attributes
    ----------
    code : str
    peers : dict of str to Peer
    here : set of int
        Members of whom the log says that they are in.
    away : dict of int to tuple of float, Viewer and str
        Members without a connection: since when (monotonic seconds), and their part.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.peers: dict[str, Peer] = {}
        self.here: set[int] = set()
        self.away: dict[int, tuple[float, Viewer, str]] = {}

    def send(self, message: Message, *, but: Peer | None = None) -> None:
        """Send a message to everybody, except one."""
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        for peer in list(self.peers.values()):
            if peer is not but:
                peer.put_text(text)

    def send_event(self, told: Told) -> None:
        """Send an event of the log to everybody who does not know it yet."""
        text = json.dumps(event_message(told), ensure_ascii=False, separators=(",", ":"))
        for peer in list(self.peers.values()):
            peer.put_text(text, told.event.id)

    def connections_of(self, member: int) -> list[Peer]:
        """Return the connections of one member."""
        return [one for one in self.peers.values() if one.admitted.viewer.user == member]

    def people(self) -> list[dict[str, Any]]:
        """Return a line for every connection, those who came first first."""
        return [one.as_line() for one in sorted(self.peers.values(), key=lambda one: one.since)]

    def send_people(self) -> None:
        """Tell everybody who is there."""
        self.send({"t": "people", "people": self.people()})
