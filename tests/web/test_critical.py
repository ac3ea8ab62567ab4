"""Critical findings through the store and the pages: reported, told up the ladder, read back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import archive_world as world
import case_world
import pytest

from tongying.consult.critical import (
    AcknowledgeTooEarly,
    AlreadyAcknowledged,
    FoundInFuture,
    ReadBackMissing,
    ReceiverRefused,
    ReportNotYours,
)
from tongying.consult.people import Role
from tongying.kernel.ids import UserId
from tongying.web import now as clock
from tongying.web.desk import critical as store
from tongying.web.desk.critical import Report
from tongying.web.desk.models import AlertRow, CriticalRow
from tongying.web.notices.models import NoticeRow
from tongying.web.people.models import Member
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
AT = datetime(2099, 3, 1, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
WORDS = "小肠扭转，肠系膜上动静脉转位"
BACK = "考虑肠扭转，立即禁食、联系外科"


class Clock:
    """A clock that stands until it is set."""

    at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(clock, "now", made)
    return made


@pytest.fixture
def case_id(db: None, ticking: Clock) -> int:
    case_world.build()
    world.add("colleague", Role.REQUESTER, world.COUNTY)
    made = case_world.reading()
    NoticeRow.objects.all().delete()
    return made


def report(case_id: int, category: str = "hours", receiver: str = "requester") -> int:
    said = Report(WORDS, category, world.viewer(receiver).user)
    return store.report(world.viewer("reader"), case_id, said)


def told() -> Counter[tuple[str, str]]:
    rows = NoticeRow.objects.select_related("member")
    found = Counter((row.member.login, row.kind) for row in rows)
    rows.delete()
    return found


def test_the_six_fields_are_kept(case_id: int, ticking: Clock) -> None:
    number = report(case_id)
    ticking.at = AT + timedelta(minutes=20)
    store.acknowledge(world.viewer("requester"), case_id, number, read_back=f" {BACK} ")
    row = CriticalRow.objects.get()
    assert (row.finding, row.category, row.found_at) == (WORDS, "hours", AT)
    assert (row.reported_by.login, row.receiver.login) == ("reader", "requester")
    assert (row.acknowledged_at, row.acknowledged_by.login, row.read_back) == (
        ticking.at,
        "requester",
        BACK,
    )
    assert row.due_at == AT + timedelta(hours=4)
    moves = [row.detail["move"] for row in AuditRow.objects.filter(kind="case").order_by("pk")]
    assert moves[-2:] == ["critical", "critical-ack"]
    assert WORDS not in str(list(AuditRow.objects.values()))


def test_the_receiver_is_told_at_once_and_the_expert_of_the_read_back(case_id: int) -> None:
    number = report(case_id, receiver="colleague")
    assert NoticeRow.objects.get().pressing
    assert told() == Counter([("colleague", "critical")])
    store.acknowledge(world.viewer("colleague"), case_id, number, read_back=BACK)
    assert told() == Counter([("reader", "critical-acknowledged")])


@pytest.mark.parametrize("login", ["requester", "colleague", "desk", "second-reader", "expert"])
def test_nobody_but_the_reading_expert_reports(case_id: int, login: str) -> None:
    said = Report(WORDS, "minutes", world.viewer("requester").user)
    with pytest.raises((ReportNotYours, store.CaseNotFound)):
        store.report(world.viewer(login), case_id, said)
    assert not CriticalRow.objects.exists()


@pytest.mark.parametrize(
    "login", ["desk", "reader", "stranger", "coordinator", "technologist", "expert", ""]
)
def test_receivers_refused(case_id: int, login: str) -> None:
    user = world.viewer(login).user if login else UserId(0)
    with pytest.raises(ReceiverRefused):
        store.report(world.viewer("reader"), case_id, Report(WORDS, "hours", user))
    assert not CriticalRow.objects.exists()
    assert not NoticeRow.objects.exists()


def test_a_receiver_who_left_is_refused(case_id: int) -> None:
    said = Report(WORDS, "hours", world.viewer("colleague").user)
    Member.objects.filter(login="colleague").update(is_active=False)
    with pytest.raises(ReceiverRefused):
        store.report(world.viewer("reader"), case_id, said)


def test_categories_and_times_that_cannot_be(case_id: int) -> None:
    with pytest.raises(store.CategoryRefused):
        report(case_id, category="weeks")
    later = AT + timedelta(seconds=1)
    said = Report(WORDS, "hours", world.viewer("requester").user, found_at=later)
    with pytest.raises(FoundInFuture):
        store.report(world.viewer("reader"), case_id, said)


def test_a_colleague_may_from_three_quarters_on(case_id: int, ticking: Clock) -> None:
    number = report(case_id)
    colleague = world.viewer("colleague")
    ticking.at = AT + timedelta(hours=3) - timedelta(seconds=1)
    with pytest.raises(AcknowledgeTooEarly):
        store.acknowledge(colleague, case_id, number, read_back=BACK)
    ticking.at = AT + timedelta(hours=3)
    with pytest.raises(ReadBackMissing):
        store.acknowledge(colleague, case_id, number, read_back=" ")
    store.acknowledge(colleague, case_id, number, read_back=BACK)
    assert CriticalRow.objects.get().acknowledged_by.login == "colleague"
    with pytest.raises(AlreadyAcknowledged):
        store.acknowledge(colleague, case_id, number, read_back=BACK)


def test_a_finding_of_another_case_does_not_exist_here(case_id: int) -> None:
    number = report(case_id)
    with pytest.raises(store.CriticalNotFound):
        store.acknowledge(world.viewer("requester"), case_id, number + 1, read_back=BACK)
    with pytest.raises(store.CaseNotFound):
        store.acknowledge(world.viewer("stranger"), case_id, number, read_back=BACK)
    with pytest.raises(store.CaseNotFound):
        store.criticals_of(world.viewer("stranger"), case_id)


# Who is told on which rung, by hand: the receiver, then the county's other requester, then the
# answering desk, at last the expert and the county's administrator.
RUNGS = {
    120: {"requester"},
    180: {"requester", "colleague"},
    216: {"requester", "colleague", "desk"},
    240: {"requester", "colleague", "desk", "reader", "admin"},
}


def test_every_rung_is_told_exactly_once(case_id: int, ticking: Clock) -> None:
    report(case_id)
    told()
    at: dict[int, set[str]] = {}
    for minute in range(0, 300):
        ticking.at = AT + timedelta(minutes=minute)
        fired = store.sweep_criticals(ticking.at)
        found = told()
        assert (fired, set(found.values())) in ((0, set()), (1, {1}))
        if fired:
            at[minute] = {login for login, _ in found}
            assert {kind for _, kind in found} == {"critical-unacknowledged"}
    assert at == RUNGS
    alerts = AlertRow.objects.order_by("pk")
    assert [row.percent for row in alerts] == [50, 75, 90, 100]
    assert all(row.fired_at == row.fell_due_at for row in alerts)
    last = alerts.last()
    assert last is not None
    assert {one.login for one in last.told.all()} == RUNGS[240]


def test_rungs_missed_while_nobody_looked_are_kept_and_told_once(
    case_id: int, ticking: Clock
) -> None:
    report(case_id)
    report(case_id, category="days")
    told()
    ticking.at = AT + timedelta(hours=9)
    assert store.sweep_criticals(ticking.at) == 4
    assert store.sweep_criticals(ticking.at) == 0
    assert told() == Counter((login, "critical-unacknowledged") for login in RUNGS[240])
    fell = [row.fell_due_at for row in AlertRow.objects.order_by("pk")]
    assert fell == [AT + timedelta(minutes=minute) for minute in RUNGS]
    # The second finding of the case has rungs of its own.
    ticking.at = AT + timedelta(days=4)
    assert store.sweep_criticals(ticking.at) == 4
    assert AlertRow.objects.count() == 8


def test_an_acknowledgement_ends_the_ladder(case_id: int, ticking: Clock) -> None:
    number = report(case_id)
    ticking.at = AT + timedelta(hours=3, minutes=10)
    store.sweep_criticals(ticking.at)
    store.acknowledge(world.viewer("colleague"), case_id, number, read_back=BACK)
    assert store.sweep_criticals(AT + timedelta(days=1)) == 0
    assert not NoticeRow.objects.filter(kind__startswith="critical", read_at=None).exclude(
        kind="critical-acknowledged"
    )
    assert {row.acknowledged_by.login for row in AlertRow.objects.all()} == {"colleague"}


# pages


def test_the_dialog_names_the_author_first_and_works_without_a_script(case_id: int) -> None:
    reader = world.client("reader")
    page = reader.get(f"/cases/{case_id}/").content.decode()
    assert 'id="report-critical"' in page
    url = f"/cases/{case_id}/critical/"
    for headers in ({}, {"HX-Request": "true"}):
        form = reader.post(url, headers=headers)
        assert form.status_code == 200
        text = form.content.decode()
        assert 'class="ask"' in text
        assert ("<html" in text) is not headers
        author = world.viewer("requester").user
        assert f'<option value="{author}" selected>' in text
        assert "acknowledged within 15 minutes" in text
    posted = {"confirm": "1", "category": "minutes", "finding": WORDS, "receiver": author}
    assert reader.post(url, posted)["Location"] == f"/cases/{case_id}/"
    assert CriticalRow.objects.get().finding == WORDS


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"finding": " "}, "Say what was found."),
        ({"category": ""}, "Choose how soon somebody must act"),
        ({"receiver": "999999"}, "must be an asking doctor"),
        ({"receiver": "x"}, "must be an asking doctor"),
    ],
)
def test_a_refusal_loses_nothing_that_was_typed(
    case_id: int, change: dict[str, str], sentence: str
) -> None:
    author = str(world.viewer("requester").user)
    posted = {"confirm": "1", "category": "minutes", "finding": WORDS, "receiver": author}
    response = world.client("reader").post(f"/cases/{case_id}/critical/", posted | change)
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    if "finding" not in change:
        assert WORDS in page
    if "category" not in change:
        assert 'value="minutes" required checked' in page


@pytest.mark.parametrize(
    ("login", "status"), [("requester", 403), ("desk", 403), ("stranger", 404), ("expert", 403)]
)
def test_the_door_is_shut_for_others(case_id: int, login: str, status: int) -> None:
    client = world.client(login)
    assert client.post(f"/cases/{case_id}/critical/").status_code == status
    number = report(case_id)
    url = f"/cases/{case_id}/critical/{number}/"
    expected = {"requester": 302}.get(login, status)
    assert client.post(url, {"read_back": BACK}).status_code == expected
    assert 'id="report-critical"' not in client.get(f"/cases/{case_id}/").content.decode()


def test_nobody_is_sent_to_log_in(case_id: int) -> None:
    nobody = world.client()
    for url in (f"/cases/{case_id}/critical/", f"/cases/{case_id}/critical/1/"):
        assert nobody.post(url)["Location"].startswith("/login/")
        assert world.client("reader").get(url).status_code == 405


def test_the_banner_stays_until_it_is_read_back(case_id: int, ticking: Clock) -> None:
    number = report(case_id)
    county, colleague = world.client("requester"), world.client("colleague")
    page = county.get(f"/cases/{case_id}/").content.decode()
    assert "notice-red critical" in page
    assert WORDS in page
    assert 'name="read_back"' in page
    assert 'name="read_back"' not in colleague.get(f"/cases/{case_id}/").content.decode()
    for client in (county, colleague):
        assert "Critical finding in TY-" in client.get("/").content.decode()
    for login in ("desk", "reader", "stranger", "coordinator"):
        assert "Critical finding in TY-" not in world.client(login).get("/").content.decode()
    url = f"/cases/{case_id}/critical/{number}/"
    refused = county.post(url, {"read_back": " "})
    assert refused.status_code == 422
    assert "Say in your own words" in refused.content.decode()
    assert county.post(url, {"read_back": BACK})["Location"] == f"/cases/{case_id}/"
    page = county.get(f"/cases/{case_id}/").content.decode()
    assert "notice-red critical" not in page
    assert BACK in page
    assert "Critical finding in TY-" not in county.get("/").content.decode()


def test_a_colleague_gets_the_form_once_they_may(case_id: int, ticking: Clock) -> None:
    report(case_id)
    ticking.at = AT + timedelta(hours=3)
    page = world.client("colleague").get(f"/cases/{case_id}/").content.decode()
    assert 'name="read_back"' in page
