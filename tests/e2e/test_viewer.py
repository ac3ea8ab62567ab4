"""The viewer on whole series: fused PET/CT, three planes, measurements that come back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from platform_ import CHROMIUM, Desk, Platform, canvas_pixels, painted, phantom_study, write_phantom
from playwright.sync_api import Browser, expect

from tongying.dicom.phantoms.brain_mr import brain_mr
from tongying.dicom.phantoms.pet_ct import pet_ct

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


COLOURED = 0.001
"""Share of the screen that is coloured when uptake is laid over the CT; grey images give none."""


def test_pet_ct_opens_fused(platform: Platform, browser: Browser, tmp_path: Path) -> None:
    study = write_phantom(pet_ct(phantom_study("fused")), tmp_path)
    platform.run("import", str(tmp_path), "--hospital", "XNZX")
    county = Desk(browser, platform, "li")
    county.open(f"/studies/{study}/")
    link = county.page.locator("a[href*='/viewer/viewer']").first.get_attribute("href")
    assert link is not None and "tongying.petct" in link
    county.open(link)
    painted(county.page)
    coloured = 0.0
    for _ in range(60):
        pixels = canvas_pixels(county.page)
        coloured = float((pixels.max(axis=2) - pixels.min(axis=2) > 40).mean())
        if coloured > COLOURED:
            break
        county.page.wait_for_timeout(1000)
    county.shot("viewer-petct-phantom")
    assert coloured > COLOURED, "the PET is not laid over the CT in colour"
    series = {
        url.partition("/series/")[2].partition("/")[0]
        for url in county.requests
        if "/frames/" in url
    }
    assert len(series) == 2
    assert county.strangers() == []
    assert county.complaints == []


def test_measurement_comes_back_to_the_case(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    study = write_phantom(brain_mr(phantom_study("measured"), ventricle_scale=1.9), tmp_path)
    platform.run("import", str(tmp_path), "--hospital", "XNZX")
    case = _being_read(platform, study)
    expert = Desk(browser, platform, "chen")
    expert.open(f"/cases/{case}/")
    link = expert.page.locator("#open-viewer").get_attribute("href")
    assert link is not None and "tongying.mr3plane" in link
    expert.open(link)
    page = expert.page
    painted(page)
    page.wait_for_timeout(4000)
    expert.shot("viewer-mr-planes")
    page.locator("[data-cy=MeasurementTools-split-button-primary]").first.click()
    box = page.locator("[data-cy=viewport-pane]").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 80, y)
    page.mouse.down()
    page.mouse.move(x, y + 20, steps=5)
    page.mouse.move(x + 80, y + 40, steps=5)
    page.mouse.up()
    # The viewer asks at once what was drawn; Enter takes the first of the names that fit.
    expect(page.locator("[role=dialog]")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(1000)
    page.keyboard.press("Enter")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    create = page.locator('button:has-text("Create SR")').first
    if not create.is_visible():
        page.locator("[data-cy=trackedMeasurements-btn]").first.click()
    create.click(timeout=20_000)
    dialog = page.locator("[role=dialog]")
    dialog.locator("input").first.fill("脑室间距")
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and "/dicomweb/studies" in answer.url,
        timeout=60_000,
    ) as stored:
        dialog.locator('button:has-text("Save"), button:has-text("保存")').first.click()
    assert stored.value.status == 200, stored.value.text()
    expert.shot("viewer-saved")
    expert.open(f"/cases/{case}/")
    expect(page.locator("ul.derived")).to_contain_text(re.compile("SR"))
    expert.shot("case-with-measurement", full=True)
    county = Desk(browser, platform, "li")
    county.open(f"/cases/{case}/")
    expect(county.page.locator("ul.derived")).to_contain_text("SR")


def _being_read(platform: Platform, study: str) -> int:
    """Ask about a study, assign, accept: by the JSON interface, as machines would."""
    case = platform.api("li", "POST", "/api/cases", {"study": study})["id"]  # type: ignore[index]
    question = {"text": "脑室是否增宽？", "urgency": "routine", "confidence": "unsure"}
    platform.api("li", "PUT", f"/api/cases/{case}/question", question)
    platform.api("li", "POST", f"/api/cases/{case}/moves/submit", {})
    chen = platform.api("chen", "GET", "/api/me")["id"]  # type: ignore[index]
    # Whom the desk would propose depends on who else is on this platform by now: say why.
    assignment = {"assignee": chen, "reason": "神经影像专长"}
    platform.api("zhou", "POST", f"/api/cases/{case}/moves/assign", assignment)
    platform.api("chen", "POST", f"/api/cases/{case}/moves/accept", {})
    return int(case)
