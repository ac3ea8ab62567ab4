"""The registry, a model's page, and its way from silent to spoken with what stands behind it."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import evidence_world as evidence
import pytest
from evidence_world import FIVE, Made

from tongying.ai.card.catalogue import cards
from tongying.consult.people import Role
from tongying.web.ai import standing
from tongying.web.ai.models import ModelRow, StandingRow
from tongying.web.evidence import incidents, registry
from tongying.web.evidence.figures import Evidence, bands_of, evidence_for
from tongying.web.evidence.models import AlarmRow
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
PAGE = "/ai/models/nodule-finder/"


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()
    world.add("reader", Role.EXPERT, world.EXPERTS)


def go(to: str, login: str = "expert", reason: str = "静默试验已完成。") -> None:
    standing.move(world.viewer(login), models.model(), to, reason, evidence_for)


def at(login: str = "expert") -> str:
    return registry.model_of(world.viewer(login), "nodule-finder").standing


def test_the_registry_lists_what_ships_by_step_where_nothing_is_installed() -> None:
    assert not ModelRow.objects.exists()
    listed = registry.listed(world.viewer("requester"))
    assert {one.card_id for one in listed} == set(cards())
    assert {one.standing for one in listed} == {"off"}
    shown = evidence.page("requester", "/ai/")
    assert "Segmentation" in shown
    assert "/ai/models/brain-tissues/" in shown
    assert "ships with the platform" in evidence.page("requester", "/ai/models/brain-tissues/")


@pytest.mark.parametrize("card_id", sorted(cards()))
def test_every_card_that_ships_has_a_page(card_id: str) -> None:
    assert card_id in evidence.page("trainee", f"/ai/models/{card_id}/")


def test_the_registry_of_a_vendor_and_of_what_is_not_there() -> None:
    models.model()
    evidence.page("vendor", "/ai/", 404)
    evidence.page("vendor", PAGE, 404)
    evidence.page("requester", "/ai/models/no-such-model/", 404)
    evidence.page("expert", "/ai/models/brain-tissues/standing/", 404, to="shadow", reason="x")


def test_a_card_that_is_no_longer_understood_is_said_to_be_so() -> None:
    models.model()
    ModelRow.objects.update(card="none")
    assert "no longer understands" in evidence.page("expert", "/ai/")
    assert "no longer understands its card" in evidence.page("expert", PAGE)


def test_bands_that_a_card_speaks_about() -> None:
    assert bands_of(4383, 6575) == ("12-17",)
    assert bands_of(None, None) == ("<2", "2-5", "6-11", "12-17")
    assert bands_of(7000, None) == ()


def test_silent_cases_count_a_study_once_and_in_its_age_band() -> None:
    made = [Made(), Made(), Made(born=FIVE), Made(born=None), Made(state="failed")]
    made += [Made(state="refused"), Made(standing="trial")]
    first = evidence.ran(made)
    evidence.ran([made[0]], on=[first[0].study])  # the same study again
    evidence.ran([Made()], hospital=world.OTHER)
    found = evidence_for(models.model(), world.COUNTY)
    assert found.silent == {"12-17": 2, "2-5": 1, "unknown": 1}
    assert (found.refused, found.failed) == (1, 1)
    assert found.bands == ("12-17",)
    assert found.lacking == {"12-17": 98}
    assert found.ready_bands == ()
    assert "2/100" in evidence.page("requester", PAGE)


def test_figures_are_those_of_the_studies_with_a_known_truth() -> None:
    """By hand: 12 with the finding, 9 called; 20 without, 18 not called: 0.75 and 0.90."""
    made = [Made(called=number < 9, truth=True) for number in range(12)]
    made += [Made(called=number < 2, truth=False, sex="M") for number in range(20)]
    made += [Made(called=True)] * 5
    evidence.ran(made)
    overall = evidence_for(models.model(), world.COUNTY).figures["lung-nodule"]["overall"]
    assert (overall["n"], overall["diseased"]) == (32, 12)
    assert overall["sensitivity"]["value"] == pytest.approx(0.75)
    assert overall["specificity"]["value"] == pytest.approx(0.90)
    shown = evidence.page("requester", PAGE)
    assert "0.75 [0.47, 0.91]" in shown  # Wilson, 9 of 12
    assert "0.90 [0.70, 0.97]" in shown  # Wilson, 18 of 20
    assert "Lung nodule" in shown


def ready() -> Evidence:
    """A hundred silent cases in the card's band, twelve of them with a known truth."""
    known = [Made(called=number < 6, truth=number < 6) for number in range(12)]
    evidence.ran(known + [Made()] * 88)
    return evidence_for(models.model(), world.COUNTY)


