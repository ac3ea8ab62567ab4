"""One run: a desk simulated event by event, with the rules and clocks of the live desk.

Every event (arrival, signature, county data supplied, a shift's beginning) lets the desk make its
plan anew with `assignment.make_plan`; whoever the plan lets begin now accepts, and the case takes
the minutes drawn for it. Deadlines, pauses and both clocks are those of `consult.clock`.

What the simulation simplifies:

- an expert on duty accepts at once and reads one case after the other; a reading in progress is not
  broken off, not even for an emergency, and is finished after the end of the shift;
- a plan is made when somebody who is free could take something: who is busy cannot accept anyway;
- a plan sees the experts on duty, and of a long queue the most pressing cases that somebody free
  could take (`LOOK_AHEAD`);
- the week's work that fairness looks at is brought up to date every `FAIRNESS_MINUTES`.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Generator, Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import simpy

from tongying.consult.assignment import Placement, Situation, make_plan
from tongying.consult.capacity.arrivals import Arrival
from tongying.consult.capacity.staffing import Staff
from tongying.consult.clock import Course, Pause, Step, deadline
from tongying.consult.eligibility import PRESSING, OpenCase, Policy, obstacles
from tongying.consult.expert import Expert, Licence, Pace
from tongying.consult.roster import Duty, Roster
from tongying.kernel.ids import CaseId, HospitalCode, UserId

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
"""When every run starts: a Monday at midnight, hospital time."""
CENTRE, COUNTY = HospitalCode("CENTRE"), HospitalCode("COUNTY")
FOR_EVER = date(2999, 12, 31)
LOOK_AHEAD = 12
"""Cases of a long queue that a plan sees, and three for everyone free if that is more."""
FAIRNESS_MINUTES = 240.0
FAIRNESS_WINDOW_MINUTES = 7 * 24 * 60.0
ASKED_AFTER = 0.3
"""Share of the reading after which missing data are noticed. An assumption."""
HOUR = 60.0
POLICY = Policy()


@dataclass(slots=True)
class Run:
    """What happened in a run.

    Attributes
    ----------
    courses : list of (Arrival, Course)
        Of every measured case, in the order of arrival; the unsigned ones have no `SIGNED`.
    waits : list of float
        Minutes from arrival to acceptance of the measured cases that were accepted.
    queue : list of (float, int)
        At every full measured hour its minute, and how many cases nobody had accepted.
    busy_minutes : dict of UserId to float
        Reading in the measured time.
    ended : datetime
    cases, plans : int
        Cases that came in, and plans made, over the whole run.
    """

    courses: list[tuple[Arrival, Course]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    queue: list[tuple[float, int]] = field(default_factory=list)
    busy_minutes: dict[UserId, float] = field(default_factory=dict)
    ended: datetime = MONDAY
    cases: int = 0
    plans: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of a run: measured are cases that arrive from `begins` until `ends`."""

    begins: float
    ends: float
    last: float
    """When the run ends at the latest, whatever is still open."""


@dataclass(slots=True)
class _Case:
    arrival: Arrival
    open: OpenCase
    measured: bool
    reached: dict[Step, datetime]
    pauses: list[Pause] = field(default_factory=list)
    left: float = 0.0
    """Minutes of reading still to do."""
    to_pause: bool = False


def moment(minute: float) -> datetime:
    """Return a minute of a run as a moment."""
    return MONDAY + timedelta(minutes=minute)


def simulate(cases: list[Arrival], staff: Staff, pace: Pace, span: Span) -> Run:
    """Run a desk.

    Parameters
    ----------
    cases : list of Arrival
        In order.
    staff : Staff
        With shifts until the span's last minute.
    pace : Pace
        What the desk knows of its experts' pace.
    span : Span
    """
    environment = simpy.Environment()
    desk = _Desk(environment, cases, staff, pace, span)
    environment.process(desk.arrive())
    environment.process(desk.change_shifts())
    environment.process(desk.watch_queue())
    environment.process(desk.be_fair())
    environment.run(until=environment.any_of([desk.over, environment.timeout(span.last)]))
    return desk.finish()


