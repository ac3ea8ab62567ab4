"""The log of a live room: telling, and reading it again. The database's order is the order.

The page tells through the live role's socket or, where that is not there, through the web; both
end here. An event that was sent twice with one `client_id` is there once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction

from tongying.consult.people import Viewer
from tongying.consult.room.body import Body, BodyRefused, read_body
from tongying.consult.room.kind import Kind
from tongying.consult.room.now import RoomEvent, RoomNow, fold
from tongying.consult.room.part import may_tell
from tongying.consult.room.target import Target, read_target
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import Conflict, NotAllowed, TongyingError
from tongying.web import now as clock
from tongying.web.cases.models import CaseStudy
from tongying.web.records.models import Instance
from tongying.web.rooms.announcing import announce
from tongying.web.rooms.entering import Entered, enter
from tongying.web.rooms.marks import Known
from tongying.web.rooms.measuring import calibrate, measured
from tongying.web.rooms.models import ConsentRow, EventRow, PictureRow, RoomRow
from tongying.web.trail import store as trail

PAGE = 2000
"""How many events one reading brings at most."""
LIGHT = frozenset(
    kind.value
    for kind in (Kind.SAY, Kind.NOTE, Kind.DRAW, Kind.ERASE, Kind.CLEAR, Kind.HAND, Kind.LOOK)
)
"""Kinds that change nothing but the log, so that how their teller stands may be known already."""
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{0,40}")


class NotYourPart(NotAllowed):
    """The part somebody plays in the room does not do this."""

    code: ClassVar[str] = "room.not-your-part"


class NoConsent(Conflict):
    """The guardian's consent is not on record, or does not cover this."""

    code: ClassVar[str] = "room.no-consent"


