"""A role that `tongying serve` started ends when `tongying serve` is gone, however it went."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

CHECK_SECONDS = 1.0
PR_SET_PDEATHSIG = 1
"""Linux, sys/prctl.h."""


def end_with_parent() -> None:
    """Watch the process named in ``TONGYING_PARENT``; when it is gone, stop this one."""
    told = os.environ.get("TONGYING_PARENT")
    if told is None:
        return
    parent = int(told)
    _ask_the_kernel()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _ask_the_kernel() -> None:
    """On Linux the kernel itself ends this process at the moment its parent dies (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
