"""From a report that a viewer saved into the archive to drawings and measurements.

The viewer saves everything that is drawn with every report, each time under new identifiers; so
what is kept already on the same image with the same marks is not kept again, and one that was moved
replaces the one it was. What is not understood is kept with the reason, for a person to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pydicom
from django.utils import timezone
from pydicom.dataset import Dataset

from tongying.archive.arrival import Arrival, Fate
from tongying.consult.people import Viewer
from tongying.dicom.measurement_reading import (
    REPORTS,
    DrawnGroup,
    MeasurementsUnreadable,
    read_measurements,
)
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput, TongyingError
from tongying.measure.drawn_marks import DrawnMark, NothingDrawn, mark_of
from tongying.measure.labels import Meaning, understood
from tongying.measure.plane import Point
from tongying.web.jobs.models import OutboxRow
from tongying.web.measurements.drawing import (
    FROM_SR,
    Draft,
    Origin,
    keep_drawing,
    keep_unread,
)
from tongying.web.measurements.drawn_image import ImagePlace
from tongying.web.measurements.models import DrawingRow
from tongying.web.people.models import Member
from tongying.web.people.store import viewer_of_member
from tongying.web.records.images import content_store
from tongying.web.records.index import READ_REPORT
from tongying.web.records.models import Instance
from tongying.web.records.reading import ObjectNotFound, Place, locate_one
from tongying.web.records.visible import studies_for

DOOR: Final = "measure"
OURS: Final = "Tongying"
"""Maker of the platform's own reports, which tell what is kept already."""

Key = tuple[str, int, str, str]
"""Image, frame, recipe, side."""


