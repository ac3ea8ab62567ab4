"""The viewer's own account: password, second factor, tokens, choices."""

from __future__ import annotations

import re

import archive_world as world
import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tongying.web.people.models import AccessToken, Member

pytestmark = pytest.mark.django_db
POSTS = [
    "password/",
    "choices/",
    "second-factor/",
    "second-factor/confirm/",
    "second-factor/backup/",
    "second-factor/remove/",
    "tokens/",
    "tokens/1/revoke/",
]


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()


@pytest.mark.parametrize("url", POSTS)
def test_nobody_is_sent_to_log_in(url: str) -> None:
    assert world.client().post(f"/account/{url}")["Location"].startswith("/login/")
    assert world.client("expert", csrf=True).post(f"/account/{url}").status_code == 403


def test_the_page_shows_the_account() -> None:
    assert world.client().get("/account/").status_code == 302
    assert "requester" in world.client("requester").get("/account/").content.decode()


@pytest.mark.parametrize(
    ("present", "new", "again"),
    [
        ("wrong", "quite another phrase", "quite another phrase"),
        (world.PASSWORD, "short", "short"),
        (world.PASSWORD, "password12", "password12"),
        (world.PASSWORD, "quite another phrase", "not the same one"),
    ],
)
def test_passwords_refused(present: str, new: str, again: str) -> None:
    form = {"present": present, "new": new, "again": again}
    assert world.client("expert").post("/account/password/", form).status_code == 422
    assert Member.objects.get(login="expert").check_password(world.PASSWORD)


def test_a_new_password_keeps_this_session_and_ends_others() -> None:
    here, there = world.client("expert"), world.client("expert")
    new = "quite another phrase"
    form = {"present": world.PASSWORD, "new": new, "again": new}
    assert here.post("/account/password/", form).status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_the_second_factor_from_start_to_end() -> None:
    browser = world.client("expert")
    text = browser.post("/account/second-factor/").content.decode()
    device = TOTPDevice.objects.get(user__login="expert")
    assert not device.confirmed
    assert 'src="data:image/svg+xml' in text
    wrong = browser.post("/account/second-factor/confirm/", {"code": "000000x"})
    assert wrong.status_code == 422
    device.refresh_from_db()
    device.throttle_reset()
    code = f"{totp(device.bin_key):06d}"
    shown = browser.post("/account/second-factor/confirm/", {"code": code}).content.decode()
    codes = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", shown)
    assert len(codes) == len(set(codes)) == 8
    assert codes[0] not in browser.get("/account/").content.decode()
    bad = browser.post("/account/second-factor/remove/", {"password": "wrong"})
    assert bad.status_code == 422
    browser.post("/account/second-factor/remove/", {"password": world.PASSWORD})
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()


def test_a_token_is_shown_once_works_and_is_revoked() -> None:
    browser = world.client("requester")
    assert browser.post("/account/tokens/", {"label": " "}).status_code == 422
    text = browser.post("/account/tokens/", {"label": "PACS"}).content.decode()
    token = re.search(r'class="secret">([\w-]{40,})<', text)
    assert token is not None
    assert token[1] not in browser.get("/account/").content.decode()
    bearer = {"Authorization": f"Bearer {token[1]}"}
    assert world.client().get("/studies/", headers=bearer).status_code == 200
    number = AccessToken.objects.get().pk
    other = world.client("expert").post(f"/account/tokens/{number}/revoke/")
    assert other.status_code == 404
    assert browser.post(f"/account/tokens/{number}/revoke/").status_code == 302
    assert world.client().get("/studies/", headers=bearer).status_code == 401


def test_choices_are_kept() -> None:
    browser = world.client("requester")
    browser.post("/account/choices/", {"language": "en", "theme": "dark"})
    member = Member.objects.get(login="requester")
    assert (member.language, member.theme) == ("en", "dark")
    assert browser.post("/account/choices/", {"language": "xx"}).status_code == 400
