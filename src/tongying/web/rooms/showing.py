"""Rooms as pages show them: on the case, who may still be invited, and the record of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tongying.consult.access import relations
from tongying.consult.people import Role, Viewer
from tongying.consult.room.now import RoomEvent
from tongying.consult.room.part import OPEN_IN, OPENERS
from tongying.consult.states import State
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of
from tongying.web.panels.models import SeatRow
from tongying.web.people.models import Member
from tongying.web.records.visible import cases_for
from tongying.web.rooms.entering import enter, record_of, records_for, rooms_for
from tongying.web.rooms.log import event_of
from tongying.web.rooms.models import ConsentRow, EventRow, PictureRow, RecordingRow, RoomRow
from tongying.web.rooms.store import sees_case
from tongying.web.trail import store as trail


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room in the list on its case.

    Attributes
    ----------
    code : str
    opened_at : datetime
    opened_by : str
    ended_at : datetime or None
    open_to_me : bool
        Whether the viewer may go in now.
    lines, stills, clips, recordings : int
        How much the record holds.
    """

    code: str
    opened_at: datetime
    opened_by: str
    ended_at: datetime | None
    open_to_me: bool
    lines: int
    stills: int
    clips: int
    recordings: int


@dataclass(frozen=True, slots=True)
class CaseRooms:
    """The rooms of a case for one viewer.

    Attributes
    ----------
    rooms : tuple of RoomLine
        Newest first.
    may_open : bool
        Whether the viewer may open one now, and none they are in is open.
    """

    rooms: tuple[RoomLine, ...]
    may_open: bool


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One event of the record, with its author's name (empty: the platform)."""

    event: RoomEvent
    author: str
    hospital: str


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """Everything that is on record of a room.

    Attributes
    ----------
    row : RoomRow
    lines : tuple of RecordLine
    members : dict of int to str
        Names of everybody whom an event mentions.
    consents : tuple of ConsentRow
    pictures : tuple of PictureRow
    recordings : tuple of RecordingRow
    """

    row: RoomRow
    lines: tuple[RecordLine, ...]
    members: dict[int, str]
    consents: tuple[ConsentRow, ...]
    pictures: tuple[PictureRow, ...]
    recordings: tuple[RecordingRow, ...]


def rooms_of_case(viewer: Viewer, case_id: int) -> CaseRooms:
    """Return the rooms of a case; empty where the viewer does not see it."""
    case = cases_for(viewer).filter(pk=case_id).first()
    if case is None:
        return CaseRooms((), may_open=False)
    mine = set(rooms_for(viewer).filter(case=case).values_list("pk", flat=True))
    rooms = tuple(
        RoomLine(
            code=row.code,
            opened_at=row.opened_at,
            opened_by=row.opened_by.name,
            ended_at=row.ended_at or (row.expires_at if row.expires_at <= clock.now() else None),
            open_to_me=row.pk in mine,
            lines=row.events.count(),
            stills=row.pictures.filter(kind="still").count(),
            clips=row.pictures.filter(kind="clip").count(),
            recordings=row.recordings.filter(state="whole").count(),
        )
        for row in records_for(viewer, case).order_by("-opened_at", "-pk")
    )
    opens = bool(relations(viewer, case_of(case)) & OPENERS) and State(case.state) in OPEN_IN
    return CaseRooms(rooms, may_open=opens and not mine)


def may_be_invited(viewer: Viewer, code: str) -> list[Member]:
    """Return who sees the case and is not in its room yet, those of the panel first.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    """
    entered = enter(viewer, code)
    if not entered.manages:
        return []
    case = entered.row.case
    seats = SeatRow.objects.filter(panel__case=case).values("member_id")
    within = entered.row.members.filter(removed_at=None).values("member_id")
    found = (
        Member.objects.filter(is_active=True)
        .filter(Q(pk__in=seats) | Q(pk=case.assignee_id) | _at_hand(case))
        .exclude(pk__in=within)
        .exclude(role=Role.VENDOR.value)
        .select_related("hospital")
        .order_by("name", "pk")
    )
    return [one for one in found if sees_case(one, case)]


def _at_hand(case: CaseRow) -> Q:
    """Return the condition for the asking hospital's people at the child and the desk's."""
    asking = Q(
        hospital_id=case.asking_id,
        role__in=[Role.REQUESTER.value, Role.TECHNOLOGIST.value, Role.EXPERT.value],
    )
    return asking | Q(hospital_id=case.answering_id, role=Role.COORDINATOR.value)


def record(viewer: Viewer, code: str) -> RoomRecord:
    """Return the record of a room on a case that the viewer sees; the reading is audited.

    Raises
    ------
    RoomNotFound
        If there is none of this code on a case they see.
    """
    row = record_of(viewer, code)
    trail.note_read(viewer.login, "room", row.code, row.case.asking_id, door="page")
    events = list(
        EventRow.objects.filter(room=row).select_related("author__hospital").order_by("pk")
    )
    lines = tuple(
        RecordLine(
            event_of(one),
            "" if one.author is None else one.author.name,
            "" if one.author is None else one.author.hospital.name,
        )
        for one in events
    )
    return RoomRecord(
        row=row,
        lines=lines,
        members=names_of(one.body["member"] for one in events if "member" in one.body),
        consents=tuple(row.consents.select_related("recorded_by").order_by("pk")),
        pictures=tuple(row.pictures.select_related("by").order_by("captured_at", "pk")),
        recordings=tuple(row.recordings.select_related("by").order_by("started_at", "pk")),
    )


def names_of(members: Iterable[int]) -> dict[int, str]:
    """Return the names of members by their number."""
    return dict(Member.objects.filter(pk__in=set(members)).values_list("pk", "name"))
