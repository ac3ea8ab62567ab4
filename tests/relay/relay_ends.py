"""Two ends of a relayed connection, as plain UDP sockets that sign their checks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aioice import stun

from own_loop import run_apart
from tongying.services.relay.relay import BrowserRelay

SDP = "\r\n".join(
    [
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:{ufrag}",
        "a=ice-pwd:browsersownpasswordxx22",
        "a=ice-options:trickle",
        "a=candidate:1 1 udp 1 192.0.2.7 5000 typ host",
        "a=fingerprint:sha-256 AA:BB",
        "a=mid:0",
        "a=rtpmap:111 opus/48000/2",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:{ufrag}",
        "a=ice-pwd:browsersownpasswordxx22",
        "a=fingerprint:sha-256 AA:BB",
        "a=mid:1",
        "a=rtpmap:96 VP8/90000",
        "",
    ]
)
VOICE = SDP[: SDP.index("m=video")].replace(" 1\r\nm=", "\r\nm=")


def signal(
    page: str, other: str, ufrag: str, generation: int = 1, sdp: str = SDP
) -> dict[str, Any]:
    """Return a description as a browser's page signals it."""
    return {
        "tab": page,
        "for": other,
        "via": "relay",
        "generation": generation,
        "description": {"type": "offer", "sdp": sdp.format(ufrag=ufrag)},
    }


OPEN: list[asyncio.DatagramTransport] = []


class End(asyncio.DatagramProtocol):
    """A browser's UDP socket."""

    def __init__(self, ufrag: str) -> None:
        self.ufrag = ufrag
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        OPEN.append(transport)

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.heard.put_nowait(data)

    def take(self, sdp: str) -> None:
        """Read where the relay is and its credentials from what came by it."""
        self.relay_ufrag = re.findall(r"a=ice-ufrag:(\S+)", sdp)[0]
        self.relay_password = re.findall(r"a=ice-pwd:(\S+)", sdp)[0]
        host, port = re.findall(r"a=candidate:1 1 udp \d+ (\S+) (\d+) typ host", sdp)[0]
        self.at = (host, int(port))

    def check(self, *, password: str | None = None, ufrag: str | None = None) -> bytes:
        """Return a connectivity check."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.relay_ufrag}:{ufrag or self.ufrag}"
        request.attributes["PRIORITY"] = 1
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity((password or self.relay_password).encode())
        return bytes(request)

    def send(self, data: bytes) -> None:
        self.transport.sendto(data, self.at)

    async def next(self, seconds: float = 2) -> bytes:
        return await asyncio.wait_for(self.heard.get(), seconds)

    async def nothing(self, seconds: float = 0.15) -> bool:
        await asyncio.sleep(seconds)
        return self.heard.empty()


async def ends(relay: BrowserRelay, room: str = "room") -> tuple[End, End]:
    """Return two ends that have told one another of themselves by the relay."""
    loop = asyncio.get_running_loop()
    both = []
    for ufrag in ("aaaa", "bbbb"):
        _, end = await loop.create_datagram_endpoint(
            lambda u=ufrag: End(u), local_addr=("127.0.0.1", 0)
        )
        both.append(end)
    one, two = both
    told = relay.through(room, "peer-one", "peer-two", signal("one", "two", "aaaa"))
    two.take(told["description"]["sdp"])
    told = relay.through(room, "peer-two", "peer-one", signal("two", "one", "bbbb"))
    one.take(told["description"]["sdp"])
    return one, two


def play(story: Callable[[BrowserRelay], Awaitable[None]]) -> None:
    """Run a story with a relay on loopback."""

    async def run() -> None:
        relay = await BrowserRelay.opened("127.0.0.1", 0)
        try:
            await story(relay)
        finally:
            for transport in OPEN:
                transport.close()
            OPEN.clear()
            await relay.stop()
            await asyncio.sleep(0)

    run_apart(run())
