"""Assignment: which expert answers which open case, and in words why.

The plan minimises the expected lateness of the whole queue, weighted by urgency, plus a small price
for unfairness and for moving a case. It is made anew on every event; a case that an expert has
accepted is never moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from tongying.consult.accepted import Hands, Held, busy_with, held_cases, in_hands
from tongying.consult.crew import Crew, crew_of
from tongying.consult.eligibility import PRESSING, Obstacle, OpenCase, Policy, obstacles
from tongying.consult.expert import Expert
from tongying.consult.lateness import exceeds, log_law
from tongying.consult.matching import NOWHERE, Match, Queue, match
from tongying.consult.positions import Busy
from tongying.consult.prices import URGENCY_WEIGHT
from tongying.consult.reasons import held_reasons, placed_reasons, time_reasons
from tongying.consult.roster import Roster
from tongying.consult.watch import Mask, Watch, minutes_of
from tongying.kernel.ids import CaseId, UserId


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a plan is made from.

    Attributes
    ----------
    now : datetime
        With time zone.
    cases : tuple of OpenCase
        All open cases of the answering hospital; accepted ones occupy their experts.
    experts : tuple of Expert
    roster : Roster
    policy : Policy
    """

    now: datetime
    cases: tuple[OpenCase, ...]
    experts: tuple[Expert, ...]
    roster: Roster
    policy: Policy


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a plan puts a case.

    Attributes
    ----------
    case : CaseId
    expert : UserId
    place : int
        Position in the expert's queue, counted from 1; accepted cases come first.
    starts_at, finishes_at : datetime
        When the expert is expected to begin and to sign.
    late_probability : float
        Probability, 0 to 1, that the signature comes after the deadline.
    expected_late_minutes : float
        Expected minutes past the deadline.
    why : tuple of str
        Short reasons in order of weight as stable keys with values; the page words them.

        - Of a case that its expert has accepted: ``"accepted"``, then ``"waiting"`` where it waits
          for county data, then the pace.
        - What speaks for the expert: ``"kept"`` (assigned to them already), ``"only-one"`` (nobody
          else may take it), ``"specialty:bone"``, ``"modality:US"`` (one for each),
          ``"lightest-load:2"`` (accepted cases; nobody who may take it has fewer),
          ``"pace:18"`` (median minutes).
        - Duty: ``"on-duty"``, ``"on-call"``, ``"off-duty-until:08:00"`` or ``"duty-unknown"``.
        - Time: ``"free-now"`` or ``"free-at:14:30"``; left out where the shift's beginning is it.
        - Doubts: ``"licence-unknown"``, ``"specialty-unknown"`` (the case's or the expert's),
          ``"modality-unknown"``.

        Times of day are in the time zone of the situation's `now`.
    """

    case: CaseId
    expert: UserId
    place: int
    starts_at: datetime
    finishes_at: datetime
    late_probability: float
    expected_late_minutes: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The outcome: a placement for every case that can be placed, and why the others cannot be.

    Attributes
    ----------
    placements : mapping of CaseId to Placement
    unplaced : mapping of CaseId to mapping of UserId to tuple of Obstacle
        For each case that nobody may take: everybody's obstacles.
    """

    placements: Mapping[CaseId, Placement]
    unplaced: Mapping[CaseId, Mapping[UserId, tuple[Obstacle, ...]]]


class Placements(Mapping[CaseId, Placement]):
    """The placements of a plan; those of accepted cases are worked out when first asked for.

    Parameters
    ----------
    placed : dict of CaseId to Placement
        Those of the cases that the plan has placed.
    hands : Hands
        The accepted cases.
    crew : Crew
    now : datetime
    """

    def __init__(
        self, placed: dict[CaseId, Placement], hands: Hands, crew: Crew, now: datetime
    ) -> None:
        self._placed = placed
        self._hands = hands
        self._crew = crew
        self._now = now
        self._held: dict[CaseId, Placement] | None = None

    def __getitem__(self, case: CaseId) -> Placement:
        """Return where a case is placed."""
        found = self._placed.get(case)
        return self.held[case] if found is None else found

    def __iter__(self) -> Iterator[CaseId]:
        """Go over the accepted cases, then the others, each in the order of their ids."""
        yield from self.held
        yield from self._placed

    def __len__(self) -> int:
        """Return how many cases are placed."""
        return len(self._placed) + sum(map(len, self._hands.values()))

    def __repr__(self) -> str:
        """Show it as the dict it stands for."""
        return repr(dict(self))

    @property
    def placed(self) -> Mapping[CaseId, Placement]:
        """Return the placements of the cases that nobody has accepted yet."""
        return self._placed

    @property
    def held(self) -> Mapping[CaseId, Placement]:
        """Return the placements of the accepted cases."""
        if self._held is None:
            held = held_cases(self._hands, self._crew, minutes_of(self._now))
            placements = (self._held_placement(one) for one in held)
            self._held = {one.case: one for one in sorted(placements, key=lambda one: one.case)}
        return self._held

    def _held_placement(self, held: Held) -> Placement:
        return Placement(
            held.case.id,
            held.expert,
            held.place,
            self._now + timedelta(minutes=held.begin),
            self._now + timedelta(minutes=held.finish),
            held.late_probability,
            held.late_minutes,
            held_reasons(held),
        )


