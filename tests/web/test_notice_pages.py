"""The bell, the list of notices and the wishes on the account page: only ones own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

import archive_world as world
import case_world
import pytest
from post_office import PushService, push_service

from tongying.web.notices.models import NoticeRow
from tongying.web.notices.reading import unread_count
from tongying.web.notices.tell import tell
from tongying.web.people.models import Member
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()


@pytest.fixture
def push(settings) -> Iterator[PushService]:
    settings.TONGYING_PUSH_ANYWHERE = True
    with push_service() as service:
        yield service


def people(*logins: str) -> list[Member]:
    return list(Member.objects.filter(login__in=logins))


def test_nobody_is_sent_to_log_in() -> None:
    nobody = world.client()
    assert nobody.get("/notices/")["Location"].startswith("/login/")
    for url in ("read/", "1/open/", "1/read/"):
        assert nobody.post(f"/notices/{url}")["Location"].startswith("/login/")
    # The bell asks in the background: it must not carry a page away that somebody types into.
    response = nobody.get("/notices/bell/", headers=HTMX)
    assert response.status_code == 401
    assert "HX-Redirect" not in response.headers


def test_the_bell_counts_ones_own_and_is_quiet_while_nothing_changes() -> None:
    tell(people("reader"), "trial", {}, key="a", at=AT)
    tell(people("reader"), "trial", {}, key="b", at=AT)
    reader, desk = world.client("reader"), world.client("desk")
    assert '<span class="count">2<' in reader.get("/notices/").content.decode()
    assert '<span class="count">2<' in reader.get("/notices/bell/?n=0").content.decode()
    assert reader.get("/notices/bell/?n=2").status_code == 204
    assert '<span class="count">' not in desk.get("/notices/").content.decode()
    assert desk.get("/notices/bell/?n=0").status_code == 204


def test_the_bell_costs_one_query(django_assert_num_queries) -> None:
    viewer = world.viewer("reader")
    with django_assert_num_queries(1):
        unread_count(viewer)
    # Session and member come with every request of anybody.
    reader = world.client("reader")
    with django_assert_num_queries(3) as queries:
        reader.get("/notices/bell/?n=0")
    about = [one["sql"] for one in queries.captured_queries if "notices_" in one["sql"]]
    assert len(about) == 1


def test_opening_a_notice_marks_it_and_leads_to_its_page() -> None:
    case_id = case_world.submitted()
    row = NoticeRow.objects.get(member__login="desk")
    desk = world.client("desk")
    page = desk.get("/notices/").content.decode()
    assert "New case" in page
    assert f"TY-{row.at.year}-{case_id:06d} from COUNTY 医院 waits to be assigned." in page
    response = desk.post(f"/notices/{row.pk}/open/")
    assert response["Location"] == f"/cases/{case_id}/"
    row.refresh_from_db()
    assert row.read_at is not None
    first = row.read_at
    desk.post(f"/notices/{row.pk}/read/")
    row.refresh_from_db()
    assert row.read_at == first


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example/", ""])
def test_a_notice_leads_nowhere_else(url: str) -> None:
    tell(people("reader"), "trial", {}, key="a", url=url, at=AT)
    row = NoticeRow.objects.get()
    assert world.client("reader").post(f"/notices/{row.pk}/open/")["Location"] == "/notices/"


@pytest.mark.parametrize("login", ["stranger", "desk", "second-reader"])
def test_somebody_elses_notice_does_not_exist(login: str) -> None:
    tell(people("reader"), "trial", {}, key="a", at=AT)
    row = NoticeRow.objects.get()
    client = world.client(login)
    assert client.post(f"/notices/{row.pk}/open/").status_code == 404
    assert client.post(f"/notices/{row.pk}/read/").status_code == 404
    client.post("/notices/read/", {"until": row.pk})
    row.refresh_from_db()
    assert row.read_at is None
    assert "Test notice" not in client.get("/notices/").content.decode()


def test_mark_all_leaves_what_came_meanwhile() -> None:
    tell(people("reader"), "trial", {}, key="a", at=AT)
    shown = NoticeRow.objects.get().pk
    tell(people("reader"), "trial", {}, key="b", at=AT)
    reader = world.client("reader")
    assert reader.post("/notices/read/", {"until": shown})["Location"] == "/notices/"
    assert NoticeRow.objects.filter(read_at=None).count() == 1
    reader.post("/notices/read/", {"until": "x"})
    assert NoticeRow.objects.filter(read_at=None).count() == 1


def test_a_long_list_has_pages() -> None:
    for number in range(120):
        tell(people("reader"), "trial", {}, key=str(number), at=AT)
    reader, seen, url = world.client("reader"), 0, "/notices/"
    for expected in (50, 50, 20):
        page = reader.get(url)
        seen += expected
        assert page.content.decode().count('class="line"') == expected
        assert "99+" in page.content.decode()
        url = f"/notices/?before={page.context['page'].before}"
    assert seen == 120
    assert page.context["page"].before is None


WISH = "/account/notices/"


def test_wishes_are_kept_and_audited() -> None:
    reader = world.client("reader")
    assert "sends no mail yet" in reader.get("/account/").content.decode()
    form = {"email": "reader@hospital.example", "quiet_from": "22:00", "quiet_until": "06:30"}
    assert reader.post(WISH, form)["Location"] == "/account/#notices"
    page = reader.get("/account/").content.decode()
    for text in form.values():
        assert f'value="{text}"' in page
    reader.post(WISH, {"email": "", "quiet_from": "9：00", "quiet_until": "17:05"})
    assert Member.objects.get(login="reader").quiet_from == time(9)
    reader.post(WISH, {"email": "", "quiet_from": "", "quiet_until": ""})
    member = Member.objects.get(login="reader")
    assert (member.email, member.quiet_from, member.quiet_until) == ("", None, None)
    assert AuditRow.objects.filter(actor="reader", detail__what="notices").count() == 3


@pytest.mark.parametrize(
    ("email", "first", "last", "sentence"),
    [
        ("nobody", "", "", "This is not an e-mail address."),
        ("a@b.example\nBcc: x@y.example", "", "", "This is not an e-mail address."),
        ("", "22:00", "", "both a begin and an end"),
        ("", "", "06:00", "both a begin and an end"),
        ("", "22:00", "22:00", "have no length"),
        ("", "late", "06:00", "Write a time as 22:00."),
        ("", "24:30", "06:00", "Write a time as 22:00."),
    ],
)
def test_wishes_refused_lose_nothing(email: str, first: str, last: str, sentence: str) -> None:
    reader = world.client("reader")
    response = reader.post(WISH, {"email": email, "quiet_from": first, "quiet_until": last})
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    for text in (first, last):
        assert not text or f'value="{text}"' in page
    assert Member.objects.get(login="reader").quiet_from is None


def test_a_test_notice_comes_each_time() -> None:
    reader = world.client("reader")
    for _ in range(2):
        assert reader.post("/account/notices/test/").status_code == 302
    rows = NoticeRow.objects.all()
    assert [(row.member.login, row.kind) for row in rows] == [("reader", "trial")] * 2


def test_a_browser_is_signed_up_and_off(push: PushService) -> None:
    reader = world.client("reader")
    assert reader.post("/account/push/", push.keys).status_code == 302
    assert f'data-endpoint="{push.url}"' in reader.get("/account/").content.decode()
    world.client("desk").post("/account/push/remove/", {"endpoint": push.url})
    assert f'data-endpoint="{push.url}"' in reader.get("/account/").content.decode()
    reader.post("/account/push/remove/", {"endpoint": push.url})
    assert "data-endpoint" not in reader.get("/account/").content.decode()
    assert reader.post("/account/push/", {}).status_code == 422


def test_the_push_script_is_ours_and_at_the_top() -> None:
    response = world.client().get("/push-sw.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response.headers["Cache-Control"]
    body = response.getvalue().decode()
    assert "showNotification" in body
    assert 'addEventListener("fetch"' not in body
