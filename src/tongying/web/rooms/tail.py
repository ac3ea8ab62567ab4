"""The end of the log of all live rooms, as the live role and the pages follow it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from tongying.consult.room.now import RoomEvent
from tongying.web.rooms.log import PAGE, event_of
from tongying.web.rooms.models import EventRow, RoomRow


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is passed on.

    Attributes
    ----------
    code : str
        The room's.
    event : RoomEvent
    client_id : str
        What its teller's page called it; empty where no page told it.
    """

    code: str
    event: RoomEvent
    client_id: str


def last_event() -> int:
    """Return the number of the newest event of all rooms; 0 where there is none."""
    newest = EventRow.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def told_after(after: int, limit: int = PAGE) -> list[Told]:
    """Return what followed a number in any room, oldest first.

    Parameters
    ----------
    after : int
    limit : int, optional
        How many at most.
    """
    return _told(EventRow.objects.filter(pk__gt=after), limit)


def told_in(room: RoomRow, after: int = 0, limit: int = PAGE) -> list[Told]:
    """Return what followed a number in one room, oldest first.

    Parameters
    ----------
    room : RoomRow
    after : int, optional
    limit : int, optional
        How many at most.
    """
    return _told(EventRow.objects.filter(room=room, pk__gt=after), limit)


def _told(found: QuerySet[EventRow], limit: int) -> list[Told]:
    rows = found.select_related("room").order_by("pk")[:limit]
    return [Told(row.room.code, event_of(row), row.client_id) for row in rows]
