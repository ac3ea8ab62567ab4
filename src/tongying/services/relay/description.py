"""Session descriptions as the relay passes them on: its own transport in place of the browser's.

Everything but the transport stays as it is: codecs, header extensions, and the fingerprint that the
DTLS handshake is held against, for that handshake is between the two browsers.

References
----------
RFC 8839 (ICE in SDP): ``ice-ufrag``, ``ice-pwd``, ``candidate``, ``ice-lite``; RFC 8445, section
15.1: credentials and candidates; RFC 9143 (BUNDLE).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput

DESCRIPTION_MAX: Final = 64 * 1024
TRANSPORT: Final = (
    "a=ice-ufrag:",
    "a=ice-pwd:",
    "a=ice-options:",
    "a=ice-lite",
    "a=candidate:",
    "a=end-of-candidates",
    "a=remote-candidates:",
)
HOST_PRIORITY: Final = 2130706431
"""Of the first host candidate of the first component (RFC 8445, 5.1.2.1)."""

_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")


class DescriptionRefused(BadInput):
    """It is no description that can be relayed."""

    code: ClassVar[str] = "room.description"


@dataclass(frozen=True, slots=True)
class Transport:
    """Where the relay is found, and the credentials of one leg.

    Attributes
    ----------
    ufrag, password : str
    addresses : sequence of (str, int)
        Host and UDP port, the best first.
    """

    ufrag: str
    password: str
    addresses: Sequence[tuple[str, int]]


def ufrag_of(description: str) -> str:
    """Return the user fragment of a browser's description.

    Raises
    ------
    DescriptionRefused
        If it has none, or several (only bundled media are relayed).
    """
    if len(description) > DESCRIPTION_MAX:
        raise DescriptionRefused("The session description is too long.")
    found = {
        line.removeprefix("a=ice-ufrag:").strip()
        for line in description.splitlines()
        if line.startswith("a=ice-ufrag:")
    }
    if len(found) != 1 or not all(_UFRAG.fullmatch(one) for one in found):
        raise DescriptionRefused("The session description has not exactly one transport.")
    return found.pop()


def through(description: str, transport: Transport) -> str:
    """Return a description that leads to the relay instead of the browser that made it.

    Parameters
    ----------
    description : str
        SDP of one browser.
    transport : Transport
        The relay's leg towards the browser that will read it.

    Raises
    ------
    DescriptionRefused
        If it is not one of bundled media.
    """
    ufrag_of(description)
    lines = [line for line in description.splitlines() if not line.startswith(TRANSPORT)]
    leads = [f"a=ice-ufrag:{transport.ufrag}", f"a=ice-pwd:{transport.password}"]
    for number, (host, port) in enumerate(transport.addresses):
        priority = HOST_PRIORITY - number
        leads.append(f"a=candidate:{number + 1} 1 udp {priority} {host} {port} typ host")
    leads.append("a=end-of-candidates")
    kept: list[str] = []
    media = False
    for line in lines:
        if line.startswith("m=") and not media:
            media = True
            kept.append("a=ice-lite")
        kept.append(line)
        if line.startswith("c=") and media:
            kept += leads
    return "\r\n".join(kept) + "\r\n"
