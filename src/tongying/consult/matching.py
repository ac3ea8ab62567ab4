"""Which case goes to which position: the assignment problem and its exact solution.

Every expert gets as many positions as the queue can use. A plan for a longer queue begins with few
more than a greedy plan uses, solves, and gives more to experts whose last position was taken. That
ends at the optimum over all positions: where an expert's last position stays free, its dual price
is nil, and a further one, which is nowhere cheaper, could not improve the plan.

A long queue is solved with the costs reduced by a guess at the dual prices. It changes nothing in
the solution, but saves the solver most of its search.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import ndtr

from tongying.consult.crew import Crew
from tongying.consult.lateness import Floats, expected_excess, log_law
from tongying.consult.positions import Busy, Ints, Positions, even_positions, needed_positions
from tongying.consult.prices import FLOW_PRICE, UNPLACED_MINUTES
from tongying.consult.watch import WINDOWS, Mask, Watch

SHORT_QUEUE = 6
"""Up to this many cases every expert gets a position for each of them at once."""
LONG_QUEUE = 60
"""From this many cases on, guessing the prices pays."""
SPARE = 4
"""Positions beyond the greedy plan's for an expert in a longer queue."""
SPLITS_TRIED = 1000
"""Solutions tried for load caps, times the length of the queue."""
NOWHERE = -1
ROUNDING = 1e-9


class Queue(NamedTuple):
    """The cases to be placed, a row each; minutes from now.

    `may_take` and `price` have a column for each expert; no price means none.
    """

    weight: Floats
    due: Floats
    pressing: Mask
    may_take: Mask
    price: Floats | None


class Match(NamedTuple):
    """A solution: for each case its position (or `NOWHERE`), and what it costs."""

    positions: Positions
    chosen: Ints
    cost: Floats
    late: Floats
    """Cost and expected minutes late of each case (rows) in each position (columns)."""
    total: float


def match(queue: Queue, crew: Crew, watch: Watch, busy: Busy, now: float) -> Match:
    """Return the cheapest way to place the cases.

    Parameters
    ----------
    queue : Queue
    crew : Crew
    watch : Watch
    busy : Busy
    now : float
        Minutes since the epoch.
    """
    size = len(queue.weight)
    if size <= SHORT_QUEUE:
        positions = even_positions(crew, watch, busy, size, now)
        if crew.capped:
            room = np.maximum(crew.cap - busy.load, 0.0)
            usable = positions.usable & (positions.rank < room[positions.expert])
            positions = positions._replace(usable=usable)
        found = _solve(queue, positions)
    else:
        found = _match_longer(queue, crew, watch, busy, now)
    if crew.capped:
        found = _without_overload(queue, found, np.maximum(crew.cap - busy.load, 0.0))
    if size > 1:
        _tidy(queue, found)
    return found


def cost_matrix(queue: Queue, positions: Positions) -> tuple[Floats, Floats]:
    """Return what each case costs in each position, and its expected minutes late there."""
    open_to = queue.may_take[:, positions.expert] & positions.usable
    if positions.on_call.any():
        open_to &= queue.pressing[:, np.newaxis] | ~positions.on_call
    law = log_law(positions.mean, positions.variance)
    flow = FLOW_PRICE * (positions.offset + positions.mean)
    if len(queue.due) <= SHORT_QUEUE:
        late = expected_excess(positions.mean, law, queue.due[:, np.newaxis] - positions.offset)
        cost = queue.weight[:, np.newaxis] * (late + flow) + positions.price
        cost[~open_to] = np.inf
    else:  # many pairs, most of them closed: work out the open ones only
        late, cost = np.zeros(open_to.shape), np.full(open_to.shape, np.inf)
        row, column = np.nonzero(open_to)
        limit = queue.due[row] - positions.offset[column]
        excess = expected_excess(positions.mean[column], (law[0][column], law[1][column]), limit)
        late[row, column] = excess
        cost[row, column] = queue.weight[row] * (excess + flow[column]) + positions.price[column]
    if queue.price is not None:
        cost += queue.price[:, positions.expert]
    return cost, late


def _match_longer(queue: Queue, crew: Crew, watch: Watch, busy: Busy, now: float) -> Match:
    size = len(queue.weight)
    room = np.minimum(np.maximum(crew.cap - busy.load, 0.0), size).astype(np.int64)
    wanted = _first_free_counts(queue, crew, watch, busy, now, room)
    wanted = np.minimum(room, wanted + 2 * SPARE)
    guess = _greedy(queue, needed_positions(crew, watch, busy, wanted, now))
    offered, wanted = wanted, np.minimum(room, _used(guess, len(room)).max(axis=0) + SPARE)
    found = _solve_part(queue, guess, wanted) if (wanted <= offered).all() else None
    while True:
        if found is None:
            found = _solve(queue, needed_positions(crew, watch, busy, wanted, now))
        more = np.minimum(room, _wanted_more(found, wanted))
        if np.array_equal(more, wanted):
            return found
        wanted, found = more, None


