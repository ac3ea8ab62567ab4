"""Checking a printed opinion: open, without patient data, and calm."""

from __future__ import annotations

from datetime import UTC, datetime

import archive_world as world
import pytest
from django.core.cache import cache

from tongying.web.cases.models import CaseRow, DocumentRow, OpinionRow
from tongying.web.people.models import Member
from tongying.web.records.models import Child

pytestmark = pytest.mark.django_db
CODE = "0123456789ABCDEFGHJKMNPQRS"


@pytest.fixture(autouse=True)
def opinion(db: None) -> OpinionRow:
    cache.clear()
    world.build()
    world.send("technologist", world.instance())
    now = datetime(2026, 3, 2, 4, 5, tzinfo=UTC)
    case = CaseRow.objects.create(
        state="signed",
        asking_id=world.COUNTY,
        answering_id=world.EXPERTS,
        version=1,
        author=Member.objects.get(login="requester"),
        child=Child.objects.get(),
        created_at=now,
        changed_at=now,
    )
    row = OpinionRow.objects.create(
        case=case,
        version=1,
        answer="x",
        signer=Member.objects.get(login="expert"),
        signed_at=now,
        digest="d" * 64,
        content=b"{}",
        verify_code=CODE,
    )
    DocumentRow.objects.create(opinion=row, kind="pdf-zh", digest="e" * 64, bytes=1, made_at=now)
    return row


def test_anybody_reads_it_and_no_patient_data_are_shown() -> None:
    answer = world.client().get(f"/verify/{CODE}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("COUNTY 医院", "EXPERTS 医院", "2026-03-02 12:05", "d" * 64, "e" * 64):
        assert shown in text
    for hidden in ("王小明", "Wang", "P-77", "2024-03-01"):
        assert hidden not in text


def test_a_newer_version_is_told(opinion: OpinionRow) -> None:
    CaseRow.objects.update(version=2)
    assert (
        "version 2 has taken its place" in world.client().get(f"/verify/{CODE}/").content.decode()
    )


@pytest.mark.parametrize("code", ["X" * 26, "1", "无"])
def test_an_unknown_code_is_told(code: str) -> None:
    answer = world.client().get(f"/verify/{code}/")
    assert answer.status_code == 404
    assert "no document with this code" in answer.content.decode()


def test_a_code_typed_by_hand_leads_there() -> None:
    typed = f"{CODE[:13].lower()} {CODE[13:]}"
    answer = world.client().get("/verify/", {"code": typed})
    assert answer["Location"] == f"/verify/{CODE}/"


def test_too_many_questions_wait() -> None:
    browser = world.client()
    codes = [browser.get("/verify/NOPE/").status_code for _ in range(61)]
    assert codes[59:] == [404, 429]
