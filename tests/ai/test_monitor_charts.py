"""Charts one by one: run lengths against printed tables, hand-solved chains and simulation."""

from __future__ import annotations

from fractions import Fraction
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.ai.monitoring import cusum, ewma, psi
from tongying.ai.monitoring.cusum import Cusum
from tongying.ai.monitoring.psi import MonitorRefused


def by_fractions(chart: Cusum, rate: Fraction) -> Fraction:
    """Mean run length by Gaussian elimination over exact fractions."""
    size = chart.limit
    rows = [[Fraction(int(i == j)) for j in range(size)] + [Fraction(1)] for i in range(size)]
    for i in range(size):
        for step, chance in ((chart.on_yes, rate), (chart.on_no, 1 - rate)):
            to = max(0, i + step)
            if to < size:
                rows[i][to] -= chance
    for at in range(size):
        pivot = next(i for i in range(at, size) if rows[i][at])
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [x / rows[at][at] for x in rows[at]]
        for i in range(size):
            if i != at and rows[i][at]:
                rows[i] = [x - rows[i][at] * y for x, y in zip(rows[i], rows[at], strict=True)]
    return rows[0][-1]


def test_one_yes_is_an_alarm():
    """Limit reached by any yes: the run length is the geometric distribution's, 1 / rate."""
    chart = Cusum(0.1, 0.2, on_yes=5, on_no=-1, limit=5)
    assert chart.run_length(0.1) == pytest.approx(10.0)
    assert chart.alarm_chance(0.1, 7) == pytest.approx(1.0 - 0.9**7)


def test_two_in_a_row_by_hand():
    """Up one, down one, limit 2: two yes in a row; 1/p + 1/p^2."""
    chart = Cusum(0.4, 0.6, on_yes=1, on_no=-1, limit=2)
    assert chart.run_length(0.4) == pytest.approx(1 / 0.4 + 1 / 0.4**2)


@settings(max_examples=15)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 10), st.integers(2, 19))
def test_run_lengths_over_fractions(up, down, limit, twentieths):
    chart = Cusum(0.1, 0.2, up, -down, limit)
    wanted = by_fractions(chart, Fraction(twentieths, 20))
    assert chart.run_length(twentieths / 20) == pytest.approx(float(wanted), rel=1e-5)


@pytest.mark.parametrize(("usual", "changed"), [(0.1, 0.2), (0.9, 0.8), (0.02, 0.06), (0.3, 0.15)])
def test_a_chart_keeps_what_it_was_asked_and_is_quick(usual, changed):
    chart = cusum.design(usual, changed, run_length=5000.0)
    assert chart.run_length(usual) >= 5000.0
    smaller = Cusum(usual, changed, chart.on_yes, chart.on_no, chart.limit - 1)
    assert smaller.run_length(usual) < 5000.0
    # The steps are the log-likelihood ratios but for a common factor.
    wanted = log(changed / usual) / log((1 - changed) / (1 - usual))
    assert chart.on_yes / chart.on_no == pytest.approx(wanted, rel=0.12)
    lengths = []
    random = np.random.default_rng(1)
    for _ in range(150):
        total, at = 0, 0
        while total < chart.limit:
            total = chart.after(total, bool(random.random() < changed))
            at += 1
        lengths.append(at)
    error = np.std(lengths) / np.sqrt(150)
    assert abs(np.mean(lengths) - chart.run_length(changed)) < 4 * error


def test_the_chance_of_an_alarm_in_a_year():
    """The run length of a long chart is nearly exponential."""
    chart = cusum.design(0.1, 0.2, run_length=8000.0)
    length = chart.run_length(0.1)
    assert chart.alarm_chance(0.1, 2000) == pytest.approx(1 - np.exp(-2000 / length), abs=0.01)


def test_rates_that_are_none_are_refused():
    for usual, changed in ((0.1, 0.1), (0.0, 0.2), (0.1, 1.0)):
        with pytest.raises(MonitorRefused):
            cusum.design(usual, changed, run_length=100.0)
    with pytest.raises(MonitorRefused):
        cusum.design(0.5, 0.500001, run_length=1e30)
    with pytest.raises(MonitorRefused):
        Cusum(0.1, 0.2, 5, -1, 5).run_length(0.0)


# Lucas and Saccucci 1990 as printed in Montgomery, Introduction to statistical quality control,
# table 9.11: schemes with run length 500; shift 0.25, 0.5, 1, 2 standard deviations.
PRINTED = {
    (0.40, 3.054): (500, 224, 71.2, 14.3, 3.5),
    (0.25, 2.998): (500, 170, 48.2, 11.1, 3.6),
    (0.20, 2.962): (500, 150, 41.8, 10.5, 3.7),
    (0.10, 2.814): (500, 106, 31.3, 10.3, 4.4),
    (0.05, 2.615): (500, 84.1, 28.8, 11.4, 5.2),
}


