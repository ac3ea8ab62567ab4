"""The simulated desk: against queueing theory, against toy results, and by its own rules."""

from __future__ import annotations

import json
from itertools import pairwise

import erlang_oracle as erlang
import numpy as np
import pytest
from capacity_world import ALWAYS, DAYS, FIELDS, QUARTER_AT_NIGHT, group, markov, text

from tongying.consult.capacity.arrivals import arrivals, rates_per_hour
from tongying.consult.capacity.report import Verdict, as_json, verdict
from tongying.consult.capacity.scenario_reading import read_scenario
from tongying.consult.capacity.simulate import LOOK_AHEAD
from tongying.consult.capacity.study import (
    Band,
    band_of,
    pace_of,
    run_once,
    run_study,
    sampled,
)
from tongying.consult.case import Urgency
from tongying.consult.clock import Step, deadline, wall_time

ONE_URGENCY = "modality = { CT = 1.0 }\nurgency = { routine = 1.0 }"
MIXED = "modality = { CT = 1.0 }\nurgency = { emergency = 0.1, urgent = 0.2, routine = 0.7 }"


def measured(scenario):
    found = [run_once(scenario, 0, seed)[1] for seed in scenario.horizon.seeds]
    assert all(found)
    return found


@pytest.mark.parametrize(
    ("rho", "days"),
    [
        pytest.param(0.5, 20, marks=pytest.mark.long),
        pytest.param(0.7, 20, marks=pytest.mark.long),
        (0.85, 12),
    ],
)
def test_markov_agrees_with_erlang_within_its_band(rho, days):
    """M/M/3: mean wait and share that waits; five runs each, seeds fixed."""
    runs = measured(markov(3, rho, days=days))
    wait = band_of([one.wait_minutes for one in runs])
    share = band_of([one.waited for one in runs])
    assert wait.low <= erlang.mean_wait_minutes(3 * rho, 3, 20.0) <= wait.high
    assert share.low <= erlang.waiting_probability(3 * rho, 3) <= share.high


def test_cover_decides():
    """Domain reference 0.1: six experts, 18 min, 60 a day, a quarter of them at night.

    The reference gives about 0.58 for 08-18 Monday to Saturday and 1.00 round the clock. It does
    not say when night begins (here 22-06) nor the spread (here sigma 0.6): hence the tolerance.
    """
    demand = f"{ONE_URGENCY}\nhours = {QUARTER_AT_NIGHT}"
    horizon = "days = 28\nwarm_up_days = 7\nseeds = [1, 2]"
    days = read_scenario(text(group("all", 6, DAYS), demand=demand, horizon=horizon))
    always = read_scenario(text(group("all", 6, ALWAYS), demand=demand, horizon=horizon))
    assert np.mean([one.within_6h for one in measured(days)]) == pytest.approx(0.58, abs=0.07)
    assert np.mean([one.within_6h for one in measured(always)]) == pytest.approx(1.0, abs=0.005)


def test_pooling_and_cover_at_120_a_day():
    """Domain reference 3.6: one pool of six p95 1.3 h, five split pools 1.8 h, days 28-100 h.

    The reference does not say the spread; at sigma 0.8 ours come out near it.
    """
    shares = ", ".join(f"{one} = 0.2" for one in FIELDS)
    demand = f"{ONE_URGENCY}\nhours = {QUARTER_AT_NIGHT}\nspecialty = {{ {shares} }}"
    service = "median_minutes = { CT = 18.0 }\nsigma = 0.8"
    horizon = "days = 7\nwarm_up_days = 7\nseeds = [1, 2]"

    def p95(groups):
        written = text(groups, cases_per_day=120, demand=demand, service=service, horizon=horizon)
        return np.mean([one.wall_hours[2] for one in measured(read_scenario(written))])

    pool = p95(group("all", 6, ALWAYS))
    split = p95(
        "".join(
            group(one, 2 if one == "heart" else 1, ALWAYS, specialties=f'["{one}"]')
            for one in FIELDS
        )
    )
    days = p95(group("all", 6, DAYS))
    assert pool == pytest.approx(1.3, abs=0.3)
    assert split == pytest.approx(1.8, abs=0.5)
    assert split > pool * 1.3
    assert 28 <= days <= 100


