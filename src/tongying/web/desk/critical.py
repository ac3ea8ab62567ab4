"""Critical findings of cases: reported, acknowledged, and told up their ladder exactly once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.db.models import QuerySet

from tongying.consult import critical as rules
from tongying.consult.critical import ACKNOWLEDGE_WITHIN, LADDER, Audience, Category, Critical
from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Owner
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotFound
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web import now as clock
from tongying.web.cases.models import CaseEvent, CaseRow
from tongying.web.cases.rows import case_of, number_of
from tongying.web.desk.models import AlertRow, CriticalRow
from tongying.web.notices.kinds import Kind
from tongying.web.notices.models import NoticeRow
from tongying.web.notices.store import tell
from tongying.web.people.models import Member
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail

STEP = "acknowledged"
"""What `AlertRow.step` says for a rung of a critical finding."""
SWEEP_LIMIT = 200


class CriticalNotFound(NotFound):
    """The critical finding does not exist for the viewer."""

    code: ClassVar[str] = "critical.not-found"


class CategoryRefused(BadInput):
    """There is no such category."""

    code: ClassVar[str] = "critical.category"


@dataclass(frozen=True, slots=True)
class Report:
    """What the expert says of a critical finding; ``found_at`` None means now."""

    finding: str
    category: str
    receiver: UserId
    found_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CriticalShown:
    """A critical finding as a page shows it; ``may_acknowledge`` is the viewer's button."""

    id: int
    case: int
    number: str
    finding: str
    category: Category
    found_at: datetime
    due_at: datetime
    reporter: str
    receiver: str
    acknowledged_at: datetime | None
    acknowledged_by: str
    read_back: str
    may_acknowledge: bool
    mine: bool
    """Whether the viewer is the receiver."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who can be named to receive a finding."""

    id: UserId
    name: str
    title: str
    author: bool


def report(viewer: Viewer, case_id: int, said: Report) -> int:
    """Report a critical finding and return its number; the receiver is told at once.

    Raises
    ------
    CaseNotFound, ReportNotYours, ReportOutOfPlace, FindingMissing, FoundInFuture, ReceiverRefused
        As `tongying.consult.critical`.
    CategoryRefused
        If there is no such category.
    """
    with transaction.atomic():
        row = _case(viewer, case_id)
        case = case_of(row)
        rules.check_report(viewer, case)
        if said.category not in set(Category):
            raise CategoryRefused("Choose how soon somebody must act: minutes, hours or days.")
        category, now = Category(said.category), clock.now()
        found_at = said.found_at or now
        rules.check_finding(said.finding, found_at, now)
        receiver = Member.objects.filter(pk=said.receiver, is_active=True).first()
        if receiver is None:
            raise rules.ReceiverRefused(
                "The receiver must be an asking doctor of the asking hospital."
            )
        rules.check_receiver(case, _viewer(receiver))
        value = Critical(category, now, said.receiver)
        critical = CriticalRow.objects.create(
            case=row,
            finding=said.finding.strip(),
            category=category.value,
            found_at=found_at,
            reported_by_id=viewer.user,
            receiver=receiver,
            due_at=value.due_at,
            wake_at=rules.next_wake(value, told=0),
        )
        _event(row, viewer, "critical", now, critical.finding)
        values = {"time": value.due_at.isoformat()}
        tell(
            [receiver],
            Kind.CRITICAL.value,
            values,
            key=_key(critical, 0),
            case=row,
            pressing=True,
            at=now,
        )
    return critical.pk


