"""The live room's page, two people in it: talking, pointing, drawing and measuring on one still."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import room_ground
from PIL import Image, ImageDraw
from platform_ import CHROMIUM, Desk, Platform
from playwright.sync_api import Browser, Locator, Page, expect
from room_ground import Ground

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.server,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
AXE = Path(__file__).resolve().parents[2] / "vendor" / "test" / "axe" / "axe.min.js"
SIZE = (640, 480)
MM_A_PIXEL = 0.2
POLYP_MM, WITHIN = 15.0, 0.05
POLYP = ((0.5 - 37.5 / 640, 0.5), (0.5 + 37.5 / 640, 0.5))
DEPTH = ((610 / 640, 40 / 480), (610 / 640, 440 / 480))
"""Marks of 0 and 80 mm on the picture's scale of depth."""
GUARDIAN = "王芳"
SEND_STILL = """async ([http, png, id]) => {
  const { csrfToken } = await import("/static/tongying/js/frame.js");
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const form = new FormData();
  form.append("meta", JSON.stringify({ client_id: id, kind: "still", columns: 640, rows: 480,
    seconds: 0, captured_at: new Date().toISOString() }));
  form.append("frame", new Blob([bytes], { type: "image/png" }), "frame.png");
  const answer = await fetch(`${http}pictures/`, { method: "POST", body: form,
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
  return [answer.status, await answer.json()];
}"""
NO_SOCKET = """window.WebSocket = class {
  static OPEN = 1;
  constructor() { throw new Error("cut"); }
};"""
PLACE = """() => {
  const box = document.querySelector('[data-room="board"]').getBoundingClientRect();
  const scale = Math.min(box.width / 640, box.height / 480);
  return [box.left + (box.width - 640 * scale) / 2, box.top + (box.height - 480 * scale) / 2,
    640 * scale, 480 * scale];
}"""


@dataclass
class Seat:
    """Somebody in the room."""

    desk: Desk
    ground: Ground

    def __post_init__(self) -> None:
        self.desk.open(self.ground.path)
        expect(self.page.locator("#main")).to_have_attribute("data-state", "open")

    @property
    def page(self) -> Page:
        return self.desk.page

    def part(self, name: str) -> Locator:
        return self.page.locator(f'[data-room="{name}"]')

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        left, top, width, height = self.page.evaluate(PLACE)
        return left + point[0] * width, top + point[1] * height

    def point(self, point: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(point))

    def drag(self, points: tuple[tuple[float, float], tuple[float, float]]) -> None:
        self.point(points[0])
        self.page.mouse.down()
        self.page.mouse.move(*self.at(points[1]), steps=5)
        self.page.mouse.up()

    def say(self, text: str, key: str = "c") -> None:
        self.page.keyboard.press(key)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Escape")

    def marks(self, number: int) -> None:
        expect(self.part("board")).to_have_attribute("data-marks", str(number))

    def axe(self) -> list[str]:
        """Return what axe-core finds against WCAG 2.2 AA on the page as it stands."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        )
        return [
            f"{one['id']}: {node['html'][:120]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]


def still() -> str:
    """Return a picture with a round polyp of 15 mm and a scale of depth, in base 64."""
    speckle = np.random.default_rng(8).rayleigh(28, SIZE[::-1]).clip(0, 90).astype(np.uint8)
    picture = Image.fromarray(speckle)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((230, 150, 410, 330), fill=12)
    pen.ellipse((320 - 37.5, 240 - 37.5, 320 + 37.5, 240 + 37.5), fill=190)
    for step in range(9):
        pen.line((604, 40 + 50 * step, 616, 40 + 50 * step), fill=230, width=2)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def bring_still(county: Seat, name: str) -> None:
    """Let a still arrive, as the county's page sends it."""
    status, told = county.page.evaluate(SEND_STILL, [county.ground.path, still(), name])
    assert status == 201, told


def consented(county: Seat) -> None:
    """Record the consent with as few strokes as it takes."""
    county.part("consent-state").get_by_role("button").click()
    county.part("consent-form").get_by_label("监护人姓名").fill(GUARDIAN)
    county.page.keyboard.press("Enter")
    expect(county.part("consent-state")).to_have_text("监护人已同意")


