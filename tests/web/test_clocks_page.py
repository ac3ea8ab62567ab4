"""The clocks on the case's page and on the worklist: what is shown, stopped, acknowledged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import archive_world as world
import case_world
import pytest
from django.test import Client
from django.utils import translation

from tongying.consult.case import Urgency
from tongying.consult.desk import Act
from tongying.consult.states import Move, State
from tongying.web.cases import store
from tongying.web.desk.clocks import clocks_of
from tongying.web.desk.models import AlertRow
from tongying.web.desk.sweep import sweep
from tongying.web.pages.due import time_left

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock(tmp_path, monkeypatch):
    path = tmp_path / "clock"
    monkeypatch.setattr("tongying.web.now._FILE", str(path))

    def turn(minutes: float) -> datetime:
        now = NOW + timedelta(minutes=minutes)
        path.write_text(repr(now.timestamp()))
        return now

    turn(0)
    return turn


@pytest.fixture
def case_id(clock) -> int:
    case_world.build()
    return case_world.submitted()


def page(login: str, case_id: int, **query: str) -> str:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(
        world.member(login) if hasattr(world, "member") else _member(login),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    answer = client.get(f"/cases/{case_id}/" if case_id else "/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def _member(login: str):
    from tongying.web.people.models import Member

    return Member.objects.get(login=login)


def test_both_clocks_with_every_step(case_id, clock):
    now = clock(50)
    shown = clocks_of(world.viewer("desk"), case_id, now)
    assert (shown.wall, shown.promise) == (timedelta(minutes=50), timedelta(hours=4))
    assert [(one.step.value, one.late, one.running) for one in shown.steps] == [
        ("complete", False, False),
        ("assigned", True, True),
        ("accepted", True, False),
        ("opened", False, False),
        ("signed", False, True),
        ("acknowledged", False, False),
    ]
    html = page("desk", case_id)
    assert 'id="clocks"' in html
    assert "50 分 <" in html


def test_a_stopped_clock_looks_stopped(case_id, clock):
    clock(10)
    store.act(world.viewer("desk"), case_id, Act(Move.RETURN, reason="缺侧位片"))
    clock(70)
    html = page("desk", case_id)
    assert "等待县医院补充资料 · 已停表" in html
    assert "clocks-stopped" in html
    assert "缺侧位片" in html
    assert "10 分 <" in html
    assert "left-stopped" in page("requester", 0)


def test_an_alert_is_shown_and_acknowledged_by_those_told(case_id, clock):
    sweep(clock(25))
    alert = AlertRow.objects.get()
    address = f"/alerts/{alert.pk}/acknowledge/"
    assert address in page("desk", case_id)
    assert address not in page("requester", case_id), "told to the desk"
    assert "1 条未确认的预警" in page("desk", 0, tab="open")
    client = Client(enforce_csrf_checks=False)
    client.force_login(_member("desk"), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(address)
    assert answer.headers["Location"] == f"/cases/{case_id}/#clocks"
    alert.refresh_from_db()
    assert alert.acknowledged_by_id == _member("desk").pk
    assert address not in page("desk", case_id)
    assert client.get(address).status_code == 405
    assert client.post("/alerts/99999/acknowledge/").status_code == 404


def test_a_draft_has_no_clocks(clock):
    case_world.build()
    draft = case_world.draft(case_world.QUESTION)
    assert clocks_of(world.viewer("requester"), draft, clock(0)) is None
    assert 'id="clocks"' not in page("requester", draft)


@pytest.mark.parametrize(
    ("state", "urgency", "due", "level", "text"),
    [
        (State.WAITING, "urgent", 60, "stopped", "已停表"),
        (State.RETURNED, "booked", -60, "stopped", "已停表"),
        (State.READING, "booked", 3000, "ok", "剩 2 天"),
        (State.READING, "booked", -61, "late", "超时 1:01"),
        (State.READING, "urgent", 59, "soon", "剩 59 分"),
        (State.READING, "urgent", 61, "ok", "剩 1:01"),
        (State.SIGNED, "urgent", 61, "done", "已答复"),
        (State.SUBMITTED, "", None, "none", "尚无时限"),
    ],
)
def test_time_left(state, urgency, due, level, text):
    assert urgency in ("", *(one.value for one in Urgency))
    with translation.override("zh-hans"):
        left = time_left(state, None if due is None else NOW + timedelta(minutes=due), urgency, NOW)
    assert left.level == level
    assert text == left.text
