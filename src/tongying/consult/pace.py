"""How fast an expert answers: the alliance's prior, an expert's own measured pace, what is left.

The minutes from acceptance to signature, without the pauses in which a case waited for the county,
follow a log-normal law. An expert's own law is the conjugate (normal-inverse-gamma) estimate on the
logarithms: with few cases it is the prior, with many their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import ClassVar

from tongying.consult.expert import Pace
from tongying.kernel.errors import BadInput

PRIOR_MEDIAN_MINUTES = 18.0
"""Median minutes of a remote read (the toy simulation of the domain reference). Needs sign-off."""
PRIOR_SIGMA = 0.6
"""Spread of the logarithm: nine in ten reads take 7 to 48 minutes. Needs sign-off."""
PRIOR_COUNT = 10
"""Own cases that weigh as much as the prior. Needs sign-off."""
SLOW_SCORE = 1.2815515655
"""The standard normal's 90th percentile: a slower case is unusual. Needs sign-off."""
MODALITY_FACTOR: dict[str, float] = {
    "CR": 0.5,
    "DX": 0.5,
    "RF": 0.8,
    "US": 0.8,
    "CT": 1.0,
    "MR": 1.4,
    "NM": 1.2,
    "PT": 1.5,
}
"""A modality's median against the general one; no source at hand, every figure needs sign-off."""


class PaceRefused(BadInput):
    """Minutes from which no pace can be measured."""

    code: ClassVar[str] = "pace.minutes"


def prior_pace(modalities: Iterable[str]) -> Pace:
    """Return the pace of an expert of whom nothing is known, for studies of some modalities.

    Of several modalities the slowest counts: a case is answered when its last study is read.
    Unknown ones count as the general median.

    Examples
    --------
    >>> prior_pace(["CT"]).median_minutes, prior_pace([]).count
    (18.0, 0)
    """
    factor = max((MODALITY_FACTOR.get(one, 1.0) for one in modalities), default=1.0)
    return Pace(PRIOR_MEDIAN_MINUTES * factor, PRIOR_SIGMA)


def measured_pace(minutes: Sequence[float], prior: Pace) -> Pace:
    """Return an expert's pace from their own cases, drawn towards a prior.

    Parameters
    ----------
    minutes : sequence of float
        From acceptance to signature without pauses, one for each signed case; more than 0.
    prior : Pace
        Counts as `PRIOR_COUNT` cases.

    Raises
    ------
    PaceRefused
        If a value is not a positive, finite number of minutes.

    Examples
    --------
    Ten cases of 40 minutes and a prior of 10 minutes meet in the (geometric) middle.

    >>> round(measured_pace([40.0] * 10, Pace(10.0, 0.5)).median_minutes, 6)
    20.0

    References
    ----------
    K. Murphy, "Conjugate Bayesian analysis of the Gaussian distribution" (2007), section 6.
    """
    if any(not (math.isfinite(one) and one > 0) for one in minutes):
        raise PaceRefused("The minutes from acceptance to signature must be more than 0.")
    count = len(minutes)
    if count == 0:
        return Pace(prior.median_minutes, prior.sigma)
    logs = [math.log(one) for one in minutes]
    own = math.fsum(logs) / count
    centre = math.log(prior.median_minutes)
    total = count + PRIOR_COUNT
    squares = math.fsum((one - own) ** 2 for one in logs)
    between = PRIOR_COUNT * count / total * (own - centre) ** 2
    spread = (PRIOR_COUNT * prior.sigma**2 + squares + between) / total
    middle = (PRIOR_COUNT * centre + count * own) / total
    return Pace(math.exp(middle), math.sqrt(spread), count)


def mean_minutes(pace: Pace) -> float:
    """Return the expected minutes of a case.

    Examples
    --------
    >>> round(mean_minutes(Pace(18.0, 0.6)), 2)
    21.55
    """
    return pace.median_minutes * math.exp(pace.sigma**2 / 2)


def slow_minutes(pace: Pace) -> float:
    """Return the minutes that only one case in ten takes longer than.

    Examples
    --------
    >>> round(slow_minutes(Pace(20.0, 0.3)), 1)
    29.4
    """
    return pace.median_minutes * math.exp(SLOW_SCORE * pace.sigma)
