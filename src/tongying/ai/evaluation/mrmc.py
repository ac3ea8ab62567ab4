"""Multiple readers, multiple cases: whether one way of reading is better than another.

The figure of merit is the empirical area under the ROC curve; its covariances come from leaving
out one case after the other. Obuchowski and Rockette's test with Hillis' degrees of freedom says
what holds for other readers and other cases; Dorfman, Berbaum and Metz' analysis of pseudovalues
gives the same statistic, and the tests for these readers or these cases alone.

References
----------
.. [1] Obuchowski NA, Rockette HE. Hypothesis testing of diagnostic accuracy for multiple readers
   and multiple tests: an ANOVA approach with dependent observations. Commun Stat Simul Comput 1995;
   24: 285-308.
.. [2] Hillis SL. A comparison of denominator degrees of freedom methods for multiple observer ROC
   analysis. Stat Med 2007; 26: 596-619.
.. [3] Dorfman DD, Berbaum KS, Metz CE. Receiver operating characteristic rating analysis:
   generalization to the population of readers and patients with the jackknife method. Invest Radiol
   1992; 27: 723-731.
.. [4] Hillis SL, Berbaum KS, Metz CE. Recent developments in the Dorfman-Berbaum-Metz procedure for
   multireader ROC study analysis. Acad Radiol 2008; 15: 647-661.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Any

import numpy as np
from scipy.stats import f, rankdata, t

from tongying.ai.evaluation.figure import SHARE_95, EvaluationRefused, Figure
from tongying.norms.arrays import BoolArray, FloatArray

FEWEST = 2
"""Ways, readers, cases with and cases without that are needed."""


class Random(StrEnum):
    """What the answer is to hold for."""

    READERS_AND_CASES = "readers-and-cases"
    CASES = "cases"
    """Other cases, these readers."""
    READERS = "readers"
    """Other readers, these cases."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """A fully crossed study: every reader read every case in every way.

    Attributes
    ----------
    ratings : FloatArray
        (ways, readers, cases); higher speaks for disease.
    truth : BoolArray
        (cases,).

    Raises
    ------
    EvaluationRefused
        If a rating is missing, or there are fewer than two ways, readers or cases of a class.
    """

    ratings: FloatArray
    truth: BoolArray

    def __post_init__(self) -> None:
        if self.ratings.ndim != 3 or self.ratings.shape[2] != len(self.truth):
            raise EvaluationRefused("Every reader must have read every case in every way.")
        if not np.isfinite(self.ratings).all():
            raise EvaluationRefused("A rating is missing.")
        least = min(*self.ratings.shape[:2], int(self.truth.sum()), int((~self.truth).sum()))
        if least < FEWEST:
            raise EvaluationRefused(
                "Two ways of reading, two readers and two cases with and without are needed."
            )


@dataclass(frozen=True, slots=True)
class Components:
    """Obuchowski and Rockette's variances and covariances.

    Attributes
    ----------
    reader, way_reader : float
        May come out negative, as unbiased estimates do.
    error : float
    same_reader, same_way, neither : float
        Covariance of areas of one reader in two ways (Cov1), of two readers in one way (Cov2), of
        two readers in two ways (Cov3).
    """

    reader: float
    way_reader: float
    error: float
    same_reader: float
    same_way: float
    neither: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether all ways are the same.

    Attributes
    ----------
    statistic : float
        F; infinite where nothing but the ways differs.
    degrees : tuple of float
    p : float
    """

    statistic: float
    degrees: tuple[float, float]
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The whole answer.

    Attributes
    ----------
    areas : FloatArray
        (ways, readers).
    of_ways : tuple of Figure
        Mean area of each way, interval for other readers and cases from its own data.
    components : Components
    mean_squares : dict of str to float
        Of the pseudovalues: T, R, C, TR, TC, RC, TRC (T is the way).
    tests : dict of Random to Outcome
    differences : dict of Random to Figure
        Of the first way less the second, where there are two.
    """

    areas: FloatArray
    of_ways: tuple[Figure, ...]
    components: Components
    mean_squares: dict[str, float]
    tests: dict[Random, Outcome]
    differences: dict[Random, Figure]

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object."""
        return {
            "areas": self.areas.tolist(),
            "of_ways": [one.as_json() for one in self.of_ways],
            "components": {
                name: getattr(self.components, name) for name in self.components.__slots__
            },
            "mean_squares": self.mean_squares,
            "tests": {
                key.value: {"f": one.statistic, "df": list(one.degrees), "p": one.p}
                for key, one in self.tests.items()
            },
            "differences": {key.value: one.as_json() for key, one in self.differences.items()},
        }


def compare_readings(readings: Readings) -> Comparison:
    """Compare ways of reading, such as without and with a model's help.

    Parameters
    ----------
    readings : Readings
    """
    areas, without = _left_out(readings)
    ways, readers, cases = readings.ratings.shape
    squares = _mean_squares(cases * areas[:, :, None] - (cases - 1) * without)
    own = without.reshape(ways * readers, cases)
    covariance = np.cov(own) * (cases - 1) ** 2 / cases
    components, same_way = _components(areas, covariance)
    gap = float(areas[0].mean() - areas[1].mean())
    tests, differences = outcomes(squares, (ways, readers, cases), gap)
    return Comparison(
        areas=areas,
        of_ways=tuple(
            _of_way(areas[number], float(same_way[number]), cases) for number in range(ways)
        ),
        components=components,
        mean_squares=squares,
        tests=tests,
        differences=differences,
    )


