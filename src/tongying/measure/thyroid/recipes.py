"""The recipes of the thyroid."""

from __future__ import annotations

from tongying.measure.recipe import Recipe, Sided
from tongying.measure.thyroid.calipers import CALIPERS
from tongying.measure.thyroid.volume import LOBE

RECIPES: tuple[Recipe, ...] = (
    LOBE.recipe(Sided.ONE),
    *(one.recipe() for one in CALIPERS),
)
