"""Keeping what somebody drew on an image: the marks, what follows from them, who and when.

A drawing is never changed. A better one replaces it: the values of the old one are struck, those of
the new one stand, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db import transaction
from django.db.models import QuerySet

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import Conflict, NotFound
from tongying.kernel.ids import new_code
from tongying.measure.calibration import plane_json
from tongying.measure.plane import Plane, Point
from tongying.measure.recipe import Drawing, Measurement, Recipe, Result
from tongying.measure.registry import carry_out, recipe_of
from tongying.web import now as clock
from tongying.web.measurements.drawn_image import (
    DrawnImage,
    ImagePlace,
    check_square,
    child_on,
    doubts_of,
    image_of,
)
from tongying.web.measurements.entering import MEASUREMENT
from tongying.web.measurements.models import DrawingRow, MeasurementRow
from tongying.web.measurements.rights import check_entering, check_striking
from tongying.web.measurements.subject import Asked, Subject, subject_of
from tongying.web.records.models import Study
from tongying.web.records.visible import studies_condition
from tongying.web.trail import store as trail

DRAWING: Final = "drawing"
DRAWN: Final = "drawn"
FROM_SR: Final = "sr"
CORRECTED: Final = "Drawn again: a corrected drawing replaces it."
LONGEST_LABEL: Final = 200
LONGEST_PROBLEM: Final = 300


class DrawingNotFound(NotFound):
    """There is no such drawing for this viewer."""

    code: ClassVar[str] = "measurement.no-drawing"


class DrawingReplaced(Conflict):
    """The drawing was replaced before by a better one."""

    code: ClassVar[str] = "measurement.drawing-replaced"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where marks come from.

    Attributes
    ----------
    source : str
        ``drawn`` on our own page, or ``sr``.
    source_uid : str
        SOP Instance UID of the SR.
    tracking_uid : str
        Of the group in the SR.
    label : str
        As it was written in the viewer.
    """

    source: str = DRAWN
    source_uid: str = ""
    tracking_uid: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Marks as somebody drew them.

    Attributes
    ----------
    place : ImagePlace
        The frame that was drawn on.
    recipe : str
        Of `tongying.measure.registry.recipes`.
    marks : mapping of str to tuple of Point
        By the name of the step, in pixels from the centre of the first one.
    side : str
        R, L, or empty.
    case : int or None
        In which it was drawn; None on the study alone.
    replaces : str
        Code of the drawing that this one corrects; empty for none.
    origin : Origin
    """

    place: ImagePlace
    recipe: str
    marks: Mapping[str, tuple[Point, ...]]
    side: str = ""
    case: int | None = None
    replaces: str = ""
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Found:
    """What follows from a draft, before anything is kept; rows stay within this package."""

    subject: Subject
    study: Study
    image: DrawnImage
    recipe: Recipe
    plane: Plane
    result: Result
    doubts: tuple[Caveat, ...]


def keep_drawing(viewer: Viewer, draft: Draft) -> str:
    """Carry a drawing out, keep it with its values, and return its code.

    The same drawing sent twice is one. One with the tracking identifier of an earlier one, or that
    names the one it corrects, replaces it.

    Raises
    ------
    MeasuringNotYours
        If the viewer's role enters none.
    CaseNotFound, ObjectNotFound, DrawingNotFound
        If the case, the image or the corrected drawing does not exist for the viewer.
    SubjectRefused, StudyUndated, NoPixelData, FrameUnknown
        If it is not clear whom, when or what it shows.
    RecipeUnknown
        If there is no such recipe.
    MarksMissing, MarksRefused, SideUnknown, LengthUncalibrated, AgeOutsideRule, OutsideImage, \
