"""Rosters: who is on duty, and changing it. Nobody has two shifts at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.db import transaction

from tongying.consult.alliance_faults import AllianceRefused
from tongying.consult.alliance_import.shifts import clash
from tongying.consult.alliance_rights import AllianceAct
from tongying.consult.membership import ShiftRecord, shift_fault
from tongying.consult.people import Viewer
from tongying.consult.roster import Duty, Roster
from tongying.kernel.audit import Action
from tongying.kernel.errors import NotFound
from tongying.kernel.ids import UserId
from tongying.web.alliance.models import ShiftRow
from tongying.web.alliance.rows import local_zone, shift_of, shift_record
from tongying.web.alliance.standing import standing_of
from tongying.web.alliance.store import event
from tongying.web.people.models import Member
from tongying.web.people.store import MemberUnknown
from tongying.web.trail import store as trail

WEEK = timedelta(days=7)


class ShiftUnknown(NotFound):
    """There is no such shift on the hospital's roster."""

    code: ClassVar[str] = "roster.unknown"


def roster_of(members: Iterable[int], begin: datetime, end: datetime) -> Roster:
    """Return the roster of some members from a moment to another.

    Shifts that only reach into the span count whole. Who has no shift in the span but has ever had
    one is off duty; who never had one is not known to the roster: their duty is unknown.
    """
    ever = ShiftRow.objects.filter(member_id__in=list(members))
    known = ever.order_by().values_list("member_id", flat=True).distinct()
    rows = ever.filter(begins__lt=end, ends__gt=begin)
    return Roster((shift_of(row) for row in rows), map(UserId, known))


def check_may_change(viewer: Viewer) -> None:
    """Raise unless the viewer makes the roster of their hospital.

    Raises
    ------
    NotYourBooks
        If they do not.
    """
    standing_of(viewer).check(AllianceAct.CHANGE_ROSTER, viewer.hospital)


def add_shift(viewer: Viewer, one: ShiftRecord) -> None:
    """Put a shift on the roster of the viewer's hospital.

    Raises
    ------
    NotYourBooks
        If the viewer does not make the roster there.
    MemberUnknown
        If there is no such active member in their hospital.
    AllianceRefused
        If it ends before it begins, lasts too long, or overlaps one of the person's others.
    """
    check_may_change(viewer)
    why = shift_fault(one)
    if why is not None:
        raise AllianceRefused(why)
    with transaction.atomic():
        trail.hold()  # the overlap is looked for and the shift written by one writer at a time
        member = Member.objects.filter(
            login=one.login, hospital_id=viewer.hospital, is_active=True
        ).first()
        if member is None:
            raise MemberUnknown(f"There is no active member “{one.login}” in your hospital.")
        others = ShiftRow.objects.select_related("member").filter(
            member=member, begins__lt=one.ends, ends__gt=one.begins
        )
        why = clash(one, [shift_record(row) for row in others])
        if why is not None:
            raise AllianceRefused(why)
        ShiftRow.objects.create(
            member=member, begins=one.begins, ends=one.ends, duty=one.duty.value
        )
        detail = {"begins": one.begins.isoformat(), "ends": one.ends.isoformat()}
        trail.append(
            [event(viewer.login, Action.CREATE, "shift", one.login, viewer.hospital, detail)]
        )


def remove_shift(viewer: Viewer, number: int) -> None:
    """Take a shift off the roster of the viewer's hospital.

    Raises
    ------
    NotYourBooks
        If the viewer does not make the roster there.
    ShiftUnknown
        If there is no such shift there.
    """
    check_may_change(viewer)
    with transaction.atomic():
        row = (
            ShiftRow.objects.select_related("member")
            .filter(pk=number, member__hospital_id=viewer.hospital)
            .first()
        )
        if row is None:
            raise ShiftUnknown("There is no such shift.")
        detail = {"begins": row.begins.isoformat(), "ends": row.ends.isoformat()}
        login = row.member.login
        row.delete()
        trail.append([event(viewer.login, Action.DELETE, "shift", login, viewer.hospital, detail)])


def copy_week(viewer: Viewer, monday: date) -> tuple[int, int]:
    """Copy the shifts that begin in the week before a Monday into that week.

    A shift that would overlap what stands there already is left out.

    Returns
    -------
    tuple of int
        How many were copied, and how many left out.

    Raises
    ------
    NotYourBooks
        If the viewer does not make the roster there.
    """
    check_may_change(viewer)
    zone = local_zone()
    begin = datetime.combine(monday, time(), zone)
    with transaction.atomic():
        trail.hold()
        ours = ShiftRow.objects.select_related("member").filter(
            member__hospital_id=viewer.hospital, member__is_active=True
        )
        standing: dict[str, list[ShiftRecord]] = {}
        for row in ours.filter(begins__lt=begin + 2 * WEEK, ends__gt=begin - WEEK):
            standing.setdefault(row.member.login, []).append(shift_record(row))
        copied = []
        left = 0
        for row in ours.filter(begins__gte=begin - WEEK, begins__lt=begin).order_by("begins"):
            old = shift_record(row)
            # On the wall's clock: a shift at eight stays at eight over a change of summer time.
            new = ShiftRecord(old.login, old.begins + WEEK, old.ends + WEEK, old.duty)
            if clash(new, standing[old.login]) is None:
                standing[old.login].append(new)
                copied.append(
                    ShiftRow(member=row.member, begins=new.begins, ends=new.ends, duty=row.duty)
                )
            else:
                left += 1
        ShiftRow.objects.bulk_create(copied)
        detail = {"week": monday.isoformat(), "count": str(len(copied))}
        trail.append(
            [event(viewer.login, Action.UPDATE, "roster", viewer.hospital, viewer.hospital, detail)]
        )
    return len(copied), left


def shift_on(day: date, span: tuple[time, time], *, login: str, duty: Duty) -> ShiftRecord:
    """Return a shift of a day from its times; an end not after the beginning is on the next day."""
    zone = local_zone()
    begins = datetime.combine(day, span[0], zone)
    ends = datetime.combine(day, span[1], zone)
    return ShiftRecord(login, begins, ends if ends > begins else ends + timedelta(days=1), duty)
