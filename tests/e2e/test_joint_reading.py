"""Reading together in a live room: one leads a viewer and the other's shows the same."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

import joint_ground
import numpy as np
import pytest
from PIL import Image
from platform_ import CHROMIUM, Desk, Platform
from playwright.sync_api import Browser, Frame, Locator, Page, expect
from room_ground import Ground

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.server,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
VIEWS = """() => {
  const { viewportGridService: grid, cornerstoneViewportService: drawn } = window.services;
  return [...grid.getState().viewports.keys()].map((id) => {
    const view = drawn.getCornerstoneViewport(id);
    const camera = view.getCamera();
    const stack = view.getCurrentImageIdIndex && !view.getAllVolumeIds;
    const range = view.getProperties().voiRange;
    return { kind: view.type, index: stack ? view.getCurrentImageIdIndex() : null,
      image: (view.getCurrentImageId?.() || "").split("/instances/")[1] || "",
      focus: camera.focalPoint, normal: camera.viewPlaneNormal, scale: camera.parallelScale,
      voi: range ? [range.lower, range.upper] : null };
  });
}"""
SET_STACK = """async ([index, lower, upper]) => {
  const { viewportGridService: grid, cornerstoneViewportService: drawn } = window.services;
  const view = drawn.getCornerstoneViewport(grid.getState().activeViewportId);
  await view.setImageIdIndex(index);
  view.setProperties({ voiRange: { lower, upper } });
  const camera = view.getCamera();
  view.setCamera({ parallelScale: camera.parallelScale / 1.6 });
  view.render();
}"""
MOVE_VOLUME = """([x, y, z]) => {
  const { viewportGridService: grid, cornerstoneViewportService: drawn } = window.services;
  const view = drawn.getCornerstoneViewport([...grid.getState().viewports.keys()][0]);
  const { focalPoint, position } = view.getCamera();
  const by = [x, y, z];
  view.setCamera({ focalPoint: focalPoint.map((one, at) => one + by[at]),
    position: position.map((one, at) => one + by[at]) });
  view.setProperties({ voiRange: { lower: -160, upper: 240 } }, view.getAllVolumeIds()[0]);
  view.render();
}"""
READY_MS = 120_000


@dataclass
class Reader:
    """Somebody in the room with the viewer before them."""

    desk: Desk
    path: str

    def __post_init__(self) -> None:
        self.desk.open(self.path)
        expect(self.page.locator("#main")).to_have_attribute("data-state", "open")
        expect(self.part("link-state")).to_have_attribute("data-link", "live")

    @property
    def page(self) -> Page:
        return self.desk.page

    def part(self, name: str) -> Locator:
        return self.page.locator(f'[data-room="{name}"]')

    @property
    def viewer(self) -> Frame:
        self.part("viewer-frame").locator("iframe").wait_for(timeout=READY_MS)
        handle = self.part("viewer-frame").locator("iframe").element_handle()
        frame = handle.content_frame() if handle else None
        assert frame is not None
        return frame

    def choose(self, key: str) -> None:
        self.part("images-open").click()
        self.page.locator(f'#room-images [data-viewer^="{key}"]').first.click()

    def drawn(self) -> None:
        """Wait until every view of the viewer shows something."""
        viewer = self.viewer
        viewer.locator("canvas").first.wait_for(timeout=READY_MS)
        viewer.wait_for_function(
            "() => { const s = window.services; if (!s) return false;"
            " return [...s.viewportGridService.getState().viewports.keys()].every((id) => {"
            " const v = s.cornerstoneViewportService.getCornerstoneViewport(id);"
            " return v && v.getCurrentImageId && v.getCamera().focalPoint"
            " && (v.getAllVolumeIds ? v.getAllVolumeIds().length : v.getCurrentImageId()); }) }",
            timeout=READY_MS,
        )
        expect(self.part("lead-state")).not_to_contain_text("加载", timeout=READY_MS)

    def views(self) -> list[dict[str, object]]:
        return list(self.viewer.evaluate(VIEWS))

    def pixels(self) -> np.ndarray:
        """Return the grey of the first view, as fractions of its size around its middle."""
        png = self.viewer.locator("canvas").first.screenshot()
        return np.asarray(Image.open(io.BytesIO(png)).convert("L").resize((128, 128)), dtype=float)


def same(leader: Reader, follower: Reader, seconds: float = 20.0) -> list[dict[str, object]]:
    """Wait until the follower's views are those of the leader."""
    for _ in range(int(seconds * 5)):
        led, followed = leader.views(), follower.views()
        if len(led) == len(followed) and all(map(_alike, led, followed)):
            return followed
        follower.page.wait_for_timeout(200)
    raise AssertionError(json.dumps([led, followed], indent=1))


def _alike(one: dict[str, object], other: dict[str, object]) -> bool:
    if [one["kind"], one["index"], one["image"]] != [other["kind"], other["index"], other["image"]]:
        return False
    return all(
        np.allclose(np.array(one[name], float), np.array(other[name], float), rtol=1e-4, atol=0.01)
        for name in ("focus", "normal", "scale", "voi")
        if one[name] is not None
    )


