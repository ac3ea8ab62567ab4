"""Upper limits printed at single ages, such as the spleen's.

Between two printed ages the source says nothing. A value above the limit of the older age is
above, one not above the limit of the younger age is within, and what lies between the two limits
is not said: a straight line between them would be ours, not the source's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tongying.norms.forms.bands import check_edges
from tongying.norms.forms.by_sex import as_json, common_range, differs, from_json, of_sex
from tongying.norms.forms.form import Place, Position
from tongying.norms.forms.refusal import require
from tongying.norms.sex import Sex

AT_AGE = "upper limit printed for this age"
BETWEEN_AGES = "upper limit of the next younger printed age"


@dataclass(frozen=True, slots=True)
class LimitRows:
    """Rows of one sex.

    Attributes
    ----------
    x : tuple of float
        Printed ages, rising; the last one holds until `until`.
    limits : tuple of float
    until : float
        The oldest age.
    """

    x: tuple[float, ...]
    limits: tuple[float, ...]
    until: float

    def ends(self) -> tuple[float, float]:
        """Return the first and the last age."""
        return self.x[0], self.until


@dataclass(frozen=True, slots=True)
class UpperLimit:
    """Upper limits of normal at printed ages.

    Attributes
    ----------
    tables : dict
        Sex (None where together) to its rows.

    Raises
    ------
    FormRefused
        If ages do not rise or limits fall.

    Examples
    --------
    >>> form = UpperLimit({None: LimitRows((730.5, 1461.0), (8.0, 9.0), 2000.0)})
    >>> [form.place(value, 1000.0, None).position.value for value in (8.0, 8.5, 9.1)]
    ['within', 'not-said', 'above']
    >>> form.place(9.1, 1461.0, None).position.value
    'above'
    """

    kind: ClassVar[str] = "upper-limit"
    tables: dict[Sex | None, LimitRows]

    def __post_init__(self) -> None:
        require(bool(self.tables), "A norm has no rows.")
        for one in self.tables.values():
            check_edges((*one.x, one.until), len(one.limits))
            require(list(one.limits) == sorted(one.limits), "A norm's limits fall with age.")

    def by_sex(self) -> bool:
        """Whether it differs between the sexes."""
        return differs(self.tables)

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the first and last age; over both sexes where none is given."""
        return common_range(self.tables, sex, LimitRows.ends)

    def place(self, value: float, x: float, sex: Sex | None) -> Place:
        """Return where a value lies against the limits of the neighbouring printed ages."""
        table = of_sex(self.tables, sex)
        row = max(bisect_right(table.x, x) - 1, 0)
        at_age = x == table.x[row] or row == len(table.x) - 1
        younger = table.limits[row]
        older = younger if at_age else table.limits[row + 1]
        position = Position.NOT_SAID
        if value <= younger:
            position = Position.WITHIN
        elif value > older:
            position = Position.ABOVE
        return Place(
            position=position,
            between=None,
            expected=None,
            low=None,
            high=younger,
            says=AT_AGE if at_age else BETWEEN_AGES,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object."""

        def written(one: LimitRows) -> dict[str, Any]:
            return {"x": list(one.x), "limits": list(one.limits), "until": one.until}

        return {"kind": self.kind, "tables": as_json(self.tables, written)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> UpperLimit:
        """Return the form of a JSON object."""

        def read(one: Mapping[str, Any]) -> LimitRows:
            return LimitRows(tuple(one["x"]), tuple(one["limits"]), one["until"])

        return cls(from_json(document["tables"], read))
