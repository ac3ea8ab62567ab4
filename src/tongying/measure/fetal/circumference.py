"""Circumferences of the fetal head and abdomen: the length of an ellipse laid around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ellipe

from tongying.measure.cross import diameters
from tongying.measure.geometry import length
from tongying.measure.plane import Places
from tongying.measure.recipe import Drawing, Mark, MarksRefused, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.measure import measure_of
from tongying.norms.method import MeasuringMethod

ELLIPSE = "ellipse"
OFF_CENTRE = 0.1
"""Middles of both axes lie together within this share of the longer one; needs sign-off."""
ISUOG = (
    "ISUOG practice guidelines. Ultrasound Obstet Gynecol 2019; 53: 715-723 (10.1002/uog.20272);"
    " not read, needs sign-off"
)


def ellipse_length(longer: float, shorter: float) -> float:
    """Return the length of an ellipse with these diameters (complete elliptic integral).

    Examples
    --------
    >>> round(ellipse_length(2.0, 2.0), 6)
    6.283185
    """
    flat = 1.0 - (shorter / longer) ** 2
    return float(2.0 * longer * ellipe(flat))


@dataclass(frozen=True, slots=True)
class Circumference:
    """What an ellipse is laid around.

    Attributes
    ----------
    measure : str
        Of `tongying.norms.measure.measures`; the recipe has the same id.
    english, chinese : str
        Where the ellipse lies.
    rule : str
    modalities : frozenset of str
    """

    measure: str
    english: str
    chinese: str
    rule: str
    modalities: frozenset[str]

    def compute(self, drawing: Drawing) -> Result:
        """Return the circumference.

        Raises
        ------
        MarksMissing
            If the ellipse was not drawn.
        MarksRefused
            If its axes do not halve each other at right angles, or the value is not that of a
            child.
        LengthUncalibrated
            If the image has no scale.
        """
        axes = drawing.in_mm(ELLIPSE)
        longer, shorter = diameters(axes)
        _check_centred(axes)
        value = told(
            self.measure,
            ellipse_length(longer, shorter),
            "mm",
            drawing=drawing,
            method=MeasuringMethod("tongying", "1", None, self.rule),
            caveats=drawing.plane.caveats,
        )
        return Result((value,))

    def recipe(self) -> Recipe:
        """Return the recipe: one ellipse in, its length out."""
        known = measure_of(self.measure)
        return Recipe(
            id=self.measure,
            version="1",
            english=known.english,
            chinese=known.chinese,
            area=known.area,
            steps=(Step(ELLIPSE, Mark.ELLIPSE, self.english, self.chinese),),
            sided=Sided.NO,
            modalities=self.modalities,
            measures=(self.measure,),
            rule=self.rule,
            source=ISUOG,
            compute=self.compute,
            single=self.measure,
        )


def _check_centred(axes: Places) -> None:
    middles = np.asarray([axes[:2].mean(axis=0), axes[2:].mean(axis=0)])
    apart = float(np.hypot(*(middles[1] - middles[0])))
    if apart > OFF_CENTRE * max(length(axes[:2]), length(axes[2:])):
        raise MarksRefused("The ends of an ellipse's axes must halve each other.")


CIRCUMFERENCES: tuple[Circumference, ...] = (
    Circumference(
        "fetal-head-circumference",
        "Ellipse around the outer border of the skull, axial section of the thalami",
        "丘脑平面横切面：沿颅骨外缘的椭圆",
        "ellipse along the outer border of the skull, axial section of the thalami",
        frozenset({"US", "MR"}),
    ),
    Circumference(
        "fetal-abdominal-circumference",
        "Ellipse around the skin, transverse section with stomach and umbilical vein",
        "胃泡与脐静脉平面横切面：沿皮肤外缘的椭圆",
        "ellipse along the skin, transverse section with stomach and umbilical vein",
        frozenset({"US", "MR"}),
    ),
)
