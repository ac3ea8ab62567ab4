"""A straight line for the expected value: kidney length by age or height.

Where the source prints the range around its line, a value lies below, within or above it; where
it prints none, the line says what is expected and not where a value lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tongying.norms.forms.bands import band_at, check_edges
from tongying.norms.forms.form import Place, Position
from tongying.norms.forms.refusal import require
from tongying.norms.sex import Sex

NO_RANGE = "expected value; no range is printed"


@dataclass(frozen=True, slots=True)
class Piece:
    """``intercept + slope * x / per``.

    Attributes
    ----------
    intercept, slope : float
        In the measure's unit, as printed.
    per : float
        Units of the axis in one unit of the printed x: 30.4375 for a slope by the month on an
        axis of days; 1 where they are the same.
    """

    intercept: float
    slope: float
    per: float

    def at(self, x: float) -> float:
        """Return the expected value."""
        return self.intercept + self.slope * (x / self.per)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or one for each band of the axis, both sexes together.

    Attributes
    ----------
    edges : tuple of float
        Of the bands; one more than pieces.
    pieces : tuple of Piece
    half_range : float or None
        Printed half width of the 95 % range around the line; None where none is printed.
    last_edge_below : bool
        Whether an inner edge belongs to the band it ends ("up to 24 months") and not to the one
        it begins ("from 1 year").

    Raises
    ------
    FormRefused
        If bands do not follow one another, or an expected value or range is not above zero.

    Examples
    --------
    Right kidney of a child of 100 cm: 2.383 + 0.045 x 100, plus or minus 1.135 cm (in mm here).

    >>> form = Line((50.0, 180.0), (Piece(23.83, 0.45, 1.0),), 11.35)
    >>> place = form.place(60.0, 100.0, None)
    >>> place.position.value, round(place.expected, 2), round(place.low, 2)
    ('within', 68.83, 57.48)
    """

    kind: ClassVar[str] = "line"
    edges: tuple[float, ...]
    pieces: tuple[Piece, ...]
    half_range: float | None = None
    last_edge_below: bool = False

    def __post_init__(self) -> None:
        check_edges(self.edges, len(self.pieces))
        ends = [piece.at(x) for piece in self.pieces for x in (self.edges[0], self.edges[-1])]
        require(
            min(ends) > (self.half_range or 0.0)
            and (self.half_range is None or self.half_range > 0.0),
            "A norm's mean or SD is not above zero in its own range.",
        )

    def by_sex(self) -> bool:
        """Whether it differs between the sexes: never."""
        return False

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the first and the last edge."""
        return self.edges[0], self.edges[-1]

    def expected(self, x: float) -> float:
        """Return the line's value at `x`."""
        band = band_at(self.edges, x)
        if self.last_edge_below and band and x == self.edges[band]:
            band -= 1
        return self.pieces[band].at(x)

    def place(self, value: float, x: float, sex: Sex | None) -> Place:
        """Return the expected value, and where a range is printed, whether a value lies in it."""
        middle = self.expected(x)
        if self.half_range is None:
            return Place(Position.NOT_SAID, None, middle, None, None, NO_RANGE)
        low, high = middle - self.half_range, middle + self.half_range
        position = Position.WITHIN
        if value < low:
            position = Position.BELOW
        elif value > high:
            position = Position.ABOVE
        return Place(position, None, middle, low, high, "95 % range around the line")

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object."""
        return {
            "kind": self.kind,
            "edges": list(self.edges),
            "pieces": [[one.intercept, one.slope, one.per] for one in self.pieces],
            "half_range": self.half_range,
            "last_edge_below": self.last_edge_below,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Line:
        """Return the form of a JSON object."""
        return cls(
            tuple(document["edges"]),
            tuple(Piece(*one) for one in document["pieces"]),
            document["half_range"],
            document["last_edge_below"],
        )