def consent_comes_first(county: Seat, expert: Seat) -> None:
    expect(county.part("empty")).to_contain_text("请先登记监护人同意")
    expect(expert.part("empty")).to_contain_text("县级医院登记监护人同意后")
    expect(county.part("camera")).to_be_disabled()
    expect(expert.part("consent-state")).to_have_text("未登记同意")
    county.desk.shot("room-01-before-consent")
    county.part("empty").get_by_role("button", name="登记监护人同意").click()
    form = county.part("consent-form")
    form.get_by_label("口头").check()
    form.get_by_role("button", name="登记同意").click()
    expect(county.part("consent-fault")).to_have_text("请填写监护人姓名。")
    form.get_by_label("监护人姓名").fill(GUARDIAN)
    form.get_by_role("button", name="登记同意").click()
    expect(county.part("consent-fault")).to_have_text("口头同意须填写见证人姓名。")
    county.desk.shot("room-02-consent")
    assert county.axe() == []
    form.get_by_label("见证人").fill("赵护士")
    form.locator("[name=recording]").check()
    form.get_by_role("button", name="登记同意").click()
    for seat in (county, expert):
        expect(seat.part("consent-state")).to_contain_text("监护人已同意（含录像）")
    expect(county.part("camera")).to_be_enabled()


def talk_point_draw_measure(county: Seat, expert: Seat) -> None:
    expect(county.part("people").locator("li:not(.away)")).to_have_count(2)
    expert.say("这里可能是息肉，请看血流")
    expect(county.part("chat")).to_contain_text("这里可能是息肉，请看血流")
    expert.page.keyboard.press("1")
    expect(county.part("planes-asked")).to_contain_text("请求：右下腹横切")
    county.part("planes-asked").get_by_role("button", name="已显示").click()
    expect(expert.part("planes-asked").locator("li")).to_have_count(0)

    bring_still(county, "still-one-01")
    for seat in (county, expert):
        expect(seat.part("what")).to_have_text("静态图 1")
        expect(seat.part("scale")).to_have_text("未标定：不显示毫米")
    expert.page.keyboard.press("r")
    expert.drag(POLYP)
    expect(county.part("chat")).to_contain_text("此图未标定，不给毫米数")
    assert "mm" not in county.part("notes").text_content()
    expert.page.keyboard.press("a")
    expert.drag(((0.3, 0.3), (0.46, 0.46)))
    county.page.keyboard.press("o")
    county.drag(((0.35, 0.3), (0.65, 0.7)))
    for seat in (county, expert):
        seat.marks(3)
    county.page.keyboard.press("Control+z")
    for seat in (county, expert):
        seat.marks(2)

    expert.page.keyboard.press("s")
    expert.drag(DEPTH)
    expert.part("ask-value").fill("八十")
    expert.page.keyboard.press("Enter")
    expect(expert.part("ask-fault")).to_have_text("请填 1 至 400 的毫米数。")
    expert.part("ask-value").fill("80")
    expert.page.keyboard.press("Enter")
    expect(county.part("scale")).to_contain_text("每像素 0.2")
    # What was measured before has its millimetres now.
    length = county.part("notes").locator("li.k-measure .words")
    expect(length).to_have_count(1)
    expect(length).to_contain_text("mm")
    shown = float(length.text_content().split(" mm")[0])
    assert abs(shown - POLYP_MM) <= WITHIN * POLYP_MM

    expert.page.keyboard.press("p")
    for step in range(6):
        expert.point((0.5 + step / 100, 0.42))
        expert.page.wait_for_timeout(60)
    county.page.wait_for_timeout(300)
    county.desk.shot("room-03-measured-county")
    expert.page.keyboard.press("h")
    expect(county.part("people").locator("li .hand")).to_have_text("举手 1")
    county.say("右下腹，回盲部附近", key="n")
    expect(expert.part("chat")).to_contain_text("右下腹，回盲部附近")
    expert.desk.shot("room-04-measured-expert")

    bring_still(county, "still-two-02")
    expect(expert.part("what")).to_have_text("静态图 2")
    expert.page.get_by_role("button", name="沿用静态图 1的标尺").click()
    expect(expert.part("scale")).to_contain_text("每像素 0.2")
    for seat in (county, expert):
        assert seat.axe() == []


def latecomer(platform: Platform, browser: Browser, ground: Ground, expert: Seat) -> None:
    expert.part("thumbs").locator("button").nth(1).click()
    late = Seat(Desk(browser, platform, "li"), ground)
    expect(late.part("what")).to_have_text("静态图 1")
    expect(late.part("scale")).to_contain_text("每像素 0.2")
    late.marks(2)
    expect(late.part("chat")).to_contain_text("这里可能是息肉")
    expect(late.part("people").locator("li .hand")).to_have_text("举手 1")
    expect(late.part("people").locator("li").filter(has_text="2 个连接")).to_have_count(1)
    late.desk.context.close()


