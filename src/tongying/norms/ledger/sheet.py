"""A CSV file of normal children as rows of named cells: character set, headings, row numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput
from tongying.norms.ledger.columns import COLUMNS, Column

MOST_BYTES: Final = 1_500_000
MOST_ROWS: Final = 5_000
"""More children than any hospital measures between two imports."""
UTF_8, GB18030 = "UTF-8", "GB18030"
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


class LedgerSheetRefused(BadInput):
    """The file as a whole cannot be read as a table of normal children."""

    code: ClassVar[str] = "norms.ledger-sheet"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row.

    Attributes
    ----------
    number : int
        As a spreadsheet counts: the heading is row 1.
    cells : mapping of str to str
        By column key, without empty ones; text stripped.
    surplus : bool
        Whether it has more cells than the heading has columns.
    """

    number: int
    cells: Mapping[str, str]
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows, and the character set it was read in."""

    encoding: str
    rows: tuple[SheetRow, ...]


def read_sheet(data: bytes) -> Sheet:
    """Read a CSV file; rows without any text are passed over.

    UTF-8 with or without a byte order mark; else GB18030, as a Chinese spreadsheet program writes.

    Raises
    ------
    LedgerSheetRefused
        If it is too large, no text, has no rows, or its headings are not those of such a table.
    """
    if len(data) > MOST_BYTES:
        raise LedgerSheetRefused("The file is larger than 1.5 MB.")
    text, encoding = _decoded(data)
    try:
        records = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error:
        raise LedgerSheetRefused(
            "The file is not a CSV table: a quotation mark is not closed."
        ) from None
    if not records or not any(cell.strip() for cell in records[0]):
        raise LedgerSheetRefused("The file is empty: its first row must be the headings.")
    columns = _columns(records[0])
    rows = tuple(
        _row(number, record, columns)
        for number, record in enumerate(records[1:], start=2)
        if any(cell.strip() for cell in record)
    )
    if not rows:
        raise LedgerSheetRefused("The file has headings and no rows.")
    if len(rows) > MOST_ROWS:
        raise LedgerSheetRefused("The file has more than 5,000 rows.")
    return Sheet(encoding, rows)


def write_sheet(rows: Iterable[Mapping[str, str]], *, english: bool = False) -> str:
    """Return a table as CSV text with a byte order mark, headings in Chinese or English."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([one.en if english else one.zh for one in COLUMNS])
    writer.writerows([_guarded(row.get(one.key, "")) for one in COLUMNS] for row in rows)
    return "\ufeff" + target.getvalue()


def _decoded(data: bytes) -> tuple[str, str]:
    if b"\0" in data:
        raise LedgerSheetRefused("The file is not text; save the table as CSV.")
    for codec, name in (("utf-8-sig", UTF_8), ("gb18030", GB18030)):
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise LedgerSheetRefused("The file is neither UTF-8 nor GB18030 text.")


def _columns(heading: list[str]) -> list[Column | None]:
    known = {name.casefold(): one for one in COLUMNS for name in (one.key, one.zh, one.en)}
    columns: list[Column | None] = []
    for cell in heading:
        name = " ".join(cell.split())
        one = known.get(name.casefold())
        if one is None and name:
            raise LedgerSheetRefused(f"The heading “{name[:40]}” is not known in this table.")
        if one is not None and one in columns:
            raise LedgerSheetRefused(f"The heading “{name[:40]}” stands there twice.")
        columns.append(one)
    missing = [one for one in COLUMNS if one.required and one not in columns]
    if missing:
        raise LedgerSheetRefused(f"The column “{missing[0].zh}” ({missing[0].en}) is missing.")
    return columns


def _row(number: int, record: list[str], columns: list[Column | None]) -> SheetRow:
    named = [(one, cell.strip()) for one, cell in zip(columns, record, strict=False)]
    cells = {one.key: _plain(cell) for one, cell in named if one is not None and cell}
    surplus = [*record[len(columns) :], *(cell for one, cell in named if one is None)]
    return SheetRow(number, cells, surplus=any(cell.strip() for cell in surplus))


def _plain(text: str) -> str:
    """Take away the mark that keeps a spreadsheet from reading a text as a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_SIGNS) else text


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
