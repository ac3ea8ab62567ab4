"""The recipes of the brain."""

from __future__ import annotations

from tongying.measure.brain.calipers import CALIPERS
from tongying.measure.brain.ratios import CEPHALIC, EVANS, HORN_RATIO
from tongying.measure.brain.tonsils import TONSILS
from tongying.measure.recipe import Recipe

RECIPES: tuple[Recipe, ...] = (
    *(one.recipe() for one in CALIPERS),
    EVANS,
    HORN_RATIO,
    CEPHALIC,
    TONSILS,
)
