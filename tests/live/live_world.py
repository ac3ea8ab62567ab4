"""A live role on the test's own database, and people who speak to it over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import archive_world as world
from django.conf import settings
from django.db import connections

from own_loop import run_apart

CLI = [sys.executable, "-m", "tongying.services.cli"]
WAIT_SECONDS = 30.0
"""What an answer may take on a machine that runs the rest of the tests besides."""
START_SECONDS = 150.0
STORY_SECONDS = 240.0
PULSE = 999_999
"""Number of the pings that nobody looks at."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveRole:
    """The process, on a data directory whose database is the test's."""

    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return "http://127.0.0.1:8000"

    def address(self, code: str) -> str:
        return f"http://127.0.0.1:{self.port}/live/{code}/"

    def start(self) -> None:
        log = (self.data.parent / "live.log").open("ab")
        self.process = subprocess.Popen(
            [*CLI, "live", "--data", str(self.data), "--port", str(self.port)],
            stdout=log,
            stderr=log,
            env={name: value for name, value in os.environ.items() if name != "TONGYING_DATA"},
            start_new_session=True,
        )
        log.close()
        self.wait()

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            assert time.monotonic() < deadline, (self.data.parent / "live.log").read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """As the power does: without a word."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def on_test_database(folder: Path) -> Path:
    """Return a data directory whose database is the one the test writes to."""
    data = folder / "served"
    data.mkdir()
    (data / "secret_key").write_text(settings.SECRET_KEY)
    (data / "tongying.sqlite3").symlink_to(connections["default"].settings_dict["NAME"])
    return data


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[LiveRole]:
    role = LiveRole(on_test_database(folder))
    try:
        role.start()
        yield role
    finally:
        role.stop()


def cookie_of(login: str) -> str:
    """Sign somebody in and return the value of their session's cookie."""
    return world.client(login).cookies[settings.SESSION_COOKIE_NAME].value


class Person:
    """Somebody at a socket; everything they hear is kept."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self.line = line
        self.heard: list[dict[str, Any]] = []
        self._reader = asyncio.create_task(self._read())
        self._pinger = asyncio.create_task(self._ping())

    async def _read(self) -> None:
        async for message in self.line:
            if message.type is aiohttp.WSMsgType.TEXT:
                told = json.loads(message.data)
                if told.get("n") != PULSE:
                    self.heard.append(told)

    async def _ping(self) -> None:
        """As a page does, so that the line is not taken for a dead one."""
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            while not self.line.closed:
                await asyncio.sleep(1.0)
                if self.heard:
                    await self.say(t="ping", n=PULSE)

    async def say(self, **message: Any) -> None:
        await self.line.send_str(json.dumps(message))

    async def tell(self, kind: str, body: Any, client_id: str) -> dict[str, Any]:
        await self.say(t="event", kind=kind, body=body, client_id=client_id)
        return await self.until(
            lambda one: one["t"] in ("ack", "refused") and one["client_id"] == client_id
        )

    async def until(
        self, wanted: Callable[[dict[str, Any]], bool], seconds: float = WAIT_SECONDS
    ) -> dict[str, Any]:
        """Return the first message heard so far or soon that is wanted."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for one in self.heard:
                if wanted(one):
                    return one
            await asyncio.sleep(0.01)
        raise AssertionError(f"not heard in {seconds} s: {self.heard[-5:]}")

    async def over(self, seconds: float = WAIT_SECONDS) -> int | None:
        """Wait until the line is closed and return its code."""
        await asyncio.wait_for(asyncio.shield(self._reader), seconds)
        return self.line.close_code

    def events(self) -> list[dict[str, Any]]:
        """Return every event heard, as it came."""
        found = []
        for one in self.heard:
            if one["t"] == "welcome":
                found += one["events"]
            elif one["t"] == "event":
                found.append(one)
        return found

    def said(self) -> list[str]:
        return [one["body"]["text"] for one in self.events() if one["kind"] == "say"]

    async def leave(self) -> None:
        await self.line.close()
        self._reader.cancel()
        self._pinger.cancel()


@dataclass
class Lines:
    """Opens lines to a live role and closes them all in the end."""

    role: LiveRole
    session: aiohttp.ClientSession
    people: list[Person] = field(default_factory=list)

    async def open(
        self,
        code: str,
        cookie: str,
        *,
        origin: str | None = None,
        hello: bool = True,
        after: int = 0,
    ) -> Person:
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
        headers["Origin"] = self.role.origin if origin is None else origin
        line = await self.session.ws_connect(self.role.address(code), headers=headers)
        person = Person(line)
        self.people.append(person)
        if hello:
            await person.say(t="hello", after=after, language="en")
            await person.until(lambda one: one["t"] == "welcome")
        return person


async def _played(role: LiveRole, story: Callable[[Lines], Any]) -> Any:
    async with aiohttp.ClientSession() as session:
        lines = Lines(role, session)
        try:
            return await asyncio.wait_for(story(lines), STORY_SECONDS)
        finally:
            for person in lines.people:
                await person.leave()


def play(role: LiveRole, story: Callable[[Lines], Any]) -> Any:
    """Run a story at the sockets; what it does with the database it does through `apart`."""
    return run_apart(_played(role, story))


async def apart(act: Callable[[], Any]) -> Any:
    """Do something with the database beside the sockets."""

    def work() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return await asyncio.to_thread(work)


async def refused(lines: Lines, code: str, cookie: str, origin: str | None = None) -> int:
    """Return the HTTP status that a handshake is refused with; 101 where it is not."""
    try:
        await lines.open(code, cookie, origin=origin, hello=False)
    except aiohttp.WSServerHandshakeError as error:
        return error.status
    return 101
