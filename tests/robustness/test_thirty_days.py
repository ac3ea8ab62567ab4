"""A month of the alliance in minutes, its worker killed at random: no rung twice, none missed.

People (`month_people`) act through the case store on a real file while the clock is turned; the
worker is a process of its own that dies by SIGKILL. Afterwards an oracle (`rung_oracle`) that knows
the timelines only says which rungs had to fire, and when.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from rung_oracle import Alert, Facts, alerts, due_rungs, seconds, timelines

pytestmark = pytest.mark.server

LEAD_MINUTES = 30
LAST_LOOK_MINUTES = 32
MILLISECOND = 0.001
START = 1772380800.0
"""Seconds since 1970 of the trial's beginning."""


@dataclass(frozen=True)
class Scale:
    days: int
    cases: int
    kills: int
    tick_seconds: int
    seed: int = 20260302


SCALES = [
    pytest.param(Scale(2, 80, 3, 3600), id="short", marks=pytest.mark.timeout(900)),
    pytest.param(
        Scale(30, 2000, 20, 1200), id="month", marks=[pytest.mark.long, pytest.mark.timeout(14400)]
    ),
]


@pytest.mark.parametrize("scale", SCALES)
def test_every_rung_fires_once_and_every_breach_is_accounted_for(scale, tmp_path, capfd):
    said = play(scale, tmp_path)
    database = tmp_path / "data" / "tongying.sqlite3"
    assert len(said["kills"]) == scale.kills, "every kill hit a living worker"
    assert said["unowned"] == [], "every open case has an owner and a deadline at every tick"
    assert said["looked_at"] > scale.cases
    fired = alerts(database)
    lines, end = timelines(database), seconds(said["end"])
    assert len(lines) == scale.cases
    due = {
        (case["id"], *key): at
        for case in said["cases"]
        for key, at in due_rungs(facts_of(case), lines[case["id"]], end).items()
    }
    check_rungs(due, [one for one in fired if one.kind == "rung"])
    report = account_for_breaches(fired, down_of(said))
    with capfd.disabled():
        print(f"\n{scale}\n{summary(said, fired, due)}\n{json.dumps(report, indent=1)}")  # noqa: T201
    assert report["unexplained"] == []


def play(scale: Scale, folder: Path) -> dict:
    """Run the driver and return what it saw."""
    settings = folder / "settings.json"
    settings.write_text(json.dumps({"data": str(folder / "data"), **vars_of(scale)}))
    clock = folder / "clock"
    clock.write_text(repr(START))
    environment = {
        **os.environ,
        "TONGYING_DATA": str(folder / "data"),
        "TONGYING_CLOCK_FILE": str(clock),
    }
    environment.pop("TONGYING_DATABASE_URL", None)
    driver = Path(__file__).with_name("month_driver.py")
    log, worker = folder / "driver.log", folder / "worker.log"
    with log.open("wb") as said:
        done = subprocess.run(
            [sys.executable, str(driver), str(settings)],
            stdout=subprocess.PIPE,
            stderr=said,
            env=environment,
            check=False,
        )
    assert done.returncode == 0, log.read_text()[-3000:] + worker.read_text()[-3000:]
    return json.loads(done.stdout)


def vars_of(scale: Scale) -> dict[str, int]:
    return {
        "days": scale.days,
        "cases": scale.cases,
        "kills": scale.kills,
        "tick_seconds": scale.tick_seconds,
        "seed": scale.seed,
    }


def facts_of(case: dict) -> Facts:
    bookings = tuple((seconds(at), seconds(booked)) for at, booked in case["bookings"])
    return Facts(case["urgency"], case["complete_at_once"], bookings)


def check_rungs(due: dict[tuple, float], fired: list[Alert]) -> None:
    """Every rung that was due has fired, none twice, none that was not due, each told."""
    keys = [(one.case, *one.key) for one in fired]
    assert len(keys) == len(set(keys)), "no rung twice"
    assert set(due) - set(keys) == set(), "no rung missed"
    assert set(keys) - set(due) == set(), "no rung that was not due"
    for key, one in zip(keys, fired, strict=True):
        assert abs(one.fell_due - due[key]) < MILLISECOND, key
        assert one.fired >= one.fell_due - MILLISECOND, key
        assert one.told > 0, key


def down_of(said: dict) -> list[tuple[float, float]]:
    """Return from when until when the worker looked at nothing."""
    return [(seconds(begin), seconds(end)) for begin, end in said["down"]]


def account_for_breaches(fired: list[Alert], down: list[tuple[float, float]]) -> dict:
    """Say for every broken promise how early it was foreseen, or why it was not."""
    first: dict[int, float] = {}
    for one in fired:
        if one.kind == "forecast":
            first.setdefault(one.case, one.fired)
    breaches = [
        one for one in fired if one.kind == "rung" and one.key[0] == "signed" and one.key[2] == 100
    ]
    leads, why_not, unexplained = [], dict[str, int](), []
    for breach in breaches:
        lead = (breach.fell_due - first.get(breach.case, breach.fell_due)) / 60
        detail = json.loads(breach.detail)
        assert detail["foreseen"] == (lead >= LEAD_MINUTES), (breach, lead)
        assert detail["minutes_ahead"] == pytest.approx(max(lead, 0), abs=0.06)
        if lead > 0:
            leads.append(lead)
        if lead < LEAD_MINUTES:
            why_not[detail["why_not"]] = why_not.get(detail["why_not"], 0) + 1
            if detail["why_not"] == "not-looked":
                last = breach.fell_due - LAST_LOOK_MINUTES * 60
                assert any(begin <= last <= end for begin, end in down), breach
            if detail["why_not"] in ("", "unexplained"):
                unexplained.append(breach.case)
    early = sum(lead >= LEAD_MINUTES for lead in leads)
    broken = {one.case for one in breaches}
    return {
        "breaches": len(breaches),
        "foreseen_30_min_ahead": early,
        "recall": round(early / len(breaches), 3) if breaches else None,
        "forecasts": len(first),
        "precision": round(len(broken & set(first)) / len(first), 3) if first else None,
        "median_lead_minutes": round(statistics.median(leads), 1) if leads else None,
        "why_not": why_not,
        "unexplained": unexplained,
    }


def summary(said: dict, fired: list[Alert], due: dict) -> str:
    late = sorted(one.fired - one.fell_due for one in fired if one.kind == "rung")
    return (
        f"{len(said['cases'])} cases, {said['acts']} moves, {said['ticks']} ticks,"
        f" {len(said['kills'])} kills, {said['looked_at']} looks at open cases;"
        f" {len(due)} rungs due, {len(late)} fired, half of them within"
        f" {statistics.median(late):.0f} s, the last of all {late[-1] / 60:.0f} min after they fell"
        f" due (the worker was down); {said['seconds']} s"
    )
