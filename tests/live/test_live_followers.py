"""Those at sockets see who follows over HTTP, and those over HTTP see who has a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import archive_world as world
import pytest
from live_world import Lines, LiveRole, apart, cookie_of, play

from tongying.web.rooms.models import EventRow

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("live")]
ASKS_SECONDS = 14.0
"""Longer than the live role takes to say that somebody without a line has left."""


def presence(login: str) -> list[str]:
    found = EventRow.objects.filter(author__login=login, kind__in=("joined", "left"))
    return list(found.order_by("pk").values_list("kind", flat=True))


def test_nobody_follows_unseen(live: LiveRole, code: str) -> None:
    cookie = cookie_of("requester")
    browser, reader = world.client("reader"), world.viewer("reader").user

    def ask() -> dict[str, Any]:
        return dict(browser.get(f"/rooms/{code}/events/").json())

    async def story(lines: Lines) -> list[str]:
        county = await lines.open(code, cookie)
        told = await apart(ask)
        assert told["by_web"] == [reader]
        assert told["by_socket"] == [county.heard[0]["member"]]
        await county.until(lambda one: one["t"] == "people" and one["by_web"] == [reader])
        later = await lines.open(code, cookie)
        assert later.heard[0]["by_web"] == [reader]
        county.heard.clear()
        await county.until(lambda one: one["t"] == "people" and one["by_web"] == [])
        await county.until(lambda one: one["t"] == "event" and one["kind"] == "left")
        return list(await apart(lambda: presence("reader")))

    assert play(live, story) == ["joined", "left"]


def test_somebody_whose_socket_broke_and_who_follows_has_not_left(
    live: LiveRole, code: str
) -> None:
    county, expert = cookie_of("requester"), cookie_of("reader")
    browser = world.client("reader")

    async def story(lines: Lines) -> list[str]:
        watching = await lines.open(code, county)
        person = await lines.open(code, expert)
        await person.leave()
        for _ in range(int(ASKS_SECONDS)):
            await apart(lambda: browser.get(f"/rooms/{code}/events/"))
            await asyncio.sleep(1.0)
        assert (await apart(lambda: presence("reader"))) == ["joined"]
        await watching.until(lambda one: one["t"] == "event" and one["kind"] == "left", seconds=40)
        return list(await apart(lambda: presence("reader")))

    assert play(live, story) == ["joined", "left"]
