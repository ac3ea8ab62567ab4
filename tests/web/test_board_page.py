"""The board: who reads it, what it counts, its exports, and a period that makes no sense."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import archive_world as world
import case_world
import pytest
from django.test import Client
from django.utils import timezone

from tongying.consult.people import Role


@pytest.fixture
def built(db, data_dir):
    case_world.build()
    world.add("chief", Role.ADMIN, world.EXPERTS)
    world.add("county-desk", Role.COORDINATOR, world.COUNTY)


def client_of(login: str) -> Client:
    from tongying.web.people.models import Member

    client = Client()
    client.force_login(
        Member.objects.get(login=login), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def moved_back(case_id: int, *, hours: float, took: float) -> None:
    """Let a case have been asked `hours` ago and answered `took` hours later."""
    from tongying.web.cases.models import CaseRow

    asked = timezone.now() - timedelta(hours=hours)
    CaseRow.objects.filter(pk=case_id).update(
        submitted_at=asked, signed_at=asked + timedelta(hours=took)
    )


def test_the_board_counts_what_the_hospital_answers(built):
    case_id = case_world.signed()
    moved_back(case_id, hours=9, took=5)
    page = client_of("desk").get("/board/?days=7")
    assert page.status_code == 200
    shown = page.context["board"]
    assert (shown.whole.asked, shown.whole.answered) == (1, 1)
    assert [share.k for share in shown.whole.wall.within] == [0, 1]
    assert shown.whole.kept.k == 0  # urgent: promised within 4 h
    assert [one.cases for one in shown.carriers] == [1, 0]
    assert page.context["reading_any"] == "—"


@pytest.mark.parametrize(
    ("login", "status"),
    [("desk", 200), ("chief", 200), ("county-desk", 200), ("reader", 403), ("requester", 403)],
)
def test_who_reads_it(built, login, status):
    assert client_of(login).get("/board/").status_code == status
    assert client_of(login).get("/board/hospital.csv").status_code == status


def test_the_asking_side_sees_its_own_questions_only(built):
    case_world.signed()
    asked = client_of("county-desk").get("/board/").context["board"]
    assert (asked.whole.asked, asked.answering, asked.silent) == (1, False, ())
    world.add("other-desk", Role.COORDINATOR, world.OTHER)
    assert client_of("other-desk").get("/board/").context["board"].whole.asked == 0


def test_exports_carry_the_numbers(built):
    case_id = case_world.signed()
    moved_back(case_id, hours=30, took=2.5)
    client = client_of("desk")
    text = client.get("/board/hospital.csv").content.decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text))
    row = dict(zip(head, line, strict=True))
    assert (row["asked"], row["wall_p50_h"], row["wall_within_4h"]) == ("1", "2.5", "1")
    assert client.get("/board/times.svg").content.startswith(b"<svg")
    assert client.get("/board/times.csv").status_code == 200
    for missing in ("/board/nothing.csv", "/board/hospital.svg", "/board/times.exe"):
        assert client.get(missing).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["first=2026-03-02&last=2026-03-01", "first=x&last=y", "first=2020-01-01&last=2026-01-01"],
)
def test_a_period_that_makes_no_sense_is_said(built, query):
    page = client_of("desk").get(f"/board/?{query}")
    assert page.status_code == 422
    assert page.context["error"]
    assert client_of("desk").get(f"/board/hospital.csv?{query}").status_code in (400, 422)


def test_an_empty_board_says_so(built):
    assert "该时段没有病例" in client_of("desk").get("/board/").content.decode()


def test_the_codes_of_disagreement_come_from_the_signature(built):
    case_id = case_world.reading()
    client = client_of("reader")
    typed = {"answer": "正常", "confirm": "1", "against_local": "major"}
    assert client.post(f"/cases/{case_id}/moves/sign/", typed).status_code == 302
    shown = client_of("desk").get("/board/").context["board"]
    assert (shown.reading.major.k, shown.reading.coded) == (1, 1)


def test_a_hospital_under_agreement_that_never_asked_is_silent(built):
    from tongying.web.alliance.models import AgreementRow
    from tongying.web.people.models import Hospital

    today = timezone.localdate()
    AgreementRow.objects.create(
        asking_id=world.OTHER,
        answering_id=world.EXPERTS,
        valid_from=today,
        valid_until=today + timedelta(days=100),
        scope="imaging",
    )
    Hospital.objects.filter(code=world.OTHER).update(created_at=timezone.now() - timedelta(days=20))
    (quiet,) = client_of("desk").get("/board/").context["board"].silent
    assert (quiet.code, quiet.days, quiet.ever) == (world.OTHER, 20, False)
