"""The API's tests stand on the same small alliance as those of FHIR."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fhir"))

import alliance  # found by the line above
from tongying.archive.content_store import FileContentStore
from tongying.web.records import images
from tongying.web.trail import store as trail


@pytest.fixture(scope="session")
def content_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileContentStore]:
    store = FileContentStore(tmp_path_factory.mktemp("api"))
    yield store
    if store._busy is not None:
        store._busy.close()


@pytest.fixture
def world(
    db: None, content_store: FileContentStore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[alliance.Alliance]:
    monkeypatch.setattr(images, "_store", content_store)
    trail.forget_episodes()
    yield alliance.build()
    trail.forget_episodes()
