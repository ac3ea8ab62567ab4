"""Models under watch where they run: planted drift is found, kept once, told and answered."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import evidence_world as evidence
import pytest
from evidence_world import Made

from tongying.web import now as clock
from tongying.web.ai.models import StandingRow
from tongying.web.evidence import drift
from tongying.web.evidence.models import AlarmRow
from tongying.web.notices.models import NoticeRow
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
PAGE = "/ai/models/nodule-finder/"
BEFORE = [
    Made(maker=maker, called=number % 5 == 0) for number, maker in enumerate(["SIEMENS", "GE"] * 60)
]
"""A silent trial of 120: two manufacturers in turn, one of five called."""
SAME = [Made(maker=one.maker, called=one.called, standing="trial") for one in BEFORE[:100]]
CHANGED = [Made(maker="NEUSOFT", called=one.called, standing="trial") for one in SAME]
"""As many, called as often, on a machine that was not there before."""


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()


def stands(standing: str, login: str = "expert") -> None:
    StandingRow.objects.create(
        model=models.model(),
        hospital_id=world.COUNTY,
        standing=standing,
        by_id=world.viewer(login).user,
        at=clock.now(),
        reason="x",
    )


def test_too_few_runs_are_not_watched_and_the_page_says_how_many_are_missing() -> None:
    stands("trial")
    evidence.ran(BEFORE[:99])
    assert drift.watch_models() == 0
    found = drift.watching_of(models.model(), world.COUNTY)
    assert (found.runs, found.needed, found.promise) == (99, 100, ())
    assert "99 of 100 studies" in evidence.page("expert", PAGE)


def test_a_new_machine_is_found_kept_once_and_told_to_the_approver() -> None:
    stands("trial")
    runs = evidence.ran(BEFORE + CHANGED)
    kept = drift.watch_models()
    alarms = AlarmRow.objects.all()
    assert kept == len(alarms)
    [alarm] = [one for one in alarms if one.variable == "manufacturer"]
    assert alarm.monitor == "input"
    assert alarm.value > alarm.limit
    assert alarm.at == runs[-1].finished_at  # when the first window after the change was full
    assert AuditRow.objects.filter(kind="ai-alarm", target=str(alarm.pk)).count() == 1
    assert {one.member.login for one in NoticeRow.objects.all()} == {"expert"}
    told = NoticeRow.objects.count()
    assert drift.watch_models() == 0
    assert (AlarmRow.objects.count(), NoticeRow.objects.count()) == (kept, told)
    assert told == kept
    shown = evidence.page("requester", PAGE)
    assert "manufacturer" in shown
    assert "What they promise" in shown


def test_nothing_changed_gives_no_alarm() -> None:
    stands("trial")
    evidence.ran(BEFORE + SAME)
    assert drift.watch_models() == 0
    assert "No alarm." in evidence.page("expert", PAGE)


def test_a_model_that_calls_everything_is_found() -> None:
    stands("clinical")
    evidence.ran(BEFORE + [Made(maker=one.maker, called=True, standing="trial") for one in SAME])
    assert drift.watch_models() > 0
    assert ("output", "rate-up") in set(AlarmRow.objects.values_list("monitor", "variable"))


def test_refusals_that_pile_up_are_found() -> None:
    stands("trial")
    refused = [Made(maker=one.maker, state="refused", standing="trial") for one in SAME]
    evidence.ran(BEFORE + refused)
    drift.watch_models()
    assert "refusals" in set(AlarmRow.objects.values_list("monitor", flat=True))


@pytest.mark.parametrize("standing", ["shadow", "off", "stopped"])
def test_a_model_that_nobody_hears_is_not_watched(standing: str) -> None:
    stands("trial")
    stands(standing)
    evidence.ran(BEFORE + CHANGED)
    assert drift.watch_models() == 0


def test_an_alarm_is_answered_once_by_those_who_may() -> None:
    stands("trial")
    evidence.ran(BEFORE + CHANGED)
    drift.watch_models()
    number = AlarmRow.objects.get(variable="manufacturer").pk
    where = f"{PAGE}alarms/{number}/"
    evidence.page("requester", where, 403, answer="x")
    evidence.page("otheradmin", where, 404, answer="x")
    assert "in at most 300 letters" in evidence.page("expert", where, 422, answer=" ")
    evidence.page("expert", where, 302, answer="新装东软 CT。")
    assert "answered already" in evidence.page("admin", where, 409, answer="x")
    row = AlarmRow.objects.get(pk=number)
    assert (row.answer, row.answered_by.login) == ("新装东软 CT。", "expert")
    assert "新装东软 CT。" in evidence.page("requester", PAGE)
    assert drift.watch_models() == 0  # an answered alarm does not come again


def test_alarms_are_their_hospitals() -> None:
    stands("trial")
    evidence.ran(BEFORE + CHANGED)
    drift.watch_models()
    model = models.model()
    assert drift.alarms_of(world.viewer("expert"), model)
    assert drift.alarms_of(world.viewer("otheradmin"), model) == ()
