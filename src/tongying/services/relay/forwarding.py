"""The relay's one UDP port: it answers ICE's checks and passes everything else on unread.

References
----------
RFC 8445 (ICE), an ICE-lite agent: it answers binding requests and sends none. RFC 8489 (STUN):
``USERNAME``, ``MESSAGE-INTEGRITY``, ``XOR-MAPPED-ADDRESS``. RFC 7983: the first byte of a datagram
tells STUN (0 to 3) from DTLS (20 to 63) and RTP (128 to 191).
"""

from __future__ import annotations

import asyncio
import logging
import struct
from typing import Any, Final, cast

from aioice import stun

from tongying.services.relay.legs import Address, Leg, Sessions

SWEEP_SECONDS: Final = 5.0
DATAGRAM_MAX: Final = 2000
PASSED_ON: Final = (range(20, 64), range(128, 192))
BUFFER_BYTES: Final = 1 << 20
WAITING_MAX: Final = 256 * 1024
"""Bytes that may wait for a full line: a packet that waits longer is better lost than late."""

_log = logging.getLogger("tongying.relay")


class Forwarding(asyncio.DatagramProtocol):
    """Takes datagrams and sends them to the other end of their session."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.dropped = 0
        """Datagrams that nobody here had proved to have sent, or that were too many."""
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to send from."""
        # On Python 3.11 asyncio's own transport is no subclass of DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[Any, ...]) -> None:
        """Answer a check, or pass a packet on."""
        if not data or len(data) > DATAGRAM_MAX:
            self.dropped += 1
            return
        at: Address = (address[0], address[1])
        if data[0] < 4:
            self._check(data, at)
            return
        leg = self.sessions.at(at)
        if leg is None or not any(data[0] in kind for kind in PASSED_ON):
            self.dropped += 1
            return
        other, transport = leg.other, self._transport
        if not leg.may_send() or transport is None:
            self.dropped += 1
            return
        if other is None or other.address is None:
            return
        if transport.get_write_buffer_size() > WAITING_MAX:
            self.dropped += 1
            return
        transport.sendto(data, other.address)

    def error_received(self, error: Exception) -> None:
        """Go on: one browser's closed port is nobody else's trouble."""
        _log.debug("a datagram could not be delivered: %s", error)

    def _check(self, data: bytes, address: Address) -> None:
        leg, request = self._proved(data)
        if leg is None or request is None or self._transport is None:
            self.dropped += 1
            return
        self.sessions.heard(leg, address, nominates="USE-CANDIDATE" in request.attributes)
        answer = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=request.transaction_id,
        )
        answer.attributes["XOR-MAPPED-ADDRESS"] = address
        answer.add_message_integrity(leg.password.encode())
        self._transport.sendto(bytes(answer), address)

    def _proved(self, data: bytes) -> tuple[Leg | None, stun.Message | None]:
        """Return the leg whose password a binding request is signed with."""
        try:
            request = stun.parse_message(data)
            user = str(request.attributes.get("USERNAME", ""))
        except (ValueError, KeyError, IndexError, struct.error):
            return None, None
        is_request = (
            request.message_method == stun.Method.BINDING
            and request.message_class == stun.Class.REQUEST
        )
        leg = self.sessions.leg_of(user.partition(":")[0]) if is_request else None
        if leg is None or leg.browser_ufrag != user.partition(":")[2]:
            return None, None
        if not request.check_message_integrity(leg.password.encode()):
            return None, None
        return leg, request
