"""A live room's still and clip in the viewer: the clip runs, the drawn scale gives millimetres."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, time

import pytest
from platform_ import CHROMIUM, Desk, Platform, painted
from playwright.sync_api import Browser, Page
from pydicom.dataset import Dataset

from tongying.dicom.phantoms.polyp_us import PolypFilm
from tongying.dicom.writers.calibrated_capture import DrawnScale, write_calibrated
from tongying.dicom.writers.study_context import ObjectIdentity, StudyContext
from tongying.dicom.writers.ultrasound_capture import Capture, write_clip, write_still
from tongying.kernel.ids import SeriesUid, SopUid, StudyUid, uid_of
from tongying.services.probe_video import jpeg_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
AT = datetime(2026, 3, 4, 10, 11, 12, tzinfo=UTC)
STUDY = uid_of("viewer/live-capture/study")
FILM = PolypFilm()
WITHIN = 0.05


def identity(series: str, number: int) -> ObjectIdentity:
    seed = f"viewer/live-capture/{series}"
    return ObjectIdentity(SeriesUid(uid_of(seed)), SopUid(uid_of(f"{seed}/1")), number)


def capture(series: str, number: int) -> Capture:
    context = StudyContext(
        patient_name="Zhao^Ming=赵^明",
        patient_id="P-live-capture",
        issuer="",
        birth_date=date(2022, 2, 3),
        sex="M",
        study_uid=StudyUid(STUDY),
        study_date=date(2026, 3, 4),
        study_time=time(10, 0),
        description="实时联合检查 Live joint examination",
    )
    return Capture(context, identity(series, number), AT, "咸宁中心医院", "李敏", series)


def objects() -> list[Dataset]:
    still = write_still(FILM.frame(0), capture("still", 1))
    jpegs = [jpeg_of(FILM.frame(index)) for index in range(FILM.count)]
    clip = write_clip(
        jpegs, [index * 40.0 + index % 3 for index in range(FILM.count)], capture("clip", 2)
    )
    scale = DrawnScale(FILM.mm_per_pixel, "陈志远, 江城儿童医院", AT, "scaled")
    return [still, clip, write_calibrated(still, scale, identity("scaled", 11))]


@pytest.fixture(scope="module")
def county(platform: Platform, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("live-capture")
    for number, dataset in enumerate(objects()):
        target = io.BytesIO()
        dataset.save_as(target, enforce_file_format=True)
        (folder / f"{number}.dcm").write_bytes(target.getvalue())
    platform.run("import", str(folder), "--hospital", "XNZX")
    return Desk(browser, platform, "li")


def opened(county: Desk, series: str) -> Page:
    wanted = identity(series, 1).series_uid
    county.open(f"/viewer/viewer?StudyInstanceUIDs={STUDY}&SeriesInstanceUIDs={wanted}")
    painted(county.page)
    county.page.wait_for_timeout(3000)
    return county.page


def measured(page: Page) -> str:
    """Draw a length over the polyp of the picture that fills the pane; return what is told."""
    page.locator("[data-cy=MeasurementTools-split-button-primary]").first.click()
    box = page.locator("[data-cy=viewport-pane] canvas").first.bounding_box()
    assert box is not None
    zoom = min(box["width"] / FILM.columns, box["height"] / FILM.rows)
    left = box["x"] + (box["width"] - FILM.columns * zoom) / 2
    top = box["y"] + (box["height"] - FILM.rows * zoom) / 2
    ends = [(left + x * FILM.columns * zoom, top + y * FILM.rows * zoom) for x, y in FILM.ends(0)]
    page.mouse.move(*ends[0])
    page.mouse.down()
    page.mouse.move((ends[0][0] + ends[1][0]) / 2, ends[0][1], steps=5)
    page.mouse.move(*ends[1], steps=5)
    page.mouse.up()
    page.wait_for_timeout(3000)
    if page.locator("[role=dialog]").count():
        page.keyboard.press("Enter")
    page.wait_for_timeout(2000)
    return " ".join(page.locator("svg text, svg tspan").all_text_contents())


def test_a_length_over_the_polyp_uses_the_drawn_scale(county: Desk) -> None:
    page = opened(county, "scaled")
    told = measured(page)
    county.shot("live-capture-scaled")
    found = re.search(r"(\d+(?:\.\d+)?) (cm|mm) US Region", told)
    assert found is not None, told
    millimetres = float(found[1]) * (10 if found[2] == "cm" else 1)
    assert abs(millimetres / FILM.polyp_mm - 1) < WITHIN


def test_without_a_scale_there_are_no_millimetres(county: Desk) -> None:
    page = opened(county, "still")
    told = measured(page)
    county.shot("live-capture-still")
    assert re.search(r"\d px", told), told
    assert not re.search(r"\d (cm|mm)", told), told


def frame_shown(page: Page) -> int:
    """Return which of the clip's frames the viewer says it shows."""
    found = re.search(rf"\((\d+)/{FILM.count}\)", page.locator("body").inner_text())
    return 0 if found is None else int(found[1])


def test_the_clip_opens_and_runs(county: Desk) -> None:
    page = opened(county, "clip")
    first = painted(page)
    assert frame_shown(page) == 1
    if not page.get_by_text("FPS").count():
        page.keyboard.press("c")
    page.get_by_text("FPS").wait_for()
    for _ in range(12):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(200)
    assert frame_shown(page) == 13
    page.wait_for_timeout(1000)
    later = painted(page)
    county.shot("live-capture-clip")
    assert (abs(first - later) > 40).mean() > 0.02, "another frame shows the same picture"
    bar = page.get_by_text("FPS").bounding_box()
    assert bar is not None
    page.mouse.click(bar["x"] - 74, bar["y"] + bar["height"] / 2)
    shown = set()
    for _ in range(30):
        shown.add(frame_shown(page))
        page.wait_for_timeout(100)
    county.shot("live-capture-running")
    assert len(shown) > 3, shown
    assert county.strangers() == []
