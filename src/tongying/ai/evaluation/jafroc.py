"""Figures of merit of alternative free-response data: AFROC and weighted AFROC areas.

A case without a lesion is rated by its surest mark, a lesion by the surest mark on it; what was
not marked is rated below everything that was. The figure is the chance that a lesion is rated
above a case without one, ties counting half. The weighted figure lets every child with lesions
count the same, however many lesions it has.

References
----------
.. [1] Chakraborty DP, Berbaum KS. Observer studies involving detection and localization: modeling,
   analysis, and validation. Med Phys 2004; 31: 2313-2330.
.. [2] Chakraborty DP, Zhai X. On the meaning of the weighted alternative free-response operating
   characteristic figure of merit. Med Phys 2016; 43: 2548-2557.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import t

from tongying.ai.evaluation.figure import SHARE_95, EvaluationRefused, Figure
from tongying.ai.evaluation.froc import Scored


def figure_of_merit(scans: Sequence[Scored], *, weighted: bool) -> float:
    """Return the area under the (weighted) AFROC curve.

    Parameters
    ----------
    scans : sequence of Scored
        With lesions and without; false marks on scans with lesions do not enter, as in [1]_.
    weighted : bool
        Whether each scan with lesions counts the same.

    Raises
    ------
    EvaluationRefused
        If no scan has a lesion or none is without.
    """
    healthy = np.array(
        [scan.false.max() if len(scan.false) else -np.inf for scan in scans if not len(scan.found)]
    )
    ill = [scan.found for scan in scans if len(scan.found)]
    if not len(healthy) or not ill:
        raise EvaluationRefused("Scans with lesions and scans without are needed.")
    ordered = np.sort(healthy)
    means: list[float] = []
    sizes: list[int] = []
    for found in ill:
        below = np.searchsorted(ordered, found, side="left")
        upto = np.searchsorted(ordered, found, side="right")
        means.append(float(np.mean((below + upto) / 2.0)) / len(healthy))
        sizes.append(len(found))
    return float(np.average(means, weights=None if weighted else sizes))


def jackknife(scans: Sequence[Scored], *, weighted: bool) -> Figure:
    """Return the figure with an interval from leaving out one scan after the other.

    Parameters
    ----------
    scans : sequence of Scored
        At least two with lesions and two without; one a child, since scans are left out singly.
    weighted : bool

    Raises
    ------
    EvaluationRefused
        If a child has several scans.
    """
    if len({scan.child for scan in scans}) < len(scans):
        raise EvaluationRefused("The jackknife needs one scan of each child.")
    whole = figure_of_merit(scans, weighted=weighted)
    n = len(scans)
    without = np.array(
        [
            figure_of_merit([*scans[:number], *scans[number + 1 :]], weighted=weighted)
            for number in range(n)
        ]
    )
    error = float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2)))
    half = float(t.ppf(0.5 + SHARE_95 / 2.0, n - 1)) * error
    return Figure(whole, max(0.0, whole - half), min(1.0, whole + half), n, "jackknife")
