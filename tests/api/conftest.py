"""The API's tests stand on the same small alliance as those of FHIR."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fhir"))

import alliance

from tongying.archive.content_store import FileContentStore
from tongying.web.records import images
from tongying.web.trail import store as trail


@pytest.fixture
def world(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[alliance.Alliance]:
    monkeypatch.setattr(images, "_store", FileContentStore(tmp_path))
    trail.forget_episodes()
    yield alliance.build()
    trail.forget_episodes()
