"""Growth and Erlang C: hand-computed, published, and by a second formula."""

from __future__ import annotations

import doctest
import math

import erlang_oracle as erlang
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.consult.capacity import arrivals, growth, load, outcome, report, scenario
from tongying.consult.capacity import case_c as default
from tongying.consult.capacity import study as studies


@pytest.mark.parametrize(
    "module", [growth, erlang, scenario, load, outcome, studies, report, default, arrivals]
)
def test_examples_hold(module):
    assert doctest.testmod(module).failed == 0


def test_the_figures_of_source_c():
    percent = growth.workload_growth_percent(20.0, 4.1)
    assert round(percent, 1) == 15.3
    assert round(growth.doubling_years(percent), 1) == 4.9
    assert round(growth.workload_factor(20.0, 4.1, 5), 2) == 2.04
    assert round(growth.workload_factor(20.0, 4.1, 7), 2) == 2.70
    # By hand: 1.2 / 1.041 = 1.152737..., ln 2 / ln 1.152737 = 4.876...
    assert percent == pytest.approx(15.2738, abs=1e-4)
    assert growth.doubling_years(percent) == pytest.approx(4.8766, abs=1e-3)


@given(st.floats(-50, 100), st.floats(-50, 100), st.floats(0, 20))
def test_years_follow_one_another(demand, staff, years):
    one = growth.workload_factor(demand, staff, years)
    assert growth.workload_factor(demand, staff, years + 1) == pytest.approx(
        one * growth.workload_factor(demand, staff, 1)
    )


@pytest.mark.parametrize("percent", [-100.0, -101.0, math.nan, math.inf])
def test_a_rate_that_leaves_nothing_is_refused(percent):
    with pytest.raises(growth.GrowthRefused) as refusal:
        growth.factor(percent, 1)
    assert refusal.value.error_code == "capacity.growth"


def test_what_shrinks_never_doubles():
    assert growth.doubling_years(growth.workload_growth_percent(0.0, 4.1)) is None


@pytest.mark.parametrize(
    ("servers", "rho", "published"),
    # Tables of M/M/c (delay probability by servers and utilisation), as in Hillier and Lieberman's
    # figure and any Erlang C table: c = 1 gives rho, c = 2 gives 2 rho^2 / (1 + rho).
    [(1, 0.7, 0.7), (2, 0.5, 1 / 3), (2, 0.9, 2 * 0.81 / 1.9), (5, 0.8, 0.5541), (10, 0.8, 0.4092)],
)
def test_waiting_probability_against_tables(servers, rho, published):
    assert erlang.waiting_probability(rho * servers, servers) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize("servers", [1, 2, 3, 6, 12])
@pytest.mark.parametrize("rho", [0.1, 0.5, 0.85, 0.99])
def test_waiting_probability_by_the_sum_of_states(servers, rho):
    """The textbook's sum over the states, with factorials, beside our recursion."""
    offered = rho * servers
    full = offered**servers / math.factorial(servers) / (1 - rho)
    other = sum(offered**count / math.factorial(count) for count in range(servers))
    assert erlang.waiting_probability(offered, servers) == pytest.approx(full / (full + other))


def test_waits():
    assert erlang.mean_wait_minutes(0.7, 1, 20.0) == pytest.approx(0.7 / 0.3 * 20)
    wait = erlang.waiting_probability(2.1, 3)
    assert erlang.wait_exceeds(2.1, 3, 20.0, 15.0) == pytest.approx(wait * math.exp(-0.9 * 15 / 20))
    assert erlang.offered_load(6.0, 20.0) == 2.0


@pytest.mark.parametrize(("offered", "servers"), [(3.0, 3), (4.0, 3), (-1.0, 3), (0.0, 0)])
def test_a_queue_without_rest_is_refused(offered, servers):
    for formula in (erlang.waiting_probability, erlang.check_load):
        with pytest.raises(erlang.QueueOverloaded):
            formula(offered, servers)
    with pytest.raises(erlang.QueueOverloaded):
        erlang.mean_wait_minutes(offered, servers, 20.0)
