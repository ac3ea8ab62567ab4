"""The numbers of the board: how long answers took, who carried how much, who is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from tongying.consult.case import Urgency
from tongying.consult.disagreement import Disagreement
from tongying.consult.proportion import Proportion, wilson
from tongying.kernel.ids import HospitalCode, UserId

SILENT_AFTER = timedelta(days=14)
"""A hospital that has asked nothing for this long is silent (issue of the alliance desk)."""
SHARES_WITHIN_HOURS = (4, 6)
"""The promise of source C: an answer in four to six hours."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One case as the board counts it.

    Attributes
    ----------
    asking, answering : HospitalCode
    specialty : str
        Value of `Specialty`, empty where it was not said.
    urgency : Urgency
    expert : UserId or None
    submitted_at : datetime
    signed_at : datetime or None
        None while it is open or where it ended without an answer.
    wall, service : timedelta
        Running time on either clock, until the signature or until now.
    promised : timedelta or None
        What was promised; None for a booked panel.
    closed : bool
        Whether it ended without an answer (withdrawn, refused).
    against_local : Disagreement or None
        As the expert coded it; None where it was not coded.
    """

    asking: HospitalCode
    answering: HospitalCode
    specialty: str
    urgency: Urgency
    expert: UserId | None
    submitted_at: datetime
    signed_at: datetime | None
    wall: timedelta
    service: timedelta
    promised: timedelta | None
    closed: bool = False
    against_local: Disagreement | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """Times of one clock over some answered cases, in hours; None where there are none."""

    p50: float | None
    p90: float | None
    p95: float | None
    within: tuple[Proportion | None, ...]
    """For each of `SHARES_WITHIN_HOURS`."""


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers of some cases under one heading."""

    key: str
    asked: int
    answered: int
    open: int
    closed: int
    wall: Times
    service: Times
    kept: Proportion | None
    """Answered within their own promise on the wall clock, of those that were promised a span."""


@dataclass(frozen=True, slots=True)
class Load:
    """Who carried how much: cases by expert, most first, and how unevenly."""

    cases: tuple[tuple[UserId, int], ...]
    gini: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How the opinions stood to the local readings."""

    coded: int
    uncoded: int
    any: Proportion | None
    major: Proportion | None


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return a quantile by linear interpolation between order statistics, or None without values.

    Examples
    --------
    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.5
    """
    return float(np.quantile(values, share)) if values else None


def gini(values: Sequence[float]) -> float | None:
    """Return the Gini coefficient of non-negative values, or None where their sum is 0.

    0 where everybody has the same; (n - 1) / n where one has everything.

    Examples
    --------
    >>> gini([5, 5, 5]), round(gini([0, 0, 9]), 2)
    (0.0, 0.67)

    References
    ----------
    Sen A. On Economic Inequality. Oxford 1973, eq. 2.8.1 (relative mean difference, halved).
    """
    total = sum(values)
    if not values or total == 0:
        return None
    ordered = sorted(values)
    n = len(ordered)
    ranked = sum(rank * value for rank, value in enumerate(ordered, start=1))
    return 2 * ranked / (n * total) - (n + 1) / n


def group(key: str, cases: Sequence[Answered]) -> Group:
    """Return the numbers of some cases."""
    answered = [one for one in cases if one.signed_at is not None]
    promised = [one for one in answered if one.promised is not None]
    closed = sum(one.closed for one in cases)
    return Group(
        key=key,
        asked=len(cases),
        answered=len(answered),
        open=len(cases) - len(answered) - closed,
        closed=closed,
        wall=_times([_hours(one.wall) for one in answered]),
        service=_times([_hours(one.service) for one in answered]),
        kept=wilson(
            sum(one.promised is not None and one.wall <= one.promised for one in promised),
            len(promised),
        ),
    )


def groups(cases: Iterable[Answered], by: Callable[[Answered], str]) -> tuple[Group, ...]:
    """Return the numbers of cases under each heading, the one with most cases first."""
    found: dict[str, list[Answered]] = {}
    for one in cases:
        found.setdefault(by(one), []).append(one)
    made = [group(key, some) for key, some in found.items()]
    return tuple(sorted(made, key=lambda one: (-one.asked, one.key)))


def load(cases: Iterable[Answered], experts: Iterable[UserId]) -> Load:
    """Return who answered how many cases; experts who answered none count as 0."""
    counts = dict.fromkeys(experts, 0)
    for one in cases:
        if one.expert is not None and one.signed_at is not None:
            counts[one.expert] = counts.get(one.expert, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Load(tuple(ordered), gini(list(counts.values())))


def reading(cases: Iterable[Answered]) -> Reading:
    """Return how often the opinions differed from the local readings, where that was coded."""
    answered = [one for one in cases if one.signed_at is not None]
    coded = [
        one.against_local
        for one in answered
        if one.against_local not in (None, Disagreement.NO_LOCAL_READ)
    ]
    major = coded.count(Disagreement.MAJOR)
    return Reading(
        coded=len(coded),
        uncoded=sum(one.against_local is None for one in answered),
        any=wilson(major + coded.count(Disagreement.MINOR), len(coded)),
        major=wilson(major, len(coded)),
    )


def silent(
    hospitals: Iterable[tuple[HospitalCode, datetime | None, datetime]], now: datetime
) -> tuple[tuple[HospitalCode, timedelta], ...]:
    """Return the hospitals that have asked nothing for `SILENT_AFTER`, the longest silent first.

    Parameters
    ----------
    hospitals : iterable of (HospitalCode, datetime or None, datetime)
        Each with when it last asked, and when it joined (from which silence counts otherwise).
    now : datetime
    """
    found = [(code, now - (last or joined)) for code, last, joined in hospitals]
    quiet = [one for one in found if one[1] >= SILENT_AFTER]
    return tuple(sorted(quiet, key=lambda one: (-one[1], one[0])))


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600


def _times(hours: Sequence[float]) -> Times:
    return Times(
        p50=quantile(hours, 0.5),
        p90=quantile(hours, 0.9),
        p95=quantile(hours, 0.95),
        within=tuple(
            wilson(sum(one <= limit for one in hours), len(hours)) for limit in SHARES_WITHIN_HOURS
        ),
    )
