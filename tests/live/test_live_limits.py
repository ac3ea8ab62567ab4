"""What a connection may not do, and that it harms nobody else."""

from __future__ import annotations

import asyncio
import json
import time

import aiohttp
import pytest
from live_world import Lines, LiveRole, cookie_of, play

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("live")]

BAD = [
    "",
    "x",
    "[]",
    "{}",
    "null",
    '{"t": "what"}',
    '{"t": []}',
    '{"t": "event"}',
    '{"t": "event", "kind": 1, "client_id": "abcdef"}',
    '{"t": "pointer", "target": "nowhere", "x": 0, "y": 0}',
    '{"t": "pointer", "target": "live", "x": NaN, "y": 0}',
    '{"t": "ping", "n": -1}',
    '{"t": "ping", "n": 1, "quality": 3}',
    '{"t": "signal", "to": 3, "data": {}}',
    '{"t": "signal", "to": "relay", "data": []}',
    '{"t": "view", "text": "\\ud800"}',
    "[" * 50_000,
]


def test_what_is_no_message_is_refused_and_the_line_stands(live: LiveRole, code: str) -> None:
    cookie = cookie_of("requester")

    async def story(lines: Lines) -> None:
        person = await lines.open(code, cookie)
        for number, text in enumerate(BAD, start=1):
            await person.line.send_str(text)
            await person.until(
                lambda _, n=number: sum(one["t"] == "refused" for one in person.heard) >= n
            )
        assert {one["code"] for one in person.heard if one["t"] == "refused"} == {"room.message"}
        assert (await person.tell("say", {"text": "da"}, "still-here"))["t"] == "ack"

    play(live, story)


def test_nothing_is_taken_before_the_hello(live: LiveRole, code: str) -> None:
    cookie = cookie_of("requester")

    async def story(lines: Lines) -> None:
        person = await lines.open(code, cookie, hello=False)
        await person.say(t="event", kind="say", body={"text": "x"}, client_id="too-early")
        await asyncio.sleep(0.5)
        assert not person.heard
        await person.say(t="hello", after=0)
        await person.until(lambda one: one["t"] == "refused")
        assert person.heard[0]["t"] == "welcome"
        assert person.said() == []

    play(live, story)


def test_a_flood_ends_its_own_line_only(live: LiveRole, code: str) -> None:
    cookies = [cookie_of(login) for login in ("requester", "reader")]

    async def story(lines: Lines) -> None:
        flood, other = [await lines.open(code, one) for one in cookies]
        with pytest.raises((aiohttp.ClientError, ConnectionError, AssertionError)):
            for _ in range(3000):
                await flood.say(t="pointer", target="live", x=0.1, y=0.1)
            raise AssertionError
        assert await flood.over() in (4429, 1006)
        started = time.monotonic()
        assert (await other.tell("say", {"text": "ruhig"}, "not-delayed"))["t"] == "ack"
        assert time.monotonic() - started < 2

    play(live, story)


def test_a_message_that_is_too_long_ends_the_line(live: LiveRole, code: str) -> None:
    cookie = cookie_of("requester")

    async def story(lines: Lines) -> None:
        person = await lines.open(code, cookie)
        await person.line.send_str(json.dumps({"t": "view", "x": "y" * 200_000}))
        assert await person.over() in (4429, 1006)

    play(live, story)


def test_a_line_that_takes_nothing_is_let_go_and_delays_nobody(live: LiveRole, code: str) -> None:
    cookies = [cookie_of(login) for login in ("requester", "reader", "surgeon")]

    async def story(lines: Lines) -> None:
        speaker, listener = [await lines.open(code, one) for one in cookies[:2]]
        headers = {"Cookie": f"tongying_session={cookies[2]}", "Origin": live.origin}
        stuck = await lines.session.ws_connect(live.address(code), headers=headers)
        await stuck.send_str('{"t": "hello", "after": 0}')
        await listener.until(lambda one: one["t"] == "people" and len(one["people"]) == 3)
        stuck._conn.transport.pause_reading()  # type: ignore[union-attr]
        text = "x" * 15_000
        slowest = 0.0
        for number in range(900):
            await speaker.say(t="view", number=number, text=text)
            if number % 50 == 0:
                started = time.monotonic()
                await listener.until(
                    lambda one, n=number: one["t"] == "view" and one["number"] == n
                )
                slowest = max(slowest, time.monotonic() - started)
                people = [one for one in listener.heard if one["t"] == "people"]
                if len(people[-1]["people"]) == 2:
                    break
                listener.heard[:] = people
            await asyncio.sleep(0.02)
        await listener.until(lambda one: one["t"] == "people" and len(one["people"]) == 2)
        assert slowest < 2.0
        await stuck.close()

    play(live, story)
