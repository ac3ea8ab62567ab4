"""Printed centiles in bands of age: where a value lies between them, and no more.

Spleen length is printed as 10th, 50th and 90th centile, liver fat as 2.5th, 25th, 50th, 75th and
97.5th. No distribution is put between the printed centiles: none was printed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from tongying.norms.forms.bands import band_at, check_edges
from tongying.norms.forms.by_sex import as_json, common_range, differs, from_json, of_sex
from tongying.norms.forms.form import Place, Position
from tongying.norms.forms.refusal import require
from tongying.norms.sex import Sex

MIDDLE = 50.0


@dataclass(frozen=True, slots=True)
class CentileRows:
    """Rows of one sex.

    Attributes
    ----------
    edges : tuple of float
        Of the bands; one more than rows.
    values : tuple of tuple of float
        A row for each band, a value for each printed centile, rising.
    """

    edges: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]

    def ends(self) -> tuple[float, float]:
        """Return the first and the last edge."""
        return self.edges[0], self.edges[-1]


@dataclass(frozen=True, slots=True)
class CentileBands:
    """Printed centiles in bands.

    Attributes
    ----------
    centiles : tuple of float
        0 to 100, rising, such as ``(10, 50, 90)``.
    tables : dict
        Sex (None where together) to its rows.

    Raises
    ------
    FormRefused
        If bands do not follow one another, or values or centiles do not rise.

    Examples
    --------
    >>> rows = CentileRows((0.0, 91.0), ((3.3, 4.5, 5.8),))
    >>> form = CentileBands((10.0, 50.0, 90.0), {None: rows})
    >>> place = form.place(6.0, 30.0, None)
    >>> place.position.value, place.between, place.high
    ('above', (90.0, 100.0), 5.8)
    """

    kind: ClassVar[str] = "centile-bands"
    centiles: tuple[float, ...]
    tables: dict[Sex | None, CentileRows]

    def __post_init__(self) -> None:
        require(bool(self.tables), "A norm has no rows.")
        require(
            len(self.centiles) > 1 and _rising((0.0, *self.centiles, 100.0)),
            "A norm's centiles do not rise.",
        )
        for one in self.tables.values():
            check_edges(one.edges, len(one.values))
            require(
                all(len(row) == len(self.centiles) and _rising(row) for row in one.values),
                "A norm's centiles do not rise.",
            )

    def by_sex(self) -> bool:
        """Whether it differs between the sexes."""
        return differs(self.tables)

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the first and last age; over both sexes where none is given."""
        return common_range(self.tables, sex, CentileRows.ends)

    def place(self, value: float, x: float, sex: Sex | None) -> Place:
        """Return the printed centiles a value lies between; the outermost are the limits."""
        table = of_sex(self.tables, sex)
        row = table.values[band_at(table.edges, x)]
        reached = (0.0, *self.centiles, 100.0)
        passed = bisect_right(row, value)
        if value in row and passed == len(row):
            passed -= 1  # A value at the outermost centile is not beyond it.
        position = Position.WITHIN
        if passed == 0:
            position = Position.BELOW
        elif passed == len(row):
            position = Position.ABOVE
        expected = row[self.centiles.index(MIDDLE)] if MIDDLE in self.centiles else None
        return Place(
            position=position,
            between=(reached[passed], reached[passed + 1]),
            expected=expected,
            low=row[0],
            high=row[-1],
            says=f"{_ordinal(self.centiles[0])} to {_ordinal(self.centiles[-1])} centile",
        )

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object."""

        def written(one: CentileRows) -> dict[str, Any]:
            return {"edges": list(one.edges), "values": [list(row) for row in one.values]}

        return {
            "kind": self.kind,
            "centiles": list(self.centiles),
            "tables": as_json(self.tables, written),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> CentileBands:
        """Return the form of a JSON object."""

        def read(one: Mapping[str, Any]) -> CentileRows:
            return CentileRows(tuple(one["edges"]), tuple(tuple(row) for row in one["values"]))

        return cls(tuple(document["centiles"]), from_json(document["tables"], read))


def _rising(row: tuple[float, ...]) -> bool:
    return all(low < high for low, high in pairwise(row))


def _ordinal(centile: float) -> str:
    whole = centile == int(centile) and not 10 < centile % 100 < 20
    ending = {1: "st", 2: "nd", 3: "rd"}.get(int(centile) % 10, "th") if whole else "th"
    return f"{centile:g}{ending}"
