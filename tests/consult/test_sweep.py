"""The durable clocks: every rung fires once, to the right people, whatever happened meanwhile."""

from __future__ import annotations

import threading

import pytest
from clock_world import Clock, alerts, at, move, rostered, staffed, submitted, told
from consult_world import row

from tongying.consult.case import Urgency
from tongying.consult.clock import Step, deadline
from tongying.consult.desk import MoveOutOfPlace
from tongying.consult.states import Move

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(tmp_path, monkeypatch):
    return Clock(tmp_path / "clock", monkeypatch)


@pytest.fixture
def world(clock):
    return staffed()


def sweep_at(clock, minutes):
    from tongying.web.desk.sweep import sweep

    return sweep(clock.set(minutes))


def test_rungs_fire_at_their_time_and_once(world, clock):
    case = submitted(world, 1)
    assert row(case).wake_at == at(22.5)
    assert sweep_at(clock, 22) == 0
    assert sweep_at(clock, 22.5) == 1
    assert sweep_at(clock, 22.5) == 0
    assert row(case).wake_at == at(30)
    assert sweep_at(clock, 240) == 5
    assert sweep_at(clock, 5000) == 0
    assert row(case).wake_at is None
    assert alerts(case) == [
        ("assigned", 0, 75),
        ("assigned", 0, 100),
        ("signed", 0, 50),
        ("signed", 0, 75),
        ("signed", 0, 90),
        ("signed", 0, 100),
    ]


def test_what_an_alert_keeps(world, clock):
    from tongying.web.desk.models import AlertRow
    from tongying.web.trail.models import AuditRow

    case = submitted(world, 1)
    sweep_at(clock, 25)
    alert = AlertRow.objects.get(case=case)
    assert (alert.fell_due_at, alert.fired_at, alert.due_at) == (at(22.5), at(25), at(30))
    assert (alert.owner, alert.acknowledged_at) == ("desk", None)
    event = AuditRow.objects.order_by("-id").first()
    assert (event.actor, event.kind, event.hospital) == ("system", "case", "COUNTY")
    assert event.detail["alert"] == "rung/assigned/75"


def test_a_move_before_the_sweep_does_not_lose_the_rung(world, clock):
    """The process was down while two rungs fell due; then the desk assigns."""
    from tongying.web.desk.models import AlertRow

    case = submitted(world, 1)
    clock.set(40)
    move(world, "desk", case, Move.ASSIGN, assignee=world.expert.user)
    assert alerts(case) == [("assigned", 0, 75), ("assigned", 0, 100)]
    assert set(AlertRow.objects.values_list("owner", "fired_at")) == {("desk", at(40))}
    assert row(case).wake_at == at(40 + 15 * 0.75)
    assert sweep_at(clock, 41) == 0


def test_a_refused_move_fires_nothing_and_the_sweep_does(world, clock):
    case = submitted(world, 1)
    clock.set(40)
    with pytest.raises(MoveOutOfPlace):
        move(world, "author", case, Move.ACKNOWLEDGE)
    assert alerts(case) == []
    assert sweep_at(clock, 40) == 2


def test_of_rungs_that_fell_due_together_only_the_highest_is_announced(world, clock):
    from tongying.web.notices.models import NoticeRow

    case = submitted(world, 1)
    NoticeRow.objects.all().delete()
    assert sweep_at(clock, 185) == 4
    kinds = NoticeRow.objects.filter(member_id=world.desk.user, case=case)
    assert sorted(kinds.values_list("kind", "values__step")) == [
        ("rung-100", "assigned"),
        ("rung-75", "signed"),
    ]


def test_who_is_told_while_an_expert_reads(world, clock):
    """Rungs of the promise, by hand; of the experts on duty only the second can take it."""
    from tongying.web.notices.models import NoticeRow

    rostered("second", -60, 600)
    rostered("desk-two", -60, 600)
    case = submitted(world, 1)
    move(world, "desk", case, Move.ASSIGN, assignee=world.expert.user)
    move(world, "expert", case, Move.ACCEPT)
    move(world, "expert", case, Move.OPEN)
    NoticeRow.objects.all().delete()
    for minute in (120, 180, 216, 240):
        assert sweep_at(clock, minute) == 1
    assert told(case, "signed", 50) == {"expert"}
    assert told(case, "signed", 75) == {"expert", "desk-two"}
    assert told(case, "signed", 90) == {"expert", "desk-two", "second"}
    assert told(case, "signed", 100) == {"expert", "desk-two", "second", "office"}
    links = NoticeRow.objects.filter(kind="rung-100").values_list("member__login", "url", "case")
    assert set(links) == {
        ("expert", f"/cases/{case}/", case),
        ("desk-two", f"/cases/{case}/", case),
        ("second", "/", None),
        ("office", "/board/", None),
    }
    assert not NoticeRow.objects.filter(pressing=True).exists()