def test_a_model_speaks_after_a_hundred_silent_cases_and_not_after_one_fewer() -> None:
    go("shadow")
    evidence.ran([Made()] * 99)
    with pytest.raises(standing.MoveRefused, match="100 silent cases"):
        go("trial")
    evidence.ran([Made()])
    go("trial")
    assert at() == "trial"
    assert at("otheradmin") == "off"  # elsewhere nobody decided
    with pytest.raises(standing.MoveRefused, match="truth known"):
        go("clinical")


def test_the_approval_keeps_who_why_and_what_was_seen() -> None:
    shown = ready()
    go("shadow")
    go("trial")
    go("clinical", reason="灵敏度可接受。")
    row = StandingRow.objects.latest("pk")
    assert (row.by.login, row.before, row.standing) == ("expert", "trial", "clinical")
    assert row.evidence["silent"] == {"12-17": 100}
    assert row.evidence["ready_bands"] == ["12-17"]
    assert row.evidence["figures"] == shown.figures
    assert AuditRow.objects.filter(kind="ai-standing", target="nodule-finder").count() == 3
    page = evidence.page("requester", PAGE)
    assert "灵敏度可接受。" in page
    assert "Experts and administrators of your hospital decide on it." in page


def test_an_open_incident_keeps_a_model_from_speaking() -> None:
    ready()
    go("shadow")
    code = incidents.report(world.viewer("requester"), models.model(), "minor", "漏了一个结节。")
    with pytest.raises(standing.MoveRefused, match="incident"):
        go("trial")
    incidents.close(world.viewer("expert"), code, "已说明。")
    go("trial")
    assert at() == "trial"


def test_alarms_and_incidents_of_elsewhere_do_not_count_here() -> None:
    model = models.model()
    incidents.report(world.viewer("otheradmin"), model, "minor", "x")
    AlarmRow.objects.create(
        model=model,
        hospital_id=world.OTHER,
        monitor="input",
        value=1,
        limit=0,
        sentence="x",
        at=model.installed_at,
    )
    found = evidence_for(model, world.COUNTY)
    assert (found.open_alarms, found.open_incidents) == (0, 0)


def test_the_way_up_is_one_step_at_a_time_and_the_stop_is_one_click() -> None:
    ready()
    for to in ("trial", "clinical", "stopped"):
        with pytest.raises(standing.MoveRefused):
            go(to)
    go("shadow")
    evidence.page("expert", PAGE + "standing/", 302, to="stopped", reason="误报过多")
    assert at() == "stopped"
    assert "误报过多" in evidence.page("requester", PAGE)
    with pytest.raises(standing.MoveRefused):
        go("clinical")
    go("shadow")
    assert at() == "shadow"


@pytest.mark.parametrize("login", ["requester", "trainee", "technologist", "coordinator"])
def test_who_moves_no_model(login: str) -> None:
    with pytest.raises(standing.MovingNotYours):
        go("shadow", login)
    shown = evidence.page(login, PAGE)
    assert 'name="to"' not in shown
    evidence.page(login, PAGE + "standing/", 403, to="shadow", reason="x")


def test_the_form_says_what_is_missing_and_keeps_the_reason() -> None:
    models.model()
    assert 'name="to"' in evidence.page("admin", PAGE)
    shown = evidence.page("admin", PAGE + "standing/", 422, to="shadow", reason=" ")
    assert "Say why, in at most 500 letters." in shown
    shown = evidence.page("admin", PAGE + "standing/", 409, to="trial", reason="马上试用")
    assert "does not go there from where it stands" in shown
    assert "马上试用</textarea>" in shown
    evidence.page("admin", PAGE + "standing/", 302, to="shadow", reason="开始静默试验")
    assert at() == "shadow"


def test_a_rollback_is_always_open() -> None:
    ready()
    for to in ("shadow", "trial", "clinical", "shadow"):
        go(to)
    assert at() == "shadow"
