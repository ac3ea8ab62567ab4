"""Drawings that were not understood: shown with the reason, until a person says what they are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar, Final

from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput
from tongying.measure.labels import Label, labels
from tongying.measure.recipe import Mark
from tongying.measure.registry import recipe_of
from tongying.web.measurements.drawing import (
    FROM_SR,
    Draft,
    DrawingReplaced,
    Origin,
    drawing_row,
    drawings_for,
    keep_drawing,
)
from tongying.web.measurements.drawn_image import ImagePlace
from tongying.web.measurements.models import DrawingRow
from tongying.web.measurements.rights import may_enter
from tongying.web.records.models import Series

MOST: Final = 30
"""Drawings without a meaning that are shown on a case."""


class MeaningRefused(BadInput):
    """The drawing is not what somebody says it is."""

    code: ClassVar[str] = "measurement.meaning-refused"


@dataclass(frozen=True, slots=True)
class UnreadDrawing:
    """A drawing that nothing follows from yet.

    Attributes
    ----------
    code : str
    label : str
        As it was written in the viewer; empty for none.
    problem : str
        Sentence.
    study_uid, series_uid, sop_uid : str
    frame : int
    drawn_by : str
    choices : tuple of Label
        What it can be; empty where saying so does not help.
    """

    code: str
    label: str
    problem: str
    study_uid: str
    series_uid: str
    sop_uid: str
    frame: int
    drawn_by: str
    choices: tuple[Label, ...]


def unread_in_case(viewer: Viewer, studies: list[str], language: str) -> tuple[UnreadDrawing, ...]:
    """Return what was drawn on the studies of a case and not understood, the newest first.

    What the same person has named since, or drawn again as part of something that was understood,
    is not among it.

    Parameters
    ----------
    viewer : Viewer
    studies : list of str
        Study Instance UIDs.
    language : str
        ``zh`` or ``en``, of the choices.
    """
    rows = list(
        drawings_for(viewer)
        .filter(study__uid__in=studies, source=FROM_SR, replaced_by=None)
        .select_related("study", "drawn_by")
        .order_by("-pk")
    )
    known = defaultdict(set)
    for row in rows:
        if not row.problem:
            known[row.sop_uid, row.frame] |= set(_outlines(row))
    left = [
        row
        for row in rows
        if row.problem and not (row.marks and set(_outlines(row)) <= known[row.sop_uid, row.frame])
    ]
    modalities = dict(
        Series.objects.filter(uid__in={row.series_uid for row in left}).values_list(
            "uid", "modality"
        )
    )
    return tuple(
        UnreadDrawing(
            code=row.code,
            label=row.label,
            problem=row.problem,
            study_uid=row.study.uid,
            series_uid=row.series_uid,
            sop_uid=row.sop_uid,
            frame=row.frame,
            drawn_by=row.drawn_by.name,
            choices=_choices(row, modalities.get(row.series_uid, ""), language)
            if may_enter(viewer)
            else (),
        )
        for row in left[:MOST]
    )


def say_what(viewer: Viewer, code: str, recipe: str, side: str) -> str:
    """Measure a drawing as what a person says it is, and return the new drawing's code.

    Raises
    ------
    DrawingNotFound
        If it does not exist for the viewer.
    DrawingReplaced
        If somebody said so before.
    RecipeUnknown
        If there is no such recipe.
    MeaningRefused
        If such a drawing cannot be that.
    tongying.kernel.errors.BadInput
        If nothing follows from its marks.
    """
    row = drawing_row(viewer, code)
    if row.replaced_by is not None:
        raise DrawingReplaced("This drawing was corrected already: load the page again.")
    known = recipe_of(recipe)
    mark = _mark(row)
    if len(known.steps) != 1 or mark is None or known.steps[0].mark is not mark:
        raise MeaningRefused(f"{known.english} is not drawn like this.")
    points = tuple((float(column), float(line)) for column, line in row.marks[mark.value])
    draft = Draft(
        place=ImagePlace(row.study.uid, row.series_uid, row.sop_uid, row.frame),
        recipe=known.id,
        marks={known.steps[0].name: points},
        side=side,
        replaces=row.code,
        origin=Origin(FROM_SR, row.source_uid, row.tracking_uid, row.label),
    )
    return keep_drawing(viewer, draft)


def _mark(row: DrawingRow) -> Mark | None:
    """Return what was drawn, where it is one mark that nobody has named."""
    if len(row.marks) != 1:
        return None
    (name,) = row.marks
    return Mark(name) if name in set(Mark) else None


def _choices(row: DrawingRow, modality: str, language: str) -> tuple[Label, ...]:
    mark = _mark(row)
    if mark is None:
        return ()
    return tuple(
        one
        for one in labels(language)
        if one.mark is mark
        and modality in one.modalities
        and len(recipe_of(one.meaning.recipe).steps) == 1
    )


def _outlines(row: DrawingRow) -> list[tuple[tuple[float, ...], ...]]:
    return [tuple(tuple(point) for point in points) for points in row.marks.values()]
