"""The cases that experts have accepted: how long they still take, and how likely they are late.

An expert answers one case at a time: those whose images they have opened, then in the order of
acceptance. The first is in hand since it was opened, or accepted where that is not recorded, so its
remaining time is conditional on that; the others come after it. A case that waits
for county data takes no time; what is said of it holds for the data coming now.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from tongying.consult.crew import Crew
from tongying.consult.eligibility import OpenCase
from tongying.consult.lateness import (
    exceeds,
    expected_excess,
    log_law,
    moments,
    residual_exceeds,
    residual_excess,
    residual_moments,
)
from tongying.consult.pace import prior_pace
from tongying.consult.positions import Busy
from tongying.consult.watch import minutes_of
from tongying.kernel.ids import UserId

Hands = dict[UserId, list[OpenCase]]
"""The accepted cases of each expert in the order of their turns, waiting ones last."""


class Held(NamedTuple):
    """An accepted case: its turn with its expert and the law of its signature; minutes from now."""

    case: OpenCase
    expert: UserId
    place: int
    median: float
    begin: float
    finish: float
    late_probability: float
    late_minutes: float


class _Turn(NamedTuple):
    case: OpenCase
    expert: UserId
    place: int
    ahead: int
    """Cases before it, of those that take time."""
    elapsed: float
    """Minutes since the first of those is in hand."""
    centre: float
    spread: float


def in_hands(cases: Iterable[OpenCase]) -> Hands:
    """Return the accepted cases among some by expert."""
    hands: Hands = {}
    for case in cases:
        if case.accepted_at is not None and case.assignee is not None:
            hands.setdefault(case.assignee, []).append(case)
    for mine in hands.values():
        if len(mine) > 1:
            mine.sort(
                key=lambda one: (one.waiting, one.opened_at is None, one.in_hand_since, one.id)
            )
    return hands


def busy_with(hands: Hands, crew: Crew, now: float) -> Busy:
    """Return how busy accepted cases keep the experts.

    Parameters
    ----------
    hands : Hands
    crew : Crew
    now : float
        Minutes since the epoch.
    """
    size = len(crew.ids)
    busy = Busy(np.zeros(size), np.zeros(size), np.zeros(size))
    columns, elapsed, after = [], [], []
    for expert, mine in hands.items():
        column = crew.column.get(expert)
        if column is None:
            continue
        busy.load[column] = len(mine)
        if not mine[0].waiting:
            columns.append(column)
            elapsed.append(_elapsed(mine[0], now))
            after.append(sum(not one.waiting for one in mine) - 1.0)
    if columns:
        mean, variance = residual_moments(
            crew.centre[columns], crew.spread[columns], np.array(elapsed)
        )
        busy.mean[columns] = mean + np.array(after) * crew.mean[columns]
        busy.variance[columns] = variance + np.array(after) * crew.variance[columns]
    return busy


def held_cases(hands: Hands, crew: Crew, now: float) -> list[Held]:
    """Return the accepted cases with the laws of their signatures.

    Parameters
    ----------
    hands : Hands
    crew : Crew
        An accepted case of somebody else is foretold with the alliance's prior pace.
    now : float
        Minutes since the epoch.
    """
    turns = _turns(hands, crew, now)
    if not turns:
        return []
    centre, spread = (
        np.array([one.centre for one in turns]),
        np.array([one.spread for one in turns]),
    )
    elapsed = np.array([one.elapsed for one in turns])
    before = np.array([float(one.ahead) for one in turns])
    limit = np.array([minutes_of(one.case.due_at) - now for one in turns])
    first = np.array([not one.ahead and not one.case.waiting for one in turns])
    mean, variance = moments(centre, spread)
    rest, rest_variance = residual_moments(centre, spread, elapsed)
    begin = np.where(before > 0, rest + (before - 1) * mean, 0.0)
    finish = np.where(first, rest, begin + mean)
    finish_variance = np.where(before > 0, rest_variance + before * variance, variance)
    law = log_law(np.maximum(finish, 1e-6), finish_variance)
    columns = (
        begin,
        finish,
        np.where(first, residual_exceeds(centre, spread, elapsed, limit), exceeds(law, limit)),
        np.where(
            first,
            residual_excess(centre, spread, elapsed, limit),
            expected_excess(finish, law, limit),
        ),
    )
    numbers = zip(turns, *(column.tolist() for column in columns), strict=True)
    return [
        Held(one.case, one.expert, one.place, math.exp(one.centre), *rest) for one, *rest in numbers
    ]


def _turns(hands: Hands, crew: Crew, now: float) -> list[_Turn]:
    turns = []
    for expert, mine in hands.items():
        column = crew.column.get(expert)
        elapsed, ahead = _elapsed(mine[0], now), 0
        for place, case in enumerate(mine, start=1):
            if column is None:
                pace = prior_pace(case.modalities)
                centre, spread = math.log(pace.median_minutes), pace.sigma
            else:
                centre, spread = float(crew.centre[column]), float(crew.spread[column])
            turns.append(_Turn(case, expert, place, ahead, elapsed, centre, spread))
            ahead += not case.waiting
    return turns


def _elapsed(case: OpenCase, now: float) -> float:
    since = case.in_hand_since
    return 0.0 if since is None else now - minutes_of(since)
