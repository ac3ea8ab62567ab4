"""Incidents with a model, and the library of failures people learn from."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import case_world
import evidence_world as evidence
import pytest

from tongying.web.ai.reading import Read, commit_read
from tongying.web.ai.standing import Standing, move, standing_of
from tongying.web.evidence import incidents
from tongying.web.evidence.figures import evidence_for
from tongying.web.evidence.models import FailureRow, IncidentRow
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
PAGE = "/ai/models/nodule-finder/"


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()
    move(world.viewer("expert"), models.model(), "shadow", "开始", evidence_for)


def here() -> Standing:
    return standing_of(models.model(), world.COUNTY)


def test_a_minor_incident_is_logged_and_the_model_goes_on() -> None:
    evidence.page("technologist", PAGE + "incidents/", 302, severity="minor", what="结果延迟。")
    row = IncidentRow.objects.get()
    assert (row.reported_by.login, row.hospital_id) == ("technologist", world.COUNTY)
    assert here() is Standing.SHADOW
    assert AuditRow.objects.filter(kind="incident", target=row.code).count() == 1
    assert "结果延迟。" in evidence.page("requester", PAGE)


def test_a_serious_one_stops_the_model_at_once() -> None:
    evidence.page("requester", PAGE + "incidents/", 302, severity="serious", what="左右颠倒。")
    assert here() is Standing.STOPPED
    assert IncidentRow.objects.get().code in evidence.page("expert", PAGE)


def test_what_an_incident_must_say() -> None:
    shown = evidence.page("expert", PAGE + "incidents/", 422, severity="bad", what="说明文字")
    assert "Say how bad it was and what happened" in shown
    assert "说明文字</textarea>" in shown
    for severity, what in (("minor", " "), ("minor", "x" * 2001)):
        with pytest.raises(incidents.IncidentRefused):
            incidents.report(world.viewer("expert"), models.model(), severity, what)
    with pytest.raises(incidents.IncidentNotYours):
        incidents.report(world.viewer("vendor"), models.model(), "minor", "x")
    assert not IncidentRow.objects.exists()


def test_closing_once_with_words_by_those_who_may_at_their_own_hospital() -> None:
    code = incidents.report(world.viewer("requester"), models.model(), "near-miss", "险些漏诊。")
    where = f"{PAGE}incidents/{code}/"
    evidence.page("requester", where, 403, outcome="x")
    evidence.page("otheradmin", where, 404, outcome="x")
    assert "Say what came of it" in evidence.page("expert", where, 422, outcome=" ")
    evidence.page("expert", where, 302, outcome="已培训。")
    row = IncidentRow.objects.get()
    assert (row.outcome, row.closed_by.login) == ("已培训。", "expert")
    assert "closed already" in evidence.page("admin", where, 409, outcome="再次")
    assert IncidentRow.objects.get().outcome == "已培训。"
    assert "已培训。" in evidence.page("trainee", PAGE)


def test_incidents_of_one_hospital_are_not_shown_at_another() -> None:
    incidents.report(world.viewer("requester"), models.model(), "minor", "县院事件")
    assert "县院事件" in evidence.page("trainee", PAGE)
    assert "县院事件" not in evidence.page("otheradmin", PAGE)


def failed() -> str:
    run = models.run()
    viewer = world.viewer("requester")
    commit_read(viewer, world.STUDY, Read("normal", 20))
    return incidents.note_failure(viewer, run.code, "finding:1", "false-positive", "肺门血管断面。")


def test_a_failure_is_named_after_the_own_read() -> None:
    run = models.run()
    with pytest.raises(incidents.FailureUnread):
        incidents.note_failure(world.viewer("requester"), run.code, "finding:1", "other", "x")
    assert not FailureRow.objects.exists()


def test_the_library_is_the_hospitals_until_it_is_offered() -> None:
    assert "No failure is noted" in evidence.page("requester", "/ai/failures/")
    code = failed()
    assert "肺门血管断面。" in evidence.page("trainee", "/ai/failures/")
    assert "肺门血管断面。" not in evidence.page("stranger", "/ai/failures/")
    where = f"/ai/failures/{code}/teaching/"
    evidence.page("requester", where, 403, teachable="1")
    evidence.page("otheradmin", where, 404, teachable="1")
    evidence.page("expert", where, 302, teachable="1")
    shown = evidence.page("stranger", "/ai/failures/")
    assert "肺门血管断面。" in shown
    assert world.STUDY not in shown
    evidence.page("expert", where, 302, teachable="0")
    assert "肺门血管断面。" not in evidence.page("stranger", "/ai/failures/")
    assert incidents.library(world.viewer("vendor")) == ()
