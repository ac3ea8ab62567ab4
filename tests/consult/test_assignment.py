"""The assignment: small cases by hand, every case against the slow oracle, and laws."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_oracle import Oracle
from plan_world import EXPIRED, at, expert, open_case, shift, situation, situations
from scipy import integrate

from tongying.consult import matching
from tongying.consult.assignment import make_plan
from tongying.consult.case import Urgency
from tongying.consult.crew import Crew
from tongying.consult.eligibility import Obstacle, Policy, hard, obstacles
from tongying.consult.expert import Pace
from tongying.consult.prices import MOVE_PRICE
from tongying.consult.roster import Duty
from tongying.consult.specialty import Specialty

QUICK = Pace(10.0, 0.4)
SLOW = Pace(40.0, 0.4)
QUICK_MEAN = 10.0 * math.exp(0.08)


def minutes_to(moment):
    return (moment - at(0)).total_seconds() / 60


def who(plan):
    return {case: one.expert for case, one in plan.placements.items()}


# by hand


def test_one_case_goes_to_the_faster_of_two_free_experts():
    plan = make_plan(situation([open_case(1)], [expert(1, pace=SLOW), expert(2, pace=QUICK)]))
    (placement,) = plan.placements.values()
    assert (placement.case, placement.expert, placement.place) == (1, 2, 1)
    assert placement.starts_at == at(0)
    assert minutes_to(placement.finishes_at) == pytest.approx(QUICK_MEAN, abs=1e-6)
    # ln(240 / 10) / 0.4 = 7.945 standard deviations
    assert placement.late_probability == pytest.approx(9.7e-16, rel=0.02)
    assert placement.why == (
        "modality:CT",
        "lightest-load:0",
        "pace:10",
        "on-duty",
        "free-now",
        "specialty-unknown",
    )
    assert not plan.unplaced


def test_the_late_one_goes_first_and_the_second_starts_after_it():
    cases = [open_case(1, due=300), open_case(2, due=15)]
    plan = make_plan(situation(cases, [expert(1, pace=QUICK)]))
    assert [plan.placements[one].place for one in (2, 1)] == [1, 2]
    assert minutes_to(plan.placements[1].starts_at) == pytest.approx(QUICK_MEAN, abs=1e-6)
    assert plan.placements[1].why[-2:] == ("free-at:09:10", "specialty-unknown")


def test_an_emergency_passes_a_routine_case_with_the_same_deadline():
    cases = [
        open_case(1, due=20, urgency=Urgency.ROUTINE),
        open_case(2, due=20, urgency=Urgency.EMERGENCY),
    ]
    plan = make_plan(situation(cases, [expert(1)]))
    assert plan.placements[2].place == 1


def test_an_accepted_case_takes_its_expert_up_first():
    held = open_case(1, assignee=1, accepted_at=at(-5))
    plan = make_plan(situation([held, open_case(2)], [expert(1, pace=QUICK)]))
    # E[X - 5 | X > 5] of a log-normal of median 10 and sigma 0.4, integrated by hand below
    centre, sigma = math.log(10), 0.4
    density = lambda x: math.exp(-(((math.log(x) - centre) / sigma) ** 2) / 2) / x  # noqa: E731
    alive = integrate.quad(density, 5, 300)[0]
    left = integrate.quad(lambda x: (x - 5) * density(x), 5, 300)[0] / alive
    first, second = plan.placements[1], plan.placements[2]
    assert (first.place, second.place) == (1, 2)
    assert first.why == ("accepted", "pace:10")
    assert minutes_to(first.finishes_at) == pytest.approx(left, abs=1e-4)
    assert minutes_to(second.starts_at) == pytest.approx(left, abs=1e-4)


def test_a_waiting_case_takes_no_time_but_counts_as_load():
    held = open_case(1, assignee=1, accepted_at=at(-5), waiting=True)
    plan = make_plan(situation([held, open_case(2)], [expert(1, pace=QUICK)]))
    assert plan.placements[1].why == ("accepted", "waiting", "pace:10")
    assert plan.placements[2].starts_at == at(0)
    assert plan.placements[2].place == 2
    full = make_plan(situation([held, open_case(2)], [expert(1, pace=QUICK, load_cap=1)]))
    assert full.unplaced[2] == {1: (Obstacle.LOAD,)}


def test_two_accepted_cases_come_in_the_order_of_acceptance():
    cases = [
        open_case(1, assignee=1, accepted_at=at(-1)),
        open_case(2, assignee=1, accepted_at=at(-2)),
        open_case(3),
    ]
    plan = make_plan(situation(cases, [expert(1, pace=QUICK)]))
    assert [plan.placements[one].place for one in (2, 1, 3)] == [1, 2, 3]
    gap = plan.placements[3].starts_at - plan.placements[1].starts_at
    assert gap.total_seconds() / 60 == pytest.approx(QUICK_MEAN, abs=1e-4)


def test_an_accepted_case_of_somebody_else_is_foretold_with_the_prior():
    plan = make_plan(situation([open_case(1, assignee=9, accepted_at=at(0))], [expert(1)]))
    assert plan.placements[1].expert == 9
    assert minutes_to(plan.placements[1].finishes_at) == pytest.approx(18 * math.exp(0.18))


def test_a_returned_case_is_left_out_while_it_waits():
    plan = make_plan(situation([open_case(1, waiting=True)], [expert(1)]))
    assert not plan.placements and not plan.unplaced


def test_a_case_waits_for_the_next_shift_only_when_nobody_on_duty_is_better():
    experts = [expert(1), expert(2)]
    shifts = [shift(1, 30, 500), shift(2, -60, 500)]
    plan = make_plan(situation([open_case(1)], experts, shifts))
    assert who(plan) == {1: 2}
    plan = make_plan(situation([open_case(1, declined=frozenset({2}))], experts, shifts))
    placement = plan.placements[1]
    assert (placement.expert, placement.starts_at) == (1, at(30))
    assert placement.why == (
        "only-one",
        "modality:CT",
        "pace:20",
        "off-duty-until:09:30",
        "specialty-unknown",
    )


def test_on_call_takes_urgent_cases_only():
    shifts = [shift(1, -60, 300, Duty.ON_CALL), shift(1, 400, 800)]
    cases = [open_case(1, due=600, urgency=Urgency.ROUTINE), open_case(2, due=600)]
    plan = make_plan(situation(cases, [expert(1)], shifts))
    assert plan.placements[1].starts_at == at(400)
    assert plan.placements[2].starts_at == at(0)
    assert "on-call" in plan.placements[2].why


def test_a_queue_that_a_shift_cannot_hold_runs_into_the_next_one():
    shifts = [shift(1, -60, 30), shift(1, 200, 500)]
    cases = [open_case(number, due=900) for number in range(1, 6)]
    plan = make_plan(situation(cases, [expert(1, pace=QUICK)], shifts))
    starts = sorted(minutes_to(one.starts_at) for one in plan.placements.values())
    mean = QUICK_MEAN
    assert starts == pytest.approx([0, mean, 2 * mean, 200, 200 + mean], abs=1e-6)


def test_nobody_known_to_be_on_duty_ever_leaves_a_case_unplaced():
    plan = make_plan(situation([open_case(1)], [expert(1)], [shift(1, -300, -60)]))
    assert plan.unplaced == {1: {1: (Obstacle.OFF_DUTY,)}}


def test_an_unplaced_case_names_everybodys_obstacles():
    experts = [
        expert(2, specialties=frozenset({Specialty.BONE}), modalities=frozenset({"US"})),
        expert(1, hospital="COUNTY", licence=EXPIRED),
    ]
    case = open_case(1, specialty=Specialty.CHEST)
    plan = make_plan(situation([case], experts))
    assert plan.unplaced == {
        1: {
            1: (Obstacle.OWN_HOSPITAL, Obstacle.LICENCE_EXPIRED),
            2: (Obstacle.SPECIALTY, Obstacle.MODALITY),
        }
    }


def test_room_for_one_goes_to_the_more_urgent_case():
    cases = [open_case(1, due=60), open_case(2, due=200, urgency=Urgency.EMERGENCY)]
    plan = make_plan(situation(cases, [expert(1, load_cap=1)]))
    assert who(plan) == {2: 1}
    assert plan.unplaced == {1: {1: (Obstacle.LOAD,)}}


def test_an_assigned_case_moves_only_when_that_gains_more_than_its_price():
    case = open_case(1, assignee=1)
    stays = [expert(1, pace=Pace(22.0, 0.3)), expert(2, pace=Pace(20.0, 0.3))]
    plan = make_plan(situation([case], stays))
    assert who(plan) == {1: 1}
    assert plan.placements[1].why[0] == "kept"
    held = open_case(2, assignee=1, accepted_at=at(0))
    pressed = replace(case, due_at=at(30))
    plan = make_plan(situation([pressed, held], stays))
    assert plan.placements[1].expert == 2
    assert MOVE_PRICE > 0


def test_among_equals_the_one_who_worked_less_takes_it():
    experts = [expert(1, recent_minutes=500.0), expert(2, recent_minutes=100.0)]
    assert who(make_plan(situation([open_case(1)], experts))) == {1: 2}


def test_a_known_specialist_is_preferred_to_one_whose_fields_are_unknown():
    experts = [expert(1), expert(2, specialties=frozenset({Specialty.BONE}))]
    plan = make_plan(situation([open_case(1, specialty=Specialty.BONE)], experts))
    assert who(plan) == {1: 2}
    assert "specialty:bone" in plan.placements[1].why


def test_somebody_unknown_to_the_roster_counts_as_there():
    plan = make_plan(situation([open_case(1)], [expert(1)], []))
    assert plan.placements[1].starts_at == at(0)
    assert "duty-unknown" in plan.placements[1].why


def test_no_experts_and_no_cases():
    assert not make_plan(situation([], [])).placements
    assert make_plan(situation([open_case(1)], [])).unplaced == {1: {}}


# the oracle

PATHS = {"short queue": (6, 60), "longer queue": (0, 60), "long queue": (0, 0)}


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=60, deadline=None)
@given(drawn=situations())
def test_no_plan_is_cheaper_than_ours(path, drawn):
    with pytest.MonkeyPatch.context() as patch:
        short, long = PATHS[path]
        patch.setattr(matching, "SHORT_QUEUE", short)
        patch.setattr(matching, "LONG_QUEUE", long)
        patch.setattr(matching, "SPARE", 1)
        plan = make_plan(drawn)
    oracle = Oracle(drawn)
    ours, least = oracle.cost_of(plan), oracle.least()
    # The plan is the optimum; the margin is the oracle's own precision (it adds up residual times).
    assert ours == pytest.approx(least, rel=1e-5, abs=1e-5)


# laws


@settings(max_examples=80, deadline=None)
@given(drawn=situations())
def test_nobody_is_placed_against_an_obstacle_or_over_the_cap(drawn):
    plan = make_plan(drawn)
    people = {one.id: one for one in drawn.experts}
    cases = {one.id: one for one in drawn.cases}
    load = {one.id: 0 for one in drawn.experts}
    for placement in plan.placements.values():
        if cases[placement.case].accepted_at is not None and placement.expert in load:
            load[placement.expert] += 1
    held = dict(load)
    for placement in plan.placements.values():
        case = cases[placement.case]
        if case.accepted_at is not None:
            assert placement.expert == case.assignee
            continue
        who_takes_it = people[placement.expert]
        stand = {"at": drawn.now, "roster": drawn.roster, "policy": drawn.policy}
        found = obstacles(case, who_takes_it, load=held[who_takes_it.id], **stand)
        assert set(found) <= {Obstacle.OFF_DUTY, Obstacle.ON_CALL_ONLY}
        assert not hard(found, drawn.policy)
        load[placement.expert] += 1
        cap = who_takes_it.load_cap
        assert cap is None or load[placement.expert] <= max(cap, held[placement.expert])
    for case, everybody in plan.unplaced.items():
        assert case not in plan.placements
        assert set(everybody) == set(people)
        assert all(everybody.values())
    assert set(cases) == set(plan.placements) | set(plan.unplaced) | {
        one.id for one in drawn.cases if one.waiting and one.accepted_at is None
    }


@settings(max_examples=60, deadline=None)
@given(drawn=situations(), data=st.data())
def test_the_order_of_the_input_changes_nothing(drawn, data):
    cases = tuple(data.draw(st.permutations(drawn.cases)))
    experts = tuple(data.draw(st.permutations(drawn.experts)))
    assert make_plan(replace(drawn, cases=cases, experts=experts)) == make_plan(drawn)


@settings(max_examples=60, deadline=None)
@given(drawn=situations())
def test_another_expert_never_makes_it_worse(drawn):
    # Fairness is against the mean of all, so that a newcomer changes it: leave it out.
    experts = tuple(replace(one, recent_minutes=0.0, load_cap=None) for one in drawn.experts)
    drawn = replace(drawn, experts=experts)
    more = replace(drawn, experts=(*experts, expert(50, pace=SLOW)))
    before, after = Oracle(drawn), Oracle(more)
    placed = set(make_plan(drawn).placements)
    if placed >= {one.id for one in before.cases}:
        least = before.cost_of(make_plan(drawn))
        assert after.cost_of(make_plan(more)) <= least + 1e-5 * max(1.0, least)


@settings(max_examples=80, deadline=None)
@given(drawn=situations())
def test_the_crew_knows_the_same_obstacles_as_the_rule(drawn):
    crew = Crew(drawn.experts)
    for policy in (Policy(), Policy(credentials_required=True)):
        for case in drawn.cases:
            mask = crew.may_take(case, drawn.now.date(), policy)
            for one, may in zip(crew.experts, mask, strict=True):
                stand = {"at": drawn.now, "roster": drawn.roster, "policy": policy}
                found = obstacles(case, one, load=-1000, **stand)
                assert may == (not set(found) - {Obstacle.OFF_DUTY, Obstacle.ON_CALL_ONLY})


@pytest.mark.parametrize("count", [20, 80])
def test_a_long_queue_costs_the_same_with_and_without_guessed_prices(count):
    rng = np.random.default_rng(7)
    fields = [Specialty.BONE, Specialty.CHEST, Specialty.NEURO]
    experts = [
        expert(
            number,
            pace=Pace(float(rng.uniform(8, 40)), 0.5),
            specialties=frozenset(rng.choice(fields, 2)),
            recent_minutes=float(rng.uniform(0, 500)),
        )
        for number in range(1, 9)
    ]
    cases = [
        open_case(
            number,
            due=float(rng.uniform(-60, 360)),
            urgency=list(Urgency)[rng.integers(3)],
            specialty=fields[rng.integers(3)],
        )
        for number in range(1, count + 1)
    ]
    shifts = [shift(one.id, -60, 90 + 60 * one.id) for one in experts]
    shifts += [shift(one.id, 900, 1400) for one in experts]
    drawn = situation(cases, experts, shifts)
    found = []
    for long in (0, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(matching, "LONG_QUEUE", long)
            found.append(Oracle(drawn).cost_of(make_plan(drawn)))
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_what_is_kept_of_a_crew_does_not_go_stale():
    experts = (expert(1), expert(2, pace=QUICK))
    first = situation([open_case(1)], experts, [shift(1, -60, 600), shift(2, -60, 50)])
    assert who(make_plan(first)) == {1: 2}
    later = replace(first, now=at(60), cases=(open_case(1, due=300),))
    assert who(make_plan(later)) == {1: 1}
    earlier = replace(first, now=at(-90), cases=(open_case(1, due=300),))
    assert "off-duty-until:08:00" in make_plan(earlier).placements[1].why
    assert who(make_plan(first)) == {1: 2}
    other = replace(first, roster=situation([], experts, [shift(2, 300, 600)]).roster)
    assert "duty-unknown" in make_plan(other).placements[1].why
