"""Installing what a hospital brings: a pack is entered once, a service needs a card alone."""

from __future__ import annotations

from pathlib import Path

import ai_read_world as models
import archive_world as world
import pytest

from tongying.ai.card.reading import CardRefused
from tongying.ai.pack import PackThere
from tongying.web.ai import installing, standing
from tongying.web.ai.models import ModelRow
from tongying.web.ai.states import Standing
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
SERVICE = "run:\n  runtime: http\n  entry: https://127.0.0.1:9/nodules\n"


@pytest.fixture(autouse=True)
def people(data_dir: Path) -> None:
    world.build()


def pack(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "card.yaml").write_text(text, encoding="utf-8")
    return folder


def card(**changes: str) -> str:
    text = models.CARD.format(id="from-outside", step="detection", method="classical", first="")
    local = "run:\n  runtime: built-in\n  entry: tongying.ai.steps.acquisition_quality:answer\n"
    text = text.replace(local, SERVICE)
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def test_a_service_is_a_pack_with_its_card_alone_and_begins_switched_off(tmp_path: Path) -> None:
    row = installing.install(pack(tmp_path / "one", card()), world.viewer("admin"))
    assert (row.card_id, row.version, row.bundled) == ("from-outside", "1.2.0", False)
    assert installing.model_row("from-outside") == row
    assert standing.standing_of(row, world.COUNTY) is Standing.OFF
    assert AuditRow.objects.filter(kind="ai-model", target="from-outside").count() == 1
    folder = installing.folder_of(row)
    assert folder is not None and (folder / "card.yaml").exists()
    again = installing.install(tmp_path / "one", world.viewer("admin"))
    assert again == row and ModelRow.objects.filter(card_id="from-outside").count() == 1


def test_another_text_under_the_same_version_is_refused(tmp_path: Path) -> None:
    installing.install(pack(tmp_path / "one", card()))
    other = pack(tmp_path / "two", card(Example="Somebody else"))
    with pytest.raises(PackThere):
        installing.install(other)


def test_what_is_no_card_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    broken = pack(tmp_path / "one", card(**{"version: 1.2.0\n": ""}))
    with pytest.raises(CardRefused):
        installing.install(broken)
    assert not ModelRow.objects.filter(card_id="from-outside").exists()
    assert not any(installing.packs_folder().glob("*/*"))


@pytest.mark.parametrize("login", ["expert", "requester", "technologist", "vendor"])
def test_only_administrators_install(login: str, tmp_path: Path) -> None:
    with pytest.raises(installing.InstallingNotYours):
        installing.install(pack(tmp_path / "one", card()), world.viewer(login))
