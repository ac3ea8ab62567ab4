"""A county doctor asks about a hip from a loaded study in at most 25 clicks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from platform_ import CHROMIUM, SCREENS, Desk, Platform, phantom_study, write_phantom
from playwright.sync_api import Browser, Page, expect

from tongying.dicom.phantoms.hip_geometry import HipGeometry
from tongying.dicom.phantoms.infant_hip_us import hip_image

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
MOST_CLICKS = 25


class Mouse:
    """Clicks as a person makes them, counted; moving with the Tab key counts as a click too."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def on(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    def into(self, selector: str, text: str) -> None:
        self.on(selector)
        self.page.keyboard.type(text)


def test_a_hip_question_takes_25_clicks_at_most_and_the_page_says_what_is_missing(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    study = phantom_study("hip-clicks")
    left, right = HipGeometry(alpha_deg=47, beta_deg=72), HipGeometry(alpha_deg=63, beta_deg=52)
    images = (
        hip_image(study, left, side="L", number=1),
        hip_image(study, right, side="R", number=2),
    )
    uid = write_phantom(iter(images), tmp_path)
    platform.run("import", str(tmp_path), "--hospital", "XNZX")
    county = Desk(browser, platform, "li")
    page, mouse = county.page, Mouse(county.page)
    mouse.on("nav a[href='/studies/']")
    mouse.on(f"a[href*='{uid}'], tr:has-text('P-hip-clicks') a")
    mouse.on("a[href^='/cases/new/'], form[action^='/cases/new/'] button, button:has-text('会诊')")
    if "/cases/new/" in page.url:
        mouse.on("main form button")
    page.wait_for_url(re.compile(r"/cases/\d+/"))
    lacking = page.locator("#lacking-box")
    expect(lacking).to_contain_text("写一句病史有助于判断。")
    expect(lacking).to_contain_text("未填体重。")
    mouse.into("#f-text", "左髋关节是否脱位？需要支具吗？")
    mouse.on("input[name=urgency][value=routine]")
    mouse.into("#f-provisional_diagnosis", "左髋发育不良？")
    mouse.on("input[name=confidence][value=unsure]")
    mouse.into("#f-history", "臀位产，左侧外展受限。")
    mouse.into("#f-weight_kg", "16.5")
    mouse.on("#f-measured_on")
    page.fill("#f-measured_on", "2026-03-01")
    mouse.on("#f-specialty")
    page.select_option("#f-specialty", "bone")
    expect(lacking).not_to_contain_text("写一句病史有助于判断。", timeout=15_000)
    expect(lacking).to_contain_text("未标关键图像。")
    county.shot("hip-01-before-sending", full=True)
    mouse.on("button[name=then][value=submit]")
    expect(page.locator("#asked + p")).to_contain_text("左髋关节是否脱位")
    county.shot("hip-02-sent")
    (SCREENS / "hip-clicks.txt").write_text(f"{mouse.clicks}\n")
    assert mouse.clicks <= MOST_CLICKS, mouse.clicks
    assert county.complaints == []
