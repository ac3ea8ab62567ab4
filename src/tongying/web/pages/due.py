"""Time left until the promised answer: a number, a word, a colour and a bar, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import pgettext

from tongying.consult.case import ANSWER_WITHIN, Urgency
from tongying.consult.states import STOPPED, TERMINAL, State

BAR: Final = 44
"""Length of the bar in the units of its drawing."""
SOON: Final = 0.25
"""Below this part of the promise the time left is marked (a choice of the page, not a rule)."""
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Time left as it is shown.

    Attributes
    ----------
    level : str
        ``"late"``, ``"soon"``, ``"ok"``, ``"stopped"`` (waiting for county data), ``"none"``
        (nothing promised) or ``"done"``.
    text : str
        Number and word.
    fill : int
        How much of the bar is used up, 0 to `BAR`.
    """

    level: str
    text: str
    fill: int = 0


def time_left(state: State, due_at: datetime | None, urgency: str, now: datetime) -> TimeLeft:
    """Say how much time is left.

    Parameters
    ----------
    state : State
    due_at : datetime or None
        When the opinion is due, with time zone; None while nothing has been promised.
    urgency : str
        Value of `Urgency`, or empty.
    now : datetime
        With time zone.
    """
    if state in (State.SIGNED, State.ACKNOWLEDGED):
        return TimeLeft("done", pgettext("time", "answered"))
    if state in TERMINAL:
        return TimeLeft("done", pgettext("time", "closed"))
    if state in STOPPED:
        return TimeLeft("stopped", pgettext("time", "clock stopped"))
    if due_at is None:
        return TimeLeft("none", pgettext("time", "no promise yet"))
    left = due_at - now
    minutes = int(abs(left).total_seconds() // _HOUR)
    if left < timedelta():
        return TimeLeft(
            "late", pgettext("time", "%(span)s overdue") % {"span": _span(minutes)}, BAR
        )
    promise = ANSWER_WITHIN.get(Urgency(urgency)) if urgency else None
    if promise is None:
        return span_left(due_at, now)
    used = 1 - left / promise
    level = "soon" if used >= 1 - SOON else "ok"
    text = pgettext("time", "%(span)s left") % {"span": _span(minutes)}
    return TimeLeft(level, text, max(1, min(BAR, round(used * BAR))))


def span_left(due_at: datetime, now: datetime) -> TimeLeft:
    """Say how much time is left where there is no promise to draw a bar of."""
    left = due_at - now
    minutes = int(abs(left).total_seconds() // _HOUR)
    if left < timedelta():
        return TimeLeft("late", pgettext("time", "%(span)s overdue") % {"span": _span(minutes)})
    return TimeLeft("ok", pgettext("time", "%(span)s left") % {"span": _span(minutes)})


def _span(minutes: int) -> str:
    if minutes < _HOUR:
        return pgettext("time", "%(minutes)d min") % {"minutes": minutes}
    if minutes < _DAY:
        hours, rest = divmod(minutes, _HOUR)
        return pgettext("time", "%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": rest}
    return pgettext("time", "%(days)d d") % {"days": minutes // _DAY}
