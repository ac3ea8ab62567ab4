"""One connection to a room: what waits to be sent to it, and what it may send."""

from __future__ import annotations

import asyncio
import json
import secrets
import string
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tongying.services.live.messages import Message
from tongying.web.rooms.door import Admitted

WAITING_MAX: Final = 2000
"""Messages that may wait for a slow connection before it is let go."""
WAITING_BYTES_MAX: Final = 1 << 20
"""Characters that may wait for it."""
NO_LINE: Final = frozenset({"slow", "silent", "too-much"})
"""Reasons for which what waited is dropped: nobody takes it."""
RATE: Final = 60.0
"""Messages a second that a connection may send for long; a page sends about 15 at most."""
BURST: Final = 300.0

SendText = Callable[[str], Awaitable[None]]


def new_peer_id() -> str:
    """Return a name for a connection."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))


@dataclass(eq=False, slots=True)
class Peer:
    """A connection.

    Attributes
    ----------
    id : str
    session : str
        Key of the session that opened it.
    admitted : Admitted
        How its member stands in the room, as last looked up.
    since : datetime
    speaking : bool
    quality : dict
        The figures it told last.
    language : str
    welcomed : bool
        Before, what is sent to it waits behind the welcome.
    told : int
        Number of the last event in its welcome.
    hidden : bool
        Its page is behind others, where browsers let it speak rarely.
    gone : str
        Why it is let go; empty while it stands.
    going : asyncio.Event
        Set when it is let go.
    """

    id: str
    session: str
    admitted: Admitted
    since: datetime
    speaking: bool = False
    quality: Message = field(default_factory=dict)
    language: str = "zh-hans"
    welcomed: bool = False
    told: int = 0
    hidden: bool = False
    gone: str = ""
    going: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    _bytes: int = 0
    _early: list[tuple[str, int]] = field(default_factory=list)
    _tokens: float = BURST
    _at: float = field(default_factory=time.monotonic)

    @property
    def key(self) -> tuple[str, str]:
        """Session and room: what its standing follows from."""
        return self.session, self.admitted.code

    def put(self, message: Message) -> None:
        """Send a message when the line allows; a connection that takes nothing is let go."""
        self.put_text(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def put_text(self, text: str, event: int = 0) -> None:
        """Send a message that is written already.

        Parameters
        ----------
        text : str
        event : int, optional
            Number of the event it tells; one that the welcome held is not told again.
        """
        if self.gone or 0 < event <= self.told:
            return
        self._bytes += len(text)
        waiting = len(self._early) + self._waiting.qsize()
        if waiting >= WAITING_MAX or self._bytes > WAITING_BYTES_MAX:
            self.let_go("slow")
        elif self.welcomed:
            self._waiting.put_nowait(text)
        else:
            self._early.append((text, event))

    def welcome(self, message: Message) -> None:
        """Send the first message, and behind it what has come meanwhile."""
        if self.gone:
            return
        self.told = message["events"][-1]["id"] if message["events"] else 0
        self._waiting.put_nowait(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
        for text, event in self._early:
            if not 0 < event <= self.told:
                self._waiting.put_nowait(text)
        self._early, self.welcomed = [], True

    def let_go(self, why: str) -> None:
        """End the connection, with the reason as its last word."""
        if self.gone:
            return
        self.gone = why
        self._early = []
        if why in NO_LINE:
            while not self._waiting.empty():
                self._waiting.get_nowait()
        self._waiting.put_nowait(json.dumps({"t": "gone", "why": why}))
        self._waiting.put_nowait(None)
        self.going.set()

    async def send_all(self, send: SendText) -> None:
        """Send what waits until the connection is let go."""
        while (text := await self._waiting.get()) is not None:
            self._bytes = max(0, self._bytes - len(text))
            await send(text)

    def may_send(self) -> bool:
        """Say whether it may send another message now, and count it."""
        now = time.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._at) * RATE)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def as_line(self) -> dict[str, Any]:
        """Return its line in the list of who is there."""
        return {
            "peer": self.id,
            "member": self.admitted.viewer.user,
            "name": self.admitted.name,
            "hospital": self.admitted.hospital,
            "part": self.admitted.part,
            "since": self.since.isoformat(),
            "speaking": self.speaking,
        }
