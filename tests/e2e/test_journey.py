"""A county study comes back as an expert's signed opinion: the whole way, in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from platform_ import CHROMIUM, Desk, Platform, follow, painted, phantom_study, write_phantom
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tongying.dicom.phantoms.brain_mr import brain_mr

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "mr_brain_sella"
QUESTION = "鞍区有无占位？身材矮小是否需要转诊？"
ANSWER = "鞍区未见占位，垂体形态与年龄相符，暂不需转诊。"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real multi-slice MR where the shared data are there, else the phantom made in code."""
    if SHARED.is_dir():
        return SHARED
    folder = tmp_path_factory.mktemp("phantom")
    write_phantom(brain_mr(phantom_study("journey"), ventricle_scale=1.0), folder)
    return folder


def test_journey(platform: Platform, browser: Browser, images: Path) -> None:
    county = Desk(browser, platform, "li")
    county.shot("journey-01-empty-worklist")
    case_path = _ask(county, images)
    _assign(Desk(browser, platform, "zhou"), case_path)
    expert = Desk(browser, platform, "chen")
    _read(expert, case_path)
    _sign(expert, case_path)
    _receive(county, case_path)
    stranger = Desk(browser, platform, "he")
    stranger.open(case_path)
    expect(stranger.page.locator("body")).not_to_contain_text(QUESTION)
    for desk in (county, expert, stranger):
        assert desk.strangers() == []
        assert desk.complaints == []
    _leaves_as_fhir_and_dicom(platform)


def _ask(county: Desk, images: Path) -> str:
    page = county.page
    county.open("/upload/")
    page.set_input_files("#pick-folder", str(images))
    ask = page.locator(".found form button")
    ask.wait_for(timeout=120_000)
    expect(page.locator("#p-state")).to_have_text(re.compile("已|arrived|全部"), timeout=120_000)
    county.shot("journey-02-uploaded")
    ask.click()
    page.wait_for_url(re.compile(r"/cases/\d+/"))
    page.fill("#f-text", QUESTION)
    page.check("input[name=urgency][value=urgent]", force=True)
    page.fill("#f-provisional_diagnosis", "垂体微腺瘤？")
    page.check("input[name=confidence][value=unsure]", force=True)
    page.fill("#f-history", "身高低于同龄 2 SD，生长激素激发试验待查。")
    page.fill("#f-weight_kg", "15.8")
    page.fill("#f-height_cm", "100")
    page.fill("#f-measured_on", "2026-01-05")
    county.shot("journey-03-question", full=True)
    follow(page, page.locator("button[name=then][value=submit]"))
    expect(page.locator("#asked + p")).to_have_text(QUESTION)
    county.shot("journey-04-asked")
    return "/" + page.url.split("/", 3)[3].partition("?")[0].partition("#")[0]


def _assign(desk: Desk, case_path: str) -> None:
    desk.shot("journey-05-desk-worklist")
    expect(desk.page.locator("body")).to_contain_text(QUESTION[:8])
    desk.open(case_path)
    assert desk.page.locator("input[name=assignee]:checked").count() == 1
    chosen = desk.page.locator(".desk-card label.expert", has_text="陈志远")
    chosen.locator("input[type=radio]").check()
    desk.page.fill("#override", "神经影像专长")
    follow(desk.page, desk.page.locator("form[action$='/moves/assign/'] button").first)
    expect(desk.page.locator("body")).to_contain_text("陈志远")
    desk.shot("journey-06-assigned")


def _read(expert: Desk, case_path: str) -> None:
    page = expert.page
    expert.shot("journey-07-expert-worklist")
    expert.open(case_path)
    page.locator("form[action$='/moves/accept/'] button").click()
    page.locator("#f-answer").wait_for()
    expert.shot("journey-08-reading")
    link = page.locator("#open-viewer").get_attribute("href")
    assert link is not None and link.startswith("/viewer/")
    expert.open(link)
    pixels = painted(page)
    page.wait_for_timeout(3000)
    expert.shot("journey-09-viewer")
    assert len(np.unique(pixels.mean(axis=2).round())) > 60, "too few grey values for an image"
    study = re.search(r"StudyInstanceUIDs=([0-9.]+)", link)
    assert study is not None
    frames = [url for url in expert.requests if "/frames/" in url]
    assert frames and all(f"/studies/{study[1]}" in url for url in frames)
    assert len({url.partition("/series/")[2].partition("/")[0] for url in frames}) >= 1


def _sign(expert: Desk, case_path: str) -> None:
    page = expert.page
    expert.open(case_path)
    page.fill("#f-answer", ANSWER)
    page.fill("#f-findings", "垂体高约 4 mm，信号均匀，垂体柄居中。视交叉未受压。")
    page.fill("#f-advice", "三个月后复查生长曲线；生长激素激发试验异常时再行增强。")
    expect(page.locator("#opinion .saved")).not_to_be_empty(timeout=15_000)
    page.locator("#opinion button[data-send]").click()
    confirm = page.locator("form.ask button.btn:not(.btn-quiet)")
    confirm.wait_for()
    expert.shot("journey-10-sign")
    follow(page, confirm)
    expect(page.locator(".answer")).to_contain_text(ANSWER)
    page.locator("a[href$='/pdf-zh/']").wait_for(timeout=60_000)
    expert.shot("journey-11-signed", full=True)


def _receive(county: Desk, case_path: str) -> None:
    page = county.page
    county.open(case_path)
    expect(page.locator(".answer")).to_contain_text(ANSWER)
    with page.expect_download() as downloading:
        page.evaluate(
            "() => { const a = document.querySelector(\"a[href$='/pdf-zh/']\");"
            " a.setAttribute('download', 'opinion.pdf'); a.click(); }"
        )
    pdf = PdfReader(downloading.value.path())
    text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "").replace(" ", "")
    assert ANSWER.replace(" ", "") in text
    assert text.index(ANSWER[:8]) < text.index("垂体高约")
    county.open(case_path)
    follow(page, page.locator("form[action$='/moves/acknowledge/'] button").first)
    county.shot("journey-12-acknowledged", full=True)
    expect(page.locator("form[action$='/moves/acknowledge/']")).to_have_count(0)


def _leaves_as_fhir_and_dicom(platform: Platform) -> None:
    report = platform.api("li", "GET", "/fhir/DiagnosticReport?status=final")
    conclusions = [one["resource"]["conclusion"] for one in report["entry"]]  # type: ignore[index]
    assert any(one.startswith(ANSWER) for one in conclusions)
    series = platform.api("li", "GET", "/dicomweb/series")
    modalities = {one["00080060"]["Value"][0] for one in series}  # type: ignore[attr-defined]
    assert {"SR", "DOC"} <= modalities
    assert json.loads(platform.run("verify", "--json"))["sound"]
