"""The demo's alliance: 123 hospitals, 262 members, rosters that stand, and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tongying.consult.agreement import Tier
from tongying.consult.alliance import tree_fault
from tongying.consult.cover import uncovered
from tongying.consult.membership import member_fault, shift_fault
from tongying.consult.people import Role
from tongying.consult.roster import Duty, Roster, Shift
from tongying.consult.specialty import Specialty
from tongying.services.demo_alliance import (
    CENTRE,
    EXPIRED,
    EXPIRING,
    demo_agreements,
    demo_hospitals,
)
from tongying.services.demo_committee import ON_DUTY, demo_members, with_log_ins
from tongying.services.demo_people import HOSPITALS, PEOPLE
from tongying.services.demo_rosters import demo_shifts

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 22)


def test_123_hospitals_in_a_sound_tree_of_seven_provinces() -> None:
    hospitals = demo_hospitals()
    alliance = {one.code: one for one in hospitals}
    assert len(hospitals) == len(alliance) == 123
    assert {one.code for one in HOSPITALS} <= set(alliance)
    assert all(tree_fault(one, alliance) is None for one in hospitals)
    assert Counter(one.tier for one in hospitals) == {
        Tier.LEADING: 1,
        Tier.REGIONAL: 22,
        Tier.COUNTY: 92,
        Tier.TOWNSHIP: 8,
    }
    assert len({one.province for one in hospitals}) == 7
    assert all("（演示）" in one.name and "(demo)" in one.name_en for one in hospitals)
    assert len({one.ae_title for one in hospitals}) == 123
    assert sum(one.answers for one in hospitals) == 2


def test_262_members_with_credentials() -> None:
    members = demo_members(TODAY)
    assert len(members) == len({one.login for one in members}) == 262
    assert len({one.name for one in members}) == 262
    assert all(one.committee and one.title and member_fault(one) is None for one in members)
    assert {one.hospital for one in members} == {one.code for one in demo_hospitals()}
    expired = [one for one in members if one.licence_until < TODAY]
    assert [one.hospital == CENTRE for one in expired] == [True, False]
    experts = [one for one in members if one.hospital == CENTRE]
    assert len(experts) == 40
    assert {part for one in experts for part in one.specialties} >= set(Specialty) - {
        Specialty.PAEDIATRICS
    }
    assert all(one.email == "" or one.login in {p.login for p in PEOPLE} for one in members)


def test_everybody_who_can_log_in_is_on_the_books_with_their_own_role() -> None:
    accounts = {one.login: one for one in with_log_ins(TODAY)}
    assert {one.login: (one.hospital, one.role) for one in PEOPLE} == {
        login: (one.hospital, one.role) for login, one in accounts.items()
    }
    assert set(ON_DUTY) == {one.login for one in PEOPLE if one.role is Role.EXPERT}
    assert Specialty.ULTRASOUND in accounts["dengyan"].specialties
    assert Specialty.SURGERY in accounts["fengkai"].specialties


def test_agreements_with_one_expired_and_one_that_ends_soon() -> None:
    agreements = [one.terms for one in demo_agreements(TODAY)]
    centre = {one.asking: one for one in agreements if one.answering == CENTRE}
    assert len(centre) == 122
    ended = [code for code, one in centre.items() if one.valid_until < TODAY]
    soon = [
        code
        for code, one in centre.items()
        if timedelta() <= one.valid_until - TODAY <= timedelta(days=30)
    ]
    assert (ended, soon) == ([EXPIRED], [EXPIRING])
    assert not {EXPIRED, EXPIRING} & {one.code for one in HOSPITALS}


@pytest.mark.parametrize("hour", [0, 8, 16, 23])
@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 2, 18)])
def test_rosters_stand_at_any_hour_and_the_log_ins_are_on_duty(day: date, hour: int) -> None:
    now = datetime.combine(day, time(hour, 20), ZONE)
    members = demo_members(day)
    shifts = demo_shifts(members, now)
    assert all(shift_fault(one) is None for one in shifts)
    number = {one.login: place for place, one in enumerate(members)}
    roster = Roster(Shift(number[one.login], one.begins, one.ends, one.duty) for one in shifts)
    on_duty = {one: roster.shift_at(number[one], now) for one in ON_DUTY}
    assert all(on_duty.values())
    assert {login for login, one in on_duty.items() if one.duty is Duty.ON_CALL} == {"fengkai"}


def test_the_centre_is_covered_in_its_service_hours_and_thin_at_weekends() -> None:
    now = datetime(2026, 11, 22, 15, tzinfo=ZONE)
    members = demo_members(TODAY)
    centre = {one.login for one in members if one.hospital == CENTRE}
    desk = [
        one
        for one in demo_shifts(members, now)
        if one.login in centre and one.duty is Duty.DESK and one.login not in ON_DUTY
    ]
    at_nine: dict[bool, list[int]] = {True: [], False: []}
    for number in range(-14, 15):
        day = TODAY + timedelta(days=number)
        opened = [(datetime.combine(day, time(8), ZONE), datetime.combine(day, time(22), ZONE))]
        assert uncovered(opened, [(one.begins, one.ends) for one in desk]) == [], day
        nine = datetime.combine(day, time(9), ZONE)
        there = sum(one.begins <= nine < one.ends for one in desk)
        at_nine[day.weekday() >= 5].append(there)
    assert max(at_nine[True]) <= 5 <= min(at_nine[False])
    assert sum(at_nine[False]) / 20 > 2 * sum(at_nine[True]) / 9


def test_the_same_day_makes_the_same_alliance() -> None:
    now = datetime(2026, 11, 22, 1, tzinfo=UTC).astimezone(ZONE)
    first, second = (demo_shifts(demo_members(TODAY), now) for _ in range(2))
    assert first == second


# ------------------------------------------------------------------ command line


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongying.services.cli", *arguments, "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=240,
        env={key: value for key, value in os.environ.items() if not key.startswith("TONGYING_")},
    )


def test_the_command_line_imports_refuses_and_exports(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "list.csv"
    file.write_bytes("医院代码,医院名称,接受会诊\nA,甲院,是\nB,乙院,否\n".encode("gb18030"))
    tried = run(data, "alliance", "import", "hospitals", str(file), "--dry-run", "--json")
    assert tried.returncode == 0, tried.stderr
    answer = json.loads(tried.stdout)
    assert (answer["applied"], answer["encoding"]) == (False, "GB18030")
    assert run(data, "alliance", "import", "hospitals", str(file)).returncode == 0
    exported = run(data, "alliance", "export", "hospitals")
    assert exported.stdout.startswith("\ufeff医院代码")
    file.write_text(exported.stdout.replace("乙院", "改院") + "bad,坏,,,,,,,,,,,\n", "utf-8")
    refused = run(data, "alliance", "import", "hospitals", str(file), "--json")
    assert refused.returncode == 2
    answer = json.loads(refused.stdout)
    assert [row["outcome"] for row in answer["rows"]] == ["unchanged", "changed", "refused"]
    assert answer["rows"][2]["code"] == "hospital.code"
    assert answer["code"] == "import.rows"
    assert refused.stderr.strip() == answer["error"]
    assert "\n" not in answer["error"]
    assert "改院" not in run(data, "alliance", "export", "hospitals").stdout
    missing = run(data, "alliance", "import", "hospitals", str(tmp_path / "none.csv"))
    assert missing.returncode == 2
    assert missing.stderr.count("\n") == 1