class _Desk:
    def __init__(
        self,
        environment: simpy.Environment,
        cases: list[Arrival],
        staff: Staff,
        pace: Pace,
        span: Span,
    ) -> None:
        self.env, self.span, self.cases = environment, span, cases
        self.roster: Roster = staff.roster
        self.changes = _changes(staff)
        self.on_duty: dict[UserId, Duty] = {}
        self.experts = {
            one: _expert(one, group.specialties, group.modalities, pace)
            for one, group in staff.members
        }
        self.idle = set(self.experts)
        self.reading: dict[CaseId, _Case] = {}
        self.resumed: dict[UserId, deque[_Case]] = {one: deque() for one in self.experts}
        self.queue: list[tuple[bool, datetime, CaseId, _Case]] = []
        self.done: dict[UserId, deque[tuple[float, float]]] = {one: deque() for one in self.experts}
        self.all: list[_Case] = []
        self.left = sum(span.begins <= one.at_minute < span.ends for one in cases)
        self.over = environment.event()
        self.run = Run(busy_minutes=dict.fromkeys(self.experts, 0.0))
        self._teams: dict[frozenset[UserId], tuple[Expert, ...]] = {}
        self._could: dict[Hashable, bool] = {}
        if not self.left:
            self.over.succeed()

    # what happens by itself

    def arrive(self) -> Generator[Any, Any, None]:
        for number, arrival in enumerate(self.cases):
            yield self.env.timeout(arrival.at_minute - self.env.now)
            self.run.cases += 1
            now = moment(self.env.now)
            course = Course(arrival.urgency, {Step.SUBMITTED: now})
            case = OpenCase(
                CaseId(number + 1),
                COUNTY,
                arrival.urgency,
                now,
                deadline(course, Step.SIGNED, now) or now,
                arrival.specialty,
                frozenset((arrival.modality,)),
                None,
            )
            measured = self.span.begins <= arrival.at_minute < self.span.ends
            kept = _Case(arrival, case, measured, {Step.SUBMITTED: now}, left=arrival.minutes)
            kept.to_pause = arrival.pause_minutes > 0
            if measured:
                self.all.append(kept)
            insort(self.queue, (arrival.urgency not in PRESSING, case.due_at, case.id, kept))
            self.decide()

    def change_shifts(self) -> Generator[Any, Any, None]:
        for minute, changes in self.changes:
            if minute > self.span.last:
                return
            if minute > self.env.now:
                yield self.env.timeout(minute - self.env.now)
            for member, duty in changes:
                if duty is None:
                    self.on_duty.pop(member, None)
                else:
                    self.on_duty[member] = duty
            if minute >= 0:
                self.decide()

    def watch_queue(self) -> Generator[Any, Any, None]:
        yield self.env.timeout(self.span.begins)
        while self.env.now < self.span.ends:
            self.run.queue.append((self.env.now, len(self.queue)))
            yield self.env.timeout(HOUR)

    def be_fair(self) -> Generator[Any, Any, None]:
        while True:
            yield self.env.timeout(FAIRNESS_MINUTES)
            since = self.env.now - FAIRNESS_WINDOW_MINUTES
            for one, done in self.done.items():
                while done and done[0][0] < since:
                    done.popleft()
                minutes = round(sum(length for _, length in done), 3)
                if minutes != self.experts[one].recent_minutes:
                    self.experts[one] = replace(self.experts[one], recent_minutes=minutes)
            self._teams.clear()

    # what the desk and its experts do

    def decide(self) -> None:
        now = moment(self.env.now)
        free = self.idle & self.on_duty.keys()
        for one in sorted(free):
            if self.resumed[one]:
                self.go_on(self.resumed[one].popleft(), one)
                free.discard(one)
        if not free or not self.queue:
            return
        seen = self.within_reach(sorted(free), now)
        if not seen:
            return
        self.run.plans += 1
        plan = make_plan(
            Situation(
                now,
                (*self.accepted(), *(one.open for one in seen)),
                self.team(frozenset(self.on_duty)),
                self.roster,
                POLICY,
            )
        )
        first: dict[UserId, tuple[Placement, _Case]] = {}
        for case in seen:
            placement = plan.placements.get(case.open.id)
            if placement is None or placement.expert not in free or placement.starts_at > now:
                continue
            held = first.get(placement.expert)
            if held is None or placement.place < held[0].place:
                first[placement.expert] = placement, case
        for expert, (_, case) in first.items():
            self.accept(case, expert, now)

    def accepted(self) -> Iterator[OpenCase]:
        """Go over the cases that take up their experts: being read, or to be gone on with."""
        yield from (one.open for one in self.reading.values())
        for waiting in self.resumed.values():
            yield from (one.open for one in waiting)

    def within_reach(self, free: list[UserId], now: datetime) -> list[_Case]:
        """Return the most pressing cases that somebody free could take."""
        most = max(LOOK_AHEAD, 3 * len(free))
        found: list[_Case] = []
        for *_, case in self.queue:
            if any(self.could_take(case.open, one, now) for one in free):
                found.append(case)
                if len(found) >= most:
                    break
        return found

    def could_take(self, case: OpenCase, expert: UserId, now: datetime) -> bool:
        """Say whether nothing stands in the way; the answer is kept for every kind of case."""
        kind = expert, self.on_duty[expert], case.urgency, case.specialty, case.modalities
        if kind not in self._could:
            self._could[kind] = not obstacles(
                case, self.experts[expert], at=now, roster=self.roster, load=0, policy=POLICY
            )
        return self._could[kind]

    def team(self, members: frozenset[UserId]) -> tuple[Expert, ...]:
        """Return the same tuple for the same people: plans keep what they compute from it."""
        if members not in self._teams:
            self._teams[members] = tuple(self.experts[one] for one in sorted(members))
        return self._teams[members]

    def accept(self, case: _Case, expert: UserId, now: datetime) -> None:
        entry = next(one for one in self.queue if one[3] is case)
        self.queue.remove(entry)
        case.reached |= {Step.ASSIGNED: now, Step.ACCEPTED: now}
        case.open = replace(case.open, assignee=expert, accepted_at=now)
        if case.measured:
            self.run.waits.append(self.env.now - case.arrival.at_minute)
        self.go_on(case, expert)

    def go_on(self, case: _Case, expert: UserId) -> None:
        self.idle.discard(expert)
        self.reading[case.open.id] = case
        self.env.process(self.read(case, expert))

    def read(self, case: _Case, expert: UserId) -> Generator[Any, Any, None]:
        minutes = case.left * ASKED_AFTER if case.to_pause else case.left
        begins = self.env.now
        yield self.env.timeout(minutes)
        case.left -= minutes
        self.count(expert, begins, self.env.now)
        del self.reading[case.open.id]
        self.idle.add(expert)
        if case.to_pause:
            case.to_pause = False
            self.env.process(self.supply(case, expert))
        else:
            case.reached[Step.SIGNED] = moment(self.env.now)
            if case.measured:
                self.left -= 1
                if not self.left and self.env.now >= self.span.ends and not self.over.triggered:
                    self.over.succeed()
        self.decide()

    def supply(self, case: _Case, expert: UserId) -> Generator[Any, Any, None]:
        begins = moment(self.env.now)
        case.pauses.append(Pause(begins))
        yield self.env.timeout(case.arrival.pause_minutes)
        now = moment(self.env.now)
        case.pauses[-1] = Pause(begins, now)
        course = Course(case.arrival.urgency, case.reached, tuple(case.pauses))
        case.open = replace(case.open, due_at=deadline(course, Step.SIGNED, now) or now)
        self.resumed[expert].append(case)
        self.decide()

    def count(self, expert: UserId, begins: float, ends: float) -> None:
        self.done[expert].append((ends, ends - begins))
        inside = min(ends, self.span.ends) - max(begins, self.span.begins)
        if inside > 0:
            self.run.busy_minutes[expert] += inside

    def finish(self) -> Run:
        self.run.ended = moment(self.env.now)
        self.run.courses = [
            (one.arrival, Course(one.arrival.urgency, one.reached, tuple(one.pauses)))
            for one in self.all
        ]
        return self.run


def _changes(staff: Staff) -> list[tuple[float, list[tuple[UserId, Duty | None]]]]:
    """Return who begins (with which duty) and who ends (None) at each minute, ends first."""
    found: dict[float, list[tuple[UserId, Duty | None]]] = {}
    for shift in staff.shifts:
        found.setdefault((shift.ends - MONDAY).total_seconds() / 60, []).append(
            (shift.member, None)
        )
    for shift in staff.shifts:
        found.setdefault((shift.begins - MONDAY).total_seconds() / 60, []).append(
            (shift.member, shift.duty)
        )
    return sorted(found.items(), key=lambda one: one[0])


def _expert(
    member: UserId, specialties: frozenset[Any], modalities: frozenset[str], pace: Pace
) -> Expert:
    return Expert(
        id=member,
        name=str(member),
        hospital=CENTRE,
        licence=Licence("-", FOR_EVER),
        specialties=specialties,
        modalities=modalities,
        age_from_days=None,
        age_until_days=None,
        load_cap=None,
        pace=pace,
    )
