"""UCUM units as people write them; the same in every language."""

from __future__ import annotations

from typing import Final

UNIT_WORDS: Final = {
    "cm3": "cm³",
    "mm3": "mm³",
    "mm2": "mm²",
    "m2": "m²",
    "mm2/m2": "mm²/m²",
    "mL/m2": "mL/m²",
    "mm[Hg]": "mmHg",
    "kg/m2": "kg/m²",
    "deg": "°",
    "1": "",
    "10*-3.mm2/s": "×10⁻³ mm²/s",
}
"""Units that are written otherwise for people."""


def unit_word(unit: str) -> str:
    """Return a unit as people write it."""
    return UNIT_WORDS.get(unit, unit)


def value_words(value: float, unit: str) -> str:
    """Return a value with its unit.

    Examples
    --------
    >>> value_words(16.2, "cm3"), value_words(62.0, "deg"), value_words(0.31, "1")
    ('16.2 cm³', '62°', '0.31')
    """
    written = unit_word(unit)
    number = f"{value:.6g}"
    return f"{number}{written}" if written == "°" else f"{number} {written}".rstrip()
