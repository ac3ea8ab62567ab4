"""A small alliance in the database, with a content store that lasts as long as the session."""

from __future__ import annotations

from collections.abc import Iterator

import fhir_referrals
import pytest

import alliance
from tongying.archive.content_store import FileContentStore
from tongying.web.records import images
from tongying.web.trail import store as trail


@pytest.fixture(scope="session")
def content_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileContentStore]:
    store = FileContentStore(tmp_path_factory.mktemp("fhir"))
    yield store
    if store._busy is not None:
        store._busy.close()


@pytest.fixture
def plain(
    db: None, content_store: FileContentStore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[alliance.Alliance]:
    """A case that was answered, and nothing after it."""
    monkeypatch.setattr(images, "_store", content_store)
    trail.forget_episodes()
    yield alliance.build()
    trail.forget_episodes()


@pytest.fixture
def world(plain: alliance.Alliance) -> alliance.Alliance:
    """The same, with what came after it: referrals, outcomes, critical findings, a panel."""
    fhir_referrals.add(plain)
    return plain
