"""What the assignment is made from, read from rows: the open cases, the experts, their roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from tongying.consult.assignment import Situation
from tongying.consult.case import PANEL_LASTS, Urgency
from tongying.consult.clock import Step, deadline
from tongying.consult.eligibility import OpenCase, Policy
from tongying.consult.expert import Expert, Licence, Pace
from tongying.consult.pace import measured_pace, prior_pace
from tongying.consult.people import Role
from tongying.consult.roster import Roster
from tongying.consult.specialty import Specialty
from tongying.consult.states import Move, State
from tongying.kernel.ids import CaseId, HospitalCode, UserId
from tongying.web.alliance.rosters import roster_of
from tongying.web.cases.models import CaseEvent, CaseRow, CaseStudy
from tongying.web.desk.course import course_of
from tongying.web.desk.models import PauseRow
from tongying.web.people.models import Hospital, Member

OPEN_STATES = (State.SUBMITTED, State.ASSIGNED, State.READING, State.WAITING)
"""A case sent back to the county is not on the desk; it comes back by being sent again."""
PACE_DAYS = 90
"""Own cases older than this no longer speak for an expert's pace."""
PACE_CASES = 200
FAIRNESS_DAYS = 7
ROSTER_AHEAD = timedelta(days=3)
ROSTER_BEHIND = timedelta(days=2)


def situation_of(hospital: str, now: datetime) -> Situation:
    """Return the situation of an answering hospital's desk.

    Parameters
    ----------
    hospital : str
        Its code.
    now : datetime
        With time zone.
    """
    members = list(
        Member.objects.filter(hospital_id=hospital, role=Role.EXPERT.value, is_active=True)
    )
    rows = CaseRow.objects.filter(
        answering_id=hospital, state__in=[state.value for state in OPEN_STATES]
    ).exclude(urgency="")
    return Situation(
        now=timezone.localtime(now),  # the plan's words give times of the day
        cases=open_cases(rows, now),
        experts=experts_of(members, now),
        roster=roster_around([one.pk for one in members], now),
        policy=policy_of(Hospital.objects.get(code=hospital)),
    )


def policy_of(hospital: Hospital) -> Policy:
    """Return what a hospital insists on."""
    return Policy(credentials_required=hospital.credentials_required)


def open_cases(rows: QuerySet[CaseRow], now: datetime) -> tuple[OpenCase, ...]:
    """Return cases as the assignment sees them, in the order of their numbers."""
    found = list(rows.select_related("child").prefetch_related("pauses").order_by("pk"))
    numbers = [row.pk for row in found]
    subjects = {
        case: (modalities, on)
        for case, modalities, on in CaseStudy.objects.filter(
            case_id__in=numbers, prior=False
        ).values_list("case_id", "study__modalities", "study__date")
    }
    declined: dict[int, set[UserId]] = defaultdict(set)
    events = CaseEvent.objects.filter(case_id__in=numbers, move=Move.DECLINE.value)
    for case, actor in events.exclude(actor=None).values_list("case_id", "actor_id"):
        declined[case].add(UserId(actor))
    cases = []
    for row in found:
        modalities, on = subjects.get(row.pk, ("", None))
        cases.append(
            OpenCase(
                id=CaseId(row.pk),
                asking=HospitalCode(row.asking_id),
                urgency=Urgency(row.urgency),
                submitted_at=row.submitted_at,
                due_at=_due(row, now),
                specialty=Specialty(row.specialty) if row.specialty else None,
                modalities=_images_only(modalities),
                age_days=_age_days(row.child.birth_date, on),
                assignee=None if row.assignee_id is None else UserId(row.assignee_id),
                accepted_at=row.accepted_at,
                waiting=row.stopped_at is not None or _before_its_panel(row, now),
                declined=frozenset(declined[row.pk]),
                opened_at=row.opened_at,
            )
        )
    return tuple(cases)


def _before_its_panel(row: CaseRow, now: datetime) -> bool:
    """Say whether an accepted case takes no time of its expert before its appointment."""
    return row.accepted_at is not None and row.booked_for is not None and row.booked_for > now


