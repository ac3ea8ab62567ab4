"""Steps of the story of source C as people take them in their browsers."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from platform_ import Desk, Platform, follow
from playwright.sync_api import Page, expect
from pypdf import PdfReader

QUESTION = "半年内三次肠套叠住院，右下腹小肠内可疑病变，拿不准：是什么引起反复肠套叠？"
CONCLUSION = "继发性肠套叠，起因为远端小肠内约 1.5 cm 息肉，建议手术切除。"
ULTRASOUND = "右下腹同心圆征内见约 15 mm 高回声结节，内有小囊腔，考虑幼年性息肉。"
SURGERY = "反复三次，存在病理诱因，水压灌肠难以根治，建议手术探查并切除息肉。"
CAPTION = "息肉 1.5 cm"
HALF = timedelta(hours=6)


@dataclass(frozen=True)
class People:
    county: Desk
    desk: Desk
    sonographer: Desk
    surgeon: Desk


def press(page: Page, selector: str) -> None:
    follow(page, page.locator(selector).first)


def confirm(page: Page) -> None:
    button = page.locator("form.ask .dialog-foot button.btn:not(.btn-quiet)")
    button.wait_for()
    follow(page, button)


def ask(county: Desk, study_uid: str) -> str:
    page = county.page
    county.open(f"/cases/new/?study={study_uid}")
    press(page, "main form button")
    page.wait_for_url(re.compile(r"/cases/\d+/"))
    expect(page.locator("body")).to_contain_text("腹部超声")
    page.fill("#f-text", QUESTION)
    page.check("input[name=urgency][value=urgent]", force=True)
    page.check("input[name=confidence][value=unsure]", force=True)
    page.fill("#f-history", "反复腹痛、血便，半年内因肠套叠住院三次。")
    page.select_option("#f-specialty", "abdomen")
    county.shot("source-c-01-question", full=True)
    follow(page, page.locator("button[name=then][value=submit]"))
    return "/" + page.url.split("/", 3)[3].partition("?")[0].partition("#")[0]


def assign(desk: Desk, path: str) -> None:
    page = desk.page
    desk.open(path)
    page.locator(".desk-card label.expert", has_text="陆超").locator("input[type=radio]").check()
    page.fill("#override", "超声专长，主持联合会诊")
    desk.shot("source-c-02-assign", full=True)
    press(page, "form[action$='/moves/assign/'] button")
    expect(page.locator("body")).to_contain_text("陆超")


def open_panel(expert: Desk, path: str) -> None:
    page = expert.page
    expert.open(path)
    press(page, "form[action$='/moves/accept/'] button")
    # The expert looks at the clip: the step "opened".
    link = page.locator("#open-viewer").get_attribute("href")
    assert link is not None
    answer = page.request.get(expert.platform.url + link)
    assert answer.ok
    for specialty, name in (("ultrasound", "陆超"), ("surgery", "庞外")):
        expert.open(f"{path}panel/find/?specialty={specialty}")
        page.locator("form.found label.expert", has_text=name).locator("input").check()
        press(page, "form.found button.btn")
    expert.open(path)
    expect(page.locator("#panel .seat")).to_have_count(2)
    expert.shot("source-c-03-panel", full=True)


def mark_polyp(expert: Desk, path: str) -> None:
    """Point at the polyp's frame with a caption, as the picture picker does."""
    page = expert.page
    expert.open(path)
    number = re.search(r"/cases/(\d+)/", path)
    assert number is not None
    shown = expert.platform.api("lu", "GET", f"/api/cases/{number[1]}")
    study = next(one for one in shown["studies"] if not one["prior"])  # type: ignore[index]
    series = min(study["series"], key=lambda one: one["number"])
    where = f"/dicomweb/studies/{study['uid']}/series/{series['uid']}/instances"
    clip = expert.platform.api("lu", "GET", where)[0]  # type: ignore[index]
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = page.request.post(
        f"{expert.platform.url}{path}key-images/",
        form={
            "csrfmiddlewaretoken": token or "",
            "study": study["uid"],
            "series": series["uid"],
            "sop": clip["00080018"]["Value"][0],
            "frame": "1",
            "caption": CAPTION,
        },
        headers={"Referer": expert.platform.url + path},
    )
    assert answer.ok, answer.status
    expert.open(path)
    expect(page.locator(f"#key-images-box img[alt='{CAPTION}']")).to_be_visible()