def test_who_is_told_while_the_county_is_waited_for(world, clock):
    case = submitted(world, 1)
    clock.set(5)
    move(world, "desk", case, Move.RETURN, reason="no lateral view")
    assert row(case).wake_at == at(5 + 720)
    assert sweep_at(clock, 5 + 719) == 0
    for minute in (720, 1080, 1296, 1440):
        assert sweep_at(clock, 5 + minute) == 1
    assert told(case, "supplied", 50, 1) == {"author"}
    assert told(case, "supplied", 75, 1) == {"author", "desk", "desk-two"}
    assert told(case, "supplied", 90, 1) == {"author", "desk", "desk-two", "colleague"}
    assert told(case, "supplied", 100, 1) == {
        "author", "desk", "desk-two", "colleague", "county-office",
    }  # fmt: skip
    clock.set(1500)
    move(world, "author", case, Move.RESUBMIT)
    assert sweep_at(clock, 1500) == 0, "the time before the pause has not run out"
    clock.set(1505)
    move(world, "desk", case, Move.RETURN, reason="and the other side")
    assert sweep_at(clock, 1505 + 720) == 1
    assert alerts(case)[-1] == ("supplied", 2, 50)


def test_an_emergency_breaks_through_quiet_hours(world, clock):
    from tongying.web.notices.models import NoticeRow

    submitted(world, 1, Urgency.EMERGENCY)
    NoticeRow.objects.all().delete()
    assert sweep_at(clock, 30) == 3
    assert set(NoticeRow.objects.values_list("pressing", flat=True)) == {True}


def test_where_nobody_of_the_audience_is_there_the_office_is_told(world, clock):
    from tongying.web.people.models import Member

    Member.objects.filter(role="coordinator").update(is_active=False)
    case = submitted(world, 1)
    sweep_at(clock, 23)
    assert told(case, "assigned", 75) == {"office"}


def test_each_round_has_its_ladder_and_the_promise_only_one(world, clock):
    case = submitted(world, 1)
    clock.set(2)
    move(world, "desk", case, Move.ASSIGN, assignee=world.expert.user)
    assert sweep_at(clock, 17) == 2
    move(world, "expert", case, Move.DECLINE, reason="ill")
    assert sweep_at(clock, 17 + 22.5) == 1
    move(world, "desk", case, Move.ASSIGN, assignee=world.second.user)
    sweep_at(clock, 120)
    move(world, "desk", case, Move.ASSIGN, assignee=world.expert.user, reason="quicker")
    assert sweep_at(clock, 121) == 0
    assert alerts(case) == [
        ("accepted", 1, 75),
        ("accepted", 1, 100),
        ("assigned", 2, 75),
        ("accepted", 3, 75),
        ("accepted", 3, 100),
        ("signed", 0, 50),
    ]


def test_each_appointment_of_a_panel_has_its_ladder(world, clock):
    case = submitted(world, 1, Urgency.BOOKED)
    move(world, "desk", case, Move.BOOK, booked_for=at(880))
    assert deadline_of(case) == at(1000)
    assert sweep_at(clock, 500) >= 1
    move(world, "desk", case, Move.BOOK, booked_for=at(1880))
    sweep_at(clock, 1000)
    signed = [one for one in alerts(case) if one[0] == "signed"]
    assert signed == [("signed", 1, 50), ("signed", 2, 50)]


