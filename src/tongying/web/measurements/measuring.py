"""What the quick measuring page works with: images, drawings on them, and what marks would give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tongying.consult.people import Viewer
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.plane import Plane
from tongying.measure.recipe import Grade
from tongying.web.measurements.drawing import (
    Draft,
    drawing_row,
    drawings_for,
    found_by,
    rows_of,
)
from tongying.web.measurements.drawn_image import image_of
from tongying.web.measurements.models import DrawingRow, MeasurementRow
from tongying.web.measurements.reporting import NO_IMAGES
from tongying.web.measurements.rights import check_entering
from tongying.web.measurements.scoring import ABOUT, scored
from tongying.web.measurements.showing import Place, place_of
from tongying.web.measurements.shown import Refused, Shown
from tongying.web.measurements.subject import Asked
from tongying.web.records.models import Instance
from tongying.web.records.reading import study_of

MOST_IMAGES: Final = 3000
"""More of a study are not listed; a stack of slices is measured in the viewer then."""


@dataclass(frozen=True, slots=True)
class MeasurableImage:
    """An image that may be drawn on.

    Attributes
    ----------
    study, series, instance : str
    modality, side, description : str
        As the series says; empty where it does not.
    number : int or None
    frames, columns, rows : int
    """

    study: str
    series: str
    instance: str
    modality: str
    side: str
    description: str
    number: int | None
    frames: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class KeptDrawing:
    """A standing drawing as the page shows it."""

    code: str
    study: str
    instance: str
    frame: int
    recipe: str
    side: str
    marks: dict[str, Any]
    label: str
    problem: str
    drawn_by: str
    drawn_at: datetime
    values: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class MeasuringTable:
    """Everything laid out for measuring."""

    place: Place
    images: tuple[MeasurableImage, ...]
    drawings: tuple[KeptDrawing, ...]
    cut: bool
    """Whether there are more images than are listed."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What marks would give; nothing is kept.

    Attributes
    ----------
    plane : Plane or None
        None where a mark lies where nothing is measured.
    values : tuple of Shown
    grades : tuple of Grade
    refusals : tuple of Caveat
        What could not be told though other values could.
    doubts : tuple of Caveat
        What contradicts what.
    refused : Refused or None
        Why nothing follows yet.
    """

    plane: Plane | None
    values: tuple[Shown, ...] = ()
    grades: tuple[Grade, ...] = ()
    refusals: tuple[Caveat, ...] = ()
    doubts: tuple[Caveat, ...] = ()
    refused: Refused | None = None


def table_of(viewer: Viewer, asked: Asked) -> MeasuringTable:
    """Return what may be measured on a study, or on the studies of a case.

    Raises
    ------
    MeasuringNotYours
        If the viewer's role enters no measurements.
    CaseNotFound, ObjectNotFound, ChildUnknown
        If the case or the study does not exist for the viewer.
    SubjectRefused
        If it is not clear whom it is about.
    """
    place = place_of(viewer, asked)
    studies = [study_of(viewer, one.uid) for one in place.studies]
    rows = (
        Instance.objects.filter(series__study__in=studies, frames__isnull=False)
        .exclude(series__modality__in=NO_IMAGES)
        .filter(rows__gt=0, columns__gt=0)
        .order_by("series__study_id", "series__number", "series_id", "number", "pk")
        .values_list(
            *("series__study__uid", "series__uid", "uid", "series__modality"),
            *("series__laterality", "series__description", "number", "frame_count"),
            *("columns", "rows"),
        )[: MOST_IMAGES + 1]
    )
    images = [
        MeasurableImage(
            study=study,
            series=series,
            instance=uid,
            modality=modality,
            side=side if side in ("R", "L") else "",
            description=description,
            number=number,
            frames=frames or 1,
            columns=columns,
            rows=height,
        )
        for study, series, uid, modality, side, description, number, frames, columns, height in rows
    ]
    standing = drawings_for(viewer).filter(study__in=studies, replaced_by=None)
    return MeasuringTable(
        place=place,
        images=tuple(images[:MOST_IMAGES]),
        drawings=_kept(viewer, list(standing.select_related("study", "drawn_by").order_by("pk"))),
        cut=len(images) > MOST_IMAGES,
    )


def drawing_of(viewer: Viewer, code: str) -> KeptDrawing:
    """Return one drawing with its values.

    Raises
    ------
    DrawingNotFound
        If it does not exist for the viewer.
    """
    (kept,) = _kept(viewer, [drawing_row(viewer, code)])
    return kept


def tried(viewer: Viewer, draft: Draft) -> Tried:
    """Return what marks would give, each value with its place among normal children.

    Raises
    ------
    MeasuringNotYours
        If the viewer's role enters none.
    CaseNotFound, ObjectNotFound
        If the case or the image does not exist for the viewer.
    NoPixelData, FrameUnknown
        If the object is no image, or has no such frame.
    """
    check_entering(viewer)
    image = image_of(viewer, draft.place)
    plane = None
    try:
        plane = image.plane(draft.marks)
        found = found_by(viewer, draft)
    except BadInput as refusal:
        return Tried(plane, refused=Refused(refusal.error_code, refusal.sentence))
    return Tried(
        plane=found.plane,
        values=tuple(scored(viewer, rows_of(viewer, found, draft))),
        grades=found.result.grades,
        refusals=found.result.refusals,
        doubts=found.doubts,
    )


def _kept(viewer: Viewer, rows: list[DrawingRow]) -> tuple[KeptDrawing, ...]:
    measured = MeasurementRow.objects.filter(drawing__in=rows, struck_at=None)
    found = list(measured.select_related(*ABOUT).order_by("pk"))
    by_drawing: dict[int | None, list[Shown]] = {}
    for row, shown in zip(found, scored(viewer, found), strict=True):
        by_drawing.setdefault(row.drawing_id, []).append(shown)
    return tuple(
        KeptDrawing(
            code=row.code,
            study=row.study.uid,
            instance=row.sop_uid,
            frame=row.frame,
            recipe=row.recipe,
            side=row.side,
            marks=row.marks,
            label=row.label,
            problem=row.problem,
            drawn_by=row.drawn_by.name,
            drawn_at=row.drawn_at,
            values=tuple(by_drawing.get(row.pk, ())),
        )
        for row in rows
    )