def test_the_same_seed_gives_the_same_run_and_another_does_not():
    scenario = read_scenario(text(group("all", 3, ALWAYS), demand=MIXED))
    once, again, other = (run_once(scenario, 0, seed)[0] for seed in (1, 1, 2))
    assert once.courses == again.courses
    assert once.courses != other.courses


def test_emergencies_go_before_the_queue_but_break_no_reading_off():
    """One expert, a queue all day: an emergency waits for the reading in hand at the most."""
    scenario = read_scenario(
        text(group("one", 1, ALWAYS), cases_per_day=55, demand=MIXED, horizon="days = 14")
    )
    run, found = run_once(scenario, 0, 5)
    waits = {
        urgency: [
            (course.reached[Step.ACCEPTED] - course.submitted_at).total_seconds() / 60
            for arrival, course in run.courses
            if arrival.urgency is urgency and Step.ACCEPTED in course.reached
        ]
        for urgency in Urgency
    }
    assert np.mean(waits[Urgency.EMERGENCY]) < np.mean(waits[Urgency.ROUTINE]) / 2
    ends = sorted(
        (course.reached[Step.ACCEPTED], course.reached[Step.SIGNED])
        for _, course in run.courses
        if Step.SIGNED in course.reached
    )
    assert all(second[0] >= first[1] for first, second in pairwise(ends))
    assert found.kept[Urgency.EMERGENCY][0] > 0.5


def test_an_expert_reads_one_case_at_a_time_and_only_begins_on_duty():
    scenario = read_scenario(text(group("all", 6, DAYS)))
    run, _ = run_once(scenario, 0, 3)
    begun = [course.reached[Step.ACCEPTED] for _, course in run.courses]
    assert all(8 <= at.hour < 18 and at.weekday() < 6 for at in begun)


def test_on_call_takes_pressing_cases_only():
    night = 'shift = [{ from = "18:00", to = "08:00", duty = "on-call" }]'
    scenario = read_scenario(text(group("d", 4, DAYS) + group("n", 2, night), demand=MIXED))
    run, _ = run_once(scenario, 0, 4)
    at_night = [
        arrival.urgency
        for arrival, course in run.courses
        if not 8 <= course.reached[Step.ACCEPTED].hour < 18
    ]
    assert at_night
    assert Urgency.ROUTINE not in at_night


def test_waiting_for_data_stops_the_clock_and_frees_the_expert():
    pauses = "[pauses]\nshare = 1.0\nmedian_minutes = 600\nsigma = 0.0"
    demand = ONE_URGENCY
    scenario = read_scenario(
        text(group("all", 2, ALWAYS), cases_per_day=40, demand=demand, more=pauses)
    )
    run, found = run_once(scenario, 0, 1)
    _, course = run.courses[5]
    (pause,) = course.pauses
    assert (pause.ends - pause.begins).total_seconds() == 600 * 60
    signed = course.reached[Step.SIGNED]
    assert wall_time(course, signed) == signed - course.submitted_at - (pause.ends - pause.begins)
    plain = deadline(course, Step.SIGNED, signed) - course.submitted_at
    assert plain.total_seconds() == (6 + 10) * 3600
    # Ten hours of waiting in every case, and still nearly all in time: nobody stood idle.
    assert found.within_6h > 0.99


