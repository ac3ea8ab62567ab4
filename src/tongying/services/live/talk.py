"""What a connection's messages do: one small function a message."""

from __future__ import annotations

import asyncio

from django.conf import settings

from tongying.consult.room.part import Part
from tongying.kernel.errors import BadInput, TongyingError
from tongying.services.live.hub import Hub
from tongying.services.live.messages import Message, MessageRefused
from tongying.services.live.peer import Peer
from tongying.services.live.picture_signal import sends_picture
from tongying.services.live.room import LiveRoom
from tongying.services.live.threads import in_thread
from tongying.services.live.told import event_bodies
from tongying.services.live.writer import NotKept, Writer
from tongying.web.rooms import door
from tongying.web.rooms.log import PAGE, Said
from tongying.web.rooms.models import RoomRow
from tongying.web.rooms.tail import Told, told_in

RELAY = "relay"


class Talk:
    """One connection's conversation with its room."""

    def __init__(self, hub: Hub, writer: Writer, room: LiveRoom, peer: Peer) -> None:
        self._hub, self._writer, self._room, self._peer = hub, writer, room, peer
        self._telling: set[asyncio.Task[None]] = set()

    async def take(self, message: Message) -> None:
        """Do what a message asks for.

        Raises
        ------
        MessageRefused
            If it is for nobody who is here.
        """
        act = getattr(self, f"_{message['t']}")
        await act(message)

    async def _hello(self, message: Message) -> None:
        peer, code = self._peer, self._room.code
        peer.language = message["language"]
        if message["was"]:
            self._hub.replaced(self._room, peer, message["was"])
        events = await in_thread(lambda: _log_of(code, message["after"]))
        admitted = peer.admitted
        peer.welcome(
            {
                "t": "welcome",
                "peer": peer.id,
                "member": admitted.viewer.user,
                "name": admitted.name,
                "part": admitted.part,
                "manages": admitted.manages,
                "now": door.now().isoformat(),
                "last": events[-1].event.id if events else message["after"],
                "events": event_bodies(events),
                **self._room.present(),
                "ice": settings.TONGYING_ICE_SERVERS,
                "relay": self._hub.relay is not None,
            }
        )

    async def _event(self, message: Message) -> None:
        # Kept in the background, so that a pointer does not wait for the disk.
        task = asyncio.create_task(self._tell(message))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, message: Message) -> None:
        peer, client_id = self._peer, message["client_id"]
        said = Said(
            peer.admitted.viewer, self._room.code, message["kind"], message["body"], client_id
        )
        try:
            kept = await self._writer.tell(said)
        except NotKept:
            peer.put({"t": "refused", "client_id": client_id, "code": "server.error", "title": ""})
            return
        if isinstance(kept, TongyingError):
            title = door.sentence_in(peer.language, kept)
            peer.put(
                {"t": "refused", "client_id": client_id, "code": kept.error_code, "title": title}
            )
            return
        peer.put({"t": "ack", "client_id": client_id, "id": kept.id})
        # The tail brings it to everybody, to its teller too, in the one order of the log.
        self._hub.wrote()

    async def _ping(self, message: Message) -> None:
        self._peer.hidden = message["hidden"]
        self._peer.put({"t": "pong", "n": message["n"], "now": door.now().isoformat()})
        if message["quality"]:
            self._peer.quality = message["quality"]
            self._tell_others({"t": "quality", **message["quality"]})

    async def _pointer(self, message: Message) -> None:
        if self._peer.admitted.part != Part.OBSERVER:
            self._tell_others(message)

    async def _speaking(self, message: Message) -> None:
        self._peer.speaking = message["on"]
        self._tell_others(message)

    async def _view(self, message: Message) -> None:
        if self._peer.admitted.part != Part.OBSERVER:
            self._tell_others(message)

    async def _follow(self, message: Message) -> None:
        self._tell_others({"t": "follow", "of": message["peer"]})

    async def _signal(self, message: Message) -> None:
        data = message["data"]
        if sends_picture(data):
            await self._check_picture()
        peer, reader = self._peer, self._room.peers.get(message["to"])
        if reader is None:
            return
        if data.get("via") == RELAY:
            if self._hub.relay is None:
                raise MessageRefused("There is no relay here.")
            try:
                data = self._hub.relay.through(self._room.code, peer.id, reader.id, data)
            except BadInput as refusal:
                raise MessageRefused(refusal.sentence) from None
        if data is not None:
            reader.put({"t": "signal", "peer": peer.id, "data": data})

    async def _check_picture(self) -> None:
        """Refuse a picture that is not the probe's, and the probe's while no consent stands."""
        if self._peer.admitted.part != Part.PROBE:
            raise MessageRefused("Only the probe's picture is sent; everybody else sends voice.")
        code = self._room.code
        if not await in_thread(lambda: door.has_consent(code)):
            raise MessageRefused("Record the guardian's consent before the camera opens.")

    def _tell_others(self, message: Message) -> None:
        self._room.send({**message, "peer": self._peer.id}, but=self._peer)


def _log_of(code: str, after: int) -> list[Told]:
    room = RoomRow.objects.filter(code=code).first()
    found: list[Told] = []
    while room is not None:
        page = told_in(room, found[-1].event.id if found else after)
        found += page
        if len(page) < PAGE:
            break
    return found
