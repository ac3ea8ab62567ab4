"""How long recordings are kept: by policy, by the guardian's consent, and what never came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from tongying.consult.people import Viewer
from tongying.web.rooms import recording_files as files
from tongying.web.rooms.announcing import ARRIVING, LOST, REMOVED, WHOLE
from tongying.web.rooms.models import RecordingRow, RoomRow
from tongying.web.rooms.recordings import mark_lost, mark_removed

LOST_AFTER: Final = timedelta(days=7)
"""After its announcement or its last bytes; its page may still bring it while the policy lasts."""


def withdraw_recordings(room: RoomRow, now: datetime, viewer: Viewer) -> int:
    """Remove every recording of a room, in the caller's transaction: consent to them is gone.

    Parameters
    ----------
    room : RoomRow
        With its case.
    now : datetime
    viewer : Viewer
        Who recorded that the consent is gone.

    Returns
    -------
    int
        How many there were.
    """
    rows = list(RecordingRow.objects.filter(room=room).exclude(state=REMOVED).order_by("pk"))
    for row in rows:
        row.room = room
        mark_removed(row, now, viewer, "consent")
    return len(rows)


def look_after_recordings(now: datetime) -> int:
    """Remove what is past its time, give up what never came, clear what a crash left.

    Returns
    -------
    int
        How many recordings changed their state.
    """
    changed = 0
    quiet = now - LOST_AFTER
    over = Q(state=WHOLE, keep_until__lte=now)
    silent = Q(state=ARRIVING, started_at__lte=quiet) & (Q(last_at=None) | Q(last_at__lte=quiet))
    for pk in (
        RecordingRow.objects.filter(over | silent).order_by("pk").values_list("pk", flat=True)
    ):
        with transaction.atomic():
            row = (
                RecordingRow.objects.select_for_update(of=("self",))
                .select_related("room__case")
                .filter(over | silent, pk=pk)
                .first()
            )
            if row is None:
                continue
            if row.state == WHOLE:
                mark_removed(row, now, None, "policy")
            else:
                mark_lost(row, now)
            changed += 1
    _clear()
    return changed


def _clear() -> None:
    """Drop bytes that no living recording owns: a crash came between the row and the file."""
    for room, code in list(files.all_held()):
        owned = RecordingRow.objects.filter(room__code=room, code=code)
        if not owned.exclude(state__in=(REMOVED, LOST)).exists():
            files.drop(room, code)
