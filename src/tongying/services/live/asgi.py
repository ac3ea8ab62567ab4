"""The ASGI application of the live role: sockets at ``/live/<code>/``, and ``/healthz``.

References
----------
ASGI 3.0 with its WebSocket Denial Response extension: a refused socket is answered 404.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from django.conf import settings

from tongying.services.live.hub import Hub
from tongying.services.live.messages import MESSAGE_MAX, MessageRefused, read_message
from tongying.services.live.peer import Peer, new_peer_id
from tongying.services.live.relaying import Relay
from tongying.services.live.talk import Talk
from tongying.services.live.threads import in_thread
from tongying.services.live.writer import Writer
from tongying.web.rooms import door

GONE: Final = 4404
"""Close code of a socket whose room does not exist for its member any more."""
TOO_MUCH: Final = 4429
HELLO_SECONDS: Final = 20.0
"""A connection that says nothing at all for so long is let go; a page says hello at once."""
SILENT_SECONDS: Final = 12.0
"""A connection that has not pinged for so long is dead; a page pings every second."""
HIDDEN_SECONDS: Final = 90.0
"""The same for a page behind others: browsers wake it once a minute."""
LAST_WORD_SECONDS: Final = 2.0
"""What the reason may take to reach a connection that is let go."""

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
SendEvent = Callable[[Event], Awaitable[None]]

_PATH = re.compile(r"/live/([0-9A-Z]{1,26})/")
_log = logging.getLogger("tongying.live")


class LiveApplication:
    """The application; `relay` makes the relay when the loop runs, or None for none."""

    def __init__(self, relay: Callable[[], Awaitable[Relay | None]] | None = None) -> None:
        self._relay = relay
        self._hub: Hub | None = None
        self._writer = Writer()

    async def __call__(self, scope: Event, receive: Receive, send: SendEvent) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await _plain(scope, send)

    async def _live(self, receive: Receive, send: SendEvent) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await self._begin()
                await send({"type": "lifespan.startup.complete"})
            elif event["type"] == "lifespan.shutdown":
                self._writer.stop()
                if self._hub is not None:
                    await self._hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _begin(self) -> None:
        self._hub = Hub(None if self._relay is None else await self._relay())
        self._writer = Writer()
        self._writer.start()
        await self._hub.start()

    async def _socket(self, scope: Event, receive: Receive, send: SendEvent) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        if self._hub is None:
            await self._begin()
        session, admitted = await _admitted(scope)
        if admitted is None or self._hub is None:
            await _deny(scope, send)
            return
        await send({"type": "websocket.accept"})
        peer = Peer(new_peer_id(), session, admitted, door.now())
        try:
            await self._talk(self._hub, peer, receive, send)
        finally:
            await self._hub.leave(peer)
            code = TOO_MUCH if peer.gone == "too-much" else GONE if peer.gone else 1000
            with contextlib.suppress(Exception):
                await asyncio.wait_for(
                    send({"type": "websocket.close", "code": code}), LAST_WORD_SECONDS
                )

    async def _talk(self, hub: Hub, peer: Peer, receive: Receive, send: SendEvent) -> None:
        """Hear and tell until the connection ends, from either side."""
        room = await hub.enter(peer)
        hears = asyncio.create_task(_hear(Talk(hub, self._writer, room, peer), peer, receive))
        tells = asyncio.create_task(
            peer.send_all(lambda text: send({"type": "websocket.send", "text": text}))
        )
        goes = asyncio.create_task(peer.going.wait())
        tasks = (hears, tells, goes)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if peer.gone and not tells.done():
                await asyncio.wait({tells}, timeout=LAST_WORD_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, Exception):
                    _log.info("a connection ended: %s", type(ended).__name__)


async def _hear(talk: Talk, peer: Peer, receive: Receive) -> None:
    """Take the messages of a connection until it ends."""
    patience = HELLO_SECONDS
    while True:
        try:
            event = await asyncio.wait_for(receive(), patience)
        except TimeoutError:
            peer.let_go("silent")
            return
        if event["type"] == "websocket.disconnect":
            return
        text = event.get("text")
        if text is None or len(text) > MESSAGE_MAX or not peer.may_send():
            peer.let_go("too-much")
            return
        try:
            message = read_message(text)
            if not peer.welcomed and message["t"] != "hello":
                raise MessageRefused("The first message is hello.")
            await talk.take(message)
        except MessageRefused as refusal:
            title = door.sentence_in(peer.language, refusal)
            peer.put({"t": "refused", "client_id": "", "code": refusal.error_code, "title": title})
        patience = HIDDEN_SECONDS if peer.hidden else SILENT_SECONDS


async def _admitted(scope: Event) -> tuple[str, door.Admitted | None]:
    """Return the session of a request and how its member stands in the room it names."""
    headers = {name.decode("latin-1").lower(): value for name, value in scope["headers"]}
    found = _PATH.fullmatch(scope["path"])
    session = _session_key(headers.get("cookie", b""))
    origin = headers.get("origin", b"").decode("latin-1")
    host = headers.get("host", b"").decode("latin-1")
    if found is None or not session or not door.is_our_origin(origin, host):
        return "", None
    code = found[1]
    return session, await in_thread(lambda: door.admit(session, code))


def _session_key(cookie: bytes) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(cookie.decode("latin-1"))
    except CookieError:
        return ""
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    return "" if morsel is None else morsel.value


async def _deny(scope: Event, send: SendEvent) -> None:
    """Answer that there is nothing here."""
    if "websocket.http.response" in scope.get("extensions", {}):
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"0")]
        await send({"type": "websocket.http.response.start", "status": 404, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": GONE})


async def _plain(scope: Event, send: SendEvent) -> None:
    status, body = (200, b"ok\n") if scope["path"] == "/healthz" else (404, b"")
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
