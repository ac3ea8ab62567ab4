"""The recipes of the child before birth."""

from __future__ import annotations

from tongying.measure.fetal.calipers import CALIPERS, FEMUR
from tongying.measure.fetal.circumference import CIRCUMFERENCES
from tongying.measure.fetal.reconstructed import on_reconstruction
from tongying.measure.recipe import Recipe

RECIPES: tuple[Recipe, ...] = (
    *(one.recipe() for one in CALIPERS),
    *(one.recipe() for one in CIRCUMFERENCES),
    FEMUR.recipe(),
    *(on_reconstruction(one) for one in CALIPERS),
)
