"""A CSV file of normal children as rows of named cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tongying.kernel import sheet
from tongying.kernel.sheet import SheetRow
from tongying.norms.ledger.columns import COLUMNS

MOST_ROWS: Final = 5_000
"""More children than any hospital measures between two imports."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows, and the character set it was read in."""

    encoding: str
    rows: tuple[SheetRow, ...]


def read_sheet(data: bytes) -> Sheet:
    """Read a CSV file.

    Raises
    ------
    tongying.kernel.sheet.SheetRefused
        If it is too large, no text, has no rows, or its headings are not those of such a table.
    """
    return Sheet(*sheet.read_rows(data, COLUMNS, called="this table", most=MOST_ROWS))


def write_sheet(rows: Iterable[Mapping[str, str]], *, english: bool = False) -> str:
    """Return a table as CSV text with a byte order mark, headings in Chinese or English."""
    heading = [one.en if english else one.zh for one in COLUMNS]
    return sheet.written(heading, ([row.get(one.key, "") for one in COLUMNS] for row in rows))
