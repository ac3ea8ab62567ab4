"""Intervals and tests that assume little: children drawn anew, readings swapped.

Studies of one child are no independent evidence, so whole children are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from tongying.ai.evaluation.figure import SHARE_95, EvaluationRefused
from tongying.norms.arrays import FloatArray, IntArray

MOST_WITHOUT = 0.05
"""Share of samples in which the statistic may not exist; with more there is no interval."""
Statistic = Callable[[IntArray], float | None]
"""Of the studies with these numbers, some several times; None where it does not exist."""


def bootstrap(
    children: Sequence[str], statistic: Statistic, *, replicates: int, seed: int
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a statistic, children drawn with replacement.

    Parameters
    ----------
    children : sequence of str
        Whose each study is.
    statistic : callable
    replicates : int
    seed : int

    Raises
    ------
    EvaluationRefused
        If there is no study, or the statistic does not exist in one sample of twenty.
    """
    groups: dict[str, list[int]] = {}
    for number, child in enumerate(children):
        groups.setdefault(child, []).append(number)
    if not groups:
        raise EvaluationRefused("There is no study to draw from.")
    members = [np.array(group, dtype=np.int64) for group in groups.values()]
    random = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(replicates):
        drawn = random.integers(len(members), size=len(members))
        value = statistic(np.concatenate([members[int(number)] for number in drawn]))
        if value is not None:
            found.append(value)
    if not found or len(found) < (1.0 - MOST_WITHOUT) * replicates:
        raise EvaluationRefused("Too few studies for an interval by bootstrap.")
    tail = (1.0 - SHARE_95) / 2.0
    low, high = np.quantile(np.array(found), [tail, 1.0 - tail])
    return float(low), float(high)


def swap_test(
    first: ArrayLike,
    second: ArrayLike,
    children: Sequence[str],
    statistic: Callable[[FloatArray], float],
    *,
    replicates: int,
    seed: int,
) -> float:
    """Return the two-sided p that two readings of the same studies are worth the same.

    Under that hypothesis it does not matter which of both readings of a child is which: they are
    swapped at random, child by child. Scores must be on one scale.

    Parameters
    ----------
    first, second : array_like of float, shape (studies,)
    children : sequence of str
    statistic : callable
        Of one reading of all studies, such as its area under the curve.
    replicates : int
    seed : int

    Raises
    ------
    EvaluationRefused
        If sizes differ.

    References
    ----------
    Phipson B, Smyth GK. Permutation p-values should never be zero. Stat Appl Genet Mol Biol 2010;
    9: 39.
    """
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if not len(one) == len(two) == len(children):
        raise EvaluationRefused("Every study needs both readings and its child.")
    _, of_study = np.unique(np.array(children, dtype=str), return_inverse=True)
    seen = abs(statistic(one) - statistic(two))
    random = np.random.default_rng(seed)
    extreme = 0
    for _ in range(replicates):
        swapped = random.integers(2, size=int(of_study.max()) + 1)[of_study].astype(bool)
        gap = statistic(np.where(swapped, two, one)) - statistic(np.where(swapped, one, two))
        extreme += abs(gap) >= seen - 1e-12
    return (1 + extreme) / (1 + replicates)