@dataclass(slots=True)
class _Drawn:
    """What one drawing is made of, as its groups are gathered."""

    place: ImagePlace
    recipe: str
    side: str
    marks: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report.

    Attributes
    ----------
    drawings : tuple of str
        Codes of what was measured, kept now or before.
    unread : tuple of str
        Codes of what a person must say.
    passed_over : int
        Groups with nothing drawn.
    """

    drawings: tuple[str, ...]
    unread: tuple[str, ...]
    passed_over: int


def read_promised(payload: Mapping[str, Any]) -> None:
    """Do what was promised when the report arrived; done again it finds everything kept.

    Parameters
    ----------
    payload : mapping
        ``user`` and ``instance``: their keys.
    """
    member = Member.objects.get(pk=payload["user"])
    instance = Instance.objects.select_related("series__study").get(pk=payload["instance"])
    series = instance.series
    read_report(viewer_of_member(member), Place(series.study.uid, series.uid, instance.uid))


def read_arrived(viewer: Viewer, arrivals: Iterable[Arrival]) -> None:
    """Read the reports among what just arrived; what fails is left to the worker.

    Parameters
    ----------
    viewer : Viewer
        Who brought them.
    arrivals : iterable of Arrival
    """
    for one in arrivals:
        if one.fate is not Fate.STORED or one.sop_class_uid not in REPORTS:
            continue
        place = Place(one.study_uid, one.series_uid, one.sop_instance_uid)
        try:
            read_report(viewer, place)
        except TongyingError:
            continue  # promised when it arrived: the worker tries again, and says why
        keys = list(Instance.objects.filter(uid=place.instance).values_list("pk", flat=True))
        OutboxRow.objects.filter(
            kind=READ_REPORT, payload__instance__in=keys, payload__user=viewer.user
        ).update(finished_at=timezone.now(), failure="")


def read_report(viewer: Viewer, place: Place) -> Outcome:
    """Keep what a report draws.

    Parameters
    ----------
    viewer : Viewer
        Who saved it, or who takes it over.
    place : Place
        The report.

    Raises
    ------
    ObjectNotFound
        If it does not exist for the viewer.
    MeasuringNotYours
        If the viewer's role enters no measurements.
    """
    located = locate_one(viewer, place, door=DOOR)
    with content_store().open(located.digest) as file:
        dataset = pydicom.dcmread(file, force=True)
    try:
        groups = read_measurements(dataset)
    except MeasurementsUnreadable:
        return Outcome((), (), 0)  # a report of another kind, which draws nothing
    if _is_ours(dataset):
        return Outcome((), (), len(groups))
    return _Reading(viewer, place, groups).kept()


def _is_ours(dataset: Dataset) -> bool:
    return str(dataset.get("Manufacturer") or "").startswith(OURS)


class _Reading:
    """One report being read for one person."""

    def __init__(self, viewer: Viewer, report: Place, groups: Sequence[DrawnGroup]) -> None:
        self._viewer = viewer
        self._report = report
        self._groups = groups
        self._places: dict[tuple[str, int], ImagePlace] = {}
        self._unread: list[str] = []
        self._codes: list[str] = []
        self._passed = 0

    def kept(self) -> Outcome:
        """Keep everything and return what became of it."""
        drawn: dict[Key, list[_Drawn]] = defaultdict(list)
        for group in self._groups:
            self._gather(group, drawn)
        for same in drawn.values():
            self._keep_all(same)
        return Outcome(tuple(self._codes), tuple(self._unread), self._passed)

    def _gather(self, group: DrawnGroup, drawn: dict[Key, list[_Drawn]]) -> None:
        try:
            mark = mark_of(group)
            place = self._place_of(mark)
        except NothingDrawn:
            self._passed += 1
            return
        except (BadInput, ObjectNotFound) as refusal:
            self._not_on_image(group, refusal)
            return
        try:
            meaning = understood(group.labels, mark=mark.mark, side=group.side)
        except BadInput as refusal:
            one = _Drawn(place, "", group.side, {mark.mark.value: mark.points})
            self._keep_unread(self._named(one, group), refusal)
            return
        self._add(drawn[mark.image, mark.frame, meaning.recipe, meaning.side], place, mark, meaning)
        self._named(self._latest(drawn, mark, meaning), group)

    @staticmethod
    def _add(same: list[_Drawn], place: ImagePlace, mark: DrawnMark, meaning: Meaning) -> None:
        """Put a mark into the drawing that lacks it; a step drawn twice begins another one."""
        one = next((each for each in same if meaning.step not in each.marks), None)
        if one is None:
            one = _Drawn(place, meaning.recipe, meaning.side)
            same.append(one)
        one.marks[meaning.step] = mark.points

    @staticmethod
    def _latest(drawn: dict[Key, list[_Drawn]], mark: DrawnMark, meaning: Meaning) -> _Drawn:
        same = drawn[mark.image, mark.frame, meaning.recipe, meaning.side]
        return next(one for one in same if one.marks.get(meaning.step) == mark.points)

    @staticmethod
    def _named(one: _Drawn, group: DrawnGroup) -> _Drawn:
        one.labels += group.labels[:1]
        one.tracking = one.tracking or group.tracking_uid
        return one

    def _keep_all(self, same: list[_Drawn]) -> None:
        """Keep the drawings of one recipe on one image; one that was moved replaces what it was."""
        standing = self._standing(same[0])
        fresh = []
        for one in same:
            again = next((row for row in standing if row.marks == _json(one.marks)), None)
            if again is None:
                fresh.append(one)
            else:
                self._codes.append(again.code)
                standing.remove(again)
        left = [row for row in standing if row.replaced_by is None]
        for one in fresh:
            moved = left[0].code if len(left) == len(fresh) == 1 else ""
            self._keep(one, moved)

    def _keep(self, one: _Drawn, replaces: str) -> None:
        draft = self._draft(one, replaces)
        try:
            self._codes.append(keep_drawing(self._viewer, draft))
        except BadInput as refusal:
            self._keep_unread(one, refusal)

    def _keep_unread(self, one: _Drawn, why: TongyingError) -> None:
        again = self._unread_before(one)
        if again is not None:
            self._unread.append(again.code)
            return
        caveat = Caveat(why.error_code, why.sentence)
        self._unread.append(keep_unread(self._viewer, self._draft(one, ""), caveat))

    def _unread_before(self, one: _Drawn) -> DrawingRow | None:
        """Return what was kept of the same marks; of marks on no image, under the same words."""
        if one.marks:
            rows = self._standing(replace(one, recipe=""))
            return next((row for row in rows if row.marks == _json(one.marks)), None)
        kept = DrawingRow.objects.filter(
            study__uid=one.place.study,
            recipe="",
            side=one.side,
            label=_label(one),
            source=FROM_SR,
            drawn_by_id=self._viewer.user,
        )
        return next((row for row in kept.order_by("pk") if not row.marks), None)

    def _not_on_image(self, group: DrawnGroup, why: TongyingError) -> None:
        """Keep what lies on no single image with the report itself as its place."""
        report = self._report
        place = ImagePlace(report.study, report.series, report.instance)
        self._keep_unread(self._named(_Drawn(place, "", group.side), group), why)

    def _draft(self, one: _Drawn, replaces: str) -> Draft:
        return Draft(
            place=one.place,
            recipe=one.recipe,
            marks=one.marks,
            side=one.side,
            replaces=replaces,
            origin=Origin(
                source=FROM_SR,
                source_uid=self._report.instance,
                tracking_uid=one.tracking,
                label=_label(one),
            ),
        )

    def _standing(self, one: _Drawn) -> list[DrawingRow]:
        """Return what this person saved before for the same recipe and side on the same frame."""
        rows = DrawingRow.objects.filter(
            study__uid=one.place.study,
            sop_uid=one.place.instance,
            frame=one.place.frame,
            recipe=one.recipe,
            side=one.side,
            source=FROM_SR,
            drawn_by_id=self._viewer.user,
        )
        return list(rows.order_by("pk"))

    def _place_of(self, mark: DrawnMark) -> ImagePlace:
        """Return where the image is that was drawn on; it may lie in an earlier study."""
        key = (mark.image, mark.frame)
        if key not in self._places:
            found = Instance.objects.filter(
                uid=mark.image, series__study__in=studies_for(self._viewer)
            ).values_list("series__study__uid", "series__uid")
            here = sorted(found, key=lambda one: one[0] != self._report.study)
            if not here:
                raise ObjectNotFound("There is no such image.")
            self._places[key] = ImagePlace(here[0][0], here[0][1], mark.image, mark.frame)
        return self._places[key]


def _label(one: _Drawn) -> str:
    return " / ".join(dict.fromkeys(one.labels))


def _json(marks: Mapping[str, tuple[Point, ...]]) -> dict[str, list[list[float]]]:
    return {
        name: [[float(column), float(row)] for column, row in points]
        for name, points in marks.items()
        if points
    }
