"""The whole platform in one go: web, worker, DICOM listener and live role, watched by one."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

RESTART_AFTER_SECONDS = 1.0
STOP_WITHIN_SECONDS = 15.0
POLL_SECONDS = 0.2
WEB_PROCESSES = 2
WEB_STOPS_WITHIN_SECONDS = 5
"""A web process that a hanging client keeps from ending is ended after this."""
WEB_THREADS = 4

_log = logging.getLogger("tongying.serve")


@dataclass(slots=True)
class Role:
    """One process of the platform."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    not_before: float = field(default=0.0)


def serve_web(*, host: str, port: int, processes: int = WEB_PROCESSES) -> None:
    """Serve HTTP until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        target="tongying.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=WEB_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=WEB_STOPS_WITHIN_SECONDS,
        log_enabled=True,
        log_access=False,
    ).serve()


def serve_all(data: Path, *, host: str, port: int, dicom_port: int, live_port: int) -> int:
    """Run every role, start anew what dies, and stop all when told to.

    Returns
    -------
    int
        0 after an orderly stop.
    """
    at = ["--data", str(data)]
    roles = [
        Role("web", ["web", *at, "--host", host, "--port", str(port)]),
        Role("worker", ["worker", *at]),
        Role("listen", ["listen", *at, "--host", host, "--port", str(dicom_port)]),
        Role("live", ["live", *at, "--host", host, "--port", str(live_port)]),
    ]
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        for role in roles:
            _keep_alive(role)
        time.sleep(POLL_SECONDS)
    _stop(roles)
    return 0


def _keep_alive(role: Role) -> None:
    now = time.monotonic()
    if role.process is not None and role.process.poll() is None:
        return
    if role.process is not None:
        _log.warning("%s ended with %s and is started anew", role.name, role.process.returncode)
        role.process, role.not_before = None, now + RESTART_AFTER_SECONDS
    if now >= role.not_before:
        role.starts += 1
        # A group of its own: a Ctrl-C at the terminal reaches this process, which then stops the
        # roles in order.
        role.process = subprocess.Popen(
            [sys.executable, "-m", "tongying.services.cli", *role.arguments],
            start_new_session=True,
            env={**os.environ, "TONGYING_PARENT": str(os.getpid())},
        )


def _stop(roles: list[Role]) -> None:
    for role in roles:
        if role.process is not None and role.process.poll() is None:
            role.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for role in roles:
        if role.process is None:
            continue
        try:
            role.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(role.process.pid, signal.SIGKILL)
            role.process.wait()
