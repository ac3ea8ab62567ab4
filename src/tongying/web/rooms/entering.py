"""Who may enter a live room, and who may read what was said in it. Everybody else finds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db.models import QuerySet

from tongying.consult.access import relations
from tongying.consult.people import Viewer
from tongying.consult.room.part import OPEN_IN, OPENERS, Part, part_of
from tongying.kernel.errors import NotFound
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of
from tongying.web.records.visible import cases_for
from tongying.web.rooms.models import RoomRow

OPEN_STATES = [state.value for state in OPEN_IN]
"""States of a case that has a living room, as its rows hold them."""


class RoomNotFound(NotFound):
    """There is no such room, its link is dead, or the viewer is not invited."""

    code: ClassVar[str] = "room.not-found"


@dataclass(frozen=True, slots=True)
class Entered:
    """A room as one person stands in it.

    Attributes
    ----------
    row : RoomRow
        With its case.
    part : Part
        What they may do follows from it.
    manages : bool
        Whether they may invite, take out and end.
    """

    row: RoomRow
    part: Part
    manages: bool


def rooms_for(viewer: Viewer, now: datetime | None = None) -> QuerySet[RoomRow]:
    """Return the rooms that are open to a viewer now: invited, not taken out, alive."""
    return RoomRow.objects.filter(
        ended_at=None,
        expires_at__gt=now or clock.now(),
        case__in=cases_for(viewer),
        case__state__in=OPEN_STATES,
        pk__in=RoomRow.objects.filter(
            members__member_id=viewer.user, members__removed_at=None
        ).values("pk"),
    ).select_related("case")


def enter(viewer: Viewer, code: str) -> Entered:
    """Return a room that the viewer may be in now.

    Raises
    ------
    RoomNotFound
        If there is none of this code for them.
    """
    row = rooms_for(viewer).filter(code=code).first()
    found = None if row is None else stand_in(viewer, row)
    if found is None:
        raise RoomNotFound("There is no such room.")
    return found


def stand_in(viewer: Viewer, row: RoomRow) -> Entered | None:
    """Return how somebody stands in a room, by their relations to its case; None: not at all."""
    stands = relations(viewer, case_of(row.case))
    part = part_of(stands)
    return None if part is None else Entered(row, part, bool(stands & OPENERS))


def records_for(viewer: Viewer, case: CaseRow | None = None) -> QuerySet[RoomRow]:
    """Return the rooms whose record a viewer reads: those of every case they see, also ended."""
    found = RoomRow.objects.filter(case__in=cases_for(viewer)).select_related("case", "opened_by")
    return found if case is None else found.filter(case=case)


def record_of(viewer: Viewer, code: str) -> RoomRow:
    """Return a room whose record the viewer may read.

    Raises
    ------
    RoomNotFound
        If there is none of this code on a case they see.
    """
    row = records_for(viewer).filter(code=code).first()
    if row is None:
        raise RoomNotFound("There is no such room.")
    return row
