"""One live role for the tests of its sockets, on the tests' own database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "web"))

import room_world
from live_world import LiveRole, serving


@pytest.fixture(scope="session")
def live(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveRole]:
    with serving(tmp_path_factory.mktemp("live")) as role:
        yield role


@pytest.fixture
def case_id(transactional_db: None) -> int:
    return room_world.build()


@pytest.fixture
def code(case_id: int) -> str:
    return room_world.opened(case_id)
