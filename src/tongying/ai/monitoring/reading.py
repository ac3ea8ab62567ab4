"""The history of a model at a hospital as a table (CSV, UTF-8), each row a study, in order.

Columns: ``run``, ``refused`` (yes or no), ``called`` (yes, no or empty), ``score``, ``agreed``
(yes, no or empty), ``difference`` and any number of ``input.NAME``, such as ``input.manufacturer``:
numbers where every cell is one, words otherwise; empty where unknown.
"""

from __future__ import annotations

import csv
import io
from math import isfinite
from typing import Final

from tongying.ai.monitoring.alarm import Compared, Seen
from tongying.ai.monitoring.psi import MonitorRefused

_YES_NO: Final = {"yes": True, "no": False, "1": True, "0": False, "true": True, "false": False}
_COLUMNS: Final = ("run", "refused", "called", "score", "agreed", "difference")
INPUT: Final = "input."


def read_history(text: str) -> tuple[tuple[Seen, ...], tuple[Compared | None, ...]]:
    """Return each study, and in the same order what a reader said of it, None where nobody did.

    Parameters
    ----------
    text : str
        Of the table.

    Raises
    ------
    MonitorRefused
        With the line, if a cell cannot be understood.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    names = list(reader.fieldnames or ())
    strange = [name for name in names if name not in _COLUMNS and not name.startswith(INPUT)]
    if not {"run", "refused"} <= set(names) or strange or len(set(names)) < len(names):
        raise MonitorRefused(
            f"The table needs the columns run and refused and knows {', '.join(_COLUMNS)} and "
            "input.NAME, each once."
        )
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        for cells in reader:
            if None in cells or None in cells.values():
                raise MonitorRefused(
                    f"Line {reader.line_num} does not have as many cells as the first."
                )
            rows.append((reader.line_num, {name: cells[name].strip() for name in names}))
    except csv.Error as error:
        raise MonitorRefused(f"Line {reader.line_num} is not a line of a CSV table.") from error
    inputs = [name for name in names if name.startswith(INPUT)]
    numbers = {
        name for name in inputs if all(_is_number(row[name]) for _, row in rows if row[name])
    }
    seen: list[Seen] = []
    compared: list[Compared | None] = []
    for line, row in rows:
        refused = _decided(line, row["refused"])
        if refused is None:
            raise MonitorRefused(f"Line {line}: refused is yes or no.")
        agreed = _decided(line, row.get("agreed", ""))
        difference = _number(line, row.get("difference", ""))
        seen.append(
            Seen(
                run=row["run"],
                refused=refused,
                called=_decided(line, row.get("called", "")),
                score=_number(line, row.get("score", "")),
                inputs={
                    name.removeprefix(INPUT): None
                    if not row[name]
                    else float(row[name])
                    if name in numbers
                    else row[name]
                    for name in inputs
                },
            )
        )
        silent = agreed is None and difference is None
        compared.append(None if silent else Compared(row["run"], agreed, difference))
    return tuple(seen), tuple(compared)


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _decided(line: int, text: str) -> bool | None:
    if not text:
        return None
    if text.lower() not in _YES_NO:
        raise MonitorRefused(f"Line {line}: {text[:20]!r} is neither yes nor no.")
    return _YES_NO[text.lower()]


def _number(line: int, text: str) -> float | None:
    if not text:
        return None
    if not _is_number(text):
        raise MonitorRefused(f"Line {line}: {text[:20]!r} is not a number.")
    return float(text)