def test_arrivals_follow_their_profile():
    scenario = read_scenario(
        text(
            group("all", 6, ALWAYS),
            cases_per_day=500,
            demand=f"{ONE_URGENCY}\nhours = {[0] * 8 + [1] * 16}\nweekdays = [2,1,1,1,1,1,0]",
        )
    )
    rates = rates_per_hour(scenario.demand, 0)
    assert rates.sum() == pytest.approx(3500)
    found = arrivals(scenario, 0, 7, seed=1)
    assert len(found) == pytest.approx(3500, abs=4 * 3500**0.5)
    minutes = np.array([one.at_minute for one in found])
    assert (np.diff(minutes) >= 0).all()
    assert not ((minutes // 60 % 24) < 8).any()
    assert minutes.max() < 6 * 1440
    assert (minutes < 1440).mean() == pytest.approx(2 / 7, abs=0.03)
    longer = read_scenario(text(group("all", 6, ALWAYS), demand=ONE_URGENCY))
    assert rates_per_hour(longer.demand, 0)[0] == pytest.approx(2.5)


def test_the_desk_knows_the_mean_pace_of_its_mixture():
    scenario = read_scenario(
        text(
            group("all", 6, ALWAYS),
            demand="modality = { CT = 0.5, MR = 0.5 }\nurgency = { routine = 1.0 }",
            service="median_minutes = { CT = 10.0, MR = 30.0 }\nsigma = 0.5",
        )
    )
    pace = pace_of(scenario)
    mean = pace.median_minutes * np.exp(pace.sigma**2 / 2)
    assert mean == pytest.approx(20 * np.exp(0.125))


def test_a_study_is_plain_values_with_bands():
    lever = '[[lever]]\nname = "night"\n[[lever.group]]\nname = "n"\nexperts = 2\n' + ALWAYS
    scenario = read_scenario(
        text(
            group("all", 2, DAYS),
            cases_per_day=20,
            more=lever + "\n[staff]\ngrowth_percent_per_year = 4.1",
            demand=ONE_URGENCY + "\ngrowth_percent_per_year = 20",
            horizon="days = 3\nwarm_up_days = 1\nseeds = [1, 2]\nyears = [0, 9]",
        )
    )
    told = []
    result = as_json(run_study(scenario, lambda *one: told.append(one)))
    assert json.loads(json.dumps(result)) == result
    assert told[-1][0] == told[-1][1] == len(told)
    assert round(result["workload_growth_percent"], 1) == 15.3
    assert (round(result["doubling_years"], 1), round(result["factor_5y"], 2)) == (4.9, 2.04)
    assert round(result["factor_7y"], 2) == 2.7
    first, late, lever_first, _ = result["results"]
    assert first["lever"] == ""
    assert first["figures"]["within_6h"]["runs"] == 2
    assert late["overloaded"]
    assert late["figures"]["within_6h"] is None
    assert late["backlog_hours_per_week"] > 0
    assert {"sampled", "few-runs", "overloaded"} <= set(result["caveats"])
    (said,) = [
        one["verdict"]
        for one in result["comparisons"]
        if (one["year"], one["figure"]) == (0, "within_6h")
    ]
    assert lever_first["figures"]["within_6h"]["low"] > first["figures"]["within_6h"]["high"]
    assert said == "better"


def test_no_claim_where_bands_touch():
    base = Band(0.5, 0.4, 0.6, 5)
    touching, above, below = (
        Band(0.7, 0.6, 0.8, 5),
        Band(0.7, 0.61, 0.8, 5),
        Band(0.3, 0.2, 0.39, 5),
    )
    assert verdict(base, touching, more_is_better=True) is Verdict.NOT_SHOWN
    assert verdict(base, above, more_is_better=True) is Verdict.BETTER
    assert verdict(base, above, more_is_better=False) is Verdict.WORSE
    assert verdict(base, below, more_is_better=True) is Verdict.WORSE
    assert verdict(base, below, more_is_better=False) is Verdict.BETTER


def test_a_sample_says_what_it_is():
    from tongying.consult.capacity.case_c import case_c

    horizon = sampled(case_c(), seeds=3).horizon
    assert (horizon.seeds, horizon.lever_years) == ((1, 2, 3), (0,))
    assert LOOK_AHEAD >= 3
