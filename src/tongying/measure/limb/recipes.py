"""The recipes of the limbs."""

from __future__ import annotations

from tongying.measure.caliper import Caliper
from tongying.measure.limb.axes import NECK_SHAFT_RECIPE, TIBIOFEMORAL_RECIPE
from tongying.measure.limb.leg_lengths import LEG_LENGTHS
from tongying.measure.recipe import Recipe, Sided

BONE_LENGTH = Caliper(
    "bone-length",
    "Both ends of the bone along its axis",
    "沿骨长轴标两端",
    frozenset({"CR", "DX", "RG", "CT", "MR"}),
    "greatest length along the axis, growth plates included",
    "usual practice; needs sign-off",
    Sided.ONE,
).recipe()

RECIPES: tuple[Recipe, ...] = (
    LEG_LENGTHS,
    BONE_LENGTH,
    NECK_SHAFT_RECIPE,
    TIBIOFEMORAL_RECIPE,
)
