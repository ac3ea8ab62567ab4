"""The story of source C with the live examination itself, in three browsers.

The county's probe is a film made by code with a polyp of exactly 15 mm. Expert and surgeon see it
live, the picture is frozen, the polyp marked and measured, the panel concludes, the child is
referred, and the outcome comes home, all within the promise.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import live_people as live
import pytest
import story_ as story
from platform_ import CHROMIUM, PASSWORD, Desk, Platform, painted
from playwright.sync_api import expect, sync_playwright
from story_ import People

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_cine
from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy
from tongying.dicom.phantoms.polyp_us import PolypFilm
from tongying.services.probe_video import write_probe_video

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.server,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
TOOL = Path(sys.executable).with_name("dciodvfy")
FILM = PolypFilm(polyp_mm=15.0)
POLYP_MM = 15.0


@pytest.fixture(scope="module")
def people(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    for login, name, field in (("lu", "陆超", "超声"), ("pang", "庞外", "普外科")):
        platform.run(
            *("user", "add", login, "--role", "expert", "--hospital", "WHCH"),
            *("--name", name, "--title", "主任医师", "--sub-specialty", field, "--password-stdin"),
            stdin=PASSWORD + "\n",
        )
    probe = tmp_path_factory.mktemp("probe") / "polyp.mjpeg"
    write_probe_video(probe, FILM, 8.0)
    logins = ("li", "lu", "pang", "zhou")
    with (
        sync_playwright() as playwright,
        live.desks(playwright.chromium, platform, logins, probe) as desks,
    ):
        county, sonographer, surgeon, desk = desks
        yield People(county=county, desk=desk, sonographer=sonographer, surgeon=surgeon)


@pytest.fixture(scope="module")
def study_uid(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The county's own examination, which shows no cause."""
    today = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - DICOM's local time
    folder = tmp_path_factory.mktemp("visit")
    study = PhantomStudy(
        child=PhantomChild(
            "WW-9", "Wen^Xiaowen=闻^小文", today.date() - timedelta(days=1905), "M", 18.2, 1.1
        ),
        seed="source-c/live",
        at=today,
        description="腹部超声",
        institution="咸宁中心医院",
    )
    clip = bowel_cine(study, Bowel(with_polyp=False), number=1)
    clip.save_as(folder / "1.dcm", enforce_file_format=True)
    platform.run("import", str(folder), "--hospital", "XNZX")
    return str(clip.StudyInstanceUID)


def test_the_live_examination_from_question_to_outcome(
    platform: Platform, people: People, study_uid: str, tmp_path: Path
) -> None:
    path = story.ask(people.county, study_uid)
    story.assign(people.desk, path)
    story.open_panel(people.sonographer, path)
    room = _open(people, path)
    _consent(people.county)
    _show(people)
    _plane(people)
    _freeze(people, room)
    _scale_and_measure(people, room)
    _surgeon_points(people)
    _clip(people, room)
    _report(people.sonographer, room)
    _is_valid_dicom(people.sonographer, room, tmp_path)
    story.separate_opinions(people, path)
    story.conclude(people, path)
    story.sign(people.sonographer, path)
    _on_paper(people.county, path)
    story.county_reads(people.county, path)
    _is_over(people, room, path)
    referral = story.refer(people.county, path)
    story.receive(people.desk, referral)
    story.outcome(people.desk, referral)
    story.home(people, path, referral)
    story.clocks_and_audit(platform, path)
    _audited(platform, room)
    for desk in (people.county, people.desk, people.sonographer, people.surgeon):
        assert [one for one in desk.strangers() if not one.startswith("ws://127.0.0.1")] == []
        assert desk.complaints == []


def _open(people: People, path: str) -> str:
    county = people.county
    county.open(path)
    county.page.locator("#open-room").click()
    live.opened(county)
    room = "/" + county.page.url.split("/", 3)[3]
    live.enter(people.sonographer, path)
    people.surgeon.open(room)
    expect(people.surgeon.page.locator("body")).not_to_contain_text("闻小文")  # not invited yet
    county.page.locator("[data-room=invite]").click()
    line = county.page.locator("[data-room=invitees] li", has_text="庞外")
    line.locator("button").click()
    expect(line).to_have_count(0)
    county.page.keyboard.press("Escape")
    live.enter(people.surgeon, path)
    for desk in (county, people.sonographer, people.surgeon):
        names = desk.page.locator("[data-room=people]")
        for name in ("李敏", "陆超", "庞外"):
            expect(names).to_contain_text(name)
    return room


