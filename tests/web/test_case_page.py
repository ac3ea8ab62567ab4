"""The case page: asking, assigning, reading, writing, signing, acknowledging, amending."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import archive_world as world
import case_world
import pytest
from django.http import HttpResponse
from django.utils import timezone

from tongying.consult.desk import Act
from tongying.consult.states import RULES, Move, State
from tongying.web.cases import store
from tongying.web.cases.models import CaseRow, KeyImage, OpinionRow
from tongying.web.pages.question_form import typed

pytestmark = pytest.mark.django_db
AUTOSAVE = {"Tongying-Autosave": "1"}
ANSWERS = {"answer": "正常。", "findings": "", "advice": ""}


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()


def get(login: str, case_id: int) -> str:
    answer = world.client(login).get(f"/cases/{case_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def post(
    login: str, address: str, data: dict[str, str] | None = None, **headers: str
) -> HttpResponse:
    return world.client(login).post(address, data or {}, headers=headers)


def row(case_id: int) -> CaseRow:
    return CaseRow.objects.get(pk=case_id)


def move(login: str, case_id: int, name: str, **data: str) -> HttpResponse:
    revision = str(row(case_id).revision)
    return post(login, f"/cases/{case_id}/moves/{name}/", {"revision": revision} | data)


ADDRESSES = [
    ("get", "/cases/new/"),
    ("get", "/cases/{}/"),
    ("post", "/cases/{}/question/"),
    ("post", "/cases/{}/opinion/"),
    ("post", "/cases/{}/moves/accept/"),
    ("post", "/cases/{}/key-images/"),
    ("post", "/cases/{}/key-images/1/"),
    ("get", "/cases/{}/opinions/1/pdf-zh/"),
    ("get", "/cases/{}/difference/1/"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_nobody_is_sent_to_log_in(method: str, address: str) -> None:
    answer = getattr(world.client(), method)(address.format(case_world.signed()))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize(("method", "address"), ADDRESSES[1:])
@pytest.mark.parametrize("login", ["stranger", "second-reader", "othercoord"])
def test_for_a_stranger_the_case_does_not_exist(method: str, address: str, login: str) -> None:
    case_id = case_world.signed()
    data = ANSWERS | {"reason": "x", "confirm": "1"}
    there = getattr(world.client(login), method)(address.format(case_id), data)
    nowhere = getattr(world.client(login), method)(address.format(10**6), data)
    assert there.status_code == nowhere.status_code == 404
    assert same(there) == same(nowhere)


def same(answer: HttpResponse) -> str:
    """Leave out what differs by itself: the address asked for and the form's token."""
    page = re.sub(r"/cases/\d+/", "/cases/N/", answer.content.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_a_get_begins_nothing_and_a_post_begins_once() -> None:
    assert (
        "Begin"
        in world.client("requester").get(f"/cases/new/?study={world.STUDY}").content.decode()
    )
    assert not CaseRow.objects.exists()
    first = post("requester", "/cases/new/", {"study": world.STUDY})
    again = post("requester", "/cases/new/", {"study": world.STUDY})
    assert first["Location"] == again["Location"] == f"/cases/{CaseRow.objects.get().pk}/"


@pytest.mark.parametrize(("login", "status"), [("technologist", 403), ("stranger", 404)])
def test_who_may_not_ask(login: str, status: int) -> None:
    assert post(login, "/cases/new/", {"study": world.STUDY}).status_code == status


def test_the_question_is_saved_while_typed_and_faults_stand_beside_their_fields() -> None:
    case_id = case_world.draft()
    data = {"text": "要不要转诊？", "weight_kg": "abc", "history": "发热 3 天", "revision": "0"}
    answer = post("requester", f"/cases/{case_id}/question/", data, **AUTOSAVE)
    told = json.loads(answer.content)
    assert answer.status_code == 200
    assert told["revision"] == row(case_id).revision > 0
    assert told["errors"] == {"weight_kg": "Write a number, such as 11.4."}
    assert set(told["missing"]) == {"urgency", "confidence"}
    assert re.fullmatch(r"\d\d:\d\d", told["saved_at"])
    assert (row(case_id).text, row(case_id).history) == ("要不要转诊？", "发热 3 天")


def test_sending_with_faults_keeps_what_was_typed() -> None:
    case_id = case_world.draft()
    data = {"text": "", "weight_kg": "11,4x", "then": "submit", "provisional_diagnosis": "脑积水"}
    answer = post("requester", f"/cases/{case_id}/question/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Still needed before it can be sent" in page
    assert 'value="11,4x"' in page and 'value="脑积水"' in page
    assert row(case_id).state == State.DRAFT.value


def test_a_complete_question_is_sent() -> None:
    case_id = case_world.draft()
    data = {"text": "要不要转诊？", "urgency": "urgent", "confidence": "unsure", "then": "submit"}
    assert post("requester", f"/cases/{case_id}/question/", data).status_code == 302
    assert row(case_id).state == State.SUBMITTED.value


def test_an_old_page_never_overwrites_a_newer_question() -> None:
    case_id = case_world.draft(case_world.QUESTION)
    data = {"text": "旧页面", "revision": "0"}
    answer = post("requester", f"/cases/{case_id}/question/", data, **AUTOSAVE)
    told = json.loads(answer.content)
    assert (answer.status_code, told["code"]) == (409, "case.stale")
    assert told["values"]["text"] == case_world.QUESTION.text
    page = post("requester", f"/cases/{case_id}/question/", data)
    assert page.status_code == 409
    assert "旧页面" in page.content.decode() and case_world.QUESTION.text in page.content.decode()
    assert row(case_id).text == case_world.QUESTION.text


def test_an_old_page_never_overwrites_a_newer_opinion() -> None:
    case_id = case_world.reading()
    old = str(row(case_id).revision)
    post("reader", f"/cases/{case_id}/opinion/", {"answer": "新", "revision": old}, **AUTOSAVE)
    stale = {"answer": "旧", "revision": old}
    answer = post("reader", f"/cases/{case_id}/opinion/", stale, **AUTOSAVE)
    assert json.loads(answer.content)["values"]["answer"] == "新"
    signing = post("reader", f"/cases/{case_id}/moves/sign/", stale | {"confirm": "1"})
    page = signing.content.decode()
    assert signing.status_code == 409
    assert "旧" in page and "新" in page
    assert row(case_id).draft_answer == "新"
    assert not OpinionRow.objects.exists()


def test_only_the_desk_sees_the_experts() -> None:
    case_id = case_world.submitted()
    page = get("desk", case_id)
    assert 'name="assignee"' in page and "suggested" in page
    assert 'name="assignee"' not in get("requester", case_id)


def test_assigning_without_a_choice_says_so() -> None:
    case_id = case_world.submitted()
    answer = move("desk", case_id, "assign")
    assert answer.status_code == 422
    assert "Choose the expert" in answer.content.decode()
    member = str(world.viewer("reader").user)
    assert move("desk", case_id, "assign", assignee=member).status_code == 302
    assert row(case_id).state == State.ASSIGNED.value


@pytest.mark.parametrize("name", [one.value for one, rule in RULES.items() if rule.needs_reason])
def test_a_move_that_needs_a_reason_asks_for_it_first(name: str) -> None:
    makers = {
        "withdraw": ("requester", case_world.submitted),
        "return": ("desk", case_world.submitted),
        "refuse": ("desk", case_world.submitted),
        "decline": ("reader", case_world.assigned),
        "ask-data": ("reader", case_world.reading),
        "amend": ("reader", case_world.signed),
    }
    login, make = makers[name]
    case_id = make()
    before = row(case_id).state
    asked = move(login, case_id, name, **ANSWERS)
    assert asked.status_code == 200
    assert 'name="reason"' in asked.content.decode()
    empty = move(login, case_id, name, confirm="1", reason="  ", **ANSWERS)
    assert empty.status_code == 422
    assert row(case_id).state == before
    assert move(login, case_id, name, confirm="1", reason="因故", **ANSWERS).status_code == 302
    assert row(case_id).reason == "因故"
    assert "因故" in get("requester", case_id)


def test_signing_shows_the_text_and_the_name_before_it_signs() -> None:
    case_id = case_world.reading()
    asked = move("reader", case_id, "sign", answer="无需转诊。", findings="正常", advice="")
    page = asked.content.decode()
    assert "无需转诊。" in page and "Signed as <b>reader</b>" in page
    assert not OpinionRow.objects.exists()
    done = move(
        "reader", case_id, "sign", answer="无需转诊。", findings="正常", advice="", confirm="1"
    )
    assert done.status_code == 302
    assert OpinionRow.objects.get().answer == "无需转诊。"
    assert "无需转诊。" in get("requester", case_id)


def test_an_opinion_without_an_answer_is_not_signed() -> None:
    case_id = case_world.reading()
    answer = move("reader", case_id, "sign", answer="  ", findings="正常", confirm="1")
    assert answer.status_code == 422
    assert "Answer the question before you sign." in answer.content.decode()
    assert not OpinionRow.objects.exists()


def test_the_requester_acknowledges_and_the_expert_amends_with_a_visible_difference() -> None:
    case_id = case_world.signed()
    assert "moves/acknowledge/" in get("requester", case_id)
    assert "moves/acknowledge/" not in get("technologist", case_id)
    assert move("requester", case_id, "acknowledge").status_code == 302
    texts = {"answer": "侧脑室轻度增宽。", "findings": "未见异常。", "advice": "三个月后复查头围。"}
    move("reader", case_id, "amend", reason="复核", confirm="1", **texts)
    page = get("requester", case_id)
    assert "复核" in page and "侧脑室轻度增宽。" in page and "侧脑室大小正常。" in page
    difference = world.client("requester").get(f"/cases/{case_id}/difference/2/").content.decode()
    assert re.search(r"<del>.*侧脑室大小正常。</del>", difference)
    assert re.search(r"<ins>.*侧脑室轻度增宽。</ins>", difference)
    assert world.client("requester").get(f"/cases/{case_id}/difference/9/").status_code == 404


@pytest.mark.parametrize("name", ["edit", "write", "nonsense"])
def test_there_are_no_other_moves(name: str) -> None:
    assert move("reader", case_world.reading(), name).status_code == 404


def test_a_move_of_somebody_else_is_refused_with_a_sentence() -> None:
    answer = move("requester", case_world.reading(), "sign", confirm="1", **ANSWERS)
    assert answer.status_code == 403
    assert "not yours" in answer.content.decode()


def test_a_document_that_is_not_made_yet_says_so() -> None:
    case_id = case_world.signed()
    assert "being made" in get("requester", case_id)
    answer = world.client("requester").get(f"/cases/{case_id}/opinions/1/pdf-zh/")
    assert answer.status_code == 409
    assert world.client("requester").get(f"/cases/{case_id}/opinions/1/zip/").status_code == 404


def test_key_images_are_pointed_at_captioned_and_dropped() -> None:
    case_id = case_world.reading()
    pick = {"study": world.STUDY, "series": f"{world.STUDY}.1", "sop": f"{world.STUDY}.1.1"}
    assert post("reader", f"/cases/{case_id}/key-images/", pick).status_code == 302
    image = KeyImage.objects.get()
    address = f"/cases/{case_id}/key-images/{image.pk}/"
    answer = post("reader", address, {"caption": "脑室<b>"}, **{"HX-Request": "true"})
    assert "脑室&lt;b&gt;" in answer.content.decode() and "<html" not in answer.content.decode()
    assert post("requester", address, {"drop": "1"}).status_code == 403
    assert post("reader", address, {"drop": "1"}).status_code == 302
    assert not KeyImage.objects.exists()


def test_a_foreign_image_is_refused() -> None:
    pick = {"study": "1.2.3", "series": "1.2.3.4", "sop": "1.2.3.4.5"}
    answer = post("reader", f"/cases/{case_world.reading()}/key-images/", pick)
    assert answer.status_code == 400


@pytest.mark.parametrize(("days", "old"), [(30, False), (31, True)])
def test_an_old_weight_is_marked(days: int, old: bool) -> None:
    case_id = case_world.submitted()
    measured = timezone.localdate() - timedelta(days=days)
    CaseRow.objects.filter(pk=case_id).update(measured_on=measured)
    assert ("too old to dose by" in get("requester", case_id)) is old


def test_an_infants_weight_is_old_after_a_week() -> None:
    case_id = case_world.submitted()
    from tongying.web.records.models import Child

    Child.objects.update(birth_date=date(2026, 1, 5))
    measured = timezone.localdate() - timedelta(days=8)
    CaseRow.objects.filter(pk=case_id).update(measured_on=measured)
    assert "too old to dose by" in get("requester", case_id)


def test_what_is_written_is_shown_as_text() -> None:
    case_id = case_world.draft()
    store.act(
        world.viewer("requester"),
        case_id,
        Act(Move.EDIT, question=typed({"text": "<img src=x>"}, case_world.QUESTION).question),
    )
    page = get("requester", case_id)
    assert "<img src=x>" not in page and "&lt;img src=x&gt;" in page


def test_pages_carry_no_script_or_style_of_their_own() -> None:
    """The content-security policy allows neither."""
    for page in (get("desk", case_world.submitted()), get("requester", case_world.draft())):
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r'<style|\sstyle="|\son\w+="', page)


@pytest.mark.parametrize(
    ("text", "kilograms"),
    [("11.4", 11.4), ("11,4", 11.4), ("１２", 12.0), ("", None), ("-3", None), ("1e3", None)],
)
def test_numbers_as_they_are_typed(text: str, kilograms: float | None) -> None:
    form = typed({"weight_kg": text, "measured_on": "2026-03-01"}, case_world.QUESTION)
    good = kilograms is not None or not text
    assert bool(form.errors) is not good
    assert form.question.weight_kg == (kilograms if good else case_world.QUESTION.weight_kg)
    assert form.values["weight_kg"] == text


def test_a_weight_without_its_day_is_not_kept_alone() -> None:
    form = typed({"weight_kg": "12"}, case_world.QUESTION)
    assert set(form.errors) == {"measured_on"}
    assert (form.question.weight_kg, form.question.measured_on) == (11.4, date(2026, 3, 1))
