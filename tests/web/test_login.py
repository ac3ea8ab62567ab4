"""Signing in: password, lock, one-time code, backup code, the way back, language and theme."""

from __future__ import annotations

import archive_world as world
import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tongying.web.people.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()


def log_in(browser: Client, login: str = "requester", password: str = world.PASSWORD, **more: str):
    return browser.post("/login/", {"username": login, "password": password, **more})


def with_second_factor(login: str = "requester") -> TOTPDevice:
    return TOTPDevice.objects.create(
        user=Member.objects.get(login=login), name="phone", confirmed=True
    )


def code_of(device: TOTPDevice) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return str(totp.token()).zfill(device.digits)


def test_a_password_opens_the_worklist() -> None:
    browser = world.client()
    answer = log_in(browser, " Requester ")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/").status_code == 200


def test_a_wrong_password_keeps_the_name_and_says_so() -> None:
    browser = world.client()
    answer = log_in(browser, password="wrong")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The log-in name or password is wrong." in page
    assert 'value="requester"' in page
    assert "wrong&quot;" not in page and 'value="wrong"' not in page
    assert browser.get("/").status_code == 302


def test_an_unknown_name_is_told_nothing_else() -> None:
    known = log_in(world.client(), password="wrong").content.decode()
    unknown = log_in(world.client(), "nobody-here", "wrong").content.decode()
    assert known.count("wrong") == unknown.count("wrong")


def test_many_wrong_passwords_lock_even_the_right_one() -> None:
    browser = world.client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = log_in(browser, password="wrong")
    assert last.status_code == 429
    assert log_in(browser).status_code == 429
    assert "Wait 15 minutes" in log_in(browser).content.decode()
    assert AccessAttempt.objects.exists()


def test_a_shut_account_stays_out() -> None:
    Member.objects.filter(login="requester").update(is_active=False)
    assert log_in(world.client()).status_code == 422


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/studies/?q=a", "/studies/?q=a"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_is_one_of_ours(wanted: str, given: str) -> None:
    assert log_in(world.client(), next=wanted)["Location"] == given


def test_a_page_sends_nobody_to_log_in_and_back() -> None:
    answer = world.client().get("/?tab=all")
    assert answer["Location"] == "/login/?next=/%3Ftab%3Dall"


def test_a_fragment_sends_the_whole_page_to_log_in() -> None:
    answer = world.client().get(
        "/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/?tab=open"}
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=/%3Ftab%3Dopen"


def test_an_autosave_without_a_session_is_answered_so_that_the_text_stays() -> None:
    answer = world.client().post("/cases/1/opinion/", headers={"Tongying-Autosave": "1"})
    assert answer.status_code == 401
    assert not answer.content


def test_the_password_alone_is_not_enough_with_a_second_factor() -> None:
    device = with_second_factor()
    browser = world.client()
    answer = log_in(browser, next="/studies/")
    assert answer["Location"] == "/login/second/?next=/studies/"
    for path in ("/", "/studies/", "/dicomweb/studies"):
        assert browser.get(path).status_code in (302, 401)
    wrong = browser.post("/login/second/", {"code": "000000", "next": "/studies/"})
    assert wrong.status_code == 422
    device.refresh_from_db()
    device.throttle_reset()
    right = browser.post("/login/second/", {"code": code_of(device), "next": "/studies/"})
    assert (right.status_code, right["Location"]) == (302, "/studies/")
    assert browser.get("/").status_code == 200


def test_a_code_opens_once() -> None:
    device = with_second_factor()
    code = code_of(device)
    first, again = world.client(), world.client()
    log_in(first)
    log_in(again)
    assert first.post("/login/second/", {"code": code}).status_code == 302
    assert again.post("/login/second/", {"code": code}).status_code == 422
    assert again.get("/").status_code == 302


def test_a_backup_code_opens_once() -> None:
    with_second_factor()
    backup = StaticDevice.objects.create(
        user=Member.objects.get(login="requester"), name="backup", confirmed=True
    )
    StaticToken.objects.create(device=backup, token="abcd2345")
    browser = world.client()
    log_in(browser)
    assert browser.post("/login/second/", {"code": "abcd 2345"}).status_code == 302
    assert not StaticToken.objects.exists()


def test_a_second_factor_that_is_not_confirmed_asks_nothing() -> None:
    TOTPDevice.objects.create(
        user=Member.objects.get(login="requester"), name="phone", confirmed=False
    )
    assert log_in(world.client())["Location"] == "/"


def test_the_second_page_needs_the_first() -> None:
    assert world.client().get("/login/second/")["Location"] == "/login/"
    assert world.client("requester").get("/login/second/")["Location"] == "/login/"


def test_logging_out_takes_a_post() -> None:
    browser = world.client("requester")
    assert browser.get("/logout/").status_code == 405
    assert browser.post("/logout/")["Location"] == "/login/"
    assert browser.get("/").status_code == 302


def test_a_form_without_its_token_is_refused_with_a_sentence() -> None:
    browser = world.client(csrf=True)
    answer = log_in(browser)
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()


@pytest.mark.parametrize(
    ("cookie", "asked", "language", "said"),
    [
        ("", "", "zh-Hans", "登录"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans", "登录"),
        ("", "en-GB,en;q=0.9", "en", "Log in"),
        ("", "fr-FR,fr;q=0.9", "zh-Hans", "登录"),
        ("zh-hans", "en", "zh-Hans", "登录"),
        ("en", "zh-CN", "en", "Log in"),
        ("xx", "en", "en", "Log in"),
    ],
)
def test_language(cookie: str, asked: str, language: str, said: str) -> None:
    browser = Client(headers={"Accept-Language": asked} if asked else {})
    if cookie:
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    page = browser.get("/login/").content.decode()
    assert f'<html lang="{language}"' in page
    assert said in page


def test_choosing_language_and_theme_returns_to_the_page() -> None:
    browser = Client()
    answer = browser.post("/language/", {"language": "en", "theme": "dark", "next": "/help/keys/"})
    assert answer["Location"] == "/help/keys/"
    page = browser.get("/login/").content.decode()
    assert '<html lang="en" data-theme="dark">' in page
    browser.post("/language/", {"theme": "system", "language": "tlh"})
    assert '<html lang="en">' in browser.get("/login/").content.decode()


def test_the_accounts_choices_come_with_the_member() -> None:
    Member.objects.filter(login="requester").update(language="en", theme="dark")
    browser = Client()
    log_in(browser)
    assert '<html lang="en" data-theme="dark">' in browser.get("/").content.decode()


def test_research_use_is_on_every_frame() -> None:
    assert "Research use only" in world.client().get("/login/").content.decode()
    assert "Research use only" in world.client("requester").get("/").content.decode()
    assert "Research use only" in world.client("requester").get("/nowhere/").content.decode()