def test_an_amendment_is_acknowledged_on_a_ladder_of_its_own(world, clock):
    case = submitted(world, 1)
    move(world, "desk", case, Move.ASSIGN, assignee=world.expert.user)
    move(world, "expert", case, Move.ACCEPT)
    move(world, "expert", case, Move.SIGN)
    assert sweep_at(clock, 60) == 1
    move(world, "expert", case, Move.AMEND, reason="side")
    assert sweep_at(clock, 120) == 1
    move(world, "author", case, Move.ACKNOWLEDGE)
    assert row(case).wake_at is None
    assert alerts(case) == [("acknowledged", 1, 50), ("acknowledged", 2, 50)]


def test_the_rows_deadline_is_the_clocks(world, clock):
    case = submitted(world, 1)
    clock.set(3)
    move(world, "desk", case, Move.RETURN, reason="no lateral view")
    clock.set(63)
    move(world, "author", case, Move.RESUBMIT)
    assert row(case).due_at == deadline_of(case) == at(300)


def test_one_case_that_fails_does_not_stop_the_others(world, clock, monkeypatch, caplog):
    from tongying.web.desk import sweep as module
    from tongying.web.desk.models import SweepRow

    first, second = submitted(world, 1), submitted(world, 2)
    fire = module.fire_due

    def failing(case_row, now):
        if case_row.pk == first:
            raise LookupError("a value nobody knows")
        return fire(case_row, now)

    with monkeypatch.context() as patch:
        patch.setattr(module, "fire_due", failing)
        assert sweep_at(clock, 25) == 1
    assert (alerts(first), len(alerts(second))) == ([], 1)
    assert not SweepRow.objects.exists(), "not all has been looked at"
    assert "could not be looked at" in caplog.text
    assert module.sweep(at(26)) == 1
    assert SweepRow.objects.get(name="sweep").done_until == at(26)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_fire_each_rung_once(world, clock):
    from django.db import connection

    from tongying.web.desk.sweep import sweep

    cases = [submitted(world, study) for study in range(1, 6)]
    now, start, fired = clock.set(240), threading.Barrier(3), []

    def run():
        start.wait()
        try:
            fired.append(sweep(now))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fired) == 3
    assert sum(fired) == 6 * len(cases)
    assert all(len(alerts(case)) == 6 for case in cases)


def deadline_of(case):
    from tongying.web.desk.course import course_of

    return deadline(course_of(row(case)), Step.SIGNED, at(9000))


# acknowledging


def test_those_told_and_the_desk_acknowledge(world, clock):
    from tongying.consult.people import Viewer
    from tongying.web.desk import alerts as module
    from tongying.web.desk.models import AlertRow
    from tongying.web.trail.models import AuditRow

    case = submitted(world, 1)
    move(world, "desk", case, Move.ASSIGN, assignee=world.expert.user)
    move(world, "expert", case, Move.ACCEPT)
    move(world, "expert", case, Move.OPEN)
    sweep_at(clock, 120)
    alert = AlertRow.objects.get()
    nobody: Viewer = world.stranger
    with pytest.raises(module.AlertNotFound):
        module.acknowledge(nobody, alert.pk)
    with pytest.raises(module.AlertNotFound):
        module.acknowledge(world.second, alert.pk)
    with pytest.raises(module.AlertNotFound):
        module.acknowledge(world.desk, alert.pk + 1)
    with pytest.raises(module.AlertNotYours):
        module.acknowledge(world.author, alert.pk)
    clock.set(125)
    assert module.acknowledge(world.expert, alert.pk) == case
    clock.set(130)
    assert module.acknowledge(world.desk, alert.pk) == case
    alert.refresh_from_db()
    assert (alert.acknowledged_by_id, alert.acknowledged_at) == (world.expert.user, at(125))
    event = AuditRow.objects.order_by("-id").first()
    assert (event.actor, event.detail["alert"]) == ("expert", "rung/signed/50")


def test_a_rung_acknowledged_takes_those_below_along_and_not_those_above(world, clock):
    from tongying.web.desk.alerts import acknowledge
    from tongying.web.desk.models import AlertRow

    case = submitted(world, 1)
    sweep_at(clock, 220)
    acknowledge(world.desk, AlertRow.objects.get(case=case, step="signed", percent=75).pk)
    left = AlertRow.objects.filter(case=case, acknowledged_at=None).order_by("step", "percent")
    assert list(left.values_list("step", "percent")) == [
        ("assigned", 75),
        ("assigned", 100),
        ("signed", 90),
    ]
