"""A CSV file of named columns as rows: character set, headings in two languages, row numbers.

Spreadsheet programs write UTF-8 or, in Chinese, GB 18030, and read a cell that begins like a
formula as one: such a cell is guarded when it is written and freed of the guard when it is read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput

MOST_BYTES: Final = 1_500_000
UTF_8, GB18030 = "UTF-8", "GB18030"
BYTE_ORDER_MARK: Final = "\ufeff"
"""So that spreadsheet programs take the file for UTF-8."""
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
FIRST_ROW: Final = 2
"""As a spreadsheet counts: the heading is row 1."""


class SheetRefused(BadInput):
    """The file as a whole cannot be read as such a list."""

    code: ClassVar[str] = "import.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; a file without a required one is refused as a whole."""

    key: str
    zh: str
    en: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it was written.

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


def decoded(data: bytes) -> tuple[str, str]:
    """Return a file's text and the name of its character set.

    Raises
    ------
    SheetRefused
        If it is no text.
    """
    if b"\0" in data:
        raise SheetRefused("The file is not text; save the table as CSV.")
    for codec, name in (("utf-8-sig", UTF_8), ("gb18030", GB18030)):
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise SheetRefused("The file is neither UTF-8 nor GB18030 text.")


def read_rows(
    data: bytes, columns: Sequence[Column], *, called: str, most: int
) -> tuple[str, tuple[SheetRow, ...]]:
    """Return the name of a file's character set, and its rows; those without any text are left out.

    Parameters
    ----------
    data : bytes
    columns : sequence of Column
        Known headings: key, Chinese or English name, in any order.
    called : str
        What the file is, for sentences: ``a list of members``, ``this table``.
    most : int
        Rows.

    Raises
    ------
    SheetRefused
        If it is too large, no text, has no rows, or its headings are not those of `columns`.
    """
    if len(data) > MOST_BYTES:
        raise SheetRefused("The file is larger than 1.5 MB.")
    text, encoding = decoded(data)
    try:
        records = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error:
        raise SheetRefused("The file is not a CSV table: a quotation mark is not closed.") from None
    if not records or not any(cell.strip() for cell in records[0]):
        raise SheetRefused("The file is empty: its first row must be the headings.")
    heading = _heading(records[0], columns, called)
    rows = tuple(
        _row(number, record, heading)
        for number, record in enumerate(records[1:], start=FIRST_ROW)
        if any(cell.strip() for cell in record)
    )
    if not rows:
        raise SheetRefused("The file has headings and no rows.")
    if len(rows) > most:
        raise SheetRefused(f"The file has more than {most:,} rows.")
    return encoding, rows


def written(heading: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    r"""Return a CSV table as text for a spreadsheet; no cell is taken for a formula.

    Examples
    --------
    >>> written(["a"], [["=1+1"]])
    "\ufeffa\r\n'=1+1\r\n"
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + target.getvalue()


def guarded(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _plain(text: str) -> str:
    """Take away the mark that keeps a spreadsheet from reading a text as a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_SIGNS) else text


def _heading(cells: list[str], columns: Sequence[Column], called: str) -> list[Column | None]:
    known = {name.casefold(): one for one in columns for name in (one.key, one.zh, one.en)}
    found: list[Column | None] = []
    for cell in cells:
        name = " ".join(cell.split())
        one = known.get(name.casefold())
        if one is None and name:
            raise SheetRefused(f"The heading “{name[:40]}” is not known in {called}.")
        if one is not None and one in found:
            raise SheetRefused(f"The heading “{name[:40]}” stands there twice.")
        found.append(one)
    missing = [one for one in columns if one.required and one not in found]
    if missing:
        raise SheetRefused(f"The column “{missing[0].zh}” ({missing[0].en}) is missing.")
    return found


def _row(number: int, record: list[str], heading: list[Column | None]) -> SheetRow:
    cells = {
        one.key: _plain(cell.strip())
        for one, cell in zip(heading, record, strict=False)
        if one is not None
    }
    unnamed = [cell for one, cell in zip(heading, record, strict=False) if one is None]
    surplus = [*record[len(heading) :], *unnamed]
    return SheetRow(number, cells, surplus=any(cell.strip() for cell in surplus))
