"""The forecast: which cases will miss their promise, and why, in time to do something about it.

A breach is raised as soon as it is more likely than not. The last chance comes `LEAD` before the
deadline: a case that is then not in an expert's hands, or is there for unusually long, or whose
signature in time is not nearly certain, is raised too. Whoever looks at every case at its
`last_look_at` raises every breach in time but those that the information did not allow;
`foresight.why_not_foreseen` names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tongying.consult.assignment import Placement, Plan, Situation
from tongying.consult.eligibility import Obstacle, OpenCase
from tongying.consult.expert import Pace
from tongying.consult.pace import mean_minutes, prior_pace, slow_minutes
from tongying.kernel.ids import CaseId

LEAD = timedelta(minutes=30)
"""How long before the deadline a breach must be raised (K05)."""
MARGIN = timedelta(minutes=2)
"""How much earlier the last look is, so that what it raises is raised in time. Needs sign-off."""
BREACH_PROBABILITY = 0.5
"""From this probability of being late on a breach is raised at any time. Needs sign-off."""
LAST_CHANCE_PROBABILITY = 0.1
"""And from this one on at the last look. Needs sign-off."""
PASSING = frozenset({Obstacle.LOAD, Obstacle.OFF_DUTY, Obstacle.ON_CALL_ONLY})
"""Obstacles that time removes."""


class Reason(StrEnum):
    """What stands most in the way of a case's being signed in time."""

    ON_COURSE = "on-course"
    """Nothing: no breach is expected."""
    OVERDUE = "overdue"
    """The deadline has passed."""
    OVER_PACE = "over-pace"
    """Its expert has it in hand for longer than they usually need."""
    QUEUE = "queue"
    """Its expert has other cases to answer first, or everybody who may take it is full."""
    NO_ONE_ON_DUTY = "no-one-on-duty"
    """Nobody who may take it is on duty before the deadline comes near."""
    UNPLACED = "unplaced"
    """Nobody may take it."""
    WAITING_DESK = "waiting-desk"
    """An expert is free, but the desk has assigned nobody yet."""
    WAITING_EXPERT = "waiting-expert"
    """It is assigned, but not accepted yet."""
    SHORT = "short"
    """It is in hand, but the time left is short for its expert's usual pace."""
    WAITING_COUNTY = "waiting-county"
    """It waits for county data, and its clock stands still: no breach is expected."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of an open case.

    Attributes
    ----------
    case : CaseId
    finishes_at : datetime or None
        When the signature is expected; None where nobody may take it, or nobody can now.
    late_probability : float or None
        Probability, 0 to 1, that the signature comes after the deadline; None while the clock
        stands still and nobody has the case.
    breach_expected : bool
        Whether a breach is to be raised now.
    reason : Reason
    """

    case: CaseId
    finishes_at: datetime | None
    late_probability: float | None
    breach_expected: bool
    reason: Reason


def last_look_at(due_at: datetime) -> datetime:
    """Return when a case must be looked at for the last time, whatever happens before."""
    return due_at - LEAD - MARGIN


def forecast(situation: Situation, plan: Plan) -> Mapping[CaseId, Forecast]:
    """Return what is expected of every open case, by its id in order.

    Parameters
    ----------
    situation : Situation
    plan : Plan
        Made from the same situation.
    """
    paces = {one.id: one.pace for one in situation.experts}
    found = {}
    for case in sorted(situation.cases, key=lambda one: one.id):
        placement = plan.placements.get(case.id)
        if case.waiting:
            found[case.id] = _at_rest(case, placement)
        elif placement is None:
            found[case.id] = _unplaced(case, situation.now, plan)
        else:
            pace = paces.get(placement.expert) or prior_pace(case.modalities)
            found[case.id] = _placed(case, placement, situation.now, pace)
    return found


def _at_rest(case: OpenCase, placement: Placement | None) -> Forecast:
    if placement is None:
        return Forecast(case.id, None, None, False, Reason.WAITING_COUNTY)
    return Forecast(
        case.id,
        placement.finishes_at,
        placement.late_probability,
        False,
        Reason.WAITING_COUNTY,
    )


def _unplaced(case: OpenCase, now: datetime, plan: Plan) -> Forecast:
    stops = [frozenset(found) for found in plan.unplaced.get(case.id, {}).values()]
    if now >= case.due_at:
        reason = Reason.OVERDUE
    elif frozenset({Obstacle.OFF_DUTY}) in stops:
        reason = Reason.NO_ONE_ON_DUTY
    elif any(found <= PASSING for found in stops):
        reason = Reason.QUEUE
    else:
        reason = Reason.UNPLACED
    return Forecast(case.id, None, 1.0, True, reason)


def _placed(case: OpenCase, placement: Placement, now: datetime, pace: Pace) -> Forecast:
    late = placement.late_probability
    expected = late >= BREACH_PROBABILITY
    if not expected and now >= last_look_at(case.due_at):
        expected = late >= LAST_CHANCE_PROBABILITY or _adrift(case, now, pace)
    reason = _reason(case, placement, now, pace) if expected else Reason.ON_COURSE
    return Forecast(case.id, placement.finishes_at, late, expected, reason)


def _adrift(case: OpenCase, now: datetime, pace: Pace) -> bool:
    """Say whether nobody works on a case, or somebody for so long that their pace says nothing."""
    since = case.in_hand_since
    return since is None or now - since > timedelta(minutes=slow_minutes(pace))


def _reason(case: OpenCase, placement: Placement, now: datetime, pace: Pace) -> Reason:
    if now >= case.due_at:
        return Reason.OVERDUE
    since = case.in_hand_since
    if since is not None:
        if placement.starts_at > now:
            return Reason.QUEUE
        over = now - since > timedelta(minutes=mean_minutes(pace))
        return Reason.OVER_PACE if over else Reason.SHORT
    if any(key.startswith("off-duty-until:") for key in placement.why):
        return Reason.NO_ONE_ON_DUTY
    if placement.starts_at > now:
        return Reason.QUEUE
    return Reason.WAITING_DESK if case.assignee is None else Reason.WAITING_EXPERT
