"""The board's numbers from rows, for those who look after a hospital's consults."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from tongying.consult.board import (
    Answered,
    Group,
    Load,
    Reading,
    group,
    groups,
    load,
    reading,
    silent,
)
from tongying.consult.case import ANSWER_WITHIN, Urgency
from tongying.consult.clock import service_time, wall_time
from tongying.consult.disagreement import Disagreement
from tongying.consult.people import Role, Viewer
from tongying.consult.proportion import Proportion, wilson
from tongying.consult.service_hours import ServiceHours
from tongying.kernel.errors import BadInput, NotAllowed
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.desk.course import course_of, hours_of
from tongying.web.notices.counting import AlertsPerCase, alerts_per_case
from tongying.web.people.models import Hospital, Member
from tongying.web.referrals.models import ReferralRow

READING_ROLES = frozenset({Role.COORDINATOR, Role.ADMIN, Role.RESEARCHER})
"""Who reads a hospital's board. It names hospitals and experts, and no child."""
LONGEST_DAYS = 400
DEFAULT_DAYS = 30


class BoardRefused(NotAllowed):
    """The board is not for this person."""

    code: ClassVar[str] = "board.not-yours"


class PeriodRefused(BadInput):
    """The period asked for makes no sense."""

    code: ClassVar[str] = "board.period"


@dataclass(frozen=True, slots=True)
class Period:
    """From a day until a day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins or is too long for one page."""
        if self.last < self.first:
            raise PeriodRefused("The period must not end before it begins.")
        if (self.last - self.first).days > LONGEST_DAYS:
            raise PeriodRefused("The period must not be longer than 400 days.")


@dataclass(frozen=True, slots=True)
class Carrier:
    """An expert and what they answered."""

    name: str
    hospital: str
    cases: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A hospital that has asked nothing for a while; `ever` is False where it never has."""

    code: str
    name: str
    days: int
    ever: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the board shows.

    Attributes
    ----------
    period : Period
    answering : bool
        Whether it is of the cases the hospital answers; otherwise of those it asks.
    whole : Group
    by_specialty, by_hospital, by_urgency : tuple of Group
        `key` is the field's code, the hospital's name, the urgency's code.
    load : Load
    carriers : tuple of Carrier
    silent : tuple of Silent
    reading : Reading
    outcomes : Proportion or None
        Referrals that are old enough to have an outcome, and have one.
    by_day : tuple of (date, int, int)
        Asked and answered a day.
    by_hour : tuple of int
        Asked in each hour of the day, local time.
    alerts : AlertsPerCase
    """

    period: Period
    answering: bool
    whole: Group
    by_specialty: tuple[Group, ...]
    by_hospital: tuple[Group, ...]
    by_urgency: tuple[Group, ...]
    load: Load
    carriers: tuple[Carrier, ...]
    silent: tuple[Silent, ...]
    reading: Reading
    outcomes: Proportion | None
    by_day: tuple[tuple[date, int, int], ...]
    by_hour: tuple[int, ...]
    alerts: AlertsPerCase


def last_days(days: int = DEFAULT_DAYS) -> Period:
    """Return the period of the last days, today included."""
    today = timezone.localdate(clock.now())
    return Period(today - timedelta(days=days - 1), today)


def board(viewer: Viewer, period: Period) -> Board:
    """Return the board of the viewer's hospital.

    A hospital that answers sees the cases it answers; any other the cases it asks.

    Raises
    ------
    BoardRefused
        If the viewer does not look after a hospital's consults.
    """
    if viewer.role not in READING_ROLES:
        raise BoardRefused("The board is for coordinators, administrators and researchers.")
    hospital = Hospital.objects.get(code=viewer.hospital)
    now = clock.now()
    rows = _rows(hospital, period)
    names = dict(Hospital.objects.values_list("code", "name"))
    cases = _answered(rows, now)
    whose = "asking" if hospital.answers else "answering"
    experts = _experts(hospital, cases)
    carried = load(cases, experts)
    return Board(
        period=period,
        answering=hospital.answers,
        whole=group("", cases),
        by_specialty=groups(cases, lambda one: one.specialty),
        by_hospital=groups(cases, lambda one: names[getattr(one, whose)]),
        by_urgency=groups(cases, lambda one: one.urgency.value),
        load=carried,
        carriers=_carriers(carried),
        silent=_silent(hospital, now) if hospital.answers else (),
        reading=reading(cases),
        outcomes=_outcomes(hospital, now),
        by_day=_by_day(cases, period),
        by_hour=_by_hour(cases),
        alerts=alerts_per_case(rows),
    )


