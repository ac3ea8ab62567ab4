"""The recipes of the chest."""

from __future__ import annotations

from tongying.measure.chest.heart_shadow import CARDIOTHORACIC
from tongying.measure.chest.nodule import NODULE
from tongying.measure.chest.thymus import THYMUS
from tongying.measure.recipe import Recipe

RECIPES: tuple[Recipe, ...] = (
    CARDIOTHORACIC,
    NODULE,
    *(one.recipe() for one in THYMUS),
)
