"""The relay as the live role uses it: signals are rewritten so that both browsers lead to it."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Self

import ifaddr

from tongying.kernel.errors import BadInput
from tongying.services.relay.description import (
    DescriptionRefused,
    Transport,
    through,
    ufrag_of,
)
from tongying.services.relay.forwarding import BUFFER_BYTES, SWEEP_SECONDS, Forwarding
from tongying.services.relay.legs import Address, Sessions

HOST_VARIABLE: Final = "TONGYING_RELAY_HOST"
NAME_MAX: Final = 40
_log = logging.getLogger("tongying.relay")
EVERYWHERE: Final = ("0.0.0.0", "")  # noqa: S104 - told apart, not bound to


class RelayAddressRefused(BadInput):
    """The relay's UDP port cannot be used."""

    code: ClassVar[str] = "live.relay-address"


class BrowserRelay:
    """Relays connections of browsers on one UDP port.

    Parameters
    ----------
    addresses : sequence of (str, int)
        Where browsers find it, the best first.
    """

    def __init__(self, addresses: Sequence[Address]) -> None:
        self.addresses = tuple(addresses)
        self.sessions = Sessions()
        self.forwarding = Forwarding(self.sessions)
        self._transport: asyncio.DatagramTransport | None = None
        self._sweeping: asyncio.Task[None] | None = None

    @classmethod
    async def opened(cls, host: str, port: int) -> Self:
        """Open the relay's port.

        Parameters
        ----------
        host : str
            Address to listen on; browsers are told it, or what ``TONGYING_RELAY_HOST`` says.
        port : int

        Raises
        ------
        RelayAddressRefused
            If the port cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        relay = cls([])
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: relay.forwarding, local_addr=(host, port)
            )
        except OSError as error:
            raise RelayAddressRefused(
                f"UDP port {port} of {host} cannot be listened on: {error.strerror}."
            ) from None
        plain = transport.get_extra_info("socket")
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            plain.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        relay._transport = transport
        found = transport.get_extra_info("sockname")[1]
        relay.addresses = tuple((one, found) for one in advertised(host))
        relay._sweeping = asyncio.create_task(relay._sweep())
        return relay

    def through(
        self, room_code: str, sender: str, reader: str, data: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return a signal as the reader gets it; None where nothing is to be passed on.

        Candidates are not: a browser finds the relay in the description, and the relay finds the
        browser by its checks.

        Raises
        ------
        DescriptionRefused
            If the description is not of bundled media, or the relay has no place left.
        """
        description, generation = data.get("description"), data.get("generation")
        if data.get("candidate") is not None:
            return None
        if not isinstance(description, dict):
            return data
        text, page, other = description.get("sdp"), data.get("tab"), data.get("for")
        named = all(isinstance(one, str) and 0 < len(one) <= NAME_MAX for one in (page, other))
        if not isinstance(text, str) or not named or type(generation) is not int:
            raise DescriptionRefused("A relayed description has words, two pages, a generation.")
        ufrag = ufrag_of(text)
        session = self.sessions.of(room_code, str(page), str(other), generation)
        if session is None:
            raise DescriptionRefused("The relay has no place left.")
        session.peers |= {sender, reader}
        session.legs[str(page)].browser_ufrag = ufrag
        session.picture = session.picture or "m=video" in text
        leg = session.legs[str(other)]
        transport = Transport(leg.ufrag, leg.password, self.addresses)
        rewritten = {**description, "sdp": through(text, transport)}
        return {**data, "description": rewritten}

    async def leave(self, room_code: str, peer: str) -> None:
        """End what somebody relays who may not be in the room any more."""
        self.sessions.end(room_code, peer)

    async def close_room(self, room_code: str) -> None:
        """End everything of a room."""
        self.sessions.end(room_code)

    async def close_media(self, room_code: str) -> None:
        """End what carries a picture in a room; voices connect anew."""
        self.sessions.end(room_code, pictures_only=True)

    async def stop(self) -> None:
        """End the relay."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._transport is not None:
            self._transport.close()

    async def _sweep(self) -> None:
        while True:
            before = self.forwarding.dropped
            await asyncio.sleep(SWEEP_SECONDS)
            self.sessions.sweep()
            if self.forwarding.dropped > before:
                _log.info("the relay dropped %d datagrams", self.forwarding.dropped - before)


def advertised(host: str) -> list[str]:
    """Return the addresses that browsers are told: the settings', or those listened on."""
    told = [one.strip() for one in os.environ.get(HOST_VARIABLE, "").split(",") if one.strip()]
    if told:
        return told
    if host not in EVERYWHERE:
        return [host]
    found = [
        ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)
    ]
    return sorted(found, key=lambda one: one.startswith("127."))
