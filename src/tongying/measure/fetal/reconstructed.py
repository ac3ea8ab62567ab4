"""The same measures on 3-D reconstructed images, by which the fetal norms were made.

A norm made on reconstructed volumes does not speak of a distance on a single slice; whoever
measures on a reconstruction says so by choosing the recipe.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tongying.measure.caliper import Caliper
from tongying.measure.recipe import Drawing, Recipe, Result

PROTOCOL: Final = "3-D SVR T2w"
"""As the fetal norms name it."""


def on_reconstruction(caliper: Caliper) -> Recipe:
    """Return the caliper's recipe for reconstructed images; its id ends in ``-3d``."""
    plain = caliper.recipe()

    def compute(drawing: Drawing) -> Result:
        result = plain.compute(drawing)
        return replace(
            result,
            measurements=tuple(
                replace(one, method=replace(one.method, protocol=PROTOCOL))
                for one in result.measurements
            ),
        )

    return replace(
        plain,
        id=f"{plain.id}-3d",
        english=f"{plain.english}, 3-D reconstruction",
        chinese=f"{plain.chinese}（三维重建图像）",
        modalities=frozenset({"MR"}),
        compute=compute,
        single="",
    )
