"""Multiple readers, multiple cases: the published example's figures, and every step by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tongying.ai.evaluation.figure import EvaluationRefused
from tongying.ai.evaluation.mrmc import Random, Readings, compare_readings, outcomes
from tongying.ai.evaluation.roc import areas

# The published example: Van Dyke's 114 patients read by five readers with two sequences, as OR-DBM
# MRMC 2.51 (University of Iowa), RJafroc 1.2, MRMCaov 0.3 and JAFROC 4.2.1 print it (empirical
# areas, jackknife). Mean squares of pseudovalues by JAFROC, in single precision.
AREAS = [
    [0.91964573, 0.85877616, 0.90386474, 0.97310787, 0.82979065],
    [0.94782609, 0.90531403, 0.92173910, 0.99935585, 0.92995167],
]
COMPONENTS = {
    "reader": 0.0015349993,
    "way_reader": 0.0002004025,
    "error": 0.0008022883,
    "same_reader": 0.0003466137,
    "same_way": 0.0003440748,
    "neither": 0.0002390284,
}
MEAN_SQUARES = {
    "T": 0.54676316,
    "R": 0.43732679,
    "C": 0.39686891,
    "TR": 0.06281753,
    "TC": 0.09984813,
    "RC": 0.06450099,
    "TRC": 0.03997167,
}
SHAPE = (2, 5, 114)


def published():
    """Tests and intervals from the printed mean squares."""
    means = np.array(AREAS).mean(axis=1)
    return outcomes(MEAN_SQUARES, SHAPE, float(means[0] - means[1]))


def made(cases: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Ratings of 1 to 5 by five readers with two ways."""
    random = np.random.default_rng(1993)
    ill = np.arange(cases) < cases // 3
    case = random.standard_normal(cases) + 1.6 * ill
    skill = 0.3 * random.standard_normal((1, 5, 1)) * ill
    help_ = np.array([0.0, 0.4])[:, None, None] * ill
    felt = case + skill + help_ + 0.6 * random.standard_normal((2, 5, cases))
    return np.clip(np.round(felt) + 2, 1, 5), ill


def test_the_printed_components_follow_from_the_printed_areas_and_mean_squares():
    """Obuchowski and Rockette's components hang together with the pseudovalues' mean squares."""
    areas_, parts, squares, cases = np.array(AREAS), COMPONENTS, MEAN_SQUARES, SHAPE[2]
    rest = areas_ - areas_.mean(axis=1, keepdims=True) - areas_.mean(axis=0) + areas_.mean()
    assert (rest**2).sum() / 4 * cases == pytest.approx(squares["TR"], rel=1e-5)
    of_ways = 5 * areas_.mean(axis=1).var(ddof=1)
    assert of_ways * cases == pytest.approx(squares["T"], rel=1e-5)
    gap = parts["same_way"] - parts["neither"]
    assert 5 * gap * cases == pytest.approx(squares["TC"] - squares["TRC"], rel=1e-5)


def test_readers_and_cases_with_hillis_degrees_of_freedom():
    """MRMCaov: F 4.456319, df 1 and 15.25967, p 0.05166569; difference -0.04380032."""
    tests, differences = published()
    test = tests[Random.READERS_AND_CASES]
    assert test.statistic == pytest.approx(4.456319, rel=2e-6)
    assert test.degrees == pytest.approx((1.0, 15.25967), rel=2e-6)
    assert test.p == pytest.approx(0.05166569, rel=5e-6)
    gap = differences[Random.READERS_AND_CASES]
    told = (gap.value, gap.low, gap.high)
    assert told == pytest.approx((-0.04380032, -0.0879594986, 0.0003588544), abs=2e-7)


def test_these_readers_or_these_cases_alone():
    """Fixed readers: F(1,113) 5.48, p 0.0210. Fixed cases: F(1,4) 8.70, p 0.0420."""
    tests, differences = published()
    cases, readers = tests[Random.CASES], tests[Random.READERS]
    assert (round(cases.statistic, 2), cases.degrees, round(cases.p, 4)) == (5.48, (1, 113), 0.0210)
    assert (round(readers.statistic, 2), readers.degrees, round(readers.p, 4)) == (
        8.70,
        (1, 4),
        0.0420,
    )
    gap = differences[Random.CASES]
    assert (gap.low, gap.high) == pytest.approx((-0.08088, -0.00672), abs=5e-6)
    gap = differences[Random.READERS]
    assert (gap.low, gap.high) == pytest.approx((-0.08502, -0.00258), abs=5e-6)


