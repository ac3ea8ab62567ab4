"""A hip question on its pathway: suggested, answered by the county, reported by the expert."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from platform_ import CHROMIUM, Desk, Platform, phantom_study, write_phantom
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
HIPS = "发育性髋关节发育不良"


def test_a_hip_question_is_reported_on_its_pathway(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    study = phantom_study("hip-pathway")
    infant = replace(study.child, birth_date=date(2025, 12, 14), weight_kg=5.1, size_m=0.57)
    study = replace(study, child=infant)
    left, right = HipGeometry(alpha_deg=52, beta_deg=70), HipGeometry(alpha_deg=63, beta_deg=52)
    images = (
        hip_image(study, left, side="L", number=1),
        hip_image(study, right, side="R", number=2),
    )
    uid = write_phantom(iter(images), tmp_path)
    platform.run("import", str(tmp_path), "--hospital", "XNZX")
    case = platform.api("li", "POST", "/api/cases", {"study": uid})["id"]  # type: ignore[index]
    _ask(Desk(browser, platform, "li"), case)
    platform.api("li", "POST", f"/api/cases/{case}/moves/submit", {})
    chen = platform.api("chen", "GET", "/api/me")["id"]  # type: ignore[index]
    assignment = {"assignee": chen, "reason": "当班"}
    platform.api("zhou", "POST", f"/api/cases/{case}/moves/assign", assignment)
    platform.api("chen", "POST", f"/api/cases/{case}/moves/accept", {})
    for side, alpha in (("R", 63.0), ("L", 52.0)):
        entry = {"study": uid, "measure": "graf-alpha", "value": alpha, "unit": "deg", "side": side}
        platform.api("chen", "POST", "/api/measurements", entry | {"case": case})
    expert = Desk(browser, platform, "chen")
    _report(expert, case)
    assert expert.complaints == []


def _ask(county: Desk, case: int) -> None:
    """Type the question: the pathway is suggested, chosen, and says what it still needs."""
    county.open(f"/cases/{case}/")
    page = county.page
    page.fill("#f-text", "左髋弹响，髋关节是否发育不良？")
    page.locator("label.choice:has(input[name=urgency][value=routine])").click()
    with page.expect_response(lambda response: response.url.endswith(f"/cases/{case}/question/")):
        page.locator("label.choice:has(input[name=confidence][value=unsure])").click()
    suggested = page.locator("#pathway button", has_text=HIPS)
    expect(suggested).to_be_visible()
    suggested.click()
    page.wait_for_url(f"**/cases/{case}/pathway/")
    expect(page.locator("#pathway-intake")).to_contain_text("是否臀位")
    with _saved(page, "intake"):
        page.locator('label.choice:has(input[name="a-breech"][value=yes])').click()
    expect(page.locator("#pathway-intake")).not_to_contain_text("是否臀位")
    expect(page.locator('label.choice:has(input[name="a-breech"][value=yes])')).to_be_visible()
    expect(page.locator("#report")).not_to_contain_text("α角")
    county.shot("pathway-01-asked", full=True)
    assert county.complaints == []


def _report(expert: Desk, case: int) -> None:
    """Fill in what is normal with one key, change one side, write it into the opinion."""
    expert.open(f"/cases/{case}/")
    page = expert.page
    page.keyboard.press("p")
    page.wait_for_url(f"**/cases/{case}/pathway/")
    report = page.locator("#report")
    expect(report.locator('[data-cell="a-alpha.L"]')).to_contain_text("52")
    with _saved(page, "report"):
        page.keyboard.press("n")
    expect(report.locator('input[name="a-plane.R"][value=standard]')).to_be_checked()
    with _saved(page, "report"):
        page.select_option('select[name="a-conclusion.L"]', "dislocated")
    expect(page.locator("#pathway-critical .spoken")).to_contain_text("髋关节脱位")
    expect(page.locator("#pathway-preview")).to_contain_text("左髋：髋关节脱位")
    expert.shot("pathway-02-report", full=True)
    page.reload()
    expect(report.locator('select[name="a-conclusion.L"]')).to_have_value("dislocated")
    page.keyboard.press("i")
    page.wait_for_url(f"**/cases/{case}/#opinion")
    assert "左髋：髋关节脱位" in page.input_value("#f-findings")
    expert.shot("pathway-03-opinion", full=True)


def _saved(page: Page, part: str):  # type: ignore[no-untyped-def] # playwright's own context
    return page.expect_response(
        lambda response: f"/pathway/{part}/" in response.url and response.status == 200
    )