@pytest.mark.parametrize("scheme", PRINTED)
def test_moving_averages_of_lucas_and_saccucci(scheme):
    told = [ewma.run_length(*scheme, shift) for shift in (0.0, 0.25, 0.5, 1.0, 2.0)]
    # Printed with two or three digits.
    assert told == pytest.approx(PRINTED[scheme], rel=0.004, abs=0.06)


def test_a_moving_average_of_the_newest_alone_is_shewhart_s():
    """Weight 1, three standard deviations: 1 / 0.0027 = 370.4."""
    assert ewma.run_length(1.0, 3.0, 0.0) == pytest.approx(370.4, abs=0.05)


def test_a_baseline_s_doubt_widens_the_limits():
    random = np.random.default_rng(3)
    differences = random.normal(1.0, 2.0, 2000)
    small = ewma.design(differences[:120], weight=0.1, run_length_at_least=5000.0)
    large = ewma.design(differences, weight=0.1, run_length_at_least=5000.0)
    assert small.width * small.spread > large.width * large.spread
    assert large.mean == pytest.approx(1.0, abs=0.2)
    average = 0.0
    for _ in range(2000):
        average = large.after(average, 1.0 + 2.0)
    assert average == pytest.approx((3.0 - large.mean) / large.spread)
    for values in ([1.0] * 50, [1.0, 2.0], [*random.normal(size=20), np.nan]):
        with pytest.raises(MonitorRefused):
            ewma.design(values, weight=0.1, run_length_at_least=100.0)
    with pytest.raises(MonitorRefused):
        ewma.design(differences[:12], weight=0.1, run_length_at_least=1e10)
    with pytest.raises(MonitorRefused):
        ewma.run_length(0.0, 3.0, 0.0)


def test_the_index_by_hand():
    """Two bins, 50:50 then 80:20, half a study added: (p - q) ln(p / q), twice."""
    q, p = 80.5 / 101, 20.5 / 101
    wanted = (q - 0.5) * log(q / 0.5) + (p - 0.5) * log(p / 0.5)
    assert psi.index([50, 50], [80, 20]) == pytest.approx(wanted)
    assert psi.index([1, 2, 3], [1, 2, 3]) == 0.0


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8))
def test_the_index_is_never_below_nothing_and_the_same_both_ways(pairs):
    one, two = zip(*pairs, strict=True)
    assert psi.index(one, two) >= 0.0
    assert psi.index(one, two) == pytest.approx(psi.index(two, one))


def test_bins_of_numbers_words_and_few_numbers():
    random = np.random.default_rng(6)
    numbers = psi.reference([*random.normal(10, 2, 500), None])
    assert len(numbers.edges) == 4
    assert numbers.counts == (100, 100, 100, 100, 100, 1)
    assert numbers.count([-50.0, 10.0, 90.0, None]) == (1, 0, 1, 0, 1, 1)
    words = psi.reference(["GE", "GE", None, "UIH"])
    assert (words.names, words.counts) == (("GE", "UIH", "other", "missing"), (2, 1, 0, 1))
    assert words.count(["GE", "Philips", None, 3.0]) == (1, 0, 2, 1)
    field = psi.reference([1.5, 3, 3.0, 1.5])
    assert (field.names[:2], field.counts) == (("1.5", "3.0"), (2, 2, 0, 0))
    assert field.count([3, 7.0]) == (0, 1, 1, 0)
    for values in ([], ["GE", 3.0]):
        with pytest.raises(MonitorRefused):
            psi.reference(values)
    with pytest.raises(MonitorRefused):
        numbers.count(["GE"])


def test_the_limit_is_exceeded_as_often_as_it_says():
    known = psi.reference(["a"] * 240 + ["b"] * 120 + ["c"] * 40)
    allowed = psi.limit(known, 100, chance=0.02)
    random = np.random.default_rng(12)
    before = random.multinomial(400, [0.6, 0.3, 0.1, 0.0, 0.0], size=4000)
    after = random.multinomial(100, [0.6, 0.3, 0.1, 0.0, 0.0], size=4000)
    over = np.mean([psi.index(x, y) > allowed for x, y in zip(before, after, strict=True)])
    assert over == pytest.approx(0.02, abs=0.008)
    # A usual rule of thumb would be silent or loud by the size of the window alone.
    assert psi.limit(known, 30, chance=0.02) > 2 * allowed
    for chance in (0.0, 1e-4, 1.0):
        with pytest.raises(MonitorRefused):
            psi.limit(known, 100, chance=chance)
