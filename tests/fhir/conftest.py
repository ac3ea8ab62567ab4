"""A small alliance in the database, and a client for each of its people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import alliance
import pytest

from tongying.archive.content_store import FileContentStore
from tongying.web.records import images
from tongying.web.trail import store as trail


@pytest.fixture
def world(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[alliance.Alliance]:
    monkeypatch.setattr(images, "_store", FileContentStore(tmp_path))
    trail.forget_episodes()
    yield alliance.build()
    trail.forget_episodes()
