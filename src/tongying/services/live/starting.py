"""The live role with its relay, where one can be made."""

from __future__ import annotations

import logging
import os
from typing import Final

from tongying.kernel.errors import TongyingError
from tongying.services.live.asgi import LiveApplication
from tongying.services.live.relaying import Relay
from tongying.services.relay.relay import BrowserRelay

AT: Final = "TONGYING_RELAY_AT"
"""Where the relay listens, as ``host port``; the live role's own address, on UDP."""

_log = logging.getLogger("tongying.live")


def live_application() -> LiveApplication:
    """Return the application of the live role."""
    return LiveApplication(_relay)


async def _relay() -> Relay | None:
    """Return the relay; None, and a line in the log, where its port cannot be had."""
    host, _, port = os.environ.get(AT, "").partition(" ")
    if not port:
        return None
    try:
        return await BrowserRelay.opened(host, int(port))
    except TongyingError as refusal:
        _log.error("%s Pictures go from browser to browser only.", refusal.sentence)
        return None