def keyboard_alone(seat: Seat) -> None:
    expect(seat.part("what")).to_have_text("静态图 1")
    seat.page.keyboard.press("l")
    seat.part("board").focus()
    for _ in range(5):
        seat.page.keyboard.press("Shift+ArrowLeft")
    seat.page.keyboard.press("Enter")
    for _ in range(5):
        seat.page.keyboard.press("Shift+ArrowDown")
    seat.page.keyboard.press("Enter")
    seat.marks(1)
    seat.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'r', keyCode: 229, isComposing: true, bubbles: true}))"
    )
    expect(seat.page.locator('.lr-tools [data-tool="line"]')).to_have_attribute(
        "aria-pressed", "true"
    )
    seat.page.keyboard.press("?")
    expect(seat.page.locator("#room-keys")).to_be_visible()
    assert seat.axe() == []
    seat.page.keyboard.press("Escape")


def phone(platform: Platform, browser: Browser, ground: Ground, county: Seat) -> None:
    desk = Desk(browser, platform, "chen")
    desk.page.set_viewport_size({"width": 390, "height": 844})
    phone = Seat(desk, ground)
    expect(phone.part("what")).to_have_text("静态图 1")
    phone.part("say").locator("textarea").fill("收到")
    phone.page.keyboard.press("Enter")
    expect(county.part("chat")).to_contain_text("收到")
    wide = phone.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    expect(phone.part("say").locator("textarea")).to_be_in_viewport()
    expect(phone.part("stage")).to_be_in_viewport()
    desk.shot("room-05-phone")
    assert phone.axe() == []
    desk.context.close()


def by_web(platform: Platform, browser: Browser, ground: Ground, county: Seat) -> None:
    desk = Desk(browser, platform, "chen")
    desk.context.add_init_script(NO_SOCKET)
    cut = Seat(desk, ground)
    expect(cut.part("link-state")).to_have_text("经网页收发")
    expect(cut.part("banners")).to_contain_text("实时连接中断")
    expect(cut.part("what")).to_have_text("静态图 1")
    cut.say("线路不好，我用文字")
    expect(county.part("chat")).to_contain_text("线路不好，我用文字")
    county.say("好的，慢慢来")
    expect(cut.part("chat")).to_contain_text("好的，慢慢来")
    expect(county.page.locator("[data-room=people] .facts.web")).to_have_text(
        "无实时连接，正通过网页查看"
    )
    desk.shot("room-06-by-web")
    desk.context.close()


def the_end(platform: Platform, county: Seat, expert: Seat) -> None:
    county.page.get_by_role("button", name="结束会诊室").first.click()
    county.page.locator("#room-end .btn-danger").click()
    county.page.wait_for_url("**/cases/*/rooms/*/")
    expect(county.page.locator("main")).to_contain_text("息肉")
    expect(expert.page.locator(".lr-over")).to_contain_text("会诊室已结束")
    expect(expert.page.locator(".lr-over a").first).to_have_text("实时会诊室记录")
    assert expert.axe() == []
    expert.desk.shot("room-07-over")
    assert expert.page.goto(platform.url + county.ground.path).status == 404
    for seat in (county, expert):
        live = f"ws://127.0.0.1:{platform.live_port}"
        assert [one for one in seat.desk.strangers() if not one.startswith(live)] == []
        assert seat.desk.complaints == []


def test_two_people_examine_together(platform: Platform, browser: Browser, tmp_path: Path) -> None:
    ground = room_ground.build(platform, tmp_path / "clip", "room-together")
    county, expert = (Seat(Desk(browser, platform, login), ground) for login in ("li", "chen"))
    consent_comes_first(county, expert)
    talk_point_draw_measure(county, expert)
    latecomer(platform, browser, ground, expert)
    the_end(platform, county, expert)
    for seat in (county, expert):
        seat.desk.context.close()


def test_keys_phone_and_a_line_without_sockets(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    ground = room_ground.build(platform, tmp_path / "clip", "room-phone")
    county = Seat(Desk(browser, platform, "li"), ground)
    consented(county)
    bring_still(county, "still-one-01")
    keyboard_alone(county)
    phone(platform, browser, ground, county)
    by_web(platform, browser, ground, county)
    county.desk.context.close()
