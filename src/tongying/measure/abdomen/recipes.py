"""The recipes of the liver and spleen."""

from __future__ import annotations

from tongying.measure.abdomen.calipers import CALIPERS
from tongying.measure.abdomen.volume import SPLEEN
from tongying.measure.recipe import Recipe, Sided

RECIPES: tuple[Recipe, ...] = (
    *(one.recipe() for one in CALIPERS),
    SPLEEN.recipe(Sided.NO),
)