def _solve_part(queue: Queue, found: Match, wanted: Ints) -> Match:
    """Solve with the first few positions of each expert of those whose costs are known already."""
    positions = found.positions
    first = np.bincount(positions.expert[positions.window == 0], minlength=len(wanted))
    turn = positions.rank + np.where(positions.window == 1, first[positions.expert], 0)
    kept = turn < wanted[positions.expert]
    return _solve_costs(queue, positions.only(kept), found.cost[:, kept], found.late[:, kept])


def _solve(queue: Queue, positions: Positions) -> Match:
    return _solve_costs(queue, positions, *cost_matrix(queue, positions))


def _solve_costs(queue: Queue, positions: Positions, cost: Floats, late: Floats) -> Match:
    size, width = cost.shape
    if size == 1 and width:
        best = cost[0].argmin()
        if cost[0, best] < np.inf:
            return Match(positions, np.array([best]), cost, late, float(cost[0, best]))
    elif size <= width:
        try:
            rows, columns = _cheapest(queue, positions, cost)
        except ValueError:  # not every row can have a column
            return _solve_short(queue, positions, cost, late)
        return Match(positions, columns, cost, late, float(cost[rows, columns].sum()))
    return _solve_short(queue, positions, cost, late)


def _cheapest(queue: Queue, positions: Positions, cost: Floats) -> tuple[Ints, Ints]:
    """Solve the assignment problem; raise ValueError where it has no solution."""
    size, width = cost.shape
    rows: Ints
    columns: Ints
    if size < LONG_QUEUE:
        rows, columns = linear_sum_assignment(cost)
        return rows, columns
    prices = _guessed_prices(queue, positions, cost)
    reduced = cost + prices
    least = reduced.min(axis=1)
    if not np.isfinite(least).all():
        raise ValueError("a row without a column")
    reduced -= least[:, np.newaxis]
    # Prices must be taken off columns that all get a row, or they would change the solution: so
    # rows are added that pay nothing but the price.
    added = np.broadcast_to(prices, (width - size, width))
    rows, columns = linear_sum_assignment(np.vstack([reduced, added]))
    return rows[:size], columns[:size]


def _greedy_choice(queue: Queue, cost: Floats) -> Ints:
    """Return for each case the cheapest position left, the most pressing cases first."""
    free = np.zeros(cost.shape[1])
    chosen = np.full(len(cost), NOWHERE, dtype=np.int64)
    if not free.size:
        return chosen
    for row in np.lexsort((queue.due, -queue.weight)):
        costs = cost[row] + free
        best = costs.argmin()
        if costs[best] < np.inf:
            free[best] = np.inf
            chosen[row] = best
    return chosen


def _greedy(queue: Queue, positions: Positions) -> Match:
    cost, late = cost_matrix(queue, positions)
    return Match(positions, _greedy_choice(queue, cost), cost, late, np.inf)


def _guessed_prices(queue: Queue, positions: Positions, cost: Floats) -> Floats:
    """Return about what each position is worth to the queue: what it would save to have one more.

    Taken from a greedy plan: one more position at some time lets every case after it move up to the
    time of the one before, and saves what those minutes cost.
    """
    chosen = _greedy_choice(queue, cost)
    rows = np.flatnonzero(chosen != NOWHERE)
    used = chosen[rows]
    signed = positions.offset + positions.mean
    late = ndtr((signed[used] - queue.due[rows]) / np.sqrt(positions.variance[used]))
    order = np.argsort(signed[used])
    times, slope = signed[used][order], (queue.weight[rows] * (late + FLOW_PRICE))[order]
    if not times.size:
        return np.zeros(cost.shape[1])
    saved = slope * np.diff(times, prepend=times[0])
    later = np.append(np.cumsum(saved[::-1])[::-1][1:], 0.0)
    prices = np.zeros(cost.shape[1])  # what the greedy plan leaves free is worth nothing
    prices[used] = np.interp(signed[used], times, later)
    return prices


def _solve_short(queue: Queue, positions: Positions, cost: Floats, late: Floats) -> Match:
    """Solve where there are not positions for all: a case left over counts as very late."""
    size, width = cost.shape
    left = queue.weight * (
        UNPLACED_MINUTES * (1 + FLOW_PRICE) + np.maximum(UNPLACED_MINUTES - queue.due, 0.0)
    )
    whole = np.hstack([cost, np.broadcast_to(left[:, np.newaxis], (size, size))])
    rows, columns = linear_sum_assignment(whole)
    chosen = np.where(columns < width, columns, NOWHERE)
    return Match(positions, chosen, cost, late, float(whole[rows, columns].sum()))