def _consent(county: Desk) -> None:
    page = county.page
    expect(page.locator("[data-room=camera]")).to_be_disabled()
    page.locator("[data-room=consent-state] button").click()
    page.fill("#room-consent input[name=guardian]", "闻建国")
    page.select_option("#room-consent select[name=relation]", "father")
    page.check("#room-consent input[name=recording]")
    county.shot("live-01-consent")
    page.locator("#room-consent .dialog-foot button.btn:not(.btn-danger)").click()
    expect(page.locator("[data-room=camera]")).to_be_enabled()


def _show(people: People) -> None:
    county = people.county.page
    county.select_option("[data-room=camera-source]", "capture")
    county.locator("[data-room=camera]").click()
    for desk in (people.sonographer, people.surgeon):
        desk.page.wait_for_function(
            "() => { const one = document.querySelector('[data-room=live]');"
            " return !one.hidden && one.videoWidth > 0 && one.currentTime > 0.5 }",
            timeout=60_000,
        )
        expect(desk.page.locator("[data-room=quality]")).to_contain_text(re.compile(r"\d"))
    people.county.shot("live-02-county")
    people.sonographer.shot("live-03-expert")


def _plane(people: People) -> None:
    expert, county = people.sonographer.page, people.county.page
    expert.locator("[data-room=plane-choices] button").first.click()
    asked = county.locator("[data-room=planes-asked] li").first
    expect(asked).to_contain_text("陆超")
    asked.locator("button").click()
    expect(expert.locator("[data-room=planes-asked] li")).to_have_count(0)
    expert.fill("#lr-text", "请保持，回盲部见靶环征。")
    expert.press("#lr-text", "Enter")
    for desk in (people.county, people.surgeon):
        expect(desk.page.locator("[data-room=chat]")).to_contain_text("回盲部见靶环征")


def _freeze(people: People, room: str) -> None:
    people.sonographer.page.locator("[data-room=freeze]").click()
    for desk in (people.sonographer, people.surgeon, people.county):
        still = desk.page.locator("[data-room=picture]")
        expect(still).to_be_visible()
        expect(still).to_have_attribute("src", re.compile(r"/pictures/still/1/"))
    pixels = live.picture(people.sonographer, room, "still/1")
    assert pixels.shape[:2] == (FILM.rows, FILM.columns)


def _scale_and_measure(people: People, room: str) -> None:
    """Without a scale no millimetres; with it the polyp's 15 mm within 5 %."""
    expert = people.sonographer
    page = expert.page
    shown = FILM.shown(live.picture(expert, room, "still/1"))
    start, end = FILM.ends(shown)
    live.draw(page, "measure", start, end)
    notes = page.locator("[data-room=notes]")
    page.locator("#tab-notes").click()
    expect(notes).to_contain_text("不给毫米数")
    page.keyboard.press("Escape")
    zero, deep, mm = FILM.scale()
    live.draw(page, "scale", zero, deep)
    page.fill("[data-room=ask-value]", f"{mm:g}")
    page.locator("[data-room=ask-ok]").click()
    expect(page.locator("[data-room=scale]")).not_to_have_class(re.compile("lacking"))
    live.draw(page, "measure", start, end)
    expect(notes).to_contain_text(re.compile(r"1[45]\.\d mm"))
    lengths = [one["body"]["mm"] for one in live.events(expert, room, "measure")]  # type: ignore[index]
    assert lengths[0] is None
    assert abs(lengths[-1] - POLYP_MM) <= 0.05 * POLYP_MM
    expert.shot("live-04-measured")


def _surgeon_points(people: People) -> None:
    page = people.surgeon.page
    before = int(people.county.page.locator("[data-room=board]").get_attribute("data-marks") or 0)
    live.draw(page, "arrow", (0.2, 0.2), (0.4, 0.35))
    page.fill("#lr-text", "此处蒂部，可腹腔镜切除。")
    page.press("#lr-text", "Enter")
    board = people.county.page.locator("[data-room=board]")
    expect(board).to_have_attribute("data-marks", str(before + 1))
    expect(people.county.page.locator("[data-room=chat]")).to_contain_text("腹腔镜")
    people.county.shot("live-05-drawn")


