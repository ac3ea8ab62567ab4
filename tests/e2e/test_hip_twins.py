"""Twin girls of eight weeks: both hips drawn in the viewer, measured and written on the case."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from platform_ import CHROMIUM, Desk, Platform, follow, painted, write_phantom
from playwright.sync_api import Browser, Page, expect

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_cine, bowel_truth
from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy
from tongying.dicom.phantoms.hip_geometry import HipGeometry
from tongying.dicom.phantoms.infant_hip_us import HipTruth, hip_image, hip_truth
from tongying.measure.plane import Point

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
HIPS = {"R": HipGeometry(alpha_deg=63, beta_deg=52), "L": HipGeometry(alpha_deg=53, beta_deg=68)}
SCRIPTS = Path(sysconfig.get_path("scripts"))
DEGREES = 2.0
"""What a hand with a mouse may be off, as the issue asks of the real hips."""
MILLIMETRES = 1.0
WAIT_SECONDS = 20
"""Beside the rest of the tests; `bench/drawn_to_shown.py` measures it."""
WORDS = {"R": "右", "L": "左"}
READY = """(series) => typeof cornerstone !== "undefined" && series.every((uid) => cornerstone
  .getEnabledElements()
  .some((one) => one.viewport.getCurrentImageId()?.includes(uid)))"""
ON_SCREEN = """([series, points]) => {
  const { viewport } = cornerstone
    .getEnabledElements()
    .find((one) => one.viewport.getCurrentImageId().includes(series));
  services.viewportGridService.setActiveViewportId(viewport.id);
  const box = viewport.element.getBoundingClientRect();
  return points.map(([x, y]) => {
    const [left, top] = viewport.worldToCanvas([x, y, 0]);
    return [box.left + left, box.top + top];
  });
}"""


@dataclass(frozen=True)
class Line:
    """A line on an image, and the label that the viewer should offer first for it."""

    series: str
    points: list[Point]
    label: str


@dataclass(frozen=True)
class Scene:
    """What is drawn in a case, and what the case should show of it."""

    case: int
    study: str
    pathway: str
    lines: list[Line]
    shows: re.Pattern[str]
    count: int


def a_child(name: str, study: str, born: date) -> PhantomStudy:
    child = PhantomChild(f"P-{study}", name, born, "F", weight_kg=4.6, size_m=0.56)
    return PhantomStudy(
        child=child,
        seed=study,
        at=datetime(2026, 3, 1, 9, 30),  # noqa: DTZ001 - DICOM's local time
        description="超声检查",
        institution="咸宁中心医院",
    )


def being_read(platform: Platform, study: str, text: str) -> int:
    case = platform.api("li", "POST", "/api/cases", {"study": study})["id"]  # type: ignore[index]
    question = {"text": text, "urgency": "routine", "confidence": "unsure"}
    platform.api("li", "PUT", f"/api/cases/{case}/question", question)
    platform.api("li", "POST", f"/api/cases/{case}/moves/submit", {})
    chen = platform.api("chen", "GET", "/api/me")["id"]  # type: ignore[index]
    assignment = {"assignee": chen, "reason": "小儿超声专长"}
    platform.api("zhou", "POST", f"/api/cases/{case}/moves/assign", assignment)
    platform.api("chen", "POST", f"/api/cases/{case}/moves/accept", {})
    return int(case)


def draw(page: Page, line: Line) -> None:
    """Draw a line with the mouse and take the label that is offered first."""
    start, end = page.evaluate(ON_SCREEN, [line.series, [list(point) for point in line.points]])
    page.locator("[data-cy=MeasurementTools-split-button-primary]").first.click()
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    first = page.locator("[cmdk-item]").first
    expect(first).to_have_text(line.label)
    page.keyboard.press("Enter")
    expect(page.locator("[cmdk-item]")).to_have_count(0)


def save(page: Page, name: str) -> None:
    """Save what is drawn as a report."""
    create = page.locator('button:has-text("Create SR")').first
    if not create.is_visible():
        page.locator("[data-cy=trackedMeasurements-btn]").first.click()
    create.click()
    dialog = page.locator("[role=dialog]")
    dialog.locator("input").first.fill(name)
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and "/dicomweb/studies" in answer.url,
        timeout=60_000,
    ) as stored:
        dialog.locator('button:has-text("Save"), button:has-text("保存")').first.click()
    assert stored.value.status == 200, stored.value.text()


def measured(platform: Platform, case: int) -> list[dict[str, Any]]:
    """Return what the case holds, as a machine would ask."""
    said: Any = platform.api("chen", "GET", f"/api/measurements?case={case}")
    return list(said["items"])


def reports_of(page: Page, url: str, study: str, folder: Path) -> list[Path]:
    """Return the study's structured reports as files, by DICOMweb as another program would."""
    base = f"{url}/dicomweb/studies/{study}"
    found = page.request.get(
        f"{base}/instances?Modality=SR", headers={"Accept": "application/json"}
    )
    paths = []
    for number, one in enumerate(found.json()):
        series, sop = (one[tag]["Value"][0] for tag in ("0020000E", "00080018"))
        answer = page.request.get(
            f"{base}/series/{series}/instances/{sop}",
            headers={"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'},
        )
        part = answer.body().partition(b"\r\n\r\n")[2]
        path = folder / f"report-{number}.dcm"
        path.write_bytes(part[: part.rindex(b"\r\n--")])
        paths.append(path)
    return paths


def check_reports(paths: list[Path]) -> None:
    """Let two programs that are not ours judge the reports."""
    for path in paths:
        said = subprocess.run(
            [SCRIPTS / "dciodvfy", "-new", path], capture_output=True, text=True, check=False
        )
        errors = [line for line in said.stderr.splitlines() if line.startswith("Error")]
        assert errors == [], (path, errors)
        target = path.with_suffix(".json")
        read = subprocess.run(
            [SCRIPTS / "tid1500reader", "--inputDICOM", path, "--outputMetadata", target],
            capture_output=True,
            text=True,
            check=False,
        )
        assert read.returncode == 0, read.stderr
        assert '"measurementItems"' in target.read_text()


def lines_of(truth: HipTruth) -> list[tuple[str, list[Point]]]:
    """Each line begins away from the rim, where the others' ends would be taken hold of."""
    return [
        ("基线", list(truth.ilium)),
        ("骨顶线", list(reversed(truth.bony_roof))),
        ("软骨顶线", list(reversed(truth.cartilage_roof))),
    ]


def test_the_hips_of_twins_from_the_viewer_into_the_opinion(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    for name, chinese, sides in (("Da", "大宝", "RL"), ("Xiao", "小宝", "L")):
        twin = a_child(f"Li^{name}=李^{chinese}", f"twin-{name}", date(2026, 1, 4))
        images = {
            side: hip_image(twin, HIPS[side], side=side, number=number)
            for number, side in enumerate("RL", 1)
        }
        folder = tmp_path / name
        folder.mkdir()
        study = write_phantom(iter(images.values()), folder)
        platform.run("import", str(folder), "--hospital", "XNZX")
        case = being_read(platform, study, "双胎女婴，髋关节发育是否正常？")
        lines = [
            Line(
                str(images[side].SeriesInstanceUID),
                points,
                f"髋关节超声 Graf 法 · {step} {WORDS[side]}",
            )
            for side in sides
            for step, points in lines_of(hip_truth(HIPS[side]))
        ]
        scene = Scene(case, study, "hip-dysplasia", lines, re.compile("α"), len(sides))
        play(platform, browser, scene, folder)
        found = measured(platform, case)
        alphas = {one["side"]: one["value"] for one in found if one["measure"] == "graf-alpha"}
        assert set(alphas) == set(sides)
        for side in sides:
            assert abs(alphas[side] - HIPS[side].alpha_deg) <= DEGREES, alphas


def test_the_polyp_of_the_story_from_the_viewer_into_the_opinion(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    truth = bowel_truth(Bowel())
    cine = bowel_cine(a_child("Wen^Wen=文^文", "polyp", date(2022, 2, 3)), Bowel(), number=1)
    study = write_phantom(iter([cine]), tmp_path)
    platform.run("import", str(tmp_path), "--hospital", "XNZX")
    case = being_read(platform, study, "反复肠套叠，是否有息肉？")
    line = Line(str(cine.SeriesInstanceUID), list(truth.ends), "息肉最大径")
    scene = Scene(case, study, "intussusception-polyp", [line], re.compile("息肉"), 1)
    play(platform, browser, scene, tmp_path)
    (found,) = measured(platform, case)
    assert found["unit"] == "mm"
    assert abs(found["value"] - truth.polyp_mm) <= MILLIMETRES


def play(platform: Platform, browser: Browser, scene: Scene, folder: Path) -> None:
    """Draw and save in the viewer; see it on the open case, put it into the opinion, report it."""
    expert = Desk(browser, platform, "chen")
    watched = expert.page
    expert.open(f"/cases/{scene.case}/")
    page = expert.context.new_page()
    page.goto(
        f"{platform.url}/viewer/viewer?StudyInstanceUIDs={scene.study}"
        f"&hangingProtocolId=tongying.pathway.{scene.pathway}"
    )
    painted(page)
    page.wait_for_function(READY, arg=[line.series for line in scene.lines], timeout=120_000)
    page.wait_for_timeout(1500)  # the layout comes to rest
    for line in scene.lines:
        draw(page, line)
    picture = expert.shot(f"drawn-{scene.pathway}-{scene.case}-case")
    page.screenshot(path=str(picture.with_name(f"drawn-{scene.pathway}-{scene.case}-viewer.png")))
    save(page, "测量")
    # A page in the background is not asked for news; whoever looks at it sees them at once.
    watched.bring_to_front()
    shown = watched.locator("#measured-box .measure-line", has_text=scene.shows)
    expect(shown).to_have_count(scene.count, timeout=WAIT_SECONDS * 1000)
    expert.shot(f"drawn-{scene.pathway}-{scene.case}-case", full=True)
    shown.first.locator("details summary").click()
    follow(watched, shown.first.get_by_role("button", name="写入意见"))
    expect(watched.locator("textarea[name=findings]")).to_have_value(scene.shows)
    shown.first.locator("details summary").click()
    follow(watched, shown.first.get_by_role("button", name="保存为 DICOM 报告"))
    expert.shot(f"drawn-{scene.pathway}-{scene.case}-opinion", full=True)
    reports = reports_of(watched, platform.url, scene.study, folder)
    assert len(reports) == len(("the viewer's", "ours"))
    check_reports(reports)
    assert expert.complaints == []
    expert.context.close()