def acknowledge(viewer: Viewer, case_id: int, number: int, *, read_back: str) -> None:
    """Acknowledge a critical finding with a read-back; its ladder ends and its reporter is told.

    Raises
    ------
    CaseNotFound, AcknowledgeNotYours, AlreadyAcknowledged, AcknowledgeTooEarly, ReadBackMissing
        As `tongying.consult.critical`.
    CriticalNotFound
        If the case has no such finding.
    """
    with transaction.atomic():
        row = _case(viewer, case_id)
        critical = CriticalRow.objects.select_for_update().filter(case=row, pk=number).first()
        if critical is None:
            raise CriticalNotFound("There is no such critical finding.")
        now = clock.now()
        rules.check_acknowledge(viewer, case_of(row), _value(critical), now)
        rules.check_read_back(read_back)
        critical.acknowledged_at, critical.acknowledged_by_id = now, viewer.user
        critical.read_back, critical.wake_at = read_back.strip(), None
        critical.save()
        _event(row, viewer, "critical-ack", now, critical.read_back)
        _alerts(critical).filter(acknowledged_at=None).update(
            acknowledged_at=now, acknowledged_by_id=viewer.user
        )
        NoticeRow.objects.filter(key__startswith=f"critical:{critical.pk}:", read_at=None).update(
            read_at=now
        )
        tell(
            [critical.reported_by],
            Kind.CRITICAL_ACKNOWLEDGED.value,
            {},
            key=f"critical-acknowledged:{critical.pk}",
            case=row,
            at=now,
        )


def criticals_of(viewer: Viewer, case_id: int) -> tuple[CriticalShown, ...]:
    """Return the critical findings of a case the viewer sees, newest first.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    row = cases_for(viewer).filter(pk=case_id).first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    found = _with_people(CriticalRow.objects.filter(case=row))
    return tuple(_shown(viewer, one, row) for one in found.order_by("-pk"))


def open_criticals(viewer: Viewer) -> tuple[CriticalShown, ...]:
    """Return what a requester's hospital still has to acknowledge, the one due first at the top.

    Nobody but the requesters of the asking hospital has a list; the finding itself stands on the
    case's page.
    """
    if viewer.role is not Role.REQUESTER:
        return ()
    rows = _with_people(
        CriticalRow.objects.filter(acknowledged_at=None, case__asking_id=viewer.hospital)
    ).select_related("case")
    return tuple(_shown(viewer, one, one.case) for one in rows.order_by("due_at", "pk"))


def receivers_for(viewer: Viewer, case_id: int) -> tuple[Receiver, ...]:
    """Return whom the viewer may name, the author first; empty where they may not report.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    row = cases_for(viewer).filter(pk=case_id).first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    if not rules.may_report(viewer, case_of(row)):
        return ()
    members = Member.objects.filter(
        hospital_id=row.asking_id, role=Role.REQUESTER.value, is_active=True
    )
    found = (
        Receiver(UserId(one.pk), one.name, one.title, one.pk == row.author_id) for one in members
    )
    return tuple(sorted(found, key=lambda one: (not one.author, one.name, one.id)))


def sweep_criticals(now: datetime) -> int:
    """Tell every rung that is reached by now and was not told, and return how many there were.

    Every rung leaves one alert, also one that fell due while nobody looked; of several at once
    only the highest makes notices, for its people include those below. Each finding has a
    transaction of its own, so it does not matter where a sweep is cut off.
    """
    due = CriticalRow.objects.filter(acknowledged_at=None, wake_at__lte=now)
    count = 0
    for number in list(due.order_by("wake_at").values_list("pk", flat=True)[:SWEEP_LIMIT]):
        with transaction.atomic():
            critical = (
                CriticalRow.objects.select_for_update()
                .filter(pk=number, acknowledged_at=None, wake_at__lte=now)
                .first()
            )
            if critical is not None:
                count += _climb(critical, now)
    return count


