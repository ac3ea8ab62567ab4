"""Marks of kept drawings as a report takes them: with their image, shape by shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tongying.dicom.writers.derived import WrittenObject
from tongying.dicom.writers.drawn_marks import DrawnMark, DrawnMarks, MarkShape
from tongying.kernel.ids import SeriesUid, SopUid
from tongying.measure.recipe import Mark
from tongying.measure.registry import recipes
from tongying.web.measurements.models import DrawingRow
from tongying.web.records.models import Instance, Study

SHAPES: Final = {
    Mark.POINT: MarkShape.POINT,
    Mark.LINE: MarkShape.LINE,
    Mark.ANGLE: MarkShape.LINE,
    Mark.TWO_LINES: MarkShape.PAIRS,
    Mark.CROSS: MarkShape.PAIRS,
    Mark.ELLIPSE: MarkShape.ELLIPSE,
    Mark.CONTOUR: MarkShape.OUTLINE,
}


def marks_of(study: Study, rows: Iterable[DrawingRow]) -> dict[str, DrawnMarks]:
    """Return the marks of a study's drawings by the drawing's code.

    A drawing whose image or recipe is not here any more has none: its values stand without.
    """
    drawings = {row.code: row for row in rows}
    found = Instance.objects.filter(
        series__study=study, uid__in={row.sop_uid for row in drawings.values()}
    ).values_list("uid", "series__uid", "sop_class_uid", "frame_count")
    images = {uid: (series, sop_class, frames) for uid, series, sop_class, frames in found}
    marks = {}
    for code, row in drawings.items():
        if row.sop_uid not in images or row.recipe not in recipes():
            continue
        series, sop_class, frames = images[row.sop_uid]
        marks[code] = DrawnMarks(
            image=WrittenObject(SeriesUid(series), SopUid(row.sop_uid), sop_class),
            frame=row.frame if (frames or 1) > 1 else None,
            marks=tuple(_shapes(row)),
        )
    return marks


def _shapes(row: DrawingRow) -> Iterator[DrawnMark]:
    for step in recipes()[row.recipe].steps:
        points = row.marks.get(step.name)
        if points:
            yield DrawnMark(SHAPES[step.mark], tuple((one[0], one[1]) for one in points))
