"""Opening a live room, inviting into it, taking out of it, consent, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import transaction

from tongying.consult.access import relations
from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Viewer
from tongying.consult.room.kind import Kind
from tongying.consult.room.part import OPEN_IN, OPENERS, Part
from tongying.consult.states import State
from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.kernel.ids import new_code, new_uid
from tongying.web import now as clock
from tongying.web.cases.models import CaseEvent, CaseRow
from tongying.web.cases.rows import case_of
from tongying.web.jobs.outbox import promise
from tongying.web.notices.tell import tell as tell_members
from tongying.web.people.models import Member
from tongying.web.people.store import viewer_of_member
from tongying.web.records.visible import cases_for
from tongying.web.rooms.entering import (
    Entered,
    RoomNotFound,
    enter,
    record_of,
    rooms_for,
    stand_in,
)
from tongying.web.rooms.keeping import withdraw_recordings
from tongying.web.rooms.log import NotYourPart, note
from tongying.web.rooms.models import ConsentRow, RoomMember, RoomRow
from tongying.web.rooms.reporting import ROOM_REPORT

ROOM_HOURS: Final = 8.0
"""How long a room's link lives unless it is opened anew; needs sign-off."""
BY_HAND, EXPIRED, CASE = "by-hand", "expired", "case"
RELATIONS_OF_GUARDIAN: Final = ("mother", "father", "guardian")
WAYS: Final = ("written", "spoken")


class RoomNotYours(NotAllowed):
    """The viewer sees the case, but does not open or manage its rooms."""

    code: ClassVar[str] = "room.not-yours"


class NoRoomNow(Conflict):
    """The case is not in a state that has a live room."""

    code: ClassVar[str] = "room.case-state"


class NotOnTheCase(BadInput):
    """Somebody who does not see the case cannot be invited into its room."""

    code: ClassVar[str] = "room.not-on-the-case"


class ConsentRefused(BadInput):
    """What was given is no record of a consent."""

    code: ClassVar[str] = "room.consent"


@dataclass(frozen=True, slots=True)
class Consent:
    """A guardian's consent as it is recorded."""

    guardian: str
    relation: str
    way: str
    witness: str = ""
    recording: bool = False
    teaching: bool = False


def open_room(viewer: Viewer, case_id: int) -> str:
    """Open the case's live room and return its code; a room that is open already is that one.

    Whoever opens it is in it, with the question's author and the expert who answers.

    Raises
    ------
    CaseNotFound
        If the viewer does not see the case.
    RoomNotYours
        If they neither ask, answer nor run the desk.
    NoRoomNow
        If the case is a draft or over.
    """
    now = clock.now()
    with transaction.atomic():
        case = cases_for(viewer).filter(pk=case_id).select_for_update().first()
        if case is None:
            raise CaseNotFound("There is no such case.")
        if not relations(viewer, case_of(case)) & OPENERS:
            raise RoomNotYours("The asking doctor, the expert or the desk opens the live room.")
        if State(case.state) not in OPEN_IN:
            raise NoRoomNow("A draft or a finished case has no live room.")
        row = RoomRow.objects.filter(case=case, ended_at=None, expires_at__gt=now).first()
        if row is None:
            row = RoomRow.objects.create(
                code=new_code(),
                case=case,
                opened_by_id=viewer.user,
                opened_at=now,
                expires_at=now + timedelta(hours=ROOM_HOURS),
                study_uid=new_uid(),
            )
            note(row, Kind.OPENED, {"hours": ROOM_HOURS}, now, viewer)
            _on_timeline(case, "room-opened", now, viewer)
        first = {viewer.user, case.author_id, case.assignee_id} - {None}
        for member in Member.objects.filter(pk__in=first, is_active=True):
            _invite(row, member, viewer, now)
    return row.code


def invite(viewer: Viewer, code: str, member_id: int) -> None:
    """Invite somebody who sees the case into its room.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    NotYourPart
        If they do not manage it.
    NotOnTheCase
        If the person does not see the case: a specialist gets a seat on the panel first.
    """
    now = clock.now()
    with transaction.atomic():
        entered = _managed(viewer, code)
        member = Member.objects.filter(pk=member_id, is_active=True).first()
        if member is None or not sees_case(member, entered.row.case):
            raise NotOnTheCase("Only somebody who sees the case can be invited into its room.")
        _invite(entered.row, member, viewer, now)


def sees_case(member: Member, case: CaseRow) -> bool:
    """Say whether a member sees a case."""
    return bool(relations(viewer_of_member(member), case_of(case)))


def remove(viewer: Viewer, code: str, member_id: int) -> None:
    """Take somebody out of a room; from then on it does not exist for them.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    NotYourPart
        If they do not manage it.
    NotOnTheCase
        If the person is not in it.
    """
    now = clock.now()
    with transaction.atomic():
        entered = _managed(viewer, code)
        found = RoomMember.objects.filter(room=entered.row, member_id=member_id, removed_at=None)
        if not found.update(removed_at=now, removed_by=viewer.user):
            raise NotOnTheCase("This person is not in the room.")
        note(entered.row, Kind.REMOVED, {"member": member_id}, now, viewer)


def end(viewer: Viewer, code: str) -> None:
    """End a room: its link is dead, its record stays on the case.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    NotYourPart
        If they do not manage it.
    """
    now = clock.now()
    with transaction.atomic():
        entered = _managed(viewer, code)
        _end(entered.row, BY_HAND, now, viewer)