NotAPicture, MarksUncertain
        If nothing follows from the marks.
    StrikingNotYours
        If the viewer may not correct the earlier drawing.
    DrawingReplaced
        If it was corrected before.
    """
    found = found_by(viewer, draft)
    columns = {
        **_columns(viewer, draft, found.subject, found.study),
        "recipe": found.recipe.id,
        "recipe_version": found.recipe.version,
        "calibration": plane_json(found.plane),
        "result": found.result.as_json(),
    }
    with transaction.atomic():
        trail.hold()  # a drawing sent twice must find one
        again = _same(viewer, draft, found.study, found.recipe.id)
        if again is not None:
            return again.code
        row = _kept(viewer, draft, found.study, columns)
        for one in rows_of(viewer, found, draft):
            one.drawing = row
            one.save()
            _note(viewer, Action.CREATE, MEASUREMENT, one.code, one.hospital_id)
    return row.code


def keep_unread(viewer: Viewer, draft: Draft, why: Caveat) -> str:
    """Keep marks that are not understood with the reason, and return the drawing's code.

    Parameters
    ----------
    viewer : Viewer
    draft : Draft
        Its `recipe` is not used.
    why : Caveat
        Code and sentence.

    Raises
    ------
    MeasuringNotYours
        If the viewer's role enters none.
    CaseNotFound, ObjectNotFound, DrawingNotFound
        If the case, the study or the corrected drawing does not exist for the viewer.
    SubjectRefused
        If it is not clear whom it shows.
    StrikingNotYours
        If the viewer may not correct the earlier drawing.
    DrawingReplaced
        If it was corrected before.
    """
    check_entering(viewer)
    subject, study = _subject(viewer, draft)
    columns = {
        **_columns(viewer, draft, subject, study),
        "calibration": {},
        "result": {},
        "problem_code": why.code,
        "problem": why.sentence[:LONGEST_PROBLEM],
    }
    with transaction.atomic():
        trail.hold()
        again = _same(viewer, draft, study, "")
        if again is not None:
            return again.code
        return _kept(viewer, draft, study, columns).code


def found_by(viewer: Viewer, draft: Draft) -> Found:
    """Return what follows from a draft; nothing is kept.

    Raises
    ------
    As `keep_drawing`, but for what concerns an earlier drawing.
    """
    check_entering(viewer)
    recipe = recipe_of(draft.recipe)
    subject, study = _subject(viewer, draft)
    image = image_of(viewer, draft.place)
    plane = image.plane(draft.marks)
    if draft.origin.source == FROM_SR:
        check_square(plane)
    child, book = child_on(subject.child, study, recipe)
    drawing = Drawing(
        marks={name: points for name, points in draft.marks.items() if points},
        plane=plane,
        side=draft.side,
        child=child,
        modality=image.modality,
    )
    result = carry_out(recipe, drawing)
    doubts = doubts_of(image, book, study, draft.side)
    return Found(subject, study, image, recipe, plane, result, doubts)


def rows_of(viewer: Viewer, found: Found, draft: Draft) -> list[MeasurementRow]:
    """Return the rows of a result's values, none of them saved."""
    now = clock.now()
    return [
        _row(viewer, found, one, {"source": draft.origin.source, "entered_at": now})
        for one in found.result.measurements
    ]


def drawings_for(viewer: Viewer) -> QuerySet[DrawingRow]:
    """Return the drawings that exist for a viewer: those on studies that they see."""
    return DrawingRow.objects.filter(studies_condition(viewer, "study__"))


def drawing_row(viewer: Viewer, code: str) -> DrawingRow:
    """Return a drawing's row.

    Raises
    ------
    DrawingNotFound
        If it does not exist for the viewer.
    """
    row = drawings_for(viewer).filter(code=code).first()
    if row is None:
        raise DrawingNotFound("There is no such drawing.")
    return row


def _subject(viewer: Viewer, draft: Draft) -> tuple[Subject, Study]:
    subject = subject_of(viewer, Asked(study=draft.place.study, case=draft.case))
    if subject.study is None:
        raise DrawingNotFound("Say on which image it was drawn.")
    return subject, subject.study


def _columns(viewer: Viewer, draft: Draft, subject: Subject, study: Study) -> dict[str, Any]:
    return {
        "hospital_id": study.hospital_id,
        "child": subject.child,
        "study": study,
        "series_uid": draft.place.series,
        "sop_uid": draft.place.instance,
        "frame": draft.place.frame,
        "side": draft.side,
        "marks": _marks_json(draft.marks),
        "label": draft.origin.label[:LONGEST_LABEL],
        "source": draft.origin.source,
        "source_uid": draft.origin.source_uid,
        "tracking_uid": draft.origin.tracking_uid,
        "drawn_by_id": viewer.user,
        "drawn_at": clock.now(),
    }