def roster_around(members: Iterable[int], now: datetime) -> Roster:
    """Return the roster of some members from two days ago to three days ahead."""
    return roster_of(members, now - ROSTER_BEHIND, now + ROSTER_AHEAD)


def _due(row: CaseRow, now: datetime) -> datetime:
    course = course_of(row)
    due = None if course is None else deadline(course, Step.SIGNED, now)
    if due is not None:
        return due
    # A panel without an appointment: by when it should have been given to somebody.
    booked = None if course is None else deadline(course, Step.ASSIGNED, now)
    return (booked or row.submitted_at) + PANEL_LASTS


NOT_READ = frozenset({"SR", "KO", "PR", "SEG", "REG", "DOC", "RWV"})
"""Objects that an expert of no modality has to read."""


def _images_only(modalities: str) -> frozenset[str]:
    return frozenset(one for one in modalities.split("\\") if one) - NOT_READ


def _age_days(born: date | None, on: date | None) -> int | None:
    if born is None or on is None or on < born:
        return None
    return (on - born).days


def experts_of(members: list[Member], now: datetime) -> tuple[Expert, ...]:
    """Return members as the experts they are, with their measured pace and recent work."""
    worked = _worked([one.pk for one in members], now)
    prior = prior_pace(frozenset())
    experts = []
    for member in members:
        done = worked[member.pk]
        since = now - timedelta(days=FAIRNESS_DAYS)
        pace = measured_pace([minutes for _, minutes in done], prior)
        recent = sum(minutes for at, minutes in done if at >= since)
        experts.append(_expert(member, pace, recent))
    return tuple(experts)


def experts_without_pace(members: Iterable[Member]) -> tuple[Expert, ...]:
    """Return members as experts for who may take what; nothing is measured, so it is cheap."""
    pace = prior_pace(frozenset())
    return tuple(_expert(member, pace, 0.0) for member in members)


def _expert(member: Member, pace: Pace, recent_minutes: float) -> Expert:
    return Expert(
        id=UserId(member.pk),
        name=member.name,
        hospital=HospitalCode(member.hospital_id),
        licence=(
            None
            if member.licence_until is None
            else Licence(member.licence_number, member.licence_until)
        ),
        specialties=frozenset(Specialty(one) for one in member.specialties.split()),
        modalities=frozenset(member.modalities.split()),
        age_from_days=member.age_from_days,
        age_until_days=member.age_until_days,
        load_cap=member.load_cap,
        pace=pace,
        recent_minutes=recent_minutes,
    )


def _worked(members: list[int], now: datetime) -> dict[int, list[tuple[datetime, float]]]:
    """Return, by member, when they signed and how many running minutes that took, newest first."""
    rows: QuerySet[CaseRow] = (
        CaseRow.objects.filter(
            assignee_id__in=members,
            signed_at__gte=now - timedelta(days=PACE_DAYS),
            accepted_at__isnull=False,
        )
        .only("pk", "assignee_id", "accepted_at", "opened_at", "signed_at")
        .order_by("-signed_at")
    )
    found: dict[int, list[tuple[datetime, float]]] = defaultdict(list)
    paused = _paused([row.pk for row in rows])
    for row in rows:
        if len(found[row.assignee_id]) >= PACE_CASES:
            continue
        begun = _begun(row)
        minutes = (row.signed_at - begun).total_seconds() / 60
        for begins, ends in paused[row.pk]:
            stood = min(ends, row.signed_at) - max(begins, begun)
            minutes -= max(0.0, stood.total_seconds() / 60)
        if minutes > 0:
            found[row.assignee_id].append((row.signed_at, minutes))
    return found


def _begun(row: CaseRow) -> datetime:
    """Return when the work on a signed case began: with the images, where that was recorded.

    From the acceptance on, a case waits for its turn as well; that is no pace.
    """
    opened = row.opened_at
    return opened if opened is not None and opened < row.signed_at else row.accepted_at


def _paused(cases: list[int]) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    pauses = PauseRow.objects.filter(case_id__in=cases, ends__isnull=False)
    for case_id, begins, ends in pauses.values_list("case_id", "begins", "ends"):
        found[case_id].append((begins, ends))
    return found
