"""Notices by e-mail and web push: what goes out, when, and never twice."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import archive_world as world
import py_vapid
import pytest
from post_office import (
    MailServer,
    PushService,
    mail_server,
    own_certificate,
    push_service,
    tls_of,
)

from tongying.kernel.errors import TongyingError
from tongying.web import now as clock
from tongying.web.jobs import store as jobs
from tongying.web.jobs.models import OutboxRow
from tongying.web.notices import sending, vapid
from tongying.web.notices import wishes as wishes_store
from tongying.web.notices.models import NoticeRow, PushSubscription
from tongying.web.notices.quiet import quiet_end
from tongying.web.notices.tell import tell
from tongying.web.people.models import Member

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=ZONE)
NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=ZONE)
VALUES = {"number": "TY-2026-000123", "step": "signed", "percent": "90", "time": NOON.isoformat()}


class Clock:
    """A clock that stands until it is set."""

    at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(autouse=True)
def ticking(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(clock, "now", made)
    return made


@pytest.fixture(autouse=True)
def alliance(db: None, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    world.build()
    settings.TONGYING_PUSH_ANYWHERE = True
    settings.TONGYING_URL = "https://tongying.example"
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def post(settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.TONGYING_SMTP_HOST = "127.0.0.1"
        settings.TONGYING_SMTP_PORT = server.port
        settings.TONGYING_SMTP_TLS = "none"
        settings.TONGYING_SMTP_FROM = "Tongying <desk@hospital.example>"
        Member.objects.filter(login="expert").update(email="expert@hospital.example")
        yield server


@pytest.fixture
def push() -> Iterator[PushService]:
    with push_service() as service:
        wishes_store.subscribe(world.viewer("expert"), **service.keys)
        yield service


def notice(*, pressing: bool = False, key: str = "k") -> NoticeRow:
    people = Member.objects.filter(login="expert")
    made = tell(
        people, "rung-90", VALUES, key=key, url="/cases/123/", pressing=pressing, at=clock.now()
    )
    assert made == 1
    return NoticeRow.objects.get(key__startswith=key)


def work() -> int:
    """Do the promised work that is ripe, as the worker does; return how much there was."""
    ripe = [job for job in jobs.waiting() if job.kind == "notice"]
    for job in ripe:
        jobs.mark_enqueued(job.id)
        jobs.run(job.id)
    return len(ripe)


def states(row: NoticeRow) -> dict[str, str]:
    row.refresh_from_db()
    return {name: said["state"] for name, said in row.sent_by.items()}


def text_of(mail: EmailMessage) -> str:
    return f"{mail['Subject']}\n{mail.get_content()}"


def test_a_mail_says_title_sentence_and_link(post: MailServer) -> None:
    row = notice()
    assert work() == 1
    (mail,) = post.mails
    assert mail["To"] == "expert@hospital.example"
    assert mail["Subject"] == "即将超时 · TY-2026-000123"
    assert "“签发意见”时限已用 90%，截止 2026-03-01 12:00" in mail.get_content()
    assert "https://tongying.example/cases/123/" in mail.get_content()
    assert mail["Message-ID"] == f"<notice-{row.pk}@hospital.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert states(row) == {"mail": "sent", "push": "no-browser"}


def test_a_mail_is_in_its_readers_language(post: MailServer) -> None:
    Member.objects.filter(login="expert").update(language="en")
    notice()
    work()
    assert post.mails[0]["Subject"] == "Almost overdue · TY-2026-000123"
    assert "90 % of the time for “sign the opinion” is used" in post.mails[0].get_content()


def test_never_twice(post: MailServer, push: PushService) -> None:
    row = notice()
    work()
    for _ in range(3):
        sending.carry(row.pk)
    assert (len(post.mails), len(push.bodies)) == (1, 1)
    # A worker that died while sending: it may have gone, so it does not go again.
    row = notice(key="second")
    going = {"state": "going", "at": NOON.isoformat()}
    NoticeRow.objects.filter(pk=row.pk).update(sent_by={"mail": going})
    work()
    assert (len(post.mails), len(push.bodies)) == (1, 2)
    assert states(row)["mail"] == "interrupted"


def test_without_a_way_out_nothing_is_promised(settings) -> None:
    settings.TONGYING_SMTP_HOST = ""
    assert states(notice()) == {"mail": "off", "push": "no-browser"}
    settings.TONGYING_SMTP_HOST = "127.0.0.1"
    assert states(notice(key="other")) == {"mail": "no-address", "push": "no-browser"}
    assert not OutboxRow.objects.filter(kind="notice").exists()


def test_a_mail_server_that_is_down_is_tried_later_and_later(
    post: MailServer, ticking: Clock, settings
) -> None:
    settings.TONGYING_SMTP_PORT = 1  # nobody listens there
    row = notice()
    waits = []
    while work():
        later = OutboxRow.objects.filter(kind="notice", enqueued_at=None).first()
        if later is None:
            break
        assert states(row)["mail"] == "later"
        assert work() == 0, "not before its time"
        waits.append((later.not_before - ticking.at) / timedelta(minutes=1))
        ticking.at = later.not_before
        if len(waits) == 3:
            settings.TONGYING_SMTP_PORT = post.port
    assert waits == [1, 5, 15]
    assert states(row)["mail"] == "sent"
    assert len(post.mails) == 1


def test_after_the_last_try_it_has_failed(post: MailServer, ticking: Clock) -> None:
    post.refuse_with = "451 greylisted"
    row = notice()
    for _ in range(10):
        work()
        ticking.at += timedelta(hours=5)
    assert states(row)["mail"] == "failed"
    assert row.sent_by["mail"]["tries"] == str(len(sending.AGAIN_AFTER) + 1)


def test_an_address_that_does_not_exist_is_not_tried_again(post: MailServer) -> None:
    post.refuse_with = "550 no such user"
    row = notice()
    work()
    assert states(row)["mail"] == "failed"
    assert not OutboxRow.objects.filter(kind="notice", enqueued_at=None).exists()


def test_the_password_comes_from_its_file(post: MailServer, settings, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    settings.TONGYING_SMTP_USER = "desk"
    settings.TONGYING_SMTP_PASSWORD_FILE = str(secret)
    notice()
    work()
    assert post.logins == ["\0desk\0open sesame"]


def test_mail_goes_encrypted_to_a_server_that_is_vouched_for(
    settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = own_certificate(tmp_path)
    Member.objects.filter(login="expert").update(email="expert@hospital.example")
    settings.TONGYING_SMTP_TLS = "starttls"
    settings.TONGYING_SMTP_HOST = "127.0.0.1"
    with mail_server(tls_of(tmp_path)) as post:
        settings.TONGYING_SMTP_PORT = post.port
        row = notice()
        work()
        assert states(row)["mail"] == "later", "nobody vouches for this server"
        assert post.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        row = notice(key="again")
        work()
        assert states(row)["mail"] == "sent"
        assert post.encrypted == [True]


def test_a_server_without_starttls_gets_no_mail(post: MailServer, settings) -> None:
    settings.TONGYING_SMTP_TLS = "starttls"
    row = notice()
    work()
    assert states(row)["mail"] == "later"
    assert post.mails == []


def test_a_push_is_encrypted_for_its_browser_and_signed(push: PushService, settings) -> None:
    row = notice(pressing=True)
    work()
    (shown,) = push.read()
    assert shown == {
        "title": "即将超时",
        "body": "TY-2026-000123：“签发意见”时限已用 90%，截止 2026-03-01 12:00。",
        "url": "/cases/123/",
        "tag": f"notice-{row.pk}",
        "pressing": True,
    }
    assert b"TY-2026" not in push.bodies[0]
    (headers,) = push.headers
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["urgency"] == "high"
    assert py_vapid.Vapid02.verify(headers["authorization"])
    assert headers["authorization"].endswith(f"k={vapid.public_key()}")
    subscription = PushSubscription.objects.get()
    assert states(row) == {"mail": "off", f"push:{subscription.pk}": "sent"}


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_dropped(push: PushService, status: int) -> None:
    push.status = status
    row = notice()
    pk = PushSubscription.objects.get().pk
    work()
    assert states(row)[f"push:{pk}"] == "gone"
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("status", "state"), [(429, "later"), (503, "later"), (400, "failed"), (307, "failed")]
)
def test_what_a_push_service_answers(push: PushService, status: int, state: str) -> None:
    push.status, push.location = status, push.url
    row = notice()
    work()
    assert set(states(row).values()) == {"off", state}
    assert len(push.bodies) == 1, "a redirection is not followed"


def test_a_private_address_gets_no_push(push: PushService, settings) -> None:
    row = notice()
    settings.TONGYING_PUSH_ANYWHERE = False
    work()
    assert push.bodies == []
    assert "failed" in states(row).values()


def test_the_key_is_made_once_and_only_its_owner_reads_it(data_dir: Path) -> None:
    first = vapid.public_key()
    path = data_dir / vapid.KEY_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert vapid.public_key() == first
    assert [one.name for one in data_dir.iterdir()] == [vapid.KEY_NAME]


# From the issue: quiet hours hold back mail and push, not the app, except for pressing ones.
@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        ("22:00", "06:30", "2026-03-01 23:30", "2026-03-02 06:30"),
        ("22:00", "06:30", "2026-03-02 00:00", "2026-03-02 06:30"),
        ("22:00", "06:30", "2026-03-01 22:00", "2026-03-02 06:30"),
        ("22:00", "06:30", "2026-03-01 06:30", None),
        ("22:00", "06:30", "2026-03-01 21:59", None),
        ("12:00", "14:00", "2026-03-01 12:00", "2026-03-01 14:00"),
        ("12:00", "14:00", "2026-03-01 14:00", None),
        ("12:00", "14:00", "2026-03-01 11:59", None),
        ("00:00", "06:00", "2026-03-01 05:59", "2026-03-01 06:00"),
        ("18:00", "00:00", "2026-03-01 23:59", "2026-03-02 00:00"),
        ("18:00", "00:00", "2026-03-02 00:00", None),
        ("12:00", "12:00", "2026-03-01 12:00", None),
        ("", "06:00", "2026-03-01 03:00", None),
        ("22:00", "", "2026-03-01 23:00", None),
    ],
)
def test_quiet_hours(start: str, end: str, now: str, until: str | None) -> None:
    first = time.fromisoformat(start) if start else None
    last = time.fromisoformat(end) if end else None
    at = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    expected = datetime.fromisoformat(until).replace(tzinfo=ZONE) if until else None
    assert quiet_end(first, last, at, ZONE) == expected
    assert quiet_end(first, last, at.astimezone(UTC), ZONE) == expected


def test_quiet_hours_hold_a_notice_back_until_they_end(
    post: MailServer, push: PushService, ticking: Clock
) -> None:
    wishes_store.wish(
        world.viewer("expert"),
        email="expert@hospital.example",
        quiet_from="22:00",
        quiet_until="06:30",
    )
    ticking.at = NIGHT
    calm, loud = notice(key="calm"), notice(key="loud", pressing=True)
    assert work() == 2
    assert len(post.mails) == len(push.bodies) == 1, "only the pressing one"
    assert set(states(loud).values()) == {"sent"}
    assert states(calm) == {}
    ticking.at = NIGHT + timedelta(hours=6, minutes=59)
    assert work() == 0
    ticking.at = NIGHT + timedelta(hours=7)
    assert work() == 1
    assert len(post.mails) == len(push.bodies) == 2


def test_what_was_read_in_the_app_does_not_go_out_any_more(
    post: MailServer, ticking: Clock
) -> None:
    row = notice()
    NoticeRow.objects.filter(pk=row.pk).update(read_at=NOON)
    work()
    assert post.mails == []
    assert states(row)["mail"] == "read"


def test_keys_of_a_browser_are_checked() -> None:
    viewer = world.viewer("expert")
    with push_service() as service:
        for wrong in ({"p256dh": "AAAA"}, {"auth": "AAAA"}, {"p256dh": "不是"}, {"auth": ""}):
            with pytest.raises(TongyingError):
                wishes_store.subscribe(viewer, **(service.keys | wrong))
    assert not PushSubscription.objects.exists()


def test_a_shared_browser_serves_whoever_signed_it_up_last() -> None:
    with push_service() as service:
        wishes_store.subscribe(world.viewer("expert"), **service.keys)
        wishes_store.subscribe(world.viewer("requester"), **service.keys)
    assert PushSubscription.objects.get().member.login == "requester"
