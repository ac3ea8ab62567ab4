"""Tables of values on the command line: scored in bulk, made into limits, checked against them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any, ClassVar, Final

import numpy as np

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray
from tongying.norms.intervals.ep28 import reference_interval
from tongying.norms.intervals.indirect import indirect_interval
from tongying.norms.intervals.verification import verify
from tongying.norms.norm import Norm, Route
from tongying.norms.score.bulk import BulkRefusal, BulkScorer

SCORED: Final = ("z", "centile", "refusal")
"""Columns that scoring adds."""
SEED: Final = 1


class TableUnusable(BadInput):
    """A table of values cannot be read: a column is missing, or a cell holds no number."""

    code: ClassVar[str] = "norms.values-unusable"


def score_table(text: str, norm: Norm) -> tuple[str, dict[str, Any]]:
    """Return a table with z, centile and refusal added, and how many rows got which.

    Columns that are read: ``value`` (in the norm's unit), ``x`` (on the norm's axis, in its unit),
    ``sex`` and ``site`` where the norm needs them. All columns stay.

    Parameters
    ----------
    text : str
        CSV.
    norm : Norm

    Raises
    ------
    TableUnusable
        If a column is missing or a cell holds no number; an empty cell is unknown and refused in
        its row.
    """
    names, rows = _read(text, ("value", "x"))
    scored = BulkScorer(norm).score(
        _numbers(rows, "value"),
        _numbers(rows, "x"),
        np.array([row.get("sex", "") for row in rows], dtype=np.str_),
        np.array([row.get("site", "") for row in rows], dtype=np.str_),
    )
    out = io.StringIO()
    writer = csv.DictWriter(out, [*(one for one in names if one not in SCORED), *SCORED])
    writer.writeheader()
    counts: Counter[str] = Counter()
    for row, z, centile, code in zip(rows, scored.z, scored.centile, scored.refusal, strict=True):
        why = BulkRefusal(int(code)).code
        counts[why or "scored"] += 1
        known = {} if why else {"z": f"{z:.4f}", "centile": f"{centile:.3f}"}
        kept = {name: value for name, value in row.items() if name not in SCORED}
        writer.writerow({**kept, **known, "refusal": why})
    return out.getvalue(), dict(sorted(counts.items()))


def limits_of(text: str, route: Route, *, seed: int = SEED) -> dict[str, Any]:
    """Return limits of a column of values, one of each child.

    Direct: CLSI EP28-A3c by the number of children. Indirect: the healthy part of at least 1,000
    routine examinations.

    Raises
    ------
    TableUnusable
        If the column is missing or a cell holds no number.
    BadInput
        If the values are too few, or cannot be so treated.
    """
    values = _values(text)
    if route is Route.INDIRECT:
        return {"route": route.value, **indirect_interval(values, seed=seed).as_json()}
    return {"route": route.value, **reference_interval(values, seed=seed).as_json()}


def checked(text: str, low: float, high: float) -> dict[str, Any]:
    """Return whether local children fit an interval, and how weak that check is.

    Raises
    ------
    TableUnusable
        If the column is missing or a cell holds no number.
    BadInput
        If there are fewer than 20 children or the limits are the wrong way round.
    """
    return verify(_values(text), low, high).as_json()


def _values(text: str) -> FloatArray:
    _, rows = _read(text, ("value",))
    values = _numbers(rows, "value")
    missing = np.flatnonzero(np.isnan(values))
    if len(missing):
        raise TableUnusable(f"Row {missing[0] + 2} has no value.")
    return values


def _read(text: str, needed: tuple[str, ...]) -> tuple[list[str], list[dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [(name or "").strip() for name in reader.fieldnames or ()]
    for name in needed:
        if name not in names:
            raise TableUnusable(f"The table has no column {name}.")
    rows = [
        {name: (value or "").strip() for name, value in zip(names, line.values(), strict=False)}
        for line in reader
    ]
    if not rows:
        raise TableUnusable("The table has no rows.")
    return names, rows


def _numbers(rows: list[dict[str, str]], name: str) -> FloatArray:
    found = np.full(len(rows), np.nan)
    for index, row in enumerate(rows):
        if row[name]:
            try:
                found[index] = float(row[name])
            except ValueError:
                raise TableUnusable(
                    f"Row {index + 2}: {name} is {row[name][:20]!r}, no number."
                ) from None
    return found
