"""Several lengths in one image, each measured as its own caliper measures it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tongying.measure.caliper import Caliper
from tongying.measure.geometry import length
from tongying.measure.plane import LengthUncalibrated
from tongying.measure.recipe import Drawing, Mark, Measurement, Recipe, Result, Sided, Step
from tongying.measure.told import as_refusal, told

RULE = "every line as it is measured alone"


@dataclass(frozen=True, slots=True)
class CaliperSet:
    """Lines that are drawn together.

    Attributes
    ----------
    id : str
    english, chinese : str
    parts : mapping of str to Caliper
        By the name of the step, in the order in which they are marked.
    optional : frozenset of str
        Steps that may be left out.
    check : callable or None
        Lengths by step, in one unit -> nothing; raises MarksRefused where they contradict each
        other.
    further : callable or None
        Drawing -> further values that need no scale, such as a ratio.
    gives : tuple of str
        The measures of the further values.
    """

    id: str
    english: str
    chinese: str
    parts: Mapping[str, Caliper]
    optional: frozenset[str] = frozenset()
    check: Callable[[Mapping[str, float]], None] | None = None
    further: Callable[[Drawing], tuple[Measurement, ...]] | None = None
    gives: tuple[str, ...] = ()

    def recipe(self) -> Recipe:
        """Return the recipe: lines in, the length of each in its measure's unit out."""
        singles = {name: one.recipe() for name, one in self.parts.items()}
        first = next(iter(singles.values()))

        def compute(drawing: Drawing) -> Result:
            drawn = tuple(name for name in singles if drawing.has(name))
            if self.check is not None:
                self.check({name: length(drawing.shaped(name)) for name in drawn})
            further = self.further(drawing) if self.further else ()
            try:
                drawing.plane.check_size()
            except LengthUncalibrated as refused:
                if not further:
                    raise
                return Result(further, refusals=(as_refusal(refused),))
            lengths = tuple(
                told(
                    singles[name].single,
                    length(drawing.in_mm(name)),
                    "mm",
                    drawing=drawing,
                    method=singles[name].method(),
                    caveats=drawing.plane.caveats,
                )
                for name in drawn
            )
            return Result(lengths + further)

        return Recipe(
            id=self.id,
            version="1",
            english=self.english,
            chinese=self.chinese,
            area=first.area,
            steps=tuple(
                Step(name, Mark.LINE, one.english, one.chinese, name in self.optional)
                for name, one in self.parts.items()
            ),
            sided=Sided.NO,
            modalities=frozenset.union(*(one.modalities for one in self.parts.values())),
            measures=(*(one.measure for one in self.parts.values()), *self.gives),
            rule=RULE,
            source="; ".join(dict.fromkeys(one.source for one in self.parts.values())),
            compute=compute,
        )
