"""The recipes of every area, in the order in which they are offered."""

from __future__ import annotations

from tongying.measure.abdomen import recipes as abdomen
from tongying.measure.bowel import recipes as bowel
from tongying.measure.brain import recipes as brain
from tongying.measure.chest import recipes as chest
from tongying.measure.fetal import recipes as fetal
from tongying.measure.heart import recipes as heart
from tongying.measure.hip import recipes as hip
from tongying.measure.kidney import recipes as kidney
from tongying.measure.limb import recipes as limb
from tongying.measure.recipe import Recipe
from tongying.measure.spine import recipes as spine
from tongying.measure.thyroid import recipes as thyroid
from tongying.measure.tumour import recipes as tumour

ALL: tuple[Recipe, ...] = (
    *hip.RECIPES,
    *bowel.RECIPES,
    *heart.RECIPES,
    *tumour.RECIPES,
    *kidney.RECIPES,
    *abdomen.RECIPES,
    *thyroid.RECIPES,
    *brain.RECIPES,
    *fetal.RECIPES,
    *spine.RECIPES,
    *limb.RECIPES,
    *chest.RECIPES,
)
