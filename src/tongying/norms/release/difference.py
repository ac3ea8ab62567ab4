"""What differs between two documents of norms, and how far the centiles moved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import ndtri

from tongying.norms.forms.form import Distribution
from tongying.norms.norm import Norm
from tongying.norms.release.document import norm_from
from tongying.norms.release.steps import edges
from tongying.norms.sex import Sex

CENTILES: Final = (3, 50, 97)
NUMBERS: Final = ("form", "uncertainty")
"""Parts that are numbers: that they differ is said, which of thousands is not."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs.

    Attributes
    ----------
    path : str
        With dots, such as ``population.n``.
    before, after : str or None
        As JSON; None where the field is not there, or is a part that consists of numbers.
    """

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """How far the centiles moved at one place.

    Attributes
    ----------
    sex : Sex or None
    x : float
        In the axis' unit.
    sd : tuple of float or None
        For each of `CENTILES`: where the new centile's value lies in the old norm, as a difference
        of z; None where the old norm cannot score it.
    """

    sex: Sex | None
    x: float
    sd: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs.

    Attributes
    ----------
    fields : tuple of FieldChange
    moves : tuple of Move
        Empty where the two cannot be compared; `why_no_moves` says why.
    why_no_moves : str
    """

    fields: tuple[FieldChange, ...]
    moves: tuple[Move, ...]
    why_no_moves: str

    @property
    def furthest(self) -> float | None:
        """The largest move in SD, without its sign; None where nothing was compared."""
        sizes = [abs(one) for move in self.moves for one in move.sd if one is not None]
        return max(sizes, default=None)


def difference(before: str, after: str) -> Difference:
    """Return what differs between two documents.

    Parameters
    ----------
    before, after : str
        Canonical documents.

    Raises
    ------
    DocumentRefused
        If one of them is none.
    """
    old, new = norm_from(before), norm_from(after)
    fields: list[FieldChange] = []
    _compare("", json.loads(before), json.loads(after), fields)
    why = _why_not(old, new)
    moves = () if why else _moves(old, new)
    return Difference(tuple(fields), moves, why)


def _compare(path: str, before: Any, after: Any, found: list[FieldChange]) -> None:
    if before == after:
        return
    if path in NUMBERS and before is not None and after is not None:
        if isinstance(before, Mapping) and before.get("kind") != after.get("kind"):
            _compare(f"{path}.kind", before.get("kind"), after.get("kind"), found)
        found.append(FieldChange(path, None, None))
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            inner = f"{path}.{key}" if path else str(key)
            _compare(inner, before.get(key), after.get(key), found)
        return
    found.append(FieldChange(path, _said(before), _said(after)))


def _said(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _why_not(old: Norm, new: Norm) -> str:
    rules = (
        (old.measure == new.measure, "They are about different measures."),
        (old.unit == new.unit, "Their units differ."),
        (old.axis is new.axis, "They run along different axes."),
        (
            isinstance(old.form, Distribution) and isinstance(new.form, Distribution),
            "One of them does not know the whole distribution.",
        ),
    )
    return next((why for holds, why in rules if not holds), "")


def _moves(old: Norm, new: Norm) -> tuple[Move, ...]:
    before, after = old.form, new.form
    if not (isinstance(before, Distribution) and isinstance(after, Distribution)):
        return ()
    apart = before.by_sex() or after.by_sex()
    found: list[Move] = []
    for sex in tuple(Sex) if apart else (None,):
        ends = [form.range(sex if form.by_sex() else None) for form in (before, after)]
        low, high = max(low for low, _ in ends), min(high for _, high in ends)
        if low <= high:
            found += [_move(before, after, sex, float(x)) for x in edges(old.axis, low, high)]
    return tuple(found)


def _move(before: Distribution, after: Distribution, sex: Sex | None, x: float) -> Move:
    z = ndtri(np.array(CENTILES) / 100.0)
    here = np.full(len(z), x)
    with np.errstate(all="ignore"):
        values = after.value(z, here, sex if after.by_sex() else None)
        moved = before.z(values, here, sex if before.by_sex() else None) - z
    return Move(sex, x, tuple(float(one) if np.isfinite(one) else None for one in moved))
