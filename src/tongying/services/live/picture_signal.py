"""Whether a signal between peers offers to send a picture.

References
----------
RFC 8866 (SDP): a media section begins with ``m=``; RFC 3264: without a direction it is sendrecv.
"""

from __future__ import annotations

import re
from typing import Any, Final

_SECTION: Final = re.compile(r"^m=", re.MULTILINE)
_DIRECTION: Final = re.compile(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.MULTILINE)
_SENDING: Final = frozenset({"sendrecv", "sendonly"})


def sends_picture(data: Any) -> bool:
    """Say whether any session description in a signal, wherever in it, sends video."""
    if isinstance(data, dict):
        return any(sends_picture(value) for value in data.values())
    if isinstance(data, list):
        return any(sends_picture(value) for value in data)
    return isinstance(data, str) and "m=video" in data and _sends_video(data)


def _sends_video(description: str) -> bool:
    head, *sections = _SECTION.split(description.replace("\r\n", "\n"))
    general = _direction(head) or "sendrecv"
    return any(
        section.startswith("video ")
        and not section.startswith("video 0 ")
        and (_direction(section) or general) in _SENDING
        for section in sections
    )


def _direction(part: str) -> str:
    found = _DIRECTION.search(part)
    return "" if found is None else found[1]
