"""One world for the tests of DICOMweb."""

from __future__ import annotations

import dicomweb_world
import pytest


@pytest.fixture
def world(db: None) -> dicomweb_world.World:
    return dicomweb_world.build()
