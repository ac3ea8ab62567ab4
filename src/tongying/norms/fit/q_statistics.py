"""Q statistics: are mean, spread, skewness and kurtosis of the residuals right at every age.

Royston and Wright, Statistics in Medicine 2000; 19: 2943-2962. The residuals are cut into groups
along the axis; in each, four statistics are standard normal where the model is right; their squares
are summed over the groups. Skewness and kurtosis as D'Agostino, Belanger and D'Agostino Jr,
American Statistician 1990; 44: 316-321 (kurtosis after Anscombe and Glynn, Biometrika 1983; 70:
227-234).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import chdtrc

from tongying.norms.arrays import FloatArray
from tongying.norms.fit.worm import groups_along

FEWEST_IN_GROUP: Final = 25
"""The normal approximation of the kurtosis statistic is good from 20 on (Anscombe and Glynn)."""
USUAL_GROUPS: Final = 16
LEAST_FREEDOM: Final = 1.0


@dataclass(frozen=True, slots=True)
class QGroup:
    """One group along the axis: its ends, its size, and Z1 to Z4."""

    low_x: float
    high_x: float
    n: int
    z: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class QStatistics:
    """The four sums.

    Attributes
    ----------
    groups : tuple of QGroup
    q : tuple of float
        Sums of squares of Z1 to Z4.
    freedom : tuple of float
        Degrees of freedom of each.
    p : tuple of (float or None)
        Chi-squared probability of a larger sum where the model is right; None where the curve uses
        up the groups' freedom or there are too few children.
    """

    groups: tuple[QGroup, ...]
    q: tuple[float, float, float, float]
    freedom: tuple[float, float, float, float]
    p: tuple[float | None, float | None, float | None, float | None]


def q_statistics(
    z: FloatArray, x: FloatArray, used: tuple[float, ...], *, groups: int | None = None
) -> QStatistics | None:
    """Return the Q statistics of residuals along an axis, or None below 25 children.

    Parameters
    ----------
    z, x : FloatArray
        (n,), residuals and the axis.
    used : tuple of float
        Effective parameters of the curves of middle, spread, skewness and tail, as many as the
        family has. The sums lose that many degrees of freedom, the spread's half of one more, as in
        the paper: G - E1, G - (E2 + 1)/2, G - E3, G - E4.
    groups : int, optional
        G; unless told 16, or twice the middle's effective parameters where that is more, but never
        fewer than 25 children each. A choice of ours: the paper leaves it open.
    """
    if len(z) < FEWEST_IN_GROUP:
        return None
    wanted = groups or max(USUAL_GROUPS, int(np.ceil(2.0 * used[0])))
    count = max(1, min(wanted, len(z) // FEWEST_IN_GROUP))
    parts = [part for part in groups_along(x, count) if len(part) >= FEWEST_IN_GROUP]
    if not parts:
        return None
    found = tuple(
        QGroup(float(x[part].min()), float(x[part].max()), len(part), moments(z[part]))
        for part in parts
    )
    table = np.array([one.z for one in found])
    sums = (table**2).sum(axis=0)
    each = [*used, 0.0, 0.0, 0.0][:4]
    lost = np.array([each[0], (each[1] + 1.0) / 2.0, each[2], each[3]])
    freedom = len(found) - lost
    p = [
        float(chdtrc(free, q)) if free >= LEAST_FREEDOM else None
        for q, free in zip(sums, freedom, strict=True)
    ]
    return QStatistics(
        groups=found,
        q=(float(sums[0]), float(sums[1]), float(sums[2]), float(sums[3])),
        freedom=(float(freedom[0]), float(freedom[1]), float(freedom[2]), float(freedom[3])),
        p=(p[0], p[1], p[2], p[3]),
    )


def moments(z: FloatArray) -> tuple[float, float, float, float]:
    """Return Z1 to Z4 of at least eight scores, each standard normal where the scores are.

    Scores that are all the same have no skewness or kurtosis; both are 0 then.
    """
    n = len(z)
    mean, variance = float(z.mean()), float(z.var(ddof=1))
    spread = (variance ** (1.0 / 3.0) - (1.0 - 2.0 / (9.0 * n - 9.0))) / np.sqrt(
        2.0 / (9.0 * n - 9.0)
    )
    from_mean = z - mean
    second = float(np.mean(from_mean**2))
    if second == 0.0:
        return float(np.sqrt(n) * mean), float(spread), 0.0, 0.0
    skewness = float(np.mean(from_mean**3)) / second**1.5
    kurtosis = float(np.mean(from_mean**4)) / second**2
    return (
        float(np.sqrt(n) * mean),
        float(spread),
        _skewness_score(skewness, n),
        _kurtosis_score(kurtosis, n),
    )


def _skewness_score(skewness: float, n: int) -> float:
    y = skewness * np.sqrt((n + 1.0) * (n + 3.0) / (6.0 * (n - 2.0)))
    beta = (
        3.0
        * (n * n + 27.0 * n - 70.0)
        * (n + 1.0)
        * (n + 3.0)
        / ((n - 2.0) * (n + 5.0) * (n + 7.0) * (n + 9.0))
    )
    w2 = -1.0 + np.sqrt(2.0 * (beta - 1.0))
    alpha = np.sqrt(2.0 / (w2 - 1.0))
    return float(np.arcsinh(y / alpha) / np.sqrt(0.5 * np.log(w2)))


def _kurtosis_score(kurtosis: float, n: int) -> float:
    expected = 3.0 * (n - 1.0) / (n + 1.0)
    variance = 24.0 * n * (n - 2.0) * (n - 3.0) / ((n + 1.0) ** 2 * (n + 3.0) * (n + 5.0))
    x = (kurtosis - expected) / np.sqrt(variance)
    root = (
        6.0
        * (n * n - 5.0 * n + 2.0)
        / ((n + 7.0) * (n + 9.0))
        * np.sqrt(6.0 * (n + 3.0) * (n + 5.0) / (n * (n - 2.0) * (n - 3.0)))
    )
    a = 6.0 + 8.0 / root * (2.0 / root + np.sqrt(1.0 + 4.0 / (root * root)))
    below = 1.0 + x * np.sqrt(2.0 / (a - 4.0))
    cube = np.cbrt((1.0 - 2.0 / a) / below) if below != 0 else 0.0
    return float((1.0 - 2.0 / (9.0 * a) - cube) / np.sqrt(2.0 / (9.0 * a)))
