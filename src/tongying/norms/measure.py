"""The measures norms are about: what is measured, in which unit, and what is possible."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import ClassVar

from tongying.kernel.errors import BadInput


class MeasureUnknown(BadInput):
    """No measure has this name."""

    code: ClassVar[str] = "norms.measure-unknown"


class UnitMismatch(BadInput):
    """The unit cannot be turned into the measure's unit."""

    code: ClassVar[str] = "norms.unit-mismatch"


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity that is measured on a child.

    Attributes
    ----------
    id : str
        Stable, such as ``kidney-length``; a side is not part of it unless norms differ by side.
    unit : str
        UCUM, such as ``mm``, ``cm3``, ``deg``, ``kg/m2``, ``1`` for a ratio.
    english, chinese : str
    low, high : float
        What is possible in a child, in `unit`; beyond it the value or its unit is wrong.
    area : str
        Part of the body or branch: ``growth``, ``brain``, ``fetal brain``, ``heart``, ``kidney``…
    """

    id: str
    unit: str
    english: str
    chinese: str
    low: float
    high: float
    area: str


_FACTORS: dict[tuple[str, str], float] = {
    ("cm", "mm"): 10.0,
    ("mm", "cm"): 0.1,
    ("m", "cm"): 100.0,
    ("m", "mm"): 1000.0,
    ("mL", "cm3"): 1.0,
    ("cm3", "mL"): 1.0,
    ("mm3", "cm3"): 1e-3,
    ("mm3", "mL"): 1e-3,
    ("cm3", "mm3"): 1e3,
    ("mL", "mm3"): 1e3,
    ("L", "mL"): 1e3,
    ("L", "cm3"): 1e3,
    ("g", "kg"): 1e-3,
    ("kg", "g"): 1e3,
    ("s", "ms"): 1e3,
    ("ms", "s"): 1e-3,
}
_SPELLINGS = {
    "ml": "mL", "cc": "cm3", "cm^3": "cm3", "cm³": "cm3", "mm^3": "mm3", "mm³": "mm3", "°": "deg",
    "度": "deg", "degree": "deg", "degrees": "deg", "毫米": "mm", "厘米": "cm", "毫升": "mL",
    "kg/m²": "kg/m2", "kg/m^2": "kg/m2", "千克": "kg", "公斤": "kg", "克": "g", "percent": "%",
    "{ratio}": "1",
}  # fmt: skip


@cache
def measures() -> dict[str, Measure]:
    """Return every measure by its id, as `tables/measures.json` lists them."""
    text = (files("tongying.norms") / "tables" / "measures.json").read_text("utf-8")
    return {row["id"]: Measure(**row) for row in json.loads(text)}


def measure_of(name: str) -> Measure:
    """Return the measure with an id.

    Raises
    ------
    MeasureUnknown
        If there is none.
    """
    try:
        return measures()[name]
    except KeyError:
        raise MeasureUnknown(f"No measure is called {name[:60]!r}.") from None


def in_unit(value: float, unit: str, wanted: str) -> float:
    """Return a value in another unit of the same kind.

    Raises
    ------
    UnitMismatch
        If the units are not of one kind, as mm and cm3, or one of them is not known.

    Examples
    --------
    >>> in_unit(8.1, "cm", "mm")
    81.0
    """
    given, asked = _SPELLINGS.get(unit, unit), _SPELLINGS.get(wanted, wanted)
    if given == asked:
        return value
    factor = _FACTORS.get((given, asked))
    if factor is None:
        raise UnitMismatch(f"A value in {unit[:20]!r} cannot be turned into {wanted}.")
    return value * factor
