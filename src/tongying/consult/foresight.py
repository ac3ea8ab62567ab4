"""Why a breach was not raised in time: the list beside the breaches that were foreseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tongying.consult.forecast import LEAD, MARGIN, last_look_at

LOOK_WITHIN = timedelta(minutes=5)
"""A look that was due counts as made if it came at most this early. Needs sign-off."""


class Unforeseen(StrEnum):
    """What kept a breach from being raised `LEAD` before the deadline."""

    PROMISE_SHORTER_THAN_LEAD = "promise-shorter-than-lead"
    """From the beginning less time than that was promised."""
    ARRIVED_LATE = "arrived-late"
    """The platform learned of the case later than that."""
    DATA_CAME_LATE = "data-came-late"
    """Its clock stood still, and ran again only later than that."""
    NOT_LOOKED = "not-looked"
    """Nothing looked at the case when its last chance came: the platform was down."""
    ROSTER_CHANGED = "roster-changed"
    """Duty changed after the last chance."""
    HANDED_BACK = "handed-back"
    """Its expert declined, or it was given to another, after the last chance."""
    EXPERT_OVERRAN = "expert-overran"
    """It was in hand and nearly certain to be in time, but its expert took longer."""
    UNEXPLAINED = "unexplained"
    """None of these: a fault of the forecast."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that was not kept, and what is on record about it.

    Attributes
    ----------
    due_at : datetime
        The deadline that was missed.
    promised_at : datetime
        When the promise began: at submission.
    known_at : datetime
        When the platform had the case.
    raised_at : datetime or None
        When the breach was first foretold.
    resumed_at : datetime or None
        When its clock last ran again after standing still.
    looked_at : datetime or None
        The last forecast made before or at its last chance.
    accepted_at : datetime or None
        When the expert who had it at its last chance had accepted it.
    roster_changed_at, handed_back_at : datetime or None
        The last change before the deadline.
    """

    due_at: datetime
    promised_at: datetime
    known_at: datetime
    raised_at: datetime | None = None
    resumed_at: datetime | None = None
    looked_at: datetime | None = None
    accepted_at: datetime | None = None
    roster_changed_at: datetime | None = None
    handed_back_at: datetime | None = None


def minutes_ahead(breach: Breach) -> float:
    """Return how many minutes before the deadline a breach was raised; 0 where it was not."""
    if breach.raised_at is None:
        return 0.0
    return max((breach.due_at - breach.raised_at).total_seconds() / 60, 0.0)


def why_not_foreseen(breach: Breach) -> Unforeseen | None:
    """Return what kept a breach from being raised in time; None where it was."""
    last = breach.due_at - LEAD
    if breach.raised_at is not None and breach.raised_at <= last:
        return None
    if breach.due_at - breach.promised_at < LEAD:
        return Unforeseen.PROMISE_SHORTER_THAN_LEAD
    if breach.known_at > last:
        return Unforeseen.ARRIVED_LATE
    if _after(breach.resumed_at, last):
        return Unforeseen.DATA_CAME_LATE
    if breach.looked_at is None or breach.looked_at < last_look_at(breach.due_at) - LOOK_WITHIN:
        return Unforeseen.NOT_LOOKED
    if _after(breach.roster_changed_at, last - MARGIN):
        return Unforeseen.ROSTER_CHANGED
    if _after(breach.handed_back_at, last - MARGIN):
        return Unforeseen.HANDED_BACK
    if breach.accepted_at is not None and breach.accepted_at <= breach.looked_at:
        return Unforeseen.EXPERT_OVERRAN
    return Unforeseen.UNEXPLAINED


def _after(at: datetime | None, moment: datetime) -> bool:
    return at is not None and at > moment
