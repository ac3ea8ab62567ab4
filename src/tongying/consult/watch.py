"""When each expert is at work from a moment on, as arrays for the assignment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tongying.consult.lateness import Floats
from tongying.consult.roster import Duty, Roster, Shift
from tongying.kernel.ids import UserId

Mask = NDArray[np.bool_]

DESK_WINDOWS = 2
"""Shifts at the desk that a plan looks ahead: the present or next one, and the one after."""
ON_CALL_WINDOW = DESK_WINDOWS
"""The row of the one on call, after those at the desk."""
WINDOWS = DESK_WINDOWS + 1


class Watch(NamedTuple):
    """When each expert is at work, seen from a moment; minutes since the epoch.

    `begins` and `ends` have a row for each window and a column for each expert; a window that does
    not exist begins at infinity and ends before all time. The second one at the desk never ends: a
    plan looks no further, but does not run out either. Where the roster does not know an expert,
    the first never ends.
    """

    since: float
    until: float
    """From when until when this view holds."""
    begins: Floats
    ends: Floats
    known: Mask


def minutes_of(at: datetime) -> float:
    """Return a moment as minutes since the epoch."""
    return at.timestamp() / 60


def watch_of(roster: Roster, members: Sequence[UserId], now: datetime) -> Watch:
    """Return when each of some experts is at work, seen from a moment.

    Parameters
    ----------
    roster : Roster
    members : sequence of UserId
        The columns.
    now : datetime
        With time zone.
    """
    shape = WINDOWS, len(members)
    begins, ends = np.full(shape, np.inf), np.full(shape, -np.inf)
    known = np.array([roster.knows(one) for one in members], dtype=np.bool_)
    minute, until = minutes_of(now), np.inf
    for column, member in enumerate(members):
        if not known[column]:
            begins[0, column], ends[0, column] = -np.inf, np.inf
            continue
        desk, call = _windows(roster.shifts_from(member, now))
        for row, (begin, end) in enumerate(desk):
            begins[row, column], ends[row, column] = begin, end
        if len(desk) == DESK_WINDOWS:
            ends[DESK_WINDOWS - 1, column] = np.inf
        if call is not None:
            begins[ON_CALL_WINDOW, column], ends[ON_CALL_WINDOW, column] = call
        first = min([*desk, *([call] if call else [])], default=(np.inf, np.inf))
        until = min(until, first[0] if first[0] > minute else first[1])
    return Watch(minute, until, begins, ends, known)


def _windows(
    shifts: Iterable[Shift],
) -> tuple[list[tuple[float, float]], tuple[float, float] | None]:
    """Return the first windows at the desk and on call; shifts that touch make one window."""
    desk: list[tuple[float, float]] = []
    call: tuple[float, float] | None = None
    before: Shift | None = None
    for shift in shifts:
        touches = before is not None and (before.ends, before.duty) == (shift.begins, shift.duty)
        before = shift
        begin, end = minutes_of(shift.begins), minutes_of(shift.ends)
        if shift.duty is Duty.ON_CALL:
            if call is None:
                call = begin, end
            elif touches and call[1] == begin:
                call = call[0], end
        elif touches:
            desk[-1] = desk[-1][0], end
        elif len(desk) < DESK_WINDOWS:
            desk.append((begin, end))
        else:
            break
    return desk, call