def outcomes(
    squares: dict[str, float], shape: tuple[int, int, int], gap: float
) -> tuple[dict[Random, Outcome], dict[Random, Figure]]:
    """Return tests and intervals that follow from mean squares of pseudovalues.

    Parameters
    ----------
    squares : dict of str to float
        Of ways (T), readers (R), cases (C) and of what they share.
    shape : tuple of int
        Ways, readers, cases.
    gap : float
        Mean area of the first way less that of the second.
    """
    ways, readers, cases = shape
    noise = {
        Random.READERS_AND_CASES: squares["TR"] + max(squares["TC"] - squares["TRC"], 0.0),
        Random.CASES: squares["TC"],
        Random.READERS: squares["TR"],
    }
    free = {
        Random.READERS_AND_CASES: _hillis(
            noise[Random.READERS_AND_CASES], squares["TR"], (ways - 1) * (readers - 1)
        ),
        Random.CASES: float((ways - 1) * (cases - 1)),
        Random.READERS: float((ways - 1) * (readers - 1)),
    }
    tests: dict[Random, Outcome] = {}
    differences: dict[Random, Figure] = {}
    for kind, under in noise.items():
        ratio = squares["T"] / under if under > 0.0 else np.inf
        tests[kind] = Outcome(
            ratio, (ways - 1.0, free[kind]), float(f.sf(ratio, ways - 1, free[kind]))
        )
        if ways == 2:
            half = _reach(free[kind]) * sqrt(2.0 * under / (readers * cases))
            differences[kind] = Figure(gap, gap - half, gap + half, cases, "hillis")
    return tests, differences


def _left_out(readings: Readings) -> tuple[FloatArray, FloatArray]:
    """Return areas, (ways, readers), and areas without each case, (ways, readers, cases)."""
    ill = readings.truth
    ratings = readings.ratings
    diseased, healthy = int(ill.sum()), int((~ill).sum())
    ranks = rankdata(ratings, axis=2)
    of_ill = (ranks[:, :, ill] - rankdata(ratings[:, :, ill], axis=2)) / healthy
    of_healthy = 1.0 - (ranks[:, :, ~ill] - rankdata(ratings[:, :, ~ill], axis=2)) / diseased
    areas = of_ill.mean(axis=2)
    without = np.empty_like(ratings, dtype=np.float64)
    without[:, :, ill] = (diseased * areas[:, :, None] - of_ill) / (diseased - 1)
    without[:, :, ~ill] = (healthy * areas[:, :, None] - of_healthy) / (healthy - 1)
    return areas, without


def _mean_squares(values: FloatArray) -> dict[str, float]:
    """Return mean squares of a crossed table, (ways, readers, cases), one value a cell."""
    letters = "TRC"
    size = dict(zip(letters, values.shape, strict=True))
    parts: dict[str, FloatArray] = {"": np.asarray(values.mean(keepdims=True))}
    squares: dict[str, float] = {}
    for name in ("T", "R", "C", "TR", "TC", "RC", "TRC"):
        over = tuple(axis for axis, letter in enumerate(letters) if letter not in name)
        part = values.mean(axis=over, keepdims=True) if over else values
        for smaller, effect in parts.items():
            if set(smaller) < set(name):
                part = part - effect
        parts[name] = np.asarray(part)
        repeats = values.size // part.size
        free = int(np.prod([size[letter] - 1 for letter in name]))
        squares[name] = repeats * float((part**2).sum()) / free
    return squares


def _components(areas: FloatArray, covariance: FloatArray) -> tuple[Components, FloatArray]:
    ways, readers = areas.shape
    table = covariance.reshape(ways, readers, ways, readers)
    way = np.equal.outer(np.arange(ways), np.arange(ways))[:, None, :, None]
    reader = np.equal.outer(np.arange(readers), np.arange(readers))[None, :, None, :]
    way, reader = np.broadcast_arrays(way, reader)
    error = float(table[way & reader].mean())
    same_reader = float(table[~way & reader].mean())
    same_way = float(table[way & ~reader].mean())
    neither = float(table[~way & ~reader].mean())
    apart = ~np.eye(readers, dtype=bool)
    each = np.array([table[number, :, number, :][apart].mean() for number in range(ways)])
    mean = areas.mean()
    of_readers = areas.mean(axis=0) - mean
    rest = areas - areas.mean(axis=1, keepdims=True) - of_readers[None, :]
    ms_readers = ways * float((of_readers**2).sum()) / (readers - 1)
    ms_rest = float((rest**2).sum()) / ((ways - 1) * (readers - 1))
    return (
        Components(
            reader=(ms_readers - ms_rest) / ways - same_reader + neither,
            way_reader=ms_rest - error + same_reader + same_way - neither,
            error=error,
            same_reader=same_reader,
            same_way=same_way,
            neither=neither,
        ),
        each,
    )


def _of_way(areas: FloatArray, same_way: float, cases: int) -> Figure:
    """Return one way's mean area; interval of [2]_ from its own data."""
    readers, mean = len(areas), float(areas.mean())
    spread = float(areas.var(ddof=1))
    noise = spread + readers * max(same_way, 0.0)
    half = _reach(_hillis(noise, spread, readers - 1)) * sqrt(noise / readers)
    return Figure(mean, mean - half, mean + half, cases, "hillis")


def _hillis(noise: float, readers_part: float, free: float) -> float:
    """Return Hillis' degrees of freedom; without any spread of readers they have no bound."""
    return np.inf if readers_part <= 0.0 else noise**2 / (readers_part**2 / free)


def _reach(degrees: float) -> float:
    return float(t.ppf(0.5 + SHARE_95 / 2.0, degrees))
