"""A score, and every way in which a score is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.norms.forms.form import Position
from tongying.norms.method import MeasuringMethod
from tongying.norms.sex import Sex


class AgeOutside(BadInput):
    """The age (or other axis) lies outside the norm's range."""

    code: ClassVar[str] = "norms.age-outside"


class AgeUnknown(BadInput):
    """The norm needs an age that is not known, such as a gestational age."""

    code: ClassVar[str] = "norms.age-unknown"


class SexUnknown(BadInput):
    """The norm differs between the sexes, and the child's is not known."""

    code: ClassVar[str] = "norms.sex-unknown"


class SizeUnknown(BadInput):
    """The norm needs a height or a weight that is not known."""

    code: ClassVar[str] = "norms.size-unknown"


class SiteUncalibrated(BadInput):
    """The norm differs between sites, and this site is unknown to it."""

    code: ClassVar[str] = "norms.site-uncalibrated"


class TooFewNear(BadInput):
    """Too few children of this age stand behind the norm."""

    code: ClassVar[str] = "norms.too-few"


class MeasureMismatch(BadInput):
    """The norm is about another measure."""

    code: ClassVar[str] = "norms.measure-mismatch"


class MethodMismatch(BadInput):
    """The value was measured in another way than the norm's values."""

    code: ClassVar[str] = "norms.method-mismatch"


class ValueImpossible(BadInput):
    """The value is not possible in a child: it, or its unit, is wrong."""

    code: ClassVar[str] = "norms.value-impossible"


class NormUnknown(BadInput):
    """No norm has this id, or none is about this measure and method."""

    code: ClassVar[str] = "norms.norm-unknown"


@dataclass(frozen=True, slots=True)
class Measured:
    """A value to be scored.

    Attributes
    ----------
    measure : str
    value : float
    unit : str
    method : MeasuringMethod or None
        None where nobody said: then the norm must be named by the caller, and the score says so.
    site : str or None
        Code of the hospital where it was measured.
    """

    measure: str
    value: float
    unit: str
    method: MeasuringMethod | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What is known of the child; None is unknown, never a default.

    Attributes
    ----------
    born : date or None
    sex : Sex or None
    gestation_days : int or None
        Gestation at birth, for the corrected age.
    gestational_age_days : float or None
        Of a fetus on the day of the measurement.
    height_cm, weight_kg : float or None
        On the day of the measurement, or near it.
    age_days : float or None
        Where the age is known but not the date of birth; `born` wins.
    """

    born: date | None = None
    sex: Sex | None = None
    gestation_days: int | None = None
    gestational_age_days: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    age_days: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A value against a norm.

    Attributes
    ----------
    measure, unit : str
    value : float
        In `unit`, which is the norm's.
    x : float
        Where on the norm's axis the child stands, in the axis' unit.
    z, centile : float or None
        None where the norm does not know the whole distribution.
    z_interval, centile_interval : tuple of float or None
        90 % interval, from how well the norm knows its centiles; None where that is not known.
    expected, low, high : float or None
        The norm's middle and its 2.5th and 97.5th centile (or its printed limits).
    limits_say : str
        What `low` and `high` are.
    between : tuple of float or None
        Printed centiles the value lies between, of a norm that prints only some.
    position : Position
        Against `low` and `high`.
    n_near : int or None
        Children of this sex near this age behind the norm.
    norm, population, source : str
        The norm's id, its population and its citation in English.
    foreign, signed_off : bool
    caveats : tuple of Caveat
    """

    measure: str
    value: float
    unit: str
    x: float
    z: float | None
    centile: float | None
    z_interval: tuple[float, float] | None
    centile_interval: tuple[float, float] | None
    expected: float | None
    low: float | None
    high: float | None
    limits_say: str
    between: tuple[float, float] | None
    position: Position
    n_near: int | None
    norm: str
    population: str
    source: str
    foreign: bool
    signed_off: bool
    caveats: tuple[Caveat, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the score as a JSON object: the answer of ``tongying norms score --json``."""
        return {
            "measure": self.measure,
            "value": self.value,
            "unit": self.unit,
            "x": self.x,
            "z": self.z,
            "centile": self.centile,
            "z_interval": list(self.z_interval) if self.z_interval else None,
            "centile_interval": list(self.centile_interval) if self.centile_interval else None,
            "expected": self.expected,
            "low": self.low,
            "high": self.high,
            "limits_say": self.limits_say,
            "between": list(self.between) if self.between else None,
            "position": self.position.value,
            "n_near": self.n_near,
            "norm": self.norm,
            "population": self.population,
            "source": self.source,
            "foreign": self.foreign,
            "signed_off": self.signed_off,
            "caveats": [caveat.as_json() for caveat in self.caveats],
        }
