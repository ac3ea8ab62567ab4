"""What a length in a live room is called, where its name is one that the platform measures."""

from __future__ import annotations

from dataclasses import dataclass

from tongying.kernel.errors import BadInput
from tongying.measure.labels import understood
from tongying.measure.recipe import Mark
from tongying.measure.registry import recipes

ULTRASOUND = "US"


@dataclass(frozen=True, slots=True)
class NamedLength:
    """A recipe of a single line on ultrasound, and the measure that it gives.

    Attributes
    ----------
    recipe, step, measure : str
    side : str
        R, L, or empty.
    """

    recipe: str
    step: str
    measure: str
    side: str


def named_length(text: str) -> NamedLength | None:
    """Return what a name means; None where it is no single length that is measured on ultrasound.

    Parameters
    ----------
    text : str
        As somebody wrote it beside the length, in either language.
    """
    if not text:
        return None
    try:
        meaning = understood([text], mark=Mark.LINE)
    except BadInput:
        return None
    recipe = recipes()[meaning.recipe]
    (step, *more) = recipe.steps
    drawn_so = step.mark is Mark.LINE and not more and recipe.single
    if not drawn_so or (recipe.modalities and ULTRASOUND not in recipe.modalities):
        return None
    return NamedLength(recipe.id, step.name, recipe.single, meaning.side)
