"""What every form of a norm answers: where a value lies among normal children.

A form either knows the whole distribution (`Distribution`) or less of it: only a middle, only an
upper limit, only a few centiles. What a form does not know it never makes up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from tongying.norms.arrays import FloatArray
from tongying.norms.sex import Sex


class Position(StrEnum):
    """Where a value lies, as far as the norm can say."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    NOT_SAID = "not-said"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one value lies in a form that knows less than the whole distribution.

    Attributes
    ----------
    position : Position
        Against the limits the norm gives.
    between : tuple of float or None
        The two printed centiles, 0 to 100, the value lies between; 0 or 100 beyond the outermost.
    expected : float or None
        The printed middle, in the measure's unit.
    low, high : float or None
        The printed limits, in the measure's unit.
    says : str
        What the limits are, such as ``10th to 90th centile`` or ``upper limit``.
    """

    position: Position
    between: tuple[float, float] | None
    expected: float | None
    low: float | None
    high: float | None
    says: str


class Form(Protocol):
    """A form of a norm."""

    @property
    def kind(self) -> str:
        """Name in the JSON document, such as ``parameter-table``."""
        ...

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the valid range on the axis, both ends in it."""
        ...

    def by_sex(self) -> bool:
        """Whether it differs between the sexes."""
        ...

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object with ``kind``; numbers as they are kept."""
        ...


@runtime_checkable
class Distribution(Form, Protocol):
    """A form that knows the whole distribution."""

    @property
    def family(self) -> str:
        """Name of the family, such as ``bccg``."""
        ...

    def natural(self, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return the family's parameters, (k, n), at `x`, (n,), which lies in the range."""
        ...

    def z(self, value: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return standard normal scores, (n,), with whatever rule the source has for the tails."""
        ...

    def value(self, z: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return values, (n,), of standard normal scores: the inverse of `z`."""
        ...


@runtime_checkable
class Partial(Form, Protocol):
    """A form that knows less than the whole distribution."""

    def place(self, value: float, x: float, sex: Sex | None) -> Place:
        """Return where a value lies."""
        ...
