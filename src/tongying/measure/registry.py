"""Every recipe by its id, and how one is carried out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import ClassVar

from tongying.kernel.errors import NotFound
from tongying.measure.all_recipes import ALL
from tongying.measure.recipe import (
    POINTS,
    Drawing,
    Mark,
    MarksMissing,
    MarksRefused,
    Recipe,
    Result,
    Sided,
    SideUnknown,
)
from tongying.measure.tool import with_tool

SIDES = ("", "R", "L")
FEWEST_OF_CONTOUR = 3


class RecipeUnknown(NotFound):
    """No recipe has this id."""

    code: ClassVar[str] = "measure.recipe-unknown"


@cache
def recipes() -> dict[str, Recipe]:
    """Return every recipe by its id, in the order of areas as they are offered."""
    return {one.id: one for one in ALL}


def recipe_of(name: str) -> Recipe:
    """Return the recipe with an id.

    Raises
    ------
    RecipeUnknown
        If there is none.
    """
    try:
        return recipes()[name]
    except KeyError:
        raise RecipeUnknown(f"No measurement is called {name[:60]!r}.") from None


def recipes_for(modalities: Iterable[str]) -> tuple[Recipe, ...]:
    """Return the recipes made for any of these modalities."""
    asked = frozenset(modalities)
    return tuple(one for one in recipes().values() if one.modalities & asked)


def carry_out(recipe: Recipe, drawing: Drawing) -> Result:
    """Return what follows from marks.

    Raises
    ------
    MarksMissing
        If a step that must be drawn is not there.
    MarksRefused
        If there are marks that the recipe does not know, too few or too many points, or a place
        that is no number; or what the recipe itself refuses.
    SideUnknown
        If the recipe is of one side and nobody said which.
    LengthUncalibrated
        If nothing but lengths is asked for and the image has no scale.
    AgeOutsideRule
        If the recipe does not speak about this age.
    """
    check_marks(recipe, drawing)
    return with_tool(recipe.compute(drawing), drawing.modality)


def check_marks(recipe: Recipe, drawing: Drawing) -> None:
    """Raise unless the marks are those a recipe asks for.

    Raises
    ------
    MarksMissing
        If a step that must be drawn is not there.
    MarksRefused
        If a mark is not known, has a wrong number of points, or a point is no place.
    SideUnknown
        If the recipe is of one side and nobody said which.
    """
    steps = {one.name: one for one in recipe.steps}
    for name in drawing.marks:
        if name not in steps:
            raise MarksRefused(f"{recipe.english} has no mark {name[:40]!r}.")
    for step in recipe.steps:
        points = drawing.marks.get(step.name, ())
        if not points:
            if step.optional:
                continue
            raise MarksMissing(f"Mark this first: {step.english}.")
        wanted = POINTS.get(step.mark)
        if wanted is not None and len(points) != wanted:
            raise MarksRefused(f"{step.english}: {wanted} points are needed, {len(points)} given.")
        if step.mark is Mark.CONTOUR and len(points) < FEWEST_OF_CONTOUR:
            raise MarksRefused(f"{step.english}: an outline needs three points or more.")
        if not all(math.isfinite(value) for point in points for value in point):
            raise MarksRefused(f"{step.english}: a point is no place in the image.")
    if drawing.side not in SIDES or (recipe.sided is Sided.ONE and not drawing.side):
        raise SideUnknown(f"{recipe.english}: say whether it is the right or the left side.")
