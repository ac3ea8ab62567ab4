"""Values that lie too far out to be taken without a look. Nothing is ever removed here.

References
----------
Tukey, Exploratory data analysis, 1977; Reed, Henry & Mason, Clin Chem 1971;17:275-284 (a third of
the range); Dixon, Ann Math Stat 1950;21:488-506; EP28-A3c (2010), section 9.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

import numpy as np

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray, IntArray
from tongying.norms.intervals.box_cox import PowerRefused, fit_box_cox
from tongying.norms.intervals.dixon import DIXON_MOST, dixon_ratio, dixon_tail

FENCE: Final = 1.5
"""Interquartile ranges beyond the quartiles (Tukey 1977)."""
REED: Final = 1.0 / 3.0
"""Of the range (Reed 1971)."""
FEWEST: Final = 4
"""Below this nothing can be said about outlying values; a choice of ours."""


class OutliersRefused(BadInput):
    """Too few values, or a value that is no number."""

    code: ClassVar[str] = "norms.outliers-refused"


class Rule(StrEnum):
    """How a value is told to lie too far out."""

    TUKEY = "tukey"
    TUKEY_BOX_COX = "tukey-box-cox"
    """Fences after a power transform, as EP28-A3c asks for skewed values (Horn 2001)."""
    REED = "reed"
    DIXON = "dixon"


@dataclass(frozen=True, slots=True, eq=False)
class Outliers:
    """What a rule would take out; the person who knows the child decides.

    Attributes
    ----------
    rule : Rule
    places : IntArray
        Of the values it names, in the order the values were given.
    values : FloatArray
        The same, in the measure's unit.
    low, high : float or None
        Fences, in the measure's unit; None where the rule has none.
    numbers : tuple of float
        Reed: D / R at the lower and the upper end. Dixon: the ratio and its probability at the
        lower, then at the upper end. Empty for fences.
    sentence : str
    """

    rule: Rule
    places: IntArray
    values: FloatArray
    low: float | None
    high: float | None
    numbers: tuple[float, ...]
    sentence: str


def tukey(values: FloatArray, *, fence: float = FENCE) -> Outliers:
    """Return the values beyond the quartiles by more than `fence` interquartile ranges.

    Quartiles are interpolated at ranks ``p (n + 1)``, as in `ranks`.

    Raises
    ------
    OutliersRefused
        If there are fewer than four values, or one is no number.

    Examples
    --------
    >>> import numpy as np
    >>> tukey(np.array([1.0, 2, 3, 4, 5, 6, 7, 20])).values.tolist()
    [20.0]
    """
    values = _checked(values)
    low, high = _fences(values, fence)
    return _fenced(Rule.TUKEY, values, low, high)


def tukey_after_power(values: FloatArray, *, fence: float = FENCE) -> Outliers:
    """Return the values beyond fences that were set on power-transformed values.

    Raises
    ------
    OutliersRefused
        If there are fewer than four values, or one is no number.
    PowerRefused
        If a value is not above zero, or all are the same.
    """
    values = _checked(values)
    fit = fit_box_cox(values)
    scores = fit.scores(values)
    low, high = (fit.value(one) for one in _fences(scores, fence))
    return _fenced(Rule.TUKEY_BOX_COX, values, low, high)


def reed(values: FloatArray) -> Outliers:
    """Return the outermost value of each end whose gap to the next is a third of the range.

    Raises
    ------
    OutliersRefused
        If there are fewer than four values, or one is no number.

    Examples
    --------
    >>> import numpy as np
    >>> found = reed(np.array([2.0, 4.0, 5.0, 6.0, 7.0, 20.0]))
    >>> found.values.tolist(), [round(one, 3) for one in found.numbers]
    ([20.0], [0.111, 0.722])
    """
    values = _checked(values)
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    spread = ranked[-1] - ranked[0]
    if spread == 0.0:
        return _named(Rule.REED, values, order[:0], (0.0, 0.0))
    ratios = (
        float((ranked[1] - ranked[0]) / spread),
        float((ranked[-1] - ranked[-2]) / spread),
    )
    ends = [order[end] for end, ratio in zip((0, -1), ratios, strict=True) if ratio >= REED - 1e-12]
    return _named(Rule.REED, values, np.array(ends, dtype=np.int64), ratios)


def dixon(values: FloatArray, *, level: float = 0.05) -> Outliers:
    """Return the outermost value of each end that is improbable in a normal sample of 3 to 30.

    The two ends are tested at half of `level` each.

    Raises
    ------
    OutliersRefused
        If there are fewer than four values, more than 30, or one is no number.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array([0.189, 0.167, 0.187, 0.183, 0.186, 0.182, 0.181])
    >>> dixon(values).values.tolist()
    [0.167]
    """
    values = _checked(values)
    if len(values) > DIXON_MOST:
        raise OutliersRefused(
            f"Dixon's ratios are for {DIXON_MOST} values at most; use Reed's rule or fences."
        )
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    found, numbers = [], []
    for end, sample in ((0, -ranked[::-1]), (-1, ranked)):
        ratio = dixon_ratio(sample)
        tail = dixon_tail(ratio, len(values))
        numbers += [ratio, tail]
        if tail <= level / 2.0:
            found.append(order[end])
    return _named(Rule.DIXON, values, np.array(found, dtype=np.int64), tuple(numbers))


def suspects(values: FloatArray) -> tuple[Outliers, ...]:
    """Return what each rule that suits the number of values would take out.

    Fences are set after a power transform where all values are above zero, else on them as they
    are.

    Raises
    ------
    OutliersRefused
        If there are fewer than four values, or one is no number.
    """
    try:
        fences = tukey_after_power(values)
    except PowerRefused:
        fences = tukey(values)
    found = [fences, reed(values)]
    if len(values) <= DIXON_MOST:
        found.append(dixon(values))
    return tuple(found)


def _checked(values: FloatArray) -> FloatArray:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or len(values) < FEWEST:
        raise OutliersRefused(f"Below {FEWEST} values nothing can be said about outlying ones.")
    if not np.isfinite(values).all():
        raise OutliersRefused("A value is missing or not a number.")
    return values


def _fences(values: FloatArray, fence: float) -> tuple[float, float]:
    first, third = np.quantile(values, [0.25, 0.75], method="weibull")
    return float(first - fence * (third - first)), float(third + fence * (third - first))


def _fenced(rule: Rule, values: FloatArray, low: float, high: float) -> Outliers:
    places = np.flatnonzero((values < low) | (values > high))
    return Outliers(
        rule, places, values[places], low, high, (), _sentence(rule, len(places), len(values))
    )


def _named(
    rule: Rule, values: FloatArray, places: IntArray, numbers: tuple[float, ...]
) -> Outliers:
    return Outliers(
        rule,
        places,
        values[places],
        None,
        None,
        numbers,
        _sentence(rule, len(places), len(values)),
    )


def _sentence(rule: Rule, found: int, n: int) -> str:
    name = {
        Rule.TUKEY: "Tukey's fences name",
        Rule.TUKEY_BOX_COX: "Tukey's fences after a power transform name",
        Rule.REED: "Reed's rule of a third names",
        Rule.DIXON: "Dixon's ratio names",
    }[rule]
    return f"{name} {found} of {n} values as lying far out; none was removed."