class Obstructed(Mapping[CaseId, Mapping[UserId, tuple[Obstacle, ...]]]):
    """Everybody's obstacles to the cases that nobody may take, worked out when asked for.

    Parameters
    ----------
    situation : Situation
    cases : iterable of OpenCase
    placements : Mapping
        What the plan has placed: an expert's load.
    """

    def __init__(
        self,
        situation: Situation,
        cases: Iterable[OpenCase],
        placements: Mapping[CaseId, Placement],
    ) -> None:
        self._situation = situation
        self._cases = {case.id: case for case in cases}
        self._placements = placements

    def __getitem__(self, case: CaseId) -> Mapping[UserId, tuple[Obstacle, ...]]:
        """Return every expert's obstacles to a case, by expert in the order of ids."""
        asked = self._cases[case]
        experts = sorted(self._situation.experts, key=lambda one: one.id)
        load = Counter(one.expert for one in self._placements.values())
        return {one.id: self._obstacles(asked, one, load[one.id]) for one in experts}

    def __iter__(self) -> Iterator[CaseId]:
        """Go over the cases in the order of their ids."""
        return iter(self._cases)

    def __len__(self) -> int:
        """Return how many cases nobody may take."""
        return len(self._cases)

    def __repr__(self) -> str:
        """Show it as the dict it stands for."""
        return repr(dict(self))

    def _obstacles(self, case: OpenCase, expert: Expert, load: int) -> tuple[Obstacle, ...]:
        situation = self._situation
        found = obstacles(
            case,
            expert,
            at=situation.now,
            roster=situation.roster,
            load=load,
            policy=situation.policy,
        )
        # Whom nothing stops now is stopped by the end of their last shift: it is full until then.
        return found or (Obstacle.OFF_DUTY,)


def make_plan(situation: Situation) -> Plan:
    """Place every open case.

    Every accepted case is placed with the expert who has it, and takes up that expert first (a
    waiting one takes no time). Every other case goes where the whole queue costs least; an expert
    with any obstacle but duty is out of the question for it, and off duty means waiting for the
    next shift. A case that waits for county data and that nobody has accepted is left out: nobody
    can take it now.

    Notes
    -----
    The same situation gives the same plan, in whatever order cases and experts are handed in.
    Keep the tuple of experts and the roster from call to call where they have not changed: what is
    computed from them is kept by identity.
    """
    crew, now = crew_of(situation.experts), minutes_of(situation.now)
    hands = in_hands(situation.cases)
    busy = busy_with(hands, crew, now)
    placed: dict[CaseId, Placement] = {}
    wanted = [case for case in situation.cases if not case.waiting and not _is_held(case)]
    wanted.sort(key=lambda case: case.id)
    day = situation.now.date()
    masks = [crew.may_take(case, day, situation.policy) for case in wanted]
    rows = [row for row, mask in enumerate(masks) if mask.any()]
    if rows:
        watch = crew.watch(situation.roster, situation.now)
        cases = [wanted[row] for row in rows]
        queue = _queue(cases, [masks[row] for row in rows], crew, now)
        found = match(queue, crew, watch, busy, now)
        placed = _Desk(situation.now, now, crew, watch, busy, queue, found).placements(cases)
    placements = Placements(placed, hands, crew, situation.now)
    left = [case for case in wanted if case.id not in placed]
    return Plan(placements, Obstructed(situation, left, placements))


def _is_held(case: OpenCase) -> bool:
    return case.accepted_at is not None and case.assignee is not None


def _queue(cases: Sequence[OpenCase], masks: Sequence[Mask], crew: Crew, now: float) -> Queue:
    """Return the cases to be placed as arrays."""
    return Queue(
        np.array([URGENCY_WEIGHT[case.urgency] for case in cases]),
        np.array([minutes_of(case.due_at) - now for case in cases]),
        np.array([case.urgency in PRESSING for case in cases]),
        np.array(masks),
        crew.case_prices(cases),
    )


class _Desk(NamedTuple):
    """Everything that the placements of a solution are told from."""

    at: datetime
    now: float
    crew: Crew
    watch: Watch
    busy: Busy
    queue: Queue
    found: Match

    def placements(self, cases: Sequence[OpenCase]) -> dict[CaseId, Placement]:
        """Return the placements of the cases, which are the rows of the solution."""
        positions, queue = self.found.positions, self.queue
        rows = np.flatnonzero(self.found.chosen != NOWHERE)
        columns = self.found.chosen[rows]
        offset, mean = positions.offset[columns], positions.mean[columns]
        late = exceeds(
            log_law(mean, positions.variance[columns]), queue.due[rows] - offset
        ).tolist()
        finish = (offset + mean).tolist()
        order = np.lexsort((rows, positions.begin[columns], positions.expert[columns]))
        place = np.empty(len(rows), dtype=np.int64)
        expert, count = -1, 0
        for number in order:
            if positions.expert[columns[number]] != expert:
                expert = int(positions.expert[columns[number]])
                count = int(self.busy.load[expert])
            count += 1
            place[number] = count
        placed = {}
        for number, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
            starts_at = self.at + timedelta(minutes=float(positions.begin[column]))
            placed[cases[row].id] = Placement(
                cases[row].id,
                self.crew.ids[positions.expert[column]],
                int(place[number]),
                starts_at,
                self.at + timedelta(minutes=finish[number]),
                late[number],
                float(self.found.late[row, column]),
                self._why(cases[row], row, column, starts_at),
            )
        return placed

    def _why(self, case: OpenCase, row: int, position: int, starts_at: datetime) -> tuple[str, ...]:
        column = int(self.found.positions.expert[position])
        speak, doubts = placed_reasons(case, self.crew, self.queue.may_take[row], self.busy, column)
        times = time_reasons(self.watch, self.found.positions, position, self.now, starts_at)
        return (*speak, *times, *doubts)
