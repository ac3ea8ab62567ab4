"""A length between two calipers, the commonest measurement: one line, one value."""

from __future__ import annotations

from dataclasses import dataclass

from tongying.measure.geometry import length
from tongying.measure.recipe import Drawing, Mark, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.measure import measure_of
from tongying.norms.method import MeasuringMethod

CALIPERS = "calipers"
"""The name of the one step."""


@dataclass(frozen=True, slots=True)
class Caliper:
    """What is measured between two points.

    Attributes
    ----------
    measure : str
        Of `tongying.norms.measure.measures`; the recipe has the same id.
    english, chinese : str
        Where the two points go.
    modalities : frozenset of str
    rule : str
        The reader's rule in one line.
    source : str
        Citation of the rule.
    sided : Sided
    version : str
    """

    measure: str
    english: str
    chinese: str
    modalities: frozenset[str]
    rule: str
    source: str
    sided: Sided = Sided.NO
    version: str = "1"

    def recipe(self) -> Recipe:
        """Return the recipe: one line in, its length in the measure's unit out."""
        known = measure_of(self.measure)
        method = MeasuringMethod("tongying", self.version, None, self.rule)

        def compute(drawing: Drawing) -> Result:
            value = length(drawing.in_mm(CALIPERS))
            return Result(
                (
                    told(
                        self.measure,
                        value,
                        "mm",
                        drawing=drawing,
                        method=method,
                        caveats=drawing.plane.caveats,
                    ),
                )
            )

        return Recipe(
            id=self.measure,
            version=self.version,
            english=known.english,
            chinese=known.chinese,
            area=known.area,
            steps=(Step(CALIPERS, Mark.LINE, self.english, self.chinese),),
            sided=self.sided,
            modalities=self.modalities,
            measures=(self.measure,),
            rule=self.rule,
            source=self.source,
            compute=compute,
            single=self.measure,
        )
