"""A recipe: what somebody marks on an image, in which order, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.plane import Places, Plane, Point
from tongying.norms.method import MeasuringMethod
from tongying.norms.sex import Sex


class MarksMissing(BadInput):
    """A point, line or outline that the measurement needs is not there."""

    code: ClassVar[str] = "measure.marks-missing"


class MarksRefused(BadInput):
    """The marks cross, coincide, or lie where they cannot lie."""

    code: ClassVar[str] = "measure.marks-refused"


class SideUnknown(BadInput):
    """The measurement is of a right or left part and nobody said which."""

    code: ClassVar[str] = "measure.side-unknown"


class AgeOutsideRule(BadInput):
    """A rule about age does not speak about a child of this age, or the age is not known."""

    code: ClassVar[str] = "measure.age-outside"


class Mark(StrEnum):
    """What is drawn in one step."""

    POINT = "point"
    LINE = "line"
    """Two points."""
    ANGLE = "angle"
    """Three points, the second is the corner."""
    TWO_LINES = "two-lines"
    """Four points: the lines 1-2 and 3-4."""
    CROSS = "cross"
    """Four points: the longer diameter 1-2 and the shorter one 3-4."""
    ELLIPSE = "ellipse"
    """Four points: ends of the longer axis, ends of the shorter axis."""
    CONTOUR = "contour"
    """Three points or more around an area, the last joined to the first."""


POINTS: Mapping[Mark, int] = {
    Mark.POINT: 1,
    Mark.LINE: 2,
    Mark.ANGLE: 3,
    Mark.TWO_LINES: 4,
    Mark.CROSS: 4,
    Mark.ELLIPSE: 4,
}
"""How many points a mark has; a contour has three or more."""


class Sided(StrEnum):
    """How a recipe knows right from left."""

    NO = "no"
    ONE = "one"
    """Of one side, which must be said."""
    BOTH = "both"
    """Both sides in one image; the names of the steps end in ``-right`` and ``-left``."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to mark.

    Attributes
    ----------
    name : str
        Stable within the recipe, such as ``lower-limb``.
    mark : Mark
    english, chinese : str
        What to mark, as a reader calls it.
    optional : bool
    """

    name: str
    mark: Mark
    english: str
    chinese: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ChildKnown:
    """What a rule may ask about the child on the day of the image; None is not known.

    Attributes
    ----------
    age_days : int or None
        Since birth.
    corrected_age_days : int or None
        Only of a child born preterm and below two years.
    gestational_age_days : int or None
        Only of a child not yet born.
    sex : Sex or None
    height_cm, weight_kg : float or None
    """

    age_days: int | None = None
    corrected_age_days: int | None = None
    gestational_age_days: int | None = None
    sex: Sex | None = None
    height_cm: float | None = None
    weight_kg: float | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value measured on an image.

    Attributes
    ----------
    measure : str
        Of `tongying.norms.measure.measures`.
    value : float
    unit : str
        The measure's own.
    side : str
        R, L, or empty.
    method : MeasuringMethod
    caveats : tuple of Caveat
    """

    measure: str
    value: float
    unit: str
    side: str
    method: MeasuringMethod
    caveats: tuple[Caveat, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the measurement as a JSON object."""
        return {
            "measure": self.measure,
            "value": self.value,
            "unit": self.unit,
            "side": self.side,
            "method": self.method.as_json(),
            "caveats": [one.as_json() for one in self.caveats],
        }


@dataclass(frozen=True, slots=True)
class Grade:
    """A type, stage or zone that a published rule gives; it never decides.

    Attributes
    ----------
    scheme : str
        Stable, such as ``graf``, ``ihdi``.
    value : str
        As the rule writes it, such as ``IIa``.
    side : str
        R, L, or empty.
    english, chinese : str
        One sentence: what it is and from which values and age it follows.
    source : str
        Citation of the rule.
    signed_off : bool
        Whether a named clinician has signed the rule for this platform.
    caveats : tuple of Caveat
    """

    scheme: str
    value: str
    side: str
    english: str
    chinese: str
    source: str
    signed_off: bool = False
    caveats: tuple[Caveat, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the grade as a JSON object."""
        return {
            "scheme": self.scheme,
            "value": self.value,
            "side": self.side,
            "english": self.english,
            "chinese": self.chinese,
            "source": self.source,
            "signed_off": self.signed_off,
            "caveats": [one.as_json() for one in self.caveats],
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What follows from the marks.

    Attributes
    ----------
    measurements : tuple of Measurement
    grades : tuple of Grade
    refusals : tuple of Caveat
        What could not be told though other values could, each with code and sentence: a length
        without calibration beside a safe angle, a type without the age.
    """

    measurements: tuple[Measurement, ...]
    grades: tuple[Grade, ...] = ()
    refusals: tuple[Caveat, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        return {
            "measurements": [one.as_json() for one in self.measurements],
            "grades": [one.as_json() for one in self.grades],
            "refusals": [one.as_json() for one in self.refusals],
        }


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks on one image.

    Attributes
    ----------
    marks : mapping of str to tuple of Point
        By the name of the step; a point has one.
    plane : Plane
    side : str
        R, L, or empty where nobody said.
    child : ChildKnown
    modality : str
        Of the image (0008,0060); empty where nobody said. The norms' tool follows from it.
    """

    marks: Mapping[str, tuple[Point, ...]]
    plane: Plane
    side: str = ""
    child: ChildKnown = field(default_factory=ChildKnown)
    modality: str = ""

    def has(self, name: str) -> bool:
        """Say whether a step was drawn."""
        return bool(self.marks.get(name))

    def shaped(self, name: str) -> Places:
        """Return a step's points with true angles.

        Raises
        ------
        MarksMissing
            If the step was not drawn.
        """
        return self.plane.shaped(self._points(name))

    def in_mm(self, name: str) -> Places:
        """Return a step's points in mm.

        Raises
        ------
        MarksMissing
            If the step was not drawn.
        LengthUncalibrated
            If the pixels have no known size.
        """
        return self.plane.in_mm(self._points(name))

    def _points(self, name: str) -> tuple[Point, ...]:
        points = self.marks.get(name)
        if not points:
            raise MarksMissing(f"The mark {name!r} is missing.")
        return points


@dataclass(frozen=True, slots=True)
class Recipe:
    """How something is measured on an image.

    Attributes
    ----------
    id : str
        Stable, such as ``graf``.
    version : str
        Changes with whatever could change a value.
    english, chinese : str
    area : str
        As of the measures, such as ``hip``.
    steps : tuple of Step
        In the order in which they are marked.
    sided : Sided
    modalities : frozenset of str
        Modality codes (0008,0060) it is made for.
    measures : tuple of str
        What it may give, of `tongying.norms.measure.measures`.
    rule : str
        The reader's rule in one line; it becomes part of the measuring method.
    source : str
        Citation of the rule.
    compute : callable
        Drawing -> Result; raises the errors of this module and LengthUncalibrated.
    single : str
        The one measure that a single mark labelled with its name in a viewer gives, where the
        recipe has exactly one step; empty otherwise.
    """

    id: str
    version: str
    english: str
    chinese: str
    area: str
    steps: tuple[Step, ...]
    sided: Sided
    modalities: frozenset[str]
    measures: tuple[str, ...]
    rule: str
    source: str
    compute: Callable[[Drawing], Result]
    single: str = ""

    def method(self) -> MeasuringMethod:
        """Return the method that the values carry."""
        return MeasuringMethod(tool="tongying", version=self.version, protocol=None, rule=self.rule)
