"""What a model's process says and hears: one JSON object a line.

It hears its model first (``card``, ``folder``), then one job after the other (``job``, ``request``,
``folder``). It says ``ready`` once the model is loaded, ``begun``, progress, then ``done`` or
``refused`` for each job. Nothing here may import Django.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from typing import Any, Final, TextIO

BEAT_SECONDS: Final = 0.8
"""Progress moves at least every second, also while a library is silent."""


class JobTeller:
    """Says on a channel how far each job is, again and again; silent between jobs."""

    def __init__(self, channel: TextIO) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._job: int | None = None
        self._began = self._last = 0.0
        self._fraction, self._stage = 0.0, "begin"
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def begin(self, job: int) -> None:
        """Say that a job has begun."""
        with self._lock:
            self._job = job
            self._began = self._last = time.monotonic()
            self._fraction, self._stage = 0.0, "begin"
            self._write({"begun": job})

    def __call__(self, fraction: float, what: str) -> None:
        """Take note of progress; a new stage is told at once."""
        with self._lock:
            news = what != self._stage
            self._fraction, self._stage = max(self._fraction, fraction), what
            if news or time.monotonic() - self._last >= BEAT_SECONDS:
                self._tell()

    def end(self, message: dict[str, Any]) -> None:
        """Say how a job ended."""
        with self._lock:
            self._write({**message, "job": self._job})
            self._job = None

    def say(self, message: dict[str, Any]) -> None:
        """Say something that belongs to no job."""
        with self._lock:
            self._write(message)

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS / 4)
            with self._lock:
                if self._job is not None and time.monotonic() - self._last >= BEAT_SECONDS:
                    self._tell()

    def _tell(self) -> None:
        self._last = time.monotonic()
        self._write(
            {
                "job": self._job,
                "fraction": round(self._fraction, 4),
                "what": self._stage,
                "seconds": round(self._last - self._began, 1),
            }
        )

    def _write(self, message: dict[str, Any]) -> None:
        try:
            self._channel.write(json.dumps(message) + "\n")
            self._channel.flush()
        except BrokenPipeError:
            # Whoever started this is gone: nobody waits for an answer.
            os.killpg(os.getpgrp(), signal.SIGKILL)
