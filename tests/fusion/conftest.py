"""The tests of this folder share its modules and those of the pages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "web"))


@pytest.fixture
def fake_core(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let processes started from here compute with `fake_core`; return the folder it obeys."""
    told = tmp_path / "told"
    told.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(HERE / "fake_core"))
    monkeypatch.setenv("FAKE_CORE", str(told))
    return told
