"""Who saw what: for coordinators and administrators, of their own hospital only."""

from __future__ import annotations

import csv
import io

import archive_world as world
import pytest

from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
URLS = ["/trail/", "/trail/export.csv"]


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()
    world.send("technologist", world.instance(1))
    world.send("technologist", world.instance(2))
    world.client("requester").get(f"/studies/{world.STUDY}/")


@pytest.mark.parametrize("url", URLS)
def test_who_may_list(url: str) -> None:
    assert world.client().get(url).status_code == 302
    for role in ("requester", "expert", "technologist", "researcher", "trainee"):
        assert world.client(role).get(url).status_code == 403, role
    for role in ("coordinator", "admin"):
        assert world.client(role).get(url).status_code == 200, role


def test_another_hospital_sees_nothing_of_it() -> None:
    assert world.STUDY not in world.client("othercoord").get("/trail/").content.decode()
    assert "王小明" not in world.client("othercoord").get("/trail/").content.decode()


def test_the_reading_is_told_in_words() -> None:
    text = world.client("coordinator").get(f"/trail/?target={world.STUDY}").content.decode()
    assert "saw the images" in text
    assert "王小明" in text
    assert "2 files stored" in text  # two batches of one arrival, in one line


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor=requester", True),
        ("actor=expert", False),
        ("target=1.2.3", False),
        ("day=2001-01-01", False),
    ],
)
def test_narrowing(query: str, found: bool) -> None:
    text = world.client("admin").get(f"/trail/?{query}").content.decode()
    assert ("saw the images" in text) is found


def test_a_malformed_day_is_told() -> None:
    assert "Write a day as" in world.client("admin").get("/trail/?day=x").content.decode()


def test_the_csv_opens_in_a_spreadsheet_and_is_itself_noted() -> None:
    AuditRow.objects.filter(kind="study").update(target="=cmd()")
    answer = world.client("admin").get("/trail/export.csv")
    data = answer.getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    assert all(not cell.startswith("=") for row in rows for cell in row)
    assert AuditRow.objects.filter(kind="trail", actor="admin").count() == 1
