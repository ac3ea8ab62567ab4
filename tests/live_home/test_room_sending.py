"""Freezing, a clip and a recording at the county's page, and their way home over a cut line.

The pictures' address is answered by a server of the test, which looks at the very bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.server,
    pytest.mark.timeout(240),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
CLI = [sys.executable, "-m", "tongying.services.cli"]
MADE_ROOM = Path(__file__).resolve().parents[1] / "live_line" / "made_room.py"
SCREENS = Path(__file__).resolve().parents[2] / "build" / "screens"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
expect.set_options(timeout=60_000)
PERIOD = 2**20
DELAY_MS = 1500
KEPT_HERE = """async () => {
  const base = await new Promise((done, fail) => {
    const asked = indexedDB.open("tongying-room-media");
    asked.onsuccess = () => done(asked.result); asked.onerror = () => fail(asked.error);
  });
  if (!base.objectStoreNames.contains("chunks")) return null;
  const all = (name) => new Promise((done) => {
    const asked = base.transaction([name]).objectStore(name).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const [pictures, recordings] = [await all("pictures"), await all("recordings")];
  const chunks = await all("chunks");
  base.close();
  const bytes = await new Blob(chunks.map((one) => one.blob)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { pictures: pictures.length, recordings: recordings.map((one) => one.state),
    size: bytes.byteLength,
    sha256: [...digest].map((one) => one.toString(16).padStart(2, "0")).join("") };
}"""


@dataclass
class PictureDoor:
    """Stands where stills and clips go; refuses while it is shut."""

    port: int = 0
    shut: bool = False
    asked: int = 0
    came: list[tuple[dict[str, Any], list[bytes]]] = field(default_factory=list)

    def take(self, kind: str, body: bytes) -> int:
        self.asked += 1
        if self.shut:
            return 503
        parts = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        found = [
            (one.get_param("name", header="content-disposition"), one.get_payload(decode=True))
            for one in parts.get_payload()
        ]
        meta = json.loads(next(data for name, data in found if name == "meta"))
        self.came.append((meta, [data for name, data in found if name == "frame"]))
        return 201


@pytest.fixture(scope="module")
def door() -> Iterator[PictureDoor]:
    found = PictureDoor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = found.take(self.headers["Content-Type"], body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_given: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(frozen=True)
class Room:
    url: str
    case: int
    code: str
    password: str
    data: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("sending")
    data, port, live = folder / "data", _free_port(), _free_port()
    data.mkdir()
    environment = {**os.environ, "TONGYING_LIVE_PORT": str(live)}
    environment.pop("TONGYING_DATA", None)
    made = subprocess.run(
        [sys.executable, str(MADE_ROOM), str(data)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    told = json.loads(made.stdout.strip().splitlines()[-1])
    roles = [("web", port), ("live", live)]
    with (folder / "server.log").open("ab") as log:
        running = [
            subprocess.Popen(
                [*CLI, role, "--data", str(data), "--port", str(at)],
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
            for role, at in roles
        ]
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, live)
        yield Room(url, told["case"], told["code"], told["password"], data)
    finally:
        for one in running:
            one.send_signal(signal.SIGTERM)
        for one in running:
            one.wait(30)


def _wait_for(url: str, live: int) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=5).close()  # noqa: S310 - loopback
            socket.create_connection(("127.0.0.1", live), timeout=5).close()
            return
        except (URLError, OSError):
            assert time.monotonic() < deadline, "the platform did not start"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


def signed_in(browser: Browser, room: Room, login: str) -> BrowserContext:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(f"{room.url}/login/")
    page.fill("input[name=username]", login)
    page.fill("input[name=password]", room.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{room.url}/")
    return context


def told(context: BrowserContext, room: Room, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """Say something over HTTP, as a page without a socket does."""
    token = next(one["value"] for one in context.cookies() if one["name"] == "tongying_csrf")
    answer = context.request.post(
        f"{room.url}/rooms/{room.code}/events/",
        data={"kind": kind, "body": body, "client_id": os.urandom(9).hex()},
        headers={"X-CSRFToken": token, "Accept": "application/json", "Referer": room.url},
    )
    assert answer.status == 201, answer.text()
    return dict(answer.json())


def events(context: BrowserContext, room: Room, kind: str) -> list[dict[str, Any]]:
    answer = context.request.get(f"{room.url}/rooms/{room.code}/events/?after=0")
    return [one for one in answer.json()["events"] if one["kind"] == kind]


def timecode(picture: bytes) -> int:
    """Read the time code of the test picture (ms modulo 2^20)."""
    grey = np.asarray(Image.open(io.BytesIO(picture)).convert("L"), dtype=float)
    height, width = grey.shape
    middle = int(0.5 * height / 18)
    cells = [grey[middle, int((at + 0.5) * width / 26)] for at in range(26)]
    assert cells[0] - cells[1] > 60, "no time code in this picture"
    bits = [int(one > (cells[0] + cells[1]) / 2) for one in cells[2:22]]
    return int("".join(map(str, bits)), 2)


def apart(code: int, ms: float) -> float:
    """How many ms a time code lies after a moment."""
    return (code - ms + PERIOD / 2) % PERIOD - PERIOD / 2


def moment(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp() * 1000


def until(page: Page, what: Callable[[], object], seconds: float = 60) -> None:
    """Wait; the page's requests are let through meanwhile."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        page.wait_for_timeout(50)


def kept_here(page: Page) -> dict[str, Any]:
    return dict(page.evaluate(KEPT_HERE) or {})


def enter(context: BrowserContext, room: Room, door: PictureDoor) -> Page:
    page = context.pages[0]
    page.route(
        "**/pictures/", lambda route: route.continue_(url=f"http://127.0.0.1:{door.port}/pictures/")
    )
    page.goto(f"{room.url}/rooms/{room.code}/")
    expect(page.locator("#main")).to_have_attribute("data-state", "open", timeout=20_000)
    return page


def picture_on(page: Page) -> None:
    page.select_option("[data-room=camera-source]", "test")
    page.click("[data-room=camera]")
    expect(page.locator("[data-room=camera]")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => document.querySelector('[data-room=live]').videoWidth === 640")


def test_the_frame_that_was_seen_a_clip_and_a_recording_come_home(
    browser: Browser, room: Room, door: PictureDoor
) -> None:
    county = signed_in(browser, room, "requester")
    expert = signed_in(browser, room, "reader")
    expert.pages[0].goto(f"{room.url}/cases/{room.case}/")
    page = enter(county, room, door)
    picture_on(page)
    page.wait_for_timeout(3500)

    # The expert saw a picture 1.5 s old. It waits in this browser while it cannot be sent.
    door.shut = True
    asked = told(expert, room, "freeze", {"delay_ms": DELAY_MS})
    until(page, lambda: door.asked >= 2)
    assert kept_here(page)["pictures"] == 1
    page.reload()
    expect(page.locator("#main")).to_have_attribute("data-state", "open", timeout=20_000)
    door.shut = False
    until(page, lambda: door.came)
    meta, (png,) = door.came.pop()
    assert (meta["kind"], meta["asked"]) == ("still", asked["id"])
    picture = Image.open(io.BytesIO(png))
    assert (picture.format, picture.size) == ("PNG", (meta["columns"], meta["rows"]))
    seen = moment(asked["at"]) - DELAY_MS
    assert abs(apart(timecode(png), seen)) < 120
    assert abs(apart(timecode(png), moment(meta["captured_at"]))) < 60

    # After the reload the picture is on again by itself; a clip of its last five seconds.
    expect(page.locator("[data-room=camera]")).to_have_attribute("aria-pressed", "true")
    page.select_option("[data-room=clip-seconds]", "5")
    page.wait_for_timeout(5500)
    page.click("[data-room=clip]")
    until(page, lambda: door.came)
    meta, frames = door.came.pop()
    assert meta["kind"] == "clip" and len(frames) == len(meta["times_ms"]) >= 40
    assert 4.5 < meta["seconds"] < 5.5
    start = moment(meta["captured_at"])
    late = [
        apart(timecode(one), start + at) for one, at in zip(frames, meta["times_ms"], strict=True)
    ]
    assert np.percentile(np.abs(late), 90) < 90
    assert all(one.startswith(b"\xff\xd8\xff") for one in frames)

    record_and_bring_home(county, page, room)


def record_and_bring_home(county: BrowserContext, page: Page, room: Room) -> None:
    """Record five seconds; the line is cut after the first piece; reload; it arrives whole."""
    offsets: list[int] = []

    def piece(route: Route) -> None:
        offsets.append(int(route.request.headers["upload-offset"]))
        if len(offsets) == 2:
            county.set_offline(True)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route(
        re.compile(r"/recordings/[A-Z0-9]+/$"),
        lambda route: piece(route) if route.request.method == "PATCH" else route.continue_(),
    )
    page.click("[data-room=record]")
    expect(page.locator("[data-room=record]")).to_have_attribute("aria-pressed", "true")
    until(page, lambda: kept_here(page)["size"] > 600_000)
    page.wait_for_timeout(2000)
    assert kept_here(page)["recordings"] == ["recording"]
    page.click("[data-room=record]")
    until(page, lambda: len(offsets) == 2 and kept_here(page)["recordings"] == ["stopped"])
    mine = kept_here(page)
    assert offsets[0] == 0 and 0 < offsets[1] < mine["size"]
    expect(page.locator(".sending-summary")).to_be_visible()
    page.click(".sending-summary")
    expect(page.locator(".sending")).to_contain_text("网络中断，恢复后自动继续")
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(SCREENS / "room-sending.png"))
    county.set_offline(False)
    page.goto(f"{room.url}/cases/{room.case}/rooms/{room.code}/")
    until(page, lambda: len(offsets) > 2 and not kept_here(page)["recordings"])
    assert offsets[2] == offsets[1]
    expect(page.locator(".sending")).to_contain_text("已完整送达")
    page.screenshot(path=str(SCREENS / "room-sending-record.png"), full_page=True)
    (whole,) = events(county, room, "recording")
    assert whole["body"]["state"] == "whole" and whole["body"]["seconds"] > 3
    (path,) = room.data.glob("rooms/*/*.webm")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == mine["sha256"]
    assert path.stat().st_size == mine["size"]
    plays(page, room)


def plays(page: Page, room: Room) -> None:
    page.goto(f"{room.url}/cases/{room.case}/rooms/{room.code}/")
    video = page.locator(".room-recording video")
    video.evaluate("one => one.play()")
    page.wait_for_function(
        "() => { const one = document.querySelector('.room-recording video');"
        " return one.currentTime > 1 && one.videoWidth === 640 && !one.error; }",
        polling=100,
    )
    page.screenshot(path=str(SCREENS / "room-recording-plays.png"), full_page=True)
    with contextlib.suppress(Exception):
        video.evaluate("one => one.pause()")
