"""A local recording that is announced has a row from then on: none is ever missing silently."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tongying.consult.people import Viewer
from tongying.consult.room.body import Body, BodyRefused
from tongying.web.rooms.models import RecordingRow, RoomRow

ARRIVING: Final = "arriving"
WHOLE: Final = "whole"
REMOVED: Final = "removed"
LOST: Final = "lost"


def announce(room: RoomRow, body: Body, viewer: Viewer, now: datetime) -> None:
    """Keep that the county's page begins a recording (`Kind.RECORD`, on).

    Raises
    ------
    BodyRefused
        If the room has a recording of this code already.
    """
    _row, fresh = RecordingRow.objects.get_or_create(
        room=room,
        code=body["recording"],
        defaults={"by_id": viewer.user, "mime": "", "started_at": now, "state": ARRIVING},
    )
    if not fresh:
        raise BodyRefused("This recording was announced before.")
