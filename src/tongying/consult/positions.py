"""Positions: the k-th place in an expert's shift, with the law of when a case there is signed.

An expert takes the same time for every case, in law, so that a position's law does not depend on
which cases stand before it: the cost of a case in a position is a matrix, and the best assignment
of cases to positions is the best plan.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tongying.consult.crew import Crew
from tongying.consult.lateness import Floats
from tongying.consult.prices import OFF_DUTY_PRICE, ON_CALL_PRICE
from tongying.consult.watch import DESK_WINDOWS, ON_CALL_WINDOW, Mask, Watch

Ints = NDArray[np.int64]


class Busy(NamedTuple):
    """What experts have accepted: mean and variance of the minutes it still takes, and how many."""

    mean: Floats
    variance: Floats
    load: Floats


class Grid(NamedTuple):
    """Positions as parallel arrays, before anything is known of work accepted already.

    `begins` and `ends` are those of the window, minutes since the epoch; `mean` and `variance` are
    of the work in the window up to and with the position, `own` the mean of its own.
    """

    expert: Ints
    window: Ints
    rank: Ints
    begins: Floats
    ends: Floats
    mean: Floats
    variance: Floats
    own: Floats
    price: Floats
    on_call: Mask


class Positions(NamedTuple):
    """Positions as parallel arrays.

    The signature there comes at `offset` plus log-normal minutes of `mean` and `variance`, counted
    from now; the work on it begins at `begin`, expected. It can be used if `usable`: the work
    begins within its window. `price` holds what any case costs there beside time.
    """

    expert: Ints
    window: Ints
    rank: Ints
    on_call: Mask
    offset: Floats
    mean: Floats
    variance: Floats
    begin: Floats
    price: Floats
    usable: Mask

    def only(self, kept: Mask) -> Positions:
        """Return some of the positions."""
        return Positions(
            self.expert[kept],
            self.window[kept],
            self.rank[kept],
            self.on_call[kept],
            self.offset[kept],
            self.mean[kept],
            self.variance[kept],
            self.begin[kept],
            self.price[kept],
            self.usable[kept],
        )


def even_positions(crew: Crew, watch: Watch, busy: Busy, depth: int, now: float) -> Positions:
    """Return `depth` positions of each expert in each window that may be needed.

    Where an expert's first shift has time for all of them, the second is not needed; if so for
    all experts, it is left out.

    Parameters
    ----------
    crew : Crew
    watch : Watch
    busy : Busy
    depth : int
    now : float
        Minutes since the epoch.
    """
    rows: tuple[int, ...] = (0, ON_CALL_WINDOW)
    grid = crew.kept(watch, (depth, rows), lambda: _even_grid(crew, watch, depth, rows))
    positions = _filled(grid, busy, now)
    if positions.usable.all():
        return positions
    rows = tuple(range(ON_CALL_WINDOW + 1))
    grid = crew.kept(watch, (depth, rows), lambda: _even_grid(crew, watch, depth, rows))
    return _filled(grid, busy, now)


def needed_positions(crew: Crew, watch: Watch, busy: Busy, wanted: Ints, now: float) -> Positions:
    """Return just `wanted` positions of each expert at the desk, and as many on call.

    Parameters
    ----------
    crew : Crew
    watch : Watch
    busy : Busy
    wanted : array of int
        For each expert.
    now : float
        Minutes since the epoch.
    """
    free = np.maximum(np.maximum(watch.begins - now, 0.0), busy.mean)
    fit = np.ceil(np.maximum(watch.ends - now - free, 0.0) / crew.mean)
    counts = np.empty(fit.shape, dtype=np.int64)
    left = wanted
    for row in range(DESK_WINDOWS):
        counts[row] = np.minimum(fit[row], left)
        left = left - counts[row]
    counts[ON_CALL_WINDOW] = np.minimum(fit[ON_CALL_WINDOW], wanted)
    return _filled(_grid(crew, watch, counts), busy, now)


def _even_grid(crew: Crew, watch: Watch, depth: int, rows: tuple[int, ...]) -> Grid:
    counts = np.zeros(watch.begins.shape, dtype=np.int64)
    for row in rows:
        counts[row, watch.begins[row] < np.inf] = depth
    return _grid(crew, watch, counts)


def _grid(crew: Crew, watch: Watch, counts: Ints) -> Grid:
    """Return the first `counts` positions of each window (rows) of each expert (columns)."""
    flat = counts.ravel()
    cell = np.repeat(np.arange(flat.size), flat)
    rank = np.arange(cell.size) - np.repeat(np.cumsum(flat) - flat, flat)
    window, expert = np.divmod(cell, len(crew.ids))
    on_call = window == ON_CALL_WINDOW
    own = crew.mean[expert]
    return Grid(
        expert,
        window,
        rank,
        watch.begins.ravel()[cell],
        watch.ends.ravel()[cell],
        (rank + 1) * own,
        (rank + 1) * crew.variance[expert],
        own,
        crew.standing_price(watch)[expert] + ON_CALL_PRICE * on_call,
        on_call,
    )


def _filled(grid: Grid, busy: Busy, now: float) -> Positions:
    """Return the positions of a grid with the accepted work before them."""
    start = np.maximum(grid.begins - now, 0.0)
    ahead = busy.mean[grid.expert]
    held_up = ahead > start
    offset = np.where(held_up, 0.0, start)
    mean = grid.mean + np.where(held_up, ahead, 0.0)
    variance = grid.variance + np.where(held_up, busy.variance[grid.expert], 0.0)
    begin = offset + mean - grid.own
    return Positions(
        grid.expert,
        grid.window,
        grid.rank,
        grid.on_call,
        offset,
        mean,
        variance,
        begin,
        grid.price + OFF_DUTY_PRICE * (start > 0),
        begin < grid.ends - now,
    )