def _kept(viewer: Viewer, draft: Draft, study: Study, columns: dict[str, Any]) -> DrawingRow:
    old = _earlier(viewer, draft, study)
    if old is not None and not columns["tracking_uid"]:
        columns["tracking_uid"] = old.tracking_uid
    row = DrawingRow.objects.create(code=new_code(), **columns)
    _note(viewer, Action.CREATE, DRAWING, row.code, row.hospital_id, recipe=row.recipe)
    if old is not None:
        _replace(viewer, old, row)
    return row


def _same(viewer: Viewer, draft: Draft, study: Study, recipe: str) -> DrawingRow | None:
    """Return the drawing that this one is, sent again.

    One from an SR is the same even where a person has corrected it since: what was corrected must
    not come back. One of our own page is the same while it and its values stand.
    """
    rows = DrawingRow.objects.filter(
        study=study,
        sop_uid=draft.place.instance,
        frame=draft.place.frame,
        source=draft.origin.source,
        recipe=recipe,
        side=draft.side,
    ).exclude(code=draft.replaces)
    if draft.origin.source == DRAWN:
        rows = rows.filter(
            drawn_by_id=viewer.user, replaced_by=None, measurements__struck_at=None
        ).distinct()
    else:
        rows = rows.filter(
            tracking_uid=draft.origin.tracking_uid, label=draft.origin.label[:LONGEST_LABEL]
        )
    marks = _marks_json(draft.marks)
    return next((row for row in rows.order_by("-pk") if row.marks == marks), None)


def _earlier(viewer: Viewer, draft: Draft, study: Study) -> DrawingRow | None:
    """Return the standing drawing that this one replaces."""
    if draft.replaces:
        row = drawings_for(viewer).filter(code=draft.replaces, study=study).first()
        if row is None:
            raise DrawingNotFound("There is no such drawing on this study.")
        if row.replaced_by_id is not None:
            raise DrawingReplaced("This drawing was corrected already: load the page again.")
        return row
    if not draft.origin.tracking_uid:
        return None
    rows = DrawingRow.objects.filter(
        study=study, tracking_uid=draft.origin.tracking_uid, replaced_by=None
    )
    return rows.order_by("-pk").first()


def _replace(viewer: Viewer, old: DrawingRow, new: DrawingRow) -> None:
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    standing = MeasurementRow.objects.filter(drawing=old, struck_at=None)
    for row in standing.select_related("entered_by").select_for_update(of=("self",)):
        check_striking(viewer, row)
        row.struck_by_id, row.struck_at = viewer.user, clock.now()
        row.struck_reason = CORRECTED
        row.save(update_fields=["struck_by", "struck_at", "struck_reason"])
        _note(viewer, Action.UPDATE, MEASUREMENT, row.code, row.hospital_id, what="strike")
    _note(viewer, Action.UPDATE, DRAWING, old.code, old.hospital_id, replaced_by=new.code)


def _row(viewer: Viewer, found: Found, one: Measurement, columns: dict[str, Any]) -> MeasurementRow:
    method = one.method
    return MeasurementRow(
        code=new_code(),
        hospital_id=found.study.hospital_id,
        child=found.subject.child,
        study=found.study,
        case=found.subject.case,
        measure=one.measure,
        side=one.side,
        value=one.value,
        unit=one.unit,
        measured_on=found.study.date,
        tool=method.tool or "",
        tool_version=method.version or "",
        protocol=method.protocol or "",
        rule=method.rule or "",
        caveats=[doubt.as_json() for doubt in (*one.caveats, *found.doubts)],
        entered_by_id=viewer.user,
        **columns,
    )


def _marks_json(marks: Mapping[str, tuple[Point, ...]]) -> dict[str, list[list[float]]]:
    return {
        name: [[float(column), float(row)] for column, row in points]
        for name, points in marks.items()
        if points
    }


def _note(
    viewer: Viewer, action: Action, kind: str, code: str, hospital: str, **detail: str
) -> None:
    trail.append([AuditEvent(clock.now(), viewer.login, action, kind, code, hospital, detail)])