def test_mean_squares_by_hand():
    """Pseudovalues and their analysis of variance, cell by cell with areas from scratch."""
    ratings, ill = made()
    found = compare_readings(Readings(ratings, ill))
    ways, readers, cases = ratings.shape
    pseudo = np.empty(ratings.shape)
    for way, reader, case in np.ndindex(ratings.shape):
        whole = areas(ratings[way, reader], ill).areas[0]
        left = areas(np.delete(ratings[way, reader], case), np.delete(ill, case)).areas[0]
        pseudo[way, reader, case] = cases * whole - (cases - 1) * left
    mean = pseudo.mean()
    of_way = pseudo.mean(axis=(1, 2)) - mean
    of_reader = pseudo.mean(axis=(0, 2)) - mean
    both = pseudo.mean(axis=2) - mean - of_way[:, None] - of_reader[None, :]
    squares = found.mean_squares
    assert squares["T"] == pytest.approx(readers * cases * (of_way**2).sum() / (ways - 1), rel=1e-8)
    assert squares["R"] == pytest.approx(ways * cases * (of_reader**2).sum() / 4, rel=1e-8)
    assert squares["TR"] == pytest.approx(cases * (both**2).sum() / 4, rel=1e-8)


def test_left_out_areas_are_areas_of_what_is_left():
    ratings, ill = made()
    found = compare_readings(Readings(ratings[:, :2], ill))
    slow = np.array(
        [
            [
                [
                    areas(np.delete(ratings[way, reader], case), np.delete(ill, case)).areas[0]
                    for case in range(40)
                ]
                for reader in range(2)
            ]
            for way in range(2)
        ]
    ).reshape(4, 40)
    covariance = np.cov(slow) * 39**2 / 40
    assert found.components.error == pytest.approx(np.diag(covariance).mean(), rel=1e-9)
    same_way = np.mean([covariance[0, 1], covariance[2, 3]])
    assert found.components.same_way == pytest.approx(same_way, rel=1e-9)


def test_obuchowski_rockette_is_dorfman_berbaum_metz():
    """With the jackknife both give the same F (Hillis et al. 2005), whatever the ratings."""
    random = np.random.default_rng(3)
    ill = np.arange(40) < 15
    ratings = random.standard_normal((3, 4, 40)) + ill * np.array([0.5, 0.8, 1.5])[:, None, None]
    found = compare_readings(Readings(ratings, ill))
    means = found.areas.mean(axis=1)
    of_ways = 4 * means.var(ddof=1)
    rest = found.areas - means[:, None] - found.areas.mean(axis=0) + found.areas.mean()
    of_rest = (rest**2).sum() / 6
    noise = of_rest + 4 * max(found.components.same_way - found.components.neither, 0.0)
    test = found.tests[Random.READERS_AND_CASES]
    assert test.statistic == pytest.approx(of_ways / noise, rel=1e-9)
    assert test.degrees[1] == pytest.approx(noise**2 / (of_rest**2 / 6), rel=1e-9)
    assert found.differences == {}


def test_help_that_does_nothing_is_seldom_called_help():
    """Of 150 studies in which the model's help changes nothing, about 5 % are significant."""
    random = np.random.default_rng(11)
    ill = np.arange(60) < 30
    called = 0
    for _ in range(150):
        case = random.standard_normal(60) + ill
        skill = 0.3 * random.standard_normal((1, 5, 1)) * ill
        ratings = case + skill + 0.8 * random.standard_normal((2, 5, 60))
        called += compare_readings(Readings(ratings, ill)).tests[Random.READERS_AND_CASES].p < 0.05
    assert called / 150 <= 0.09


def test_a_study_that_is_not_crossed_is_refused():
    ratings, ill = made()
    broken = ratings.copy()
    broken[1, 3, 20] = np.nan
    for values, truth in (
        (broken, ill),
        (ratings[:1], ill),
        (ratings[:, :1], ill),
        (ratings, np.zeros(40, bool)),
        (ratings[..., :30], ill),
        (ratings[0], ill),
    ):
        with pytest.raises(EvaluationRefused):
            Readings(values, truth)
