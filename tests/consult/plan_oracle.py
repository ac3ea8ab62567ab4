"""A slow, obvious dispatcher: every order of every subset of the queue in every shift is tried."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import lru_cache
from itertools import permutations

from tongying.consult.case import Urgency
from tongying.consult.eligibility import Obstacle, obstacles
from tongying.consult.prices import (
    DUTY_UNKNOWN_PRICE,
    FAIRNESS_PRICE,
    FAIRNESS_SPAN,
    FLOW_PRICE,
    LICENCE_UNKNOWN_PRICE,
    MODALITY_UNKNOWN_PRICE,
    MOVE_PRICE,
    OFF_DUTY_PRICE,
    ON_CALL_PRICE,
    SPECIALTY_UNKNOWN_PRICE,
    UNPLACED_MINUTES,
    URGENCY_WEIGHT,
)
from tongying.consult.roster import Duty

IN_TIME = {Obstacle.OFF_DUTY, Obstacle.ON_CALL_ONLY}


def normal(score):
    return 0.5 * math.erfc(-score / math.sqrt(2))


def late_minutes(mean, variance, limit):
    if limit <= 0:
        return mean - limit
    square = math.log(1 + variance / mean**2)
    score = (math.log(mean) - square / 2 - math.log(limit)) / math.sqrt(square)
    return max(mean * normal(score + math.sqrt(square)) - limit * normal(score), 0.0)


def late_probability(mean, variance, limit):
    if limit <= 0:
        return 1.0
    square = math.log(1 + variance / mean**2)
    return normal((math.log(mean) - square / 2 - math.log(limit)) / math.sqrt(square))


@lru_cache(maxsize=2000)
def residual(pace, elapsed):
    """Mean and variance of what is left, by summing the density in small steps."""
    low = math.log(max(elapsed, 1e-9))
    centre, sigma = math.log(pace.median_minutes), pace.sigma
    start = max(low, centre - 9 * sigma)
    step = (max(centre, low) + 9 * sigma - start) / 3000
    mass = first = second = 0.0
    for number in range(3000):
        x = start + (number + 0.5) * step
        weight = math.exp(-(((x - centre) / sigma) ** 2) / 2)
        mass += weight
        first += weight * (math.exp(x) - elapsed)
        second += weight * (math.exp(x) - elapsed) ** 2
    return first / mass, second / mass - (first / mass) ** 2


class Oracle:
    """All costs of a situation, and the least there can be."""

    def __init__(self, situation):
        self.situation, self.now = situation, situation.now
        self.cases = sorted(
            (one for one in situation.cases if not one.waiting and one.accepted_at is None),
            key=lambda one: one.id,
        )
        recent = [one.recent_minutes for one in situation.experts]
        self.mean_recent = sum(recent) / len(recent)
        self.slots = {one.id: self._slots(one) for one in situation.experts}

    def minutes(self, at):
        return (at - self.now) / timedelta(minutes=1)

    def busy(self, expert):
        mine = [
            one
            for one in self.situation.cases
            if one.accepted_at is not None and one.assignee == expert.id
        ]
        work = sorted(
            (one for one in mine if not one.waiting), key=lambda one: (one.accepted_at, one.id)
        )
        if not work:
            return 0.0, 0.0, len(mine)
        mean, variance = residual(expert.pace, -self.minutes(work[0].accepted_at))
        more_mean, more_variance = self.law(expert)
        more = len(work) - 1
        return mean + more * more_mean, variance + more * more_variance, len(mine)

    def law(self, expert):
        mean = expert.pace.median_minutes * math.exp(expert.pace.sigma**2 / 2)
        return mean, mean**2 * (math.exp(expert.pace.sigma**2) - 1)

    def windows(self, expert):
        """(begin, end, on call): the first two at the desk, the first on call."""
        roster = self.situation.roster
        if not roster.knows(expert.id):
            return [(0.0, math.inf, False)]
        found = []
        for shift in roster.shifts_from(expert.id, self.now):
            begin, end = self.minutes(shift.begins), self.minutes(shift.ends)
            call = shift.duty is Duty.ON_CALL
            if found and found[-1][1] == begin and found[-1][2] == call:
                found[-1] = (found[-1][0], end, call)
            else:
                found.append((begin, end, call))
        desk = [one for one in found if not one[2]][:2]
        if len(desk) == 2:
            desk[1] = (desk[1][0], math.inf, False)
        return desk + [one for one in found if one[2]][:1]

    def _slots(self, expert):
        """For each window its slots as (begin, offset, mean, variance, price, on call)."""
        ahead, ahead_variance, _ = self.busy(expert)
        mean, variance = self.law(expert)
        tables = []
        for begin, end, call in self.windows(expert):
            start = max(begin, 0.0)
            offset, base, spread = start, 0.0, 0.0
            if ahead > start:
                offset, base, spread = 0.0, ahead, ahead_variance
            price = (OFF_DUTY_PRICE if start > 0 else 0.0) + (ON_CALL_PRICE if call else 0.0)
            table = []
            for rank in range(len(self.cases)):
                starts = offset + base + rank * mean
                if starts >= end:
                    break
                work, doubt = base + (rank + 1) * mean, spread + (rank + 1) * variance
                table.append((starts, offset, work, doubt, price, call))
            tables.append(table)
        return tables

    def may(self, case, expert):
        found = obstacles(
            case,
            expert,
            at=self.now,
            roster=self.situation.roster,
            load=-(10**6),
            policy=self.situation.policy,
        )
        return not set(found) - IN_TIME

    def price(self, case, expert):
        price = 0.0
        if self.mean_recent > 0:
            share = expert.recent_minutes / self.mean_recent
            price += FAIRNESS_PRICE * min(share, 1 + FAIRNESS_SPAN)
        price += LICENCE_UNKNOWN_PRICE * (expert.licence is None)
        price += MODALITY_UNKNOWN_PRICE * (not expert.modalities)
        price += DUTY_UNKNOWN_PRICE * (not self.situation.roster.knows(expert.id))
        if case.specialty is not None and not expert.specialties:
            price += SPECIALTY_UNKNOWN_PRICE
        if case.assignee is not None and case.assignee != expert.id:
            price += MOVE_PRICE
        return price

    def cost(self, case, expert, slot):
        _, offset, mean, variance, price, call = slot
        if call and case.urgency not in (Urgency.EMERGENCY, Urgency.URGENT):
            return math.inf
        if not self.may(case, expert):
            return math.inf
        late = late_minutes(mean, variance, self.minutes(case.due_at) - offset)
        time = URGENCY_WEIGHT[case.urgency] * (late + FLOW_PRICE * (offset + mean))
        return time + price + self.price(case, expert)

    def left_over(self, case):
        late = max(UNPLACED_MINUTES - self.minutes(case.due_at), 0.0)
        return URGENCY_WEIGHT[case.urgency] * (UNPLACED_MINUTES * (1 + FLOW_PRICE) + late)

    def least(self):
        """The least cost of placing everybody (who can be), over every order everywhere."""
        whole = [one for one in self.cases if any(self.may(one, expert) for expert in self.experts)]
        everything = (1 << len(whole)) - 1
        best = {
            subset: sum(self.left_over(one) for one in _chosen(whole, subset))
            for subset in range(everything + 1)
        }
        for expert in self.experts:
            mine = {0: 0.0}
            for table in self.slots[expert.id]:
                queue = {s: self._queue(_chosen(whole, s), expert, table) for s in best}
                mine = _split(mine, queue, everything)
            room = math.inf if expert.load_cap is None else expert.load_cap - self.busy(expert)[2]
            mine = {s: cost for s, cost in mine.items() if bin(s).count("1") <= max(room, 0)}
            best = _split(best, mine, everything)
        return best[everything]

    @property
    def experts(self):
        return self.situation.experts

    def _queue(self, cases, expert, table):
        if len(cases) > len(table):
            return math.inf
        costs = [[self.cost(case, expert, slot) for slot in table] for case in cases]
        return min(
            sum(costs[case][rank] for rank, case in enumerate(order))
            for order in permutations(range(len(cases)))
        )

    def cost_of(self, plan):
        """What a plan costs by this book, and the slots that its placements stand in."""
        total, used = 0.0, []
        people = {one.id: one for one in self.experts}
        for case in self.cases:
            placement = plan.placements.get(case.id)
            if placement is None:
                if any(self.may(case, one) for one in self.experts):
                    total += self.left_over(case)
                continue
            expert = people[placement.expert]
            fitting = [
                (self.cost(case, expert, slot), window, rank, slot)
                for window, table in enumerate(self.slots[expert.id])
                for rank, slot in enumerate(table)
                if abs(slot[0] - self.minutes(placement.starts_at)) < 1e-3
                and abs(slot[1] + slot[2] - self.minutes(placement.finishes_at)) < 1e-3
            ]
            cost, window, rank, slot = min(fitting)
            used.append((expert.id, window, rank))
            total += cost
            limit = self.minutes(case.due_at) - slot[1]
            wanted = late_minutes(slot[2], slot[3], limit)
            assert math.isclose(placement.expected_late_minutes, wanted, rel_tol=1e-4, abs_tol=1e-3)
            wanted = late_probability(slot[2], slot[3], limit)
            assert math.isclose(placement.late_probability, wanted, abs_tol=1e-4)
        assert len(set(used)) == len(used), "two cases stand in one place"
        return total


def _chosen(cases, subset):
    return [case for number, case in enumerate(cases) if subset >> number & 1]


def _split(left, right, everything):
    found = {}
    for whole in range(everything + 1):
        part = whole
        best = math.inf
        while True:
            best = min(best, left.get(part, math.inf) + right.get(whole ^ part, math.inf))
            if not part:
                break
            part = (part - 1) & whole
        found[whole] = best
    return found
