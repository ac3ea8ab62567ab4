"""Where a web push may go: never into the hospital's own network."""

from __future__ import annotations

import ipaddress
import socket
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings

from tongying.kernel.errors import BadInput

LONGEST = 500


class EndpointRefused(BadInput):
    """The address is not one to which pushes are sent."""

    code: ClassVar[str] = "notice.endpoint"


def check_endpoint(url: str) -> None:
    """Raise unless pushes may be sent to this address, as far as its words tell.

    Raises
    ------
    EndpointRefused
        If it is not https, has no host, or names a loopback or private address.
    """
    refused = EndpointRefused("The browser's push address is not one that may be used.")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError as error:
        raise refused from error
    if len(url) > LONGEST or not host or port == 0:
        raise refused
    if settings.TONGYING_PUSH_ANYWHERE:
        if parts.scheme not in ("http", "https"):
            raise refused
        return
    if parts.scheme != "https" or parts.username or parts.password:
        raise refused
    if not (_is_global(host) if _is_address(host) else "." in host.strip(".")):
        raise refused


def check_addresses(url: str) -> None:
    """Raise unless every address that the host's name stands for is public; asks the name server.

    Raises
    ------
    EndpointRefused
        As `check_endpoint`, or if the name stands for a loopback or private address.
    OSError
        If the name cannot be resolved now.
    """
    check_endpoint(url)
    if settings.TONGYING_PUSH_ANYWHERE:
        return
    parts = urlsplit(url)
    found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    if not all(_is_global(str(entry[4][0])) for entry in found):
        raise EndpointRefused("The browser's push address is not one that may be used.")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_global(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_global and not address.is_multicast
