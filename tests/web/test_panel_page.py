"""The joint panel on the case page: what each sees and does, with and without a script."""

from __future__ import annotations

import json
from datetime import timedelta

import archive_world as world
import case_world
import pytest
from django.http import HttpResponse
from django.utils import timezone

from tongying.consult.panel_moves import PanelAct
from tongying.consult.panel_rules import PanelMove
from tongying.consult.people import Role
from tongying.consult.specialty import Specialty
from tongying.web.cases.models import CaseRow, OpinionRow
from tongying.web.panels import store
from tongying.web.panels.models import PanelRow, SeatRow
from tongying.web.people.models import Member

pytestmark = pytest.mark.django_db
AUTOSAVE = {"Tongying-Autosave": "1"}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()
    for login, fields in (("surgeon", "surgery"), ("sonographer", "ultrasound")):
        world.add(login, Role.EXPERT, world.OTHER)
        Member.objects.filter(login=login).update(specialties=fields)


@pytest.fixture
def case_id(alliance: None) -> int:
    return case_world.reading()


def get(login: str, case_id: int) -> str:
    answer = world.client(login).get(f"/cases/{case_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def post(
    login: str, case_id: int, tail: str, data: dict[str, str] | None = None, **headers: str
) -> HttpResponse:
    return world.client(login).post(f"/cases/{case_id}/panel/{tail}/", data or {}, headers=headers)


def pk(login: str) -> str:
    return str(Member.objects.get(login=login).pk)


def invite(case_id: int) -> None:
    for login, field in (("surgeon", "surgery"), ("sonographer", "ultrasound")):
        answer = post("reader", case_id, "moves/invite", {"specialty": field, "member": pk(login)})
        assert answer.status_code == 302


def sign(login: str, case_id: int, text: str) -> HttpResponse:
    return post(login, case_id, "moves/sign-own", {"text": text, "confirm": "1"})


ADDRESSES = [
    ("get", "find/"),
    ("post", "opinion/"),
    ("post", "time/"),
    ("post", "moves/invite/"),
    ("post", "moves/cancel/"),
]


@pytest.mark.parametrize(("method", "tail"), ADDRESSES)
def test_nobody_logs_in_first_and_a_stranger_finds_nothing(
    case_id: int, method: str, tail: str
) -> None:
    address = f"/cases/{case_id}/panel/{tail}"
    anonymous = getattr(world.client(), method)(address)
    assert anonymous["Location"].startswith("/login/")
    for login in ("stranger", "second-reader", "surgeon"):
        data = {"reason": "x", "confirm": "1", "booked_for": "2099-01-01T10:00"}
        assert getattr(world.client(login), method)(address, data).status_code == 404


def test_who_is_offered_to_open_a_panel(case_id: int) -> None:
    assert "Open a joint panel" in get("reader", case_id)
    assert "Open a joint panel" in get("desk", case_id)
    assert "Open a joint panel" not in get("requester", case_id)
    assert 'id="panel"' not in get("requester", case_id)


def test_the_search_shows_who_fits_first(case_id: int) -> None:
    address = f"/cases/{case_id}/panel/find/?specialty=surgery"
    part = world.client("desk").get(address, headers=HTMX).content.decode()
    assert "<html" not in part
    assert "surgeon" in part and "sonographer" not in part
    whole = world.client("desk").get(address).content.decode()
    assert "<html" in whole and "surgeon" in whole
    none = world.client("desk").get(f"/cases/{case_id}/panel/find/?q=zzz").content.decode()
    assert "Nobody found" in none
    assert world.client("requester").get(address).status_code == 403


def test_an_invited_specialist_finds_the_case_and_the_right_part(case_id: int) -> None:
    invite(case_id)
    browser = world.client("surgeon")
    assert f"/cases/{case_id}/" in browser.get("/").content.decode()
    assert browser.get("/next/")["Location"] == f"/cases/{case_id}/"
    page = get("surgeon", case_id)
    assert 'href="#own-opinion"' in page and 'id="own-opinion"' in page
    assert "Write the opinion" not in page


