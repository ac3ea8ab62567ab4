"""Mean and standard deviation row by row: at printed ages with straight lines between, or in bands.

A row at one age and a row of a band are told apart: only the former are joined by straight lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.forms.bands import band_at, check_edges
from tongying.norms.forms.by_sex import as_json, common_range, differs, from_json, of_sex
from tongying.norms.forms.refusal import require
from tongying.norms.sex import Sex


class Rows(StrEnum):
    """What the rows are printed for."""

    AT = "at"
    """Single ages; between them straight lines of mean and SD."""
    BANDS = "bands"
    """Neighbouring bands; the same numbers within one."""


@dataclass(frozen=True, slots=True)
class MeanSdRows:
    """Rows of one sex.

    Attributes
    ----------
    x : tuple of float
        Ages of the rows, or the edges of the bands (one more than rows).
    mean, sd : tuple of float
    """

    x: tuple[float, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]

    def ends(self) -> tuple[float, float]:
        """Return the first and the last age."""
        return self.x[0], self.x[-1]


@dataclass(frozen=True, slots=True)
class MeanSd:
    """Normal distribution from printed means and standard deviations.

    Attributes
    ----------
    rows : Rows
    tables : dict
        Sex (None where together) to its rows.

    Raises
    ------
    FormRefused
        If rows are of unequal length, do not rise, or a standard deviation is not above zero.

    Examples
    --------
    >>> import numpy as np
    >>> form = MeanSd(Rows.AT, {None: MeanSdRows((0.0, 10.0), (20.0, 30.0), (5.0, 3.0))})
    >>> form.natural(np.array([5.0]), None).tolist()
    [[25.0], [4.0]]
    """

    kind: ClassVar[str] = "mean-sd"
    family: ClassVar[str] = "normal"
    rows: Rows
    tables: dict[Sex | None, MeanSdRows]

    def __post_init__(self) -> None:
        require(bool(self.tables), "A norm has no rows.")
        for one in self.tables.values():
            edges = one.x if self.rows is Rows.BANDS else (*one.x, np.inf)
            check_edges(edges, len(one.mean))
            require(len(one.sd) == len(one.mean), "A norm's bands and rows are not equally many.")
            require(min(one.sd) > 0.0, "A norm's mean or SD is not above zero in its own range.")

    def by_sex(self) -> bool:
        """Whether it differs between the sexes."""
        return differs(self.tables)

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the first and last age; over both sexes where none is given."""
        return common_range(self.tables, sex, MeanSdRows.ends)

    def natural(self, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return mean and SD, (2, n)."""
        table = of_sex(self.tables, sex)
        if self.rows is Rows.AT:
            return np.stack([np.interp(x, table.x, table.mean), np.interp(x, table.x, table.sd)])
        band = [band_at(table.x, float(one)) for one in np.atleast_1d(x)]
        return np.stack([np.array(table.mean)[band], np.array(table.sd)[band]])

    def z(self, value: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return standard scores."""
        mean, sd = self.natural(x, sex)
        return np.asarray((value - mean) / sd)

    def value(self, z: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return values of standard scores."""
        mean, sd = self.natural(x, sex)
        return np.asarray(mean + z * sd)

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object."""

        def written(one: MeanSdRows) -> dict[str, Any]:
            return {"x": list(one.x), "mean": list(one.mean), "sd": list(one.sd)}

        return {
            "kind": self.kind,
            "rows": self.rows.value,
            "tables": as_json(self.tables, written),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> MeanSd:
        """Return the form of a JSON object."""

        def read(one: Mapping[str, Any]) -> MeanSdRows:
            return MeanSdRows(tuple(one["x"]), tuple(one["mean"]), tuple(one["sd"]))

        return cls(Rows(document["rows"]), from_json(document["tables"], read))
