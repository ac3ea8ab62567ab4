"""A printed range in bands of age: both ends or one, and the middle where it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

from tongying.norms.forms.bands import band_at, check_edges
from tongying.norms.forms.form import Place, Position
from tongying.norms.forms.refusal import require
from tongying.norms.sex import Sex


@dataclass(frozen=True, slots=True)
class PrintedRange:
    """Lowest and highest printed number of each band, both sexes together.

    Attributes
    ----------
    edges : tuple of float
        Of the bands; one more than rows.
    ranges : tuple of tuple of float or None
        Lowest and highest of each band; None where none is printed.
    says : str
        What the ends are, in the source's words.
    middles : tuple of float or None
        Expected value of each band; None where none is printed.

    Raises
    ------
    FormRefused
        If bands do not follow one another, or a range has no end or ends before it begins.

    Examples
    --------
    >>> form = PrintedRange((0.0, 91.3), ((None, 2.26),), "upper limit")
    >>> form.place(2.5, 30.0, None).position.value
    'above'
    """

    kind: ClassVar[str] = "printed-range"
    edges: tuple[float, ...]
    ranges: tuple[tuple[float | None, float | None], ...]
    says: str
    middles: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        check_edges(self.edges, len(self.ranges))
        require(
            all(
                one != (None, None) and _or(one[0], -inf) < _or(one[1], inf) for one in self.ranges
            ),
            "A norm's range ends before it begins.",
        )
        require(
            self.middles is None or len(self.middles) == len(self.ranges),
            "A norm's bands and rows are not equally many.",
        )

    def by_sex(self) -> bool:
        """Whether it differs between the sexes: never."""
        return False

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the first and the last edge."""
        return self.edges[0], self.edges[-1]

    def place(self, value: float, x: float, sex: Sex | None) -> Place:
        """Return whether a value lies in the printed range; both ends belong to it."""
        band = band_at(self.edges, x)
        low, high = self.ranges[band]
        position = Position.WITHIN
        if low is not None and value < low:
            position = Position.BELOW
        elif high is not None and value > high:
            position = Position.ABOVE
        middle = self.middles[band] if self.middles else None
        return Place(position, between=None, expected=middle, low=low, high=high, says=self.says)

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object."""
        return {
            "kind": self.kind,
            "edges": list(self.edges),
            "ranges": [list(one) for one in self.ranges],
            "says": self.says,
            "middles": None if self.middles is None else list(self.middles),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> PrintedRange:
        """Return the form of a JSON object."""
        ranges = tuple((low, high) for low, high in document["ranges"])
        middles = document["middles"]
        return cls(
            tuple(document["edges"]),
            ranges,
            document["says"],
            None if middles is None else tuple(middles),
        )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
