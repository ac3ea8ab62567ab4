"""People in a live room, each in a browser of their own, and how they draw on its picture."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from platform_ import BROWSER_ARGUMENTS, CHROMIUM, Desk, Platform
from playwright.sync_api import BrowserType, Page, expect

MEDIA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
PICTURE_BOX = """() => {
  const one = [...document.querySelectorAll('[data-room=picture],[data-room=live]')]
    .find((node) => !node.hidden);
  const box = one.getBoundingClientRect();
  const wide = one.videoWidth || one.naturalWidth, high = one.videoHeight || one.naturalHeight;
  const scale = Math.min(box.width / wide, box.height / high);
  return [box.left + (box.width - wide * scale) / 2, box.top + (box.height - high * scale) / 2,
    wide * scale, high * scale];
}"""
Point = Sequence[float]
BROWSERS = 3


@contextmanager
def desks(
    launcher: BrowserType, platform: Platform, logins: Sequence[str], probe: Path
) -> Iterator[list[Desk]]:
    """Open three browsers, the first one's capture device plays a film; others share the last."""
    with ExitStack() as stack:
        made = []
        for number, login in enumerate(logins):
            film = [f"--use-file-for-fake-video-capture={probe}"] if number == 0 else []
            if number < BROWSERS:
                browser = launcher.launch(
                    executable_path=str(CHROMIUM), args=[*BROWSER_ARGUMENTS, *MEDIA, *film]
                )
                stack.callback(browser.close)
            made.append(Desk(browser, platform, login))
            origin = platform.url
            made[-1].context.grant_permissions(["camera", "microphone"], origin=origin)
        yield made


def enter(desk: Desk, path: str) -> None:
    """Go from the case into its room."""
    desk.open(path)
    desk.page.locator("#enter-room").click()
    opened(desk)


def opened(desk: Desk) -> None:
    """Wait until the room is open and linked by its socket."""
    page = desk.page
    page.locator("main[data-state=open]").wait_for(timeout=60_000)
    expect(page.locator("[data-room=link-state]")).to_have_attribute("data-link", "live")


def at(page: Page, point: Point) -> tuple[float, float]:
    """Return where on the screen a point of the picture lies."""
    left, top, width, height = page.evaluate(PICTURE_BOX)
    return left + point[0] * width, top + point[1] * height


def draw(page: Page, tool: str, start: Point, end: Point) -> None:
    """Draw from one point of the picture to another."""
    page.locator(f"button[data-tool={tool}]").click()
    page.mouse.move(*at(page, start))
    page.mouse.down()
    page.mouse.move(*at(page, [(a + b) / 2 for a, b in zip(start, end, strict=True)]))
    page.mouse.move(*at(page, end))
    page.mouse.up()


def events(desk: Desk, room: str, kind: str) -> list[dict[str, object]]:
    """Return the room's events of a kind, as the log has them."""
    answer = desk.page.request.get(f"{desk.platform.url}{room}events/")
    assert answer.ok, answer.status
    return [one for one in answer.json()["events"] if one["kind"] == kind]


def picture(desk: Desk, room: str, name: str) -> np.ndarray:
    """Return a stored picture's pixels."""
    answer = desk.page.request.get(f"{desk.platform.url}{room}pictures/{name}/")
    assert answer.ok, answer.status
    return np.asarray(Image.open(io.BytesIO(answer.body())).convert("RGB"))
