"""The smallest room that the media can live in: static files, a page, a socket that passes on.

It speaks the same messages as the live role and keeps nothing, so that the media are tested alone
and fast. The whole platform stands in its place in `test_live_line.py`.
"""

from __future__ import annotations

import itertools
import json
import mimetypes
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tongying.services.relay.relay import BrowserRelay

STATIC = Path(__file__).resolve().parents[2] / "src/tongying/web/pages/static"
PAGE = (Path(__file__).parent / "page.html").read_bytes()
PAGE_SCRIPT = (Path(__file__).parent / "page.js").read_bytes()
Send = Callable[[dict[str, Any]], Awaitable[None]]

_sockets: dict[str, tuple[Send, dict[str, Any]]] = {}
_events: list[dict[str, Any]] = []
_numbers = itertools.count(1)
_relays: list[BrowserRelay] = []


async def app(scope: dict[str, Any], receive: Any, send: Send) -> None:
    """Answer as ASGI."""
    if scope["type"] == "lifespan":
        return
    if scope["type"] == "websocket":
        await _socket(scope, receive, send)
        return
    path = scope["path"]
    if path == "/":
        await _answer(send, 200, "text/html; charset=utf-8", PAGE)
    elif path == "/page.js":
        await _answer(send, 200, "text/javascript", PAGE_SCRIPT)
    elif path.startswith("/static/") and (file := STATIC / path[8:]).is_file():
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        await _answer(send, 200, kind, file.read_bytes())
    else:
        await _answer(send, 404, "text/plain", b"")


async def _answer(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _socket(scope: dict[str, Any], receive: Any, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    member = int(parse_qs(scope["query_string"].decode())["member"][0])
    peer = secrets.token_hex(4)
    _sockets[peer] = (send, {"peer": peer, "member": member})
    people = _people()
    now = time.time() * 1000
    await _say(
        send, t="welcome", peer=peer, people=people, events=_events, ice=[], relay=True, now=now
    )
    await _tell_all(t="people", people=people)
    while (message := await receive())["type"] == "websocket.receive":
        await _heard(peer, member, send, json.loads(message["text"]))
    _sockets.pop(peer, None)
    await _tell_all(t="people", people=_people())


async def _heard(peer: str, member: int, send: Send, said: dict[str, Any]) -> None:
    kind = said["t"]
    if kind == "ping":
        await _say(send, t="pong", n=said["n"], now=time.time() * 1000)
    elif kind == "event":
        event = {
            "id": next(_numbers),
            "author": member,
            "kind": said["kind"],
            "body": said["body"],
            "client_id": said["client_id"],
        }
        _events.append(event)
        await _tell_all(t="event", event=event)
    elif kind == "signal" and said["to"] in _sockets:
        data = said["data"]
        if data.get("via") == "relay":
            relay = await _relay()
            data = relay.through("trial", peer, said["to"], data)
        if data is not None:
            await _say(_sockets[said["to"]][0], t="signal", peer=peer, data=data)


async def _relay() -> BrowserRelay:
    if not _relays:
        _relays.append(await BrowserRelay.opened("127.0.0.1", 0))
    return _relays[0]


def _people() -> list[dict[str, Any]]:
    return [person for _, person in _sockets.values()]


async def _tell_all(**message: Any) -> None:
    for send, _ in list(_sockets.values()):
        await _say(send, **message)


async def _say(send: Send, **message: Any) -> None:
    try:
        await send({"type": "websocket.send", "text": json.dumps(message)})
    except Exception as error:  # noqa: BLE001 - one that has gone is taken out by its own task
        sys.stderr.write(f"{type(error).__name__}\n")


if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        target="hub:app", address=sys.argv[1], port=int(sys.argv[2]), interface=Interfaces.ASGI,
        websockets=True, log_enabled=False,
    ).serve()  # fmt: skip
