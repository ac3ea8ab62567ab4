"""Measuring on our own page: Graf's angles of both hips at once, the polyp, a correction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from platform_ import CHROMIUM, Desk, Platform, phantom_study, write_phantom
from playwright.sync_api import Browser, Page, expect

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_cine, bowel_truth
from tongying.dicom.phantoms.header import PhantomChild
from tongying.dicom.phantoms.hip_geometry import HipGeometry
from tongying.dicom.phantoms.infant_hip_us import hip_image, hip_truth

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
HIPS = {"R": HipGeometry(alpha_deg=63, beta_deg=52), "L": HipGeometry(alpha_deg=47, beta_deg=72)}
WITHIN_DEG = 2.0
WITHIN_PART = 0.05
SCREEN = (640, 480)
"""Width and height of the phantoms' images."""


@dataclass
class Hand:
    """A hand on the mouse: points of the image become clicks where they lie on the screen."""

    page: Page
    pane: int = 0

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        box = self.page.locator(".r-pane canvas").nth(self.pane).bounding_box()
        assert box is not None
        scale = min(box["width"] / SCREEN[0], box["height"] / SCREEN[1])
        return (
            box["x"] + box["width"] / 2 + (point[0] + 0.5 - SCREEN[0] / 2) * scale,
            box["y"] + box["height"] / 2 + (point[1] + 0.5 - SCREEN[1] / 2) * scale,
        )

    def click(self, *points: tuple[float, float]) -> None:
        for point in points:
            self.page.mouse.click(*self.at(point))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(end), steps=4)
        self.page.mouse.up()


def value(page: Page, measure: str, side: str = "") -> float:
    """Return the value that the page shows."""
    shown = page.locator(f".mv[data-measure='{measure}'][data-side='{side}']")
    return float(shown.get_attribute("data-value") or "nan")


def opened(desk: Desk, study: str, **choice: str) -> Page:
    desk.open(f"/measure/?study={study}" + "".join(f"&{k}={v}" for k, v in choice.items()))
    expect(desk.page.locator("#steps [aria-current=step]")).to_be_visible()
    expect(desk.page.locator("#values .mv-scale")).to_be_visible()
    return desk.page


def test_both_hips_are_measured_beside_each_other_and_corrected(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    infant = PhantomChild("P-infant", "Zhao^Xin=赵^欣", date(2026, 1, 4), "F", 4.9, 0.56)
    study = replace(phantom_study("measuring-hips"), child=infant)
    images = (hip_image(study, HIPS[side], side=side, number=n) for n, side in enumerate("RL", 1))
    uid = write_phantom(images, tmp_path)
    platform.run("import", str(tmp_path), "--hospital", "XNZX")
    desk = Desk(browser, platform, "li")
    page = opened(desk, uid, recipe="graf")
    desk.shot("measure-01-empty")
    page.keyboard.press("b")
    expect(page.locator(".r-pane canvas")).to_have_count(2)
    expect(page.locator("#values .mv-scale")).to_have_count(2)
    for pane, side in enumerate("RL"):
        truth, hand = hip_truth(HIPS[side]), Hand(page, pane)
        hand.click(*truth.ilium, *truth.bony_roof)
        if side == "R":
            desk.shot("measure-02-lens")
        hand.click(*truth.cartilage_roof)
        page.keyboard.press("x")
        expect(page.locator(f".mv[data-measure='graf-beta'][data-side='{side}']")).to_be_visible()
    for side, hip in HIPS.items():
        assert abs(value(page, "graf-alpha", side) - hip.alpha_deg) < WITHIN_DEG
        assert abs(value(page, "graf-beta", side) - hip.beta_deg) < WITHIN_DEG
    desk.shot("measure-03-both-hips")
    page.keyboard.press("s")
    expect(page.locator("#note")).to_have_text("两侧均已保存。")
    truth = hip_truth(HIPS["L"])
    deep = truth.bony_roof[1]
    Hand(page, 1).drag(deep, (deep[0] + 40, deep[1] - 25))
    expect(page.locator("#keep")).to_be_enabled()
    assert abs(value(page, "graf-alpha", "L") - HIPS["L"].alpha_deg) > WITHIN_DEG
    page.keyboard.press("Control+z")
    expect(page.locator("#redo")).to_be_enabled()
    page.keyboard.press("Control+y")
    expect(page.locator("#keep")).to_be_enabled()
    page.keyboard.press("s")
    expect(page.locator("#note")).to_have_text("已保存。")
    listed = platform.api("li", "GET", f"/api/measurements?study={uid}")["items"]
    standing = [one for one in listed if one["struck"] is None]
    assert sorted((one["measure"], one["side"]) for one in standing) == [
        ("graf-alpha", "L"),
        ("graf-alpha", "R"),
        ("graf-beta", "L"),
        ("graf-beta", "R"),
    ]
    assert len(listed) == 6
    assert {one["source"] for one in listed} == {"drawn"}
    page.set_viewport_size({"width": 390, "height": 844})
    desk.shot("measure-04-phone", full=True)
    assert desk.complaints == []
    assert desk.strangers() == []


def test_the_polyp_is_measured_on_a_frame_of_the_loop(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    bowel = Bowel()
    study = phantom_study("measuring-polyp")
    uid = write_phantom(iter([bowel_cine(study, bowel, number=1)]), tmp_path)
    platform.run("import", str(tmp_path), "--hospital", "XNZX")
    desk = Desk(browser, platform, "li")
    page, truth = opened(desk, uid, recipe="polyp-diameter"), bowel_truth(bowel)
    for _ in range(3):
        page.keyboard.press(".")
    expect(page.locator(".r-caption")).to_contain_text("4/24")
    for _ in range(3):
        page.keyboard.press(",")
    expect(page.locator(".r-caption")).to_contain_text("1/24")
    hand = Hand(page)
    hand.click(*truth.ends)
    expect(page.locator(".mv[data-measure='polyp-diameter']")).to_be_visible()
    assert abs(value(page, "polyp-diameter") / truth.polyp_mm - 1) < WITHIN_PART
    page.keyboard.press(".")
    expect(page.locator(".r-caption")).to_contain_text("标记在第 1 帧")
    desk.shot("measure-05-polyp")
    page.keyboard.press("s")
    expect(page.locator("#note")).to_have_text("已保存。")
    assert desk.complaints == []
