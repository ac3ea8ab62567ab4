"""The live examinations of a case as its signed opinion prints them."""

from __future__ import annotations

from django.utils import timezone

from tongying.consult.document_live import DocumentLength, DocumentLive
from tongying.consult.room.kind import Kind
from tongying.consult.room.target import read_target
from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Member
from tongying.web.rooms.log import stands_now
from tongying.web.rooms.models import EventRow, RoomRow


def document_live(case: CaseRow) -> tuple[DocumentLive, ...]:
    """Return the live examinations of a case in which somebody came or a picture was stored."""
    found = (_live(row) for row in RoomRow.objects.filter(case=case).order_by("opened_at", "pk"))
    return tuple(one for one in found if one.people or one.stills or one.clips)


def _live(row: RoomRow) -> DocumentLive:
    came = EventRow.objects.filter(room=row, kind=Kind.JOINED.value).order_by("pk")
    order = list(dict.fromkeys(one for one in came.values_list("author_id", flat=True) if one))
    members = Member.objects.select_related("hospital").in_bulk(order)
    lengths = tuple(
        DocumentLength(mark.body.get("text", ""), mark.body["mm"], _picture(mark.body["target"]))
        for mark in stands_now(row).marks.values()
        if mark.kind is Kind.MEASURE and mark.body.get("mm") is not None
    )
    return DocumentLive(
        began_at=timezone.localtime(row.opened_at),
        ended_at=None if row.ended_at is None else timezone.localtime(row.ended_at),
        people=tuple(f"{members[one].name}（{members[one].hospital.name}）" for one in order),
        stills=row.pictures.filter(kind="still").count(),
        clips=row.pictures.filter(kind="clip").count(),
        lengths=lengths,
    )


def _picture(text: str) -> str:
    """Return a picture's name that no language is needed for."""
    target = read_target(text)
    if target.still is not None:
        return f"S{target.still}"
    if target.clip is not None:
        return f"C{target.clip}/{target.frame}"
    return ""
