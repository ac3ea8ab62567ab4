"""Capacity planning in the browser: who, the form, a run from promise to result, exports."""

from __future__ import annotations

import csv
import io
import json

import archive_world as world
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tongying.consult.capacity import load, scenario_reading, staffing
from tongying.consult.capacity.case_c import CASE_C
from tongying.consult.capacity.scenario import ScenarioRefused
from tongying.consult.people import Role
from tongying.web.capacity import store
from tongying.web.capacity.models import CapacityRun
from tongying.web.jobs import store as jobs
from tongying.web.jobs.models import OutboxRow
from tongying.web.pages import capacity_words
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db

SMALL = """
name = "小方案"
[demand]
hospitals = 3
cases_per_day = 20
growth_percent_per_year = 20
urgency = { emergency = 0.2, routine = 0.8 }
modality = { CT = 1.0 }
[service]
median_minutes = { CT = 18 }
[staff]
growth_percent_per_year = 4.1
[[group]]
name = "all"
experts = 3
shift = [{ from = "08:00", to = "18:00" }]
[[lever]]
name = "<b>夜班</b>"
[[lever.group]]
name = "n"
experts = 2
shift = [{ from = "18:00", to = "08:00", on_duty = 1 }]
[horizon]
years = [0, 12]
days = 2
warm_up_days = 1
seeds = [1, 2]
"""


@pytest.fixture(autouse=True)
def people(db):
    world.build()
    for login, role in (
        ("desk", Role.COORDINATOR),
        ("chief", Role.ADMIN),
        ("scholar", Role.RESEARCHER),
        ("reader", Role.EXPERT),
        ("pupil", Role.TRAINEE),
    ):
        world.add(login, role, world.EXPERTS)
    world.add("county-desk", Role.COORDINATOR, world.COUNTY)


def client_of(login: str, language: str = "zh-hans"):
    client = world.client(login)
    client.cookies["tongying_language"] = language
    return client


def upload(client, text: str = SMALL):
    file = SimpleUploadedFile("s.toml", text.encode(), content_type="application/toml")
    return client.post("/capacity/", {"scenario": file})


def asked(login: str = "desk") -> CapacityRun:
    answer = upload(client_of(login))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return CapacityRun.objects.get()


def worked() -> CapacityRun:
    row = asked()
    (job,) = (one for one in jobs.waiting() if one.kind == store.CAPACITY)
    jobs.run(job.id)
    row.refresh_from_db()
    return row


PLAN = ("desk", "chief", "scholar", "county-desk")
OTHERS = ("reader", "pupil", "requester", "technologist")


@pytest.mark.parametrize("login", [*PLAN, *OTHERS])
def test_who_plans(login):
    status = 200 if login in PLAN else 403
    client = client_of(login)
    assert client.get("/capacity/").status_code == status
    assert client.get("/capacity/example.toml").status_code == status
    assert upload(client).status_code == (302 if status == 200 else 403)


def test_anybody_else_logs_in_first():
    assert "/login/" in world.client().get("/capacity/")["Location"]


def test_the_page_shows_growth_before_anything_is_simulated():
    page = client_of("desk").get("/capacity/").content.decode()
    for shown in ("15.3 %", "4.9 年", "×2.04", "×2.70", "人均工作量 4.9 年翻倍", "尚无测算"):
        assert shown in page
    assert "人力测算" in page


def test_the_example_is_the_default():
    assert client_of("desk").get("/capacity/example.toml").content.decode() == CASE_C


def test_a_run_is_promised_with_its_event_and_kept_with_its_scenario():
    row = asked()
    assert (row.name, row.hospital_id, row.member.login) == ("小方案", world.EXPERTS, "desk")
    assert row.scenario == SMALL
    assert OutboxRow.objects.get(pk=row.job_id).payload == {"run": row.pk}
    event = AuditRow.objects.get(kind="capacity")
    assert (event.actor, event.action, event.target) == ("desk", "create", row.code)


def test_numbers_of_the_form_make_the_scenario():
    answer = client_of("desk").post(
        "/capacity/", {"cases_per_day": "60", "demand_growth": "10,5", "runs": "3"}
    )
    assert answer.status_code == 302
    text = CapacityRun.objects.get().scenario
    assert "cases_per_day = 60  # chosen for this run" in text
    assert "growth_percent_per_year = 10.5" in text
    assert "seeds = [1, 2, 3]" in text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"cases_per_day": "many"}, "“每日病例（全联盟）”应为数字。"),
        ({"cases_per_day": "nan"}, "“每日病例（全联盟）”应为数字。"),
        ({"cases_per_day": "0"}, "demand.cases_per_day 应在 0.01 与 20000 之间。"),
        ({"cases_per_day": "900"}, "该方案无法完成：工作量为排班能力的"),
        ({"hospitals": "1.5"}, "demand.hospitals 应为整数。"),
    ],
)
def test_a_number_that_cannot_be_is_told_and_kept(values, sentence):
    answer = client_of("desk").post("/capacity/", values)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    (value,) = values.values()
    assert f'value="{value}"' in page
    assert not CapacityRun.objects.exists()
    assert not OutboxRow.objects.exists()


