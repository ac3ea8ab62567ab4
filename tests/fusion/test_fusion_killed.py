"""A real worker, killed with SIGKILL in the middle and started anew; and asked to cancel."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
WITHIN_SECONDS = 240
FOUNDING = """
import json, sys
from pathlib import Path
sys.path[:0] = [sys.argv[2], sys.argv[3]]
from tongying.web.boot import boot, migrate
boot(Path(sys.argv[1]))
migrate()
import fusion_world
fusion_world.build()
print(json.dumps([fusion_world.asked().code, fusion_world.asked(method="rigid").code]))
"""
CANCELLING = """
import sys
from pathlib import Path
from tongying.web.boot import boot
boot(Path(sys.argv[1]))
from tongying.web.fusion.store import cancel
from tongying.web.people.store import viewer_of_login
cancel(viewer_of_login("requester"), sys.argv[2])
"""

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]


class Platform:
    """A data directory with a worker on it."""

    def __init__(self, data: Path, told: Path) -> None:
        self.data, self.told = data, told
        self.worker: subprocess.Popen[bytes] | None = None
        said = self.run(FOUNDING, str(HERE), str(HERE.parent / "web"))
        self.first, self.second = json.loads(said.splitlines()[-1])

    def run(self, script: str, *arguments: str) -> str:
        command = [sys.executable, "-c", script, str(self.data), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def start(self) -> None:
        log = (self.data.parent / "worker.log").open("ab")
        with log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "tongying.services.cli", "worker", "--data", str(self.data)],
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        assert self.worker is not None
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()

    def stop(self) -> None:
        if self.worker is not None and self.worker.poll() is None:
            self.worker.send_signal(signal.SIGTERM)
            self.worker.wait(60)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self.data / 'tongying.sqlite3'}?mode=ro", uri=True) as reading:
            found = reading.execute(query, values).fetchall()
        reading.close()
        return found

    def state(self, code: str) -> str:
        ((state,),) = self.rows("SELECT state FROM fusion_fusionrow WHERE code = ?", code)
        return str(state)

    def wait(self, true: Any) -> None:
        deadline = time.monotonic() + WITHIN_SECONDS
        while not true():
            assert time.monotonic() < deadline, (self.data.parent / "worker.log").read_text()[
                -3000:
            ]
            threading.Event().wait(0.05)


@pytest.fixture
def platform(fake_core: Path, tmp_path: Path) -> Iterator[Platform]:
    (fake_core / "hang-at").write_text("resample")
    made = Platform(tmp_path / "data", fake_core)
    try:
        yield made
    finally:
        made.stop()


def pids(told: Path) -> list[int]:
    path = told / "hangs"
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_killed_it_goes_on_where_it_was_and_ends_with_each_object_once(
    platform: Platform, fake_core: Path
) -> None:
    platform.start()
    platform.wait(lambda: len(pids(fake_core)) == 2)
    platform.kill()
    platform.wait(lambda: not any(alive(pid) for pid in pids(fake_core)))
    assert platform.state(platform.first) == "running"
    (fake_core / "hang-at").unlink()
    platform.start()
    platform.wait(lambda: platform.state(platform.first) == "done")
    platform.wait(lambda: platform.state(platform.second) == "done")
    computed = (fake_core / "computed").read_text().split()
    stages = ["reading-fixed", "reading-moving", "register", "check", "resample", "write"]
    assert computed == stages * 2  # each stage once, although the first was begun twice
    made = platform.rows(
        "SELECT uid, COUNT(*) FROM records_instance WHERE door = 'self' GROUP BY 1"
    )
    assert sorted(count for _, count in made) == [1] * 8
    assert platform.rows("SELECT COUNT(*) FROM records_storeconflict") == [(0,)]
    assert not list((platform.data / "work").iterdir())


@pytest.mark.long
def test_cancelling_frees_a_real_worker_within_two_seconds(
    platform: Platform, fake_core: Path
) -> None:
    platform.start()
    platform.wait(lambda: len(pids(fake_core)) == 2)
    platform.run(CANCELLING, platform.first)
    cancelled = time.monotonic()
    platform.wait(lambda: not any(alive(pid) for pid in pids(fake_core)[:2]))
    assert time.monotonic() - cancelled <= 2.0
    # The worker is free: it has begun the next one, which hangs in its turn.
    platform.wait(lambda: len(pids(fake_core)) == 4)
    assert platform.state(platform.first) == "cancelled"
    platform.run(CANCELLING, platform.second)
    platform.wait(lambda: platform.state(platform.second) == "cancelled")
    assert platform.rows("SELECT COUNT(*) FROM records_instance WHERE door = 'self'") == [(0,)]
