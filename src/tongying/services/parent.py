"""A role that `tongying serve` started ends when `tongying serve` is gone, however it went."""

from __future__ import annotations

import os
import signal
import threading
import time

CHECK_SECONDS = 1.0


def end_with_parent() -> None:
    """Watch the process named in ``TONGYING_PARENT``; when it is gone, stop this one."""
    told = os.environ.get("TONGYING_PARENT")
    if told is None:
        return
    parent = int(told)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