def test_a_file_that_is_no_scenario_changes_nothing():
    client = client_of("desk")
    assert "第 2 行" in upload(client, 'name = "x"\n= 3').content.decode()
    assert (
        "方案中的 demand.beds 无法识别"
        in upload(
            client, SMALL.replace("hospitals = 3", "hospitals = 3\nbeds = 1")
        ).content.decode()
    )
    assert (
        "60 万例"
        in upload(
            client, SMALL.replace("days = 2", "days = 366").replace("[1, 2]", str(list(range(50))))
        ).content.decode()
    )
    assert "256 KB" in upload(client, SMALL + "#" * 300_000).content.decode()
    binary = SimpleUploadedFile("s.toml", b"\xff\xfe\x00\xff")
    assert "UTF-8" in client.post("/capacity/", {"scenario": binary}).content.decode()
    assert not CapacityRun.objects.exists()


def test_every_refusal_of_a_scenario_is_kept_for_translation():
    """The sentences of the reading, the load and the staffing are all in the list of the page."""
    written = {
        value
        for space in (vars(scenario_reading), vars(load), vars(staffing))
        for name, value in space.items()
        if name.isupper() and isinstance(value, str) and value.startswith(("The ", "Nobody "))
    }
    assert len(written) >= 14
    assert written <= capacity_words.TEMPLATES
    error = ScenarioRefused("The scenario lacks %(path)s.", path="demand.hours")
    assert error.sentence == "The scenario lacks demand.hours."


def test_a_waiting_run_says_so_and_looks_again_by_itself():
    row = asked()
    client = client_of("desk")
    page = client.get(f"/capacity/{row.code}/").content.decode()
    assert "等待后台处理" in page
    assert 'hx-trigger="every 2s"' in page
    OutboxRow.objects.filter(pk=row.job_id).update(
        progress={"done": 3, "total": 8, "note": "<b>夜班</b>"}
    )
    part = client.get(f"/capacity/{row.code}/", headers={"HX-Request": "true"}).content.decode()
    assert "已完成 3 / 8 次" in part
    assert "&lt;b&gt;夜班" in part
    assert "<html" not in part
    assert "3/8" in client.get("/capacity/").content.decode()


def test_a_run_that_failed_says_why():
    row = asked()
    jobs.give_up(row.job_id, "")
    page = client_of("desk").get(f"/capacity/{row.code}/").content.decode()
    assert "无法测算" in page
    assert "every 2s" not in page


def test_the_result_is_shown_and_kept():
    row = worked()
    assert row.finished_at is not None
    assert row.result["name"] == "小方案"
    client = client_of("desk")
    page = client.get(f"/capacity/{row.code}/").content.decode()
    for shown in (
        "各项措施的效果",
        "超负荷：每周积压",
        "每年以 2 天为代表",
        "&lt;b&gt;夜班",
        "5–95 %",
    ):
        assert shown in page
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="chart"') == 6
    assert "<b>夜班" not in page
    refresh = client.get(f"/capacity/{row.code}/", headers={"HX-Request": "true"})
    assert (refresh.status_code, refresh["HX-Refresh"]) == (204, "true")
    assert "已完成" in client.get("/capacity/").content.decode()
    english = client_of("desk", "en").get(f"/capacity/{row.code}/").content.decode()
    assert "What each lever buys" in english


def test_done_twice_is_done_once():
    row = worked()
    store.perform(row.pk, lambda *_: pytest.fail("simulated again"))


def test_exports():
    row = worked()
    client = client_of("desk")
    base = f"/capacity/{row.code}/"
    assert client.get(f"{base}scenario.toml").content.decode() == SMALL
    assert json.loads(client.get(f"{base}result.json").content) == row.result
    head, *rows = csv.reader(
        io.StringIO(client.get(f"{base}result.csv").content.decode("utf-8-sig"))
    )
    assert head[:3] == ["lever", "year", "load"]
    assert len(rows) == 4
    for key in ("workload", "experts", "within", "levers", "hours", "queue"):
        svg = client.get(f"{base}{key}.svg")
        assert svg.content.startswith(b"<svg xmlns=")
        assert svg["Content-Type"].startswith("image/svg+xml")
        assert client.get(f"{base}{key}.csv").status_code == 200
    for missing in ("nothing.svg", "within.exe", "scenario.json", "result.svg"):
        assert client.get(base + missing).status_code == 404


def test_another_hospital_does_not_know_of_it():
    row = worked()
    other = client_of("county-desk")
    for tail in ("", "scenario.toml", "result.json"):
        assert other.get(f"/capacity/{row.code}/{tail}").status_code == 404
    assert "小方案" not in other.get("/capacity/").content.decode()
    assert client_of("scholar").get(f"/capacity/{row.code}/").status_code == 200
    assert client_of("desk").get("/capacity/none/").status_code == 404


def test_an_unfinished_run_exports_its_scenario_only():
    row = asked()
    client = client_of("desk")
    assert client.get(f"/capacity/{row.code}/scenario.toml").status_code == 200
    assert client.get(f"/capacity/{row.code}/result.json").status_code == 404
