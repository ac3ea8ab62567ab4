"""The people of the thirty-day trial: what each does next, and when, drawn from a seed.

Time is in whole seconds from the start. Everything they do goes through the case store, as it
would from the pages.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from month_world import COUNTIES, DESKS, EXPERTS, START, Duty, add_study

MINUTE, HOUR, DAY = 60, 3600, 86400
BY_HOUR = [1, 1, 1, 1, 1, 2, 3, 6, 12, 14, 13, 10, 7, 9, 12, 12, 11, 9, 7, 6, 5, 4, 3, 2]
"""Weights of the arrivals by the hour of the day."""


@dataclass
class Patient:
    """A case of the trial, as its people know it."""

    number: int
    urgency: str
    author: str
    complete: bool
    """Whether the desk needs to ask no more."""
    lacked_sex: bool = False
    id: int = 0
    state: str = "draft"
    expert: str = ""
    declined: set[str] = field(default_factory=set)
    returned: bool = False
    asked: bool = False
    booked: int | None = None
    bookings: list[tuple[int, int]] = field(default_factory=list)
    round: int = 0


class People:
    """Everybody in the trial, with a queue of what they will do."""

    def __init__(self, duty: Duty, *, cases: int, days: int, seed: int) -> None:
        self._chance, self._duty, self._order = random.Random(seed), duty, count()
        self._heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._queues: dict[str, list[Patient]] = {login: [] for login in EXPERTS}
        self._busy: dict[str, bool] = dict.fromkeys(EXPERTS, False)
        self._pace = {login: self._chance.uniform(14, 34) for login in EXPERTS}
        self.patients: list[Patient] = []
        self.acts = 0
        self.now = 0
        for _ in range(cases):
            day = self._chance.randrange(days)
            hour = self._chance.choices(range(24), BY_HOUR)[0]
            self._at(day * DAY + hour * HOUR + self._chance.randrange(HOUR), self._submit)

    def next_at(self) -> int | None:
        """Return when somebody does something next."""
        return self._heap[0][0] if self._heap else None

    def do_next(self) -> None:
        """Do what comes next; the platform's clock must say its time already."""
        self.now, _, what, about = heapq.heappop(self._heap)
        what(*about)

    def _at(self, second: float, what: Callable[..., None], *about: Any) -> None:
        heapq.heappush(self._heap, (math.ceil(second), next(self._order), what, about))

    def _in(self, minutes: float, what: Callable[..., None], *about: Any) -> None:
        self._at(self.now + minutes * MINUTE, what, *about)

    def _lognormal(self, median: float, sigma: float) -> float:
        return median * math.exp(self._chance.gauss(0, sigma))

    def _act(self, login: str, patient: Patient, move: str, **more: Any) -> None:
        from django.db import transaction

        from tongying.consult.desk import Act, Opinion
        from tongying.consult.states import Move
        from tongying.web.cases import store
        from tongying.web.jobs.models import OutboxRow
        from tongying.web.people.store import viewer_of_login

        kind = Move(move)
        if kind in (Move.SIGN, Move.AMEND):
            more["opinion"] = Opinion("未见异常。")
        with transaction.atomic():
            case = store.act(viewer_of_login(login), patient.id, Act(kind, **more))
            # The opinion's documents are another trial's; here nobody makes them.
            promised = OutboxRow.objects.filter(kind="opinion-documents", finished_at=None)
            promised.update(enqueued_at=_moment(self.now), finished_at=_moment(self.now))
        patient.state = case.state.value
        self.acts += 1

    # the county

    def _submit(self) -> None:
        from tongying.consult.case import Confidence, Question, Urgency
        from tongying.consult.desk import Act
        from tongying.consult.states import Move
        from tongying.web.cases import store
        from tongying.web.people.store import viewer_of_login

        chance, hospital = self._chance, self._chance.choice(COUNTIES)
        urgency = chance.choices(("emergency", "urgent", "routine", "booked"), (7, 38, 52, 3))[0]
        patient = Patient(
            number=len(self.patients) + 1,
            urgency=urgency,
            author=f"{hospital.lower()}-doctor-{chance.randint(1, 2)}",
            complete=urgency == "booked" or chance.random() > 0.1,
        )
        patient.lacked_sex = not patient.complete
        self.patients.append(patient)
        viewer = viewer_of_login(patient.author)
        study = add_study(patient.number, hospital, complete=patient.complete)
        patient.id = store.begin(viewer, study)
        question = Question(
            text="是否异常？", confidence=Confidence.UNSURE, urgency=Urgency(urgency), history="无"
        )
        store.act(viewer, patient.id, Act(Move.EDIT, question=question))
        self._act(patient.author, patient, "submit")
        self._desk_later(patient)
        if urgency != "booked" and chance.random() < 0.02:
            self._in(chance.uniform(5, 300), self._withdraw, patient)

    def _withdraw(self, patient: Patient) -> None:
        if patient.state in ("submitted", "returned", "assigned", "reading", "waiting"):
            self._act(patient.author, patient, "withdraw", reason="转院")
            self._let_go(patient)

    def _resubmit(self, patient: Patient) -> None:
        if patient.state == "returned":
            self._act(patient.author, patient, "resubmit")
            self._desk_later(patient)

    def _supply(self, patient: Patient) -> None:
        if patient.state == "waiting":
            self._act(patient.author, patient, "supply")
            self._queues[patient.expert].insert(0, patient)
            self._kick(patient.expert)

    def _acknowledge(self, patient: Patient) -> None:
        if patient.state == "signed":
            self._act(patient.author, patient, "acknowledge")

    # the desk

    def _desk_later(self, patient: Patient) -> None:
        chance, hour = self._chance, self.now % DAY // HOUR
        if 8 <= hour < 22:
            self._in(chance.expovariate(1 / 4), self._desk, patient)
        elif patient.urgency in ("emergency", "urgent"):
            self._in(chance.expovariate(1 / 9), self._desk, patient)
        else:
            morning = self.now - self.now % DAY + (8 if hour < 8 else 32) * HOUR
            self._at(morning + chance.uniform(1, 20) * MINUTE, self._desk, patient)

    def _desk(self, patient: Patient) -> None:
        if patient.state != "submitted":
            return
        chance, desk = self._chance, self._chance.choice(DESKS)
        if patient.urgency == "booked" and patient.booked is None:
            self._book(patient, desk)
        if not patient.complete and not patient.returned and chance.random() < 0.6:
            patient.returned = True
            self._act(desk, patient, "return", reason="请补充性别")
            self._in(self._lognormal(45, 1.0), self._resubmit, patient)
            return
        if not patient.complete and chance.random() < 0.5:
            self._act(desk, patient, "complete")
            self._in(chance.expovariate(1 / 6), self._desk, patient)
            patient.complete = True
            return
        self._assign(patient, desk)

    def _book(self, patient: Patient, desk: str) -> None:
        day = self.now // DAY + self._chance.randint(2, 4)
        patient.booked = day * DAY + self._chance.choice((10, 14, 15)) * HOUR
        patient.bookings.append((self.now, patient.booked))
        self._act(desk, patient, "book", booked_for=_moment(patient.booked))
        if len(patient.bookings) == 1 and self._chance.random() < 0.3:
            self._in(self._chance.uniform(30, 1200), self._rebook, patient, desk)

    def _rebook(self, patient: Patient, desk: str) -> None:
        if patient.state in ("submitted", "assigned", "reading"):
            self._book(patient, desk)

    def _assign(self, patient: Patient, desk: str) -> None:
        from tongying.web.people.models import Member

        can = [one for one in EXPERTS if one not in patient.declined] or EXPERTS
        there = [one for one in can if self._duty.on(one, self.now)]
        expert = min(
            there or can,
            key=lambda one: (
                self._duty.next_on(one, self.now),
                len(self._queues[one]) + self._busy[one],
                one,
            ),
        )
        self._let_go(patient)
        assignee = Member.objects.get(login=expert).pk
        self._act(desk, patient, "assign", assignee=assignee, reason="轮到的医师")
        patient.expert, patient.round = expert, patient.round + 1
        begins = self._duty.next_on(expert, self.now)
        wait = self._lognormal(4, 0.7)
        if self._chance.random() < 0.06:
            wait = self._chance.uniform(20, 90)  # did not notice
        self._at(begins + wait * MINUTE, self._accept, patient, patient.round)
        if self._chance.random() < 0.5:
            self._in(self._chance.uniform(35, 60), self._take_away, patient, desk, patient.round)

    def _take_away(self, patient: Patient, desk: str, round_: int) -> None:
        if patient.state == "assigned" and patient.round == round_:
            patient.declined.add(patient.expert)
            self._assign(patient, desk)

    # the experts

    def _accept(self, patient: Patient, round_: int) -> None:
        if patient.state != "assigned" or patient.round != round_:
            return
        if self._chance.random() < 0.05:
            patient.declined.add(patient.expert)
            self._act(patient.expert, patient, "decline", reason="不是我的专业")
            self._desk_later(patient)
            return
        self._act(patient.expert, patient, "accept")
        self._queues[patient.expert].append(patient)
        self._kick(patient.expert)

    def _kick(self, expert: str) -> None:
        if self._busy[expert]:
            return
        ready = [one for one in self._queues[expert] if (one.booked or 0) <= self.now]
        if not ready:
            later = [one.booked for one in self._queues[expert] if one.booked is not None]
            if later:
                self._at(min(later), self._kick, expert)
            return
        if not self._duty.on(expert, self.now) and ready[0].booked is None:
            self._at(self._duty.next_on(expert, self.now) + MINUTE, self._kick, expert)
            return
        rank = {"booked": 0, "emergency": 0, "urgent": 1, "routine": 2}
        patient = min(ready, key=lambda one: rank[one.urgency])
        self._queues[expert].remove(patient)
        self._busy[expert] = True
        self._act(expert, patient, "open")
        chance = self._chance
        if patient.urgency != "booked" and not patient.asked and chance.random() < 0.08:
            patient.asked = True
            self._in(chance.uniform(3, 10), self._ask, expert, patient, patient.round)
            return
        minutes = self._lognormal(self._pace[expert], 0.5)
        self._in(minutes, self._sign, expert, patient, patient.round)

    def _ask(self, expert: str, patient: Patient, round_: int) -> None:
        if patient.state == "reading" and patient.round == round_:
            self._act(expert, patient, "ask-data", reason="缺侧位片")
            late = self._chance.random() < 0.1
            minutes = self._chance.uniform(700, 1800) if late else self._lognormal(60, 0.8)
            self._in(minutes, self._supply, patient)
        self._free(expert)

    def _sign(self, expert: str, patient: Patient, round_: int) -> None:
        if patient.state == "reading" and patient.round == round_:
            self._act(expert, patient, "sign")
            self._acknowledge_later(patient)
            if self._chance.random() < 0.02:
                self._in(self._chance.uniform(60, 600), self._amend, expert, patient)
        self._free(expert)

    def _amend(self, expert: str, patient: Patient) -> None:
        self._act(expert, patient, "amend", reason="补充侧别")
        self._acknowledge_later(patient)

    def _acknowledge_later(self, patient: Patient) -> None:
        late = self._chance.random() < 0.1
        wait = self._chance.uniform(300, 2500) if late else self._lognormal(40, 0.9)
        self._in(wait, self._acknowledge, patient)

    def _free(self, expert: str) -> None:
        self._busy[expert] = False
        self._kick(expert)

    def _let_go(self, patient: Patient) -> None:
        if patient.expert and patient in self._queues[patient.expert]:
            self._queues[patient.expert].remove(patient)


def _moment(second: int) -> datetime:
    return START + timedelta(seconds=second)