def test_own_opinion_is_saved_while_typed_and_never_overwritten(case_id: int) -> None:
    invite(case_id)
    revision = SeatRow.objects.get(member__login="surgeon").revision
    first = post(
        "surgeon", case_id, "opinion", {"text": "息肉", "revision": str(revision)}, **AUTOSAVE
    )
    told = json.loads(first.content)
    assert first.status_code == 200 and told["revision"] == revision + 1
    stale = post(
        "surgeon", case_id, "opinion", {"text": "别的", "revision": str(revision)}, **AUTOSAVE
    )
    assert stale.status_code == 409
    assert json.loads(stale.content)["values"] == {"text": "息肉"}
    plain = post("surgeon", case_id, "opinion", {"text": "别的", "revision": str(revision)})
    assert plain.status_code == 409
    page = plain.content.decode()
    assert "息肉" in page and "别的" in page
    assert SeatRow.objects.get(member__login="surgeon").opinion == "息肉"


def test_signing_is_asked_for_once_more_and_needs_words(case_id: int) -> None:
    invite(case_id)
    asked = post("surgeon", case_id, "moves/sign-own", {"text": "息肉。"}, **HTMX)
    assert 'class="ask"' in asked.content.decode() and "息肉。" in asked.content.decode()
    assert SeatRow.objects.get(member__login="surgeon").state == "invited"
    empty = post("surgeon", case_id, "moves/sign-own", {"text": " ", "confirm": "1"})
    assert empty.status_code == 422
    assert sign("surgeon", case_id, "息肉。")["Location"] == f"/cases/{case_id}/#panel"
    assert SeatRow.objects.get(member__login="surgeon").state == "signed"


def test_sealed_opinions_are_not_in_anybody_elses_page(case_id: int) -> None:
    invite(case_id)
    sign("surgeon", case_id, "独家意见")
    assert "独家意见" in get("surgeon", case_id)
    assert "独家意见" in get("reader", case_id)
    for login in ("sonographer", "desk", "requester", "technologist"):
        page = get(login, case_id)
        assert "独家意见" not in page and "Signed; " in page
    assert "you see it once you have signed yours" in get("sonographer", case_id)


def test_the_whole_way_to_a_signed_opinion(case_id: int) -> None:
    invite(case_id)
    page = get("reader", case_id)
    assert "Surgery has neither signed nor been excused" in page
    assert "data-send disabled" in page
    sign("surgeon", case_id, "息肉。")
    early = post("reader", case_id, "moves/propose-conclusion", {"text": "转外科。"})
    assert early.status_code == 422
    assert "Still missing: Ultrasound has neither" in early.content.decode()
    assert "转外科。" in early.content.decode()
    asked = post("desk", case_id, "moves/excuse", {"specialty": "ultrasound"}, **HTMX)
    assert "Reason" in asked.content.decode()
    excuse = {"specialty": "ultrasound", "reason": "急诊值班", "confirm": "1"}
    assert post("desk", case_id, "moves/excuse", excuse).status_code == 302
    assert (
        post("reader", case_id, "moves/propose-conclusion", {"text": "转外科。"}).status_code == 302
    )
    assert 'href="#conclusion"' in get("surgeon", case_id)
    assert "转外科。" not in get("requester", case_id)
    words = post("surgeon", case_id, "moves/dissent", {"version": "1"}, **HTMX).content.decode()
    assert "转外科。" in words and "What you do not agree with" in words
    none = post("surgeon", case_id, "moves/dissent", {"version": "1", "confirm": "1"})
    assert none.status_code == 422
    dissent = {"version": "1", "text": "先观察。", "confirm": "1"}
    assert post("surgeon", case_id, "moves/dissent", dissent).status_code == 302
    page = get("reader", case_id)
    assert "Everybody has answered." in page and "data-send disabled" not in page
    row = CaseRow.objects.get(pk=case_id)
    data = {"answer": "转外科。", "findings": "", "advice": "", "confirm": "1",
            "revision": str(row.revision)}  # fmt: skip
    done = world.client("reader").post(f"/cases/{case_id}/moves/sign/", data)
    assert done.status_code == 302 and OpinionRow.objects.count() == 1
    county = get("requester", case_id)
    assert "息肉。" in county and "先观察。" in county and "急诊值班" in county


