"""A lung nodule in a child: the mean of two diameters. What follows from it is not said here.

References
----------
Bankier AA et al. Radiology 2017;285:584-600 (how a nodule is measured; paper not read).
"""

from __future__ import annotations

from tongying.kernel.caveat import Caveat
from tongying.measure.cross import diameters
from tongying.measure.recipe import Drawing, Mark, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

RULE = "mean of the longest diameter and the longest square to it, same plane, lung window"
SOURCE = "Bankier AA et al. Radiology 2017;285:584-600; paper not read, needs sign-off"
METHOD = MeasuringMethod("tongying", "1", None, RULE)
SMALL_MM = 3.0
"""Below it a nodule is too small to be measured reliably (Bankier 2017; needs sign-off)."""
TOO_SMALL = Caveat(
    "measure.nodule-small", "Below 3 mm a nodule is too small to be measured reliably."
)


def _compute(drawing: Drawing) -> Result:
    long, short = diameters(drawing.in_mm("cross"))
    mean = (long + short) / 2
    small = (TOO_SMALL,) if mean < SMALL_MM else ()
    return Result(
        (
            told(
                "nodule-diameter",
                mean,
                "mm",
                drawing=drawing,
                method=METHOD,
                caveats=(*drawing.plane.caveats, *small),
            ),
        )
    )


NODULE = Recipe(
    id="nodule-diameter",
    version="1",
    english="Lung nodule, mean diameter",
    chinese="肺结节平均径",
    area="chest",
    steps=(
        Step(
            "cross",
            Mark.CROSS,
            "Longest diameter of the nodule, then the longest one square to it",
            "先标结节最长径，再标与其垂直的最长短径",
        ),
    ),
    sided=Sided.NO,
    modalities=frozenset({"CT"}),
    measures=("nodule-diameter",),
    rule=RULE,
    source=SOURCE,
    compute=_compute,
    single="nodule-diameter",
)
