"""A CSV file of the alliance's books as rows of named cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongying.consult.alliance_faults import AllianceRefused, FaultCode, fault
from tongying.consult.alliance_import.columns import COLUMNS, Kind
from tongying.kernel import sheet

MOST_ROWS: Final = 20_000
"""Ten times the largest alliance's books; more is another kind of file."""


class SheetRow(sheet.SheetRow):
    """One row as it was written."""

    __slots__ = ()

    def given(self, key: str) -> str | None:
        """Return a cell's text, or None where the column is absent or the cell empty.

        Raises
        ------
        AllianceRefused
            If the row has too many cells: nobody knows which text belongs where.
        """
        if self.surplus:
            raise AllianceRefused(fault(FaultCode.CELLS))
        return self.cells.get(key) or None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows, and the character set it was read in."""

    kind: Kind
    encoding: str
    rows: tuple[SheetRow, ...]


def read_sheet(data: bytes, kind: Kind) -> Sheet:
    """Read a CSV file of a kind.

    Raises
    ------
    tongying.kernel.sheet.SheetRefused
        If it is too large, no text, has no rows, or its headings are not those of the kind.
    """
    called = f"a list of {kind.value}"
    encoding, rows = sheet.read_rows(data, COLUMNS[kind], called=called, most=MOST_ROWS)
    return Sheet(kind, encoding, tuple(SheetRow(r.number, r.cells, r.surplus) for r in rows))
