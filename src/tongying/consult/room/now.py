"""What stands in a live room now: its events folded, so that a latecomer sees what all see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tongying.consult.room.kind import Kind


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """One event of a room.

    Attributes
    ----------
    id : int
        Grows over the whole installation; the order of the log.
    at : datetime
    author : int or None
        Member; None for the platform.
    kind : Kind
    body : dict
    """

    id: int
    at: datetime
    author: int | None
    kind: Kind
    body: dict[str, Any]


@dataclass(slots=True)
class RoomNow:
    """The present state of a room.

    Attributes
    ----------
    look : dict
        Body of the last `Kind.LOOK`; empty: the live picture.
    marks : dict of str to RoomEvent
        Marks and measurements that stand, by their id.
    hands : dict of int to datetime
        Who has a hand up, since when; first come, first served.
    camera : str
        Source of the live picture; empty while it is off.
    recording : str
        Code of the local recording that runs; empty while none does.
    planes : dict of int to RoomEvent
        Planes asked for and not yet shown, by the number of the event.
    consent, consent_recording : bool
        What the guardian consents to now.
    level : str
        Step of the line the picture is on.
    ended : bool
    last : int
        Number of the last event.
    """

    look: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, RoomEvent] = field(default_factory=dict)
    hands: dict[int, datetime] = field(default_factory=dict)
    camera: str = ""
    recording: str = ""
    planes: dict[int, RoomEvent] = field(default_factory=dict)
    consent: bool = False
    consent_recording: bool = False
    level: str = "full"
    ended: bool = False
    last: int = 0

    def take(self, event: RoomEvent) -> None:
        """Take in the next event of the log."""
        self.last = max(self.last, event.id)
        body, kind = event.body, event.kind
        if kind is Kind.LOOK:
            self.look = dict(body)
        elif kind in (Kind.DRAW, Kind.MEASURE):
            self.marks[body["id"]] = event
        elif kind is Kind.ERASE:
            self.marks.pop(body["id"], None)
        elif kind is Kind.CLEAR:
            kept = {k: v for k, v in self.marks.items() if v.body["target"] != body["target"]}
            self.marks = kept
        elif kind is Kind.HAND and event.author is not None:
            self._hand(event.author, event.at if body["up"] else None)
        elif kind is Kind.LEFT and event.author is not None:
            self._hand(event.author, None)
        elif kind is Kind.CAMERA:
            self.camera = body["source"] if body["on"] else ""
        elif kind is Kind.RECORD:
            self.recording = body["recording"] if body["on"] else ""
        elif kind is Kind.PLANE:
            self.planes[event.id] = event
        elif kind is Kind.PLANE_DONE:
            self.planes.pop(body["asked"], None)
        elif kind is Kind.CONSENT:
            self._consent(body)
        elif kind is Kind.QUALITY:
            self.level = body["level"]
        elif kind is Kind.ENDED:
            self.ended, self.camera, self.recording = True, "", ""

    def _hand(self, member: int, since: datetime | None) -> None:
        self.hands.pop(member, None)
        if since is not None:
            self.hands[member] = since

    def _consent(self, body: dict[str, Any]) -> None:
        self.consent = bool(body["given"])
        self.consent_recording = self.consent and bool(body.get("recording"))
        if not self.consent:
            self.camera = ""
        if not self.consent_recording:
            self.recording = ""


def fold(events: Iterable[RoomEvent]) -> RoomNow:
    """Return what stands after events, given in the order of their numbers."""
    state = RoomNow()
    for event in events:
        state.take(event)
    return state