@pytest.fixture(scope="module")
def ground(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return joint_ground.build(platform, tmp_path_factory.mktemp("joint"))


@pytest.mark.long
def test_the_other_viewer_follows_a_stack_and_a_fused_pair(
    platform: Platform, browser: Browser, ground: Ground
) -> None:
    expert = Reader(Desk(browser, platform, "chen"), ground.path)
    county = Reader(Desk(browser, platform, "li"), ground.path)
    expert.part("images-open").click()
    expect(expert.page.locator("#room-images .lr-series-one")).to_have_count(2)
    expert.desk.shot("joint-01-images")
    expert.page.keyboard.press("Escape")
    follows_a_stack(expert, county)
    goes_alone(expert, county)
    county_takes_the_lead(expert, county)
    follows_a_fused_pair(expert, county)
    draws_on_the_image(expert, county)
    assert expert.desk.complaints == [] and county.desk.complaints == []
    assert expert.desk.strangers() == [] and county.desk.strangers() == []


def follows_a_stack(expert: Reader, county: Reader) -> None:
    expert.choose("series:")
    expert.drawn()
    expert.part("lead").click()
    expect(county.part("lead-state")).to_contain_text("陈志远", timeout=READY_MS)
    county.drawn()
    expert.viewer.evaluate(SET_STACK, [7, -150, 250])
    (view,) = same(expert, county)
    assert view["index"] == 7 and view["voi"] == pytest.approx([-150, 250])
    assert np.corrcoef(expert.pixels().ravel(), county.pixels().ravel())[0, 1] > 0.97
    expert.desk.shot("joint-02-leader")
    county.desk.shot("joint-03-follower")
    # Many changes in a moment: the last one is what stands.
    for index in range(8, 20):
        expert.viewer.evaluate(SET_STACK, [index, -1000, 200 + index])
    (view,) = same(expert, county)
    assert view["index"] == 19 and view["voi"] == pytest.approx([-1000, 219])


def goes_alone(expert: Reader, county: Reader) -> None:
    county.part("following").click()
    expert.viewer.evaluate(SET_STACK, [3, -150, 250])
    county.page.wait_for_timeout(1500)
    assert county.views()[0]["index"] == 19
    expect(county.part("lead-state")).to_contain_text("自行浏览")
    county.part("following").click()
    (view,) = same(expert, county)
    assert view["index"] == 3
    # Whoever comes back sees what stands.
    county.desk.open(county.path)
    county.drawn()
    (view,) = same(expert, county)
    assert view["index"] == 3


def county_takes_the_lead(expert: Reader, county: Reader) -> None:
    county.part("lead").click()
    expect(expert.part("lead-state")).to_contain_text("李敏")
    expect(expert.part("lead")).to_have_attribute("aria-pressed", "false")
    county.viewer.evaluate(SET_STACK, [11, -150, 250])
    (view,) = same(county, expert)
    assert view["index"] == 11


def follows_a_fused_pair(expert: Reader, county: Reader) -> None:
    county.choose("study:")
    county.drawn()
    expert.page.wait_for_timeout(500)
    expert.drawn()
    same(county, expert, 60)
    before = county.views()
    county.viewer.evaluate(MOVE_VOLUME, [0, 0, 24.0])
    views = same(county, expert, 60)
    assert len(views) == 4
    moved = np.subtract(views[0]["focus"], before[0]["focus"])
    assert moved == pytest.approx([0, 0, 24.0], abs=0.1)
    assert views[0]["voi"] == pytest.approx([-160, 240])
    expert.desk.shot("joint-04-fused-follower")


def draws_on_the_image(expert: Reader, county: Reader) -> None:
    expert.choose("series:")
    expert.drawn()
    expert.viewer.evaluate(SET_STACK, [5, -150, 250])
    shown = expert.views()[0]["image"]
    expert.part("draw-image").click()
    expect(expert.part("viewer")).to_be_hidden()
    for one in (expert, county):
        expect(one.part("picture")).to_be_visible()
        sop = str(shown).split("/")[0]
        assert sop in (one.part("picture").get_attribute("src") or "")
    expect(county.part("lead")).to_have_attribute("aria-pressed", "false")
    expert.desk.shot("joint-05-on-the-stage")


def test_the_panel_is_worked_in_the_room(
    platform: Platform, browser: Browser, ground: Ground
) -> None:
    expert = Reader(Desk(browser, platform, "chen"), ground.path)
    surgeon = Reader(Desk(browser, platform, joint_ground.SURGEON), ground.path)
    for one in (expert, surgeon):
        one.page.locator("#tab-panel").click()
    writes(surgeon, "建议急诊手术探查，回盲部肿块。")
    expect(expert.page.locator("#seat-surgery .chip-green")).to_contain_text("已签署")
    expect(expert.page.locator(".lr-panel")).not_to_contain_text("手术探查")
    writes(expert, "超声所见符合肠套叠。")
    expect(expert.page.locator("#seat-surgery")).to_contain_text("手术探查")
    expert.page.fill("#conclusion-text", "肠套叠，诱因息肉，转院手术。")
    expert.page.locator("#propose button").click()
    expect(surgeon.page.locator("#conclusion")).to_contain_text("转院手术")
    surgeon.page.locator(".verdicts button").first.click()
    expect(expert.page.locator("#seat-surgery")).to_contain_text("同意")
    assert expert.page.url.endswith(ground.path)
    assert surgeon.page.url.endswith(ground.path)


def writes(reader: Reader, opinion: str) -> None:
    page = reader.page
    page.fill("#own-text", opinion)
    expect(page.locator(".own-opinion .saved")).to_contain_text("已保存")
    page.locator("[data-send]").click()
    page.locator("#ask .dialog-foot button").last.click()
    expect(page.locator("#own-text")).to_have_count(0)
