"""The recipes of the heart."""

from __future__ import annotations

from tongying.measure.heart.calipers import CALIPERS
from tongying.measure.heart.outlined import OUTLINED
from tongying.measure.heart.pulmonary import MCGOON_NAKATA
from tongying.measure.heart.sets import SETS
from tongying.measure.recipe import Recipe

RECIPES: tuple[Recipe, ...] = (
    *SETS,
    MCGOON_NAKATA,
    *OUTLINED,
    *(one.recipe() for one in CALIPERS),
)
