"""Worm plots, Q statistics and shares outside: what is wrong is seen, and where."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr, ndtri

from tongying.norms.axis import AxisKind
from tongying.norms.fit.diagnose import MOST_POINTS, diagnose
from tongying.norms.fit.engine import fit
from tongying.norms.fit.plan import usual_plan
from tongying.norms.fit.q_statistics import moments, q_statistics
from tongying.norms.fit.residuals import FARTHEST, residuals
from tongying.norms.fit.sample import Sample
from tongying.norms.fit.worm import groups_along, worms

YEAR = 365.25


def made(count: int, seed: int, *, heavy: bool = False) -> Sample:
    random = np.random.default_rng(seed)
    age = random.uniform(0.0, 18 * YEAR, count)
    score = random.standard_t(4, count) if heavy else random.standard_normal(count)
    middle = 40 + 60 * (1 - np.exp(-age / YEAR / 3))
    return Sample.of(middle * np.exp(0.12 * np.clip(score, -8, 8)), age)


def test_a_worm_of_normal_scores_is_flat():
    n = 500
    z = ndtri((np.arange(n) + 0.5) / n)
    (worm,) = worms(z, np.arange(n, dtype=float), bands=1)
    assert np.abs(worm.deviation).max() < 1e-12
    assert worm.cubic == pytest.approx((0, 0, 0, 0), abs=1e-12)
    assert worm.outside == 0.0
    assert worm.misfits() == ()


def test_the_bounds_are_those_of_an_order_statistic():
    """At the middle: 1.96 sqrt(p (1 - p) / n) / phi(0) = 1.96 * 0.5 / sqrt(n) * sqrt(2 pi)."""
    n = 401
    z = np.random.default_rng(1).standard_normal(n)
    (worm,) = worms(z, np.arange(n, dtype=float), bands=1)
    assert worm.expected[200] == pytest.approx(0.0, abs=1e-12)
    assert worm.bound[200] == pytest.approx(1.959964 * 0.5 / np.sqrt(n) * np.sqrt(2 * np.pi))
    assert worm.bound[0] > 3 * worm.bound[200]


@pytest.mark.parametrize(
    ("change", "coefficient"),
    [
        (lambda z: z + 0.3, 0),
        (lambda z: z * 1.4, 1),
        (lambda z: z + 0.15 * (z * z - 1), 2),
        (lambda z: z + 0.08 * (z**3 - 3 * z), 3),
    ],
)
def test_each_moment_bends_the_worm_its_way(change, coefficient):
    n = 1000
    z = ndtri((np.arange(n) + 0.5) / n)
    (worm,) = worms(change(z), np.arange(n, dtype=float), bands=1)
    assert coefficient in worm.misfits()
    assert worm.cubic[coefficient] == pytest.approx({0: 0.3, 1: 0.4, 2: 0.15, 3: 0.08}[coefficient])


def test_the_spread_of_the_coefficients_is_as_told():
    """Of 400 flat worms of 200 children: root n times their standard deviation."""
    z = np.random.default_rng(2).standard_normal((400, 200))
    found = np.array([worms(row, np.arange(200.0), bands=1)[0].cubic for row in z])
    assert found.std(axis=0) * np.sqrt(200) == pytest.approx([1.08, 0.935, 0.408, 0.204], rel=0.12)


def test_bands_are_equally_full_and_keep_an_age_together():
    x = np.repeat(np.arange(10.0), 30)
    groups = groups_along(x, 4)
    assert sorted(np.concatenate(groups).tolist()) == list(range(300))
    ages = [set(x[group]) for group in groups]
    assert sum(len(one) for one in ages) == 10
    assert [
        len(group) for group in groups_along(np.random.default_rng(1).uniform(size=400), 4)
    ] == [100] * 4
    assert len(groups_along(np.zeros(50), 4)) == 1
    assert len(worms(np.zeros(5000) + ndtri(0.3), np.arange(5000.0))) == 16
    assert len(worms(np.zeros(30), np.arange(30.0))) == 1


@pytest.mark.parametrize("n", [25, 60, 400])
def test_the_scores_of_the_moments_are_those_of_scipy(n):
    z = np.random.default_rng(n).gamma(3.0, size=n)
    z1, z2, z3, z4 = moments(z)
    assert z1 == pytest.approx(np.sqrt(n) * z.mean())
    shift = 2.0 / (9.0 * n - 9.0)
    assert z2 == pytest.approx((z.std(ddof=1) ** (2 / 3) - (1 - shift)) / np.sqrt(shift))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert z3 == pytest.approx(stats.skewtest(z).statistic)
        assert z4 == pytest.approx(stats.kurtosistest(z).statistic)


def test_all_four_scores_are_standard_normal():
    z = np.random.default_rng(4).standard_normal((600, 50))
    table = np.array([moments(row) for row in z])
    assert np.abs(table.mean(axis=0)).max() < 0.15
    assert table.std(axis=0) == pytest.approx(np.ones(4), abs=0.1)


def test_the_sums_and_their_freedom():
    random = np.random.default_rng(5)
    z, x = random.standard_normal(1600), random.uniform(0, 1, 1600)
    found = q_statistics(z, x, (5.0, 3.0, 2.0))
    assert found is not None
    assert len(found.groups) == 16
    assert found.freedom == (11.0, 14.0, 14.0, 16.0)
    assert found.q[1] == pytest.approx(sum(one.z[1] ** 2 for one in found.groups))
    assert found.p[1] == pytest.approx(stats.chi2.sf(found.q[1], 14.0))
    assert q_statistics(z[:24], x[:24], (1.0, 1.0)) is None
    few = q_statistics(z[:60], x[:60], (5.0, 3.0))
    assert few is not None
    assert few.p[0] is None


def test_a_good_fit_is_called_good():
    found = []
    for seed in range(5):
        sample = made(1200, seed)
        found.append(diagnose(fit(sample, usual_plan("bccg")), sample))
    assert sum(len(one.findings) for one in found) <= 1
    assert all(
        one.q is not None and min(p for p in one.q.p if p is not None) > 0.001 for one in found
    )
    shares = [one.below_p3.share for one in found] + [one.above_p97.share for one in found]
    assert np.mean(shares) == pytest.approx(0.03, abs=0.006)


def test_tails_that_are_too_light_are_said_with_their_band():
    sample = made(3000, 7, heavy=True)
    found = diagnose(fit(sample, usual_plan("bccg")), sample)
    worm = [one for one in found.findings if one.code == "norms.worm-bends"]
    assert any(one.moment == "tails" and "are too light" in one.sentence for one in worm)
    assert any(one.code == "norms.q-doubted" and one.moment == "tails" for one in found.findings)
    assert all(one.low_x is not None and one.low_x < one.high_x for one in worm)
    better = diagnose(fit(sample, usual_plan("bct")), sample)
    assert len(better.findings) < len(found.findings)


def test_children_measured_otherwise_at_one_age_are_found():
    sample = made(2400, 8)
    years = sample.x / YEAR
    value = np.where((years > 8) & (years < 9.5), sample.value * 1.3, sample.value)
    spoiled = Sample.of(value, sample.x)
    clean = fit(sample, usual_plan("bccg"))
    found = diagnose(clean, spoiled).findings
    (median,) = [one for one in found if one.code == "norms.worm-bends" and one.moment == "median"]
    assert median.low_x / YEAR == pytest.approx(8.0, abs=1.2)
    assert median.high_x / YEAR == pytest.approx(9.5, abs=1.2)
    assert "the fitted median is too low" in median.sentence
    assert median.sentence.startswith("From ")
    assert " years " in median.sentence
    above = [one for one in found if one.code == "norms.share-outside"]
    assert [one.moment for one in above] == ["above P97"]


def test_the_words_follow_the_axis():
    sample = made(600, 9)
    high = Sample.of(sample.value * 1.2, sample.x / YEAR * 5 + 60)
    good = fit(Sample.of(sample.value, high.x), usual_plan("bccg", power=1.0, shift=0.0))
    found = diagnose(good, high, axis=AxisKind.HEIGHT).findings
    assert any(" cm the fitted median is too low" in one.sentence for one in found)


def test_the_document_is_small_and_whole():
    sample = made(2500, 10)
    found = diagnose(fit(sample, usual_plan("bccg")), sample)
    said = json.loads(json.dumps(found.as_json()))
    assert sum(len(one["expected"]) for one in said["worms"]) <= MOST_POINTS
    for one, worm in zip(said["worms"], found.worms, strict=True):
        assert one["n"] == len(worm.expected)
        assert one["expected"][0] == pytest.approx(worm.expected[0], abs=1e-4)
        assert one["expected"][-1] == pytest.approx(worm.expected[-1], abs=1e-4)
        assert len(one["expected"]) == len(one["deviation"]) == len(one["bound"])
    assert len(said["q"]["p"]) == 4
    assert said["below_p3"]["n"] == 2500


def test_the_interval_of_a_share_is_wilsons():
    sample = made(1000, 11)
    one = diagnose(fit(sample, usual_plan("bccg")), sample).below_p3
    wanted = stats.binomtest(one.k, one.n).proportion_ci(0.99, method="wilson")
    assert (one.low, one.high) == pytest.approx((wanted.low, wanted.high))


def test_residuals_know_the_site_and_hold_the_impossible():
    sample = made(800, 12)
    site = np.array([0, 1] * 400)
    shifted = Sample.of(
        sample.value * np.where(site == 1, 1.1, 1.0), sample.x, site=["A", "B"] * 400
    )
    found = fit(shifted, usual_plan("bccg", by_site=True))
    z = residuals(found, shifted)
    assert abs(z[site == 0].mean()) < 0.08
    assert abs(z[site == 1].mean()) < 0.08
    assert float(ndtr(z).mean()) == pytest.approx(0.5, abs=0.03)
    far = Sample.of(np.array([1e-9, 1e9]), np.array([YEAR, YEAR]), site=["A", "A"])
    low, high = residuals(found, far)
    assert -FARTHEST <= low < -5
    assert 5 < high <= FARTHEST
