"""A table of a distribution's parameters along an axis: published LMS tables, and our releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.family import Family
from tongying.norms.distributions.registry import family_of
from tongying.norms.forms.by_sex import from_json
from tongying.norms.sex import Sex


class TableRefused(BadInput):
    """A table of parameters is not usable: not rising, of unequal lengths, or not finite."""

    code: ClassVar[str] = "norms.table-refused"


class Tails(StrEnum):
    """What happens far out."""

    AS_MODELLED = "as-modelled"
    WHO_WEIGHT = "who-weight"
    """Beyond z of 3 and -3 straight lines, as the WHO does for weights (WHO Child Growth Standards,
    methods and development, 2006, chapter 7)."""


@dataclass(frozen=True, slots=True, eq=False)
class SexTable:
    """Rows of one sex.

    Attributes
    ----------
    x : FloatArray
        (r,), rising; the axis' unit.
    natural : FloatArray
        (k, r), the family's parameters.

    Raises
    ------
    TableRefused
        If it is not rising, not finite, or empty.
    """

    x: FloatArray
    natural: FloatArray

    def __post_init__(self) -> None:
        if self.natural.ndim != 2 or self.natural.shape[1] != len(self.x) or not len(self.x):
            raise TableRefused("A table of parameters has unequal columns or no rows.")
        if not (np.isfinite(self.x).all() and np.isfinite(self.natural).all()):
            raise TableRefused("A table of parameters has a number missing.")
        if (np.diff(self.x) <= 0).any():
            raise TableRefused("A table's ages do not rise from row to row.")


@dataclass(frozen=True, slots=True, eq=False)
class ParameterTable:
    """Parameters at rows, straight lines between them.

    Attributes
    ----------
    family : str
    tables : dict
        Sex (None where the sexes are together) to its rows.
    tails : Tails
    """

    kind: ClassVar[str] = "parameter-table"
    family: str
    tables: dict[Sex | None, SexTable]
    tails: Tails = Tails.AS_MODELLED

    def by_sex(self) -> bool:
        """Whether it differs between the sexes."""
        return None not in self.tables

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the first and last row of the axis; over both sexes where none is given."""
        if sex is None and self.by_sex():
            tables = list(self.tables.values())
            return max(float(t.x[0]) for t in tables), min(float(t.x[-1]) for t in tables)
        table = self._table(sex)
        return float(table.x[0]), float(table.x[-1])

    def natural(self, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return the family's parameters, (k, n)."""
        table = self._table(sex)
        return np.stack([np.interp(x, table.x, row) for row in table.natural])

    def z(self, value: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return standard normal scores."""
        natural = self.natural(x, sex)
        family = family_of(self.family)
        z = family.z(value, natural)
        if self.tails is Tails.WHO_WEIGHT:
            z = _straight_tails(z, value, natural, family)
        return z

    def value(self, z: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return values of standard normal scores."""
        natural = self.natural(x, sex)
        family = family_of(self.family)
        if self.tails is not Tails.WHO_WEIGHT:
            return family.value(z, natural)
        inner = family.value(np.clip(z, -3.0, 3.0), natural)
        side = np.sign(z)
        step = np.abs(family.value(3.0 * side, natural) - family.value(2.0 * side, natural))
        return np.asarray(inner + np.where(np.abs(z) > 3.0, (z - 3.0 * side) * step, 0.0))

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object."""
        names = family_of(self.family).parameters
        return {
            "kind": self.kind,
            "family": self.family,
            "tails": self.tails.value,
            "tables": {
                (sex.value if sex else "all"): {
                    "x": table.x.tolist(),
                    **{name: row.tolist() for name, row in zip(names, table.natural, strict=True)},
                }
                for sex, table in self.tables.items()
            },
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ParameterTable:
        """Return the form of a JSON object."""
        names = family_of(document["family"]).parameters

        def read(one: Mapping[str, Any]) -> SexTable:
            columns = [np.asarray(one[name], dtype=np.float64) for name in names]
            return SexTable(np.asarray(one["x"], dtype=np.float64), np.stack(columns))

        return cls(
            document["family"], from_json(document["tables"], read), Tails(document["tails"])
        )

    def _table(self, sex: Sex | None) -> SexTable:
        if None in self.tables:
            return self.tables[None]
        if sex is None or sex not in self.tables:
            raise TableRefused("The norm differs between the sexes, and no sex was given.")
        return self.tables[sex]


def _straight_tails(
    z: FloatArray, value: FloatArray, natural: FloatArray, family: Family
) -> FloatArray:
    three, two = np.full_like(z, 3.0), np.full_like(z, 2.0)
    high, low = family.value(three, natural), family.value(-three, natural)
    above = 3.0 + (value - high) / (high - family.value(two, natural))
    below = -3.0 + (value - low) / (family.value(-two, natural) - low)
    return np.where(z > 3.0, above, np.where(z < -3.0, below, z))
