"""Grades that a drawing on the image computed, as drafts of what a person is to choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import Grade
from tongying.pathway.answers import keys_of, sides_of
from tongying.pathway.definition import AnswerKind, Pathway
from tongying.web.measurements.models import DrawingRow
from tongying.web.records.models import Study


def drafted(study: Study, pathway: Pathway) -> dict[str, Grade]:
    """Return the newest drawn grade of each choice that is named as its scheme, by answer's key.

    A drawing that was replaced, or of which every value was struck, drafts nothing. A grade with
    a side drafts only the answer of that side.
    """
    rows = (
        DrawingRow.objects.filter(study=study, replaced_by=None, problem="")
        .filter(measurements__struck_at=None)
        .distinct()
        .order_by("drawn_at", "pk")
    )
    newest: dict[tuple[str, str], Grade] = {}
    for row in rows:
        for kept in row.result.get("grades", ()):
            grade = grade_from(kept)
            newest[grade.scheme, grade.side] = grade
    found = {}
    for field in pathway.fields():
        if field.kind is not AnswerKind.CHOICE:
            continue
        for key, side in zip(keys_of(field), sides_of(field), strict=True):
            drawn = newest.get((field.id, side))
            if drawn is not None and drawn.value in {one.id for one in field.options}:
                found[key] = drawn
    return found


def grade_from(kept: Mapping[str, Any]) -> Grade:
    """Return a grade from how it is kept (`Grade.as_json`)."""
    caveats = tuple(Caveat(one["code"], one["sentence"]) for one in kept["caveats"])
    plain = {name: value for name, value in kept.items() if name != "caveats"}
    return Grade(**plain, caveats=caveats)