class PictureUnknown(BodyRefused):
    """The picture pointed at is not in this room, or not in its case."""

    code: ClassVar[str] = "room.picture-unknown"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that somebody tells, not yet kept."""

    viewer: Viewer
    code: str
    kind: str
    body: Any
    client_id: str = ""


def tell(viewer: Viewer, code: str, kind: str, body: Any, client_id: str = "") -> RoomEvent:
    """Keep one event and return it as it was kept.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    NotYourPart
        If their part does not tell this kind.
    BodyRefused, TargetUnknown, ScaleRefused, PictureUnknown
        If the body is not one of this kind.
    NoConsent
        If it needs a consent that is not there.
    """
    (kept,) = tell_all([Said(viewer, code, kind, body, client_id)])
    if isinstance(kept, TongyingError):
        raise kept
    return kept


def tell_all(said: Sequence[Said], known: Known | None = None) -> list[RoomEvent | TongyingError]:
    """Keep several events, in their order and in one transaction; one's refusal stops no other.

    Parameters
    ----------
    said : sequence of Said
    known : Known, optional
        How people stood when they were last looked up; whoever has changed since is looked up anew.

    Returns
    -------
    list of RoomEvent or TongyingError
        For each, the event as kept or why it was refused.
    """
    kept: list[RoomEvent | TongyingError] = []
    audits: list[AuditEvent] = []
    looked: dict[tuple[Viewer, str], Entered] = {}
    with transaction.atomic():
        trail.hold()
        stands = known.still({(one.viewer, one.code) for one in said}) if known else {}
        for one in said:
            try:
                with transaction.atomic():
                    # What comes with a check of its own, or follows from the case, is asked anew.
                    entered = stands.get((one.viewer, one.code)) if one.kind in LIGHT else None
                    if entered is None:
                        entered = enter(one.viewer, one.code)
                        looked[(one.viewer, one.code)] = entered
                    event, audit = _tell(one, entered)
                kept.append(event)
                audits += audit
            except TongyingError as error:
                kept.append(error)
        if audits:
            trail.append(audits)
        if known is not None and looked:
            known.keep(looked)
    return kept


def _tell(said: Said, entered: Entered) -> tuple[RoomEvent, list[AuditEvent]]:
    try:
        kind = Kind(said.kind)
    except ValueError:
        raise BodyRefused("There is no such kind of event.") from None
    if not may_tell(entered.part, kind):
        raise NotYourPart("Your part in this room does not do this.")
    if not CLIENT_ID.fullmatch(said.client_id):
        raise BodyRefused("The client_id must have at most 40 letters and digits.")
    if said.client_id:
        before = EventRow.objects.filter(
            room=entered.row, author_id=said.viewer.user, client_id=said.client_id
        ).first()
        if before is not None:
            return event_of(before), []
    body = read_body(kind, said.body)
    now = clock.now()
    _check_pictures(entered.row, body)
    body = _follow(entered, kind, body, said.viewer, now)
    event, audit = _keep(entered.row, kind, body, now, said.viewer, said.client_id)
    return event, [audit]


def note(
    room: RoomRow, kind: Kind, body: Body, now: datetime, viewer: Viewer | None = None
) -> RoomEvent:
    """Keep an event of the platform's own, in the caller's transaction.

    Parameters
    ----------
    room : RoomRow
        With its case.
    kind : Kind
    body : dict
    now : datetime
    viewer : Viewer or None
        Whose act it was; None for the platform's own.
    """
    event, audit = _keep(room, kind, body, now, viewer, "")
    trail.append([audit])
    return event


def _keep(
    room: RoomRow, kind: Kind, body: Body, now: datetime, viewer: Viewer | None, client_id: str
) -> tuple[RoomEvent, AuditEvent]:
    """Keep an event and return it with what the audit trail says of it, to be appended."""
    # The numbers of the log grow in the order of its transactions: who follows it misses none.
    trail.hold()
    row = EventRow.objects.create(
        room=room,
        at=now,
        author_id=None if viewer is None else viewer.user,
        kind=kind.value,
        client_id=client_id,
        body=body,
    )
    actor = "system" if viewer is None else viewer.login
    detail = {"what": kind.value, "event": str(row.pk), "case": str(room.case_id)}
    audit = AuditEvent(now, actor, Action.UPDATE, "room", room.code, room.case.asking_id, detail)
    return event_of(row), audit


def _follow(entered: Entered, kind: Kind, body: Body, viewer: Viewer, now: datetime) -> Body:
    """Check what stands against it and do what goes with it."""
    room = entered.row
    if kind is Kind.CAMERA and body["on"]:
        check_consent(room)
    if kind is Kind.RECORD and body["on"]:
        check_consent(room, recording=True)
        announce(room, body, viewer, now)
    if kind is Kind.CALIBRATE:
        return calibrate(room, body, viewer, now)
    if kind is Kind.MEASURE:
        return measured(room, body)
    if kind is Kind.PLANE_DONE:
        asked = EventRow.objects.filter(room=room, kind=Kind.PLANE.value, pk=body["asked"])
        if not asked.exists():
            raise BodyRefused("No plane was asked for under this number.")
    return body


def check_consent(room: RoomRow, *, recording: bool = False) -> None:
    """Raise unless the guardian consents now.

    Raises
    ------
    NoConsent
        If no consent stands, or not to a recording where one is meant.
    """
    stands = ConsentRow.objects.filter(room=room, withdrawn_at=None).first()
    if stands is None:
        raise NoConsent("Record the guardian's consent before the camera opens.")
    if recording and not stands.recording:
        raise NoConsent("The guardian's consent does not cover a recording.")


def _check_pictures(room: RoomRow, body: Body) -> None:
    for name in ("target", "same_as"):
        if name in body and not _is_there(room, read_target(body[name])):
            raise PictureUnknown("This picture is not in the room.")


def _is_there(room: RoomRow, target: Target) -> bool:
    if target.sop:
        studies = CaseStudy.objects.filter(case_id=room.case_id).values("study_id")
        found = Instance.objects.filter(uid=target.sop, series__study__in=studies).first()
        return found is not None and target.frame <= max(1, found.frame_count or 1)
    if target.still is not None:
        return PictureRow.objects.filter(room=room, kind="still", number=target.still).exists()
    if target.clip is not None:
        clip = PictureRow.objects.filter(room=room, kind="clip", number=target.clip).first()
        return clip is not None and target.frame <= clip.frames
    return True


def event_of(row: EventRow) -> RoomEvent:
    """Return the event that a row keeps."""
    return RoomEvent(row.pk, row.at, row.author_id, Kind(row.kind), row.body)


def stands_now(room: RoomRow) -> RoomNow:
    """Return what stands in a room now."""
    return fold(event_of(row) for row in EventRow.objects.filter(room=room).order_by("pk"))
