"""What was found and measured in a live room, stored in the child's study as a report.

Millimetres come from pictures that have a scale, and are computed from the points and the scale as
it stands now, so that number, coordinates and region agree. A length without a scale is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.utils import timezone

from tongying.consult.people import Viewer
from tongying.consult.room.kind import Kind
from tongying.consult.room.now import RoomEvent
from tongying.consult.room.part import Part
from tongying.consult.room.scale import millimetres_between
from tongying.consult.room.target import Target, read_target
from tongying.dicom.writers.derived import WrittenObject
from tongying.dicom.writers.live_findings_sr import (
    LiveFinding,
    LiveFindings,
    LiveLength,
    Said,
    SeenOn,
    write_live_findings_sr,
)
from tongying.dicom.writers.study_context import ObjectIdentity, Predecessor
from tongying.kernel.errors import BadInput
from tongying.kernel.ids import SeriesUid, SopUid, StudyUid, uid_of
from tongying.norms.measure import measure_of
from tongying.web import now as clock
from tongying.web.cases.documents import context_of
from tongying.web.people.models import Member
from tongying.web.rooms.calibrating import make_calibrated
from tongying.web.rooms.entering import enter
from tongying.web.rooms.length_names import named_length
from tongying.web.rooms.lengths_kept import keep_lengths
from tongying.web.rooms.live_study import instance_of, storing, study_of_room
from tongying.web.rooms.log import NotYourPart, note, stands_now
from tongying.web.rooms.measuring import picture_of
from tongying.web.rooms.models import EventRow, PictureRow, RoomRow

ROOM_REPORT: Final = "room-report"
"""Promised work: the report of a room that is over."""
SERIES_NUMBER: Final = 9030
"""Far above what scanners use, and apart from other reports of the platform."""
_TOLD_APART: Final = 0.05
"""Millimetres by which a length may differ from what was told before it is said so."""


class NothingToReport(BadInput):
    """Nothing was found or measured that a report could say."""

    code: ClassVar[str] = "room.nothing-to-report"


@dataclass(frozen=True, slots=True)
class _Content:
    """What a report would say, and what it leaves out."""

    findings: tuple[LiveFinding, ...]
    lengths: tuple[LiveLength, ...]
    authors: tuple[int, ...]
    """Who drew each length."""
    images: tuple[WrittenObject, ...]
    left_out: int

    @property
    def state(self) -> str:
        """The same content has the same."""
        said = [repr((one.code, one.text, one.on)) for one in self.findings]
        drawn = [repr((one.code, one.name, one.mm, one.on, one.ends)) for one in self.lengths]
        return hashlib.sha256("\n".join([*said, *drawn]).encode()).hexdigest()[:32]


def report_room(viewer: Viewer, code: str) -> dict[str, Any]:
    """Store what was found and measured; the same content is stored once, more is a new version.

    Returns
    -------
    dict
        ``sop``, ``version``, ``findings``, ``measurements``, ``left_out`` (lengths without a
        scale) and ``kept`` (lengths that became measurements of the child).

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    NotYourPart
        If they only observe.
    NothingToReport
        If there is neither a finding nor a length on a picture with a scale, or no picture.
    PictureNotStored
        If the archive refuses the report or a scaled picture.
    """
    entered = enter(viewer, code)
    if entered.part is Part.OBSERVER:
        raise NotYourPart("Your part in this room does not do this.")
    return report_of(entered.row, viewer)


def report_promised(payload: Mapping[str, Any]) -> None:
    """Store the report of a room that is over, if it has anything to say that none says yet.

    Parameters
    ----------
    payload : mapping
        ``room``: its key.

    Raises
    ------
    PictureNotStored
        If the archive refuses the report or a scaled picture.
    """
    room = RoomRow.objects.select_related("case__asking", "case__author", "case__child")
    try:
        report_of(room.get(pk=payload["room"]), None)
    except NothingToReport:
        return


def report_of(room: RoomRow, viewer: Viewer | None) -> dict[str, Any]:
    """Store a room's report on somebody's word, or on the platform's where it is over.

    Parameters
    ----------
    room : RoomRow
        With its case.
    viewer : Viewer or None

    Raises
    ------
    NothingToReport, PictureNotStored
        As `report_room`.
    """
    content = _content(room)
    if not content.images or not (content.findings or content.lengths):
        raise NothingToReport("Nothing was found or measured on a picture with a scale yet.")
    told = _stored(room, content, viewer)
    kept = keep_lengths(room, zip(content.authors, content.lengths, strict=True), str(told["sop"]))
    return {**told, "left_out": content.left_out, "kept": kept}


def _stored(room: RoomRow, content: _Content, viewer: Viewer | None) -> dict[str, Any]:
    now = clock.now()
    before = _last(room)
    if before is not None and before.body.get("state") == content.state:
        return dict(before.body)
    version = 1 if before is None else int(before.body["version"]) + 1
    seed = f"tongying/room/{room.code}/report"
    series = SeriesUid(uid_of(f"{seed}/series"))
    sop = SopUid(uid_of(f"{seed}/{version}/{content.state}"))
    study = study_of_room(room)
    earlier = None
    if before is not None:
        earlier = Predecessor(StudyUid(study.uid), series, SopUid(before.body["sop"]))
    dataset = write_live_findings_sr(
        LiveFindings(content.findings, content.lengths, content.images, earlier),
        context_of(study),
        identity=ObjectIdentity(series, sop, SERIES_NUMBER, version),
        written_at=timezone.localtime(now),
    )
    body = {
        "sop": sop,
        "version": version,
        "findings": len(content.findings),
        "measurements": len(content.lengths),
        "state": content.state,
    }
    with storing(room, dataset, "system" if viewer is None else viewer.login) as store:
        latest = _last(room)
        if latest is not None and (before is None or latest.pk != before.pk):
            return dict(latest.body)  # somebody else stored it at the same moment
        store()
        note(room, Kind.REPORTED, body, now, viewer)
    return body


def _last(room: RoomRow) -> EventRow | None:
    return EventRow.objects.filter(room=room, kind=Kind.REPORTED.value).order_by("-pk").first()


def _content(room: RoomRow) -> _Content:
    names = _names(room)
    events = EventRow.objects.filter(room=room, kind=Kind.FINDING.value).order_by("pk")
    findings = tuple(
        LiveFinding(
            f"{room.code}/{one.pk}",
            one.body["text"],
            _seen_on(room, one.body.get("target", ""), scaled=False),
            Said(names.get(one.author_id or 0, ""), timezone.localtime(one.at)),
        )
        for one in events
    )
    measured = [one for one in stands_now(room).marks.values() if one.kind is Kind.MEASURE]
    lengths, authors = [], []
    for event in sorted(measured, key=lambda one: one.id):
        length = _length(room, event, names)
        if length is not None:
            lengths.append(length)
            authors.append(event.author or 0)
    shown = [one.on.image for one in (*findings, *lengths) if one.on is not None]
    images = {image.sop_uid: image for image in (*shown, *_pictures(room))}
    left_out = len(measured) - len(lengths)
    return _Content(findings, tuple(lengths), tuple(authors), tuple(images.values()), left_out)


def _names(room: RoomRow) -> dict[int, str]:
    authors = EventRow.objects.filter(room=room).values("author_id")
    members = Member.objects.filter(pk__in=authors).select_related("hospital")
    return {one.pk: f"{one.name}, {one.hospital.name}" for one in members}


def _pictures(room: RoomRow) -> Iterable[WrittenObject]:
    """Return the pictures of the room: a report of findings in words speaks of them."""
    for row in PictureRow.objects.filter(room=room).order_by("captured_at", "pk"):
        found = _written(room, row.sop_uid)
        if found is not None:
            yield found


def _length(room: RoomRow, event: RoomEvent, names: dict[int, str]) -> LiveLength | None:
    target = read_target(event.body["target"])
    picture = picture_of(room, target)
    if picture is None or picture.mm_per_pixel is None:
        return None
    on = _seen_on(room, event.body["target"], scaled=True)
    if on is None:
        return None
    points = event.body["points"]
    size = (picture.columns, picture.rows)
    mm = millimetres_between(points, *size, picture.mm_per_pixel)
    first, last = ((x * size[0] - 0.5, y * size[1] - 0.5) for x, y in points)
    name = event.body.get("text", "")
    meaning = named_length(name)
    return LiveLength(
        code=f"{room.code}/{event.body['id']}",
        measure=None if meaning is None else measure_of(meaning.measure),
        side="" if meaning is None else meaning.side,
        name=name,
        mm=mm,
        on=on,
        ends=(first, last),
        said=Said(names.get(event.author or 0, ""), timezone.localtime(event.at)),
        comments=_comments(event, mm),
    )


def _comments(event: RoomEvent, mm: float) -> tuple[str, ...]:
    told = event.body.get("mm")
    if told is None:
        return ("The scale was drawn after it was measured.",)
    if abs(told - mm) > _TOLD_APART:
        return (f"{told:g} mm was told in the room; the scale was drawn anew since.",)
    return ()


def _seen_on(room: RoomRow, text: str, *, scaled: bool) -> SeenOn | None:
    """Return the stored picture that a target means, the one with its scale where that is meant."""
    target = read_target(text) if text else Target()
    picture = picture_of(room, target)
    if picture is None:
        return None
    sop = picture.sop_uid
    if scaled:
        sop = make_calibrated(picture.pk).calibrated_sop_uid
    image = _written(room, sop)
    frame = target.frame if target.clip is not None else None
    return None if image is None else SeenOn(image, frame)


def _written(room: RoomRow, sop_uid: str) -> WrittenObject | None:
    instance = instance_of(room, sop_uid)
    if instance is None:
        return None
    return WrittenObject(
        SeriesUid(instance.series.uid), SopUid(instance.uid), instance.sop_class_uid
    )
