"""A live room over a shaped line: the platform in one network namespace, the county in another.

The expert sits where the platform is; the county's browser reaches both only over the line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browsers_ import chromium
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from shaper_ import Line

CLI = [sys.executable, "-m", "tongying.services.cli"]
PORT, LIVE_PORT = 8000, 8001
ORIGIN = f"http://{Line.CITY}:{PORT}"
START_SECONDS = 240
ASK = f"import urllib.request as u; u.urlopen('{ORIGIN}/healthz', timeout=20).close()"
OF_MEDIA = """async (given) => {
  const page = document.querySelector("script[type=module][src*='room/page']").src;
  const of = async (name) => import(new URL(`${name}.js`, page));
  const { media } = await of("media");
  BODY
}"""


class NotWithin(AssertionError):
    """Something did not become true in its time."""


@dataclass
class Seat:
    """Somebody in the room, at a browser of their own."""

    page: Page
    complaints: list[str]

    def media(self, body: str, given: Any = None) -> Any:
        """Run a function body in the page with its `media`; `of(name)` imports a module."""
        return self.page.evaluate(OF_MEDIA.replace("BODY", body), given)

    def until(self, what: str, seconds: float) -> float:
        """Wait until an expression of `media` is true; return how long it took."""
        began = time.monotonic()
        while not self.media(f"return Boolean({what})"):
            if time.monotonic() - began > seconds:
                raise NotWithin(f"not within {seconds:g} s: {what}")
            time.sleep(0.1)
        return time.monotonic() - began


@dataclass
class LineRoom:
    """The room, the line, and who sits in it."""

    line: Line
    data: Path
    code: str
    case: int
    county: Seat
    expert: Seat


@contextmanager
def line_room(folder: Path) -> Iterator[LineRoom]:
    """Open a room whose county is behind a line that is good at first."""
    data = folder / "data"
    environment = {
        **os.environ,
        "TONGYING_HOSTS": f"{Line.CITY},127.0.0.1,localhost",
        "TONGYING_URL": ORIGIN,
        "TONGYING_LIVE_URL": "",
        "TONGYING_LIVE_PORT": str(LIVE_PORT),
    }
    environment.pop("TONGYING_DATA", None)
    room = _made(data, environment)
    with ExitStack() as stack:
        line = Line()
        stack.callback(line.close)
        stack.enter_context(_served(line, data, environment, folder / "server.log"))
        playwright = stack.enter_context(sync_playwright())
        seats = []
        for namespace, login in ((line.left, "requester"), (line.right, "reader")):
            browser = stack.enter_context(
                chromium(playwright, origin=ORIGIN, namespace=namespace, folder=folder)
            )
            seats.append(_sat(browser, login, room["password"], room["code"]))
        yield LineRoom(line, data, room["code"], room["case"], *seats)


def _made(data: Path, environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("made_room.py")), str(data)],
        check=True,
        stdout=subprocess.PIPE,
        env=environment,
        timeout=300,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def _served(line: Line, data: Path, environment: dict[str, str], log: Path) -> Iterator[None]:
    """Run the two roles a room needs, web and live, beside the expert."""
    inside = ["ip", "netns", "exec", line.right]
    at = ["--data", str(data), "--host", Line.CITY]
    roles = {"web": PORT, "live": LIVE_PORT}
    with log.open("ab") as said:
        processes = [
            subprocess.Popen(
                [*inside, *CLI, role, *at, "--port", str(port)],
                stdout=said,
                stderr=said,
                env=environment,
                start_new_session=True,
            )
            for role, port in roles.items()
        ]
    try:
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([*inside, sys.executable, "-c", ASK], capture_output=True).returncode:
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.5)
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _sat(browser: Browser, login: str, password: str, code: str) -> Seat:
    page = browser.new_context(
        locale="zh-CN", viewport={"width": 1366, "height": 768}, accept_downloads=True
    ).new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.goto(f"{ORIGIN}/login/")
    page.fill("input[name=username]", login)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{ORIGIN}/")
    page.goto(f"{ORIGIN}/rooms/{code}/")
    try:
        page.wait_for_selector("main[data-state=open]")
    except PlaywrightError as error:
        state = page.locator("main").get_attribute("data-state")
        raise AssertionError(f"{login}: {page.url} is {state}: {complaints}") from error
    return Seat(page, complaints)
