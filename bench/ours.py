"""Our server as it is deployed: two web processes and the DICOM listener, on an empty archive.

Durability (fsync), the access rule and the audit trail are on; the load comes with a bearer token.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.ports import free_port, wait_for_port

HOSPITAL = "COUNTY"
AE_TITLE = "TONGYING"
PASSWORD = "Bench-only-9182"


class Ours:
    """A platform with one hospital and one technologist.

    Parameters
    ----------
    directory : Path
        Data directory; emptied.
    """

    name = "Tongying"

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.http_port = free_port()
        self.dicom_port = free_port()
        self.base = f"http://127.0.0.1:{self.http_port}/dicomweb"
        self.ae_title = AE_TITLE
        self.headers: dict[str, str] = {}
        self._roles: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Make the archive, start it, and wait until it answers."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.command("hospital", "add", HOSPITAL, "County Hospital", "--ae-title", AE_TITLE)
        self.command(
            "user", "add", "bench", "--role", "technologist", "--hospital", HOSPITAL,
            "--password-stdin", text=PASSWORD,
        )  # fmt: skip
        made = json.loads(self.command("token", "bench", "--json"))
        self.headers = {"Authorization": f"Bearer {made['token']}"}
        for role, port in (("web", self.http_port), ("listen", self.dicom_port)):
            log = (self.directory / f"{role}.log").open("wb")
            self._roles[role] = subprocess.Popen(
                [*self._tongying(), role, "--port", str(port)],
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        wait_for_port(self.http_port)
        wait_for_port(self.dicom_port)

    def stop(self) -> None:
        """Stop it."""
        for process in self._roles.values():
            process.terminate()
        for process in self._roles.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def command(self, *words: str, text: str = "") -> str:
        """Run a command of the platform on the archive and return what it prints."""
        done = subprocess.run(
            [*self._tongying(), *words],
            input=text + "\n",
            text=True,
            capture_output=True,
            env=self._environment(),
        )
        if done.returncode:
            raise SystemExit(f"tongying {words[0]} failed: {done.stderr.strip()}")
        return done.stdout

    def pids(self, role: str) -> list[int]:
        """Return the processes of a role (``"web"`` or ``"listen"``)."""
        process = self._roles[role]
        return [process.pid, *_children(process.pid)]

    @staticmethod
    def _tongying() -> list[str]:
        return [sys.executable, "-m", "tongying.services.cli"]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "TONGYING_DATA": str(self.directory)}


def _children(pid: int) -> list[int]:
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found += [int(child), *_children(int(child))]
    return found
