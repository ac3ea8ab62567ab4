"""A CSV file as rows of named cells: character set, headings, row numbers."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from tongying.consult.alliance_faults import AllianceRefused, FaultCode, fault
from tongying.consult.alliance_import.columns import COLUMNS, Column, Kind
from tongying.kernel.errors import BadInput

MOST_BYTES: Final = 1_500_000
MOST_ROWS: Final = 20_000
"""Ten times the largest alliance's books; more is another kind of file."""
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
UTF_8, GB18030 = "UTF-8", "GB18030"


class SheetRefused(BadInput):
    """The file as a whole cannot be read as such a list."""

    code: ClassVar[str] = "import.sheet"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row.

    Attributes
    ----------
    number : int
        As a spreadsheet counts: the heading is row 1.
    cells : mapping of str to str
        By column key; only columns the file has, text stripped.
    surplus : bool
        Whether it has more cells than the heading has columns.
    """

    number: int
    cells: Mapping[str, str]
    surplus: bool = False

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
    """Read a CSV file of a kind; rows without any text are passed over.

    UTF-8 with or without a byte order mark; else GB18030, as a Chinese spreadsheet program writes,
    which the result says.

    Raises
    ------
    SheetRefused
        If it is too large, no text, has no rows, or its headings are not those of the kind.
    """
    if len(data) > MOST_BYTES:
        raise SheetRefused("The file is larger than 1.5 MB.")
    text, encoding = _decode(data)
    try:
        records = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error:
        raise SheetRefused("The file is not a CSV table: a quotation mark is not closed.") from None
    if not records or not any(cell.strip() for cell in records[0]):
        raise SheetRefused("The file is empty: its first row must be the headings.")
    columns = _columns(records[0], kind)
    rows = tuple(
        _row(number, record, columns)
        for number, record in enumerate(records[1:], start=2)
        if any(cell.strip() for cell in record)
    )
    if not rows:
        raise SheetRefused("The file has headings and no rows.")
    if len(rows) > MOST_ROWS:
        raise SheetRefused("The file has more than 20,000 rows.")
    return Sheet(kind, encoding, rows)


def _decode(data: bytes) -> tuple[str, str]:
    if b"\0" in data:
        raise SheetRefused("The file is not text; save the table as CSV.")
    for codec, name in (("utf-8-sig", UTF_8), ("gb18030", GB18030)):
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise SheetRefused("The file is neither UTF-8 nor GB18030 text.")


def _columns(heading: list[str], kind: Kind) -> list[Column | None]:
    known = {name.casefold(): one for one in COLUMNS[kind] for name in (one.key, one.zh, one.en)}
    columns: list[Column | None] = []
    for cell in heading:
        name = " ".join(cell.split())
        one = known.get(name.casefold())
        if one is None and name:
            raise SheetRefused(f"The heading “{name}” is not known in a list of {kind.value}.")
        if one is not None and one in columns:
            raise SheetRefused(f"The heading “{name}” stands there twice.")
        columns.append(one)
    missing = [one for one in COLUMNS[kind] if one.required and one not in columns]
    if missing:
        raise SheetRefused(f"The column “{missing[0].zh}” ({missing[0].en}) is missing.")
    return columns


def _plain(text: str) -> str:
    """Take away the mark that keeps a spreadsheet from reading a text as a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_SIGNS) else text


def _row(number: int, record: list[str], columns: list[Column | None]) -> SheetRow:
    cells = {
        one.key: _plain(cell.strip())
        for one, cell in zip(columns, record, strict=False)
        if one is not None
    }
    unnamed = [cell for one, cell in zip(columns, record, strict=False) if one is None]
    surplus = [*record[len(columns) :], *unnamed]
    return SheetRow(number, cells, surplus=any(cell.strip() for cell in surplus))