def separate_opinions(people: People, path: str) -> None:
    first, second = people.sonographer, people.surgeon
    mark_polyp(first, path)
    write_own(first, path, ULTRASOUND)
    second.open("/")
    expect(second.page.locator("body")).to_contain_text("闻小文")
    second.open(path)
    expect(second.page.locator("body")).not_to_contain_text("考虑幼年性息肉")
    expect(second.page.locator(".seat .sealed").first).to_be_visible()
    second.shot("source-c-04-sealed", full=True)
    people.county.open(path)
    expect(people.county.page.locator("body")).not_to_contain_text("考虑幼年性息肉")
    write_own(second, path, SURGERY)
    second.open(path)
    expect(second.page.locator("#seat-ultrasound")).to_contain_text("考虑幼年性息肉")
    people.county.open(path)
    expect(people.county.page.locator("body")).not_to_contain_text("考虑幼年性息肉")


def write_own(expert: Desk, path: str, text: str) -> None:
    page = expert.page
    expert.open(path)
    page.fill("#own-text", text)
    page.locator("#own-opinion button[data-send]").click()
    confirm(page)


def conclude(people: People, path: str) -> None:
    page = people.sonographer.page
    people.sonographer.open(path)
    page.fill("#conclusion-text", CONCLUSION)
    press(page, "#propose button.btn")
    for desk in (people.surgeon, people.sonographer):
        desk.open(path)
        if desk.page.locator("form[action$='/panel/moves/agree/']").count():
            press(desk.page, "form[action$='/panel/moves/agree/'] button")
    people.sonographer.open(path)
    people.sonographer.shot("source-c-05-concluded", full=True)


def sign(expert: Desk, path: str) -> None:
    page = expert.page
    expert.open(path)
    expect(page.locator("#opinion")).to_contain_text(CONCLUSION)  # the answer is the conclusion
    page.fill("#f-findings", ULTRASOUND)
    page.fill("#f-advice", "经绿色通道转普外科；途中禁食。")
    expect(page.locator("#opinion .saved")).not_to_be_empty(timeout=20_000)
    page.locator("#opinion button[data-send]").click()
    page.locator("form.ask input[name=against_local][value=major]").check(force=True)
    confirm(page)
    expect(page.locator(".answer").first).to_contain_text("1.5 cm")
    page.locator("a[href$='/pdf-zh/']").first.wait_for(timeout=90_000)
    expert.shot("source-c-06-signed", full=True)


def county_reads(county: Desk, path: str) -> None:
    page = county.page
    county.open(path)
    expect(page.locator(".answer").first).to_contain_text("1.5 cm")
    href = page.locator("a[href$='/pdf-zh/']").first.get_attribute("href")
    flat = pdf_text(county, str(href))
    for needed in (CONCLUSION, ULTRASOUND, SURGERY, "陆超", "庞外", CAPTION, "联合会诊"):
        assert re.sub(r"\s", "", needed) in flat, needed
    press(page, "form[action$='/moves/acknowledge/'] button")


def pdf_text(desk: Desk, href: str) -> str:
    """Return a document's words without any space between them."""
    answer = desk.page.request.get(desk.platform.url + href)
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.body())).pages)
    return re.sub(r"\s", "", text)


def refer(county: Desk, path: str) -> str:
    page = county.page
    county.open(path)
    press(page, ".referral-card a.btn")
    page.select_option("#o-receiving", "WHCH")
    page.check("input[name=urgency][value=urgent]", force=True)
    page.check("input[name=needs][value=theatre]", force=True)
    page.check("input[name=transport][value=ambulance]", force=True)
    page.check("input[name=airway_risk][value=none]", force=True)
    expect(page.locator("#o-reason")).not_to_have_value("")
    county.shot("source-c-07-refer", full=True)
    follow(page, page.locator("#order button[data-send]"))
    county.open("/referrals/?tab=outgoing")
    link = page.locator("a[href^='/referrals/']").filter(has_text=re.compile("闻小文|TY-"))
    href = link.first.get_attribute("href")
    assert href is not None
    return href.partition("?")[0].partition("#")[0]


