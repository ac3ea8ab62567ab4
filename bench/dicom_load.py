"""The load by DIMSE: DCMTK's storescu sends a series."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Protocol

from bench.series import Slices


class Node(Protocol):
    """A DICOM node under load."""

    dicom_port: int
    ae_title: str


def c_store(node: Node, series: Slices) -> float:
    """Send a series over one association and return the seconds it took.

    Raises
    ------
    SystemExit
        If an instance is not stored.
    """
    if shutil.which("storescu") is None:
        raise SystemExit("storescu is missing; install it first: apt-get install dcmtk")
    with tempfile.TemporaryDirectory() as name:
        for number, (_, data) in enumerate(series.instances):
            (Path(name) / f"{number:04d}.dcm").write_bytes(data)
        started = time.perf_counter()
        done = subprocess.run(
            ["storescu", "-aet", "BENCH", "-aec", node.ae_title, "+sd", "127.0.0.1",
             str(node.dicom_port), name],
            capture_output=True,
            text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - started
    if done.returncode or "Failure" in done.stderr or "Error" in done.stderr:
        raise SystemExit(f"storescu: {done.stderr.strip()[-300:]}")
    return seconds
