"""The story of source C told with uploaded clips: joint panel, referral, outcome, teaching case.

The same story with the live examination itself is `test_live_story`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import story_ as story
from platform_ import CHROMIUM, PASSWORD, Desk, Platform
from playwright.sync_api import Browser
from story_ import People

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_cine
from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def people(platform: Platform, browser: Browser) -> People:
    for login, name, field in (("lu", "陆超", "超声"), ("pang", "庞外", "普外科")):
        platform.run(
            *("user", "add", login, "--role", "expert", "--hospital", "WHCH"),
            *("--name", name, "--title", "主任医师", "--sub-specialty", field, "--password-stdin"),
            stdin=PASSWORD + "\n",
        )
    return People(*(Desk(browser, platform, login) for login in ("li", "zhou", "lu", "pang")))


@pytest.fixture(scope="module")
def study_uid(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three admissions; only the last clip shows what the first two missed."""
    today = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - DICOM's local time
    rings, polyp = Bowel(with_polyp=False), Bowel()
    visits = ((164, (rings,)), (71, (rings,)), (0, (polyp, rings)))
    for days, bowels in visits:
        folder = tmp_path_factory.mktemp("visit")
        born = today.date() - timedelta(days=1905)
        study = PhantomStudy(
            child=PhantomChild("WW-5", "Wen^Xiaowen=闻^小文", born, "M", 18.2, 1.1),
            seed=f"source-c/{days}",
            at=today - timedelta(days=days),
            description="腹部超声",
            institution="咸宁中心医院",
        )
        for number, bowel in enumerate(bowels, start=1):
            clip = bowel_cine(study, bowel, number=number)
            clip.save_as(folder / f"{number}.dcm", enforce_file_format=True)
            uid = str(clip.StudyInstanceUID)
        platform.run("import", str(folder), "--hospital", "XNZX")
    return uid


def test_the_story_of_source_c(platform: Platform, people: People, study_uid: str) -> None:
    path = story.ask(people.county, study_uid)
    story.assign(people.desk, path)
    story.open_panel(people.sonographer, path)
    story.separate_opinions(people, path)
    story.conclude(people, path)
    story.sign(people.sonographer, path)
    story.county_reads(people.county, path)
    referral = story.refer(people.county, path)
    story.receive(people.desk, referral)
    story.outcome(people.desk, referral)
    story.home(people, path, referral)
    story.clocks_and_audit(platform, path)
    for desk in (people.county, people.desk, people.sonographer, people.surgeon):
        assert desk.strangers() == []
        assert desk.complaints == []