def receive(desk: Desk, referral: str) -> None:
    page = desk.page
    desk.open(referral)
    tomorrow = datetime.now() + timedelta(days=1)  # noqa: DTZ005 - the form's local time
    page.fill("#a-at-accept", tomorrow.strftime("%Y-%m-%dT09:30"))
    page.fill("#a-place-accept", "外科楼三层普外科护士站")
    page.locator("#a-doctor-accept").select_option(index=1)
    press(page, "form[action$='/moves/accept/'] button")
    slip = page.locator("a[href*='/slip/']").first.get_attribute("href")
    paper = page.request.get(desk.platform.url + str(slip))
    assert paper.body().startswith(b"%PDF")
    code = page.locator("a[href^='/r/']").first.get_attribute("href")
    public = page.request.get(desk.platform.url + str(code)).text()
    assert "外科楼三层" in public and "闻小文" not in public and "息肉" not in public
    desk.shot("source-c-08-accepted", full=True)
    press(page, "form[action$='/moves/arrive/'] button")


def outcome(desk: Desk, referral: str) -> None:
    page = desk.page
    for kind, text in (
        ("procedure", "腹腔镜探查，回肠末端息肉 1.5 cm，切除，肠套叠复位。"),
        ("pathology", "幼年性息肉，切缘净。"),
        ("discharge", "术后第 5 天恢复良好出院。"),
    ):
        desk.open(referral)
        if not page.locator("form[action$='/outcomes/']").first.is_visible():
            page.locator("details.entry summary").first.click()
        form = page.locator("form[action$='/outcomes/']").first
        form.locator(f"input[name=kind][value={kind}]").check(force=True)
        form.locator("textarea[name=text]").fill(text)
        follow(page, form.locator("button.btn"))
    desk.shot("source-c-09-outcome", full=True)


def home(people: People, path: str, referral: str) -> None:
    county, expert = people.county, people.sonographer
    county.open(path)
    expect(county.page.locator("body")).to_contain_text("幼年性息肉，切缘净。")
    county.shot("source-c-10-home", full=True)
    press(county.page, "form[action$='/seen/'] button")
    page = expert.page
    expert.open(referral)
    form = page.locator("form[action$='/comparison/']")
    if not form.first.is_visible():
        page.locator("details.entry summary", has_text="比").first.click()
    form.locator("input[name=agreement][value=agrees]").check(force=True)
    form.locator("input[name=management_changed][value=yes]").check(force=True)
    follow(page, form.locator("button.btn"))
    press(page, "form[action$='/teaching/'] button")
    people.desk.open("/quality/")
    expect(people.desk.page.locator("body")).to_contain_text("咸宁中心医院")
    people.desk.shot("source-c-11-quality", full=True)


def clocks_and_audit(platform: Platform, path: str) -> None:
    number = re.search(r"/cases/(\d+)/", path)
    assert number is not None
    shown = platform.api("li", "GET", f"/api/cases/{number[1]}")
    events = {one["move"]: datetime.fromisoformat(one["at"]) for one in shown["events"]}  # type: ignore[index]
    assert timedelta() < events["sign"] - events["submit"] < HALF
    assert {"submit", "assign", "accept", "open", "sign", "acknowledge"} <= events.keys()
    assert json.loads(platform.run("verify", "--json"))["sound"]
    asking, opened = shown["number"], sqlite3.connect(platform.data / "tongying.sqlite3")  # type: ignore[index]
    with contextlib.closing(opened) as database:
        rows = database.execute(
            "SELECT actor, detail FROM trail_auditrow WHERE target = ?", [asking]
        ).fetchall()
    audited = {(actor, json.loads(detail).get("move")) for actor, detail in rows}
    people = {"submit": "li", "assign": "zhou", "accept": "lu", "sign": "lu", "acknowledge": "li"}
    assert {(actor, move) for move, actor in people.items()} <= audited
    procedures = platform.api("li", "GET", "/fhir/Procedure")
    assert procedures["total"] >= 1  # type: ignore[index]
