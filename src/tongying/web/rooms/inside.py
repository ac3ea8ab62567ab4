"""A living room as the page of somebody in it begins: where, who, about which child."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from tongying.consult.people import Viewer
from tongying.consult.room.now import RoomNow
from tongying.consult.room.part import Part
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import number_of, question_of, shown_child
from tongying.web.cases.shown import ShownChild
from tongying.web.people.store import viewer_of_member
from tongying.web.rooms.entering import Entered, enter, stand_in
from tongying.web.rooms.log import stands_now
from tongying.web.rooms.models import ConsentRow, RoomMember, RoomRow
from tongying.web.trail import store as trail


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is or was in a room.

    Attributes
    ----------
    member : int
    name, hospital : str
    part : Part
    place : int
        Where they stand among all who were ever invited, from 0; their colour follows from it.
    within : bool
        Whether they may be in it now.
    """

    member: int
    name: str
    hospital: str
    part: Part
    place: int
    within: bool


@dataclass(frozen=True, slots=True)
class Inside:
    """What the page of a room begins with.

    Attributes
    ----------
    entered : Entered
    case : CaseRow
    number : str
    child : ShownChild
        With the age of today.
    people : tuple of Invited
    now : RoomNow
    consent : dict of str to str or bool
        The consent that stands, as the county's form shows it; empty where none does.
    """

    entered: Entered
    case: CaseRow
    number: str
    child: ShownChild
    people: tuple[Invited, ...]
    now: RoomNow
    consent: dict[str, Any]


def inside(viewer: Viewer, code: str) -> Inside:
    """Return what the page of a room begins with; the reading is audited.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    """
    entered = enter(viewer, code)
    row = entered.row
    trail.note_read(viewer.login, "room", row.code, row.case.asking_id, door="page")
    gestation = question_of(row.case).gestation_total_days()
    return Inside(
        entered=entered,
        case=row.case,
        number=number_of(row.case),
        child=shown_child(row.case.child, timezone.localdate(), gestation),
        people=people_of(row),
        now=stands_now(row),
        consent=_consent(row) if entered.part is Part.PROBE else {},
    )


def people_in(viewer: Viewer, code: str) -> tuple[Invited, ...]:
    """Return everybody who is or was in a room.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    """
    return people_of(enter(viewer, code).row)


def people_of(row: RoomRow) -> tuple[Invited, ...]:
    """Return everybody who is or was in a room, in the order they were first invited."""
    within: dict[int, bool] = {}
    members = {}
    invited = RoomMember.objects.filter(room=row).select_related("member__hospital")
    for one in invited.order_by("pk"):
        members[one.member_id] = one.member
        within[one.member_id] = within.get(one.member_id, False) or one.removed_at is None
    found = []
    for place, (number, member) in enumerate(members.items()):
        stands = stand_in(viewer_of_member(member), row)
        part = Part.OBSERVER if stands is None else stands.part
        hospital = member.hospital.name
        found.append(Invited(number, member.name, hospital, part, place, within[number]))
    return tuple(found)


def _consent(row: RoomRow) -> dict[str, Any]:
    stands = ConsentRow.objects.filter(room=row, withdrawn_at=None).first()
    if stands is None:
        return {}
    names = ("guardian", "relation", "way", "witness", "recording", "teaching")
    return {name: getattr(stands, name) for name in names}
