"""Pathways in the browser: the library, the card on the case, the page with the report."""

from __future__ import annotations

import json
from typing import Any

import archive_world as world
import case_world
import pathway_world as knees
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tongying.pathway.catalogue import pathways
from tongying.web.cases import store as cases
from tongying.web.measurements import store as measurements
from tongying.web.measurements.store import Asked, Entry
from tongying.web.pathways.answering import Part, kept
from tongying.web.pathways.models import CasePathway, PathwayText

pytestmark = pytest.mark.django_db
FORM = {
    "a-effusion.R": "none",
    "a-effusion.L": "some",
    "a-depth.L": "4.5",
    "a-signs": ["", "oedema"],
}
AUTOSAVE = {"Tongying-Autosave": "1"}


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()


def browser(login: str) -> Client:
    """Return the browser of somebody who reads Chinese."""
    found = world.client(login)
    found.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    return found


def page(login: str, address: str, status: int = 200) -> str:
    answer = browser(login).get(address)
    assert answer.status_code == status
    return answer.content.decode()


def post(
    login: str, address: str, data: dict[str, Any] | None = None, **headers: str
) -> HttpResponse:
    return browser(login).post(address, data or {}, headers=headers)


def autosaved(case: int, data: dict[str, Any], part: str = "report", login: str = "reader") -> Any:
    answer = browser(login).post(f"/cases/{case}/pathway/{part}/", data, headers=AUTOSAVE)
    return answer.status_code, json.loads(answer.content)


# ---- the library


def test_every_shipped_pathway_is_listed_and_can_be_read() -> None:
    text = page("requester", "/pathways/")
    for one in pathways().values():
        assert one.name.chinese in text
        read = page("requester", f"/pathways/{one.digest}/")
        assert one.sections[0].words.chinese in read
        unsigned = any(not source.signed_off_by for source in one.sources)
        assert ("chip-amber" in read) == unsigned


def test_a_pathway_is_checked_then_added_then_withdrawn() -> None:
    answer = post("reader", "/pathways/new/", {"text": knees.text(), "then": "check"})
    assert answer.status_code == 200 and not PathwayText.objects.exists()
    answer = post("reader", "/pathways/new/", {"text": knees.text(), "then": "add"})
    row = PathwayText.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/pathways/{row.digest}/")
    text = world.client("reader").get(f"/pathways/{row.digest}/text/")
    assert text.content.decode() == knees.text()
    refused = post("reader", f"/pathways/{row.pk}/withdraw/", {"reason": "", "digest": row.digest})
    assert refused.status_code == 422
    done = post("reader", f"/pathways/{row.pk}/withdraw/", {"reason": "过时"})
    assert done["Location"] == "/pathways/"
    assert "过时" in page("reader", "/pathways/")
    page("reader", f"/pathways/{row.digest}/", 404)


def test_a_broken_file_is_refused_line_by_line() -> None:
    broken = knees.text().replace("kind: yes-no", "kind: perhaps").replace("low: 0", "low: none")
    file = SimpleUploadedFile("knee.yaml", broken.encode("gb18030"))
    answer = post("reader", "/pathways/new/", {"file": file})
    said = answer.content.decode()
    assert answer.status_code == 422
    lines = broken.splitlines()
    for words in ("kind: perhaps", "low: none"):
        number = next(place for place, line in enumerate(lines, 1) if words in line)
        assert f"第{number}行" in said
    no_text = SimpleUploadedFile("x", b"\xff\xff\x80")
    assert post("reader", "/pathways/new/", {"file": no_text}).status_code == 422
    taken = post("reader", "/pathways/new/", {"text": knees.text(id_=next(iter(pathways())))})
    assert taken.status_code == 409
    assert post("requester", "/pathways/new/", {"text": knees.text()}).status_code == 403


# ---- choosing


def test_the_question_suggests_a_pathway_and_one_press_follows_it() -> None:
    digest = knees.add()
    case = case_world.draft(case_world.QUESTION)
    text = page("requester", f"/cases/{case}/")
    assert "膝关节疼痛" in text and digest in text
    answer = post("requester", f"/cases/{case}/pathway/choose/", {"digest": digest})
    assert answer["Location"] == f"/cases/{case}/pathway/"
    card = page("requester", f"/cases/{case}/")
    assert "有无外伤史" in card and "open-pathway" in card
    own = page("requester", f"/cases/{case}/pathway/")
    assert 'name="a-fall"' in own and 'name="a-effusion.R"' not in own
    _, said = autosaved(case, {"a-fall": "yes", "revision": "0"}, "intake", "requester")
    assert "a-fall" in said["asked"] and "有无外伤史" not in said["parts"]["pathway-intake"]
    assert post("requester", f"/cases/{case}/pathway/choose/", {"digest": ""}).status_code == 302
    assert not CasePathway.objects.filter(ended_at=None).exists()
    assert digest in page("requester", f"/cases/{case}/pathway/")


def test_who_sees_no_case_sees_no_pathway_of_it() -> None:
    case = knees.reading()
    page("second-reader", f"/cases/{case}/pathway/", 404)
    assert post("second-reader", f"/cases/{case}/pathway/report/", FORM).status_code == 404
    assert post("requester", f"/cases/{case}/pathway/report/", FORM).status_code == 403
    assert post("reader", f"/cases/{case}/pathway/other/", FORM).status_code == 404
    assert world.client().get(f"/cases/{case}/pathway/").status_code == 302


