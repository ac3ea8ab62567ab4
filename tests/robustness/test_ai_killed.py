"""SIGKILL while models run: every run ends once, nothing is kept twice, nothing stays open."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from installation import Installation, alive, descendants, found

pytestmark = [pytest.mark.server, pytest.mark.timeout(900)]

SEED = 20261123
KILLS = [3, pytest.param(20, marks=pytest.mark.long)]
WITHIN_SECONDS = 120
ENDS_WITHIN_SECONDS = 5
WORLD = Path(__file__).resolve().parents[1] / "web"
ASKING = """
import sys
from pathlib import Path
from tongying.web.boot import boot
boot(Path(sys.argv[1]))
import archive_world as world
from tongying.web import now as clock
from tongying.web.ai.asking import ask
from tongying.web.ai.installing import model_row
from tongying.web.ai.models import StandingRow
StandingRow.objects.create(
    model=model_row("acquisition-quality"),
    hospital_id=world.COUNTY, standing="trial", at=clock.now(), reason="test",
)
for number in range(int(sys.argv[2])):
    study = f"{world.STUDY}.{number}"
    files = [world.instance(one, study=study, fill=number) for one in (1, 2, 3)]
    assert all(one.accepted for one in world.send("county", *files))
    ask(world.viewer("county"), study, "acquisition-quality")
"""
WORKING = """
import signal, sys
from pathlib import Path
from tongying.web.boot import boot
boot(Path(sys.argv[1]))
from tongying.services.ai_work import AiWork
AiWork("worker-1").start()
signal.pause()
"""


@pytest.mark.parametrize("kills", KILLS)
def test_killed_while_models_run(tmp_path: Path, kills: int) -> None:
    chance = random.Random(SEED)
    here = found(tmp_path / "data", "COUNTY")
    runs = kills + 3
    _ask(here, runs)
    for _ in range(kills):
        worker = _begin(here)
        _wait(here, "state = 'running'", at_least=1)
        threading.Event().wait(chance.uniform(0.0, 3.0))
        _kill(worker)
        if not _count(here, "state in ('waiting', 'running')"):
            break
    worker = _begin(here)
    try:
        _wait(here, "state in ('waiting', 'running')", at_most=0)
    finally:
        _kill(worker)
    ended = here.rows("select code, state, refusal_code, attempt, objects_made from ai_runrow")
    assert len(ended) == runs
    assert {state for _, state, *_ in ended} == {"done"}, ended
    reports = here.rows("select uid from records_instance where door = 'self'")
    assert len(reports) == len(set(reports)) == sum(one[4] != "[]" for one in ended)
    assert here.rows("select count(*) from records_storeconflict") == [(0,)]
    told = here.rows(
        "select run_id, count(*) from ai_stepevent"
        " where kind in ('done', 'refused', 'failed') group by run_id"
    )
    assert len(told) == runs and {count for _, count in told} == {1}
    final = "select count(*) from workitems_workitem where state in ('COMPLETED', 'CANCELED')"
    assert here.rows(final) == [(runs,)]


def _ask(here: Installation, runs: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKING, str(here.data), str(runs)],
        env={**here.environment, "PYTHONPATH": str(WORLD)},
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_SECONDS,
    )
    assert done.returncode == 0, done.stderr


def _begin(here: Installation) -> subprocess.Popen[bytes]:
    with here.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", WORKING, str(here.data)],
            stdout=log,
            stderr=log,
            env=here.environment,
            start_new_session=True,
        )


def _kill(worker: subprocess.Popen[bytes]) -> None:
    """Kill the worker alone; what it started must end by itself."""
    left = descendants(worker.pid)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    while alive(left) and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert not alive(left), "a model's process outlived its worker"


def _count(here: Installation, where: str) -> int:
    ((count,),) = here.rows(f"select count(*) from ai_runrow where {where}")  # noqa: S608
    return int(count)


def _wait(here: Installation, where: str, *, at_least: int = 0, at_most: int = 1 << 30) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not at_least <= _count(here, where) <= at_most:
        assert time.monotonic() < deadline, here.log.read_text()[-2000:]
        threading.Event().wait(0.02)
