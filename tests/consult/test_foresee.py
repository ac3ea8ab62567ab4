"""Likely breaches are raised once and in time; a breach keeps how early, or why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from clock_world import Clock, at, move, rostered, staffed, submitted

from tongying.consult.case import Urgency
from tongying.consult.states import Move

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(tmp_path, monkeypatch):
    return Clock(tmp_path / "clock", monkeypatch)


@pytest.fixture
def world(clock):
    return staffed()


def foresee_at(clock, minutes):
    from tongying.web.desk.foresee import foresee

    return foresee(clock.set(minutes))


def sweep_at(clock, minutes):
    from tongying.web.desk.sweep import sweep

    return sweep(clock.set(minutes))


def forecasts(case):
    from tongying.web.desk.models import AlertRow

    return AlertRow.objects.filter(case=case, kind="forecast").order_by("round")


def breach_of(case):
    from tongying.web.desk.models import AlertRow

    return AlertRow.objects.get(case=case, step="signed", percent=100).detail


def off_duty(*logins):
    """Everybody comes at minute 600 only."""
    for login in logins:
        rostered(login, 600, 1200)


def test_a_night_without_anybody_is_foreseen_once_and_told(world, clock):
    from tongying.web.desk.models import SweepRow
    from tongying.web.notices.models import NoticeRow

    off_duty("expert", "second")
    case = submitted(world, 1)
    NoticeRow.objects.all().delete()
    assert foresee_at(clock, 1) == 1
    assert foresee_at(clock, 2) == 0
    (alert,) = forecasts(case)
    assert (alert.step, alert.percent, alert.round, alert.owner) == ("signed", 0, 0, "desk")
    assert (alert.fired_at, alert.due_at) == (at(1), at(240))
    assert alert.detail["reason"] == "no-one-on-duty"
    assert set(alert.told.values_list("login", flat=True)) == {"desk", "desk-two"}
    told = NoticeRow.objects.filter(kind="forecast", case=case)
    assert set(told.values_list("member__login", flat=True)) == {"desk", "desk-two"}
    assert SweepRow.objects.get(name="foresee").done_until == at(2)


def test_each_round_is_foreseen_anew(world, clock):
    off_duty("expert", "second")
    case = submitted(world, 1)
    foresee_at(clock, 1)
    clock.set(5)
    move(world, "desk", case, Move.ASSIGN, assignee=world.expert.user)
    assert foresee_at(clock, 6) == 1
    assert [one.round for one in forecasts(case)] == [0, 1]
    assert forecasts(case)[1].owner == "assignee"


def test_nothing_is_raised_where_there_is_time_or_the_clock_stands(world, clock):
    rostered("expert", -60, 600)
    submitted(world, 1)
    stopped = submitted(world, 2, Urgency.EMERGENCY)
    clock.set(1)
    move(world, "desk", stopped, Move.RETURN, reason="no lateral view")
    assert foresee_at(clock, 2) == 0


def test_what_is_overdue_already_is_no_forecast(world, clock):
    off_duty("expert", "second")
    submitted(world, 1, Urgency.EMERGENCY)
    assert foresee_at(clock, 61) == 0


def test_a_breach_that_was_foreseen_says_how_early(world, clock):
    off_duty("expert", "second")
    case = submitted(world, 1)
    foresee_at(clock, 10)
    sweep_at(clock, 250)
    assert breach_of(case) == {"foreseen": True, "minutes_ahead": 230.0, "why_not": ""}


def test_a_breach_while_nobody_looked_says_so(world, clock):
    off_duty("expert", "second")
    case = submitted(world, 1)
    sweep_at(clock, 250)
    assert breach_of(case) == {"foreseen": False, "minutes_ahead": 0.0, "why_not": "not-looked"}


def test_a_breach_by_an_expert_who_overran_says_so(world, clock):
    """Opened at minute 190 of 240, usually 18 minutes: 32 minutes before the end 9 % are late."""
    from tongying.web.cases.models import CaseRow

    rostered("expert", -60, 600)
    case = submitted(world, 1)
    move(world, "desk", case, Move.ASSIGN, assignee=world.expert.user)
    move(world, "expert", case, Move.ACCEPT)
    clock.set(190)
    move(world, "expert", case, Move.OPEN)
    assert foresee_at(clock, 208) == 0
    assert CaseRow.objects.get(pk=case).looked_at == at(208)
    foresee_at(clock, 212)
    assert CaseRow.objects.get(pk=case).looked_at == at(208), "too late to foresee it in time"
    sweep_at(clock, 240)
    detail = breach_of(case)
    assert (detail["foreseen"], detail["why_not"]) == (False, "expert-overran")


def test_the_rounds_of_a_worker_go_on_when_one_fails(clock, caplog):
    from django.db import OperationalError

    from tongying.web.desk.watch import Round, watch

    seen = []

    def fails(now):
        raise OperationalError("database is locked")

    rounds = (
        Round("failing", fails, timedelta()),
        Round("often", lambda now: seen.append("often") or 1, timedelta()),
        Round("seldom", lambda now: seen.append("seldom") or 1, timedelta(seconds=60)),
    )
    assert watch(rounds, at(0)) == 2
    assert watch(rounds, at(0.5)) == 1
    assert watch(rounds, at(1)) == 2
    assert watch(rounds, at(0)) == 2, "a clock that was put back"
    assert seen == ["often", "seldom", "often", "often", "seldom", "often", "seldom"]
    assert "failing" in caplog.text


def test_what_a_worker_does_in_its_rounds():
    from tongying.web.desk.watch import rounds

    every = {one.name: one.every.total_seconds() for one in rounds()}
    assert every == {"clocks": 0, "criticals": 0, "assignment": 5, "forecast": 60}
