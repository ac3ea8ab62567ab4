"""The volume of an organ from its length and its two diameters square to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongying.measure.cross import diameters
from tongying.measure.geometry import length
from tongying.measure.numbers import check_above_zero
from tongying.measure.recipe import Drawing, Mark, Recipe, Result, Sided, SideUnknown, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

LENGTH, TRANSVERSE = "length", "transverse"
MM3_PER_CM3 = 1000.0


@dataclass(frozen=True, slots=True)
class ThreeDiameters:
    """An organ whose volume is a share of the product of three diameters.

    Attributes
    ----------
    id : str
    words : tuple of str
        English and Chinese name.
    area : str
    measures : mapping of str to str
        The measure by the side drawn; the empty side where the organ has none.
    factor : float
        Share of the product: pi/6 of an ellipsoid.
    length_words, transverse_words : tuple of str
        English and Chinese: where the marks go.
    modalities : frozenset of str
    rule, source : str
    """

    id: str
    words: tuple[str, str]
    area: str
    measures: Mapping[str, str]
    factor: float
    length_words: tuple[str, str]
    transverse_words: tuple[str, str]
    modalities: frozenset[str]
    rule: str
    source: str

    def cm3(self, length_mm: float, width_mm: float, depth_mm: float) -> float:
        """Return the volume of diameters that were measured on several images.

        Raises
        ------
        NumbersRefused
            If a diameter is not above zero.
        """
        check_above_zero(length_mm, width_mm, depth_mm)
        return self.factor * length_mm * width_mm * depth_mm / MM3_PER_CM3

    def compute(self, drawing: Drawing) -> Result:
        """Return the volume.

        Raises
        ------
        MarksMissing
            If the length or the diameters were not drawn.
        MarksRefused
            If the diameters do not cross at right angles, or the volume is not that of a child's
            organ.
        SideUnknown
            If the organ is paired and nobody said which it is.
        LengthUncalibrated
            If the image has no scale.
        """
        wide, deep = diameters(drawing.in_mm(TRANSVERSE))
        value = self.cm3(length(drawing.in_mm(LENGTH)), wide, deep)
        measure = self.measures.get(drawing.side) or self.measures.get("")
        if measure is None:
            raise SideUnknown(f"{self.words[0]}: say whether it is the right or the left side.")
        method = MeasuringMethod("tongying", "1", None, self.rule)
        caveats = drawing.plane.caveats
        return Result(
            (told(measure, value, "cm3", drawing=drawing, method=method, caveats=caveats),)
        )

    def recipe(self, sided: Sided) -> Recipe:
        """Return the recipe: two marks in one image, such as a split screen, in; a volume out."""
        return Recipe(
            id=self.id,
            version="1",
            english=self.words[0],
            chinese=self.words[1],
            area=self.area,
            steps=(
                Step(LENGTH, Mark.LINE, *self.length_words),
                Step(TRANSVERSE, Mark.CROSS, *self.transverse_words),
            ),
            sided=sided,
            modalities=self.modalities,
            measures=tuple(dict.fromkeys(self.measures.values())),
            rule=self.rule,
            source=self.source,
            compute=self.compute,
        )
