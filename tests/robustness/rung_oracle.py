"""Which rungs had to fire, and when: worked out anew from timelines, with own arithmetic.

Nothing of the platform is imported. Times are seconds since 1970. A case's running clock `r` is the
time since its submission without the pauses; every rung is a mark on it, put back into the calendar
at the end. Only the marks before an appointment are shares of the calendar.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
ALLOWED_MINUTES = {
    # complete, assigned, accepted, opened, signed, acknowledged
    "emergency": (5, 10, 5, 10, 60, 30),
    "urgent": (15, 30, 15, 30, 240, 120),
    "routine": (30, 60, 30, 60, 360, 720),
    "booked": (360, 720, 720, 1440, 7 * 1440, 1440),
}
STEPS = ("complete", "assigned", "accepted", "opened", "signed", "acknowledged")
WHOLE, SHORT = (50, 75, 90, 100), (75, 100)
PANEL = 2 * HOUR
SUPPLY = DAY
CLOSED = ("withdrawn", "refused")
STOPPED = ("returned", "waiting")

Key = tuple[str, int, int]
"""Step, round, percentage."""


@dataclass(frozen=True)
class Event:
    at: float
    move: str
    state: str


@dataclass(frozen=True)
class Facts:
    """What a timeline does not say."""

    urgency: str
    complete_at_once: bool
    bookings: tuple[tuple[float, float], ...]
    """When each appointment was made, and for when."""


@dataclass
class Timeline:
    """A case as it stands after some of its events."""

    facts: Facts
    submitted: float = 0.0
    reached: dict[str, float] = field(default_factory=dict)
    given_back: float | None = None
    amended: float | None = None
    closed: bool = False
    booked: float | None = None
    round: int = 0
    pauses: list[tuple[float, float]] = field(default_factory=list)
    stopped: float | None = None

    def follow(self, event: Event) -> None:
        at = event.at
        match event.move:
            case "submit":
                self.submitted = at
                if self.facts.complete_at_once:
                    self.reached["complete"] = at
            case "complete":
                self.reached.setdefault("complete", at)
            case "book":
                self.booked = next(when for made, when in self.facts.bookings if made == at)
            case "assign":
                self.reached.setdefault("complete", at)
                self._forget("accepted", "opened")
                self.reached["assigned"] = at
                self.round += 1
            case "decline":
                self._forget("assigned", "accepted", "opened")
                self.given_back = at
                self.round += 1
            case "accept":
                self.reached["accepted"] = at
            case "open":
                self.reached.setdefault("opened", at)
            case "sign":
                self.reached["signed"] = at
            case "amend":
                self._forget("acknowledged")
                self.amended = at
                self.round += 1
            case "acknowledge":
                self.reached["acknowledged"] = at
        self.closed = event.state in CLOSED
        if self.stopped is None and event.state in STOPPED:
            self.stopped = at
        elif self.stopped is not None and event.state not in STOPPED:
            self.pauses.append((self.stopped, at))
            self.stopped = None

    def _forget(self, *steps: str) -> None:
        for step in steps:
            self.reached.pop(step, None)

    def running(self, at: float) -> float:
        """Return what the running clock shows at a moment."""
        stood = sum(max(0.0, min(end, at) - begin) for begin, end in self.pauses if begin < at)
        return at - self.submitted - stood

    def moment(self, running: float) -> float:
        """Return when the running clock first shows a value."""
        at = self.submitted
        for begin, end in self.pauses:
            if at + running <= begin:
                break
            running -= begin - at
            at = end
        return at + running

    def marks(self) -> list[tuple[str, int, float]]:
        """Return step, percentage and moment of every rung that is ahead or fell due."""
        allowed = dict(
            zip(STEPS, (MINUTE * one for one in ALLOWED_MINUTES[self.facts.urgency]), strict=True)
        )
        if self.closed:
            return []
        if self.stopped is not None:
            return [("supplied", one, self.stopped + SUPPLY * one / 100) for one in WHOLE]
        if "signed" in self.reached:
            if "acknowledged" in self.reached:
                return []
            since = self.amended or self.reached["signed"]
            return [
                ("acknowledged", one, since + allowed["acknowledged"] * one / 100) for one in WHOLE
            ]
        found = self._promise(allowed["signed"])
        if "complete" not in self.reached:
            found += self._step("complete", self.submitted, allowed)
        if "assigned" not in self.reached:
            found += self._step("assigned", self.given_back or self.submitted, allowed)
        elif "accepted" not in self.reached:
            found += self._step("accepted", self.reached["assigned"], allowed)
        elif "opened" not in self.reached:
            found += self._step("opened", self.reached["accepted"], allowed)
        return found

    def _promise(self, allowed: float) -> list[tuple[str, int, float]]:
        if self.booked is None:
            return [("signed", one, self.moment(allowed * one / 100)) for one in WHOLE]
        span = self.booked + PANEL - self.submitted
        return [("signed", one, self.submitted + span * one / 100) for one in WHOLE]

    def _step(
        self, step: str, begun: float, allowed: dict[str, float]
    ) -> list[tuple[str, int, float]]:
        if self.booked is not None:
            due = begun + allowed[step]
            if begun < self.booked:
                due = self.booked if step == "opened" else min(due, self.booked)
            return [(step, one, begun + (due - begun) * one / 100) for one in SHORT]
        first = self.running(begun)
        span = allowed[step]
        if first < allowed["signed"]:
            span = min(span, allowed["signed"] - first)
        return [(step, one, self.moment(first + span * one / 100)) for one in SHORT]


def due_rungs(facts: Facts, events: list[Event], end: float) -> dict[Key, float]:
    """Return every rung that had to fire until `end`, and when it fell due."""
    line, fired = Timeline(facts), dict[Key, float]()
    appointments: list[float] = []
    for place, event in enumerate(events):
        line.follow(event)
        until = events[place + 1].at if place + 1 < len(events) else end
        for step, percent, at in line.marks():
            if at > until:
                continue
            number = _number(line, step, appointments)
            fired.setdefault((step, number, percent), at)
    return fired


def _number(line: Timeline, step: str, appointments: list[float]) -> int:
    if step == "complete":
        return 0
    if step == "supplied":
        return len(line.pauses) + 1
    if step != "signed":
        return line.round
    if line.booked is None:
        return 0
    if line.booked not in appointments:
        appointments.append(line.booked)
    return appointments.index(line.booked) + 1


# what the platform did, read from its file


@dataclass(frozen=True)
class Alert:
    case: int
    kind: str
    key: Key
    fell_due: float
    fired: float
    told: int
    detail: str


def timelines(database: Path) -> dict[int, list[Event]]:
    """Return every case's events."""
    found: dict[int, list[Event]] = {}
    rows = _rows(database, "SELECT case_id, at, move, state FROM cases_caseevent ORDER BY at, id")
    for case, at, move, state in rows:
        found.setdefault(case, []).append(Event(seconds(at), move, state))
    return found


def alerts(database: Path) -> list[Alert]:
    """Return every alert, with how many people were told."""
    rows = _rows(
        database,
        "SELECT a.case_id, a.kind, a.step, a.round, a.percent, a.fell_due_at, a.fired_at,"
        " (SELECT count(*) FROM desk_alertrow_told t WHERE t.alertrow_id = a.id), a.detail"
        " FROM desk_alertrow a ORDER BY a.fired_at, a.id",
    )
    return [
        Alert(case, kind, (step, number, percent), seconds(due), seconds(fired), told, detail)
        for case, kind, step, number, percent, due, fired, told, detail in rows
    ]


def seconds(written: str) -> float:
    """Return a moment as seconds since 1970."""
    moment = datetime.fromisoformat(written)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _rows(database: Path, query: str) -> list[tuple]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found
