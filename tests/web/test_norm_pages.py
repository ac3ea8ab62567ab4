"""Pages of reference values: catalogue, one norm, calculator, sign-off, fits, releases, sites."""

from __future__ import annotations

import json
import re
from html import unescape

import archive_world as world
import norm_fit_world
import pytest
from django.test import Client

from tongying.norms.catalogue.loading import catalogue
from tongying.web.norms import calibration, fits, releases
from tongying.web.norms.ledger import withdraw
from tongying.web.norms.models import NormFitRow, NormReleaseRow, NormSignature
from tongying.web.norms.store import norms_in_force

pytestmark = pytest.mark.django_db
HEIGHT = "/norms/china-2013.height@1/"


@pytest.fixture(autouse=True)
def people(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    norm_fit_world.build()
    monkeypatch.setattr(fits, "REPLICATES", 20)


def client_of(login: str, language: str = "zh-hans") -> Client:
    client = world.client(login)
    client.cookies["tongying_language"] = language
    return client


def read(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, url
    return unescape(response.content.decode())


def rows(page: str) -> int:
    return len(re.findall(r'<td class="n-name">', page))


def test_the_catalogue_lists_every_norm_and_is_narrowed_in_both_languages() -> None:
    trainee = client_of("trainee")
    page = read(trainee, "/norms/")
    assert rows(page) == len(catalogue())
    assert "参考值" in page and "待签核" in page and "非中国人群" in page
    kidneys = read(trainee, "/norms/?q=肾")
    assert 0 < rows(kidneys) < 20
    assert rows(read(trainee, "/norms/?q=kidney+length")) == rows(read(trainee, "/norms/?q=肾+长"))
    chinese = [one for one in catalogue().values() if not one.population.foreign]
    assert rows(read(trainee, "/norms/?population=chinese")) == len(chinese)
    assert rows(read(trainee, "/norms/?signed=signed")) == 0
    assert "没有符合的参考值" in read(trainee, "/norms/?q=nosuchthing")
    part = trainee.get("/norms/?area=heart", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and rows(part) > 3


KINDS = {(one.form.kind, one.axis, one.form.by_sex()): name for name, one in catalogue().items()}
"""One norm of each form, axis and partition."""


@pytest.mark.parametrize("norm_id", sorted(KINDS.values()))
def test_every_kind_of_norm_of_the_catalogue_has_a_page_and_its_files(norm_id: str) -> None:
    reader = client_of("technologist", "en")
    page = read(reader, f"/norms/{norm_id}/")
    norm = catalogue()[norm_id]
    assert norm.sha256 in page and "norm-chart" in page
    assert norm.citation is not None and norm.citation.text in page
    document = reader.get(f"/norms/{norm_id}/document.json")
    assert json.loads(document.content)["id"] == norm_id
    assert reader.get(f"/norms/{norm_id}/chart.svg").content.startswith(b"<svg")
    table = reader.get(f"/norms/{norm_id}/table.csv").content.decode("utf-8-sig")
    assert norm.sha256 in table
    fhir = json.loads(reader.get(f"/norms/{norm_id}/fhir.json").content)
    assert fhir["resourceType"] == "ObservationDefinition"


def test_a_chart_is_saved_as_a_picture() -> None:
    answer = client_of("requester").get(f"{HEIGHT}chart.png?sex=M")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert "china-2013.height-1-M.png" in answer.headers["Content-Disposition"]


def test_the_calculator_scores_and_refuses_in_sentences() -> None:
    doctor = client_of("requester")
    typed = {"value": "103.1", "sex": "F", "age": "4", "age_unit": "y"}
    answer = doctor.post(HEIGHT, typed)
    page = unescape(answer.content.decode())
    # Zong and Li 2013: median height of girls at 4 years 103.1 cm.
    assert answer.status_code == 200
    assert re.search(r"P(49|50|51)</b>", page)
    assert 'value="103.1"' in page
    for change, sentence in (
        ({"value": "1031"}, "该数值"),
        ({"value": "abc"}, "应为数字"),
        ({"value": ""}, "请填写数值"),
        ({"age": "40"}, "范围"),
        ({"age": ""}, "年龄"),
        ({"born": "2024-13-45", "age": ""}, "2026-03-01"),
    ):
        refused = doctor.post(HEIGHT, typed | change)
        assert refused.status_code == 422, change
        told = unescape(refused.content.decode())
        assert sentence in told.split('role="alert"')[1][:400], change
    by_birth = typed | {"age": "", "born": "2022-03-01", "on": "2026-03-01"}
    page = unescape(doctor.post(HEIGHT, by_birth).content.decode())
    assert re.search(r"P(49|50|51)</b>", page)


def test_an_expert_signs_a_table_off_once_and_only_the_one_that_was_shown() -> None:
    norm = catalogue()["china-2013.height@1"]
    assert (
        client_of("researcher").post(f"{HEIGHT}sign/", {"sha256": norm.sha256}).status_code == 403
    )
    expert = client_of("expert")
    assert 'name="sha256"' in read(expert, HEIGHT)
    assert 'name="sha256"' not in read(client_of("researcher"), HEIGHT)
    assert expert.post(f"{HEIGHT}sign/", {"sha256": "0" * 64}).status_code == 409
    assert not norms_in_force()[norm.id].signed_off
    expert.post(f"{HEIGHT}sign/", {"sha256": norm.sha256, "statement": "逐项核对"})
    assert [one.name for one in norms_in_force()[norm.id].signed_off] == ["expert"]
    assert expert.post(f"{HEIGHT}sign/", {"sha256": norm.sha256}).status_code == 409
    assert NormSignature.objects.count() == 1
    page = read(expert, "/norms/?signed=signed")
    assert rows(page) == 1 and "已签核" in page


def test_from_the_form_to_the_published_page() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    researcher = client_of("researcher")
    page = read(researcher, "/norms/fits/")
    wish = norm_fit_world.wish()
    assert wish.source in page and "健康志愿者" in page
    posted = {"source": wish.source, "axis": "age", "sexes": "apart", "families": ["normal"]}
    assert researcher.post("/norms/fits/", posted | {"families": []}).status_code == 422
    answer = researcher.post("/norms/fits/", posted)
    row = NormFitRow.objects.get()
    assert answer.headers["Location"] == f"/norms/fits/{row.code}/"
    assert 'id="progress"' in read(researcher, f"/norms/fits/{row.code}/")
    part = researcher.get(f"/norms/fits/{row.code}/?part=progress", headers={"HX-Request": "true"})
    assert part.status_code == 200 and b"<html" not in part.content

    done = norm_fit_world.fitted()
    assert done.code == row.code
    page = read(researcher, f"/norms/fits/{row.code}/")
    assert page.count("scatter-chart") == 2 and page.count("worm-chart") == 2
    assert "蠕虫图" in page and "Q 统计量" in page and "BIC" in page
    assert page.count('class="n-datum"') == 260
    assert "Sdirect" not in page and "SCOUNTY" not in page

    assert client_of("expert").post(f"/norms/fits/{row.code}/draft/").status_code == 403
    where = researcher.post(f"/norms/fits/{row.code}/draft/").headers["Location"]
    assert where == "/norms/releases/tongying.kidney-length@1/"
    sha = NormReleaseRow.objects.get().sha256
    assert client_of("requester").get(where).status_code == 404
    researcher.post(f"{where}sign/", {"sha256": sha})
    again = researcher.post(f"{where}sign/", {"sha256": sha})
    assert again.status_code == 409 and "同一人" in unescape(again.content.decode())
    assert client_of("admin").post(f"{where}sign/", {"sha256": sha}).status_code == 403
    assert client_of("expert").post(f"{where}sign/", {"sha256": sha}).status_code == 302
    page = read(client_of("requester"), where)
    assert "现行" in page and sha in page
    assert "本联盟发布" in read(client_of("requester"), "/norms/tongying.kidney-length@1/")
    kept = client_of("requester").get(f"{where}document.json").content
    assert kept.decode() == NormReleaseRow.objects.get().document

    child = NormReleaseRow.objects.get().entries.all()[0].subject.code
    withdraw(world.viewer("researcher"), child, "asked")
    for url in (where, "/norms/tongying.kidney-length@1/", "/norms/releases/"):
        assert "退出" in read(researcher, url)
    assert researcher.post(f"{where}close/", {"reason": ""}).status_code == 422
    researcher.post(f"{where}close/", {"reason": "一名儿童退出"})
    assert "一名儿童退出" in read(researcher, where)
    assert client_of("requester").get("/norms/tongying.kidney-length@1/").status_code == 404


def test_a_second_release_says_what_differs_and_hospitals_are_calibrated_on_the_page() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    norm_fit_world.fill(world.EXPERTS, 130, seed=2, shift=norm_fit_world.SHIFT)
    researcher, expert = client_of("researcher", "en"), client_of("expert", "en")
    for by_site in (False, True):
        row = norm_fit_world.fitted(by_site=by_site)
        where = researcher.post(f"/norms/fits/{row.code}/draft/").headers["Location"]
        sha = NormReleaseRow.objects.latest("pk").sha256
        researcher.post(f"{where}sign/", {"sha256": sha})
        expert.post(f"{where}sign/", {"sha256": sha})
    page = read(researcher, where)
    assert "What differs from tongying.kidney-length@1" in page
    assert re.search(r"The centiles moved by \d\.\d\d SD at most", page)
    norm_fit_world.fill(world.OTHER, 25, seed=5, shift=0.1, ages=(1700.0, 2100.0))
    page = read(researcher, f"{where}sites/")
    assert 'value="OTHER"' in page and "fitted" in page
    assert 'value="OTHER"' not in read(expert, f"{where}sites/")
    assert researcher.post(f"{where}sites/", {"hospital": "OTHER"}).status_code == 302
    assert "Take back" in read(researcher, f"{where}sites/")
    assert researcher.post(f"{where}sites/", {"hospital": "OTHER"}).status_code == 409
    researcher.post(f"{where}sites/undo/", {"hospital": "OTHER"})
    assert "Take back" not in read(researcher, f"{where}sites/")
    assert (
        calibration.in_place(releases.release_row(world.viewer("expert"), where.split("/")[3]))
        == []
    )


def test_a_fit_that_failed_says_why_and_offers_no_draft() -> None:
    row = NormFitRow.objects.create(
        code="F" * 26,
        measure=norm_fit_world.MEASURE,
        settings={
            "measure": norm_fit_world.MEASURE,
            "method": {"tool": "t", "version": None, "protocol": None, "rule": None},
            "route": "direct",
            "axis": "age",
            "sexes": "apart",
            "families": ["normal"],
        },
        asked_by_id=world.viewer("researcher").user,
        asked_at=norm_fit_world.NOW,
        state="failed",
        finished_at=norm_fit_world.NOW,
        failure="All values are the same, so there is no distribution.",
    )
    page = read(client_of("researcher"), f"/norms/fits/{row.code}/")
    assert "所有数值相同，没有分布可言。" in page
    assert "起草发布版本" not in page
    assert client_of("researcher").post(f"/norms/fits/{row.code}/draft/").status_code == 409
