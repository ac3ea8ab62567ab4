"""Lengths of a live room that become measurements of the child.

Only a length whose name is a measure of the platform can: a measurement says what was measured, and
what was measured is not guessed. Each is entered by whoever drew it, from the room's own report.
"""

from __future__ import annotations

from collections.abc import Iterable

from tongying.dicom.writers.live_findings_sr import LiveLength
from tongying.kernel.errors import TongyingError
from tongying.kernel.ids import uid_of
from tongying.web.measurements.drawing import FROM_SR, Draft, Origin, keep_drawing
from tongying.web.measurements.drawn_image import ImagePlace
from tongying.web.measurements.models import MeasurementRow
from tongying.web.people.models import Member
from tongying.web.people.store import viewer_of_member
from tongying.web.rooms.length_names import named_length
from tongying.web.rooms.models import RoomRow


def keep_lengths(room: RoomRow, lengths: Iterable[tuple[int, LiveLength]], sop_uid: str) -> int:
    """Keep the lengths that name a measure, and return how many are measurements of the child.

    Done again nothing is kept twice; one that was drawn anew replaces what it was.

    Parameters
    ----------
    room : RoomRow
        With its case.
    lengths : iterable of tuple
        Who drew it, and the length.
    sop_uid : str
        Of the report that tells them.
    """
    kept = 0
    for author, one in lengths:
        code = _kept(room, author, one, sop_uid)
        if code:
            rows = MeasurementRow.objects.filter(drawing__code=code, struck_at=None)
            kept += bool(rows.update(sr_uid=sop_uid))
    return kept


def _kept(room: RoomRow, author: int, one: LiveLength, sop_uid: str) -> str:
    """Return the drawing's code; empty where it is no measurement, or its author enters none."""
    meaning = named_length(one.name)
    member = Member.objects.filter(pk=author, is_active=True).first()
    if meaning is None or member is None:
        return ""
    image = one.on.image
    draft = Draft(
        place=ImagePlace(room.study_uid, image.series_uid, image.sop_uid, one.on.frame or 1),
        recipe=meaning.recipe,
        marks={meaning.step: one.ends},
        side=meaning.side,
        case=room.case_id,
        origin=Origin(FROM_SR, sop_uid, uid_of(f"tongying/live/{one.code}"), one.name),
    )
    try:
        return keep_drawing(viewer_of_member(member), draft)
    except TongyingError:
        return ""