def test_a_verdict_on_a_replaced_conclusion_is_not_taken(case_id: int) -> None:
    invite(case_id)
    for login in ("surgeon", "sonographer"):
        sign(login, case_id, login)
    for text in ("甲", "乙"):
        post("reader", case_id, "moves/propose-conclusion", {"text": text})
    answer = post("surgeon", case_id, "moves/agree", {"version": "1"})
    assert answer.status_code == 409
    assert "The conclusion has been changed meanwhile" in answer.content.decode()
    assert post("surgeon", case_id, "moves/agree", {"version": "2"}).status_code == 302


def test_the_case_refuses_to_be_signed_past_its_panel(case_id: int) -> None:
    invite(case_id)
    data = {"answer": "正常。", "findings": "", "advice": "", "confirm": "1"}
    answer = world.client("reader").post(f"/cases/{case_id}/moves/sign/", data)
    assert answer.status_code == 409
    assert "The joint panel is not finished" in answer.content.decode()
    assert not OpinionRow.objects.exists()


@pytest.mark.parametrize("move", ["close", "write", "nonsense"])
def test_moves_that_have_no_address(case_id: int, move: str) -> None:
    assert post("reader", case_id, f"moves/{move}").status_code == 404


def test_an_invitation_that_is_refused_says_why(case_id: int) -> None:
    invite(case_id)
    data = {"specialty": "surgery", "member": pk("second-reader")}
    answer = post("reader", case_id, "moves/invite", data)
    assert answer.status_code == 422
    assert "This specialty has a seat on the panel already." in answer.content.decode()
    own = {"specialty": "pathology", "member": pk("expert")}
    answer = post("reader", case_id, "moves/invite", own)
    assert answer.status_code == 422
    assert "not of the asking hospital" in answer.content.decode()
    assert PanelRow.objects.get().seats.count() == 2


def test_the_time_of_a_booked_panel(case_id: int) -> None:
    CaseRow.objects.filter(pk=case_id).update(urgency="booked")
    assert 'type="datetime-local"' in get("desk", case_id)
    assert 'type="datetime-local"' not in get("reader", case_id)
    past = post("desk", case_id, "time", {"booked_for": "2020-01-01T10:00"})
    assert past.status_code == 422
    assert "still to come" in past.content.decode()
    at = timezone.localtime() + timedelta(days=3)
    answer = post("desk", case_id, "time", {"booked_for": f"{at:%Y-%m-%dT%H:%M}"})
    assert answer.status_code == 302
    assert f"booked for {at:%Y-%m-%d %H:%M}" in get("requester", case_id)


def test_every_move_of_the_panel_leaves_a_readable_line(case_id: int) -> None:
    invite(case_id)
    sign("surgeon", case_id, "息肉。")
    chair = world.viewer("reader")
    act = PanelAct(PanelMove.CANCEL, reason="不需要")
    store.act(chair, case_id, act)
    page = get("requester", case_id)
    for line in ("invited to the joint panel", "signed an opinion for the panel",
                 "cancelled the panel"):  # fmt: skip
        assert line in page
    assert set(store.EVENTS) == set(PanelMove) - {PanelMove.WRITE}


def test_every_word_of_the_panel_is_there() -> None:
    from tongying.consult.panel import Lack, Missing
    from tongying.web.pages import panel_words as words

    assert set(words.PANEL_MOVE_WORDS) == set(PanelMove)
    assert set(words.PANEL_EVENT_WORDS) == set(store.EVENTS.values())
    for lack in Lack:
        assert words.lack_words(Missing(lack, Specialty.SURGERY))
