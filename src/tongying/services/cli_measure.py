"""``tongying measure``: a value from points on an image, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tongying.measure.recipe import Drawing, Recipe, Result
from tongying.measure.registry import carry_out, recipe_of, recipes, recipes_for
from tongying.norms.measure import measures
from tongying.norms.unit_words import value_words
from tongying.services.command import Json, refusing, say
from tongying.services.drawing_files import (
    DrawingRefused,
    child_of,
    gestation_days,
    marks_of,
    plane_of,
    read_drawing,
)

LIST = "list"
_SIDE_WORDS = {"R": "right ", "L": "left "}


@refusing
def measure(
    name: Annotated[str, typer.Argument(help="What is measured; 'list' says what there is.")],
    points: Annotated[
        list[str] | None,
        typer.Option(help="A mark as name=column,row column,row in pixels; once for each mark."),
    ] = None,
    drawing: Annotated[
        Path | None,
        typer.Option(help="JSON file with marks, spacing_mm, side, modality, child instead."),
    ] = None,
    spacing: Annotated[
        str, typer.Option(help="Size of a pixel in mm: rows,columns, as DICOM orders them.")
    ] = "",
    aspect: Annotated[
        float | None, typer.Option(help="Row by column distance where only that is known.")
    ] = None,
    side: Annotated[str, typer.Option(help="R or L.")] = "",
    modality: Annotated[str, typer.Option(help="Of the image, such as US.")] = "",
    age_days: Annotated[int | None, typer.Option(help="Age in days.")] = None,
    corrected_age_days: Annotated[
        int | None, typer.Option(help="Of a child born preterm, below two years.")
    ] = None,
    gestation: Annotated[str, typer.Option(help="Of a fetus, as 31+2 weeks.")] = "",
    sex: Annotated[str | None, typer.Option(help="F or M.")] = None,
    height_cm: Annotated[float | None, typer.Option()] = None,
    weight_kg: Annotated[float | None, typer.Option()] = None,
    as_json: Json = False,
) -> None:
    """Measure from marks: values, units, method, grades and doubts; or list what can be measured.

    What is not known is left out. Without a spacing angles and ratios are told, and no length.
    """
    if name == LIST:
        _list(modality, as_json=as_json)
        return
    recipe = recipe_of(name)
    told: dict[str, Any] = {"marks": marks_of(points or [])}
    if drawing is not None:
        if points:
            raise DrawingRefused("Give the marks as points or as a file, not both.")
        told = read_drawing(drawing)
    given = {
        "age_days": age_days,
        "corrected_age_days": corrected_age_days,
        "gestational_age_days": gestation_days(gestation),
        "sex": sex,
        "height_cm": height_cm,
        "weight_kg": weight_kg,
    }
    facts = told.get("child", {}) | {key: one for key, one in given.items() if one is not None}
    sizes = spacing or ",".join(str(one) for one in told.get("spacing_mm") or [])
    result = carry_out(
        recipe,
        Drawing(
            marks=told["marks"],
            plane=plane_of(sizes, aspect if aspect is not None else told.get("aspect")),
            side=side or told.get("side", ""),
            child=child_of(facts),
            modality=modality or told.get("modality", ""),
        ),
    )
    answer = {"recipe": recipe.id, "version": recipe.version, **result.as_json()}
    say(answer, as_json=as_json, words=_words(recipe, result))


def _list(modality: str, *, as_json: bool) -> None:
    found = recipes_for([modality]) if modality else tuple(recipes().values())
    rows = [
        {
            "recipe": one.id,
            "version": one.version,
            "english": one.english,
            "chinese": one.chinese,
            "area": one.area,
            "sided": one.sided.value,
            "modalities": sorted(one.modalities),
            "measures": list(one.measures),
            "rule": one.rule,
            "source": one.source,
            "steps": [
                {
                    "name": step.name,
                    "mark": step.mark.value,
                    "english": step.english,
                    "chinese": step.chinese,
                    "optional": step.optional,
                }
                for step in one.steps
            ],
        }
        for one in found
    ]
    words = "\n".join(_recipe_words(one) for one in found)
    say(rows, as_json=as_json, words=words or "Nothing is measured on such images.")


def _recipe_words(recipe: Recipe) -> str:
    sided = {"one": "; of one side", "both": "; both sides", "no": ""}[recipe.sided.value]
    lines = [f"{recipe.id}: {recipe.english} {recipe.chinese}{sided}"]
    lines += [
        f"    {step.name} ({step.mark}{', optional' if step.optional else ''}): {step.english}"
        for step in recipe.steps
    ]
    return "\n".join(lines)


def _words(recipe: Recipe, result: Result) -> str:
    lines = [f"{recipe.english} {recipe.chinese}"]
    for one in result.measurements:
        known = measures()[one.measure]
        value = value_words(float(f"{one.value:.4g}"), one.unit)
        lines.append(f"  {_SIDE_WORDS.get(one.side, '')}{known.english}: {value}")
        lines += [f"    {caveat.sentence}" for caveat in one.caveats]
    for grade in result.grades:
        unsigned = "" if grade.signed_off else " (rule not signed off)"
        lines.append(f"  {_SIDE_WORDS.get(grade.side, '')}{grade.english}{unsigned}")
        lines.append(f"    {grade.source}")
        lines += [f"    {caveat.sentence}" for caveat in grade.caveats]
    lines += [f"  not told: {one.sentence}" for one in result.refusals]
    return "\n".join([*lines, "Research use only."])