def end_dead_rooms() -> int:
    """End every room whose time is over or whose case has left it, and return how many."""
    now, ended = clock.now(), 0
    states = [state.value for state in OPEN_IN]
    for row in RoomRow.objects.filter(ended_at=None).select_related("case"):
        over = row.expires_at <= now
        if not over and row.case.state in states:
            continue
        with transaction.atomic():
            still = RoomRow.objects.select_for_update().filter(pk=row.pk, ended_at=None).first()
            if still is not None:
                _end(still, EXPIRED if over else CASE, now, None)
                ended += 1
    return ended


def record_consent(viewer: Viewer, code: str, consent: Consent) -> None:
    """Record a guardian's consent; a consent that stood before is replaced.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    NotYourPart
        If they are not of the hospital where the child is.
    ConsentRefused
        If the guardian has no name, or a spoken consent no witness.
    """
    now = clock.now()
    with transaction.atomic():
        entered = _probing(viewer, code)
        _check_consent(consent)
        ConsentRow.objects.filter(room=entered.row, withdrawn_at=None).update(
            withdrawn_at=now, withdrawn_by=viewer.user
        )
        ConsentRow.objects.create(
            room=entered.row,
            guardian=consent.guardian.strip(),
            relation=consent.relation,
            way=consent.way,
            witness=consent.witness.strip(),
            recording=consent.recording,
            teaching=consent.teaching,
            recorded_by_id=viewer.user,
            recorded_at=now,
        )
        given = {"given": True, "recording": consent.recording, "teaching": consent.teaching}
        note(entered.row, Kind.CONSENT, given, now, viewer)
        if not consent.recording:
            withdraw_recordings(entered.row, now, viewer)


def withdraw_consent(viewer: Viewer, code: str) -> None:
    """Withdraw the consent: camera and recording are off from then on, and recordings go.

    A guardian may do so at any time, also when the room is over.

    Raises
    ------
    RoomNotFound
        If the viewer sees no case with a room of this code, or is not of it.
    NotYourPart
        If they are of the room, but not for the hospital where the child is.
    """
    now = clock.now()
    with transaction.atomic():
        room = record_of(viewer, code)
        if not withdraws(viewer, room):
            if not room.members.filter(member_id=viewer.user, removed_at=None).exists():
                raise RoomNotFound("There is no such room.")
            raise NotYourPart("The hospital where the child is records the consent.")
        found = ConsentRow.objects.filter(room=room, withdrawn_at=None)
        if found.update(withdrawn_at=now, withdrawn_by=viewer.user):
            note(room, Kind.CONSENT, {"given": False, "recording": False}, now, viewer)
            withdraw_recordings(room, now, viewer)


def withdraws(viewer: Viewer, room: RoomRow) -> bool:
    """Say whether somebody may withdraw a consent: who asks, or is in the room at the probe."""
    stands = stand_in(viewer, room)
    if stands is None or stands.part is not Part.PROBE:
        return False
    return stands.manages or rooms_for(viewer).filter(pk=room.pk).exists()


def _check_consent(consent: Consent) -> None:
    if not consent.guardian.strip() or len(consent.guardian) > 100:
        raise ConsentRefused("Write the guardian's name.")
    if consent.relation not in RELATIONS_OF_GUARDIAN or consent.way not in WAYS:
        raise ConsentRefused("Say who consents, and whether in writing or by word of mouth.")
    if consent.way == "spoken" and not consent.witness.strip():
        raise ConsentRefused("A consent by word of mouth needs a witness's name.")
    if len(consent.witness) > 100:
        raise ConsentRefused("The witness's name has at most 100 characters.")


def _managed(viewer: Viewer, code: str) -> Entered:
    entered = enter(viewer, code)
    if not entered.manages:
        raise NotYourPart("The asking doctor, the expert or the desk does this.")
    return entered


def _probing(viewer: Viewer, code: str) -> Entered:
    entered = enter(viewer, code)
    if entered.part is not Part.PROBE:
        raise NotYourPart("The hospital where the child is records the consent.")
    return entered


def _invite(row: RoomRow, member: Member, viewer: Viewer, now: datetime) -> None:
    if not sees_case(member, row.case):
        return
    _made, fresh = RoomMember.objects.get_or_create(
        room=row,
        member=member,
        removed_at=None,
        defaults={"invited_by_id": viewer.user, "invited_at": now},
    )
    if not fresh:
        return
    note(row, Kind.INVITED, {"member": member.pk}, now, viewer)
    if member.pk != viewer.user:
        tell_members(
            [member],
            "room-invited",
            {},
            key=f"room-invited:{_made.pk}",
            case=row.case,
            url=f"/rooms/{row.code}/",
            pressing=True,
            at=now,
        )


def _end(row: RoomRow, why: str, now: datetime, viewer: Viewer | None) -> None:
    row.ended_at, row.ended_why = now, why
    row.ended_by_id = None if viewer is None else viewer.user
    row.save(update_fields=["ended_at", "ended_why", "ended_by"])
    note(row, Kind.ENDED, {"why": why}, now, viewer)
    promise(ROOM_REPORT, {"room": row.pk})
    _on_timeline(row.case, "room-ended", now, viewer)


def _on_timeline(case: CaseRow, move: str, now: datetime, viewer: Viewer | None) -> None:
    CaseEvent.objects.create(
        case=case,
        at=now,
        actor_id=None if viewer is None else viewer.user or None,
        move=move,
        state=case.state,
    )
