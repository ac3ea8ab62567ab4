"""One platform and one browser for all journeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from platform_ import Platform, chromium, running
from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running(tmp_path_factory.mktemp("platform") / "data") as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
