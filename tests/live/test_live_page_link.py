"""The page's line in real browsers: what is said outlives a dead live role and a dead line."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

import room_ground
from platform_ import CHROMIUM, Desk, Platform, chromium, running
from playwright.sync_api import Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.server,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("live"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, str]]:
    folder = tmp_path_factory.mktemp("line")
    with running(folder / "data") as platform:
        yield platform, room_ground.build(platform, folder / "images", "line").path


@pytest.fixture
def desks(room: tuple[Platform, str]) -> Iterator[list[Desk]]:
    platform, path = room
    with chromium() as browser:
        both = [Desk(browser, platform, login) for login in ("li", "chen")]
        for desk in both:
            desk.open(path)
            linked(desk.page, "live")
        yield both


def linked(page: Page, way: str) -> None:
    expect(page.locator("[data-room=link-state]")).to_have_attribute("data-link", way)


def say(page: Page, text: str) -> None:
    form = page.locator("[data-room=say]")
    form.locator("[name=text]").fill(text)
    form.locator("[name=text]").press("Enter")


def shown(page: Page, texts: list[str]) -> None:
    """Every text is in the log once, in this order."""
    lines = page.locator("[data-room=chat] li.k-say:not(.sending) .words")
    for text in texts:
        expect(lines.filter(has_text=text)).to_have_count(1)
    found = [one for one in lines.all_inner_texts() if one in texts]
    assert found == texts


def live_role(platform: Platform) -> int:
    """Return the process that `tongying serve` started for the live role."""
    assert platform.process is not None
    children = Path(f"/proc/{platform.process.pid}/task").glob("*/children")
    for child in " ".join(one.read_text() for one in children).split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if b"live" in words:
            return int(child)
    raise AssertionError("no live role")


def test_killed_in_mid_session_nothing_is_lost_and_the_line_comes_back(
    room: tuple[Platform, str], desks: list[Desk]
) -> None:
    platform, _ = room
    county, expert = (desk.page for desk in desks)
    say(county, "k-before")
    shown(expert, ["k-before"])
    killed = live_role(platform)
    os.killpg(killed, signal.SIGKILL)
    texts = [f"k-dead-{number}" for number in range(6)]
    for text in texts:
        say(county, text)
        county.wait_for_timeout(100)
    for page in (county, expert):
        shown(page, ["k-before", *texts])
    for page in (county, expert):
        linked(page, "live")
    assert live_role(platform) != killed
    say(expert, "k-after")
    for page in (county, expert):
        shown(page, ["k-before", *texts, "k-after"])
    desks[0].shot("live-line-after-kill")


def test_a_live_role_that_hangs_is_noticed_and_http_takes_over(
    room: tuple[Platform, str], desks: list[Desk]
) -> None:
    platform, _ = room
    county, expert = (desk.page for desk in desks)
    group = live_role(platform)
    os.killpg(group, signal.SIGSTOP)
    try:
        say(county, "h-hung")
        started = time.monotonic()
        shown(expert, ["h-hung"])
        assert time.monotonic() - started < 30
        linked(expert, "web")
        # Nobody is unseen: both follow over HTTP now, and each sees the other do so.
        for page in (county, expert):
            linked(page, "web")
            expect(page.locator("[data-room=people] li:not(.away) .facts.web")).to_have_count(2)
    finally:
        os.killpg(group, signal.SIGCONT)
    for page in (county, expert):
        linked(page, "live")
    say(expert, "h-back")
    for page in (county, expert):
        shown(page, ["h-hung", "h-back"])


def test_said_while_cut_off_it_survives_a_reload_and_arrives_once(
    room: tuple[Platform, str], desks: list[Desk]
) -> None:
    platform, _ = room
    county, expert = (desk.page for desk in desks)
    group = live_role(platform)
    os.killpg(group, signal.SIGSTOP)
    try:
        county.route("**/events/**", lambda route: route.abort())
        say(county, "c-first")
        say(county, "c-second")
        linked(county, "cut")
        county.unroute("**/events/**")
        county.reload()
        shown(expert, ["c-first", "c-second"])
        shown(county, ["c-first", "c-second"])
    finally:
        os.killpg(group, signal.SIGCONT)
    linked(county, "live")
    left = county.evaluate("Object.keys(localStorage).filter((one) => one.includes('room-'))")
    assert [one for one in left if "outbox" in one or one.startswith("tongying-room-")] == []
    shown(county, ["c-first", "c-second"])
