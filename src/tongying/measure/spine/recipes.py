"""The recipes of the spine."""

from __future__ import annotations

from tongying.measure.caliper import Caliper
from tongying.measure.recipe import Recipe
from tongying.measure.spine.curves import COBB_RECIPE, KYPHOSIS_RECIPE
from tongying.measure.spine.vertebra import VERTEBRAL_BODY

CANAL = Caliper(
    "spinal-canal-ap",
    "From the posterior wall of the vertebral body to the base of the spinous process",
    "自椎体后缘到棘突根部",
    frozenset({"CR", "DX", "RG", "CT", "MR"}),
    "posterior wall of the body to the base of the spinous process, midline",
    "usual practice; needs sign-off",
).recipe()

RECIPES: tuple[Recipe, ...] = (COBB_RECIPE, KYPHOSIS_RECIPE, VERTEBRAL_BODY, CANAL)
