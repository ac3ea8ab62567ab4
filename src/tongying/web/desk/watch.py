"""What the worker does round after round: the clocks, the assignment, the forecast."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError

from tongying.kernel.errors import TongyingError
from tongying.web.desk.critical import sweep_criticals
from tongying.web.desk.dispatch import dispatch
from tongying.web.desk.foresee import foresee
from tongying.web.desk.sweep import sweep

FORESEE_SECONDS: Final = 60

_log = logging.getLogger("tongying.desk")


@dataclass(slots=True)
class Round:
    """Something that is done again and again.

    Attributes
    ----------
    name : str
        For the log.
    do : callable
        Takes the time, returns how much it did.
    every : timedelta
        Time between two beginnings; zero for as often as the worker comes by.
    """

    name: str
    do: Callable[[datetime], int]
    every: timedelta
    last: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Say whether it is to be done now; a clock that was put back counts as due."""
        return self.last is None or not self.last <= now < self.last + self.every


def rounds() -> tuple[Round, ...]:
    """Return the rounds of a worker that has just started, in the order in which they are done."""
    return (
        Round("clocks", sweep, timedelta()),
        Round("criticals", sweep_criticals, timedelta()),
        Round("assignment", dispatch, timedelta(seconds=5)),
        Round("forecast", foresee, timedelta(seconds=FORESEE_SECONDS)),
    )


FAILS_FOR_NOW: Final = (TongyingError, DatabaseError)
"""What ends one round and not the worker: the next one comes soon."""


def watch(at_hand: Iterable[Round], now: datetime) -> int:
    """Do the rounds that are due and return how much they did.

    Parameters
    ----------
    at_hand : iterable of Round
    now : datetime
        With time zone.
    """
    done = 0
    for one in at_hand:
        if not one.due(now):
            continue
        one.last = now
        try:
            done += one.do(now)
        except FAILS_FOR_NOW:
            _log.exception("the round “%s” failed", one.name)
    return done
