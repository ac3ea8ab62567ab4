"""Chromium as the live room needs it: invented microphone and capture device, always awake."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]


@contextmanager
def chromium(
    playwright: Playwright, *, origin: str = "", namespace: str = "", folder: Path | None = None
) -> Iterator[Browser]:
    """Start a browser, in a network namespace where one is given; `origin` counts as secure."""
    program = CHROMIUM
    if namespace and folder is not None:
        program = folder / f"chromium-{namespace}"
        program.write_text(f'#!/bin/sh\nexec ip netns exec {namespace} {CHROMIUM} "$@"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    secure = [f"--unsafely-treat-insecure-origin-as-secure={origin}"] if origin else []
    browser = playwright.chromium.launch(executable_path=str(program), args=[*ARGUMENTS, *secure])
    try:
        yield browser
    finally:
        browser.close()