def _climb(critical: CriticalRow, now: datetime) -> int:
    value = _value(critical)
    reached = rules.rungs(value, told=critical.told_rung, now=now)
    if not reached:
        return 0
    row = CaseRow.objects.get(pk=critical.case_id)
    for percent in reached:
        people = _people(critical, row, LADDER[percent]) if percent == reached[-1] else []
        alert = AlertRow.objects.create(
            case=row,
            kind="critical",
            step=STEP,
            round=_round(critical),
            percent=percent,
            due_at=critical.due_at,
            fell_due_at=value.at_percent(percent),
            fired_at=now,
            owner=Owner.ASKING.value,
        )
        alert.told.set(people)
        if people:
            tell(
                people,
                Kind.CRITICAL_UNACKNOWLEDGED.value,
                {"percent": str(percent), "time": critical.due_at.isoformat()},
                key=_key(critical, percent),
                case=row,
                pressing=True,
                at=now,
            )
    critical.told_rung = reached[-1]
    critical.wake_at = rules.next_wake(value, told=critical.told_rung)
    critical.save(update_fields=["told_rung", "wake_at"])
    return len(reached)


def _people(critical: CriticalRow, row: CaseRow, audiences: Iterable[Audience]) -> list[Member]:
    members = Member.objects.filter(is_active=True)
    found: dict[int, Member] = {}
    for audience in audiences:
        match audience:
            case Audience.RECEIVER:
                some = members.filter(pk=critical.receiver_id)
            case Audience.COLLEAGUES:
                some = members.filter(hospital_id=row.asking_id, role=Role.REQUESTER.value)
            case Audience.DESK:
                some = members.filter(hospital_id=row.answering_id, role=Role.COORDINATOR.value)
            case Audience.REPORTER:
                some = members.filter(pk=critical.reported_by_id)
            case Audience.OFFICE:
                some = members.filter(hospital_id=row.asking_id, role=Role.ADMIN.value)
        found |= {one.pk: one for one in some}
    return list(found.values())


def _case(viewer: Viewer, case_id: int) -> CaseRow:
    row = cases_for(viewer).filter(pk=case_id).select_for_update().first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    return row


def _value(row: CriticalRow) -> Critical:
    category = Category(row.category)
    return Critical(
        category=category,
        reported_at=row.due_at - ACKNOWLEDGE_WITHIN[category],
        receiver=UserId(row.receiver_id),
        acknowledged_at=row.acknowledged_at,
    )


def _viewer(member: Member) -> Viewer:
    return Viewer(
        UserId(member.pk), member.login, HospitalCode(member.hospital_id), Role(member.role)
    )


def _key(critical: CriticalRow, percent: int) -> str:
    return f"critical:{critical.pk}:{percent}"


def _round(critical: CriticalRow) -> int:
    """Return which critical finding of its case it is, counted from 1."""
    return CriticalRow.objects.filter(case=critical.case_id, pk__lte=critical.pk).count()


def _alerts(critical: CriticalRow) -> QuerySet[AlertRow]:
    return AlertRow.objects.filter(case=critical.case_id, kind="critical", round=_round(critical))


def _with_people(rows: QuerySet[CriticalRow]) -> QuerySet[CriticalRow]:
    return rows.select_related("reported_by", "receiver", "acknowledged_by")


def _shown(viewer: Viewer, row: CriticalRow, case_row: CaseRow) -> CriticalShown:
    by = row.acknowledged_by
    open_still = row.acknowledged_at is None
    return CriticalShown(
        id=row.pk,
        case=case_row.pk,
        number=number_of(case_row),
        finding=row.finding,
        category=Category(row.category),
        found_at=row.found_at,
        due_at=row.due_at,
        reporter=row.reported_by.name,
        receiver=row.receiver.name,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=by.name if by is not None else "",
        read_back=row.read_back,
        may_acknowledge=open_still
        and rules.may_acknowledge(viewer, case_of(case_row), _value(row), clock.now()),
        mine=row.receiver_id == viewer.user,
    )


def _event(row: CaseRow, viewer: Viewer, move: str, now: datetime, words: str) -> None:
    CaseEvent.objects.create(
        case=row, at=now, actor_id=viewer.user, move=move, state=row.state, reason=words
    )
    detail = {"move": move, "state": row.state}
    trail.append(
        [
            AuditEvent(
                now, viewer.login, Action.UPDATE, "case", number_of(row), row.asking_id, detail
            )
        ]
    )
