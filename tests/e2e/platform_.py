"""The whole platform as a person meets it: served for real, driven in a real browser."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.error import URLError

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from pydicom.dataset import Dataset

from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy

CLI = [sys.executable, "-m", "tongying.services.cli"]
CHROMIUM = Path("/usr/bin/chromium")
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
PAINT_SECONDS = 120
ANSWER_SECONDS = 60
"""What a page may take on a machine that runs the rest of the tests besides."""
expect.set_options(timeout=ANSWER_SECONDS * 1000)
PASSWORD = "a-long-pass-phrase"
PEOPLE = [
    ("li", "requester", "XNZX", "李敏", "主治医师", ""),
    ("zhou", "coordinator", "WHCH", "周岚", "调度", ""),
    ("chen", "expert", "WHCH", "陈志远", "主任医师", "神经"),
    ("he", "requester", "ESFY", "何静", "医师", ""),
]
SCREENS = Path(__file__).resolve().parents[2] / "build" / "screens"


@dataclass
class Platform:
    data: Path
    port: int
    dicom_port: int
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    live_port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [*CLI, *arguments, "--data", str(self.data)],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=self.environment,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def found(self) -> None:
        """Two counties, a children's hospital, their people."""
        self.run("hospital", "add", "WHCH", "江城儿童医院", "--answers")
        self.run("hospital", "add", "XNZX", "咸宁中心医院")
        self.run("hospital", "add", "ESFY", "恩施妇幼保健院")
        for login, role, hospital, name, title, speciality in PEOPLE:
            self.run(
                *("user", "add", login, "--role", role, "--hospital", hospital),
                *("--name", name, "--title", title, "--sub-specialty", speciality),
                "--password-stdin",
                stdin=PASSWORD + "\n",
            )

    def api(self, login: str, method: str, path: str, body: object = None) -> object:
        """Call the JSON interface as somebody and return what it says."""
        if login not in self.tokens:
            self.tokens[login] = self.run("token", login).splitlines()[-1]
        request = urllib.request.Request(  # noqa: S310 - our own loopback server
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {self.tokens[login]}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def start(self) -> None:
        log = (self.data.parent / "server.log").open("ab")
        self.process = subprocess.Popen(
            [
                *CLI,
                *("serve", "--data", str(self.data), "--port", str(self.port)),
                *("--dicom-port", str(self.dicom_port)),
                *("--live-port", str(self.live_port)),
            ],
            stdout=log,
            stderr=log,
            env=self.environment,
            start_new_session=True,
        )
        log.close()
        deadline = time.monotonic() + 90
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):  # noqa: S310
                    return
            except (URLError, OSError):
                assert time.monotonic() < deadline, "the platform did not start"
                time.sleep(0.2)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(40)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(data: Path) -> Iterator[Platform]:
    data.mkdir(parents=True)
    port = _free_port()
    environment = {**os.environ, "TONGYING_URL": f"http://127.0.0.1:{port}"}
    environment.pop("TONGYING_DATA", None)
    platform = Platform(data, port, _free_port(), environment, live_port=_free_port())
    platform.found()
    platform.start()
    try:
        yield platform
    finally:
        platform.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=BROWSER_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def phantom_study(seed: str) -> PhantomStudy:
    """An invented child and visit, the same for the same seed."""
    child = PhantomChild(
        id=f"P-{seed}",
        name="Zhao^Ming=赵^明",
        birth_date=date(2022, 2, 3),
        sex="M",
        weight_kg=16.5,
        size_m=1.04,
    )
    return PhantomStudy(
        child=child,
        seed=seed,
        at=datetime(2026, 3, 1, 9, 30),  # noqa: DTZ001 - DICOM's local time
        description="体模检查",
        institution="咸宁中心医院",
    )


def write_phantom(data_sets: Iterator[Dataset], folder: Path) -> str:
    """Write the images as files and return their Study Instance UID."""
    for number, data_set in enumerate(data_sets):
        data_set.save_as(folder / f"{number:04}.dcm", enforce_file_format=True)
    return str(data_set.StudyInstanceUID)


def canvas_pixels(page: Page) -> np.ndarray:
    """Return red, green and blue of what all the canvases show, as the person sees it."""
    boxes = page.eval_on_selector_all(
        "canvas",
        "all => all.map(c => { const r = c.getBoundingClientRect();"
        " return [r.left, r.top, r.right, r.bottom] })",
    )
    left, top = (min(box[side] for box in boxes) for side in (0, 1))
    right, bottom = (max(box[side] for box in boxes) for side in (2, 3))
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    png = page.screenshot(clip=clip)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=float)


def painted(page: Page) -> np.ndarray:
    """Wait until the viewer shows an image and return what its canvases show."""
    page.locator("canvas").first.wait_for(timeout=PAINT_SECONDS * 1000)
    for _ in range(PAINT_SECONDS):
        pixels = canvas_pixels(page)
        if pixels.std() > 15:
            return pixels
        page.wait_for_timeout(1000)
    raise AssertionError("the viewer's canvas shows no image")


def follow(page: Page, control: Locator) -> None:
    """Click what sends a form, and wait until its answer has come and come to rest."""
    with page.expect_navigation(timeout=ANSWER_SECONDS * 1000):
        control.click()
    page.wait_for_load_state("networkidle")


class Desk:
    """A person at a computer of their own."""

    def __init__(self, browser: Browser, platform: Platform, login: str) -> None:
        self.platform = platform
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", accept_downloads=True
        )
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        self.open("/login/")
        self.page.fill("input[name=username]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(f"{platform.url}/")

    def open(self, path: str) -> None:
        self.page.goto(self.platform.url + path)

    def shot(self, name: str, *, full: bool = False) -> Path:
        SCREENS.mkdir(parents=True, exist_ok=True)
        path = SCREENS / f"{name}.png"
        self.page.screenshot(path=str(path), full_page=full)
        return path

    def strangers(self) -> list[str]:
        """Addresses outside the platform that the page asked for."""
        ours = (self.platform.url, "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(ours)]
