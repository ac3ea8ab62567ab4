"""Serving the live role."""

from __future__ import annotations

import os
from typing import Final

STOPS_WITHIN_SECONDS: Final = 5


def serve_live(*, host: str, port: int) -> None:
    """Serve the sockets of live rooms until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    os.environ["TONGYING_RELAY_AT"] = f"{host} {port}"
    # The process that holds the sockets ends when this one is gone, however it went.
    os.environ["TONGYING_PARENT"] = str(os.getpid())
    Granian(
        target="tongying.services.live.application:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.asyncio,
        workers=1,
        websockets=True,
        respawn_failed_workers=True,
        workers_kill_timeout=STOPS_WITHIN_SECONDS,
        log_enabled=True,
        log_access=False,
    ).serve()