# ---- answering


def test_what_is_typed_is_saved_and_the_page_follows() -> None:
    case = knees.reading()
    status, said = autosaved(case, {**FORM, "revision": "0"})
    assert (status, said["revision"], said["errors"]) == (200, 1, {})
    assert "a-depth.L" in said["asked"] and "a-depth.R" not in said["asked"]
    assert said["missing"] == {}
    assert "化脓性关节炎" in said["parts"]["pathway-critical"]
    assert "2026-03-15" in said["parts"]["pathway-looks"]
    assert "4.5" in said["parts"]["pathway-preview"]
    found = kept(world.viewer("reader"), case, Part.REPORT)
    assert found.answers["signs"] == ["oedema"]
    text = page("reader", f"/cases/{case}/pathway/")
    assert 'value="4.5"' in text and 'value="oedema" checked' in text


def test_faults_stand_beside_their_field_and_open_answers_are_named() -> None:
    case = knees.reading()
    _, said = autosaved(case, {"a-effusion.L": "some", "a-depth.L": "99", "revision": "0"})
    assert list(said["errors"]) == ["a-depth.L"] and "40" in said["errors"]["a-depth.L"]
    assert list(said["missing"]) == ["a-effusion.R"]
    assert said["errors"]["a-depth.L"] in page("reader", f"/cases/{case}/pathway/")


def test_an_older_page_gets_the_stored_answers_and_overwrites_nothing() -> None:
    case = knees.reading()
    autosaved(case, {**FORM, "revision": "0"})
    status, said = autosaved(case, {"a-effusion.R": "some", "revision": "0"})
    assert (status, said["code"], said["revision"]) == (409, "pathway.answer-stale", 1)
    assert said["values"]["a-signs"] == "oedema" and said["values"]["a-effusion.R"] == "none"
    plain = post("reader", f"/cases/{case}/pathway/report/", {"a-in-words": "新", "revision": "0"})
    assert plain.status_code == 409 and "新" in plain.content.decode()
    assert kept(world.viewer("reader"), case, Part.REPORT).revision == 1


def test_normal_is_filled_in_where_nothing_is_answered() -> None:
    case = knees.reading()
    answer = post(
        "reader",
        f"/cases/{case}/pathway/report/",
        {"a-effusion.L": "some", "revision": "0", "then": "normal"},
    )
    assert answer.status_code == 302
    found = kept(world.viewer("reader"), case, Part.REPORT).answers
    assert found == {"effusion.R": "none", "effusion.L": "some"}


def test_too_long_an_answer_is_refused_and_the_rest_stays() -> None:
    case = knees.reading()
    status, said = autosaved(case, {"a-in-words": "长" * 4001, "revision": "0"})
    assert (status, said["code"]) == (422, "pathway.answer-too-long")
    answer = post("reader", f"/cases/{case}/pathway/report/", {"a-in-words": "长" * 4001})
    assert answer.status_code == 302


def test_a_measurement_stands_in_the_report_with_its_norm() -> None:
    case = knees.reading()
    entry = Entry(Asked(case=case, study=world.STUDY), "spleen-length", 75.0, "mm")
    code = measurements.enter(world.viewer("reader"), entry)
    text = page("reader", f"/cases/{case}/pathway/")
    assert f"#m-{code}" in text and "centile" not in text


# ---- onward


def test_the_report_is_written_into_the_opinion_in_either_language() -> None:
    case = knees.reading()
    autosaved(case, {**FORM, "revision": "0"})
    answer = post("reader", f"/cases/{case}/pathway/report/insert/", {"language": "en"})
    assert answer["Location"] == f"/cases/{case}/#opinion"
    findings = cases.show(world.viewer("reader"), case).draft.findings
    assert "Effusion" in findings
    assert post("requester", f"/cases/{case}/pathway/report/insert/").status_code in (403, 409)


def test_a_critical_finding_is_one_press_from_its_report() -> None:
    case = knees.reading()
    text = page("reader", f"/cases/{case}/pathway/")
    assert f'action="/cases/{case}/critical/"' in text
    answer = post(
        "reader", f"/cases/{case}/critical/", {"finding": "化脓性关节炎", "category": "hours"}
    )
    asked = answer.content.decode()
    assert "化脓性关节炎</textarea>" in asked and 'value="hours" required checked' in asked


def test_signing_an_unfinished_report_is_refused_with_a_sentence() -> None:
    case = knees.reading()
    autosaved(case, {"a-effusion.L": "some", "revision": "0"})
    data = {"answer": "左膝少量积液。", "confirm": "1"}
    answer = post("reader", f"/cases/{case}/moves/sign/", data)
    assert answer.status_code == 422
    autosaved(case, {**FORM, "revision": "1"})
    assert post("reader", f"/cases/{case}/moves/sign/", data).status_code == 302
    text = page("requester", f"/cases/{case}/pathway/")
    assert "4.5" in text and 'name="a-effusion.R"' not in text


def test_a_text_that_is_no_longer_understood_is_named_with_its_lines() -> None:
    knees.add()
    row = PathwayText.objects.get()
    PathwayText.objects.update(text=row.text.replace("specialty: bone", "specialty: knees"))
    shown = page("reader", "/pathways/")
    assert "当前版本的平台无法识别该路径文本" in shown
    assert "knee-pain · 第 1 版" in shown
    assert "line-faults" in shown
    assert "无法识别" not in page("requester", "/pathways/")
