"""Sensitivity, specificity and predictive values with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import beta, binomtest

from tongying.ai.evaluation.figure import (
    SHARE_95,
    SMALLEST_GROUP,
    EvaluationRefused,
    Figure,
    Silence,
    Told,
    Untold,
)
from tongying.consult.proportion import wilson


@dataclass(frozen=True, slots=True)
class Counts:
    """How calls and truth fell together.

    Attributes
    ----------
    true_positive, false_positive, true_negative, false_negative : int
    """

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int

    @property
    def diseased(self) -> int:
        """Count those who have it."""
        return self.true_positive + self.false_negative

    @property
    def healthy(self) -> int:
        """Count those who do not."""
        return self.true_negative + self.false_positive

    def as_json(self) -> dict[str, int]:
        """Return the counts as a JSON object."""
        return {
            "tp": self.true_positive,
            "fp": self.false_positive,
            "tn": self.true_negative,
            "fn": self.false_negative,
        }


def exact(k: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion that is never too narrow.

    Parameters
    ----------
    k, n : int
        How many of how many; `n` at least 1.

    Raises
    ------
    EvaluationRefused
        If `k` does not lie between 0 and `n`, or `n` is 0.

    References
    ----------
    Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 1934; 26: 404-413.

    Examples
    --------
    >>> [round(one, 4) for one in exact(81, 263)]
    [0.2527, 0.3676]
    """
    if not 0 <= k <= n or n == 0:
        raise EvaluationRefused("A proportion needs at least one study and no more hits than that.")
    tail = (1.0 - SHARE_95) / 2.0
    low = 0.0 if k == 0 else float(beta.ppf(tail, k, n - k + 1))
    high = 1.0 if k == n else float(beta.ppf(1.0 - tail, k + 1, n - k))
    return low, high


def share(k: int, n: int, *, smallest: int = SMALLEST_GROUP) -> Told:
    """Return `k` of `n` with its Wilson interval, or silence below `smallest`."""
    found = wilson(k, n)
    if found is None or n < smallest:
        return Untold(Silence.TOO_FEW, n, smallest)
    return Figure(found.share, found.low, found.high, n, "wilson")


def rates(counts: Counts, *, smallest: int = SMALLEST_GROUP) -> dict[str, Told]:
    """Return the four rates, each with its Wilson interval or told not to be known.

    Predictive values hold at the share of ill children among these studies and nowhere else.

    Parameters
    ----------
    counts : Counts
    smallest : int
        Fewer studies than this below the line and the rate is not told.
    """
    called = counts.true_positive + counts.false_positive
    passed = counts.true_negative + counts.false_negative
    return {
        "sensitivity": share(counts.true_positive, counts.diseased, smallest=smallest),
        "specificity": share(counts.true_negative, counts.healthy, smallest=smallest),
        "ppv": share(counts.true_positive, called, smallest=smallest),
        "npv": share(counts.true_negative, passed, smallest=smallest),
    }


def exact_rates(counts: Counts, *, smallest: int = SMALLEST_GROUP) -> dict[str, Told]:
    """Return the four rates with intervals of Clopper and Pearson."""
    answer: dict[str, Told] = {}
    pairs = {
        "sensitivity": (counts.true_positive, counts.diseased),
        "specificity": (counts.true_negative, counts.healthy),
        "ppv": (counts.true_positive, counts.true_positive + counts.false_positive),
        "npv": (counts.true_negative, counts.true_negative + counts.false_negative),
    }
    for name, (k, n) in pairs.items():
        if n < max(smallest, 1):
            answer[name] = Untold(Silence.TOO_FEW, n, smallest)
        else:
            answer[name] = Figure(k / n, *exact(k, n), n, "clopper-pearson")
    return answer


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p of two paired rates being the same.

    Parameters
    ----------
    only_first, only_second : int
        Studies that only one of both got right.

    Raises
    ------
    EvaluationRefused
        If a count is negative.

    References
    ----------
    McNemar Q. Note on the sampling error of the difference between correlated proportions or
    percentages. Psychometrika 1947; 12: 153-157; exact by the binomial distribution.
    """
    if min(only_first, only_second) < 0:
        raise EvaluationRefused("Counts of studies cannot be negative.")
    both = only_first + only_second
    return 1.0 if both == 0 else float(binomtest(only_first, both, 0.5).pvalue)
