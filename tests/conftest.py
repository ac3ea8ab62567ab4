"""Every test runs on a data directory of its own; the developer's is never touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# Tests run beside one another; threads within each only make them wait. Before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A machine that is busy with something else makes examples slow, which says nothing about the code.
hypothesis_settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("busy")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put the test database into a file: threads then meet as they do in a real installation."""
    from django.db import connections

    settings = connections["default"].settings_dict
    if settings["ENGINE"].endswith("sqlite3"):
        settings["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test an empty data directory and a content store on it."""
    from tongying.web.records import images
    from tongying.web.trail import store as trail

    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr(images, "_store", None)
    trail.forget_episodes()
    yield settings.DATA_DIR
    if images._store is not None and images._store._busy is not None:
        images._store._busy.close()
