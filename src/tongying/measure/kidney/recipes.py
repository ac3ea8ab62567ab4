"""The recipes of the kidneys."""

from __future__ import annotations

from tongying.measure.kidney.calipers import CALIPERS
from tongying.measure.kidney.length import LENGTH
from tongying.measure.kidney.volume import KIDNEY
from tongying.measure.recipe import Recipe, Sided

RECIPES: tuple[Recipe, ...] = (
    LENGTH,
    KIDNEY.recipe(Sided.ONE),
    *(one.recipe() for one in CALIPERS),
)
