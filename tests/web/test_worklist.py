"""The worklist: who sees which line, time left, search, sorting, windows, preview."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import archive_world as world
import case_world
import pytest
from django.utils import translation

from tongying.consult.case import ANSWER_WITHIN, PANEL_WITHIN, Urgency
from tongying.consult.states import TERMINAL, State
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.pages.due import BAR, time_left
from tongying.web.records.models import Child, Study

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def alliance(db: None) -> None:
    case_world.build()


def page(login: str, address: str = "/", **headers: str) -> str:
    answer = world.client(login).get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def ids(text: str) -> list[int]:
    return [int(one) for one in re.findall(r'<tr data-case="(\d+)"', text)]


@pytest.mark.parametrize("address", ["/", "/next/", "/help/keys/", "/cases/1/preview/"])
def test_nobody_is_sent_to_log_in(alliance: None, address: str) -> None:
    answer = world.client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("login", "tab", "sees"),
    [
        ("requester", "mine", False),
        ("requester", "open", True),
        ("technologist", "all", True),
        ("desk", "mine", True),
        ("reader", "all", False),
        ("stranger", "all", False),
        ("othercoord", "all", False),
    ],
)
def test_who_sees_a_submitted_case(alliance: None, login: str, tab: str, sees: bool) -> None:
    case_id = case_world.submitted()
    assert (case_id in ids(page(login, f"/?tab={tab}"))) is sees
    preview = world.client(login).get(f"/cases/{case_id}/preview/")
    visible = login in ("requester", "technologist", "desk")
    assert preview.status_code == (200 if visible else 404)


def test_a_draft_is_its_authors(alliance: None) -> None:
    case_id = case_world.draft()
    assert case_id in ids(page("requester"))
    for login in ("technologist", "desk", "coordinator"):
        assert case_id not in ids(page(login, "/?tab=all"))


def test_a_line_says_what_a_doctor_needs(alliance: None) -> None:
    case_world.assigned()
    text = page("reader")
    for words in ("王小明", "2 y", "脑室是否增宽？", "COUNTY 医院", "CT", "Urgent", "you"):
        assert words in text, words
    assert re.search(r"[34] h \d\d left", text)


def test_next_leads_to_the_case_due_first(alliance: None) -> None:
    assert world.client("reader").get("/next/")["Location"] == "/"
    case_id = case_world.assigned()
    assert world.client("reader").get("/next/")["Location"] == f"/cases/{case_id}/"


@pytest.mark.parametrize("text", ["王", "wang", "wxm", "脑室", "COUNTY", "P-77"])
def test_search_finds(alliance: None, text: str) -> None:
    case_id = case_world.assigned()
    assert ids(page("reader", f"/?q={text}", **HTMX)) == [case_id]


def test_search_that_finds_nothing_offers_all_cases(alliance: None) -> None:
    case_world.assigned()
    text = page("reader", "/?q=nobody<script>", **HTMX)
    assert "Nothing found for “nobody&lt;script&gt;”" in text
    assert "/?tab=all" in text


def test_empty_lists_say_what_to_do_next(alliance: None) -> None:
    assert "choose the child's study" in page("requester")
    assert "New cases appear here" in page("reader")
    assert "No cases here" in page("reader", "/?tab=signed")


@pytest.mark.parametrize(
    "address", ["/?tab=zzz", "/?sort=zzz&dir=up", "/?offset=-1", "/?offset=9999999", "/?q=%00"]
)
def test_an_odd_address_is_read_as_the_first_page(alliance: None, address: str) -> None:
    case_id = case_world.assigned()
    far = "offset=9" in address
    assert ids(page("reader", address)) == ([] if far else [case_id])


def many(count: int) -> None:
    row = CaseRow.objects.get(pk=case_world.assigned())
    study = Study.objects.get()
    for number in range(count):
        child = Child.objects.create(
            hospital=study.hospital, issuer="X", local_id=str(number), name_search=f"n{number:04}"
        )
        row.pk, row.child = None, child
        row.due_at = row.submitted_at + timedelta(minutes=number)
        row.save(force_insert=True)
        CaseStudy.objects.create(case=row, study=study)


def test_windows_hold_a_hundred_and_join_without_gap(alliance: None) -> None:
    many(230)
    first = page("reader")
    assert len(ids(first)) == 100
    more = re.search(r'hx-get="([^"]+)" hx-trigger="revealed', first)
    assert more is not None
    second = page("reader", more[1].replace("&amp;", "&"), **HTMX)
    assert "<table" not in second and "<html" not in second
    third = page("reader", "/?tab=mine&offset=200", **HTMX)
    everything = ids(first) + ids(second) + ids(third)
    assert len(everything) == len(set(everything)) == 231
    assert 'hx-trigger="revealed' not in third


def test_the_list_alone_comes_to_htmx_and_says_that_it_varies(alliance: None) -> None:
    answer = world.client("reader").get("/?tab=all", headers=HTMX)
    assert "HX-Request" in answer["Vary"]
    assert "<html" not in answer.content.decode()
    assert 'aria-current="page"' in answer.content.decode()


def test_sorting_turns_round(alliance: None) -> None:
    many(3)
    up, down = ids(page("reader", "/?sort=due")), ids(page("reader", "/?sort=due&dir=desc"))
    assert up == down[::-1]
    assert 'aria-sort="descending"' in page("reader", "/?sort=due&dir=desc")


def test_the_page_does_not_ask_more_for_more_rows(
    alliance: None, django_assert_max_num_queries
) -> None:
    many(100)
    browser = world.client("reader")
    with django_assert_max_num_queries(12):
        browser.get("/")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("urgency", [*Urgency, None])
def test_time_left_always_says_a_word(state: State, urgency: Urgency | None) -> None:
    due = None if urgency is None else NOW + ANSWER_WITHIN.get(urgency, PANEL_WITHIN) / 2
    left = time_left(state, due, urgency.value if urgency else "", NOW)
    assert left.text
    assert 0 <= left.fill <= BAR
    settled = state in TERMINAL or state is State.SIGNED
    stopped = state in (State.RETURNED, State.WAITING)
    running = "ok" if urgency else "none"
    assert left.level == ("done" if settled else "stopped" if stopped else running)


@pytest.mark.parametrize(
    ("minutes", "level", "chinese", "english"),
    [
        (200, "ok", "剩 3:20", "3 h 20 left"),
        (61, "ok", "剩 1:01", "1 h 01 left"),
        (59, "soon", "剩 59 分", "59 min left"),
        (0, "soon", "剩 0 分", "0 min left"),
        (-18, "late", "超时 18 分", "18 min overdue"),
        (-125, "late", "超时 2:05", "2 h 05 overdue"),
        (-3 * 24 * 60, "late", "超时 3 天", "3 d overdue"),
    ],
)
def test_time_left_in_words(minutes: int, level: str, chinese: str, english: str) -> None:
    due = NOW + timedelta(minutes=minutes)
    for language, said in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            left = time_left(State.READING, due, "urgent", NOW)
        assert (left.level, left.text) == (level, said)
