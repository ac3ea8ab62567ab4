"""A whole year: planted changes are found within the stated delay, null data give few alarms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tongying.ai.monitoring.alarm import Compared, Monitor, Seen
from tongying.ai.monitoring.psi import MonitorRefused
from tongying.ai.monitoring.reading import read_history
from tongying.ai.monitoring.watch import Vigilance, Watch, watch

A_YEAR = 2000
VIGILANCE = Vigilance(studies_per_year=A_YEAR, false_alarms_per_year=1.0)
USUAL = {
    "vendors": {"Siemens": 0.6, "GE": 0.3, "Philips": 0.1},
    "noise": 10.0,
    "called": 0.12,
    "agreed": 0.93,
    "refused": 0.03,
    "bias": 0.0,
}


def made(random, n, first=0, **changed) -> tuple[list[Seen], list[Compared]]:
    at = USUAL | changed
    names, shares = zip(*at["vendors"].items(), strict=True)
    vendors = random.choice(names, size=n, p=shares)
    noise = random.normal(at["noise"], 2.0, n)
    thickness = random.choice([1.0, 1.5, 3.0], size=n)
    refused, called, agreed = (
        random.random(n) < at[name] for name in ("refused", "called", "agreed")
    )
    score = np.where(called, random.beta(8, 3, n), random.beta(2, 8, n))
    gap = random.normal(at["bias"], 1.5, n)
    seen, compared = [], []
    for k in range(n):
        run = f"r{first + k}"
        inputs = {"manufacturer": str(vendors[k]), "noise": float(noise[k])}
        inputs["thickness"] = float(thickness[k])
        silent = bool(refused[k])
        seen.append(
            Seen(
                run,
                silent,
                None if silent else bool(called[k]),
                None if silent else float(score[k]),
                inputs,
            )
        )
        if not silent:
            compared.append(Compared(run, bool(agreed[k]), float(gap[k])))
    return seen, compared


@pytest.fixture(scope="module")
def usual() -> Watch:
    return watch(*made(np.random.default_rng(0), 400), VIGILANCE)


def delay_of(set_up: Watch, monitor: Monitor, variable: str) -> float:
    return next(
        row["delay"]
        for row in set_up.promise()
        if (row["monitor"], row["variable"]) == (monitor.value, variable)
    )


def alarms_in_quiet_years(seeds: range) -> float:
    """Return false alarms a year; each hospital has its own baseline of 400 studies."""
    total = 0
    for seed in seeds:
        random = np.random.default_rng(seed)
        set_up = watch(*made(random, 400), VIGILANCE)
        total += len(set_up.alarms(*made(random, A_YEAR, 400)))
    return total / len(seeds)


def test_no_more_false_alarms_than_stated():
    assert alarms_in_quiet_years(range(6)) <= VIGILANCE.false_alarms_per_year


@pytest.mark.long
def test_no_more_false_alarms_than_stated_in_a_hundred_years():
    assert alarms_in_quiet_years(range(100, 200)) <= VIGILANCE.false_alarms_per_year


def test_a_new_scanner_is_flagged_within_the_stated_delay(usual):
    """A scanner of another vendor, with more noise, takes over in mid-year."""
    for seed in range(8):
        random = np.random.default_rng(50 + seed)
        before = int(random.integers(430, 570))
        seen, compared = made(random, before, 400)
        more = made(random, 400, 400 + before, vendors={"UIH": 1.0}, noise=14.0)
        alarms = usual.alarms(seen + more[0], compared + more[1])
        for variable in ("manufacturer", "noise"):
            first = next(
                one.place for one in alarms if one.variable == variable and one.place > before
            )
            assert first - before <= delay_of(usual, Monitor.INPUT, variable) == 199.0


@pytest.mark.parametrize(
    ("monitor", "variable", "name"),
    [
        (Monitor.OUTPUT, "rate-up", "called"),
        (Monitor.OUTPUT, "rate-down", "called"),
        (Monitor.CONCORDANCE, "agreed", "agreed"),
        (Monitor.REFUSALS, "refused", "refused"),
    ],
)
def test_changed_rates_are_found_about_when_stated(usual, monitor, variable, name):
    """The mean delay over twelve histories is not above what was stated by more than chance."""
    chart = usual.rates[monitor, variable]
    late = []
    for seed in range(12):
        random = np.random.default_rng(300 + seed)
        alarms = usual.alarms(*made(random, 1000, **{name: chart.changed}))
        late.append(next(one.place for one in alarms if one.variable == variable))
    error = np.std(late) / np.sqrt(12)
    assert np.mean(late) <= delay_of(usual, monitor, variable) + 3 * error


def test_a_measured_value_that_drifts_is_found(usual):
    late = []
    for seed in range(20):
        random = np.random.default_rng(700 + seed)
        alarms = usual.alarms(*made(random, 300, bias=1.5))
        late.append(next(one.place for one in alarms if one.variable == "difference"))
    assert np.mean(late) <= 1.5 * delay_of(usual, Monitor.CONCORDANCE, "difference")


def test_the_same_history_gives_the_same_alarms_however_often_it_is_looked_at(usual):
    seen, compared = made(np.random.default_rng(9), 900, vendors={"UIH": 1.0}, agreed=0.7)
    whole = usual.alarms(seen, compared)
    assert whole == usual.alarms(seen, compared)
    # What was said on an earlier day stays said.
    part = usual.alarms(seen[:500], compared[:480])
    assert set(part) <= set(whole)
    assert [one.place for one in whole] == sorted(one.place for one in whole)


def test_alarms_say_what_they_saw(usual):
    seen, compared = made(np.random.default_rng(9), 600, called=0.6)
    first = next(one for one in usual.alarms(seen, compared) if one.variable == "rate-up")
    assert first.value > first.limit
    assert "usually" in first.english
    assert "阳性率升高" in first.chinese
    assert first.as_json()["monitor"] == "output"
    assert first.run in {one.run for one in seen}


def test_false_alarms_are_shared_out(usual):
    allowed = usual.false_alarms_per_year
    assert sum(allowed.values()) == pytest.approx(1.0)
    by_monitor = {
        one: sum(share for (monitor, _), share in allowed.items() if monitor is one)
        for one in Monitor
    }
    assert list(by_monitor.values()) == pytest.approx([0.25] * 4)
    for row in usual.promise():
        if "run_length" in row:
            assert row["run_length"] >= A_YEAR / row["false_alarms_per_year"]


def test_a_rate_that_cannot_fall_is_not_watched_for_falling():
    seen, _ = made(np.random.default_rng(1), 200, called=0.0)
    set_up = watch(seen, [], VIGILANCE)
    assert (Monitor.OUTPUT, "rate-down") not in set_up.rates
    assert (Monitor.OUTPUT, "rate-up") in set_up.rates
    assert set_up.average is None
    assert not any(monitor is Monitor.CONCORDANCE for monitor, _ in set_up.rates)


def test_too_little_to_watch_is_refused():
    seen, compared = made(np.random.default_rng(1), 99)
    with pytest.raises(MonitorRefused):
        watch(seen, compared, VIGILANCE)
    seen, compared = made(np.random.default_rng(1), 120)
    with pytest.raises(MonitorRefused):
        watch(seen, compared, replace(VIGILANCE, false_alarms_per_year=1e-4))
    for wrong in ({"window": 0}, {"odds": 1.0}, {"false_alarms_per_year": 0.0}):
        with pytest.raises(MonitorRefused):
            replace(VIGILANCE, **wrong)


HISTORY = "run,refused,called,score,agreed,input.vendor,input.noise\n"


def test_a_history_is_read():
    seen, compared = read_history(HISTORY + "a,no,yes,0.9,no,GE,3\nb,yes,,,,UIH,\n")
    assert seen == (
        Seen("a", False, True, 0.9, {"vendor": "GE", "noise": 3.0}),
        Seen("b", True, None, None, {"vendor": "UIH", "noise": None}),
    )
    assert compared == (Compared("a", False, None), None)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("run\na\n", "columns"),
        ("run,refused,colour\na,no,red\n", "columns"),
        ("run,refused\na,\n", "Line 2"),
        ("run,refused\na,perhaps\n", "'perhaps'"),
        ("run,refused,score\na,no,high\n", "'high'"),
        ("run,refused\na\n", "Line 2"),
        ('run,refused\na,"no\n', "Line"),
    ],
)
def test_a_history_that_cannot_be_understood_is_refused_with_its_line(text, word):
    with pytest.raises(MonitorRefused, match=word):
        read_history(text)
