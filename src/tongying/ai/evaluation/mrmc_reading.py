"""Readings of a multireader study as a table (CSV, UTF-8): way, reader, case, truth, rating.

Each row is one rating; every reader must have rated every case in every way once. Ways and readers
keep the order in which they first appear.
"""

from __future__ import annotations

import csv
import io
from math import isfinite
from typing import Final

import numpy as np

from tongying.ai.evaluation.figure import EvaluationRefused
from tongying.ai.evaluation.mrmc import Readings

_COLUMNS: Final = ("way", "reader", "case", "truth", "rating")
_TRUTH: Final = {"yes": True, "no": False, "1": True, "0": False, "true": True, "false": False}


def read_readings(text: str) -> tuple[Readings, tuple[str, ...], tuple[str, ...]]:
    """Return the readings with the names of ways and readers.

    Parameters
    ----------
    text : str
        Of the table.

    Raises
    ------
    EvaluationRefused
        With the line, if a cell cannot be understood; if a rating is missing or stands there twice,
        or the truth of a case changes.
    """
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    if sorted(table.fieldnames or ()) != sorted(_COLUMNS):
        raise EvaluationRefused(f"The table needs the columns {', '.join(_COLUMNS)}.")
    ways: dict[str, int] = {}
    readers: dict[str, int] = {}
    cases: dict[str, int] = {}
    truth: dict[str, bool] = {}
    ratings: dict[tuple[int, int, int], float] = {}
    try:
        for cells in table:
            line = table.line_num
            if None in cells or None in cells.values():
                raise EvaluationRefused(f"Line {line} does not have as many cells as the first.")
            row = {name: cells[name].strip() for name in _COLUMNS}
            ill = _TRUTH.get(row["truth"].lower())
            if ill is None or truth.setdefault(row["case"], ill) is not ill:
                raise EvaluationRefused(f"Line {line}: a case's truth is yes or no, and one.")
            at = (
                ways.setdefault(row["way"], len(ways)),
                readers.setdefault(row["reader"], len(readers)),
                cases.setdefault(row["case"], len(cases)),
            )
            if at in ratings:
                raise EvaluationRefused(f"Line {line}: that rating stood there before.")
            ratings[at] = _rating(line, row["rating"])
    except csv.Error as error:
        raise EvaluationRefused(f"Line {table.line_num} is not a line of a CSV table.") from error
    crossed = np.full((len(ways), len(readers), len(cases)), np.nan)
    for at, rating in ratings.items():
        crossed[at] = rating
    found = Readings(crossed, np.array([truth[case] for case in cases], dtype=bool))
    return found, tuple(ways), tuple(readers)


def _rating(line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise EvaluationRefused(f"Line {line}: {text[:20]!r} is not a number.") from None
    if not isfinite(value):
        raise EvaluationRefused(f"Line {line}: {text[:20]!r} is not a number.")
    return value
