"""The layers hold, and the check that says so bites."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
RUN = "from importlinter.cli import lint_imports_command; lint_imports_command()"

# Where, what, and the contract that must say no.
PLANTED = [
    ("kernel/planted.py", "import django\n", "Django stays in web"),
    ("kernel/planted.py", "import numpy\n", "the kernel is standard library only"),
    ("consult/planted.py", "import pydicom\n", "the desk and the norms compute but know no images"),
    (
        "norms/planted.py",
        "import highdicom\n",
        "the desk and the norms compute but know no images",
    ),
    ("norms/planted.py", "from tongying.imaging import grid\n", "imports go down"),
    ("dicom/planted.py", "from tongying.web import boot\n", "imports go down"),
    ("consult/planted.py", "from tongying.dicom import vr\n", "imports go down"),
    ("archive/planted.py", "def f():\n    import pynetdicom\n", "Django stays in web"),
    ("web/planted.py", "from tongying.services import parent\n", "imports go down"),
]


def lint(directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, "--no-cache"],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(directory / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_keep_the_layers():
    done = lint(REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 kept, 0 broken" in done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("copy")
    skip = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "*.egg-info")
    shutil.copytree(REPOSITORY / "src", directory / "src", ignore=skip)
    shutil.copy(REPOSITORY / "pyproject.toml", directory)
    return directory


@pytest.mark.parametrize(("path", "text", "contract"), PLANTED)
def test_a_planted_import_is_found(copy, path, text, contract):
    planted = copy / "src/tongying" / path
    planted.write_text(text)
    try:
        done = lint(copy)
    finally:
        planted.unlink()
    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout, done.stdout + done.stderr