def _first_free_counts(
    queue: Queue, crew: Crew, watch: Watch, busy: Busy, now: float, room: Ints
) -> Ints:
    """Return how many cases each expert would get if each took the first one free, by due date."""
    starts = np.maximum(watch.begins - now, 0.0).min(axis=0)
    ready = np.maximum(starts, busy.mean) + crew.mean
    counts = np.zeros(len(crew.ids), dtype=np.int64)
    for row in np.lexsort((queue.due, -queue.weight)):
        open_to = queue.may_take[row] & (counts < room)
        best = np.where(open_to, ready, np.inf).argmin()
        if open_to[best]:
            counts[best] += 1
            ready[best] += crew.mean[best]
    return counts


def _used(found: Match, experts: int) -> Ints:
    """Return how many positions of each expert are taken at the desk and on call (rows)."""
    taken = found.chosen[found.chosen != NOWHERE]
    expert, on_call = found.positions.expert[taken], found.positions.on_call[taken]
    counts = [np.bincount(expert[on_call == one], minlength=experts) for one in (False, True)]
    return np.array(counts)


def _wanted_more(found: Match, wanted: Ints) -> Ints:
    """Return more positions for the experts whose last position at the desk or on call is taken.

    Where a shift on call has no time for more positions, more are of no use.
    """
    full = (_used(found, len(wanted)) >= wanted) & (wanted > 0)
    return np.where(full.any(axis=0), wanted * 2, wanted)


def _without_overload(queue: Queue, found: Match, room: Floats) -> Match:
    """Return the cheapest solution in which nobody gets more cases than there is room for.

    A cap can only be broken where an expert's few cases may stand in several windows. Then every
    way of sharing the room out among the windows is tried, the most promising one first; the first
    solution that keeps all caps is the cheapest. Only where too many would have to be tried do the
    earliest positions stay, which may miss the optimum.
    """
    left = SPLITS_TRIED // len(queue.weight)
    number, nodes = 0, [(found.total, 0, found)]
    while True:
        _, _, found = heappop(nodes)
        over = _overfull(found, room)
        if not over.any():
            return found
        expert = int(np.flatnonzero(over)[0])
        splits = list(_splits(int(room[expert]), WINDOWS))
        if len(splits) > left:
            return _cut_short(queue, found, room)
        positions = found.positions
        mine = positions.expert == expert
        for split in splits:
            kept = ~mine | (positions.rank < np.array(split)[positions.window])
            node = _solve(queue, positions.only(kept))
            number, left = number + 1, left - 1
            heappush(nodes, (node.total, number, node))


def _splits(room: int, windows: int) -> Iterator[tuple[int, ...]]:
    """Yield every way of sharing out some room among windows."""
    if windows == 1:
        yield (room,)
        return
    for first in range(room, -1, -1):
        for rest in _splits(room - first, windows - 1):
            yield (first, *rest)


def _cut_short(queue: Queue, found: Match, room: Floats) -> Match:
    """Return the solution, solved again with the earliest positions of whoever has too many."""
    while True:
        over = _overfull(found, room)
        if not over.any():
            return found
        taken = found.chosen[found.chosen != NOWHERE]
        positions = found.positions
        kept = ~over[positions.expert]
        used = np.zeros(len(room))
        for position in taken[np.lexsort((taken, positions.begin[taken]))]:
            expert = positions.expert[position]
            used[expert] += 1
            kept[position] |= used[expert] <= room[expert]
        found = _solve(queue, positions.only(kept))


def _overfull(found: Match, room: Floats) -> Mask:
    taken = found.positions.expert[found.chosen[found.chosen != NOWHERE]]
    over: Mask = np.bincount(taken, minlength=len(room)) > room
    return over


def _tidy(queue: Queue, found: Match) -> None:
    """Put each expert's cases of a window in the order of their deadlines where that costs nothing.

    The solution is the cheapest, but among equally cheap orders it has no preference.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for row, position in enumerate(found.chosen.tolist()):
        if position != NOWHERE:
            key = int(found.positions.expert[position]), int(found.positions.window[position])
            groups.setdefault(key, []).append(row)
    for rows in groups.values():
        if len(rows) < 2:
            continue
        before = found.cost[rows, found.chosen[rows]].sum()
        after = np.sort(found.chosen[rows])
        rows.sort(key=lambda row: (queue.due[row], row))
        if found.cost[rows, after].sum() <= before + ROUNDING:
            found.chosen[rows] = after
