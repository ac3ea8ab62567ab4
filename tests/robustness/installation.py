"""An installation on a data directory of its own: made, served, killed, looked into."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

CLI = [sys.executable, "-m", "tongying.services.cli"]
STARTS_WITHIN_SECONDS = 60
FOUNDING = """
import json, sys
from pathlib import Path
from tongying.web.boot import boot, migrate
boot(Path(sys.argv[1]))
migrate()
from tongying.consult.people import Role
from tongying.web.people.store import NewMember, add_hospital, add_member, issue_token
tokens = {}
for code in sys.argv[2:]:
    add_hospital(code, code, actor="system", ae_title=code)
    login = code.lower()
    add_member(NewMember(login, Role.TECHNOLOGIST, code, "a-long-pass-phrase"), actor="system")
    tokens[code] = issue_token(login, actor="system")
print(json.dumps(tokens))
"""


@dataclass
class Installation:
    """A data directory, its tokens by hospital, and the server that may run on it."""

    data: Path
    tokens: dict[str, str]
    port: int = 0
    dicom_port: int = 0
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data.parent / "server.log"

    def start(self) -> None:
        """Run ``tongying serve`` and wait until it answers on both ports."""
        if not self.port:
            self.port, self.dicom_port = free_ports(2)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *CLI,
                    "serve",
                    "--data",
                    str(self.data),
                    "--port",
                    str(self.port),
                    "--dicom-port",
                    str(self.dicom_port),
                ],
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not (self.healthy() and listens(self.dicom_port)):
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < deadline, self.log.read_text()[-2000:]
            threading.Event().wait(0.05)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310
                return bool(json.load(answer)["status"] == "ok")
        except (URLError, OSError, ValueError):
            return False

    def kill(self) -> None:
        """Send SIGKILL to the server and everything it started, all at once."""
        assert self.process is not None
        # Stopped first, so that nobody has time to react to the death of another.
        self.process.send_signal(signal.SIGSTOP)
        for one in (self.process.pid, *descendants(self.process.pid)):
            _send(one, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def kill_first_alone(self) -> list[int]:
        """Send SIGKILL to the first process only; returns those it started."""
        assert self.process is not None
        left = descendants(self.process.pid)
        self.process.kill()
        self.process.wait()
        self.process = None
        return left

    def stop(self) -> None:
        """End the server in order."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def verify(self) -> dict[str, object]:
        """Return what ``tongying verify --json`` says."""
        done = subprocess.run(
            [*CLI, "verify", "--data", str(self.data), "--json"],
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
            timeout=300,
        )
        report = json.loads(done.stdout.splitlines()[0])
        assert report["sound"] == (done.returncode == 0)
        return dict(report)

    def rows(self, query: str, *values: object) -> list[tuple]:
        """Look into the database."""
        with sqlite3.connect(f"file:{self.data}/tongying.sqlite3?mode=ro", uri=True) as database:
            found = database.execute(query, values).fetchall()
        database.close()
        return found

    def leftovers(self) -> list[str]:
        """Return what lies in the directories that must be empty when nobody is sending."""
        places = (self.data / "incoming", self.data / "uploads")
        return [
            path.name
            for place in places
            if place.is_dir()
            for path in place.rglob("*")
            if path.is_file()
        ]


def found(data: Path, *hospitals: str) -> Installation:
    """Make an installation with hospitals, each with a technologist of its name."""
    environment = {**os.environ, "TONGYING_DATA": str(data), "TCP_NODELAY": "1"}
    environment.pop("TONGYING_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", FOUNDING, str(data), *hospitals],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return Installation(data, json.loads(done.stdout.splitlines()[-1]), environment=environment)


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def descendants(pid: int) -> list[int]:
    """Return every process below one, however they were started."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(words[1]), []).append(int(stat.parent.name))
    below, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        below += children
        waiting += children
    return below


def alive(pids: list[int]) -> list[int]:
    """Return those of some processes that still run."""
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def listens(port: int) -> bool:
    """Say whether anybody listens on a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
