"""How much memory the processes of a session hold, as the machine counts it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1024**2
_SESSION, _RSS = 3, 21
"""Fields of /proc/PID/stat after the name in brackets (proc(5): session is the 6th, rss the 24th of
all)."""


def session_mb(session: int) -> float:
    """Return the resident memory of all processes of a session together, in MB.

    Pages that processes share are counted for each of them. It is 0 where the machine has no /proc.

    Parameters
    ----------
    session : int
        Process id of its leader.
    """
    total = 0.0
    for _, resident in _processes(session):
        total += resident
    return total


def processes_of(session: int) -> list[int]:
    """Return the ids of the processes of a session, also of those that changed their group."""
    return [process for process, _ in _processes(session)]


def _processes(session: int) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    if not PROC.is_dir():
        return found
    for entry in os.scandir(PROC):
        if not entry.name.isdigit():
            continue
        try:
            fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # gone between the listing and the look
        if int(fields[_SESSION]) == session:
            found.append((int(entry.name), int(fields[_RSS]) * _PAGE_MB))
    return found