def _clip(people: People, room: str) -> None:
    county = people.county.page
    county.select_option("[data-room=clip-seconds]", "5")
    county.locator("[data-room=clip]").click()
    expect(people.surgeon.page.locator("[data-room=thumbs] li")).to_have_count(3, timeout=120_000)
    (clip,) = live.events(people.county, room, "clip")
    # How many frames there are is the machine's; that they span the seconds is ours.
    assert clip["body"]["frames"] >= 2  # type: ignore[index]
    assert clip["body"]["seconds"] >= 3  # type: ignore[index]
    people.surgeon.shot("live-06-clip")


def _report(expert: Desk, room: str) -> None:
    page = expert.page
    page.locator("#tab-notes").click()
    page.locator("[data-room=report] button").first.click()
    expect(page.locator("[data-room=chat]")).to_contain_text("结构化报告")
    (told,) = live.events(expert, room, "reported")
    assert told["body"]["measurements"] >= 1  # type: ignore[index]


def _is_valid_dicom(expert: Desk, room: str, folder: Path) -> None:
    """Clip and still pass dciodvfy, and OHIF opens the clip."""
    (clip,) = live.events(expert, room, "clip")
    (still,) = live.events(expert, room, "still")
    for name, told in (("clip", clip["body"]), ("still", still["body"])):
        where = f"/dicomweb/studies/{told['study']}/series/{told['series']}"  # type: ignore[index]
        answer = expert.page.request.get(
            f"{expert.platform.url}{where}/instances/{told['sop']}",  # type: ignore[index]
            headers={"Accept": "multipart/related; type=application/dicom; transfer-syntax=*"},
        )
        assert answer.ok, answer.status
        raw = answer.body()
        start = raw.index(b"DICM") - 128
        boundary = (
            b"\r\n--" + answer.headers["content-type"].split("boundary=")[1].strip('"').encode()
        )
        file = folder / f"{name}.dcm"
        file.write_bytes(raw[start : raw.rindex(boundary)])
        checked = subprocess.run([TOOL, file], capture_output=True, text=True, check=False)
        assert "Error" not in checked.stderr, checked.stderr
    page = expert.context.new_page()
    study, series = clip["body"]["study"], clip["body"]["series"]  # type: ignore[index]
    page.goto(
        f"{expert.platform.url}/viewer/viewer?StudyInstanceUIDs={study}"
        f"&initialSeriesInstanceUID={series}&hangingProtocolId=tongying.us"
    )
    assert painted(page).std() > 15
    page.screenshot(path=str(expert.shot("live-07-room").with_name("live-07-ohif.png")))
    page.close()


def _on_paper(county: Desk, path: str) -> None:
    county.open(path)
    href = county.page.locator("a[href$='/pdf-zh/']").first.get_attribute("href")
    text = story.pdf_text(county, str(href))
    for words in ("实时联合检查", "陆超", "庞外", "静态图1幅", "动态图1段"):
        assert words in text, words
    assert re.search(r"1[45]\.\dmm", text)


def _is_over(people: People, room: str, path: str) -> None:
    """The link died with the case; the record is there for everybody on it."""
    for desk in (people.sonographer, people.surgeon, people.county):
        answer = desk.page.request.get(desk.platform.url + room)
        assert answer.status == 404
    people.county.open(path)
    people.county.page.locator("#rooms .room-list a").first.click()
    body = people.county.page.locator("body")
    for words in ("回盲部见靶环征", "腹腔镜", "闻建国", "mm"):
        expect(body).to_contain_text(words)
    people.county.shot("live-08-record", full=True)


def _audited(platform: Platform, room: str) -> None:
    code = room.strip("/").rpartition("/")[2]
    with closing(sqlite3.connect(platform.data / "tongying.sqlite3")) as database:
        rows = database.execute(
            "SELECT actor, detail FROM trail_auditrow WHERE kind = 'room' AND target = ?", [code]
        ).fetchall()
        told = database.execute(
            "SELECT count(*) FROM rooms_eventrow e JOIN rooms_roomrow r ON e.room_id = r.id"
            " WHERE r.code = ?",
            [code],
        ).fetchone()[0]
    written = [json.loads(detail) for _, detail in rows if "event" in json.loads(detail)]
    assert len({one["event"] for one in written}) == told
    said = {(actor, json.loads(detail).get("what")) for actor, detail in rows}
    assert {("li", "consent"), ("li", "camera"), ("lu", "measure"), ("pang", "draw")} <= said
