"""A role that `tongying serve` started ends when `tongying serve` is gone, however it went."""

from __future__ import annotations

import os
import signal
import threading
import time

CHECK_SECONDS = 1.0


def under_parent() -> bool:
    """Say whether `tongying serve` started this process."""
    return "TONGYING_PARENT" in os.environ


def end_with_parent(*, with_group: bool = False) -> None:
    """Watch the process named in ``TONGYING_PARENT``; when it is gone, stop this one.

    Parameters
    ----------
    with_group : bool, optional
        Kill the whole process group at once: for one that leads a group of its own.
    """
    told = os.environ.get("TONGYING_PARENT")
    if told is None:
        return
    parent = int(told)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        if with_group:
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
