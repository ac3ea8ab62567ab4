"""Predictions and truth as tables (CSV, UTF-8), each row a study.

Predictions: ``study``, ``called`` (yes, no or empty for no answer), ``score`` (may be empty).
Truth: ``study``, ``truth`` (yes or no), and, each optional, ``child``, ``age_days``, ``sex`` (F or
M), ``manufacturer``, ``site``, ``reader`` (yes or no).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from math import isfinite
from typing import Final

from tongying.ai.evaluation.figure import EvaluationRefused
from tongying.ai.evaluation.strata import Case
from tongying.norms.sex import SexRefused, sex_of

_YES_NO: Final = {"yes": True, "no": False, "1": True, "0": False, "true": True, "false": False}
_PREDICTION: Final = ("study", "called", "score")
_TRUTH: Final = ("study", "truth", "child", "age_days", "sex", "manufacturer", "site", "reader")
Row = tuple[int, dict[str, str]]
"""Line and cells."""


def read_cases(predictions: str, truth: str) -> tuple[Case, ...]:
    """Return the studies of a truth table with what a model said about them.

    A study of the truth without a prediction is unanswered.

    Parameters
    ----------
    predictions, truth : str
        Text of the tables.

    Raises
    ------
    EvaluationRefused
        With the line, if a cell cannot be understood, a study stands there twice or a prediction
        has no truth.
    """
    said = {cells["study"]: (line, cells) for line, cells in _rows(predictions, _PREDICTION, 1)}
    known = _rows(truth, _TRUTH, 2)
    strangers = said.keys() - {cells["study"] for _, cells in known}
    if strangers:
        line = min(said[study][0] for study in strangers)
        raise EvaluationRefused(f"Line {line} of the predictions is about a study without truth.")
    return tuple(_case(row, said.get(row[1]["study"])) for row in known)


def _rows(text: str, columns: Sequence[str], needed: int) -> list[Row]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in columns[:needed] if name not in names]
    strange = [name for name in names if name not in columns]
    if missing or strange or len(set(names)) < len(names):
        raise EvaluationRefused(
            f"The table needs the columns {', '.join(columns[:needed])} and knows "
            f"{', '.join(columns)}, each once."
        )
    found: list[Row] = []
    seen: set[str] = set()
    try:
        for cells in reader:
            line = reader.line_num
            if None in cells or None in cells.values():
                raise EvaluationRefused(f"Line {line} does not have as many cells as the first.")
            row = {key.strip(): value.strip() for key, value in cells.items()}
            if not row["study"] or row["study"] in seen:
                raise EvaluationRefused(f"Line {line} names no study or one that stood before.")
            seen.add(row["study"])
            found.append((line, row))
    except csv.Error as error:
        raise EvaluationRefused(f"Line {reader.line_num} is not a line of a CSV table.") from error
    return found


def _case(known: Row, said: Row | None) -> Case:
    line, row = known
    truth = _decided(line, row["truth"])
    if truth is None:
        raise EvaluationRefused(f"Line {line}: the truth is yes or no.")
    days = _number(line, row.get("age_days", ""))
    if days is not None and (days < 0 or days != int(days)):
        raise EvaluationRefused(f"Line {line}: an age is a whole number of days.")
    try:
        sex = sex_of(row.get("sex"))
    except SexRefused as error:
        raise EvaluationRefused(f"Line {line}: a sex is F or M.") from error
    return Case(
        study=row["study"],
        child=row.get("child") or row["study"],
        truth=truth,
        called=None if said is None else _decided(said[0], said[1].get("called", "")),
        score=None if said is None else _number(said[0], said[1].get("score", "")),
        reader=_decided(line, row.get("reader", "")),
        age_days=None if days is None else int(days),
        sex=sex,
        manufacturer=row.get("manufacturer", ""),
        site=row.get("site", ""),
    )


def _decided(line: int, text: str) -> bool | None:
    if not text:
        return None
    if text.lower() not in _YES_NO:
        raise EvaluationRefused(f"Line {line}: {text[:20]!r} is neither yes nor no.")
    return _YES_NO[text.lower()]


def _number(line: int, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise EvaluationRefused(f"Line {line}: {text[:20]!r} is not a number.") from None
    if not isfinite(value):
        raise EvaluationRefused(f"Line {line}: {text[:20]!r} is not a number.")
    return value
