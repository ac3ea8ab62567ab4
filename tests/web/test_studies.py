"""The study list, the page of a study and its zip: who sees what, and that it is right."""

from __future__ import annotations

import io
import zipfile

import archive_world as world
import pytest

from tongying.web.records.children import link
from tongying.web.records.models import Child, Study
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
FOREIGN = "1.2.826.0.1.3680043.10.99.2"
URLS = ["/studies/", f"/studies/{world.STUDY}/", f"/studies/{world.STUDY}/zip"]


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()
    world.send("technologist", world.instance(1), world.instance(2))
    world.send("stranger", world.instance(1, study=FOREIGN, PatientName="Li^Na=李^娜"))


def listed(query: str, login: str = "requester") -> str:
    return world.client(login).get(f"/studies/?{query}").content.decode()


@pytest.mark.parametrize("url", URLS)
def test_nobody_is_sent_to_log_in(url: str) -> None:
    assert world.client().get(url)["Location"].startswith("/login/")


@pytest.mark.parametrize("url", URLS[1:])
def test_a_stranger_finds_nothing(url: str) -> None:
    assert world.client("stranger").get(url).status_code == 404
    assert world.client("requester").get(url.replace(world.STUDY, "1.2.3")).status_code == 404
    assert world.client("requester").get(url).status_code == 200


def test_the_list_shows_own_studies_only() -> None:
    text = listed("")
    assert "王小明" in text
    assert "李娜" not in text
    assert "王小明" not in listed("", "stranger")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("小明", True),
        ("wangxiaoming", True),
        ("wxm", True),
        ("P-77", True),
        ("acc9", True),
        ("胸部", True),
        ("xiaoming P-77", True),
        ("李", False),
        ("P-78", False),
    ],
)
def test_searching(words: str, found: bool) -> None:
    assert ("王小明" in listed(f"q={words}")) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("modality=CT", True),
        ("modality=C", False),
        ("since=2026-03-01&until=2026-03-01", True),
        ("since=2026-03-02", False),
        ("until=2026-02-28", False),
    ],
)
def test_narrowing(query: str, found: bool) -> None:
    assert ("王小明" in listed(query)) is found


def test_a_malformed_day_is_told_and_does_not_narrow() -> None:
    text = listed("since=yesterday")
    assert "Write a day as" in text
    assert "王小明" in text


def test_windows_join_without_gap_or_double(monkeypatch: pytest.MonkeyPatch) -> None:
    from tongying.web.records import listing

    monkeypatch.setattr(listing, "WINDOW", 2)
    uids = [f"1.2.826.0.1.3680043.10.99.3.{n}" for n in range(5)]
    world.send("technologist", *(world.instance(study=uid) for uid in uids))
    viewer, offset, seen = world.viewer("requester"), 0, []
    while offset is not None:
        window = listing.study_window(viewer, listing.StudyFilter(offset=offset))
        seen += [row.uid for row in window.rows]
        offset = window.next_offset
    assert sorted(seen) == sorted([*uids, world.STUDY])


@pytest.mark.parametrize(
    "sort", ["arrived", "date", "child", "birth", "modality", "hospital", "images"]
)
def test_every_column_sorts(sort: str) -> None:
    assert "王小明" in listed(f"sort={sort}&order=up")


def test_the_page_tells_where_it_came_from_and_is_noted() -> None:
    text = world.client("requester").get(URLS[1]).content.decode()
    assert "browser upload" in text
    assert "/thumbnail?viewport=160,160" in text
    assert f"/cases/new/?study={world.STUDY}" in text
    row = AuditRow.objects.filter(action="read", kind="study", actor="requester").get()
    assert (row.target, row.detail["door"]) == (world.STUDY, "page")


def test_only_a_requester_is_offered_to_ask() -> None:
    assert "/cases/new/" not in world.client("technologist").get(URLS[1]).content.decode()


def test_a_conflict_is_named() -> None:
    world.send("technologist", world.instance(1, fill=7))
    assert "came again with other bytes" in world.client("requester").get(URLS[1]).content.decode()


def test_joined_records_show_their_studies_together() -> None:
    other = "1.2.826.0.1.3680043.10.99.4"
    world.send("technologist", world.instance(study=other, PatientID="P-78"))
    assert other not in world.client("requester").get(URLS[1]).content.decode()
    first, second = Child.objects.filter(hospital_id=world.COUNTY).values_list("pk", flat=True)
    link(world.viewer("coordinator"), first, second, reason="seen")
    assert f"/studies/{other}/" in world.client("requester").get(URLS[1]).content.decode()


def test_the_zip_holds_the_bytes_as_they_came() -> None:
    answer = world.client("requester").get(URLS[2])
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert archive.testzip() is None
        held = {archive.read(name) for name in archive.namelist()}
        assert not any("Wang" in name or "王" in name for name in archive.namelist())
    assert held == {world.instance(1), world.instance(2)}
    assert AuditRow.objects.filter(action="read", detail__door="zip").count() == 1


def test_markup_in_a_name_stays_text() -> None:
    Study.objects.filter(uid=world.STUDY).update(description="<script>x</script>")
    assert "<script>x" not in listed("")
