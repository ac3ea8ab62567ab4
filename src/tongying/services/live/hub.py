"""The rooms that somebody is in: fanning out, following the log, watching who may still be there.

The log in the database is the truth. An event reaches people when the log's tail is read, whoever
wrote it: this process, the web, or another live role. So its order is the same for everybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from tongying.consult.people import Viewer
from tongying.consult.room.kind import Kind
from tongying.services.live.peer import Peer
from tongying.services.live.relaying import Relay
from tongying.services.live.room import LiveRoom
from tongying.services.live.threads import in_thread
from tongying.web.rooms import door
from tongying.web.rooms.followers import LEFT_AFTER_SECONDS, followers, note_gone
from tongying.web.rooms.log import PAGE
from tongying.web.rooms.staying import Standing
from tongying.web.rooms.tail import Told, last_event, told_after

TAIL_SECONDS: Final = 0.25
"""How often the log is looked at when nobody here wrote to it."""
CHECK_SECONDS: Final = 1.0
"""How often every connection is held against the door again."""
AFTER_TROUBLE_SECONDS: Final = 1.0

OUT: Final = frozenset({"removed", "ended", "gone"})
"""Why a connection was let go whose person may not be in the room any more."""

_log = logging.getLogger("tongying.live")


class Hub:
    """All rooms of this process.

    Parameters
    ----------
    relay : Relay or None
        Passes sound and picture on where peers do not reach one another.
    """

    def __init__(self, relay: Relay | None = None) -> None:
        self.rooms: dict[str, LiveRoom] = {}
        self.relay = relay
        self._standing = Standing()
        self._last = 0
        self._wake = asyncio.Event()
        self._entering = asyncio.Lock()
        self._reading = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to follow the log, and look who was in when the last role ended."""
        self._last = await in_thread(last_event)
        for code, viewer, part in await in_thread(door.still_in):
            room = self.rooms.setdefault(code, LiveRoom(code))
            room.here.add(viewer.user)
            room.away[viewer.user] = (time.monotonic(), viewer, part)
        self._tasks = [
            asyncio.create_task(_again_and_again(self._tail)),
            asyncio.create_task(_again_and_again(self._watch)),
        ]

    async def stop(self) -> None:
        """Let go of everybody: the role ends; their pages come back by themselves."""
        for task in self._tasks:
            task.cancel()
        for room in list(self.rooms.values()):
            for peer in list(room.peers.values()):
                peer.let_go("restart")
        if self.relay is not None:
            await self.relay.stop()

    async def enter(self, peer: Peer) -> LiveRoom:
        """Take a connection into its room and tell the others."""
        code, member = peer.admitted.code, peer.admitted.viewer.user
        async with self._entering:
            if not self.rooms:
                # Nobody followed the log meanwhile; whoever enters is told what it holds.
                self._last = await in_thread(last_event)
            room = self.rooms.setdefault(code, LiveRoom(code))
            room.peers[peer.id] = peer
        room.away.pop(member, None)
        if member not in room.here:
            room.here.add(member)
            await self._note(code, peer.admitted.viewer, peer.admitted.part, Kind.JOINED)
        room.send_people()
        return room

    async def leave(self, peer: Peer) -> None:
        """Take a connection out of its room and tell the others."""
        room = self.rooms.get(peer.admitted.code)
        if room is None or room.peers.pop(peer.id, None) is None:
            return
        viewer = peer.admitted.viewer
        if not room.connections_of(viewer.user):
            room.away[viewer.user] = (time.monotonic(), viewer, peer.admitted.part)
        room.send_people()
        if self.relay is not None and peer.gone in OUT:
            # A socket that only broke comes back; what it relays goes on meanwhile.
            await self.relay.leave(room.code, peer.id)

    def replaced(self, room: LiveRoom, peer: Peer, before: str) -> None:
        """Let go of the connection that a page had before this one and that has not ended yet."""
        old = room.peers.get(before)
        if old is not None and old is not peer and old.session == peer.session:
            old.let_go("replaced")

    def wrote(self) -> None:
        """Something was written to the log here: look at it at once."""
        self._wake.set()

    async def _note(self, code: str, viewer: Viewer, part: str, kind: Kind) -> None:
        facts = {"member": viewer.user, "part": part}
        await in_thread(lambda: door.note_presence(code, viewer, kind, facts))
        self.wrote()

    async def _tail(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), TAIL_SECONDS)
        self._wake.clear()
        if self.rooms:
            await self._read_on()

    async def _read_on(self) -> None:
        """Tell what the log holds besides; one reading at a time, so that nobody hears it twice."""
        async with self._reading:
            after = self._last
            found = await in_thread(lambda: told_after(after))
            if len(found) == PAGE:
                self.wrote()
            for told in found:
                # One at a time: what somebody who enters now is told begins where this stands.
                self._last = max(self._last, told.event.id)
                room = self.rooms.get(told.code)
                if room is not None:
                    room.send_event(told)
                    await self._act_on(room, told)

    async def _act_on(self, room: LiveRoom, told: Told) -> None:
        """Do at once what an event means for connections."""
        kind, body = told.event.kind, told.event.body
        if kind is Kind.REMOVED:
            for peer in room.connections_of(body["member"]):
                peer.let_go("removed")
        elif kind is Kind.ENDED:
            for peer in list(room.peers.values()):
                peer.let_go("ended")
            if self.relay is not None:
                await self.relay.close_room(room.code)
        elif kind is Kind.CONSENT and not body["given"] and self.relay is not None:
            await self.relay.close_media(room.code)

    async def _watch(self) -> None:
        """Let go of whoever may not be here any more, and note who has left."""
        await asyncio.sleep(CHECK_SECONDS)
        peers = [peer for room in self.rooms.values() for peer in room.peers.values()]
        held = {peer.key for peer in peers}
        stands = await in_thread(lambda: self._standing.look(held))
        if any(stands.get(peer.key) is None for peer in peers):
            # The log says why, and says it first: ended and removed are more than gone.
            await self._read_on()
        for peer in peers:
            admitted = stands.get(peer.key)
            if admitted is None:
                peer.let_go("gone")
            else:
                peer.admitted = admitted
        by_web = await in_thread(_followers)
        for room in list(self.rooms.values()):
            room.follow(by_web.get(room.code, frozenset()))
            await self._tidy(room)

    async def _tidy(self, room: LiveRoom) -> None:
        for member, (since, viewer, part) in list(room.away.items()):
            if time.monotonic() - since >= LEFT_AFTER_SECONDS:
                room.away.pop(member, None)
                room.here.discard(member)
                await self._note(room.code, viewer, part, Kind.LEFT)
        if not room.peers and not room.away:
            self.rooms.pop(room.code, None)


def _followers() -> dict[str, frozenset[int]]:
    """Return who follows over HTTP, after a look for those who do no more."""
    note_gone()
    return followers()


async def _again_and_again(round_: Callable[[], Awaitable[None]]) -> None:
    """Do something for ever; a bad moment of the database does not end it."""
    while True:
        try:
            await round_()
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - logged; the loop must outlive a bad moment
            _log.exception("the log or the connections could not be read; it is tried again")
            await asyncio.sleep(AFTER_TROUBLE_SECONDS)
