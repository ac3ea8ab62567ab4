"""Who calls, which hospital is called, and whether they may.

The called AE title selects the hospital. A caller on this machine is let in; anybody else must be
one of the hospital's registered nodes, by AE title and address.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from enum import IntEnum

from tongying.archive.arrival import Door, Sender
from tongying.consult.people import Role, Viewer
from tongying.kernel.errors import NotAllowed
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.people.store import Peer, hospital_of_ae_title, peers_of


class Diagnostic(IntEnum):
    """Why an association is rejected (DICOM PS3.8 table 9-21, source "service user")."""

    CALLING_AE_TITLE = 3
    CALLED_AE_TITLE = 7


class CallRefused(NotAllowed):
    """The association is rejected."""

    code = "dimse.call-refused"

    def __init__(self, sentence: str, diagnostic: Diagnostic, hospital: str = "") -> None:
        super().__init__(sentence)
        self.diagnostic = diagnostic
        self.hospital = hospital


@dataclass(frozen=True, slots=True)
class Caller:
    """An application entity that was let in.

    Attributes
    ----------
    ae_title : str
        Its own (calling) AE title.
    called : str
        The AE title it called: the hospital's.
    hospital : str
        Code of the hospital called.
    host : str
        Address it calls from.
    """

    ae_title: str
    called: str
    hospital: str
    host: str

    @property
    def viewer(self) -> Viewer:
        """The viewer it is: sees what the hospital itself holds."""
        return Viewer(
            UserId(0), actor_of(self.ae_title), HospitalCode(self.hospital), Role.TECHNOLOGIST
        )

    @property
    def sender(self) -> Sender:
        """The sender it is."""
        return Sender(actor_of(self.ae_title), self.hospital, Door.CSTORE)


def actor_of(ae_title: str) -> str:
    """Return a node's name in the audit trail."""
    return f"ae:{ae_title}"


def admit(*, calling: str, called: str, host: str) -> Caller:
    """Let a caller in.

    Parameters
    ----------
    calling, called : str
        AE titles of the association request.
    host : str
        IP address that the caller comes from.

    Raises
    ------
    CallRefused
        If no hospital has the called AE title, or the caller is neither on this machine nor one of
        the hospital's nodes.
    """
    called = called.strip()
    calling = calling.strip()
    hospital = hospital_of_ae_title(called)
    if hospital is None:
        raise CallRefused("No hospital has the called AE title.", Diagnostic.CALLED_AE_TITLE)
    if not is_loopback(host) and not any(
        peer.ae_title == calling and host in addresses_of(peer) for peer in peers_of(hospital)
    ):
        raise CallRefused(
            "The caller is not a registered node of this hospital.",
            Diagnostic.CALLING_AE_TITLE,
            hospital,
        )
    return Caller(calling, called, hospital, host)


def is_loopback(host: str) -> bool:
    """Say whether an IP address is this machine's own."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def addresses_of(peer: Peer) -> set[str]:
    """Return the IP addresses that a node's host name stands for; empty if it is not known."""
    try:
        found = socket.getaddrinfo(peer.host, None, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    return {str(address[4][0]) for address in found}


def peer_of(hospital: str, ae_title: str) -> Peer | None:
    """Return a hospital's registered node of this AE title, or None."""
    wanted = ae_title.strip()
    return next((peer for peer in peers_of(hospital) if peer.ae_title == wanted), None)