def _rows(hospital: Hospital, period: Period) -> QuerySet[CaseRow]:
    begin = timezone.make_aware(datetime.combine(period.first, time()))
    end = timezone.make_aware(datetime.combine(period.last + timedelta(days=1), time()))
    side = Q(answering=hospital) if hospital.answers else Q(asking=hospital)
    return (
        CaseRow.objects.filter(side, submitted_at__gte=begin, submitted_at__lt=end)
        .exclude(urgency="")
        .select_related("answering")
        .prefetch_related("pauses")
        .order_by("pk")
    )


def _answered(rows: QuerySet[CaseRow], now: datetime) -> tuple[Answered, ...]:
    hours: dict[str, ServiceHours] = {}
    found = []
    for row in rows:
        course = course_of(row)
        if course is None:
            continue
        if row.answering_id not in hours:
            hours[row.answering_id] = hours_of(row.answering)
        urgency = Urgency(row.urgency)
        found.append(
            Answered(
                asking=HospitalCode(row.asking_id),
                answering=HospitalCode(row.answering_id),
                specialty=row.specialty,
                urgency=urgency,
                expert=None if row.assignee_id is None else UserId(row.assignee_id),
                submitted_at=row.submitted_at,
                signed_at=row.signed_at,
                wall=wall_time(course, now),
                service=service_time(course, hours[row.answering_id], now),
                promised=ANSWER_WITHIN.get(urgency),
                closed=row.closed_at is not None,
                against_local=Disagreement(row.against_local) if row.against_local else None,
            )
        )
    return tuple(found)


def _experts(hospital: Hospital, cases: tuple[Answered, ...]) -> list[UserId]:
    if hospital.answers:
        members = Member.objects.filter(
            hospital=hospital, role=Role.EXPERT.value, is_active=True
        ).values_list("pk", flat=True)
        return [UserId(pk) for pk in members]
    return sorted({one.expert for one in cases if one.expert is not None})


def _carriers(carried: Load) -> tuple[Carrier, ...]:
    members = Member.objects.select_related("hospital").in_bulk([pk for pk, _ in carried.cases])
    return tuple(
        Carrier(members[user].name, members[user].hospital.name, count)
        for user, count in carried.cases
        if user in members
    )


def _silent(hospital: Hospital, now: datetime) -> tuple[Silent, ...]:
    """Return the hospitals under agreement or in the tree below that have gone silent."""
    others = (
        Hospital.objects.filter(answers=False)
        .filter(Q(parent__isnull=False) | Q(agreements_asking__answering=hospital))
        .distinct()
        .annotate(last=Max("asked__submitted_at"))
    )
    rows = {one.code: one for one in others}
    quiet = silent(
        ((HospitalCode(one.code), one.last, one.created_at) for one in rows.values()), now
    )
    return tuple(
        Silent(code, rows[code].name, span.days, rows[code].last is not None)
        for code, span in quiet
    )


OUTCOME_AFTER = timedelta(days=30)
"""Referrals older than this should have an outcome (K10)."""


def _outcomes(hospital: Hospital, now: datetime) -> Proportion | None:
    side = (Q(case__answering=hospital) if hospital.answers else Q(case__asking=hospital)) & ~Q(
        state__in=["declined", "withdrawn"]
    )
    old = ReferralRow.objects.filter(side, sent_at__lte=now - OUTCOME_AFTER)
    told = old.filter(outcomes__isnull=False).exclude(outcomes__kind="arrival").distinct()
    return wilson(told.count(), old.count())


def _by_day(cases: tuple[Answered, ...], period: Period) -> tuple[tuple[date, int, int], ...]:
    asked = Counter(timezone.localdate(one.submitted_at) for one in cases)
    answered = Counter(
        timezone.localdate(one.signed_at) for one in cases if one.signed_at is not None
    )
    days = (period.last - period.first).days + 1
    every = (period.first + timedelta(days=number) for number in range(days))
    return tuple((day, asked[day], answered[day]) for day in every)


def _by_hour(cases: tuple[Answered, ...]) -> tuple[int, ...]:
    asked = Counter(timezone.localtime(one.submitted_at).hour for one in cases)
    return tuple(asked[hour] for hour in range(24))
