"""Who is connected to one room."""

from __future__ import annotations

import json
import time
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
    by_web : frozenset of int
        Members who follow over HTTP.
    away : dict of int to tuple of float, Viewer and str
        Members without a connection: since when (monotonic seconds), and their part.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.peers: dict[str, Peer] = {}
        self.here: set[int] = set()
        self.by_web: frozenset[int] = frozenset()
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

    def present(self) -> Message:
        """Return who is there, by a socket or over HTTP."""
        return {"people": self.people(), "by_web": sorted(self.by_web)}

    def send_people(self) -> None:
        """Tell everybody who is there."""
        self.send({"t": "people", **self.present()})

    def follow(self, members: frozenset[int]) -> None:
        """Note who follows over HTTP: they have not left, and everybody is told."""
        for member in members & self.away.keys():
            _, viewer, part = self.away[member]
            self.away[member] = (time.monotonic(), viewer, part)
        if members != self.by_web:
            self.by_web = members
            self.send_people()
